"""Triage room: from a finding to the comments that speak for it, without asking every comment.

In: :class:`~iacgate.triage.inline.Allowance` s. Out: for a finding, those that cover it. A file may hold thousands of
comments and thousands of findings; each finding meets only the comments of its own lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain

from iacgate.model import Document, Finding, Resource, names_rule
from iacgate.triage.inline import Allowance

NARROW = 64
"""Lines: what speaks for fewer is listed under each of them, what speaks for more is asked one by one."""


class Index:
    """Allowances by what they speak for."""

    def __init__(self, found: Sequence[Allowance]) -> None:
        self._found = found
        self._lines: dict[tuple[str, int], list[int]] = defaultdict(list)
        self._headers: dict[tuple[str, int], list[int]] = defaultdict(list)
        self._wide: dict[str, list[int]] = defaultdict(list)
        self._files: dict[str, list[int]] = defaultdict(list)
        self._documents: dict[str, list[int]] = defaultdict(list)
        self._resources: dict[int, list[int]] = defaultdict(list)
        for number, allowance in enumerate(found):
            self._enter(number, allowance)

    def covering(self, finding: Finding) -> list[Allowance]:
        """The allowances that speak for a finding, in the order of the sources."""
        if not self._found:
            return []
        numbers = sorted(set(chain(self._by_place(finding), self._by_subject(finding))))
        nearby = (self._found[number] for number in numbers)
        return [each for each in nearby if any(names_rule(word, finding.rule) for word in each.waiver.rules)]

    def _enter(self, number: int, allowance: Allowance) -> None:
        place, (first, last) = allowance.waiver.location, allowance.waiver.lines
        if allowance.resource is not None:
            self._resources[id(allowance.resource)].append(number)
            return
        if place is None:
            return
        if allowance.file:
            self._files[place.file].append(number)
        if allowance.document:
            self._documents[allowance.document].append(number)
        if allowance.beside:
            self._headers[place.file, allowance.beside].append(number)
        if last - first >= NARROW:
            self._wide[place.file].append(number)
            return
        for line in range(first, last + 1):
            self._lines[place.file, line].append(number)

    def _by_place(self, finding: Finding) -> list[int]:
        """By the lines of the finding, and of the module calls it was reached through."""
        numbers: list[int] = []
        for place in (finding.location, *finding.location.via):
            numbers += self._lines.get((place.file, place.line), ())
            numbers += self._files.get(place.file, ())
            for number in self._wide.get(place.file, ()):
                first, last = self._found[number].waiver.lines
                if first <= place.line <= last:
                    numbers.append(number)
        return numbers

    def _by_subject(self, finding: Finding) -> list[int]:
        """By the resource a comment stands on or above, the object an annotation is on, the document around it."""
        subject = finding.subject
        document = subject if isinstance(subject, Document) else subject.document
        numbers = [*self._documents.get(document.address, ()), *self._resources.get(id(subject), ())]
        if self._headers and isinstance(subject, Resource):
            header = subject.at()
            numbers += self._headers.get((header.file, header.line), ())
        return numbers
