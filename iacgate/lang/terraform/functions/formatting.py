"""``format`` and ``formatlist``. In: a format and values. Out: strings; ``Fault`` where Terraform refuses.

Source: go-cty's ``format``, whose verbs are those of Go's ``fmt``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from iacgate.lang.terraform.functions import graphemes
from iacgate.lang.terraform.functions.encoding import json_text
from iacgate.lang.terraform.functions.signature import STRINGS, Function
from iacgate.lang.terraform.functions.text import affordable_text
from iacgate.lang.terraform.numbers import number_text, plain
from iacgate.lang.terraform.strings import joined
from iacgate.lang.terraform.types import STRING, convert, to_bool, to_number, to_string, type_of
from iacgate.lang.terraform.values import Exhausted, Fault, List, Set, bare, first_unknown, is_null, unknown_from
from iacgate.model import Unknown

WIDEST = 100_000
"""The widest field, and the most digits after the point, that are written out."""


class Verb:
    """One verb of a format, read."""

    __slots__ = ("flags", "index", "mode", "precision", "width")

    def __init__(self, match: re.Match[str]) -> None:
        self.flags: str = match["flags"]
        self.width = _bounded(match["width"])
        self.precision = None if match["digits"] is None else _bounded(match["digits"]) or 0
        self.index = _bounded(match["index"])
        self.mode: str = match["mode"]


def _bounded(digits: str | None) -> int | None:
    if not digits:
        return None
    if len(digits) > 6 or int(digits) > WIDEST:
        raise Exhausted(f"format has a field of more than {WIDEST} characters")
    return int(digits)


@cache
def _verbs() -> re.Pattern[str]:
    return re.compile(
        r"%(?:%|(?P<flags>[-+ 0#]*)(?P<width>[1-9][0-9]*)?(?:\.(?P<digits>[0-9]*))?"
        r"(?:\[(?P<index>[1-9][0-9]*)\])?(?P<mode>[a-zA-Z]))"
    )


def _format(pattern: str, *arguments: Any) -> Any:
    if any(argument is None for argument in arguments):
        return Unknown("a null without a type is not formatted")
    return _line(pattern, list(arguments))


def _line(pattern: str, arguments: list[Any]) -> Any:
    """One formatted text. With something unknown among the arguments nothing is an error yet, as in Terraform."""
    hole = first_unknown(arguments)
    try:
        return joined(formatted(pattern, arguments))
    except Fault:
        if hole is None:
            raise
        return unknown_from(hole, STRING)


def formatted(pattern: str, arguments: list[Any]) -> list[Any]:
    """The stretches of a formatted text; what is not known stands as a hole between them."""
    parts: list[Any] = []
    at = used = highest = length = 0
    while at < len(pattern):
        mark = pattern.find("%", at)
        if mark < 0:
            break
        match = _verbs().match(pattern, mark)
        if match is None:
            raise Fault("format has a verb that is not well formed")
        parts.append(pattern[at:mark])
        at = match.end()
        if match["mode"] is None:
            parts.append("%")
            continue
        verb = Verb(match)
        used = verb.index or used + 1
        highest = max(highest, used)
        if used > len(arguments):
            raise Fault("format has fewer arguments than verbs")
        part = _written(verb, arguments[used - 1])
        length += len(part) if isinstance(part, str) else 0
        affordable_text(length)
        parts.append(part)
    if highest < len(arguments):
        raise Fault("format has more arguments than verbs")
    return [*parts, pattern[at:]]


def _written(verb: Verb, argument: Any) -> Any:
    hole = first_unknown(argument)
    if hole is not None:
        simple = isinstance(argument, Unknown) and verb.mode in {"s", "v"} and verb.width is None
        known_text = simple and not verb.flags and verb.precision is None and type_of(argument) == STRING
        return argument if known_text else unknown_from(hole)
    if verb.mode == "v":
        return _as_is(verb, argument)
    if is_null(argument):
        raise Fault("null is written by %v only")
    if verb.mode == "t":
        return "true" if to_bool(argument) else "false"
    if verb.mode in {"s", "q"}:
        return _string(verb, to_string(argument))
    if verb.mode in {"b", "d", "o", "x", "X"}:
        return _integer(verb, to_number(argument))
    if verb.mode in {"e", "E", "f", "g", "G"}:
        return _fraction(verb, to_number(argument))
    raise Fault(f"format has no verb %{verb.mode}")


def _as_is(verb: Verb, argument: Any) -> str:
    if "#" in verb.flags or is_null(argument):
        return _padded(verb, json_text(argument))
    if isinstance(argument, str):
        return _padded(verb, argument)
    if isinstance(argument, bool | list | dict):
        return _padded(verb, json_text(argument))
    return _padded(verb, _general(argument))


def _general(value: Any) -> str:
    """A number in its shortest digits, with an exponent when that is below -4 or above 5, as Go's ``%g``."""
    text = number_text(value)
    if text.endswith("Inf"):
        return text
    from decimal import Decimal

    number = Decimal(text)
    if not number:
        return text
    point = number.adjusted()
    digits = "".join(map(str, number.as_tuple().digits)).rstrip("0")
    if -4 <= point < 6:
        return text
    return _scientific(number.is_signed(), digits, point, "e")


def _scientific(negative: bool, digits: str, point: int, mark: str) -> str:  # noqa: FBT001  (a sign)
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{'-' if negative else ''}{digits[0]}{tail}{mark}{'-' if point < 0 else '+'}{abs(point):02d}"


def _string(verb: Verb, text: str) -> str:
    if verb.precision:
        text = "".join(graphemes.split(text)[: verb.precision])
    return _padded(verb, json_text(text) if verb.mode == "q" else text)


