"""Owner roles: how wide a role can be assigned, and what it may do."""

from __future__ import annotations

import pytest

from iacgate.checks import load_check
from iacgate.model import Document, Doubt, Inventory, Location, Partial, Resource, Unknown, Violation

WHY = Unknown("var.scope has no value")
SUBSCRIPTION = Unknown("known after apply", ref="data.azurerm_subscription.primary")
IN_MODULE = Unknown("known after apply", ref="module.a.data.azurerm_subscription.primary")
GROUP = Unknown("known after apply", ref="azurerm_resource_group.shop")
WITHIN = Unknown("known after apply", ref="data.azurerm_subscription.primary", suffix="/resourceGroups/shop")


def judged(scope=None, scopes=None, actions=("*",)):
    place = lambda _path: Location(file="main.tf")  # noqa: E731  (one place is enough)
    document = Document(path="main.tf", kind="hcl", body=None, locate=place)
    given = list(actions) if isinstance(actions, tuple) else actions
    body = {"scope": scope, "assignable_scopes": scopes, "permissions": [{"actions": given}]}
    subject = Resource(
        address="azurerm_role_definition.x", type="azurerm_role_definition", provider="azurerm", name="x", body=body,
        adapter="test", document=document, locate=place,
    )  # fmt: skip
    found = list(load_check("azure-custom-owner-role").bind({})(subject, Inventory([subject])))
    return [(type(one), one.path) for one in found]


BAD = [(Violation, ("permissions", 0, "actions", 0))]


@pytest.mark.parametrize(
    "scope",
    ["/", "", "/subscriptions/0", "/SUBSCRIPTIONS/0/", "/providers/Microsoft.Management/managementGroups/all",
     SUBSCRIPTION, IN_MODULE],
)  # fmt: skip
def test_wide(scope):
    assert judged(scope=scope) == BAD
    assert judged(scope="/subscriptions/0/resourceGroups/a", scopes=["/subscriptions/0/resourceGroups/a", scope]) == BAD
    assert judged(scope=scope, actions=("*/read",)) == []


@pytest.mark.parametrize("scope", ["/subscriptions/0/resourceGroups/a", None, 7])
def test_narrow(scope):
    assert judged(scope=scope) == []
    assert judged(scope="/subscriptions/0", scopes=["/subscriptions/0/resourceGroups/a"]) == []


@pytest.mark.parametrize("scope", [WHY, GROUP, WITHIN])
def test_unknown_scope(scope):
    assert judged(scope=scope) == [(Doubt, ("scope",))]
    assert judged(scopes=Partial([], maybe=scope)) == [(Doubt, ("assignable_scopes",))]
    assert judged(scope=scope, actions=("*/read",)) == []


def test_unknown_actions():
    assert judged(scope="/", actions=(WHY, "*")) == [
        (Doubt, ("permissions", 0, "actions", 0)),
        (Violation, (*BAD[0][1][:3], 1)),
    ]
    assert judged(scope="/", actions=Partial(["a"], maybe=WHY)) == [(Doubt, ("permissions",))]
