"""What git knows: the top of the repository, and what changed since a revision.

In: a folder, a revision. Out: paths and line ranges. Needs no git for the former; asks the user's git for the latter.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from iacgate.errors import CommandError

Lines = list[tuple[int, int]]
"""Ranges of changed lines (first, last), in the new file. A deletion between lines is the range of its neighbours."""

_HUNK = r"^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@"
_ALL_LINES = (1, 1 << 30)
_DIFF = (
    "diff", "--unified=0", "--inter-hunk-context=0", "--no-color", "--no-ext-diff", "--no-textconv", "--text",
    "--submodule=diff", "--find-renames", "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip
"""``--text``, since otherwise a line in ``.gitattributes`` (``*.tf -diff``) would hide a change."""
_SIDES = {"\\": 0, " ": 2, "": 2}
"""Of how many files a line in a hunk is: a remark of git's of none, context (in submodules) of the old and the new."""
_UNFETCHED = r"Submodule (.+) [0-9a-f]+\.\.\.?[0-9a-f]+ \(commits not present\)"
_PLACES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_PREFIX", "GIT_NAMESPACE")
"""Variables that lead git to another repository than the one around the files."""


def repository_root(start: str) -> str | None:
    """The nearest folder at or above ``start`` that holds ``.git`` (a folder, or a file as in work trees)."""
    folder = os.path.abspath(start)
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def changed_lines(root: str, revision: str) -> dict[str, Lines]:
    """Files that differ from ``revision`` (path relative to ``root``) with their changed lines.

    Counts what is not committed yet as well, and new files git does not track (all their lines). Raises
    :class:`~iacgate.errors.CommandError` when git or the revision is not there.
    """
    if repository_root(root) is None:
        raise CommandError(f"--changed-since {revision}: there is no git repository around {root}", "name the files")
    if revision.startswith("-") or not revision.strip():
        raise CommandError(f"--changed-since {revision!r}: not a revision", "name a branch, a tag or a commit")
    base = _git(root, "merge-base", revision, "HEAD").strip() or revision
    diff = _git(root, *_DIFF, base, "--")
    changed = _parse_diff(diff)
    for folder in re.findall(rf"^{_UNFETCHED}$", diff, re.MULTILINE):
        changed.update(_everything(root, folder))
    changed.update({name: [_ALL_LINES] for name in changed if _counts_lines_otherwise(os.path.join(root, name))})
    for name in _git(root, "ls-files", "--others", "--exclude-standard", "-z").split("\0"):
        if name:
            changed[name] = [_ALL_LINES]
    return changed


def _everything(root: str, submodule: str) -> dict[str, Lines]:
    """All files of a submodule of which git does not know what it was before."""
    names = _git(os.path.join(root, submodule), "ls-files", "-z").split("\0")
    return {f"{submodule}/{name}": [_ALL_LINES] for name in names if name}


def _counts_lines_otherwise(path: str) -> bool:
    """Whether a line of the file may end with a carriage return alone: for YAML it does, for git it does not."""
    try:
        if not os.path.isfile(path):
            return False
        with open(path, "rb") as stream:
            data = stream.read()
    except (OSError, ValueError):
        return False
    return data.count(b"\r") != data.count(b"\r\n")


def _parse_diff(diff: str) -> dict[str, Lines]:
    """The content of a file may look like any line of a diff: it is counted off, and lines end as git ends them."""
    changed: dict[str, Lines] = {}
    current: Lines | None = None
    renamed = ""
    content = 0
    for line in diff.split("\n"):
        if content:
            content -= _SIDES.get(line[:1], 1)
        elif line.startswith("Binary files ") and line.endswith(" differ"):
            changed[_unquoted(line.removesuffix(" differ").rpartition(" and ")[2])[2:]] = [_ALL_LINES]
        elif line.startswith("rename from "):
            renamed = _unquoted(line.removeprefix("rename from "))
        elif line.startswith("rename to "):
            name = _unquoted(line.removeprefix("rename to "))
            if _kind(name) != _kind(renamed):
                changed[name] = [_ALL_LINES]  # what was a note may now be a manifest
        elif line.startswith("+++ "):
            name = _unquoted(line[4:])
            current = changed.setdefault(name[2:], []) if name.startswith("b/") else None
        elif hunk := re.match(_HUNK, line):
            first, count = int(hunk[2]), int(hunk[3] or "1")
            content = int(hunk[1] or "1") + count
            if current is not None:
                current.append((first, first + count - 1) if count else (max(first, 1), first + 1))
    return changed


def _kind(name: str) -> str:
    """What adapters know a file by: its suffix, or its name where it has none."""
    stem, suffix = os.path.splitext(os.path.basename(name))
    return suffix or stem


def _unquoted(name: str) -> str:
    """A path as git writes it in a header: quoted with octal escapes where it has special characters."""
    if not name.startswith('"'):
        return name.rstrip("\t")
    escaped = name.strip()[1:-1]
    return (
        escaped.encode("latin-1", "backslashreplace")
        .decode("unicode_escape")
        .encode("latin-1")
        .decode("utf-8", "surrogateescape")
    )


def _git(root: str, *arguments: str) -> str:
    import subprocess

    command = ("git", "-C", root, *arguments)
    surroundings = {name: value for name, value in os.environ.items() if name not in _PLACES}
    try:
        done = subprocess.run(  # noqa: S603  (fixed program, no shell)
            command, capture_output=True, timeout=60, check=False, env=surroundings
        )
    except FileNotFoundError:
        raise CommandError(
            "--changed-since needs git, which is not on PATH", "install git, or name the files"
        ) from None
    except subprocess.TimeoutExpired:
        raise CommandError("git did not answer within a minute", "name the changed files instead") from None
    if done.returncode:
        raise _refused(arguments, done.stderr.decode("utf-8", "replace").strip(), root)
    return done.stdout.decode("utf-8", "surrogateescape")


def _refused(arguments: Sequence[str], said: str, root: str) -> CommandError:
    hint = "is the revision fetched? In CI a shallow clone needs its base: fetch-depth: 0"
    if "dubious ownership" in said:
        hint = f"trust the folder: git config --global --add safe.directory {root}"
    elif not said and arguments[0] == "merge-base":
        return CommandError(f"{arguments[1]} and HEAD have no common history", hint)
    reason = said.splitlines()[0] if said else "no reason given"
    return CommandError(f"git {arguments[0]} failed: {reason}", hint)
