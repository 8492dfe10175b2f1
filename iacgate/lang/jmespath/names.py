"""The nearest right word, for messages."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """``"did you mean 'x'?"`` for the known word that is most like this one, or nothing."""
    from difflib import get_close_matches

    found = get_close_matches(str(word), list(known), n=1, cutoff=0.6)
    return f"did you mean {found[0]!r}?" if found else ""
