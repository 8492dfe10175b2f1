"""``data.aws_iam_policy_document``: the JSON the AWS provider makes of its blocks, with holes where something is not
known.

Room: ``lang``. In: the instance of the data source. Out: the JSON text, or an ``Encoded`` document with unknown leaves.
Source: the provider's documentation of the data source ("Statements with the same sid", ``&{...}``).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from iacgate.lang.terraform.functions.encoding import escaped
from iacgate.lang.terraform.types import to_string
from iacgate.lang.terraform.values import Encoded, Fault, Text, decoded_holes, first_unknown, has_secret, native, secret
from iacgate.model import Partial, Unknown

if TYPE_CHECKING:
    from iacgate.lang.terraform.resource import Instance

_ORDER = ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition")


def policy_text(instance: Instance, name: str) -> Any:
    """The value of ``json`` (indented by two) or ``minified_json``. Raises ``Fault`` for a source that is no policy."""
    values = instance.values()
    marked = has_secret(values)
    document = _document(native(values))
    if isinstance(document, Unknown):
        return document
    hole = _hole(document)
    value: Any = Encoded(document, hole) if hole is not None else _spelled(_shortened(document), name)
    return secret(value) if marked else value


def _hole(document: dict[str, Any]) -> Unknown | None:
    statements = document.get("Statement")
    return statements.maybe if isinstance(statements, Partial) else first_unknown(document)


def _spelled(document: dict[str, Any], name: str) -> str:
    style: dict[str, Any] = {"separators": (",", ":")} if name == "minified_json" else {"indent": 2}
    return escaped(json.dumps(document, ensure_ascii=False, **style))


def _document(values: dict[str, Any]) -> Any:
    statements: list[Any] = []
    maybe: Unknown | None = None
    for source in _sources(values, "source_json", "source_policy_documents"):
        if isinstance(source, Unknown):
            maybe = source if maybe is None else maybe
        else:
            _add(statements, _statements(source))
    own = _blocks(values.get("statement"))
    like: list[Any] | None = None
    if isinstance(own, Partial):
        like = None if own.like is None or maybe is not None else [_statement(block) for block in _blocks(own.like)]
        maybe = own.maybe if maybe is None else maybe
    _add(statements, [_statement(block) for block in own])
    for change in _sources(values, "override_policy_documents", "override_json"):
        if isinstance(change, Unknown):
            return Unknown(change.reason)  # it may replace any statement
        _add(statements, _statements(change))
    if maybe is not None:
        statements = Partial(statements, maybe=Unknown(maybe.reason), like=like)
    return _finished(values, statements)


def _finished(values: dict[str, Any], statements: list[Any]) -> dict[str, Any]:
    document: dict[str, Any] = {"Version": values.get("version") or "2012-10-17"}
    if values.get("policy_id") is not None:
        document["Id"] = values["policy_id"]
    if statements or isinstance(statements, Partial):
        document["Statement"] = statements
    return document


def _sources(values: dict[str, Any], single: str, several: str) -> list[Any]:
    """The documents of two arguments, in order; an unknown one as it is."""
    found: list[Any] = []
    for given in (values.get(single), values.get(several)):
        if isinstance(given, list):
            found.extend(given)
        elif given is not None:
            found.append(given)
    found = [_decoded(item) for item in found]
    return [item for item in found if isinstance(item, Unknown) or item]


def _statements(source: Any) -> list[Any]:
    """The statements of a policy given as text."""
    if isinstance(source, str):
        try:
            source = json.loads(source)
        except (ValueError, RecursionError) as error:
            raise Fault("a source of the policy document is not JSON") from error
    found = source.get("Statement", []) if isinstance(source, dict) else None
    if isinstance(found, dict):
        return [found]
    if not isinstance(found, list):
        raise Fault("a source of the policy document is no policy")
    return found


def _add(statements: list[Any], more: list[Any]) -> None:
    """Append statements; one whose sid is there already takes that one's place."""
    for statement in more:
        sid = statement.get("Sid") if isinstance(statement, dict) else None
        at = _position(statements, sid)
        if at is None:
            statements.append(statement)
        else:
            statements[at] = statement


def _position(statements: list[Any], sid: Any) -> int | None:
    if not isinstance(sid, str) or not sid:
        return None
    for at, statement in enumerate(statements):
        known = statement.get("Sid") if isinstance(statement, dict) else None
        if isinstance(known, str) and known == sid:
            return at
    return None