def _padded(verb: Verb, text: str) -> str:
    missing = (verb.width or 0) - graphemes.count(text) if verb.width else 0
    if missing <= 0:
        return text
    pad = ("0" if "0" in verb.flags else " ") * missing
    return text + pad if "-" in verb.flags else pad + text


def _integer(verb: Verb, value: Any) -> str:
    """A whole number as Go's ``fmt`` writes a ``big.Int``."""
    number = plain(value)
    if type(number) is not int:
        raise Fault(f"%{verb.mode} needs a whole number")
    digits = format(abs(number), "d" if verb.mode == "d" else verb.mode)
    marks = {"b": "0b", "o": "0", "x": "0x", "X": "0X"} if "#" in verb.flags else {}
    sign = "-" if number < 0 else "+" if "+" in verb.flags else " " if " " in verb.flags else ""
    return _laid_out(verb, sign, marks.get(verb.mode, ""), digits)


def _laid_out(verb: Verb, sign: str, mark: str, digits: str) -> str:
    """Sign, mark and digits of a whole number in its field."""
    if verb.precision is not None:
        if len(digits) < verb.precision:
            digits = digits.rjust(verb.precision, "0")
        elif digits == "0" and verb.precision == 0:
            return ""
    missing = (verb.width or 0) - len(sign) - len(mark) - len(digits)
    if missing <= 0:
        return sign + mark + digits
    if "-" in verb.flags:
        return sign + mark + digits + " " * missing
    if "0" in verb.flags and verb.precision is None:
        return sign + mark + "0" * missing + digits
    return " " * missing + sign + mark + digits


def _fraction(verb: Verb, value: Any) -> str:
    """A number as Go's ``fmt`` writes a ``big.Float``."""
    text = _fraction_text(verb, value)
    negative = text.startswith("-")
    text = text.lstrip("+-")
    sign = "-" if negative else "+" if "+" in verb.flags else " " if " " in verb.flags else ""
    endless = text == "Inf"
    if endless and not sign:
        sign = "+"
    missing = (verb.width or 0) - len(sign) - len(text)
    if missing <= 0:
        return sign + text
    if "0" in verb.flags and not endless:
        return sign + "0" * missing + text
    return sign + text + " " * missing if "-" in verb.flags else " " * missing + sign + text


def _fraction_text(verb: Verb, value: Any) -> str:
    from decimal import ROUND_HALF_EVEN, Context, Decimal

    from iacgate.lang.terraform.numbers import exact

    if type(value) is not int and not value.is_finite():
        return "-Inf" if value < 0 else "Inf"
    mode = verb.mode
    if mode in {"g", "G"} and verb.precision is None:
        text = _general(value)
        return text.upper() if mode == "G" else text
    numerator, denominator = exact(value)
    precision = 6 if verb.precision is None else verb.precision
    scale = (denominator.bit_length() - 1, numerator.bit_length())
    number = Context(prec=sum(scale) + 20).divide(Decimal(numerator), Decimal(denominator))
    if not numerator:
        number = Decimal("-0" if type(value) is not int and value.is_signed() else "0")
    if mode == "f":
        return format(
            number.quantize(Decimal(1).scaleb(-precision), ROUND_HALF_EVEN, Context(prec=sum(scale) + precision + 20)),
            "f",
        )
    if mode in {"e", "E"}:
        text = format(number, f".{precision}e") if number else f"{number}{'.' if precision else ''}{'0' * precision}e+0"
        return _exponent(text, mode)
    return _significant(number, precision or 1, mode)


def _exponent(text: str, mode: str) -> str:
    """Python writes ``1e+3`` where Go writes ``1e+03``."""
    mantissa, _, power = text.partition("e")
    return f"{mantissa}{mode}{power[0]}{power[1:].rjust(2, '0')}"


def _significant(number: Any, precision: int, mode: str) -> str:
    """So many significant digits, without zeros at the end."""
    text = format(number, f".{precision - 1}e")
    mantissa, _, power = text.partition("e")
    point = int(power)
    digits = mantissa.lstrip("-").replace(".", "").rstrip("0") or "0"
    limit = precision if precision <= len(digits) or len(digits) < point + 1 else len(digits)
    if -4 <= point < limit or not number:
        from decimal import Decimal

        return number_text(Decimal(f"{'-' if number.is_signed() else ''}{digits[0]}.{digits[1:] or '0'}e{point}"))
    return _scientific(number.is_signed(), digits, point, "E" if mode == "G" else "e")


def _formatlist(pattern: str, *arguments: Any) -> Any:
    columns = [bare(argument) for argument in arguments]
    if any(column is None for column in columns):
        return Unknown("a null without a type is not formatted")
    sizes: set[int] = set()
    holes: list[Unknown] = []
    for column in columns:
        kind = type_of(column).kind if isinstance(column, Unknown) else ""
        if isinstance(column, list):
            hole = first_unknown(column) if isinstance(column, Set) and len(column) > 1 else None
            if hole is not None:
                holes.append(hole)
                continue
            sizes.add(len(column))
        elif isinstance(column, Unknown) and kind in {"list", "set", "tuple", "any"}:
            holes.append(column)
            if kind == "tuple":
                sizes.add(len(type_of(column).elements))
    if len(sizes) > 1:
        raise Fault("formatlist needs lists of one length")
    if holes:
        return unknown_from(holes[0], STRINGS)
    rows = sizes.pop() if sizes else 1
    made = [
        _line(pattern, [column[row] if isinstance(column, list) else column for column in columns])
        for row in range(rows)
    ]
    return List([convert(item, STRING) for item in made], STRING)


FUNCTIONS: dict[str, Function] = {
    "format": Function("string any?~^* -> string", _format),
    "formatlist": Function("string any?~^* -> strings", _formatlist),
}
