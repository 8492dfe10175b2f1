"""What tells long names apart: SHA-256 in 32 hexadecimal digits.

In: text. Out: digits, the same everywhere. Python's own implementation where it has one, as its module ``random`` takes
it: ``hashlib`` loads OpenSSL first, which takes longer than one manifest takes to be read and judged.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

_DIGITS = 32
_HOMES = ("_sha2", "_sha256", "hashlib")
"""Python 3.12 and later, 3.11, and a Python that was built without its own."""


def digest(text: str) -> str:
    """32 hexadecimal digits; lone surrogates are text as well."""
    return str(_sha256()(text.encode("utf-8", "surrogatepass")).hexdigest())[:_DIGITS]


@cache
def _sha256() -> Callable[[bytes], Any]:
    for home in _HOMES:
        try:
            found: Callable[[bytes], Any] = import_module(home).sha256
        except ImportError:
            continue
        return found
    raise ImportError("no module has sha256")
