"""Roles of Google Cloud and Azure: every spelling gives one form, and what is not known stays a leaf."""

from __future__ import annotations

import json

import pytest

from iacgate.lang.roles import role_bindings, role_permissions
from iacgate.model import Partial, Secret, Unknown

LATER = Unknown("known after apply")
USER = Unknown("known after apply", prefix="user:")
VIEWER = {"role": "roles/viewer", "members": ["user:a@b.c"]}


def spelled(found):
    """Role and members of each binding, with the places of both; and why there may be more."""
    made = [
        (one.value["role"], one.value["members"], one.path, one.places.get("members", (*one.path, "members")))
        for one in found
    ]
    return made, found.maybe.reason if isinstance(found, Partial) else ""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            {"role": "roles/viewer", "member": "user:a@b.c"},
            [("roles/viewer", ["user:a@b.c"], (), ("member",))],
            id="a member",
        ),
        pytest.param(VIEWER, [("roles/viewer", ["user:a@b.c"], (), ("members",))], id="a binding"),
        pytest.param(
            {"policy_data": json.dumps({"bindings": [VIEWER]})},
            [
                (
                    "roles/viewer",
                    ["user:a@b.c"],
                    ("policy_data", "bindings", 0),
                    ("policy_data", "bindings", 0, "members"),
                )
            ],
            id="a policy as text",
        ),
        pytest.param(
            {"policy_data": {"bindings": [VIEWER]}},
            [
                (
                    "roles/viewer",
                    ["user:a@b.c"],
                    ("policy_data", "bindings", 0),
                    ("policy_data", "bindings", 0, "members"),
                )
            ],
            id="a policy as data, with holes elsewhere",
        ),
        pytest.param(
            {"binding": [VIEWER], "policy_data": "x"},
            [("roles/viewer", ["user:a@b.c"], ("binding", 0), ("binding", 0, "members"))],
            id="the data source",
        ),
        pytest.param({"policy_data": "{}"}, [], id="a policy that gives nothing"),
        pytest.param({"policy_data": ""}, [], id="no text"),
        pytest.param({"name": "x"}, [], id="no roles at all"),
        pytest.param("text", [], id="no body"),
    ],
)
def test_one_form(body, expected):
    assert spelled(role_bindings(None, body)) == (expected, "")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        pytest.param({"policy_data": LATER}, "known after apply", id="not known"),
        pytest.param({"policy_data": "{"}, "the policy is not valid JSON", id="no JSON"),
        pytest.param({"policy_data": "[]"}, "the policy is not a JSON object", id="no object"),
        pytest.param({"policy_data": "[" * 100_000}, "the policy is not valid JSON", id="too deep"),
        pytest.param({"policy_data": {"bindings": LATER}}, "known after apply", id="bindings not known"),
        pytest.param({"binding": Partial([], maybe=LATER)}, "known after apply", id="a number of blocks not known"),
    ],
)
def test_what_cannot_be_read_is_a_doubt(body, why):
    assert spelled(role_bindings(None, body)) == ([], why)


def test_unknown_leaves_stay_leaves():
    (one,) = role_bindings(None, {"role": LATER, "member": USER})
    assert one.value["role"] is LATER
    assert one.value["members"][0] is USER
    (one,) = role_bindings(None, {"policy_data": {"bindings": [{"role": "r", "members": ["a", USER]}]}})
    assert one.value["members"][1] is USER
    (one,) = role_bindings(None, {"role": "r", "members": LATER})
    assert isinstance(one.value["members"], Partial)
    assert list(one.value["members"]) == []


def test_a_secret_policy_is_read():
    (one,) = role_bindings(None, {"policy_data": Secret(json.dumps({"bindings": [VIEWER]}))})
    assert one.value["role"] == "roles/viewer"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            {"scope": "/subscriptions/0", "permissions": [{"actions": ["*"], "not_actions": ["a/*/delete"]}]},
            (["*"], ["a/*/delete"], [], ["/subscriptions/0"], ("scope",)),
            id="its own scope",
        ),
        pytest.param(
            {"scope": "/subscriptions/0", "assignable_scopes": ["/a"], "permissions": [{"data_actions": ["b/read"]}]},
            ([], [], ["b/read"], ["/a"], ("assignable_scopes",)),
            id="where it may be assigned",
        ),
        pytest.param(
            {"scope": "/s", "permissions": {"actions": ["*"]}}, (["*"], [], [], ["/s"], ("scope",)), id="one object"
        ),
    ],
)
def test_permissions_of_a_role(body, expected):
    (one,) = role_permissions(None, body)
    value = one.value
    made = (value["actions"], value["not_actions"], value["data_actions"], value["scopes"], one.places["scopes"])
    assert made == expected


def test_permissions_that_are_not_known():
    found = role_permissions(None, {"permissions": LATER})
    assert isinstance(found, Partial)
    assert list(found) == []
    (one,) = role_permissions(None, {"permissions": [{"actions": LATER}], "scope": "/s"})
    assert isinstance(one.value["actions"], Partial)
