"""Checks of IAM members on Google Cloud.

In: an ``…_iam_binding`` (``members``), ``…_iam_member`` (``member``) or ``…_iam_policy`` (``policy_data``) of any
service. Out: the members that stand for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator

from iacgate.lang.places import Placed
from iacgate.lang.roles import role_bindings
from iacgate.model import Partial, Path, Secret
from iacgate.sdk import Doubt, Inventory, NoParams, Resource, Unknown, Violation, check

# https://cloud.google.com/iam/docs/principals-overview#all-users
PUBLIC = {"allUsers": "everybody", "allAuthenticatedUsers": "everybody with any Google account"}


@check("google-public-members")
def google_public_members(subject: Resource, _inventory: Inventory, _params: NoParams) -> Iterator[Violation | Doubt]:
    """Members that are everybody, or everybody with an account: each where it stands."""
    bindings = role_bindings(None, subject.body)
    for binding in bindings:
        yield from _public(binding)
    if isinstance(bindings, Partial):
        yield Doubt(reason=bindings.maybe.reason, path=("policy_data",))


def _public(binding: Placed) -> Iterator[Violation | Doubt]:
    members = binding.value["members"]
    for index, member in enumerate(members):
        name = member.reveal() if isinstance(member, Secret) else member
        if isinstance(name, Unknown):
            if _may_be_public(name):
                yield Doubt(reason=name.reason, path=_place(binding, index))
        elif isinstance(name, str) and name in PUBLIC:
            yield Violation(message=f"the role is given to {name}: {PUBLIC[name]}", path=_place(binding, index))
    if isinstance(members, Partial):
        yield Doubt(reason=members.maybe.reason, path=_place(binding))


def _place(binding: Placed, *index: int) -> Path:
    """Where a member stands. Those of a policy stand at the policy itself: its text is made elsewhere."""
    path = binding.places.get("members", (*binding.path, "members"))
    if path[0] == "policy_data":
        return ("policy_data",)
    return path if path == ("member",) else (*path, *index)


def _may_be_public(member: Unknown) -> bool:
    """Whether a member of which only the ends are known may be one of the public ones: ``user:…`` may not."""
    return any(name.startswith(member.prefix) and name.endswith(member.suffix) for name in PUBLIC)
