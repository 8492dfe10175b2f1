"""Triage room: ignore comments and annotations → exceptions, and what they cover.

In: documents, resources, the policy for comments (setting ``exceptions.inline``). Out: :class:`Allowance` s with their
waivers, and remarks about comments that cannot count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from iacgate.model import (
    Comment,
    Document,
    ExceptionSettings,
    Finding,
    Inventory,
    Location,
    Resource,
    RuleNames,
    Waiver,
    names_rule,
)
from iacgate.model.dataclass import dataclass, field, replace
from iacgate.triage.remark import MARKERS, Reach, Remark, annotation_remarks, remarks


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """One comment or annotation: its waiver, what it speaks for, and why it does not count ("" when it does).

    ``beside`` is the line of what the comment stands on or above; ``resource`` is the one an annotation is on.
    """

    waiver: Waiver
    tool: str
    reach: Reach
    beside: int = 0
    refused: str = ""
    document: Document | None = field(default=None, repr=False)
    resource: Resource | None = field(default=None, repr=False)

    def covers(self, finding: Finding) -> bool:
        """Whether this speaks for a finding (and would excuse it, were it not refused)."""
        if not any(names_rule(word, finding.rule) for word in self.waiver.rules):
            return False
        if self.resource is not None:
            return finding.subject is self.resource
        places = (finding.location, *finding.location.via)
        file = self.waiver.location.file if self.waiver.location else ""
        if not any(place.file == file for place in places):
            return False
        return self.reach == "file" or self._on_lines(places, file) or self._on_subject(finding, file)

    def _on_lines(self, places: tuple[Location, ...], file: str) -> bool:
        first, last = self.waiver.lines
        return any(place.file == file and first <= place.line <= last for place in places)

    def _on_subject(self, finding: Finding, file: str) -> bool:
        """On or above the header of what the finding is about; for a block's own comments, anywhere in its body."""
        header = finding.subject.at()
        if header.file == file and header.line == self.beside and isinstance(finding.subject, Resource):
            return self.tool != "hadolint"
        if self.reach != "resource" or self.document is None:
            return False
        if self.document.kind.startswith(_BRACED):
            return header.file == file and header.line < self.beside <= self._end_of_block(header)
        return self.document.address == document_of(finding).address

    def _end_of_block(self, header: Location) -> int:
        """The line of the brace that closes an HCL block; the header's own when it cannot be told for sure."""
        if header.end_line > header.line:
            return header.end_line
        lines = self.document.text().splitlines() if self.document is not None else []
        for number, text in enumerate(lines[header.line :], start=header.line + 1):
            if len(text) - len(text.lstrip()) < header.column and text.lstrip()[:1] == "}":
                return number
        return header.line


_BRACED = ("terraform", "hcl")
"""Kinds of document that hold many blocks: a block's own comment speaks for the block, elsewhere for the document."""


def document_of(finding: Finding) -> Document:
    """The document that a finding's subject is in, or is."""
    return finding.subject if isinstance(finding.subject, Document) else finding.subject.document


def allowances(
    inventory: Inventory, settings: ExceptionSettings, names: RuleNames, today: date
) -> tuple[list[Allowance], list[str]]:
    """Every ignore comment and annotation in focus, and notices about those that cannot count or that need a look."""
    found: list[Allowance] = []
    notices: list[str] = []
    for allowance, problem in _everything(inventory):
        judged = replace(allowance, refused=problem or _refusal(allowance, settings))
        found.append(judged)
        notices.extend(_notices(judged, problem, settings, names, today))
    return found, list(dict.fromkeys(notices))


def _everything(inventory: Inventory) -> Iterator[tuple[Allowance, str]]:
    for document in inventory.documents:
        if document.focus:
            yield from _of_document(document)
    for resource in inventory.resources:
        if resource.focus and resource.annotations:
            yield from _of_annotations(resource)


def _of_document(document: Document) -> Iterator[tuple[Allowance, str]]:
    text = document.text()
    lowered = text.lower()
    if text and not any(marker in lowered for marker in MARKERS):
        return
    comments = document.comments()
    alone = {comment.line for comment in comments if comment.alone}
    for comment in comments:
        for remark in remarks(comment.text):
            yield _from_comment(document, comment, remark, alone), remark.problem