def _statement(block: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "Sid": block.get("sid"),
        "Effect": block.get("effect") if block.get("effect") is not None else "Allow",
        "Action": _listed(block.get("actions")),
        "NotAction": _listed(block.get("not_actions")),
        "Resource": _listed(block.get("resources")),
        "NotResource": _listed(block.get("not_resources")),
        "Principal": _principals(block.get("principals")),
        "NotPrincipal": _principals(block.get("not_principals")),
        "Condition": _conditions(block.get("condition")),
    }
    return {key: made[key] for key in _ORDER if _present(made[key])}


def _present(value: Any) -> bool:
    return isinstance(value, Unknown) or (value is not None and value not in ("", [], {}))


def _shortened(node: Any) -> Any:
    """A known document as the provider writes it: a list of one value is that value. Statements stay a list."""
    if isinstance(node, dict):
        return {
            key: [_shortened(item) for item in value]
            if key == "Statement" and isinstance(value, list)
            else _shortened(value)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return node[0] if len(node) == 1 else node
    return node


def _items(value: Any) -> list[Any]:
    """The elements of an argument that must be a list; none when it is not given."""
    if value is not None and not isinstance(value, list):
        raise Fault("an argument of the policy document is no list")
    return [] if value is None else value  # an open list without elements is false, and no empty list


def _blocks(value: Any) -> list[dict[str, Any]]:
    """Nested blocks; a list stays the list it is, ``Partial`` or not."""
    blocks = _items(value)
    if not all(isinstance(block, dict) for block in blocks):
        raise Fault("a block of the policy document is none")
    return blocks


def _listed(values: Any) -> Any:
    """A list in the provider's order, with the variables of IAM spelled as IAM does."""
    if values is None or isinstance(values, Unknown):
        return values
    items = [_variables(item) for item in _items(values)]
    known = sorted({item for item in items if isinstance(item, str)}, reverse=True)
    return known + [item for item in items if not isinstance(item, str)]


def _variables(value: Any) -> Any:
    """``&{aws:username}`` is how a configuration writes IAM's own ``${aws:username}``."""
    if isinstance(value, Text):
        return Text([part.replace("&{", "${") if isinstance(part, str) else part for part in value.parts])
    return value if isinstance(value, Unknown) or value is None else to_string(value).replace("&{", "${")


def _principals(blocks: Any) -> Any:
    """``{type: identifiers}``; everybody is ``"*"``."""
    if isinstance(blocks, Partial):
        return Unknown(blocks.maybe.reason)
    merged: dict[str, list[Any]] = {}
    for block in _blocks(blocks):
        kind, identifiers = block.get("type"), block.get("identifiers")
        if isinstance(kind, Unknown) or kind is None:
            return Unknown("the type of a principal is not known")
        if identifiers is None:
            continue
        if isinstance(identifiers, Unknown):
            merged.setdefault(to_string(kind), []).append(identifiers)
        else:
            merged.setdefault(to_string(kind), []).extend(_items(identifiers))
    if list(merged) == ["*"] and all(isinstance(item, str) and item == "*" for item in merged["*"]):
        return "*"
    return {kind: _listed(items) for kind, items in merged.items()}


def _conditions(blocks: Any) -> Any:
    """``{test: {variable: values}}``."""
    if isinstance(blocks, Partial):
        return Unknown(blocks.maybe.reason)
    merged: dict[str, dict[str, Any]] = {}
    for block in _blocks(blocks):
        test, variable = block.get("test"), block.get("variable")
        if isinstance(test, Unknown) or isinstance(variable, Unknown):
            return Unknown("a condition's test or variable is not known")
        values = block.get("values")
        items = values if isinstance(values, Unknown) else [_variables(item) for item in _items(values)]
        _merge_condition(merged.setdefault(str(test), {}), str(_variables(variable)), items)
    return merged


def _merge_condition(tests: dict[str, Any], variable: str, items: Any) -> None:
    before = tests.get(variable)
    if before is None:
        tests[variable] = items
    elif isinstance(items, Unknown) or isinstance(before, Unknown):
        tests[variable] = items if isinstance(items, Unknown) else before
    else:
        tests[variable] = [*before, *items]


def _decoded(source: Any) -> Any:
    """A source document as data, as far as it is known."""
    if isinstance(source, Encoded):
        return source.document
    document = decoded_holes(source) if isinstance(source, Text) else None
    return source if document is None else document
