"""Triage room: ignore comments and annotations → exceptions, and what they cover.

In: documents, resources, the policy for comments (setting ``exceptions.inline``). Out: :class:`Allowance` s with their
waivers, and remarks about comments that cannot count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from iacgate.errors import did_you_mean
from iacgate.model import (
    Comment,
    Document,
    ExceptionSettings,
    Inventory,
    Location,
    Resource,
    RuleNames,
    Waiver,
)
from iacgate.model.dataclass import dataclass, field, replace
from iacgate.triage.remark import MARKERS, Remark, annotation_remarks, remarks


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """One comment or annotation: its waiver, what it speaks for, and why it does not count ("" when it does).

    It speaks for ``waiver.lines``, and for a resource whose header is in line ``beside`` (0: for none). Where
    ``document`` is an address, it speaks for all of that document; where ``file`` is true, for the file; an annotation
    for ``resource`` and nothing else.
    """

    waiver: Waiver
    tool: str
    beside: int = 0
    document: str = ""
    file: bool = False
    refused: str = ""
    resource: Resource | None = field(default=None, repr=False)


_BRACED = ("terraform", "hcl")
"""Kinds of document that hold many blocks: a block's own comment speaks for the block, elsewhere for the document."""


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
    silent: str | None = None
    for document in _documents(inventory):
        if not document.focus or document.comments is tuple:
            continue  # a plan, large as it may be, is written in a language without comments
        if (text := document.text()) is silent:
            continue  # the documents of a file share its text, and there may be thousands of them
        if _says_nothing(text):
            silent = text
        else:
            yield from _of_document(document, text)
    for resource in inventory.resources:
        if resource.focus and resource.annotations:
            yield from _of_annotations(resource)


def _documents(inventory: Inventory) -> Iterator[Document]:
    """What was read, and the templates that resources were rendered from: each of these once, though it makes many."""
    yield from inventory.documents
    seen = {document.path for document in inventory.documents}
    for resource in inventory.resources:
        if resource.document.path not in seen:
            seen.add(resource.document.path)
            yield resource.document


def _says_nothing(text: str) -> bool:
    """Whether no tool's marker stands anywhere in the text of a file; of a document without text nothing is known."""
    lowered = text.lower()
    return bool(lowered) and not any(marker in lowered for marker in MARKERS)


def _of_document(document: Document, text: str) -> Iterator[tuple[Allowance, str]]:
    comments = document.comments()
    below = _lines_below(comments)
    lines = text.splitlines() if document.kind.startswith(_BRACED) else []
    for comment in comments:
        for remark in remarks(comment.text):
            beside = below.get(comment.line, comment.line)
            yield _from_comment(document, lines, comment, remark, beside), remark.problem


def _lines_below(comments: Sequence[Comment]) -> dict[int, int]:
    """For each comment that stands alone, the first line below it that holds something else."""
    below: dict[int, int] = {}
    for comment in sorted(comments, key=lambda comment: -comment.line):
        if comment.alone:
            below[comment.line] = below.get(comment.line + 1, comment.line + 1)
    return below


def _from_comment(document: Document, lines: Sequence[str], comment: Comment, remark: Remark, beside: int) -> Allowance:
    """``lines`` are those of the file, for a kind of document that holds blocks; empty for others."""
    place = Location(file=document.path, line=comment.line)
    if remark.reach == "resource" and document.kind.startswith(_BRACED):
        block = _block_around(lines, comment.line)
        return Allowance(waiver=_waiver(remark, place, block), tool=remark.tool, beside=block[0])
    return Allowance(
        waiver=_waiver(remark, place, (comment.line, max(beside, comment.until))),
        tool=remark.tool,
        beside=0 if remark.tool == "hadolint" else beside,
        document=document.address if remark.reach == "resource" else "",
        file=remark.reach == "file",
    )


def _block_around(lines: Sequence[str], line: int) -> tuple[int, int]:
    """The first and last line of the outermost HCL block around a line; the line alone where that cannot be told.

    As ``terraform fmt`` writes it: the header and the closing brace begin their lines. A brace in the first column of a
    here-document ends the block too early: the comment then covers less, never more.
    """
    first = line
    if line > len(lines):
        return line, line
    while first > 1 and _inside(lines[first - 1]):
        first -= 1
    if "{" not in lines[first - 1]:
        return line, line
    last = first + 1
    while last <= len(lines) and _inside(lines[last - 1]):
        last += 1
    closed = last <= len(lines) and lines[last - 1].startswith("}")
    return (first, last) if closed and first <= line <= last else (line, line)


def _inside(text: str) -> bool:
    """Whether a line is neither a block's header nor its closing brace: indented, empty, or a comment."""
    return not text.strip() or text[0] in " \t#/"


def _of_annotations(resource: Resource) -> Iterator[tuple[Allowance, str]]:
    for key, value in resource.annotations.items():
        if not isinstance(value, str):
            continue
        for remark in annotation_remarks(str(key), value):
            place = resource.at("metadata", "annotations", key)
            waiver = _waiver(remark, place, (0, 0))
            yield Allowance(waiver=waiver, tool=remark.tool, resource=resource), remark.problem


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
                near = did_you_mean(word, names.words)
                yield f"{waiver.id}: unknown rule {word!r}" + (f": {near}" if near else "")
    if allowance.refused:
        if ours:
            yield f"{waiver.id}: this comment does not count: {allowance.refused}"
        return
    if settings.inline == "warn" and (lacks := missing_words(allowance)):
        yield f"{waiver.id}: this {allowance.tool} comment counts, but lacks {' and '.join(lacks)}"
    if waiver.expires and (waiver.expires - today).days > settings.max_days:
        limit = f"longer than the {settings.max_days} days of `exceptions.max_days`"
        yield f"{waiver.id}: this comment allows until {waiver.expires}, {limit}"
