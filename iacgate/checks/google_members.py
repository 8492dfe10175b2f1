"""Checks of IAM members on Google Cloud.

In: an ``…_iam_binding`` (``members``), ``…_iam_member`` (``member``) or ``…_iam_policy`` (``policy_data``) of any
service. Out: the members that stand for everybody.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from iacgate.model import Partial, Path, Secret
from iacgate.sdk import Doubt, Inventory, NoParams, Resource, Unknown, Violation, check, walk

# https://cloud.google.com/iam/docs/principals-overview#all-users
PUBLIC = {"allUsers": "everybody", "allAuthenticatedUsers": "everybody with any Google account"}

Places = list[tuple[Path, Any]]


@check("google-public-members")
def google_public_members(subject: Resource, _inventory: Inventory, _params: NoParams) -> Iterator[Violation | Doubt]:
    """Members that are everybody, or everybody with an account: each where it stands."""
    places = _members(subject.body)
    for path, member in places:
        name = member.reveal() if isinstance(member, Secret) else member
        if isinstance(name, Unknown):
            if _may_be_public(name):
                yield Doubt(reason=name.reason, path=path)
        elif isinstance(name, str) and name in PUBLIC:
            yield Violation(message=f"the role is given to {name}: {PUBLIC[name]}", path=path)
    if isinstance(places, Partial):
        yield Doubt(reason=places.maybe.reason, path=("members",))


def _may_be_public(member: Unknown) -> bool:
    """Whether a member of which only the ends are known may be one of the public ones: ``user:…`` may not."""
    return any(name.startswith(member.prefix) and name.endswith(member.suffix) for name in PUBLIC)


def _members(body: dict[str, Any]) -> Places:
    named = [*walk(body, "member"), *walk(body, "policy_data")]
    listed = walk(body, "members", "*")
    found: Places = [
        pair
        for path, value in named
        for pair in (_of_policy(path, value) if path == ("policy_data",) else [(path, value)])
    ]
    return Partial([*found, *listed], maybe=listed.maybe) if isinstance(listed, Partial) else [*found, *listed]


def _of_policy(path: Path, text: Any) -> Places:
    """The members of a policy, all at the place of the policy itself: its text is made elsewhere."""
    text = text.reveal() if isinstance(text, Secret) else text
    if isinstance(text, Unknown):
        return [(path, text)]
    try:
        policy = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        return []
    return [(path, member) for _, member in walk(policy, "bindings", "*", "members", "*")]
