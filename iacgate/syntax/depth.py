"""How deep the interpreter may recurse: one limit for all threads, raised while somebody needs it.

In: how many frames a reader or an evaluator may need. Out: nothing; nested text and long chains of references do not
end in a ``RecursionError``. How deep they may be is settled elsewhere; this only lets the interpreter follow. Frames of
Python code take no space on the machine's stack.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class _Limit:
    """The interpreter's limit. The last one to leave puts it back, so that no thread lowers it under another."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._before = 0
        self._holders = 0

    def raise_to(self, frames: int) -> None:
        """At least so many frames, until :meth:`put_back` is called as often as this was."""
        with self._lock:
            limit = sys.getrecursionlimit()
            if self._holders == 0:
                self._before = limit
            self._holders += 1
            sys.setrecursionlimit(max(limit, frames))

    def put_back(self) -> None:
        with self._lock:
            self._holders -= 1
            if self._holders == 0:
                sys.setrecursionlimit(self._before)


LIMIT = _Limit()
"""State of the process, as the limit itself is."""


@contextmanager
def deep(frames: int) -> Iterator[None]:
    """Let the interpreter recurse at least so deep for a while."""
    LIMIT.raise_to(frames)
    try:
        yield
    finally:
        LIMIT.put_back()
