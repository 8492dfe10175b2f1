"""The index of the shipped rules: one file, compiled at build time, of which a run reads only what it needs.

Line 1 says where everything stands; it holds what rules on words that mean many types (``workload``, globs) need, and
nothing else that grows with the number of rules. Then come one line for each rule's record, one for each resource type
with its rules and their places, and one for each table that is rarely asked for. So rules on types that are not there
cost nothing. In a source tree the index is compared with the rule files by size and time, rebuilt where they differ,
and replaced in one step, so that processes that run side by side never see half of it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from iacgate.engines.native.select import is_one_type, may_select
from iacgate.errors import PolicyError

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 8
Stamp = list[int]
Place = tuple[int, int]
"""Where something begins, from the end of the first line on, and how many bytes it has."""
Entry = tuple[str, int, int]
"""A rule, and the place of its record."""

# strings, not pathlib: that alone would take a tenth of the time a hook has
_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
AnyPath = str | os.PathLike[str]
_COMPILERS = (
    "engines/native/compile.py", "engines/native/needs.py", "engines/native/source.py", "engines/native/index.py",
    "lang/jmespath/syntax.py",
    "lang/jmespath/functions.py",
)  # fmt: skip


class Index:
    """The shipped rules' records, read one by one."""

    def __init__(self, content: bytes, sources: AnyPath) -> None:
        end = content.index(b"\n")
        self._head: dict[str, Any] = json.loads(content[:end])
        self._content = content
        self._start = end + 1
        self._met: dict[str, Place] = {}
        self.sources = os.fspath(sources)
        """The folder that holds the rules as they were written."""

    @property
    def format(self) -> int:
        """Which form the file has."""
        form: int = self._head["format"]
        return form

    @property
    def ids(self) -> Iterable[str]:
        """All rule ids, sorted."""
        return self._rules.keys()

    @property
    def rulesets(self) -> Iterable[str]:
        """The names of all rule sets but ``strict``, which holds all rules."""
        sets: dict[str, Place] = self._head["rulesets"]
        return sets.keys()

    def ruleset(self, name: str) -> list[str]:
        """The rules of a set; none of a set that is not there."""
        place = self._head["rulesets"].get(name)
        rules: list[str] = [] if place is None else json.loads(self._slice(place))
        return rules

    @cached_property
    def words(self) -> Iterable[str]:
        """What the rules look at: the words of all their ``on``."""
        lines = self._slice(self._head["types"]).split(b"\n")
        return [*self.wide, *(json.loads(line[: line.index(b":[")]) for line in lines if line)]

    @property
    def wide(self) -> Iterable[str]:
        """Those of the words that are no resource type."""
        wide: dict[str, list[Entry]] = self._head["wide"]
        return wide.keys()

    @cached_property
    def aliases(self) -> dict[str, list[str]]:
        """What other tools call our rules: alias → ids."""
        return self._table("aliases")

    @cached_property
    def files(self) -> dict[str, Stamp]:
        """The rule files the index was made of: path → time, size."""
        return self._table("files")

    @cached_property
    def controls(self) -> dict[str, dict[str, list[str]]]:
        """What rules say they are evidence for: framework → control → rules."""
        return self._table("controls")

    def __contains__(self, rule: str) -> bool:
        return rule in self._met or rule in self._rules

    def record(self, rule: str) -> dict[str, Any]:
        """The record of a rule. Raises ``KeyError``."""
        found: dict[str, Any] = json.loads(self.line(rule))
        return found

    def line(self, rule: str) -> bytes:
        """The record of a rule as its bytes."""
        return self._slice(self._met.get(rule) or self._rules[rule])

    def for_types(self, types: frozenset[str], idle: frozenset[str] = frozenset()) -> list[str]:
        """The ids of the rules that may find a subject among resources of these types, sorted.

        ``idle`` are words of ``on`` that select nothing.
        """
        met: list[Entry] = []
        for word, entries in self._head["wide"].items():
            if word not in idle and may_select((word,), types):
                met += entries
        for word in types:
            met += self._on_type(word)
        found = {rule: (start, length) for rule, start, length in met}
        self._met.update(found)
        return sorted(found)

    def _on_type(self, word: str) -> list[Entry]:
        """The rules on one resource type."""
        start, length = self._head["types"]
        start += self._start
        key = b"\n" + json.dumps(word, ensure_ascii=False).encode("utf-8", "surrogatepass") + b":"
        found = self._content.find(key, start, start + length)
        if found < 0:
            return []
        line = self._content[found + len(key) : self._content.index(b"\n", found + 1)]
        entries: list[Entry] = json.loads(line)
        return entries

    @cached_property
    def _rules(self) -> dict[str, Place]:
        return self._table("rules")

    def _table(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._slice(self._head[name]))
        return found

    def _slice(self, place: Place) -> bytes:
        start = self._start + place[0]
        return self._content[start : start + place[1]]


def load_index() -> Index:
    """The index of the shipped rules. Raises :class:`~iacgate.errors.PolicyError` when a rule is broken."""
    file, sources = os.path.join(_PACKAGE, "_rules.json"), _sources()
    if sources:
        return fresh_index(sources, file)
    try:
        return Index(_bytes(file), os.path.join(_PACKAGE, "rules"))
    except (OSError, ValueError, KeyError) as error:
        raise PolicyError(f"the shipped rules cannot be read: {error}", "install iacgate again") from None


def shipped_folder(name: str) -> str:
    """A folder that ships with the rules, such as ``frameworks``: beside them in a source tree, else in the package."""
    return os.path.join(os.path.dirname(_PACKAGE) if _sources() else _PACKAGE, name)


def source_folder() -> Path | None:
    """The folder of the shipped rules in a source tree; ``None`` for an installation."""
    from pathlib import Path

    return Path(_sources()) if _sources() else None


