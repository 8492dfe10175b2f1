"""Room for deep evaluation: chains of hundreds of locals are real, and each link takes several frames of the
interpreter.

Room: ``lang``. How deep evaluation may go is settled by ``Limits.DEPTH``; this only lets the interpreter follow.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

FRAMES = 40_000


@contextmanager
def deep() -> Iterator[None]:
    """Raise the interpreter's recursion limit for a while. Frames of Python code take no space on the machine's
    stack."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
