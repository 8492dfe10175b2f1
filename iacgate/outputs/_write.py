"""Part of the outputs room: which format goes where, and getting it there whole. Text comes in, a file goes out."""

from __future__ import annotations

import os
import stat

from iacgate.errors import CommandError


def write(path: str, text: str) -> None:
    """Put ``text`` (as UTF-8) in a file so that nobody ever sees half of it; missing folders are made.

    A symbolic link stays one; what is no regular file (``/dev/stdout``, a named pipe) is written to directly.
    Raises :class:`~iacgate.errors.CommandError` when the place cannot be written.
    """
    data = text.encode("utf-8", "backslashreplace")
    target = os.path.realpath(path)
    try:
        if _is_special(target):
            _fill(os.open(target, os.O_WRONLY), data)
            return
        os.makedirs(os.path.dirname(target), exist_ok=True)
        _replace(target, data)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(f'the output file "{path}" cannot be written: {reason}', hint=_hint(error)) from error


def _is_special(target: str) -> bool:
    try:
        mode = os.stat(target).st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _replace(target: str, data: bytes) -> None:
    """Write beside the target and rename: the rename is the one moment at which the file changes."""
    if os.path.isdir(target):
        raise IsADirectoryError(21, "it is a folder", target)
    mode = stat.S_IMODE(os.stat(target).st_mode) if os.path.exists(target) else 0o666
    folder, base = os.path.split(target)
    temporary = os.path.join(folder, f".{base[:100]}.{os.getpid()}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        _fill(os.open(temporary, flags, mode), data)
        os.replace(temporary, target)
    except OSError:
        if os.path.lexists(temporary):
            os.unlink(temporary)
        raise


def _fill(descriptor: int, data: bytes) -> None:
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)


def _hint(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "choose a folder this user may write to"
    if isinstance(error, IsADirectoryError):
        return "name a file in it, as in -o sarif=folder/iacgate.sarif"
    if isinstance(error, NotADirectoryError | FileExistsError):
        return "a part of the path is a file, not a folder"
    return ""
