"""What stood before the changes of a plan: for every managed instance that the plan keeps, alters or ends.

Room: ``inputs``. In: the entries of a plan and the resources that remain after it. Out: resources with the body of
``before``, under the address they have after the change (``moved`` blocks are thus followed). An instance of which
nothing changes is the very same object on both sides. Nothing is built until somebody asks.

What is imported stood before, though Terraform did not know it. Data sources are left out: a plan shows no earlier
answer of theirs.

References are those of the configuration after the change. One holds before it as well where the value that it gives is
the same, or holds the identity of what it names; where that cannot be told, the relation is not certain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from iacgate.inputs.terraform_plan import PlanDocument
from iacgate.inputs.terraform_plan.entries import Entry, make_resource
from iacgate.inputs.terraform_plan.positions import Positions
from iacgate.model import Location, Path, Relation, Resource, Undecided, Unknown, reveal
from iacgate.model.dataclass import replace
from iacgate.model.place import child

_IDENTITIES = ("id", "arn", "name", "self_link", "bucket", "key_id", "unique_id")
"""Attributes by which one resource is named in another."""
_TELLING = 6
"""An identity of so many characters is no part of another by chance."""


def resources_before(
    document: PlanDocument,
    entries: Sequence[Entry],
    positions: Positions,
    planned: Sequence[Resource],
    tidied: Callable[[Entry, Any], Any],
) -> list[Resource]:
    """The managed resources as they stood before the plan, in the plan's order; none for a plan that only creates.

    ``planned`` are those that remain after it; ``tidied`` gives a body of the plan the shape that all bodies have.
    """
    standing: dict[str, Entry] = {}
    for entry in entries:
        if _stood(entry):
            standing.setdefault(entry.address, entry)
    if not standing:
        return []
    after: dict[str, Resource] = {}
    for resource in planned:
        after.setdefault(resource.address, resource)
    bodies = {address: tidied(entry, entry.change["before"]) for address, entry in standing.items()}
    return [_before(document, entry, positions, after.get(address), bodies) for address, entry in standing.items()]


def _stood(entry: Entry) -> bool:
    """Whether it was there before; an old object on its way out (deposed) is no resource any more."""
    return (
        entry.data.get("mode") != "data"
        and not entry.data.get("deposed")
        and isinstance(entry.change.get("before"), dict)
    )


def _before(
    document: PlanDocument, entry: Entry, positions: Positions, after: Resource | None, bodies: dict[str, Any]
) -> Resource:
    body = bodies[entry.address]
    if after is not None and _same(body, after.body):
        return after
    relations: Callable[[], Sequence[Relation]] = tuple
    locate = partial(_in_plan, document, entry)
    written: Callable[[Path], Location | None] = _gone
    if after is not None:
        written = partial(_still_written, after, body)
        locate = partial(_at_header, positions, entry, body)
        relations = partial(_relations, after, body, bodies)
    return make_resource(document, entry, body, locate, relations=relations, written=written)


def _same(before: Any, after: Any) -> bool:
    try:
        return bool(before == after)
    except (Undecided, RecursionError):
        return False


def _at_header(positions: Positions, entry: Entry, body: Any, path: Path) -> Location:  # noqa: ARG001  (a locator takes a path)
    """Where the resource stands now: the source has no place for a value that is gone."""
    return positions.locate(entry.address, body, (*entry.at, "change", "after"), ())


def _in_plan(document: PlanDocument, entry: Entry, path: Path) -> Location:
    return document.locate((*entry.at, "change", "before", *path) if path else (*entry.at, "address"))


def _gone(_path: Path) -> Location | None:
    """The source has no place for what is no more."""
    return None


def _still_written(after: Resource, before: Any, path: Path) -> Location | None:
    """Where a value is spelled out that is the same as before: it was, for all that a plan tells, then too."""
    return after.written(path) if _same(_at(before, path), _at(after.body, path)) else None


def _relations(after: Resource, before: Any, bodies: dict[str, Any]) -> tuple[Relation, ...]:
    return tuple(_kept(after, before, bodies))


def _kept(after: Resource, before: Any, bodies: dict[str, Any]) -> Iterator[Relation]:
    for relation in after.relations():
        old, new = _at(before, relation.path), _at(after.body, relation.path)
        if old is None and new is not None:
            continue
        if _same(old, new) or _names(old, bodies.get(relation.target)):
            yield relation
        elif isinstance(new, Unknown):
            yield replace(relation, certain=False)


def _at(body: Any, path: Path) -> Any:
    for step in path:
        body = child(body, step)
    return body


def _names(value: Any, target: Any) -> bool:
    """Whether a value holds the identity of a resource with this body."""
    if not isinstance(target, dict):
        return False
    identities = [text for key in _IDENTITIES if isinstance(text := reveal(target.get(key)), str) and text]
    texts = value if isinstance(value, list) else [value]
    return any(
        identity == text or (len(identity) >= _TELLING and identity in text)
        for text in map(reveal, texts)
        if isinstance(text, str)
        for identity in identities
    )