def _sources() -> str:
    top = os.path.dirname(_PACKAGE)
    folder = os.path.join(top, "rules")
    return folder if os.path.isfile(os.path.join(top, "pyproject.toml")) and os.path.isdir(folder) else ""


def _bytes(file: AnyPath) -> bytes:
    with open(file, "rb") as stream:
        return stream.read()


def fresh_index(rules_dir: AnyPath, file: AnyPath) -> Index:
    """The index of a rules folder, from ``file`` if that is up to date, else made anew (and kept there if possible)."""
    stamps = _stamps(rules_dir)
    old = _existing(file, rules_dir)
    if old is not None and old.files == stamps:
        return old
    content = _assemble(_lines(rules_dir, stamps, old), stamps)
    with suppress(OSError):
        _replace(file, content)
    return Index(content, rules_dir)


def write_index(rules_dir: AnyPath, out_file: AnyPath) -> None:
    """Compile a rules folder into an index file, the same bytes for the same rules.

    Raises :class:`~iacgate.errors.PolicyError`.
    """
    _replace(out_file, _assemble(_lines(rules_dir, _stamps(rules_dir), None), {}))


def _existing(file: AnyPath, sources: AnyPath) -> Index | None:
    try:
        index = Index(_bytes(file), sources)
        is_current = index.format == FORMAT and bool(index.files)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return index if is_current else None


def _stamps(rules_dir: AnyPath) -> dict[str, Stamp]:
    """Time and size of every rule file, and of the code that compiles them."""
    stamps = {name: _stamp(os.stat(os.path.join(_PACKAGE, name))) for name in _COMPILERS}
    _stamp_rules(os.fspath(rules_dir), "", stamps)
    return stamps


def _stamp(status: os.stat_result) -> Stamp:
    return [status.st_mtime_ns, status.st_size]


def _stamp_rules(folder: str, prefix: str, stamps: dict[str, Stamp]) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.startswith("."):
                continue
            if entry.is_dir():
                _stamp_rules(entry.path, f"{prefix}{name}/", stamps)
            elif name.endswith(".yaml"):
                stamps[prefix + name] = _stamp(entry.stat())


def _lines(rules_dir: AnyPath, stamps: dict[str, Stamp], old: Index | None) -> dict[str, bytes]:
    """The record of every rule; of files that did not change it is taken over from the old index."""
    same_code = old is not None and all(old.files.get(name) == stamps[name] for name in _COMPILERS)
    lines: dict[str, bytes] = {}
    for relative, stamp in sorted(stamps.items()):
        if relative in _COMPILERS:
            continue
        rule = relative.rsplit("/", 1)[-1].removesuffix(".yaml")
        if rule in lines:
            raise PolicyError(f"rule {rule!r} stands in two files", f"rename {relative}")
        known = old is not None and same_code and old.files.get(relative) == stamp and rule in old
        lines[rule] = old.line(rule) if known and old is not None else _compile_file(rules_dir, relative)
    return lines


def _compile_file(rules_dir: AnyPath, relative: str) -> bytes:
    from iacgate.engines.native.compile import compile_rule
    from iacgate.engines.native.source import read_rule

    folders = relative.split("/")[:-1]
    try:
        text = _bytes(os.path.join(rules_dir, relative)).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"rule file {relative!r} cannot be read: {error}") from None
    provider, service = (*folders, "", "")[:2]
    record = compile_rule(read_rule(text, f"rules/{relative}"), provider=provider, service=service)
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()


def _assemble(lines: dict[str, bytes], stamps: dict[str, Stamp]) -> bytes:
    rules: dict[str, Place] = {}
    wide: dict[str, list[Entry]] = {}
    types: dict[str, list[Entry]] = {}
    sets: dict[str, list[str]] = {"recommended": []}
    aliases: dict[str, list[str]] = {}
    controls: dict[str, dict[str, list[str]]] = {}
    body = _Body()
    for rule in sorted(lines):
        record = json.loads(lines[rule])
        rules[rule] = start, length = body.add(lines[rule])
        for word in record["on"]:
            (types if is_one_type(word) else wide).setdefault(word, []).append((rule, start, length))
        for name in record["rulesets"]:
            sets.setdefault(name, []).append(rule)
        for alias in record.get("aliases") or ():
            aliases.setdefault(alias, []).append(rule)
        note_controls(controls, record)
    sets.pop("strict", None)
    of_types = b"".join(b"\n" + _json(word) + b":" + _json(types[word]) for word in sorted(types))
    head: dict[str, Any] = {"format": FORMAT, "wide": wide, "types": body.add(of_types + b"\n")}
    head["rulesets"] = {name: body.add(_json(members)) for name, members in sets.items()}
    for name, table in (("rules", rules), ("aliases", aliases), ("files", stamps), ("controls", controls)):
        head[name] = body.add(_json(table))
    return b"\n".join([_json(head), *body.lines, b""])


class _Body:
    """What stands below the first line, and where."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self._end = 0

    def add(self, line: bytes) -> Place:
        """Where a new line begins, and its length."""
        place = self._end, len(line)
        self.lines.append(line)
        self._end += len(line) + 1
        return place


def note_controls(table: dict[str, dict[str, list[str]]], record: Mapping[str, Any]) -> None:
    """Add the controls of a rule's record to a table of framework → control → rules."""
    for framework, ids in (record.get("controls") or {}).items():
        for control in ids:
            table.setdefault(framework, {}).setdefault(str(control), []).append(record["id"])


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _replace(file: AnyPath, content: bytes) -> None:
    """Write a file in one step: readers see the old one or the new one."""
    import tempfile

    folder, name = os.path.split(os.path.abspath(file))
    handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, file)
    except OSError:
        os.unlink(temporary)
        raise
