"""Discovery: the paths a user names become source files.

In: paths (folders, files, ``-`` for standard input, ``s3://`` names), the settings' include and exclude globs. Out: a
:class:`Discovery`: files in a fixed order, and a record or trouble for whatever was named or found but cannot be read.

It honours ``.gitignore``, never leaves the scanned tree through a symbolic link, and reads no file content.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from iacgate.discover.git import Lines, changed_lines, repository_root
from iacgate.discover.ignore import IgnoreStack, Pattern, glob, read_patterns
from iacgate.errors import CommandError, did_you_mean
from iacgate.model import Location, SourceFile, SourceRecord, SourceStatus, Trouble
from iacgate.model.dataclass import dataclass, field

__all__ = [
    "Discovery", "Lines", "changed_lines", "discover", "file_source", "report_root", "repository_root", "surroundings",
]  # fmt: skip

NEVER_ENTERED = frozenset({
    ".git", ".hg", ".svn", ".terraform", ".terragrunt-cache", ".venv", "venv", ".tox", ".nox", "node_modules",
    "__pycache__",
    ".mypy_cache", ".ruff_cache", ".pytest_cache", ".idea", ".vscode",
})  # fmt: skip
"""Folders that hold no source of their own: version control, tools' caches, downloaded dependencies."""

MAX_DEPTH = 200
"""Folder levels below a named path; deeper ones are reported, not entered."""

MAX_SURROUNDING_FOLDERS = 10_000
"""A project of more folders is not looked through for what belongs to the files that were named."""
MAX_WITHOUT_REPOSITORY = 1_000
"""The same, where neither settings nor a repository say that the folder is a project: it may be anybody's home."""


@dataclass(slots=True, kw_only=True)
class Discovery:
    """What was found. ``whole`` is false when only files were named, so that the rest of their tree was not read."""

    root: str
    sources: list[SourceFile] = field(default_factory=list)
    records: list[SourceRecord] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    whole: bool = True


def report_root(paths: Sequence[str], cwd: str) -> str:
    """What reported paths are relative to: the repository's top, else the working folder, else the path's folder."""
    first = next((path for path in paths if path != "-" and "://" not in path), cwd)
    absolute = os.path.realpath(os.path.join(cwd, first))
    folder = absolute if os.path.isdir(absolute) else os.path.dirname(absolute)
    top = repository_root(folder)
    if top:
        return os.path.realpath(top)
    working = os.path.realpath(cwd)
    return working if _is_below(absolute, working) else folder


def discover(
    paths: Sequence[str],
    *,
    cwd: str,
    wanted: Callable[[str], bool],
    exclude: Sequence[str] = (),
    include: Sequence[str] = (),
    use_gitignore: bool = True,
    remote: Callable[[str], SourceFile] | None = None,
) -> Discovery:
    """All files under ``paths`` whose name some adapter may want (``wanted``), by path, each once.

    ``exclude`` leaves out matching paths (relative to the root), ``include`` brings ignored ones back. A file named
    directly is taken whatever its name and whatever is ignored. Raises CommandError for a path that is not there.
    """
    found = Discovery(root=report_root(paths, cwd))
    walk = _Walk(found, wanted, [glob(item) for item in exclude], [glob(item) for item in include], use_gitignore)
    found.whole = False
    for path in dict.fromkeys(paths):
        if path == "-":
            found.sources.append(_standard_input())
        elif "://" in path:
            found.sources.append(_remote(path, remote))
        else:
            walk.named(os.path.join(cwd, path), path)
    found.sources.sort(key=lambda source: source.path)
    return found


def surroundings(
    folder: str,
    *,
    root: str,
    wanted: Callable[[str], bool],
    exclude: Sequence[str] = (),
    include: Sequence[str] = (),
    use_gitignore: bool = True,
    sure: bool = True,
) -> list[SourceFile] | None:
    """All files below a project's folder whose name is wanted, none of them in focus; what a scan of the folder would
    leave out is left out. ``None``: the project is too large to look through. Troubles are not told: nobody asked for
    these files. ``sure``: settings say that the folder is a project, or a repository begins there.
    """
    most = MAX_SURROUNDING_FOLDERS if sure or repository_root(folder) else MAX_WITHOUT_REPOSITORY
    found = Discovery(root=root)
    globs = [glob(item) for item in exclude], [glob(item) for item in include]
    walk = _Walk(found, wanted, *globs, use_gitignore, focus=False)
    if not walk.below(os.path.realpath(folder), most=most):
        return None
    return walk.found.sources


