"""Fixtures: small inputs beside a rule that say, on the line, what the rule must find in them.

``fixtures/<rule-id>/`` holds them. The files at its top are one case, every folder in it is another, and so is every
JSON file with a ``.expected`` beside it. Expectations are comments (``# finding: <rule-id>``, ``# unknown: <rule-id>``)
at the end of the line the finding points at, or alone on the line above it (the only way in a Dockerfile). For JSON the
``.expected`` file says ``finding <rule-id> <address>``, with the path in brackets where it matters:
``finding aws-sg-ssh-open aws_security_group.web [ingress.0.cidr_blocks]``.

A rule needs at least one resource that passes and one that fails. Parameters for the fixtures stand in a settings file
among them, ``iacgate.yaml``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from iacgate.model import Evaluation, Outcome, Rule
from iacgate.model.dataclass import dataclass, field

EXPECTATION = re.compile(r"(?:#|//)\s*(finding|unknown):\s*([a-z0-9][a-z0-9, -]*)")
_LINE = re.compile(r"(finding|unknown)\s+(\S+)\s+(.*?)(?:\s+\[([^\]\s]+)\])?\s*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What judging a case gave: evaluations, the folder their places are relative to, what could not be read."""

    root: str
    evaluations: Sequence[Evaluation]
    troubles: Sequence[str] = ()


Examine = Callable[[str, Sequence[str], Rule], Examined]
"""Scan a folder, without the paths that match some globs, with one rule. This room cannot reach the adapters itself."""

SETTINGS = "iacgate.yaml"


class Mark(NamedTuple):
    """What is expected or found: ``kind`` is finding or unknown, ``place`` is ``file:line`` or ``address [path]``."""

    kind: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A folder, what in it is left out, and what is expected of the rest."""

    folder: str
    without: tuple[str, ...]
    expected: frozenset[Mark]
    by_address: bool = False


@dataclass(slots=True, kw_only=True)
class Verdict:
    """How a rule did on its fixtures. ``problems`` are sentences; none means that all is well."""

    rule: str
    passed: int = 0
    failed: int = 0
    unknown: int = 0
    problems: list[str] = field(default_factory=list)


def check_rule(rule: Rule, folder: Path, examine: Examine) -> Verdict:
    """Judge a rule's fixtures: every expectation met, nothing else found, at least one pass and one fail."""
    verdict = Verdict(rule=rule.id)
    if not folder.is_dir():
        verdict.problems.append(f"no fixtures: write some to {folder.as_posix()}/")
        return verdict
    for case in cases(rule.id, folder):
        _check_case(case, rule, examine, verdict)
    if not verdict.problems:
        missing = [word for word, count in (("passes", verdict.passed), ("fails", verdict.failed)) if not count]
        verdict.problems += [f"no resource in the fixtures {word}" for word in missing]
    return verdict


def cases(rule: str, folder: Path) -> Iterator[Case]:
    """The cases of a rule's fixtures folder."""
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    folders = [entry for entry in entries if entry.is_dir()]
    files = [entry for entry in entries if entry.is_file() and entry.suffix != ".expected" and entry.name != SETTINGS]
    alone = [file for file in files if _expected_file(file).is_file()]
    together = [file for file in files if file not in alone]
    if together:
        yield Case(folder=str(folder), without=_globs(folder, [*folders, *alone]), expected=_marks(rule, together))
    for file in alone:
        rest = _globs(folder, [entry for entry in entries if entry != file])
        yield Case(folder=str(folder), without=rest, expected=_listed(rule, _expected_file(file)), by_address=True)
    for entry in folders:
        yield _folder_case(rule, entry)


def _folder_case(rule: str, folder: Path) -> Case:
    inner = [Path(root, name) for root, _, names in os.walk(folder) for name in sorted(names)]
    plans = [file for file in inner if _expected_file(file).is_file()]
    if not plans:
        return Case(folder=str(folder), without=(), expected=_marks(rule, inner))
    listed = frozenset(mark for file in plans for mark in _listed(rule, _expected_file(file)))
    return Case(folder=str(folder), without=(), expected=listed, by_address=True)


