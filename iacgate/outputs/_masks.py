"""Part of the outputs room: which stretches of a source line must not be shown.

In comes a finding and one line of its file, out come the stretches to cover: values the adapter marked sensitive (found
by their place and by their text), the data of a Kubernetes Secret, and the place of a finding that is about a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from iacgate.model import Finding, Location, Path, Resource, ScanReport, Secret, Subject

Span = tuple[int, int]
"""First and end index into a line, counted from 0."""

_SECRET_TYPES = frozenset({"Secret", "kubernetes_secret", "kubernetes_secret_v1"})
_SECRET_MEMBERS = ("data", "stringData", "string_data", "binary_data", "binaryData", "data_wo")
_SECRET_TAGS = frozenset({"secret", "secrets"})
_SHORTEST = 4
"""Shorter values are covered by their place only: covering every ``a`` would hide nothing and spoil the line."""


@dataclass(frozen=True, slots=True)
class _Covered:
    places: tuple[tuple[Location, str], ...]
    texts: frozenset[str]


class Masks:
    """Remembers, for the time of one rendering, what is secret in which resource and file."""

    def __init__(self, report: ScanReport) -> None:
        self._report = report
        self._subjects: dict[int, _Covered] = {}
        self._files: dict[str, list[Resource]] | None = None

    def spans(self, finding: Finding, number: int, line: str) -> list[Span]:
        """The stretches of line ``number`` of the finding's file that must be covered, joined and in order."""
        place = finding.location
        found: list[Span] = []
        if _SECRET_TAGS.intersection(finding.rule.tags):
            found.extend(_stretch(place, number, line, ""))
        for subject in (finding.subject, *self._neighbours(place.file)):
            covered = self._covered(subject)
            for where, key in covered.places:
                if where.file == place.file and where.line <= number <= where.end_line:
                    found.extend(_stretch(where, number, line, key))
            for text in covered.texts:
                found.extend(_occurrences(line, text))
        return _joined(found)

    def _neighbours(self, file: str) -> list[Resource]:
        if self._files is None:
            self._files = {}
            for resource in self._report.resources:
                self._files.setdefault(resource.document.path, []).append(resource)
        return self._files.get(file, [])

    def _covered(self, subject: Subject) -> _Covered:
        known = self._subjects.get(id(subject))
        if known is None:
            known = self._subjects[id(subject)] = _cover(subject)
        return known


def _cover(subject: Subject) -> _Covered:
    places: list[tuple[Location, str]] = []
    texts: set[str] = set()
    for path, value in _secret_values(subject):
        place = subject.locate(path)
        if path and place != subject.locate(path[:-1]):  # the nearest enclosing thing is not the value
            places.append((place, str(path[-1])))
        for text in _strings(value):
            texts.update(_spellings(text))
    return _Covered(tuple(places), frozenset(texts))


def _secret_values(subject: Subject) -> Iterator[tuple[Path, Any]]:
    """Paths and values of what is secret in a body, without recursion: bodies can be deep."""
    pending: list[tuple[Path, Any, bool]] = [((), subject.body, False)]
    holder = _holds_secret_data(subject)
    while pending:
        path, node, inside = pending.pop()
        if isinstance(node, Secret):
            yield path, node.reveal()
        elif isinstance(node, dict):
            for key, item in node.items():
                pending.append(((*path, key), item, inside or (holder and not path and key in _SECRET_MEMBERS)))
        elif isinstance(node, list):
            pending.extend(((*path, index), item, inside) for index, item in enumerate(node))
        elif inside and isinstance(node, str | int | float):
            yield path, node


def _holds_secret_data(subject: Subject) -> bool:
    if subject.type in _SECRET_TYPES:
        return True
    kind = subject.body.get("kind") if isinstance(subject.body, dict) else None
    return isinstance(kind, str) and kind == "Secret"


def _strings(value: Any) -> Iterator[str]:
    pending = [value]
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict):
            pending.extend(node.values())
        elif isinstance(node, list | tuple):
            pending.extend(node)
        elif isinstance(node, Secret):
            pending.append(node.reveal())
        elif isinstance(node, int | float) and not isinstance(node, bool):
            yield str(node)


def _spellings(text: str) -> Iterator[str]:
    """The value as it may stand in a line: whole, each of its lines, and with quotes and backslashes escaped."""
    for line in {text, *text.splitlines()}:
        for spelling in (line.strip(), line.strip().replace("\\", "\\\\").replace('"', '\\"')):
            if len(spelling) >= _SHORTEST:
                yield spelling


def _stretch(place: Location, number: int, line: str, key: str) -> Iterator[Span]:
    """The part of a line inside a place, without the key in front of the value and without a mere reference."""
    if not place.line <= number <= place.end_line:
        return
    start = place.column - 1 if number == place.line else len(line) - len(line.lstrip())
    end = place.end_column - 1 if number == place.end_line else len(line)
    start, end = max(start, 0), min(max(end, start), len(line))
    if start == end and place.line == place.end_line:
        end = len(line)  # a place without an extent: cover the rest, rather than nothing
    inner = line[start:end]
    lead = re.match(rf"""["']?{re.escape(key)}["']?\s*[:=]\s*""" if key else r"(?:ENV|ARG)\s+\w+[ =]", inner)
    start += lead.end() if lead else 0
    if not re.fullmatch(r"(?:var|local|data|module|each|self)\.[\w.\[\]\"-]*", line[start:end]):
        yield start, end


def _occurrences(line: str, text: str) -> Iterator[Span]:
    start = line.find(text)
    while start >= 0:
        yield start, start + len(text)
        start = line.find(text, start + len(text))


def _joined(spans: list[Span]) -> list[Span]:
    result: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result
