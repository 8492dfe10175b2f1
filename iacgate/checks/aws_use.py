"""Checks of AWS resources that nothing uses, and of data that no backup plan names.

Room: ``checks``. What may be used by something outside of the scan is not known here: a finding says that nothing in
it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from iacgate.model.dataclass import dataclass
from iacgate.sdk import Doubt, Inventory, Partial, Resource, Unknown, Violation, check, walk

Outcome = Violation | Doubt


@dataclass(frozen=True)
class UseParams:
    """What is wrong; types (globs) whose mention is no use; attributes of the subject that are a use by themselves."""

    message: str
    besides: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()


@check("aws-nothing-attached", params=UseParams)
def nothing_attached(subject: Resource, inventory: Inventory, params: UseParams) -> Iterator[Outcome]:
    """Resources that no other resource uses."""
    doubts = []
    for name in params.attributes:
        value = subject.get(name)
        if isinstance(value, Unknown) and not value.ref:
            doubts.append(Doubt(reason=value.reason, path=(name,)))
        elif isinstance(value, Unknown) or value:
            return
    users = inventory.related(subject, "*")
    if any(not _is_one_of(user.type, params.besides) for user in users):
        return
    if isinstance(users, Partial):
        doubts.append(Doubt(reason=users.maybe.reason))
    yield doubts[0] if doubts else Violation(message=params.message)


def _is_one_of(kind: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(kind, pattern) for pattern in patterns)


@dataclass(frozen=True)
class BackupParams:
    """The service part of the resource's ARN, by which a selection may take all of a kind."""

    service: str


@check("aws-backup-missing", params=BackupParams)
def backup_missing(subject: Resource, inventory: Inventory, params: BackupParams) -> Iterator[Outcome]:
    """Data that no ``aws_backup_selection`` takes: by its ARN, by a pattern, or by one of its tags."""
    named = inventory.related(subject, "aws_backup_selection")
    if named:
        return
    doubt: Unknown | None = named.maybe if isinstance(named, Partial) else None
    for selection in inventory.of_type("aws_backup_selection"):
        taken = _takes(selection, subject, params.service)
        if taken is True:
            return
        if isinstance(taken, Unknown):
            doubt = taken
    if not inventory.whole and subject.adapter != "terraform-plan":  # a plan is whole by itself
        doubt = Unknown("only some files are scanned")
    yield Violation(message="no backup plan names it") if doubt is None else Doubt(reason=doubt.reason)


def _takes(selection: Resource, subject: Resource, service: str) -> bool | Unknown:
    """Whether a selection takes the subject by a pattern of ARNs or by a tag."""
    doubt: Unknown | None = None
    for _, pattern in walk(selection.body, "resources", "*"):
        if isinstance(pattern, Unknown):
            doubt = doubt if pattern.ref else pattern
        elif _takes_all(pattern, service):
            return True
    for _, tag in walk(selection.body, "selection_tag", "*"):
        answer = _has_tag(subject, tag)
        if answer is True:
            return True
        doubt = answer if isinstance(answer, Unknown) else doubt
    doubt = _may_take(selection, subject) if doubt is None else doubt
    return False if doubt is None else doubt


def _may_take(selection: Resource, subject: Resource) -> Unknown | None:
    """Why patterns or tags that are not known may take the subject."""
    patterns, tags = selection.get("resources"), selection.get("selection_tag")
    if isinstance(patterns, Partial):
        return patterns.maybe
    if not isinstance(tags, Partial) or (tags.like and all(_has_tag(subject, one) is False for one in tags.like)):
        return None
    return tags.maybe


def _takes_all(pattern: Any, service: str) -> bool:
    if not isinstance(pattern, str):
        return False
    return pattern == "*" or (pattern.startswith(f"arn:aws:{service}:") and pattern.endswith(("/*", ":*")))


def _has_tag(subject: Resource, tag: Any) -> bool | Unknown:
    tags = subject.get("tags", default={})
    for value in (tags, tag):
        if isinstance(value, Unknown):
            return value
    if not isinstance(tags, Mapping) or not isinstance(tag, Mapping):
        return False
    key, wanted = tag.get("key"), tag.get("value")
    held = tags.get(key) if isinstance(key, str) else key
    for value in (key, wanted, held):
        if isinstance(value, Unknown):
            return value
    return held is not None and held == wanted
