"""A policy document whose text is not known yet, rebuilt from its planned statements.

Room: ``inputs``. In: the planned body of a deferred ``data.aws_iam_policy_document`` (unknown parts are
:class:`~iacgate.model.Unknown`). Out: the policy as a mapping in the shape of its JSON, with unknown leaves::

    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": ["s3:*"], "Resource": [Unknown, Unknown], …}]}

An attribute that would be wholly unknown gets this mapping as its value, so that rules judge what is known. Source:
the documentation of ``aws_iam_policy_document``, and the documents its data source renders.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from iacgate.model import Partial, Unknown, reveal

_LISTS = (
    ("actions", "Action"),
    ("not_actions", "NotAction"),
    ("resources", "Resource"),
    ("not_resources", "NotResource"),
)
_UNREAD = Unknown("a condition that does not read")
DOCUMENT = "aws_iam_policy_document"


def rebuilt(body: Any, documents: Callable[[str], Sequence[Any]]) -> dict[str, Any]:
    """The policy of a planned document.

    ``documents`` gives, for ``source_policy_documents`` and its kin, the policies that attribute names: mappings,
    JSON text or unknown values.
    """
    if not isinstance(body, dict):
        return {"Version": "2012-10-17", "Statement": Unknown("statements known after apply")}
    statements: list[Any] = []
    doubts: list[Unknown] = []
    for name in ("source_json", "source_policy_documents"):
        for document in documents(name) if body.get(name) is not None else ():
            statements.extend(_statements(document, doubts))
    own = body.get("statement")
    if isinstance(own, Unknown):
        doubts.append(own)
    elif isinstance(own, list):
        statements.extend(_statement(item) for item in own)
        if isinstance(own, Partial):
            doubts.append(own.maybe)
    for name in ("override_json", "override_policy_documents"):
        for document in documents(name) if body.get(name) is not None else ():
            statements = _overridden(statements, _statements(document, doubts))
    policy = {"Version": body.get("version") or "2012-10-17"}
    if body.get("policy_id") is not None:
        policy["Id"] = body["policy_id"]
    policy["Statement"] = Partial(statements, maybe=doubts[0]) if doubts else statements
    return policy


def _statements(document: Any, doubts: list[Unknown]) -> list[Any]:
    """The statements of another document; what cannot be read is a doubt, not an absence."""
    document = reveal(document)
    if isinstance(document, Unknown):
        doubts.append(document)
        return []
    if isinstance(document, str):
        document = _parsed(document)
    statements = document.get("Statement") if isinstance(document, dict) else None
    if isinstance(statements, dict):
        return [statements]
    if not isinstance(statements, list):
        if document != "":
            doubts.append(Unknown("a source policy document that does not parse"))
        return []
    if isinstance(statements, Partial):
        doubts.append(statements.maybe)
    return list(statements)


def _parsed(text: str) -> Any:
    import json

    if not text.strip():
        return ""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _overridden(statements: list[Any], others: list[Any]) -> list[Any]:
    """Statements with the same ``Sid`` are replaced where they stand, others are added."""
    by_sid = {item["Sid"]: item for item in others if isinstance(item, dict) and isinstance(item.get("Sid"), str)}
    kept = [by_sid.pop(_sid(item), item) for item in statements]
    return kept + [item for item in others if _sid(item) is None or _sid(item) in by_sid]


def _sid(statement: Any) -> str | None:
    sid = statement.get("Sid") if isinstance(statement, dict) else None
    return sid if isinstance(sid, str) and sid else None


def _statement(block: Any) -> Any:
    if not isinstance(block, dict):
        return block
    statement: dict[str, Any] = {}
    if block.get("sid") is not None and block["sid"] is not False:
        statement["Sid"] = block["sid"]
    effect = block.get("effect")
    statement["Effect"] = "Allow" if effect is None else effect
    for name, member in _LISTS:
        values = block.get(name)
        if isinstance(values, Unknown) or values:
            statement[member] = _plain(values)
    for name, member in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        principals = block.get(name)
        if isinstance(principals, Unknown):
            statement[member] = principals
        elif principals or isinstance(principals, Partial):
            statement[member] = _principals(principals)
    conditions = block.get("condition")
    if isinstance(conditions, Unknown | Partial):
        # an unknown number of conditions: whether the statement is conditional at all is not known
        statement["Condition"] = conditions if isinstance(conditions, Unknown) else conditions.maybe
    elif conditions:
        statement["Condition"] = _conditions(conditions)
    return statement


def _principals(blocks: list[Any]) -> Any:
    if isinstance(blocks, Partial):
        return blocks.maybe
    merged: dict[str, Any] = {}
    for block in _blocks(blocks):
        kind, identifiers = block.get("type"), _plain(block.get("identifiers"))
        if not isinstance(kind, str):
            return kind if isinstance(kind, Unknown) else Unknown("the type of a principal does not read")
        if kind == "*" and identifiers == ["*"]:
            return "*"
        known = merged.get(kind)
        if isinstance(known, list) and isinstance(identifiers, list):
            merged[kind] = known + identifiers
        elif not isinstance(known, Unknown):
            merged[kind] = identifiers
    return merged


def _conditions(blocks: list[Any]) -> Any:
    merged: dict[str, dict[str, Any]] = {}
    for block in _blocks(blocks):
        test, variable = block.get("test"), block.get("variable")
        if not isinstance(test, str) or not isinstance(variable, str):
            return next((item for item in (test, variable) if isinstance(item, Unknown)), _UNREAD)
        values = _plain(block.get("values"))
        known = merged.setdefault(test, {}).get(variable)
        merged[test][variable] = known + values if isinstance(known, list) and isinstance(values, list) else values
    return merged


def _blocks(blocks: Any) -> list[dict[str, Any]]:
    return [block for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []


def _plain(value: Any) -> Any:
    """Texts with ``&{…}``, which stands for IAM's own variables, turned back to ``${…}``."""
    if isinstance(value, list):
        items = [_plain(item) for item in value]
        return Partial(items, maybe=value.maybe) if isinstance(value, Partial) else items
    return value.replace("&{", "${") if isinstance(value, str) else value
