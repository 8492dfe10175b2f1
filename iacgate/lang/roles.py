"""Roles of Google Cloud and Azure in one form each: who is given which role, and what a role of one's own may do.

Room: ``lang``. In: the body of a resource or data source. Out: for Google Cloud the bindings
``{role, members: [...], condition}`` of whatever spelling: ``…_iam_member``, ``…_iam_binding``, the text or the data of
``policy_data`` of ``…_iam_policy``, the blocks of ``data.google_iam_policy``; for Azure the permissions
``{actions, not_actions, data_actions, not_data_actions, scopes}`` of a role definition, all lists. Any leaf may be
unknown; text that is no policy is an unknown that says so.

Sources: cloud.google.com/iam/docs/reference/rest/v1/Policy; learn.microsoft.com, "Understand Azure role definitions".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from iacgate.lang.jmespath.logic import doubt, first, open_end
from iacgate.lang.places import Placed
from iacgate.model import Partial, Path, Secret, Unknown

Body = Mapping[str, Any]

_ACTIONS = ("actions", "not_actions", "data_actions", "not_data_actions")
_MAX_TEXT = 1_000_000


def role_bindings(_context: Any, body: Any) -> Any:
    """Who is given which role by a resource of Google Cloud's IAM."""
    if isinstance(body, Unknown):
        return doubt(body)
    if not isinstance(body, Mapping):
        return []
    if body.get("policy_data") is not None and "binding" not in body:
        return _gathered(_of_policy(body["policy_data"]))
    if "binding" in body:
        return _gathered(_elements(body["binding"], ("binding",)))
    if "member" not in body and "members" not in body:
        return []
    key = "member" if body.get("member") is not None else "members"
    held = body.get(key)
    members = [held] if key == "member" else held
    return [Placed((), _binding(body, members), {"members": (key,)})]


def role_permissions(_context: Any, body: Any) -> Any:
    """What an Azure role definition allows, and where it may be assigned."""
    if isinstance(body, Unknown):
        return doubt(body)
    if not isinstance(body, Mapping):
        return []
    scopes = body.get("assignable_scopes")
    named = isinstance(scopes, Unknown | Partial) or bool(scopes)
    places: dict[str, Path] = {"scopes": ("assignable_scopes",) if named else ("scope",)}
    reach = _listed(scopes if named else body.get("scope"))
    found = _gathered(_elements(body.get("permissions"), ("permissions",)))
    made = [
        one._replace(
            value={**{name: _listed(one.value.get(name)) for name in _ACTIONS}, "scopes": reach}, places=places
        )
        for one in found
    ]
    return Partial(made, maybe=found.maybe) if isinstance(found, Partial) else made


def _gathered(found: Iterator[Placed | Unknown]) -> Any:
    """A list of what was found, partial where something may be missing."""
    kept: list[Placed] = []
    maybe: Unknown | None = None
    for one in found:
        if isinstance(one, Unknown):
            maybe = first(maybe, doubt(one))
        else:
            kept.append(one)
    return kept if maybe is None else Partial(kept, maybe=maybe)


def _of_policy(text: Any) -> Iterator[Placed | Unknown]:
    """The bindings of a policy, given as JSON text or as data."""
    text = text.reveal() if isinstance(text, Secret) else text
    if isinstance(text, str):
        text = _decoded(text)
    if isinstance(text, Unknown):
        yield text
    elif isinstance(text, Mapping):
        yield from _elements(text.get("bindings"), ("policy_data", "bindings"))


def _decoded(text: str) -> Any:
    import json

    if len(text) > _MAX_TEXT:
        return Unknown("the policy is too long to be read")
    try:
        found = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        return Unknown("the policy is not valid JSON")
    return found if isinstance(found, dict) else Unknown("the policy is not a JSON object")


def _elements(blocks: Any, path: Path) -> Iterator[Placed | Unknown]:
    """The blocks or objects of a list, each with its place."""
    if isinstance(blocks, Unknown):
        yield blocks
        return
    if isinstance(blocks, Mapping):
        yield Placed(path, _binding(blocks, blocks.get("members")))
        return
    for index, block in enumerate(blocks if isinstance(blocks, list) else ()):
        if isinstance(block, Unknown):
            yield block
        elif isinstance(block, Mapping):
            yield Placed((*path, index), _binding(block, block.get("members")))
    maybe = open_end(blocks)
    if maybe is not None:
        yield maybe


def _binding(raw: Body, members: Any) -> dict[str, Any]:
    return {**raw, "role": raw.get("role"), "members": _listed(members), "condition": raw.get("condition")}


def _listed(value: Any) -> Any:
    """A list of what is given; an unknown that may be a list stays one, one that is a text is an element."""
    value = value.reveal() if isinstance(value, Secret) else value
    if value is None:
        return []
    if isinstance(value, Unknown):
        return [value] if value.prefix or value.suffix else Partial([], maybe=value)
    return value if isinstance(value, list) else [value]
