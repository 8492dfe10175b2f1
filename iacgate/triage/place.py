"""Triage room: what is said of a finding's place: its environment, its owner, and what makes its fingerprint unique."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from iacgate.model import Document, Finding, Inventory, OwnerSettings, Resource, Settings, Subject, matches_paths
from iacgate.model.dataclass import replace
from iacgate.triage.codeowners import CodeOwners


def environment_of(path: str, settings: Settings) -> str:
    """The first environment of the settings whose globs cover a path, "" when none does."""
    return next((name for name, globs in settings.environments if matches_paths(globs, path)), "")


def owner_of(finding: Finding, settings: OwnerSettings, codeowners: CodeOwners | None) -> str:
    """The owner that the resource itself names (annotation, label, tag), else who CODEOWNERS says owns the file."""
    if isinstance(finding.subject, Resource):
        named = _own_word(finding.subject, settings)
        if named:
            return named
    return codeowners.of(finding.location.file) if codeowners else ""


def _own_word(resource: Resource, settings: OwnerSettings) -> str:
    tags = (resource.labels, resource.get("tags"), resource.get("tags_all"))
    wanted: tuple[tuple[str, tuple[Any, ...]], ...] = (
        (settings.annotation, (resource.annotations,)),
        (settings.label, (resource.labels,)),
        (settings.tag, tags),
    )
    for key, places in wanted:
        for place in places if key else ():
            value = place.get(key) if isinstance(place, Mapping) else None
            if isinstance(value, str) and value.strip():
                return value.strip()
    return ""


def placed(
    findings: Iterable[Finding],
    inventory: Inventory,
    settings: Settings,
    environment: str,
    codeowners: CodeOwners | None,
) -> list[Finding]:
    """The findings with environment, owner, qualifier and occurrence, in an order that does not depend on theirs."""
    listed = list(findings)
    shared = _shared_addresses(inventory, {finding.subject.address for finding in listed})
    environments: dict[str, str] = {}
    owners: dict[tuple[int, str], str] = {}
    result: list[Finding] = []
    for finding in listed:
        file = finding.location.file
        if not environment and file not in environments:
            environments[file] = environment_of(file, settings)
        owned = (id(finding.subject), file)
        if owned not in owners:
            owners[owned] = owner_of(finding, settings.owner, codeowners)
        qualifier = _namespace_of(finding.subject) if finding.subject.address in shared else ""
        result.append(_with(finding, environment or environments[file], owners[owned], qualifier))
    return _numbered(sorted(result, key=_order))


def _with(finding: Finding, environment: str, owner: str, qualifier: str) -> Finding:
    """The finding with what is known of its place; itself, where that is what it says already."""
    known = (finding.environment, finding.owner, finding.qualifier, finding.occurrence)
    if known == (environment, owner, qualifier, 1):
        return finding
    return replace(finding, environment=environment, owner=owner, qualifier=qualifier, occurrence=1)


def _order(finding: Finding) -> tuple[Any, ...]:
    where = finding.location
    steps = tuple(map(str, finding.path))
    via = tuple(map(str, where.via)) if where.via else ()
    return where.file, where.line, where.column, finding.rule.id, finding.subject.address, steps, via, finding.message


def _numbered(findings: list[Finding]) -> list[Finding]:
    """Findings whose identity would be the same, told apart by their order."""
    seen: dict[str, int] = defaultdict(int)
    result: list[Finding] = []
    for finding in findings:
        identity = finding.identity
        seen[identity] += 1
        count = seen[identity]
        result.append(finding if count == 1 else replace(finding, occurrence=count))
    return result


def _shared_addresses(inventory: Inventory, wanted: set[str]) -> set[str]:
    """Addresses that one adapter found in more than one file or root (a plan and its source name the same thing)."""
    places: dict[tuple[str, str], str] = {}
    shared: set[str] = set()
    for resource in inventory.resources:
        if resource.address in wanted:
            place = _namespace_of(resource)
            if places.setdefault((resource.adapter, resource.address), place) != place:
                shared.add(resource.address)
    return shared


def _namespace_of(subject: Subject) -> str:
    """What an address is unique in: the plan or root module that the adapter names, else the file."""
    return subject.path if isinstance(subject, Document) else subject.root or subject.document.path
