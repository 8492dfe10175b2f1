"""Public members: where they stand, what an unknown may be, policies as text."""

from __future__ import annotations

import json

import pytest

from iacgate.checks import load_check
from iacgate.model import Document, Doubt, Inventory, Location, Partial, Resource, Unknown, Violation

WHY = Unknown("var.member has no value")
USER = Unknown("var.user has no value", prefix="user:")
OPEN_END = Unknown("var.more has no value", prefix="all")


def judged(body):
    place = lambda _path: Location(file="main.tf")  # noqa: E731  (one place is enough)
    document = Document(path="main.tf", kind="hcl", body=None, locate=place)
    subject = Resource(
        address="google_storage_bucket_iam_member.x", type="google_storage_bucket_iam_member", provider="google",
        name="x", body=body, adapter="test", document=document, locate=place,
    )  # fmt: skip
    found = list(load_check("google-public-members").bind({})(subject, Inventory([subject])))
    return [(type(one), one.path) for one in found]


def policy(*members):
    return json.dumps({"bindings": [{"role": "roles/viewer", "members": list(members)}]})


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"member": "allUsers"}, [(Violation, ("member",))]),
        ({"member": "allAuthenticatedUsers"}, [(Violation, ("member",))]),
        ({"members": ["user:a@b.c", "allUsers"]}, [(Violation, ("members", 1))]),
        ({"members": [WHY, "allUsers"]}, [(Doubt, ("members", 0)), (Violation, ("members", 1))]),
        ({"members": Partial(["allUsers"], maybe=WHY)}, [(Violation, ("members", 0)), (Doubt, ("members",))]),
        ({"policy_data": policy("user:a@b.c", "allUsers")}, [(Violation, ("policy_data",))]),
        ({"member": WHY}, [(Doubt, ("member",))]),
        ({"member": OPEN_END}, [(Doubt, ("member",))]),
        ({"members": WHY}, [(Doubt, ("members",))]),
        ({"policy_data": WHY}, [(Doubt, ("policy_data",))]),
        ({"member": USER}, []),
        ({"member": "user:allUsers@b.c"}, []),
        ({"members": []}, []),
        ({"policy_data": policy("user:a@b.c")}, []),
        ({"policy_data": "{"}, [(Doubt, ("policy_data",))]),
        ({"policy_data": "[" * 200_000}, [(Doubt, ("policy_data",))]),
        ({"policy_data": 7, "member": None, "members": "allUsers"}, []),
        ({}, []),
    ],
)
def test_members(body, expected):
    assert judged(body) == expected
