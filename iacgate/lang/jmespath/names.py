"""The nearest right word, as a hint."""

from __future__ import annotations

from collections.abc import Iterable

from iacgate import model


def nearest(word: str, known: Iterable[str]) -> str:
    """``"did you mean 'x'?"`` for the known word that is most like this one, or nothing."""
    found = model.nearest(str(word), known)
    return f"did you mean {found!r}?" if found else ""
