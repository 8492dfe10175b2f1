"""Checks of AWS identity policies: what the statements of one policy allow, wherever the policy is written.

Room: ``checks``. In: a policy, an inline policy, a policy document. Out: violations at the statement's element.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

from iacgate.lang.iam import allows, policy_statements
from iacgate.lang.jmespath.logic import Truth, both, equal, negate
from iacgate.lang.places import Placed
from iacgate.model.dataclass import dataclass
from iacgate.sdk import Doubt, Inventory, NotApplicable, Partial, Resource, Unknown, Violation, check, may_hold, walk

Outcome = Violation | Doubt | NotApplicable
Path = tuple[str | int, ...]

_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "aws_iam_role": ("inline_policy", "*", "policy"),
    "aws_ssoadmin_permission_set_inline_policy": ("inline_policy",),
}
"""Where the policy stands, for the types that do not call it ``policy``."""


@dataclass(frozen=True)
class StatementParams:
    """What a statement must not give: all actions on all resources, or all actions on some."""

    gives: Literal["everything", "every action"]


@check("aws-iam-statement", params=StatementParams)
def iam_statement(subject: Resource, inventory: Inventory, params: StatementParams) -> Iterator[Outcome]:
    """Statements that allow too much by themselves."""
    del inventory
    policies = _policies(subject)
    more = subject.get("inline_policy") if subject.type == "aws_iam_role" else None
    if isinstance(more, Partial):
        yield Doubt(reason=more.maybe.reason, path=("inline_policy",))
    elif not policies and subject.type == "aws_iam_role":
        yield NotApplicable(reason="no inline policy")
    everything = params.gives == "everything"
    judge = _is_everything if everything else _is_every_action
    message = "allows every action on every resource" if everything else "allows every action"
    for path, policy in policies:
        statements = policy_statements(None, policy)
        if isinstance(statements, Unknown):
            yield Doubt(reason=statements.reason, path=path)
            continue
        yield from _statements_where(path, statements, judge, message)
        if isinstance(statements, Partial) and may_hold(statements, judge):
            yield Doubt(reason=statements.maybe.reason, path=path)


def _policies(subject: Resource) -> list[tuple[Path, Any]]:
    if subject.category == "data":
        return [((), subject.body)]
    steps = _ATTRIBUTES.get(subject.type, ("policy",))
    return list(walk(subject.body, *steps))


def _statements_where(
    path: Path, statements: list[Placed], judge: Callable[[Any], Truth], message: str
) -> Iterator[Violation | Doubt]:
    for one in statements:
        answer = judge(one.value)
        if isinstance(answer, Unknown):
            yield Doubt(reason=answer.reason, path=(*path, *_element(one)))
        elif answer:
            yield Violation(message=f"{_name(one)} {message}", path=(*path, *_element(one)))


def _is_everything(statement: Any) -> Truth:
    """Statements with a principal speak of the one thing their policy is attached to."""
    spoken = both(negate(equal(statement["Action"], None)), equal(statement["Principal"], None))
    return both(spoken, allows(statement, "*", "*"))


def _is_every_action(statement: Any) -> Truth:
    return both(negate(equal(statement["Action"], None)), allows(statement, "*"))


def _element(one: Placed) -> Path:
    return one.places.get("Action", one.path)


def _name(one: Placed) -> str:
    sid = one.value.get("Sid")
    return f'statement "{sid}"' if isinstance(sid, str) and sid else "the statement"
