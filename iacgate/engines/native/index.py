"""The index of the shipped rules: one file, compiled at build time, of which a run reads only what it needs.

Line 1 is the table of contents (rule → place in the file, resource word → rules, rule set → rules); then one line for
each rule's record; the last lines hold what is rarely asked for (aliases and the files the index was made of; which
rules speak for which control). In a source tree the index is compared with the rule files by size and time, rebuilt
where they differ, and replaced in one step, so that processes that run side by side never see half of it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from iacgate.engines.native.select import may_select
from iacgate.errors import PolicyError

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 7
Stamp = list[int]

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
        self._toc: dict[str, Any] = json.loads(content[:end])
        self._content = content
        self._start = end + 1
        self.sources = os.fspath(sources)
        """The folder that holds the rules as they were written."""

    @property
    def ids(self) -> Iterable[str]:
        """All rule ids, sorted."""
        return self._rules.keys()

    @property
    def rulesets(self) -> dict[str, list[str]]:
        """The rules of every set but ``strict``, which holds them all."""
        sets: dict[str, list[str]] = self._toc["rulesets"]
        return sets

    @property
    def words(self) -> Iterable[str]:
        """What the rules look at: the words of all their ``on``."""
        words: dict[str, list[str]] = self._toc["words"]
        return words.keys()

    @cached_property
    def aliases(self) -> dict[str, list[str]]:
        """What other tools call our rules: alias → ids."""
        found: dict[str, list[str]] = self._more["aliases"]
        return found

    @property
    def files(self) -> dict[str, Stamp]:
        """The rule files the index was made of: path → time, size."""
        found: dict[str, Stamp] = self._more["files"]
        return found

    @cached_property
    def controls(self) -> dict[str, dict[str, list[str]]]:
        """What rules say they are evidence for: framework → control → rules."""
        found: dict[str, dict[str, list[str]]] = json.loads(self._slice(self._toc["controls"]))
        return found

    def __contains__(self, rule: str) -> bool:
        return rule in self._rules

    def record(self, rule: str) -> dict[str, Any]:
        """The record of a rule. Raises ``KeyError``."""
        found: dict[str, Any] = json.loads(self.line(rule))
        return found

    def line(self, rule: str) -> bytes:
        """The record of a rule as its bytes."""
        return self._slice(self._rules[rule])

    def for_types(self, types: frozenset[str], idle: frozenset[str] = frozenset()) -> list[str]:
        """The ids of the rules that may find a subject among resources of these types, sorted.

        ``idle`` are words of ``on`` that select nothing.
        """
        found: set[str] = set()
        for word, rules in self._toc["words"].items():
            if word not in idle and may_select((word,), types):
                found.update(rules)
        return sorted(found)

    @property
    def _rules(self) -> dict[str, list[int]]:
        rules: dict[str, list[int]] = self._toc["rules"]
        return rules

    @cached_property
    def _more(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._slice(self._toc["more"]))
        return found

    def _slice(self, place: list[int]) -> bytes:
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
        return index if index.files and index._toc["format"] == FORMAT else None  # noqa: SLF001  (its own module)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _stamps(rules_dir: AnyPath) -> dict[str, Stamp]:
    """Time and size of every rule file, and of the code that compiles them."""
    stamps = {name: _stamp(os.stat(os.path.join(_PACKAGE, name))) for name in _COMPILERS}
    for entry, relative in sorted(_rule_files(os.fspath(rules_dir), ""), key=lambda found: found[1]):
        stamps[relative] = _stamp(entry.stat())
    return stamps


def _stamp(status: os.stat_result) -> Stamp:
    return [status.st_mtime_ns, status.st_size]


def _rule_files(folder: str, prefix: str) -> Iterator[tuple[os.DirEntry[str], str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                yield from _rule_files(entry.path, f"{prefix}{entry.name}/")
            elif entry.name.endswith(".yaml"):
                yield entry, prefix + entry.name


def _lines(rules_dir: AnyPath, stamps: dict[str, Stamp], old: Index | None) -> dict[str, bytes]:
    """The record of every rule; of files that did not change it is taken over from the old index."""
    same_code = old is not None and all(old.files.get(name) == stamps[name] for name in _COMPILERS)
    lines: dict[str, bytes] = {}
    for relative, stamp in stamps.items():
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
    rules: dict[str, list[int]] = {}
    words: dict[str, list[str]] = {}
    sets: dict[str, list[str]] = {"recommended": []}
    aliases: dict[str, list[str]] = {}
    controls: dict[str, dict[str, list[str]]] = {}
    position = 0
    for rule in sorted(lines):
        record = json.loads(lines[rule])
        rules[rule] = [position, len(lines[rule])]
        position += len(lines[rule]) + 1
        for table, keys in ((words, record["on"]), (sets, record["rulesets"]), (aliases, record.get("aliases") or ())):
            for key in keys:
                table.setdefault(key, []).append(rule)
        note_controls(controls, record)
    sets.pop("strict", None)
    more, named = _json({"aliases": aliases, "files": stamps}), _json(controls)
    places = {"more": [position, len(more)], "controls": [position + len(more) + 1, len(named)]}
    toc = {"format": FORMAT, "rules": rules, "words": words, "rulesets": sets, **places}
    return b"\n".join([_json(toc), *(lines[rule] for rule in rules), more, named, b""])


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
