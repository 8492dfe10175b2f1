"""Terraform's functions on time. In: RFC 3339 texts. Out: strings and numbers; ``Fault`` where Terraform refuses.

A moment is kept as whole nanoseconds, since Terraform's times have more digits than Python's. Years go from 0 to 9999.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from iacgate.lang.terraform.functions.digest import later
from iacgate.lang.terraform.functions.signature import Function
from iacgate.lang.terraform.values import Fault

_SECOND = 1_000_000_000
_UNITS = {
    "ns": 1,
    "us": 1000,
    "\u00b5s": 1000,
    "\u03bcs": 1000,
    "ms": 1_000_000,
    "s": _SECOND,
    "m": 60 * _SECOND,
    "h": 3600 * _SECOND,
}
_LONGEST = 1 << 63
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class Moment(NamedTuple):
    """A point in time: nanoseconds since the year 0, and the offset of its zone in minutes, ``None`` for ``Z``."""

    nanoseconds: int
    offset: int


class Clock(NamedTuple):
    """What a calendar and a clock at the moment's own place show."""

    year: int
    month: int
    day: int
    weekday: int
    hour: int
    minute: int
    second: int


@cache
def _pattern(*, strict: bool) -> re.Pattern[str]:
    hour, mark = ("{2}", r"\.") if strict else ("{1,2}", "[.,]")
    return re.compile(
        rf"([0-9]{{4}})-([0-9]{{2}})-([0-9]{{2}})T([0-9]{hour}):([0-9]{{2}}):([0-9]{{2}})({mark}[0-9]+)?"
        r"(?:(Z)|([-+])([0-9]{2}):([0-9]{2}))"
    )


def days_before(year: int, month: int, day: int) -> int:
    """How many days lie between the first day of the year 0 and this one (Gregorian)."""
    if month <= 2:
        year, month = year - 1, month + 12
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + day + 59