def _globs(folder: Path, entries: Sequence[Path]) -> tuple[str, ...]:
    """Patterns for entries of a fixtures folder, wherever the report's root is."""
    return tuple(f"**/{folder.name}/{entry.name}" + ("/**" if entry.is_dir() else "") for entry in entries)


def _expected_file(file: Path) -> Path:
    return file.with_name(file.name + ".expected")


def _marks(rule: str, files: Sequence[Path]) -> frozenset[Mark]:
    found: set[Mark] = set()
    for file in files:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        for number, kind in _comments(rule, lines):
            found.add(Mark(kind, f"{file.resolve().as_posix()}:{number}"))
    return frozenset(found)


def _comments(rule: str, lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """(line, kind) of every expectation about the rule. A comment alone on its line speaks of the next line of text."""
    for index, line in enumerate(lines):
        for match in EXPECTATION.finditer(line):
            if rule not in {word.strip() for word in match[2].split(",")}:
                continue
            alone = line.lstrip().startswith(("#", "//"))
            yield _next_text(lines, index) if alone else index + 1, match[1]


def _next_text(lines: Sequence[str], index: int) -> int:
    for number in range(index + 1, len(lines)):
        text = lines[number].strip()
        if text and not text.startswith(("#", "//")):
            return number + 1
    return index + 1


def _listed(rule: str, file: Path) -> frozenset[Mark]:
    found: set[Mark] = set()
    for line in file.read_text(encoding="utf-8").splitlines():
        match = _LINE.match(line.strip())
        if match and match[2] == rule:
            found.add(Mark(match[1], f"{match[3]} [{match[4]}]" if match[4] else match[3]))
    return frozenset(found)


def _check_case(case: Case, rule: Rule, examine: Examine, verdict: Verdict) -> None:
    examined = examine(case.folder, case.without, rule)
    verdict.problems += [f"{_short(case.folder)}: {trouble}" for trouble in examined.troubles]
    found: set[Mark] = set()
    for evaluation in examined.evaluations:
        _count(evaluation, verdict)
        found.update(_found(evaluation, examined.root, case))
    for mark in sorted(case.expected):
        if not _is_met(mark, found):
            verdict.problems.append(f"{_short(mark.place)}: expected {_article(mark.kind)}, got none")
    for mark in sorted(found):
        if not any(_means(expected, mark) for expected in case.expected):
            verdict.problems.append(f"{_short(mark.place)}: {_article(mark.kind)} that is not expected")


def _count(evaluation: Evaluation, verdict: Verdict) -> None:
    outcome = evaluation.outcome
    verdict.passed += outcome is Outcome.PASS
    verdict.failed += outcome is Outcome.FAIL
    verdict.unknown += outcome is Outcome.UNKNOWN
    if outcome is Outcome.ERROR:
        verdict.problems.append(f"{evaluation.subject.address}: the rule failed: {evaluation.detail}")


def _found(evaluation: Evaluation, root: str, case: Case) -> Iterator[Mark]:
    for finding in evaluation.findings:
        path = ".".join(map(str, finding.path))
        lined = f"{_absolute(root, finding.location.file)}:{finding.location.line}"
        yield Mark("finding", f"{finding.subject.address} [{path}]" if case.by_address else lined)
    if evaluation.outcome is Outcome.UNKNOWN:
        for place in evaluation.places[:1] if not case.by_address else ():
            yield Mark("unknown", f"{_absolute(root, place.file)}:{place.line}")
        if case.by_address:
            yield Mark("unknown", evaluation.subject.address)


def _absolute(root: str, file: str) -> str:
    return Path(os.path.join(root, file)).resolve().as_posix()


def _is_met(expected: Mark, found: set[Mark]) -> bool:
    return any(_means(expected, mark) for mark in found)


def _means(expected: Mark, found: Mark) -> bool:
    """Whether what was found is what was expected; an address without a path means any path."""
    if expected.kind != found.kind:
        return False
    return expected.place in {found.place, found.place.rpartition(" [")[0]}


def _article(kind: str) -> str:
    return "a finding" if kind == "finding" else "an unknown"


def _short(place: str) -> str:
    """A place without the folders above ``fixtures``."""
    _, marker, rest = place.rpartition("/fixtures/")
    return marker[1:] + rest if marker else place