def not_ignored(root: str, *, use_gitignore: bool) -> Callable[[str], bool]:
    """Whether git would show a file: what lies ignored on one machine is not part of a module for all."""
    if not use_gitignore:
        return lambda _absolute: True
    walk = _Walk(Discovery(root=root), wanted=lambda _name: True, exclude=[], include=[], use_gitignore=True)
    stacks: dict[str, IgnoreStack] = {}

    def shown(absolute: str) -> bool:
        folder, name = os.path.split(absolute)
        if folder not in stacks:
            own = _ignore_file(os.path.join(folder, ".gitignore"))
            stacks[folder] = walk.stack_above(folder).within(walk.prefix(folder), own)
        return not stacks[folder].ignores(walk.prefix(folder) + name)

    return shown


def file_source(absolute: str, root: str, *, focus: bool = True, named: bool = False) -> SourceFile:
    """The source file at an absolute path, named relative to ``root`` where it lies below it."""
    path = os.path.relpath(absolute, root) if _is_below(absolute, root) else absolute
    return SourceFile(
        path=path.replace(os.sep, "/"), absolute=absolute, read=_reader(absolute), focus=focus, named=named
    )


def _reader(absolute: str) -> Callable[[], bytes]:
    def read() -> bytes:
        with open(absolute, "rb") as stream:
            return stream.read()

    return read


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _standard_input() -> SourceFile:
    """Standard input, read once; its first bytes tell which name an adapter would know it by."""
    data = _all_of_standard_input()
    return SourceFile(path=_name_for(data), absolute="", read=lambda: data, named=True)


def _all_of_standard_input() -> bytes:
    why = "closed"
    try:
        if sys.stdin is not None:
            return sys.stdin.buffer.read()
    except OSError as error:
        why = _why(error)
    raise CommandError(f"-: standard input cannot be read: {why}", "pipe something into it, or name a file")


def _name_for(data: bytes) -> str:
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith((b"{", b"[", b"PK", b"\xff\xfe", b"\xfe\xff")):
        return "stdin.json"
    first = next((line for line in head.splitlines() if line.strip() and not line.lstrip().startswith(b"#")), b"")
    word = first.split(b" ")[0].upper()
    if word in {b"FROM", b"ARG"}:
        return "stdin.Dockerfile"
    block_words = {b"RESOURCE", b"TERRAFORM", b"PROVIDER", b"VARIABLE", b"MODULE", b"LOCALS", b"DATA", b"OUTPUT"}
    return "stdin.tf" if word in block_words else "stdin.yaml"


def _remote(path: str, remote: Callable[[str], SourceFile] | None) -> SourceFile:
    if remote is None or not path.startswith("s3://"):
        raise CommandError(f"{path}: no such kind of place", "name a folder, a file, - or s3://bucket/key")
    return remote(path)


class _Step(NamedTuple):
    """A folder to enter: its path, how its files are shown, the ignore files above it, how deep it lies."""

    folder: str
    prefix: str
    stack: IgnoreStack
    depth: int