def _from_comment(document: Document, comment: Comment, remark: Remark, alone: set[int]) -> Allowance:
    beside = comment.line
    while beside in alone:
        beside += 1
    lines = (comment.line, max(beside, comment.until))
    waiver = _waiver(remark, Location(file=document.path, line=comment.line), lines)
    inside = comment.line if remark.reach == "resource" else beside
    return Allowance(waiver=waiver, tool=remark.tool, reach=remark.reach, beside=inside, document=document)


def _of_annotations(resource: Resource) -> Iterator[tuple[Allowance, str]]:
    for key, value in resource.annotations.items():
        if not isinstance(value, str):
            continue
        for remark in annotation_remarks(str(key), value):
            place = resource.at("metadata", "annotations", key)
            waiver = _waiver(remark, place, (0, 0))
            yield Allowance(waiver=waiver, tool=remark.tool, reach="resource", resource=resource), remark.problem


def _waiver(remark: Remark, place: Location, lines: tuple[int, int]) -> Waiver:
    return Waiver(
        id=f"{place.file}:{place.line}",
        rules=remark.rules,
        reason=remark.reason,
        source="inline",
        owner=remark.owner,
        ticket=remark.ticket,
        expires=remark.until,
        location=place,
        lines=lines,
    )


def _refusal(allowance: Allowance, settings: ExceptionSettings) -> str:
    """Why the setting ``inline`` refuses an allowance, "" when it does not."""
    if settings.inline == "forbid":
        return "ignore comments are forbidden here: `inline: forbid` in the settings"
    if settings.inline != "require-expiry":
        return ""
    lacks = missing_words(allowance)
    if not lacks:
        return ""
    return f"it lacks {' and '.join(lacks)}, and the settings say `inline: require-expiry`"


def missing_words(allowance: Allowance) -> list[str]:
    """What an accountable exception has and this one has not; of other tools' grammars only the date can be asked."""
    waiver = allowance.waiver
    lacks = [] if waiver.expires else ["a date"]
    if allowance.tool == "iacgate":
        lacks += [f"{word}=" for word in ("owner", "reason") if not getattr(waiver, word)]
    return lacks


def _notices(
    allowance: Allowance, problem: str, settings: ExceptionSettings, names: RuleNames, today: date
) -> Iterator[str]:
    waiver, ours = allowance.waiver, allowance.tool == "iacgate"
    if problem:
        yield f"{waiver.id}: this {allowance.tool} comment does not count: {problem}"
        return
    if ours:
        for word in waiver.rules:
            if not names.knows(word):
                near = names.nearest(word)
                yield f"{waiver.id}: unknown rule {word!r}" + (f": did you mean {near!r}?" if near else "")
    if allowance.refused:
        if ours:
            yield f"{waiver.id}: this comment does not count: {allowance.refused}"
        return
    if settings.inline == "warn" and (lacks := missing_words(allowance)):
        yield f"{waiver.id}: this {allowance.tool} comment counts, but lacks {' and '.join(lacks)}"
    if waiver.expires and (waiver.expires - today).days > settings.max_days:
        limit = f"longer than the {settings.max_days} days of `exceptions.max_days`"
        yield f"{waiver.id}: this comment allows until {waiver.expires}, {limit}"


class Index:
    """Allowances by the file they speak for, so that a finding meets only its own."""

    __slots__ = ("_by_file", "_by_resource")

    def __init__(self, found: Iterable[Allowance]) -> None:
        self._by_file: dict[str, list[Allowance]] = {}
        self._by_resource: dict[int, list[Allowance]] = {}
        for allowance in found:
            if allowance.resource is not None:
                self._by_resource.setdefault(id(allowance.resource), []).append(allowance)
            elif allowance.waiver.location is not None:
                self._by_file.setdefault(allowance.waiver.location.file, []).append(allowance)

    def covering(self, finding: Finding) -> Sequence[Allowance]:
        """The allowances that speak for a finding, in the order of the sources."""
        nearby = self._by_resource.get(id(finding.subject), [])
        for file in dict.fromkeys(place.file for place in (finding.location, *finding.location.via)):
            nearby = nearby + self._by_file.get(file, [])
        return [allowance for allowance in nearby if allowance.covers(finding)]
