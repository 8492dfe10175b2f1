"""Scalars of YAML as ``sigs.k8s.io/yaml`` types them (its own go-yaml v2, ``resolve.go``, then through JSON).

In: the text of a scalar, and its tag if one is written. Out: ``str``, ``int``, ``float``, ``bool`` or ``None``.

YAML 1.1 words (``yes``, ``off``, ``y``) are booleans, ``017``, ``0o17``, ``0x1F``, ``0b1`` and ``1_000`` are integers;
base 60 and dates are strings; ``089``, no octal number, is 89. A float without a fraction is an integer, since it
passes through JSON.
"""

from __future__ import annotations

import re
from typing import Any

STR = "tag:yaml.org,2002:str"
BINARY = "tag:yaml.org,2002:binary"
MERGE = "tag:yaml.org,2002:merge"

WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
NUMERIC = frozenset("+-.0123456789")
"""What a scalar that is no string and no word begins with."""

_NOT_FINITE = frozenset(
    sign + word for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN")
) - frozenset(sign + word for sign in "+-" for word in (".nan", ".NaN", ".NAN"))
_TAGS = {
    "tag:yaml.org,2002:int": ("an integer", (int,)),
    "tag:yaml.org,2002:float": ("a number", (int, float)),
    "tag:yaml.org,2002:bool": ("a boolean", (bool,)),
    "tag:yaml.org,2002:null": ("null", (type(None),)),
}
_FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
_INT = r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]([0-7]+)|0([0-7]+)|([0-9]+))"
_BASES = (16, 2, 8, 8, 10)
_LONGEST = 400
"""Longer numbers are strings to us: no double and no API type holds them."""


class NotFinite(str):
    """``.inf`` or ``.nan``, as written: YAML has them, JSON and so Kubernetes have not."""

    __slots__ = ()


class MismatchError(ValueError):
    """A scalar is not what its tag says; the text is the reason."""


def plain(text: str) -> Any:
    """The value of an unquoted scalar without tag, as it arrives through JSON."""
    return _through_json(typed(text))


def typed(text: str) -> Any:
    """The value of an unquoted scalar without tag, as YAML has it: what keys are made of."""
    if text in WORDS:
        return WORDS[text]
    if text[0] in NUMERIC:
        return number(text)
    return text


def number(text: str) -> Any:
    """The number that ``text`` spells, else ``text`` itself."""
    if text.isdecimal() and text.isascii() and (text[0] != "0" or text == "0") and len(text) <= _LONGEST:
        return int(text)
    if text in _NOT_FINITE:
        return NotFinite(text)
    digits = text.replace("_", "") if text[0] != "." else text
    if len(digits) > _LONGEST:
        return text
    if match := re.fullmatch(_INT, digits):
        sign, *spellings = match.groups()
        base, spelling = next((base, each) for base, each in zip(_BASES, spellings, strict=True) if each)
        if base != 10 or spelling[0] != "0" or spelling == "0":
            return int(sign + spelling, base)
    if re.fullmatch(_FLOAT, digits):
        value = float(digits)
        return text if value in (float("inf"), float("-inf")) else value
    return text


def tagged(text: str, tag: str) -> Any:
    """The value of a scalar with an explicit tag; unknown tags make strings. Raises :class:`MismatchError`."""
    if tag == BINARY:
        return _binary(text)
    if tag not in _TAGS:
        return text
    wanted, types = _TAGS[tag]
    value = typed(text)
    if (isinstance(value, bool) and bool not in types) or not isinstance(value, types):
        if isinstance(value, NotFinite) and float in types:
            return value
        raise MismatchError(f"{text!r} is not {wanted}, as its tag says")
    return _through_json(value)


def key_text(value: Any) -> str:
    """A key that is no string, as the string Kubernetes makes of it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _shortest(value)
    return "null" if value is None else str(value)


def _through_json(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**63:
        return int(value)
    return value


def _shortest(value: float) -> str:
    """As Go's ``strconv.FormatFloat(value, 'g', -1, 32)``: through 32 bits, as Kubernetes does with keys."""
    import struct

    try:
        single = struct.pack("<f", value)
    except OverflowError:
        return "-.inf" if value < 0 else ".inf"
    (rounded,) = struct.unpack("<f", single)
    spelling = next(
        each for each in (f"{rounded:.{digits}e}" for digits in range(9)) if struct.pack("<f", float(each)) == single
    )
    power = int(spelling.partition("e")[2])
    return spelling if power < -4 or power >= 6 else f"{float(spelling):.9f}".rstrip("0").rstrip(".")


def _binary(text: str) -> str:
    import base64
    import binascii

    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        raise MismatchError("the value is not base64, as its tag !!binary says") from None
