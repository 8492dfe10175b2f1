"""Part of the outputs room: which stretches of a source line must not be shown.

In comes a finding and one line of its file, out come the stretches to cover: values the adapter marked sensitive (found
by their place and by their text), the data of a Kubernetes Secret, the place of a finding that is about a secret, and
what commands are given as credentials.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from iacgate.lang.credentials import credentials
from iacgate.model import Finding, Location, Path, Resource, ScanReport, Secret, Subject

Span = tuple[int, int]
"""First and end index into a line, counted from 0."""

_SECRET_TYPES = frozenset({"Secret", "kubernetes_secret", "kubernetes_secret_v1"})
_SECRET_MEMBERS = ("data", "stringData", "string_data", "binary_data", "binaryData", "data_wo")
_SECRET_TAGS = frozenset({"secret", "secrets"})
_NESTED = (dict, list)
_HOLDING = (dict, list, Secret)
_BUCKET = 512
_SHORTEST = 4
"""Shorter values are covered by their place only: covering every ``a`` would hide nothing and spoil the line."""


class _Covered:
    """What is secret in some subjects, by where to look for it: a minified file has thousands of them on one line.

    ``places`` are kept by file, line and stretch of ``_BUCKET`` columns (``None`` for places over several lines),
    ``texts`` by their first characters.
    """

    __slots__ = ("longest", "places", "texts")

    def __init__(self, subjects: Iterable[Subject], secrets: Callable[[Subject], Iterable[tuple[Path, Any]]]) -> None:
        self.places: dict[tuple[str, int, int | None], list[tuple[Location, str]]] = {}
        self.texts: dict[str, set[str]] = {}
        self.longest = 0
        for subject in subjects:
            for path, value in secrets(subject):
                self._cover_place(subject, path)
                self._cover_text(value)
            for value in _earlier_secrets(subject):
                self._cover_text(value)

    def places_in(self, file: str, line: int, window: Span) -> Iterator[tuple[Location, str]]:
        """The places on a line that may reach into the window, with the key each value belongs to."""
        if self.places:
            buckets = range(window[0] // _BUCKET, window[1] // _BUCKET + 1)
            for bucket in (None, *buckets):
                yield from self.places.get((file, line, bucket), ())

    def occurrences(self, line: str, window: Span) -> Iterator[Span]:
        """Where secret texts stand that may reach into the window."""
        if self.texts:
            for start in range(max(window[0] - self.longest, 0), min(window[1], len(line))):
                for text in self.texts.get(line[start : start + _SHORTEST], ()):
                    if line.startswith(text, start):
                        yield start, start + len(text)

    def _cover_text(self, value: Any) -> None:
        for spelling in (spelling for text in _strings(value) for spelling in _spellings(text)):
            self.texts.setdefault(spelling[:_SHORTEST], set()).add(spelling)
            self.longest = max(self.longest, len(spelling))

    def _cover_place(self, subject: Subject, path: Path) -> None:
        place = subject.locate(path).through(())
        if not path or place == subject.locate(path[:-1]).through(()):  # the nearest enclosing thing is not the value
            return
        entry = (place, str(path[-1]))
        if place.line == place.end_line and place.column < place.end_column:
            for bucket in range((place.column - 1) // _BUCKET, (place.end_column - 1) // _BUCKET + 1):
                self.places.setdefault((place.file, place.line, bucket), []).append(entry)
            return
        for line in range(place.line, place.end_line + 1):
            self.places.setdefault((place.file, line, None), []).append(entry)


class Masks:
    """Remembers, for the time of one rendering, what is secret in which resource and file."""

    def __init__(self, report: ScanReport) -> None:
        self._report = report
        self._secrets: dict[int, list[tuple[Path, Any]]] = {}
        self._subjects: dict[int, _Covered] = {}
        self._files: dict[str, _Covered] = {}
        self._residents: dict[str, list[Resource]] | None = None
        self._found: dict[tuple[str, int], list[Location]] | None = None

    def spans(self, finding: Finding, number: int, line: str, window: Span) -> list[Span]:
        """The stretches of line ``number`` of the finding's file to cover, joined and in order.

        Only those that reach into ``window`` matter: a minified file is one line of megabytes.
        """
        place = finding.location
        found: list[Span] = []
        own = (place,) if _SECRET_TAGS.intersection(finding.rule.tags) else ()
        for secret in (*own, *self._found_secrets().get((place.file, number), ())):
            found.extend(_stretch(secret, number, line, ""))
        for covered in (self._of_subject(finding.subject), self._of_file(place.file)):
            for where, key in covered.places_in(place.file, number, window):
                found.extend(_stretch(where, number, line, key))
            found.extend(covered.occurrences(line, window))
        found.extend(_given_to_commands(line, window))
        return _joined(found)

    def _found_secrets(self) -> dict[tuple[str, int], list[Location]]:
        """Where rules about secrets found one, by file and line: another rule may point at the same line."""
        if self._found is None:
            self._found = {}
            for verdict in self._report.verdicts:
                if _SECRET_TAGS.intersection(verdict.finding.rule.tags):
                    place = verdict.finding.location
                    for line in range(place.line, place.end_line + 1):
                        self._found.setdefault((place.file, line), []).append(place)
        return self._found

    def _of_subject(self, subject: Subject) -> _Covered:
        known = self._subjects.get(id(subject))
        if known is None:
            known = self._subjects[id(subject)] = _Covered((subject,), self._secrets_of)
        return known

    def _of_file(self, file: str) -> _Covered:
        if self._residents is None:
            self._residents = {}
            for resource in self._report.resources:
                self._residents.setdefault(resource.document.path, []).append(resource)
        if file not in self._files:
            self._files[file] = _Covered(self._residents.get(file, ()), self._secrets_of)
        return self._files[file]

    def _secrets_of(self, subject: Subject) -> list[tuple[Path, Any]]:
        """What is secret in a body, looked for once: a subject is asked about, and so is the file it stands in."""
        known = self._secrets.get(id(subject))
        if known is None:
            known = self._secrets[id(subject)] = list(_secret_values(subject))
        return known


def _given_to_commands(line: str, window: Span) -> Iterator[Span]:
    """Credentials without a shape, known by the command they are given to; it may begin before the window."""
    low, high = max(window[0] - _BUCKET, 0), window[1] + _BUCKET
    for start, end in credentials(line[low:high]):
        yield low + start, low + end


_Link = tuple[Any, Any] | None
"""A path, last step first: (the link before, the step). Bodies can be so deep that copying paths costs too much."""


def _secret_values(subject: Subject) -> Iterator[tuple[Path, Any]]:
    """Paths and values of what is secret in a body, without recursion."""
    holder = _holds_secret_data(subject)
    pending: list[tuple[_Link, Any, bool]] = [(None, subject.body, False)]
    while pending:
        link, node, inside = pending.pop()
        if isinstance(node, Secret):
            yield _path(link), node.reveal()
        elif isinstance(node, _NESTED):
            opens = holder and link is None
            for step, item in node.items() if isinstance(node, dict) else enumerate(node):
                within = inside or (opens and step in _SECRET_MEMBERS)
                if within or isinstance(item, _HOLDING):
                    pending.append(((link, step), item, within))
        elif inside and isinstance(node, str | int | float):
            yield _path(link), node


def _earlier_secrets(subject: Subject) -> Iterator[Any]:
    """What was secret in a resource before a planned change: a plan file holds both."""
    change = subject.change if isinstance(subject, Resource) else None
    pending: list[Any] = [change.before if change is not None else None]
    while pending:
        node = pending.pop()
        if isinstance(node, Secret):
            yield node.reveal()
        elif isinstance(node, dict | list):
            pending.extend(node.values() if isinstance(node, dict) else node)


def _path(link: _Link) -> Path:
    steps: list[str | int] = []
    while link is not None:
        link, step = link
        steps.append(step)
    return tuple(reversed(steps))


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


def _joined(spans: list[Span]) -> list[Span]:
    result: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result
