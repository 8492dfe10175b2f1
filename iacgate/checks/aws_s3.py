"""Checks of Amazon S3 buckets that look at a bucket together with the resources that configure it.

Room: ``checks``. A bucket's access list stands on the bucket (old style) or in an ``aws_s3_bucket_acl`` of its own. It
is judged on the bucket, because a public access block there may take its effect away; the finding points at the list.
A list whose bucket is not part of the scan is judged by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from iacgate.lang.jmespath.kleene import to_bool
from iacgate.model import reveal
from iacgate.model.dataclass import dataclass
from iacgate.sdk import Doubt, Inventory, NotApplicable, Partial, Resource, Unknown, Violation, check, walk

Outcome = Violation | Doubt | NotApplicable

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl
_CANNED = {
    "public-read": {"READ"},
    "website": {"READ"},
    "authenticated-read": {"READ"},
    "public-read-write": {"READ", "WRITE"},
}
_EVERYBODY = ("/groups/global/AllUsers", "/groups/global/AuthenticatedUsers")
_GRANTING = {"READ": {"READ", "FULL_CONTROL"}, "WRITE": {"WRITE", "WRITE_ACP", "FULL_CONTROL"}}


@dataclass(frozen=True)
class AclParams:
    """Which right must not be given to everybody."""

    right: Literal["READ", "WRITE"]


@check("aws-s3-acl-open", params=AclParams)
def acl_open(subject: Resource, inventory: Inventory, params: AclParams) -> Iterator[Outcome]:
    """Access lists that give everybody a right on the bucket."""
    if subject.type == "aws_s3_bucket_acl":
        if any(bucket.focus for bucket in inventory.related(subject, "aws_s3_bucket")):
            yield NotApplicable(reason="judged on its bucket")
        else:
            yield from _judged(subject, subject, params.right)
        return
    lists = inventory.related(subject, "aws_s3_bucket_acl")
    found = [outcome for holder in (subject, *lists) for outcome in _judged(holder, subject, params.right)]
    if isinstance(lists, Partial):
        found.append(Doubt(reason=lists.maybe.reason))
    yield from _unless_ignored(found, inventory.related(subject, "aws_s3_bucket_public_access_block"))


def _unless_ignored(found: Iterable[Outcome], blocks: list[Resource]) -> Iterator[Outcome]:
    """With ``ignore_public_acls`` S3 acts as if public access lists were not there."""
    ignored = [to_bool(block.get("ignore_public_acls")) for block in blocks]
    unsure = next((answer for answer in ignored if isinstance(answer, Unknown)), None)
    if any(answer is True for answer in ignored):
        return
    for outcome in found:
        yield outcome if unsure is None else Doubt(reason=unsure.reason)


def _judged(holder: Resource, subject: Resource, right: str) -> Iterator[Outcome]:
    """What one access list gives to everybody, said of ``subject``."""
    canned = reveal(holder.get("acl"))
    if isinstance(canned, Unknown):
        yield _doubt(canned, holder, subject, ("acl",))
    elif right in _CANNED.get(str(canned), ()):
        yield _violation(f"the ACL {canned} {_meaning(right)}", holder, subject, ("acl",))
    for steps in (("grant", "*"), ("access_control_policy", "*", "grant", "*")):
        grants = walk(holder.body, *steps)
        for path, grant in grants:
            given = _given(grant, right)
            if isinstance(given, Unknown):
                yield _doubt(given, holder, subject, path)
            elif given:
                yield _violation(f"a grant to {given} {_meaning(right)}", holder, subject, path)
        if isinstance(grants, Partial):
            yield _doubt(grants.maybe, holder, subject, steps[:1])


def _given(grant: Any, right: str) -> str | Unknown | None:
    """The public group that a grant gives the right to; ``None`` for grants that do not."""
    if isinstance(grant, Unknown):
        return grant
    grantees = [(), *walk(grant, "grantee", "*")]
    texts = [grant.get("uri"), *(one.get("uri") for _, one in grantees[1:] if isinstance(one, dict))]
    rights = [grant.get("permission"), *(held for _, held in walk(grant, "permissions", "*"))]
    public = next((one for one in texts if isinstance(one, str) and one.endswith(_EVERYBODY)), None)
    unsure = [one for one in texts if isinstance(one, Unknown) and not one.ref]
    if public is None and not unsure:
        return None
    if any(isinstance(one, str) and one.upper() in _GRANTING[right] for one in rights):
        return public.rpartition("/")[2] if public is not None else unsure[0]
    return next((one for one in rights if isinstance(one, Unknown)), None)


def _meaning(right: str) -> str:
    return "lets everybody read the bucket" if right == "READ" else "lets everybody write to the bucket"


def _violation(message: str, holder: Resource, subject: Resource, path: tuple[str | int, ...]) -> Violation:
    if holder is subject:
        return Violation(message=message, path=path)
    return Violation(message=f"{message} ({holder.address})", location=holder.at(*path), related=(holder,))


def _doubt(unknown: Unknown, holder: Resource, subject: Resource, path: tuple[str | int, ...]) -> Doubt:
    if holder is subject:
        return Doubt(reason=unknown.reason, path=path)
    return Doubt(reason=f"{holder.address}: {unknown.reason}")