@dataclass(slots=True)
class _Walk:
    """One walk over all the named paths: what was seen, and what decides on each name."""

    found: Discovery
    wanted: Callable[[str], bool]
    exclude: list[re.Pattern[str]]
    include: list[re.Pattern[str]]
    use_gitignore: bool
    focus: bool = True
    seen: set[str] = field(default_factory=set)

    def named(self, absolute: str, shown: str) -> None:
        """A path the user wrote."""
        try:
            status = os.stat(absolute)
        except OSError as error:
            raise _missing(shown, absolute, error) from None
        if stat.S_ISDIR(status.st_mode):
            self.found.whole = True
            self.below(os.path.realpath(absolute))
        elif stat.S_ISREG(status.st_mode) or stat.S_ISFIFO(status.st_mode):
            self._take(os.path.realpath(absolute), named=True)
        else:
            raise CommandError(f"{shown}: neither a file nor a folder", "name a folder, a file, - or s3://bucket/key")

    def stack_above(self, folder: str) -> IgnoreStack:
        """The ignore files between the repository's top and a folder (without the folder's own)."""
        stack = IgnoreStack()
        top = repository_root(folder) if self.use_gitignore else None
        if top is None:
            return stack
        stack = stack.within(self.prefix(top), _ignore_file(os.path.join(top, ".git", "info", "exclude")))
        current = os.path.realpath(top)
        for name in _steps(current, folder):
            stack = stack.within(self.prefix(current), _ignore_file(os.path.join(current, ".gitignore")))
            current = os.path.join(current, name)
        return stack

    def prefix(self, folder: str) -> str:
        relative = os.path.relpath(os.path.realpath(folder), self.found.root).replace(os.sep, "/")
        return "" if relative == "." else relative + "/"

    def below(self, folder: str, most: int = sys.maxsize) -> bool:
        """Take everything below a folder; false when it has more than ``most`` folders. An explicit stack, so that no
        tree is too deep."""
        pending = [_Step(folder, self.prefix(folder), self.stack_above(folder), 0)]
        for _ in range(most):
            pending.extend(reversed(self._enter(pending.pop())))
            if not pending:
                return True
        return False

    def _enter(self, step: _Step) -> list[_Step]:
        folder, prefix, stack, depth = step
        if depth > MAX_DEPTH:
            self._trouble(prefix.rstrip("/"), f"more than {MAX_DEPTH} folders deep", "scan the deeper folder by itself")
            return []
        try:
            entries = {entry.name: entry for entry in os.scandir(folder)}
        except OSError as error:
            self._trouble(prefix.rstrip("/") or ".", f"cannot list the folder: {_why(error)}", "check its permissions")
            return []
        if self.use_gitignore and ".gitignore" in entries:
            stack = stack.within(prefix, _ignore_file(os.path.join(folder, ".gitignore")))
        below: list[_Step] = []
        for name in sorted(entries):
            entry, path = entries[name], prefix + name
            if self._is_folder(entry, path):
                if name not in NEVER_ENTERED and not self._left_out(path, stack, folder=True):
                    below.append(_Step(entry.path, f"{path}/", stack, depth + 1))
            elif self.wanted(name) and not self._left_out(path, stack, folder=False):
                self._entry(entry, path)
        return below

    def _is_folder(self, entry: os.DirEntry[str], path: str) -> bool:
        """Real folders are entered. A link to a folder is not: inside the tree its target is met anyway."""
        if entry.is_dir(follow_symlinks=False):
            return True
        if not entry.is_symlink() or not os.path.isdir(entry.path):
            return False
        if not _is_below(os.path.realpath(entry.path), self.found.root):
            self._record(path, "a link out of the scanned tree is not followed")
        return False

    def _entry(self, entry: os.DirEntry[str], path: str) -> None:
        if not entry.is_symlink():
            if entry.is_file(follow_symlinks=False):
                inside = not path.startswith("../")
                source = SourceFile(path=path, absolute=entry.path, read=_reader(entry.path), focus=self.focus)
                self._add(source if inside else file_source(entry.path, self.found.root, focus=self.focus))
            else:
                self._record(path, "a pipe, socket or device is not read unless it is named")
            return
        target = os.path.realpath(entry.path)
        if not os.path.isfile(target):
            if not os.path.isdir(target):
                self._trouble(path, "the link leads nowhere", "remove the link, or exclude it in the settings")
        elif not _is_below(target, self.found.root):
            self._record(path, "a link out of the scanned tree is not followed")
        else:
            self._take(target, named=False)

    def _left_out(self, path: str, stack: IgnoreStack, *, folder: bool) -> bool:
        if self.include and any(pattern.fullmatch(path) for pattern in self.include):
            return False
        if self.exclude and any(pattern.fullmatch(path) for pattern in self.exclude):
            return True
        return self.use_gitignore and stack.ignores(path, folder=folder)

    def _take(self, absolute: str, *, named: bool) -> None:
        self._add(file_source(absolute, self.found.root, focus=self.focus, named=named))

    def _add(self, source: SourceFile) -> None:
        if source.absolute not in self.seen:
            self.seen.add(source.absolute)
            self.found.sources.append(source)

    def _record(self, path: str, detail: str) -> None:
        self.found.records.append(SourceRecord(path=path, kind="", status=SourceStatus.SKIPPED, detail=detail))

    def _trouble(self, path: str, message: str, hint: str) -> None:
        location = Location(file=path)
        self.found.troubles.append(
            Trouble(kind="unreadable", message=f"{path}: {message}", hint=hint, location=location)
        )
        self.found.records.append(
            SourceRecord(path=path, kind="", status=SourceStatus.UNREADABLE, detail=message, location=location)
        )


def _missing(shown: str, absolute: str, error: OSError) -> CommandError:
    if error.errno == errno.ELOOP:
        return CommandError(f"{shown}: the link leads back to itself", "name the file it should lead to")
    if error.errno == errno.EACCES:
        return CommandError(f"{shown}: permission denied", "check the permissions of its folder")
    folder, name = os.path.split(absolute.rstrip(os.sep))
    hint = did_you_mean(name, _names(folder), "check the spelling")
    return CommandError(f"{shown}: no such file or folder", hint)


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _why(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def _steps(top: str, folder: str) -> Iterable[str]:
    relative = os.path.relpath(folder, top)
    return [] if relative == "." or relative.startswith("..") else relative.split(os.sep)


def _ignore_file(path: str) -> list[Pattern]:
    if not os.path.isfile(path):
        return []  # nor wait for what a named pipe will never say
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as stream:
            return read_patterns(stream)
    except OSError:
        return []
