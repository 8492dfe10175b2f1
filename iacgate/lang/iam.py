"""AWS policies: one form for every spelling, wildcards, and who is meant.

A statement in normal form is
``{Sid, Effect, Action, NotAction, Resource, NotResource, Principal, NotPrincipal, Condition}``: actions and resources
are lists (``None`` when not written), principals ``{type: [id, …]}``, conditions ``{operator: {key: [value, …]}}``.
``Principal: "*"`` reads ``{"*": ["*"]}``. Any leaf may be unknown.

Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from iacgate.lang.jmespath.logic import Truth, both, doubt, either, equal, first, likes, negate, open_end
from iacgate.lang.places import Placed
from iacgate.model import Partial, Path, Secret, Unknown

Statement = Mapping[str, Any]

_KINDS = ("AWS", "Service", "Federated")
_LISTS = ("Action", "NotAction", "Resource", "NotResource")
_BLOCKS = {
    "sid": "Sid",
    "effect": "Effect",
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
    "principals": "Principal",
    "not_principals": "NotPrincipal",
    "condition": "Condition",
}
"""Arguments of a ``statement`` block of ``aws_iam_policy_document`` → elements of a statement."""

_RESTRICTING = frozenset((
    "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:resourceorgid",
    "aws:sourceaccount", "aws:sourcearn", "aws:sourceip", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner",
    "aws:sourcevpc", "aws:sourcevpce", "aws:userid", "aws:username", "aws:vpcsourceip",
    "elasticfilesystem:accessedviamounttarget", "elasticfilesystem:accesspointarn", "kms:calleraccount",
    "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths", "lambda:sourcefunctionarn", "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn", "sns:endpoint",
))  # fmt: skip
"""Condition keys that say who may call, or from where."""

_POSITIVE = ("stringequals", "stringlike", "arnequals", "arnlike", "ipaddress", "stringequalsignorecase", "bool")
_MAX_TEXT = 1_000_000


def policy_statements(_context: Any, policy: Any) -> Any:
    """The statements of a policy: JSON text, an object, or the body of an ``aws_iam_policy_document``.

    Text that is no policy gives an unknown that says so; nothing at all gives no statements.
    """
    if isinstance(policy, Unknown):
        return doubt(policy)
    if isinstance(policy, Secret):
        found = policy_statements(_context, policy.reveal())
        return [Placed(one.path, _hidden(one.value)) for one in found] if isinstance(found, list) else found
    document = _document(policy)
    if isinstance(document, Unknown):
        return document
    if "statement" in document and "Statement" not in document:
        return _listed(document["statement"], ("statement",), _from_block)
    key = next((name for name in document if name.lower() == "statement"), None)
    return _listed(document[key], (key,), _from_object) if key is not None else []


_COMMA_TOO_MANY = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])')
"""A comma after the last element, which AWS refuses: the policy is judged by what it is to say once that is mended."""


def _document(policy: Any) -> Any:
    if not isinstance(policy, str):
        return policy if isinstance(policy, dict) else {}
    if not policy.strip():
        return {}
    if len(policy) > _MAX_TEXT:
        return Unknown("the policy is too long to be read")
    found = _read(policy)
    if found is None:
        found = _read(_COMMA_TOO_MANY.sub(lambda match: match[1] or "", policy))
    if found is None:
        return Unknown("the policy is not valid JSON")
    return found if isinstance(found, dict) else Unknown("the policy is not a JSON object")


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _listed(statements: Any, path: Path, normal: Any) -> Any:
    if isinstance(statements, Unknown):
        return doubt(statements)
    if isinstance(statements, dict):
        return [normal(statements, path)]
    if not isinstance(statements, list):
        return []
    maybe = open_end(statements)
    found: list[Placed] = []
    for index, one in enumerate(statements):
        if isinstance(one, Unknown):
            maybe = first(maybe, doubt(one))
        elif isinstance(one, dict):
            found.append(normal(one, (*path, index)))
    return found if maybe is None else Partial(found, maybe=maybe, like=_alike(statements, normal))


def _alike(statements: list[Any], normal: Any) -> list[Any] | None:
    """What the statements look like that may be there; ``None`` where some of them may be anything."""
    like = likes(statements)
    if like is None or not all(isinstance(one, dict) for one in (*statements, *like)):
        return None
    return [normal(one, ()).value for one in like]


def _from_object(raw: Mapping[str, Any], path: Path) -> Placed:
    named = {key.lower(): key for key in raw}
    places: dict[str, Path] = {}
    statement: dict[str, Any] = {}
    for name in (*_BLOCKS.values(),):
        key = named.get(name.lower())
        value = raw[key] if key is not None else None
        statement[name] = _normal(name, value)
        if key is not None:
            places[name] = (*path, key)
    return Placed(path, statement, places)


def _normal(name: str, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, Unknown):
        text = name in _LISTS and (value.prefix or value.suffix)
        return [value] if text else value
    if name in _LISTS:
        return as_list(value)
    if name in {"Principal", "NotPrincipal"}:
        return _principals(value)
    return _conditions(value) if name == "Condition" else value


def as_list(value: Any) -> list[Any]:
    """A value as a list: itself, nothing for null, else a list of one."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _principals(value: Any) -> Any:
    if isinstance(value, dict):
        return {kind: as_list(ids) for kind, ids in value.items()}
    return {"*": as_list(value)}


