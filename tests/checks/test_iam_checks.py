"""Privilege escalation: what statements allow together."""

from __future__ import annotations

import pytest

from iacgate.checks import load_check
from iacgate.model import Document, Doubt, Inventory, Location, Partial, Resource, Unknown, Violation

WHY = Unknown("known after apply")


def found_in(*statements, policy=None):
    place = lambda _path: Location(file="main.tf")  # noqa: E731  (one place is enough)
    document = Document(path="main.tf", kind="hcl", body=None, locate=place)
    body = {"policy": {"Statement": list(statements)} if policy is None else policy}
    subject = Resource(
        address="aws_iam_policy.x", type="aws_iam_policy", provider="aws", name="x", body=body, adapter="test",
        document=document, locate=place,
    )  # fmt: skip
    return list(load_check("iam-privilege-escalation").bind({})(subject, Inventory([subject])))


def allow(*actions, resource="*"):
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


@pytest.mark.parametrize(
    "statements",
    [
        [allow("iam:CreateAccessKey")],
        [allow("iam:*")],
        [allow("iam:PassRole"), allow("ec2:RunInstances")],
        [allow("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction")],
        [{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}],
        [allow(WHY), allow("iam:PutUserPolicy")],
    ],
)
def test_escalation(statements):
    (found,) = found_in(*statements)
    assert isinstance(found, Violation)
    assert found.path == ("policy",)


@pytest.mark.parametrize(
    "statements",
    [
        [],
        [allow("s3:*")],
        [allow("iam:PassRole")],
        [allow("iam:PassRole", resource="arn:aws:iam::1:role/x"), allow("ec2:RunInstances")],
        [{"Effect": "Deny", "Action": "*", "Resource": "*"}],
    ],
)
def test_no_escalation(statements):
    assert found_in(*statements) == []


@pytest.mark.parametrize("policy", [WHY, {"Statement": [allow(WHY)]}, {"Statement": Partial([], maybe=WHY)}, "{"])
def test_doubt(policy):
    (found,) = found_in(policy=policy)
    assert isinstance(found, Doubt)
