"""Regular expressions on hostile text: patterns that can take exponential time are refused, long text is cut.

Python's matcher backtracks. What makes it explode is a repetition inside a repetition that can split the same text in
several ways. Such patterns are found in their parsed form and refused; what is left is at worst polynomial, and bounded
by reading only the first ``MAX_TEXT`` characters.
"""

from __future__ import annotations

import re
from functools import lru_cache
from re import _constants as sre  # type: ignore[attr-defined]  # the stubs leave out what 3.11 renamed
from re import _parser as sre_parse  # type: ignore[attr-defined]  # the same
from typing import Any

MAX_TEXT = 20_000
_MANY = 16
_REPEATS = frozenset((sre.MAX_REPEAT, sre.MIN_REPEAT))
_REFUSED = frozenset((sre.GROUPREF, sre.GROUPREF_EXISTS))


class UnsafePatternError(ValueError):
    """A pattern that does not compile, or that could take forever."""


def search(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the first ``MAX_TEXT`` characters. Raises :class:`UnsafePatternError`."""
    return compiled(pattern).search(text[:MAX_TEXT]) is not None


@lru_cache(maxsize=512)
def compiled(pattern: str) -> re.Pattern[str]:
    """The compiled pattern. Raises :class:`UnsafePatternError`."""
    if len(pattern) > 2_000:
        raise UnsafePatternError(f"pattern of {len(pattern)} characters, at most 2000 are read")
    try:
        tree = sre_parse.parse(pattern)
        _judge(tree, repeated=False)
        return re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise UnsafePatternError(f"pattern {pattern!r} does not compile: {error}") from None


def _judge(tree: Any, *, repeated: bool) -> None:
    for operation, argument in tree:
        if operation in _REFUSED:
            raise UnsafePatternError("a pattern must not refer back to a group: matching could take forever")
        if operation in _REPEATS:
            least, most, body = argument
            if repeated and least != most and not _separated(tree, body):
                raise UnsafePatternError("a repetition inside a repetition: matching could take forever")
            _judge(body, repeated=repeated or most > _MANY)
            continue
        if operation is sre.BRANCH and repeated and not _distinct(argument[1]):
            raise UnsafePatternError("alternatives that start alike inside a repetition: matching could take forever")
        for inner in _below(operation, argument):
            _judge(inner, repeated=repeated)


def _below(operation: Any, argument: Any) -> list[Any]:
    if operation is sre.BRANCH:
        return list(argument[1])
    if operation is sre.SUBPATTERN:
        return [argument[3]]
    if operation in {sre.ASSERT, sre.ASSERT_NOT}:
        return [argument[1]]
    if operation.name == "POSSESSIVE_REPEAT":
        return [argument[2]]
    return [argument] if operation.name == "ATOMIC_GROUP" else []


def _distinct(branches: Any) -> bool:
    """Whether the first character tells which of the alternatives it is."""
    taken: set[int] = set()
    for branch in branches:
        first = _alphabet(branch[:1]) if len(branch) else None
        if first is None or first & taken:
            return False
        taken |= first
    return True


def _separated(sequence: Any, body: Any) -> bool:
    """Whether the sequence holds a character that must be there and that the repeated body cannot match."""
    inside = _alphabet(body)
    if inside is None:
        return False
    for operation, argument in sequence:
        outside = _alphabet([(operation, argument)])
        if operation in {sre.LITERAL, sre.IN} and outside is not None and not inside & outside:
            return True
    return False


def _alphabet(tree: Any) -> set[int] | None:
    """The ASCII characters a simple tree can match (128 stands for all others); ``None`` when it is not simple."""
    found: set[int] = set()
    for operation, argument in tree:
        if operation is sre.LITERAL:
            found.add(min(argument, 128))
        elif operation is sre.IN:
            found |= _class(argument)
        elif operation is sre.SUBPATTERN:
            inner = _alphabet(argument[3])
            if inner is None:
                return None
            found |= inner
        else:
            return None
    return found


def _class(parts: Any) -> set[int]:
    found: set[int] = set()
    negated = False
    for operation, argument in parts:
        if operation is sre.NEGATE:
            negated = True
        elif operation is sre.LITERAL:
            found.add(min(argument, 128))
        elif operation is sre.RANGE:
            found.update(range(min(argument[0], 128), min(argument[1], 128) + 1))
        else:
            found |= _category(argument)
    return set(range(129)) - found if negated else found


def _category(name: Any) -> set[int]:
    text = str(name).removeprefix("CATEGORY_")
    escape = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}.get(text.removeprefix("NOT_"))
    if escape is None:
        return set(range(129))
    members = {code for code in range(128) if re.match(escape, chr(code))} | {128}
    return members if not text.startswith("NOT_") else (set(range(128)) - members) | {128}
