"""Checks of AWS resources that are settled by something two links away.

Room: ``checks``. A link that cannot be told gives a doubt, unless what is known is enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from iacgate.model.dataclass import dataclass
from iacgate.sdk import Doubt, Inventory, Partial, Resource, Unknown, Violation, check

_RULES = ("aws_security_group_rule", "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")


@dataclass(frozen=True)
class ChainParams:
    """What must belong to the subject, step by step; an attribute that settles it by itself; what is wrong."""

    steps: tuple[str, ...]
    message: str
    unless: str = ""


@check("aws-default-group-closed")
def default_group_closed(subject: Resource, inventory: Inventory, params: object) -> Iterator[Violation | Doubt]:
    """Networks whose default security group is not taken over and emptied."""
    del params
    groups = inventory.related(subject, "aws_default_security_group")
    if not groups:
        yield _missing("the default security group is not closed", groups)
    for group in groups:
        for direction in ("ingress", "egress"):
            held = group.get(direction)
            if isinstance(held, Unknown):
                yield Doubt(reason=f"{group.address}: {held.reason}")
            elif held:
                message = f"the default security group has {direction} rules ({group.address})"
                yield Violation(message=message, location=group.at(direction), related=(group,))
            elif isinstance(held, Partial):
                yield Doubt(reason=f"{group.address}: {held.maybe.reason}")
        for rule in (rule for kind in _RULES for rule in inventory.related(group, kind)):
            message = f"a rule is added to the default security group ({rule.address})"
            yield Violation(message=message, location=rule.at(), related=(rule,))


@check("aws-chain-missing", params=ChainParams)
def chain_missing(subject: Resource, inventory: Inventory, params: ChainParams) -> Iterator[Violation | Doubt]:
    """Resources without something that hangs on them by way of something else."""
    settled = subject.get(params.unless) if params.unless else None
    if isinstance(settled, Unknown):
        yield Doubt(reason=settled.reason, path=(params.unless,))
        return
    if settled:
        return
    reached: list[Resource] = [subject]
    for kind in params.steps:
        found = [inventory.related(one, kind) for one in reached]
        reached = [one for some in found for one in some]
        if not reached:
            yield _missing(params.message, *found, () if settled is None else settled)
            return


def _missing(message: str, *searched: Iterable[Resource]) -> Violation | Doubt:
    maybe = next((some.maybe for some in searched if isinstance(some, Partial)), None)
    return Violation(message=message) if maybe is None else Doubt(reason=maybe.reason)