def _length_of(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28
    return 30 if month in {4, 6, 9, 11} else 31


def read(text: str, *, strict: bool = True) -> Moment:
    """The moment a text spells. Raises ``Fault`` for anything else; ``timecmp`` is less strict than the others."""
    match = _pattern(strict=strict).fullmatch(text)
    if match is None:
        raise Fault("this is not a time, as 2024-12-31T23:59:59Z is one")
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    if not 1 <= month <= 12 or not 1 <= day <= _length_of(year, month) or hour > 23 or minute > 59 or second > 59:
        raise Fault("this is not a time: a part of it is out of range")
    fraction = int((match[7] or ".0")[1:10].ljust(9, "0"))
    offset = 0
    if match[8] is None:
        hours, minutes = int(match[10]), int(match[11])
        if hours > 23 + (not strict) or minutes > 59 + (not strict):
            raise Fault("this is not a time: its offset is out of range")
        offset = (hours * 60 + minutes) * (-1 if match[9] == "-" else 1)
    seconds = (days_before(year, month, day) * 24 + hour) * 3600 + minute * 60 + second - offset * 60
    return Moment(seconds * _SECOND + fraction, offset)


def clock(moment: Moment) -> Clock:
    """What clocks show at that moment, in its own zone."""
    seconds = moment.nanoseconds // _SECOND + moment.offset * 60
    days, rest = divmod(seconds, 86400)
    year = days * 400 // 146097
    while days_before(year + 1, 1, 1) <= days:
        year += 1
    while days_before(year, 1, 1) > days:
        year -= 1
    month = 12
    while days_before(year, month, 1) > days:
        month -= 1
    day = days - days_before(year, month, 1) + 1
    return Clock(year, month, day, (days + 5) % 7, rest // 3600, rest % 3600 // 60, rest % 60)


def offset_text(offset: int, separator: str) -> str:
    """An offset as ``+02:00``."""
    sign = "-" if offset < 0 else "+"
    return f"{sign}{abs(offset) // 60:02d}{separator}{abs(offset) % 60:02d}"


def written(moment: Moment) -> str:
    """The moment as RFC 3339 has it, without fractions of a second."""
    at = clock(moment)
    zone = offset_text(moment.offset, ":") if moment.offset else "Z"
    year = f"{at.year:04d}" if at.year >= 0 else f"-{-at.year:04d}"
    return f"{year}-{at.month:02d}-{at.day:02d}T{at.hour:02d}:{at.minute:02d}:{at.second:02d}{zone}"


def duration(text: str) -> int:
    """A duration as Go reads it (``-1.5h30m``), in nanoseconds."""
    rest = text[1:] if text[:1] in {"+", "-"} else text
    if rest == "0":
        return 0
    pieces = re.findall(r"([0-9]*)(?:(\.)([0-9]*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)", rest)
    if not rest or "".join(["".join(piece) for piece in pieces]) != rest:
        raise Fault("this is not a duration, as 1h30m is one")
    total = 0
    for whole, _, fraction, unit in pieces:
        if not whole and not fraction:
            raise Fault("this is not a duration, as 1h30m is one")
        total += int(whole or 0) * _UNITS[unit] + int(int(fraction or 0) * _UNITS[unit] / 10 ** len(fraction))
    if total >= _LONGEST + text.startswith("-"):
        raise Fault("this duration is too long")
    return -total if text.startswith("-") else total


def _timeadd(time: str, length: str) -> str:
    moment = read(time)
    return written(Moment(moment.nanoseconds + duration(length), moment.offset))


def _timecmp(left: str, right: str) -> int:
    first, second = read(left, strict=False).nanoseconds, read(right, strict=False).nanoseconds
    return (first > second) - (first < second)


def _formatdate(pattern: str, time: str) -> str:
    moment = read(time)
    at = clock(moment)
    return "".join([_piece(piece, at, moment) for piece in _pieces(pattern)])


def _pieces(pattern: str) -> list[str]:
    return [match[0] for match in re.finditer(r"''|'(?:[^']|'')*(?:'|\Z)|([a-zA-Z])\1*|[^a-zA-Z']+", pattern)]


def _piece(piece: str, at: Clock, moment: Moment) -> str:
    if piece == "''":
        return "'"
    if piece.startswith("'"):
        if len(piece) < 2 or not piece.endswith("'"):
            raise Fault("a quoted part of the date format has no end")
        return piece[1:-1].replace("''", "'")
    if not (piece[0].isascii() and piece[0].isalpha()):
        return piece
    found = _shown(piece, at)
    if found is None:
        found = _zone(piece, moment.offset)
    if found is None:
        raise Fault(f"{piece!r} is no part of a date format")
    return found


def _shown(piece: str, at: Clock) -> str | None:
    """What one part of a date format stands for; ``None`` when it is no part of a date or clock."""
    twelve = at.hour % 12 or 12
    half = "PM" if at.hour >= 12 else "AM"
    named = {
        "YY": f"{at.year % 100:02d}", "YYYY": f"{at.year:04d}", "MMM": _MONTHS[at.month - 1][:3],
        "MMMM": _MONTHS[at.month - 1], "EEE": _DAYS[at.weekday][:3], "EEEE": _DAYS[at.weekday], "AA": half,
        "aa": half.lower(),
    }  # fmt: skip
    if piece in named:
        return named[piece]
    numbers = {"M": at.month, "D": at.day, "h": at.hour, "H": twelve, "m": at.minute, "s": at.second}
    if piece[0] not in numbers or len(piece) > 2:
        return None
    return f"{numbers[piece[0]]:02d}" if len(piece) == 2 else str(numbers[piece[0]])


def _zone(piece: str, offset: int) -> str | None:
    if piece == "Z":
        return offset_text(offset, ":") if offset else "Z"
    if piece == "ZZZ":
        return offset_text(offset, "") if offset else "UTC"
    if piece == "ZZZZ":
        return offset_text(offset, "")
    return offset_text(offset, ":") if piece == "ZZZZZ" else None


FUNCTIONS: dict[str, Function] = {
    "formatdate": Function("string string -> string", _formatdate),
    "plantimestamp": Function("-> string", later("plantimestamp")),
    "timeadd": Function("string string -> string", _timeadd),
    "timecmp": Function("string string -> number", _timecmp),
    "timestamp": Function("-> string", later("timestamp")),
}
