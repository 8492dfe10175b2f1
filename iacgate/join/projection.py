"""Kubernetes objects inside Terraform, as resources of their own, so that the rules for Kubernetes look at them.

Room: ``join``. In: Terraform resources of the Kubernetes providers, from a plan or from HCL. Out: a view of each as the
Kubernetes resource it makes. A view keeps the address, the places and the change of the Terraform resource, which stays
beside it (``Resource.view_of``); its type, name, namespace and body are those of Kubernetes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any

from iacgate.errors import SyntaxFailure
from iacgate.lang.projection import PREFIXES, Projection, project
from iacgate.lang.references import UNSURE, references
from iacgate.model import Change, Location, Path, Relation, Resource, Trouble, Unknown, reveal
from iacgate.model.dataclass import replace

_HINT = "the provider refuses it; mend the text"
_NAMELESS = "-"
_BLOCKS = "kubernetes_"
_AUTOMOUNT = "automount_service_account_token"


def with_views(
    resources: list[Resource], seen: Iterable[Resource], troubles: list[Trouble], notices: list[str]
) -> list[Resource]:
    """The resources, each followed by its views; one that is there or in ``seen`` already is not made again."""
    here = {id(one) for one in resources}
    known: dict[int, dict[int, Resource]] = {}
    for one in chain(resources, seen):
        if one.view_of is not None:
            known.setdefault(id(one.view_of), {})[id(one)] = one
    listed: list[Resource] = []
    for resource in resources:
        listed.append(resource)
        if resource.type.startswith(PREFIXES) and resource.category == "resource":
            held = known.get(id(resource))
            made = list(held.values()) if held else _views(resource, troubles, notices)
            listed.extend(one for one in made if id(one) not in here)
    return listed


def _views(resource: Resource, troubles: list[Trouble], notices: list[str]) -> list[Resource]:
    """The Kubernetes objects that a resource makes; what hides them is told."""
    try:
        made = project(resource.type, resource.body, resource.document.path)
    except SyntaxFailure as failure:
        troubles.extend([_broken(resource, failure)] if resource.focus else [])
        return []
    if made is None:
        return []
    if isinstance(made, Unknown) or not made:
        notices.extend([_hidden(resource, made)] if resource.focus and resource.body is not None else [])
        return []
    before = _before(resource)
    if _keeps_tokens_away(resource):
        for one in made:
            _without_tokens(one.body)
    return [_view(resource, one, before) for one in made]


def _keeps_tokens_away(resource: Resource) -> bool:
    """Whether the provider gives the pods no token, since none is asked for: until version 2 that was its default."""
    constraints = resource.versions() if resource.type.startswith(_BLOCKS) else ()
    if not constraints:
        return False
    from iacgate.lang.semver import is_below

    asked = [held[_AUTOMOUNT] for held in _mappings(resource.body) if held.get(_AUTOMOUNT) is not None]
    return is_below(constraints, "2") is True and not asked


def _without_tokens(body: dict[str, Any]) -> None:
    if body["kind"] != "ServiceAccount":  # its own default has always been true
        for held in _mappings(body):
            if "containers" in held:
                held["automountServiceAccountToken"] = False


def _mappings(value: Any) -> Iterator[dict[str, Any]]:
    """All mappings in a value."""
    waiting = [value]
    for node in waiting:
        if isinstance(node, dict):
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _broken(resource: Resource, failure: SyntaxFailure) -> Trouble:
    place = resource.at("yaml_body")
    message = f"{place}: the manifest of {resource.address} cannot be read: {failure.message}"
    return Trouble(kind="unreadable", message=message, hint=_HINT, location=place)


def _hidden(resource: Resource, made: Unknown | list[Projection]) -> str:
    why = made.reason if isinstance(made, Unknown) else "it names no kind of Kubernetes"
    return f"{resource.address}: no Kubernetes rule looks at its manifest: {why}"


def _before(resource: Resource) -> list[Projection]:
    """The objects that the resource made before the planned change; none where that cannot be told."""
    values = resource.change.before if resource.change is not None else None
    if values is None:
        return []
    try:
        made = project(resource.type, values, resource.document.path)
    except SyntaxFailure:
        return []
    return [] if made is None or isinstance(made, Unknown) else made


def _view(resource: Resource, projection: Projection, before: list[Projection]) -> Resource:
    body = projection.body
    metadata = _mapping(body.get("metadata"))
    name, namespace = _text(metadata.get("name")), _text(metadata.get("namespace"))
    prefix = _text(metadata.get("generateName"))
    return replace(
        resource,
        type=body["kind"],
        provider="kubernetes",
        name=name or (f"{prefix}*" if prefix else _NAMELESS),
        namespace=namespace or None,
        body=body,
        locate=_Places(resource.locate, projection.origin),
        labels=_mapping(metadata.get("labels")),
        annotations=_mapping(metadata.get("annotations")),
        relations=partial(_relations, body, namespace),
        change=_change(resource.change, body, before),
        view_of=resource,
    )


def _change(change: Change | None, body: dict[str, Any], before: list[Projection]) -> Change | None:
    """What the plan does, with the object as it was: the one of the same kind."""
    if change is None:
        return None
    same = [one.body for one in before if one.body["kind"] == body["kind"]]
    return replace(change, before=same[0] if len(same) == 1 else None)


class _Places:
    """Where the parts of an object are written in Terraform."""

    __slots__ = ("_locate", "_origin")

    def __init__(self, locate: Callable[[Path], Location], origin: Callable[[Path], Path]) -> None:
        self._locate = locate
        self._origin = origin

    def __call__(self, path: Path) -> Location:
        return self._locate(self._origin(path))


def _relations(body: dict[str, Any], namespace: str) -> list[Relation]:
    """What the object names. Whether it exists is the inventory's to say, so none is certain."""
    found = []
    for reference in references(body):
        if reference.name != UNSURE:
            place = namespace if reference.namespace is None else reference.namespace
            target = f"{reference.kind} {place}/{reference.name}" if place else f"{reference.kind} {reference.name}"
            found.append(Relation(path=reference.path, target=target, certain=False))
    return found


def _text(value: Any) -> str:
    value = reveal(value)
    return value if isinstance(value, str) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
