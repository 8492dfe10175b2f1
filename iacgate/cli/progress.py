"""A line of progress on the terminal, for scans long enough to wonder about."""

from __future__ import annotations

import time
from typing import TextIO

PATIENCE_SECONDS = 0.6
INTERVAL_SECONDS = 0.1


class Progress:
    """Called with (done, total, path) before each file; silent at first, then at most ten times a second."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._next = time.monotonic() + PATIENCE_SECONDS
        self._shown = False

    def __call__(self, done: int, total: int, path: str) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + INTERVAL_SECONDS
        self._shown = True
        plain = "".join(char if char.isprintable() else "?" for char in path)
        self._stream.write(f"\r\x1b[K{done:>6}/{total} {plain[-60:]}")
        self._stream.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
