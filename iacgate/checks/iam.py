"""Checks of AWS policies that no single statement decides.

Params: see each check. An unknown action or resource gives a doubt, unless what is known is bad enough by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from iacgate.lang.iam import allows, policy_statements
from iacgate.lang.jmespath.logic import Truth, both, doubt, either, equal
from iacgate.model import Partial
from iacgate.model.dataclass import dataclass
from iacgate.sdk import Doubt, Inventory, Resource, Unknown, Violation, check

# https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/: actions that, together and on any
# resource, give their holder rights that were not given
ESCALATIONS: tuple[tuple[str, ...], ...] = (
    ("iam:CreatePolicyVersion",),
    ("iam:SetDefaultPolicyVersion",),
    ("iam:CreateAccessKey",),
    ("iam:CreateLoginProfile",),
    ("iam:UpdateLoginProfile",),
    ("iam:AttachUserPolicy",),
    ("iam:AttachGroupPolicy",),
    ("iam:AttachRolePolicy", "sts:AssumeRole"),
    ("iam:PutUserPolicy",),
    ("iam:PutGroupPolicy",),
    ("iam:PutRolePolicy", "sts:AssumeRole"),
    ("iam:AddUserToGroup",),
    ("iam:UpdateAssumeRolePolicy", "sts:AssumeRole"),
    ("iam:PassRole", "ec2:RunInstances"),
    ("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"),
    ("iam:PassRole", "lambda:CreateFunction", "lambda:CreateEventSourceMapping"),
    ("iam:PassRole", "cloudformation:CreateStack"),
    ("iam:PassRole", "glue:CreateDevEndpoint"),
    ("iam:PassRole", "ecs:RunTask"),
    ("lambda:UpdateFunctionCode",),
)


@dataclass(frozen=True)
class PolicyParams:
    """Which attribute holds the policy; "" for the body itself (``aws_iam_policy_document``)."""

    attribute: str = "policy"


@check("iam-privilege-escalation", params=PolicyParams)
def iam_privilege_escalation(
    subject: Resource, _inventory: Inventory, params: PolicyParams
) -> Iterator[Violation | Doubt]:
    """Statements that together allow, on every resource, actions by which a user can raise their own rights.

    A statement with a principal belongs to a policy of the one resource it is attached to, and gives none of them.
    """
    path = (params.attribute,) if params.attribute else ()
    statements = policy_statements(None, subject.get(*path))
    if isinstance(statements, Unknown):
        yield Doubt(reason=statements.reason, path=path)
        return
    values = [placed.value for placed in statements]
    doubts: list[Unknown] = []
    for actions in ESCALATIONS:
        answer = _all_allowed(values, actions)
        if answer is True:
            yield Violation(message=f"allows {' with '.join(actions)} on every resource", path=path)
            return
        if isinstance(answer, Unknown):
            doubts.append(answer)
    if isinstance(statements, Partial):
        doubts.append(doubt(statements.maybe))
    if doubts:
        yield Doubt(reason=doubts[0].reason, path=path)


def _all_allowed(statements: Iterable[Any], actions: Iterable[str]) -> Truth:
    """Whether every action is allowed on every resource by some statement."""
    result: Truth = True
    for action in actions:
        allowed: Truth = False
        for statement in statements:
            granted = both(equal(statement["Principal"], None), allows(statement, action, "*"))
            allowed = either(allowed, granted)
        result = both(result, allowed)
    return result
