"""Checks of Azure role definitions.

In: an ``azurerm_role_definition``. Out: the action that makes a role of one's own an owner of a subscription.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from iacgate.lang.jmespath.logic import Truth, both, doubt, either
from iacgate.lang.roles import role_permissions
from iacgate.model import Partial, Path
from iacgate.sdk import Doubt, Inventory, NoParams, Resource, Unknown, Violation, check

# https://learn.microsoft.com/azure/role-based-access-control/scope-overview: what is wider than a resource group
_WIDE = re.compile(
    r"/?\Z|/subscriptions/[^/]+/?\Z|/providers/Microsoft\.Management/managementGroups/[^/]+/?\Z", re.IGNORECASE
)
_WIDE_SOURCES = ("azurerm_subscription.", "azurerm_management_group.", "azurerm_subscriptions.")


@check("azure-custom-owner-role")
def azure_custom_owner_role(subject: Resource, _inventory: Inventory, _params: NoParams) -> Iterator[Violation | Doubt]:
    """Permissions with the action ``*`` in a role that can be assigned on a whole subscription or above."""
    wide, place = _assignable_widely(subject)
    if wide is False:
        return
    permissions = role_permissions(None, subject.body)
    for one in permissions:
        actions = one.value["actions"]
        for index, action in enumerate(actions):
            path = (*one.path, "actions", index)
            answer = both(wide, doubt(action) if isinstance(action, Unknown) else action == "*")
            if answer is True:
                yield Violation(message="the role may do everything on a whole subscription", path=path)
            elif isinstance(answer, Unknown):
                yield Doubt(reason=answer.reason, path=place if isinstance(wide, Unknown) else path)
        if isinstance(actions, Partial):
            yield Doubt(reason=actions.maybe.reason, path=("permissions",))
    if isinstance(permissions, Partial):
        yield Doubt(reason=permissions.maybe.reason, path=("permissions",))


def _assignable_widely(subject: Resource) -> tuple[Truth, Path]:
    """Whether the role reaches beyond a resource group, and what says so. Without a list its own scope is the list."""
    scopes = subject.get("assignable_scopes")
    if isinstance(scopes, Partial) or (isinstance(scopes, list) and scopes):
        answer: Truth = doubt(scopes.maybe) if isinstance(scopes, Partial) else False
        for scope in scopes:
            answer = either(answer, _is_wide(scope))
        return answer, ("assignable_scopes",)
    if isinstance(scopes, Unknown):
        return _is_wide(scopes), ("assignable_scopes",)
    return _is_wide(subject.get("scope")), ("scope",)


def _is_wide(scope: object) -> Truth:
    """An id that is not known yet is that of a subscription when it comes from one."""
    if isinstance(scope, Unknown):
        source = (scope.ref or "").rpartition("data.")[2]
        whole = not scope.prefix and not scope.suffix
        return True if whole and source.startswith(_WIDE_SOURCES) else doubt(scope)
    return isinstance(scope, str) and _WIDE.match(scope.strip()) is not None
