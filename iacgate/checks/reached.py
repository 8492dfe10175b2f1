"""A check on what a resource leads to: an expression judged on the resources some steps away.

Room: ``checks``. For facts that belong to one resource and are written on another: a function and the address it is
called by, a distribution and the firewall in front of it, a database and its parameters.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from iacgate.lang.jmespath import Condition, Context, Located, Node, compile_condition, locate, parse
from iacgate.lang.jmespath.logic import Truth
from iacgate.model import Path
from iacgate.model.dataclass import dataclass
from iacgate.sdk import Doubt, Inventory, NotApplicable, Partial, Resource, Unknown, Violation, check

Outcome = Violation | Doubt | NotApplicable


@dataclass(frozen=True)
class ReachedParams:
    """Where to go and what must hold there.

    Each of ``steps`` is a type, or several with ``|`` between them; with a ``+`` before it, what led there counts as
    reached too. ``deny`` is judged on each resource that is
    reached, ``require`` must be true on one of them; ``at`` is the value of it to point at, ``here`` a value of the
    subject to point at instead. ``nothing`` says what it means that nothing is reached. ``where`` is judged on the
    subject; ``otherwise`` says what it means that it is false.
    """

    steps: tuple[str, ...]
    message: str
    deny: str = ""
    require: str = ""
    at: str = ""
    here: str = ""
    where: str = ""
    otherwise: Literal["skip", "pass"] = "skip"
    nothing: Literal["pass", "fail", "skip"] = "pass"


@check("reached-resource", params=ReachedParams)
def reached_resource(subject: Resource, inventory: Inventory, params: ReachedParams) -> Iterator[Outcome]:
    """Resources that lead to one with a flaw, or to none that does what is asked."""
    applies = _condition(params.where)(subject.body, Context(subject, inventory)) if params.where else True
    if isinstance(applies, Unknown):
        found = list(_judged(subject, inventory, params))
        objects = any(not isinstance(one, NotApplicable) for one in found)
        yield from (Doubt(reason=applies.reason),) if objects else found
    elif applies:
        yield from _judged(subject, inventory, params)
    elif params.otherwise == "skip":
        yield NotApplicable(reason="the rule is not for resources like this one")


def _judged(subject: Resource, inventory: Inventory, params: ReachedParams) -> Iterator[Outcome]:
    reached, maybe = _reach(subject, inventory, params.steps)
    if params.deny:
        yield from _denied(subject, reached, inventory, params)
    answers = [_answer(params.require, one, inventory) for one in reached] if params.require else []
    if (reached and not params.require) or any(answer is True for answer in answers):
        return
    doubts = [one for one in (maybe, *answers) if isinstance(one, Unknown)]
    if doubts:
        yield Doubt(reason=doubts[0].reason)
    elif answers:
        yield _violation(subject, reached, params, params.message)
    elif params.nothing == "fail":
        yield _violation(subject, [], params, params.message)
    elif params.nothing == "skip":
        yield NotApplicable(reason=f"nothing leads to {params.steps[-1].replace('|', ' or ')}")


def _reach(subject: Resource, inventory: Inventory, steps: tuple[str, ...]) -> tuple[list[Resource], Unknown | None]:
    """The resources at the end of the steps, and why there may be more."""
    reached, kept = [subject], []
    doubts: list[Unknown] = []
    for step in steps:
        kept += reached if step.startswith("+") else []
        found = [inventory.related(one, kind) for one in reached for kind in step.lstrip("+").split("|")]
        doubts.extend(some.maybe for some in found if isinstance(some, Partial))
        reached = list({id(one): one for some in found for one in some}.values())
    return [*kept, *reached], doubts[0] if doubts else None


def _denied(
    subject: Resource, reached: list[Resource], inventory: Inventory, params: ReachedParams
) -> Iterator[Outcome]:
    for one in reached:
        answer = _answer(params.deny, one, inventory)
        if isinstance(answer, Unknown):
            yield Doubt(reason=f"{one.address}: {answer.reason}")
        elif answer:
            yield _violation(subject, [one], params, f"{params.message} ({one.address})")


def _answer(expression: str, resource: Resource, inventory: Inventory) -> Truth:
    return _condition(expression)(resource.body, Context(resource, inventory))


def _violation(subject: Resource, reached: list[Resource], params: ReachedParams, message: str) -> Violation:
    if params.here or not reached:
        return Violation(message=message, path=_path(subject, params.here), related=tuple(reached))
    place = reached[0].at(*_path(reached[0], params.at))
    return Violation(message=message, location=place, related=tuple(reached))


def _path(resource: Resource, at: str) -> Path:
    """The way to the value, or to where it is missing."""
    if not at:
        return ()
    return locate(_tree(at), Located(resource.body, ()), Context(resource)).path or ()


@lru_cache(maxsize=256)
def _tree(expression: str) -> Node:
    return parse(expression)


@lru_cache(maxsize=256)
def _condition(expression: str) -> Condition:
    return compile_condition(_tree(expression))