def _conditions(value: Any) -> Any:
    if not isinstance(value, dict):
        return {}
    return {
        operator: {key: as_list(held) for key, held in keys.items()} if isinstance(keys, dict) else keys
        for operator, keys in value.items()
    }


def _from_block(raw: Mapping[str, Any], path: Path) -> Placed:
    """A ``statement`` block of Terraform. ``&{…}`` is how Terraform writes the policy variable ``${…}``."""
    statement: dict[str, Any] = dict.fromkeys(_BLOCKS.values())
    places = {_BLOCKS[key]: (*path, key) for key, value in raw.items() if key in _BLOCKS and not _is_blank(value)}
    statement["Sid"] = raw.get("sid")
    effect = raw.get("effect")
    statement["Effect"] = "Allow" if effect is None else effect
    for key in ("actions", "not_actions", "resources", "not_resources"):
        value = raw.get(key)
        statement[_BLOCKS[key]] = None if _is_blank(value) else value
    for key in ("principals", "not_principals"):
        statement[_BLOCKS[key]] = _block_principals(raw.get(key))
    statement["Condition"] = _block_conditions(raw.get("condition"))
    return Placed(path, statement, places)


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, list) and not isinstance(value, Partial) and not value)


def _block_principals(blocks: Any) -> Any:
    if isinstance(blocks, Unknown):
        return doubt(blocks)
    if not blocks:
        return doubt(blocks.maybe) if isinstance(blocks, Partial) else None
    found: dict[str, list[Any]] = {}
    for block in as_list(blocks):
        if isinstance(block, Unknown):
            return doubt(block)
        if not isinstance(block, dict):
            return doubt(Unknown("principals that are no blocks"))
        kind = block.get("type")
        if isinstance(kind, Unknown):
            return doubt(kind)
        found.setdefault(str(kind), []).extend(_each(as_list(block.get("identifiers"))))
    if isinstance(blocks, Partial):
        for kind in _KINDS:
            found.setdefault(kind, []).append(doubt(blocks.maybe))
    return found


def _block_conditions(blocks: Any) -> Any:
    if isinstance(blocks, Partial):
        return doubt(blocks.maybe)
    found: dict[str, dict[str, list[Any]]] = {}
    for block in as_list(blocks):
        if isinstance(block, Unknown):
            return doubt(block)
        if not isinstance(block, dict):
            return doubt(Unknown("conditions that are no blocks"))
        test, variable = block.get("test"), block.get("variable")
        for part in (test, variable):
            if isinstance(part, Unknown):
                return doubt(part)
        found.setdefault(str(test), {}).setdefault(str(variable), []).extend(_each(as_list(block.get("values"))))
    return found or None


