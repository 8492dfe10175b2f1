"""Examples for readers, out of a rule's fixtures: the shortest piece the rule points at, and the shortest it does not.

In: a rule and its folder of fixtures. Out: at most one failing and one passing example. Fixtures try every spelling;
a reader wants one of each. Fixtures do not ship: the build writes the examples of all rules to one file.

A piece is a block of Terraform or an object of YAML together with the others of its file that it names, or that name
it; a Dockerfile is one piece.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from iacgate.engines.native.fixtures import EXPECTATION, SETTINGS
from iacgate.model import Rule

_BUILT = Path(__file__).parents[2] / "_examples.json"
_LANGUAGES = {".tf": "hcl", ".yaml": "yaml", ".yml": "yaml"}
_BETWEEN = {"hcl": "", "yaml": "---", "docker": ""}
_HEAD = re.compile(r'(\w+)(?: "([^"]+)")?(?: "([^"]+)")?')
_ASSIGNED = re.compile(r"  (\w+)\s*=")
_KIND = re.compile(r"^kind:\s*(\S+)", re.MULTILINE)
_NAME = re.compile(r"^  name:\s*(\S+)|^metadata:\s*\{.*?\bname:\s*([^\s,}]+)", re.MULTILINE)
_CONTAINERS = "containers:"
_BARE = 2
"""Lines of a block without a body."""
_COMMENT = re.compile(r"\s*(#|//|$)")


class Example(NamedTuple):
    """A piece of a fixture: its language for Markdown, and its lines with their expectations."""

    language: str
    lines: tuple[str, ...]


class _Candidate(NamedTuple):
    """An example in the order of preference: a header without a body shows little, what lies deep is about details."""

    bare: bool
    depth: int
    length: int
    example: Example
    type: str


Pair = tuple[Example | None, Example | None]
"""What fails and what passes; ``None`` where there is no example."""


class _Piece(NamedTuple):
    """``type`` is what a rule looks at (a resource type, a kind), ``names`` are patterns of what others call it."""

    lines: tuple[str, ...]
    type: str
    names: tuple[str, ...]
    marks: frozenset[str]

    def mentions(self, other: _Piece) -> bool:
        text = "\n".join(self.lines)
        return any(re.search(rf"(?<![\w./-]){name}", text) for name in other.names)


def shipped_examples(rule: Rule) -> Pair:
    """The examples of a rule that ships, from its fixtures in a source tree, else from the file of the build."""
    from iacgate.engines.native.index import source_folder

    sources = source_folder()
    if sources is not None:
        return examples(rule, sources.parent / "fixtures" / rule.id)
    try:
        written = json.loads(_BUILT.read_text(encoding="utf-8"))
    except OSError:  # built without fixtures
        return None, None
    failing, passing = (one and Example(one[0], tuple(one[1])) for one in written.get(rule.id, (None, None)))
    return failing, passing


def write_examples(rules: Iterable[Rule], fixtures: Path, out_file: Path) -> None:
    """Write the examples of rules for an installation: id → failing and passing one, each its language and lines."""
    found = {rule.id: examples(rule, fixtures / rule.id) for rule in rules}
    out_file.write_text(json.dumps(found, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def examples(rule: Rule, folder: Path) -> Pair:
    """A failing and a passing example: out of the files at the top of the folder where these have one."""
    failing: list[_Candidate] = []
    passing: list[_Candidate] = []
    for file in sorted(folder.rglob("*")):
        language = _LANGUAGES.get(file.suffix, "docker")
        if file.name == SETTINGS or not (file.suffix in _LANGUAGES or "Dockerfile" in file.name):
            continue
        depth = len(file.relative_to(folder).parts)
        pieces = list(_pieces(rule.id, language, file.read_text(encoding="utf-8", errors="replace").splitlines()))
        for subject, family in _families(rule, pieces):
            marks = {mark for piece in family for mark in piece.marks}
            lines = tuple(line for piece in family for line in (_BETWEEN[language], *piece.lines))[1:]
            if "unknown" not in marks:
                candidate = _Candidate(len(lines) <= _BARE, depth, len(lines), Example(language, lines), subject)
                (failing if marks else passing).append(candidate)
    return _chosen(failing, passing)


def _chosen(failing: Sequence[_Candidate], passing: Sequence[_Candidate]) -> Pair:
    """The first of each; of one type where both have one, so that a reader sees the difference."""
    types = {one.type for one in failing} & {one.type for one in passing}
    first = [
        min((one for one in found if not types or one.type in types), default=None) for found in (failing, passing)
    ]
    if types and first[0] is not None:
        first[1] = min(one for one in passing if one.type == first[0].type)
    bad, good = (one and one.example for one in first)
    return bad, good


def _families(rule: Rule, pieces: Sequence[_Piece]) -> Iterator[tuple[str, list[_Piece]]]:
    """Each piece the rule may look at: its type, and it with what names it and all that these name, in their order."""
    subjects = {*rule.on, "docker", *(piece.type for piece in pieces if piece.marks)}
    subjects |= {piece.type for piece in pieces if "workload" in rule.on and _CONTAINERS in "".join(piece.lines)}
    for piece in pieces:
        if piece.type in subjects:
            waiting = [piece, *(one for one in pieces if one is not piece and one.mentions(piece))]
            family = {id(one) for one in waiting}
            while waiting:
                one = waiting.pop()
                more = [other for other in pieces if id(other) not in family and one.mentions(other)]
                family.update(map(id, more))
                waiting += more
            yield piece.type, [one for one in pieces if id(one) in family]


def _pieces(rule: str, language: str, lines: Sequence[str]) -> Iterator[_Piece]:
    if language == "hcl":
        for block in _blocks(lines):
            yield _terraform(rule, block)
    elif language == "yaml":
        for document in _documents(lines):
            yield _object(rule, document)
    else:
        yield _Piece(tuple(lines), language, (), _marks(rule, lines))


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    """The blocks of a Terraform file as its formatter leaves them: each begins and ends at the edge."""
    block: list[str] = []
    for line in lines:
        if block or not _COMMENT.match(line):
            block.append(line)
        if line.startswith("}") or (len(block) == 1 and line.count("{") == line.count("}")):
            yield block
            block = []


def _documents(lines: Sequence[str]) -> Iterator[list[str]]:
    document: list[str] = []
    for line in [*lines, "---"]:
        if not line.startswith("---"):
            document.append(line)
            continue
        if not all(map(_COMMENT.match, document)):
            yield document
        document = []


def _terraform(rule: str, lines: Sequence[str]) -> _Piece:
    head = _HEAD.match(lines[0])
    kind, first, second = (text or "" for text in head.groups()) if head else ("", "", "")
    names = {
        "resource": [f"{first}.{second}"],
        "data": [f"data.{first}.{second}"],
        "variable": [f"var.{first}"],
        "module": [f"module.{first}"],
        "locals": [f"local.{match[1]}" for match in map(_ASSIGNED.match, lines) if match],
    }.get(kind, [])
    patterns = tuple(rf"{re.escape(name)}(?![\w-])" for name in names)
    return _Piece(tuple(lines), first if kind in {"resource", "data"} else kind, patterns, _marks(rule, lines))


def _object(rule: str, lines: Sequence[str]) -> _Piece:
    text = "\n".join(lines).strip("\n")
    kind, name = _KIND.search(text), _NAME.search(text)
    patterns = (rf"{re.escape(name[1] or name[2])}(?![\w./:-])",) if name else ()
    return _Piece(tuple(text.split("\n")), kind[1] if kind else "", patterns, _marks(rule, lines))


def _marks(rule: str, lines: Sequence[str]) -> frozenset[str]:
    found = filter(None, map(EXPECTATION.search, lines))
    return frozenset(match[1] for match in found if rule in re.split(r"[ ,]+", match[2]))
