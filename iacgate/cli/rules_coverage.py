"""``iacgate rules coverage``: which resource types of a tree have rules, which have none, and how many there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from iacgate.evaluate import evaluate
from iacgate.model import Inventory, Resource, SourceStatus
from iacgate.model.dataclass import dataclass, field

if TYPE_CHECKING:
    from iacgate.model import Rule
    from iacgate.pipeline import Taken

_MOST_SHOWN = 40


@dataclass(slots=True, kw_only=True)
class TypeCoverage:
    """A resource type: how many of it there are, how many of those a rule looks at, and the rules.

    ``consulted`` are resources that no rule is about, but that decide about others (the versioning of a bucket).
    """

    type: str
    provider: str
    resources: int = 0
    looked_at: int = 0
    consulted: int = 0
    rules: set[str] = field(default_factory=set)


def cover(taken: Taken, rules: Iterable[Rule]) -> list[TypeCoverage]:
    """Every type of an inventory, the most frequent first.

    What a rule looks at is what it selects, whether or not it applies in the end. A Kubernetes object that Terraform
    makes counts for the resource of Terraform that makes it.
    """
    seen, consulted = _asked(taken.inventory, rules)
    found: dict[str, TypeCoverage] = {}
    for resource in taken.inventory.resources:
        if resource.view_of is None and resource.focus:
            name = type_name(resource)
            one = found.setdefault(name, TypeCoverage(type=name, provider=resource.provider))
            one.resources += 1
            one.looked_at += id(resource) in seen
            one.consulted += id(resource) in consulted and id(resource) not in seen
            one.rules |= seen.get(id(resource), set())
    return sorted(found.values(), key=lambda one: (-one.resources, one.type))


def _asked(inventory: Inventory, rules: Iterable[Rule]) -> tuple[dict[int, set[str]], set[int]]:
    """What rules are asked about (resource, by identity → rules), and what they in turn ask for."""
    consulted: set[int] = set()

    def related(_inventory: Inventory, resource: Resource, kind: str) -> list[Resource]:
        answer = inventory.related(resource, kind)
        consulted.update(id(one.view_of or one) for one in answer)
        return answer

    watched = Inventory(inventory.resources, inventory.documents, related=related, whole=inventory.whole)
    seen: dict[int, set[str]] = {}
    for evaluation in evaluate(rules, watched):
        subject = evaluation.subject
        if isinstance(subject, Resource):
            seen.setdefault(id(subject.view_of or subject), set()).add(evaluation.rule.id)
    return seen, consulted


def type_name(resource: Resource) -> str:
    """A resource's type as ``on`` of a rule says it."""
    return f"data.{resource.type}" if resource.category == "data" else resource.type


def as_object(covered: Sequence[TypeCoverage], taken: Taken) -> dict[str, Any]:
    """The picture as plain JSON values."""
    return {
        "summary": {
            "types": len(covered),
            "types_with_rules": sum(bool(one.rules) for one in covered),
            "resources": sum(one.resources for one in covered),
            "resources_looked_at": sum(one.looked_at for one in covered),
            "resources_consulted": sum(one.consulted for one in covered),
            "files_not_understood": _unreadable(taken),
        },
        "types": [
            {
                "type": one.type,
                "provider": one.provider,
                "resources": one.resources,
                "looked_at": one.looked_at,
                "consulted": one.consulted,
                "rules": sorted(one.rules),
            }
            for one in covered
        ],
    }


def as_text(covered: Sequence[TypeCoverage], taken: Taken) -> Iterable[str]:
    """The picture in lines: the types without rules first, for they are the news."""
    parts = (
        ("no rule looks at:", [one for one in covered if not one.rules and not one.consulted]),
        ("read for rules about others:", [one for one in covered if not one.rules and one.consulted]),
        ("rules look at:", [one for one in covered if one.rules]),
    )
    width = max((len(one.type) for one in covered), default=0)
    for title, types in parts:
        if types:
            yield title
            yield from (
                f"  {one.type:<{width}}  {one.resources:>5}  {_rules(one)}".rstrip() for one in types[:_MOST_SHOWN]
            )
            if len(types) > _MOST_SHOWN:
                yield f"  and {len(types) - _MOST_SHOWN} more types (-o json lists all)"
            yield ""
    yield _summary(covered, taken)


def _rules(one: TypeCoverage) -> str:
    if not one.rules:
        return ""
    partly = "" if one.looked_at == one.resources else f", at {one.looked_at} of them"
    return f"{len(one.rules)} rule{'' if len(one.rules) == 1 else 's'}{partly}"


def _summary(covered: Sequence[TypeCoverage], taken: Taken) -> str:
    types, resources = len(covered), sum(one.resources for one in covered)
    if not resources:
        return "nothing to look at"
    with_rules, looked_at = sum(bool(one.rules) for one in covered), sum(one.looked_at for one in covered)
    unreadable = _unreadable(taken)
    rest = f"; {unreadable} file{'' if unreadable == 1 else 's'} could not be understood" if unreadable else ""
    return (
        f"{with_rules} of {types} resource types have rules, {looked_at} of {resources} resources "
        f"({looked_at * 100 // resources} %){rest}"
    )


def _unreadable(taken: Taken) -> int:
    return sum(record.status is SourceStatus.UNREADABLE for record in taken.records)