def _hidden(value: Any) -> Any:
    """A statement taken out of a secret: every text in it is secret."""
    if isinstance(value, dict):
        return {key: _hidden(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_hidden(item) for item in value]
    return Secret(value) if isinstance(value, str) else value


def public_principal(statement: Any) -> Truth:
    """Whether a statement speaks of everybody: ``*``, any account, or everybody but a few (``NotPrincipal``)."""
    if isinstance(statement, Unknown):
        return doubt(statement)
    if not isinstance(statement, dict):
        return False
    excluded = negate(equal(statement.get("NotPrincipal"), None))
    return either(_names_everybody(statement.get("Principal")), excluded)


def _names_everybody(principals: Any) -> Truth:
    if isinstance(principals, Unknown):
        return doubt(principals)
    answer: Truth = False
    for kind, ids in (principals or {}).items():
        if kind in {"*", "AWS"}:
            answer = either(answer, _any(_is_everybody(one) for one in _each(ids)))
    return answer


def _is_everybody(principal: Any) -> Truth:
    principal = _bare(principal)
    if isinstance(principal, Unknown):
        return False if principal.prefix and not principal.prefix.startswith("arn:aws:iam::*") else doubt(principal)
    return _any_account(principal)


def _any_account(text: Any) -> bool:
    """Whether a principal is a wildcard, or an ARN with one for the account (``arn:aws:iam::*:role/app``)."""
    if not isinstance(text, str):
        return False
    parts = text.split(":", 5)
    return text == "*" or (parts[0] in {"arn", "*"} and len(parts) > 4 and parts[4] == "*")


def restricted(statement: Any) -> Truth:
    """Whether a condition limits who may call or from where (account, organisation, source, network).

    Operators ending in ``IfExists``, negative ones and ``ForAllValues`` let callers without the key through, so they do
    not limit; neither does a value that is only a wildcard, nor a ``SourceIp`` that is the whole internet.
    """
    if isinstance(statement, Unknown):
        return doubt(statement)
    conditions = statement.get("Condition") if isinstance(statement, dict) else None
    if isinstance(conditions, Unknown):
        return doubt(conditions)
    answer: Truth = False
    for operator, keys in (conditions or {}).items():
        if not _limits(operator):
            continue
        if isinstance(keys, Unknown):
            answer = either(answer, doubt(keys))
            continue
        for key, values in keys.items() if isinstance(keys, dict) else ():
            if key.lower() in _RESTRICTING:
                answer = either(answer, _narrow(key.lower(), values))
    return answer


def _limits(operator: str) -> bool:
    name = operator.lower()
    if name.startswith("forallvalues:") or name.endswith("ifexists"):
        return False
    return name.removeprefix("foranyvalue:") in _POSITIVE


def _narrow(key: str, values: Any) -> Truth:
    from iacgate.lang.network import open_to_world

    if isinstance(values, Unknown):
        return doubt(values) if not (values.prefix or values.suffix or values.ref) else True
    if key == "aws:sourceip":
        return negate(open_to_world(values))
    known = [_bare(one) for one in _each(values) if not isinstance(one, Unknown)]
    return not any(one == "*" or (key == "aws:principalarn" and _any_account(one)) for one in known)


def public_statement(statement: Any) -> Truth:
    """Whether a statement allows something to everybody, without a condition that limits who."""
    if not isinstance(statement, dict):
        return doubt(statement) if isinstance(statement, Unknown) else False
    allowed = equal(statement.get("Effect"), "Allow")
    return both(both(allowed, public_principal(statement)), negate(restricted(statement)))


def allows(statement: Any, action: Any, resource: Any = None) -> Truth:
    """Whether a statement allows an action (on a resource). A wildcard that is asked for must be covered as a whole.

    ``allows(@, '*', '*')`` is full administration; ``allows(@, 'iam:PassRole', '*')`` also holds for ``iam:Pass*``.
    """
    return _grants(statement, "Allow", action, resource)


def denies(statement: Any, action: Any, resource: Any = None) -> Truth:
    """Whether a statement denies an action (on a resource), whatever its conditions."""
    return _grants(statement, "Deny", action, resource)


def _grants(statement: Any, effect: str, action: Any, resource: Any) -> Truth:
    for asked in (statement, action, resource):
        if isinstance(asked, Unknown):
            return doubt(asked)
    if not isinstance(statement, dict):
        return False
    answer = both(equal(statement.get("Effect"), effect), _covers(statement, "Action", action))
    return both(answer, _covers(statement, "Resource", resource)) if resource is not None else answer


def _covers(statement: Statement, name: str, wanted: Any) -> Truth:
    patterns, excepted = statement.get(name), statement.get(f"Not{name}")
    if patterns is None and excepted is not None:
        return negate(_any(matches_pattern(one, wanted) for one in _each(excepted)))
    if patterns is None and name == "Resource":
        # trust and some resource policies name no resource: they speak of what they are attached to
        return True
    return _any(matches_pattern(one, wanted) for one in _each(patterns))


def matches_pattern(pattern: Any, wanted: Any) -> Truth:
    """Whether a pattern of a policy (``s3:Get*``, case does not matter) covers an action or a resource."""
    pattern, wanted = _bare(pattern), _bare(wanted)
    if isinstance(pattern, Unknown):
        start = pattern.prefix.lower()
        literal = start.split("*", 1)[0].split("?", 1)[0]
        return doubt(pattern) if str(wanted).lower().startswith(literal) else False
    if not isinstance(pattern, str) or not isinstance(wanted, str):
        return False
    return wildcard("*" if pattern == "*:*" else pattern.lower(), wanted.lower())


def wildcard(pattern: str, text: str) -> bool:
    """Whether text matches a pattern of ``*`` and ``?``; time grows with the product of the lengths, no more."""
    at, start, mark, kept = 0, 0, -1, 0
    while at < len(text):
        if start < len(pattern) and (pattern[start] == "?" or (pattern[start] == text[at] and pattern[start] != "*")):
            at, start = at + 1, start + 1
        elif start < len(pattern) and pattern[start] == "*":
            mark, kept = start, at
            start += 1
        elif mark >= 0:
            start, kept = mark + 1, kept + 1
            at = kept
        else:
            return False
    return all(char == "*" for char in pattern[start:])


def condition_values(statement: Any, operator: Any, key: Any) -> Any:
    """The values a condition compares a key with, whatever the case of operator and key; an empty list without one."""
    conditions = statement.get("Condition") if isinstance(statement, dict) else statement
    if isinstance(conditions, Unknown):
        return doubt(conditions)
    found: list[Any] = []
    for name, keys in (conditions or {}).items():
        if name.lower() != str(operator).lower():
            continue
        if isinstance(keys, Unknown):
            return doubt(keys)
        for variable, values in keys.items():
            if variable.lower() == str(key).lower():
                if isinstance(values, Unknown):
                    return doubt(values)
                found.extend(_each(as_list(values)))
    return found


def principals(statement: Any, kind: Any = None) -> Any:
    """The principals of a statement, of one type (``AWS``, ``Service``, ``Federated``) or of all."""
    held = statement.get("Principal") if isinstance(statement, dict) else statement
    if isinstance(held, Unknown):
        return doubt(held)
    found: list[Any] = []
    for name, ids in (held or {}).items():
        if kind is None or name == kind:
            if isinstance(ids, Unknown):
                return doubt(ids)
            found.extend(_each(ids))
    return found


def _any(answers: Iterable[Truth]) -> Truth:
    result: Truth = False
    for answer in answers:
        result = either(result, answer)
        if result is True:
            return True
    return result


def _each(values: Any) -> Iterator[Any]:
    """The elements of a list; an unknown for those that may follow, or for a list that is unknown."""
    if isinstance(values, Unknown):
        yield Unknown(values.reason)
        return
    yield from as_list(values)
    maybe = open_end(values)
    if maybe is not None:
        yield Unknown(maybe.reason)


def _bare(value: Any) -> Any:
    return value.reveal() if isinstance(value, Secret) else value
