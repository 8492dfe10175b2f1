"""Triage room: CODEOWNERS as GitHub and GitLab read it: a path → its owners.

The last pattern that matches says who; without owners it says nobody. GitLab's sections each say so for themselves,
and give their default owners to patterns that name none. Sources: the two vendors' "code owners" pages.
"""

from __future__ import annotations

import os
import re

from iacgate.model.dataclass import dataclass, field

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where the file may lie: the first that is there counts."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: a pattern, and its owners. ``exclude``: GitLab's ``!pattern`` takes a path out of its section."""

    pattern: re.Pattern[str]
    owners: tuple[str, ...]
    exclude: bool = False


@dataclass(slots=True)
class CodeOwners:
    """A CODEOWNERS file. Answers are remembered."""

    sections: tuple[tuple[Entry, ...], ...]
    _known: dict[str, str] = field(default_factory=dict)

    def of(self, path: str) -> str:
        """The owners of a path (from the root, forward slashes), with blanks between; "" for nobody."""
        if path not in self._known:
            owners = [owner for section in self.sections for owner in _last_match(section, path)]
            self._known[path] = " ".join(dict.fromkeys(owners))
        return self._known[path]


def load_codeowners(root: str, named: str = "") -> CodeOwners | None:
    """The repository's CODEOWNERS: the one named, or the first of the usual places; ``None`` when there is none."""
    for place in (named,) if named else PLACES:
        file = os.path.join(root, place)
        if not os.path.isfile(file):
            continue
        try:
            with open(file, "rb") as stream:
                return parse_codeowners(stream.read().decode("utf-8-sig", "replace"))
        except OSError:
            continue
    return None


def parse_codeowners(text: str) -> CodeOwners:
    """The entries of a file; lines that mean nothing are passed over, as both vendors do."""
    sections: dict[str, list[Entry]] = {"": []}
    current = ""
    defaults: tuple[str, ...] = ()
    for line in text.splitlines():
        words = _words(line)
        if not words:
            continue
        header = _section(line.strip())
        if header:
            current, defaults = header
            sections.setdefault(current, [])
            continue
        exclude = words[0].startswith("!")
        owners = tuple(words[1:]) or defaults
        sections[current].append(Entry(_compile(words[0][exclude:]), owners, exclude))
    return CodeOwners(tuple(tuple(entries) for entries in sections.values()))


def _section(line: str) -> tuple[str, tuple[str, ...]] | None:
    """``[Name]``, ``^[Name]``, ``[Name][2] @default``: the name, whatever its case, and the default owners."""
    found = re.match(r"\^?\[([^\]]+)\](?:\[\d+\])?(?:\s+(.*))?$", line)
    return (found[1].strip().lower(), tuple(_words(found[2] or ""))) if found else None


def _words(line: str) -> list[str]:
    """The words of a line; a backslash keeps a blank, a ``#`` at the beginning of a word ends the line."""
    words = [word.replace("\\ ", " ") for word in re.findall(r"(?:\\.|[^\s\\])+", line)]
    end = next((index for index, word in enumerate(words) if word.startswith("#")), len(words))
    return [word.replace("\\#", "#") for word in words[:end]]


def _last_match(section: tuple[Entry, ...], path: str) -> tuple[str, ...]:
    owners: tuple[str, ...] = ()
    for entry in section:
        if entry.pattern.match(path):
            if entry.exclude:
                return ()
            owners = entry.owners
    return owners


_STEPS = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _compile(pattern: str) -> re.Pattern[str]:
    """A pattern as gitignore has it: a slash inside or in front ties it to the root, one at the end means a folder."""
    tied = "/" in pattern.rstrip("/")
    body = pattern.strip("/")
    steps = re.findall(r"\*\*/|\*\*|\*|\?|[^*?]+", re.sub(r"\*{3,}", "**", re.sub(r"(\*\*/)+", "**/", body)))
    text = "".join(_STEPS.get(step) or re.escape(step) for step in steps)
    children_only = body.endswith("/*")
    below = "/.*" if pattern.endswith("/") else "" if children_only else "(?:/.*)?"
    return re.compile(("" if tied else "(?:.*/)?") + text + below + r"\Z")
