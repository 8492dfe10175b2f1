"""What git knows: the top of the repository, and what changed since a revision.

In: a folder, a revision. Out: paths and line ranges. Needs no git for the former; asks the user's git for the latter.
"""

from __future__ import annotations

import os
import re

from iacgate.errors import CommandError

Lines = list[tuple[int, int]]
"""Ranges of changed lines (first, last), in the new file. A deletion between lines is the range of its neighbours."""

_HUNK = r"^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@"


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
    if revision.startswith("-"):
        raise CommandError(f"--changed-since {revision!r}: not a revision", "name a branch, a tag or a commit")
    base = _git(root, "merge-base", revision, "HEAD").strip() or revision
    diff = _git(root, "diff", "--unified=0", "--no-color", "--no-ext-diff", "--find-renames", "--src-prefix=a/",
                "--dst-prefix=b/", base, "--")  # fmt: skip
    changed = _parse_diff(diff)
    for name in _git(root, "ls-files", "--others", "--exclude-standard", "-z").split("\0"):
        if name:
            changed[name] = [(1, 1 << 30)]
    return changed


def _parse_diff(diff: str) -> dict[str, Lines]:
    changed: dict[str, Lines] = {}
    current: Lines | None = None
    for line in diff.splitlines():
        if line.startswith("+++ "):
            name = _unquoted(line[4:])
            current = changed.setdefault(name[2:], []) if name.startswith("b/") else None
        elif current is not None and (hunk := re.match(_HUNK, line)):
            first, count = int(hunk[1]), int(hunk[2] or "1")
            current.append((first, first + count - 1) if count else (max(first, 1), first + 1))
    return changed


def _unquoted(name: str) -> str:
    """A path as git writes it in a header: quoted with octal escapes where it has special characters."""
    if not name.startswith('"'):
        return name.rstrip("\t")
    escaped = name.strip().strip('"')
    return (
        escaped.encode("latin-1", "backslashreplace")
        .decode("unicode_escape")
        .encode("latin-1")
        .decode("utf-8", "replace")
    )


def _git(root: str, *arguments: str) -> str:
    import subprocess

    command = ("git", "-C", root, *arguments)
    try:
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)  # noqa: S603  (fixed program, no shell)
    except FileNotFoundError:
        raise CommandError(
            "--changed-since needs git, which is not on PATH", "install git, or name the files"
        ) from None
    except subprocess.TimeoutExpired:
        raise CommandError("git did not answer within a minute", "name the changed files instead") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[0] if said else "no reason given"
        raise CommandError(
            f"git {arguments[0]} failed: {reason}",
            "is the revision fetched? In CI a shallow clone needs its base: fetch-depth: 0",
        )
    return done.stdout.decode("utf-8", "surrogateescape")
