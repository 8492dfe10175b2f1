"""Room for deep evaluation: chains of hundreds of locals are real, and each link takes several frames of the
interpreter.

Room: ``lang``. How deep evaluation may go is settled by ``Limits.DEPTH``; this only lets the interpreter follow.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from iacgate.syntax import depth

FRAMES = 40_000


def deep() -> AbstractContextManager[None]:
    """As many frames as an evaluation may take, for a while."""
    return depth.deep(FRAMES)
