"""Terraform's functions on time. In: RFC 3339 texts. Out: strings and numbers; ``Fault`` where Terraform refuses."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from iacgate.lang.terraform.types import to_string
from iacgate.lang.terraform.values import Exhausted, Fault

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
_DURATION = re.compile(r"(-?)((?:\d+(?:\.\d+)?(?:h|m|s))+)")
_SECONDS = {"h": 3600, "m": 60, "s": 1}


def _moment(value: Any) -> datetime:
    text = to_string(value)
    if not _MOMENT.fullmatch(text):
        raise Exhausted("this time is not evaluated here")
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise Fault("this is not a time") from error


def _timeadd(time: Any, duration: Any) -> str:
    found = _DURATION.fullmatch(to_string(duration))
    if not found:
        raise Exhausted("this duration is not evaluated here")
    seconds = sum(float(size) * _SECONDS[unit] for size, unit in re.findall(r"(\d+(?:\.\d+)?)([hms])", found[2]))
    if seconds != int(seconds):
        raise Exhausted("this duration is not evaluated here")
    moment = _moment(time) + timedelta(seconds=-seconds if found[1] else seconds)
    return moment.isoformat().replace("+00:00", "Z")


def _timecmp(left: Any, right: Any) -> int:
    first, second = _moment(left), _moment(right)
    return (first > second) - (first < second)


_PARTS = {
    "YYYY": "%Y", "YY": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "DD": "%d", "EEEE": "%A", "EEE": "%a",
    "hh": "%H", "HH": "%I", "AA": "%p", "mm": "%M", "ss": "%S",
}  # fmt: skip


def _formatdate(pattern: Any, time: Any) -> str:
    moment = _moment(time)
    return "".join([_written(piece, moment) for piece in _pieces(to_string(pattern))])


def _pieces(pattern: str) -> list[str]:
    return [match[0] for match in re.finditer(r"'(?:[^']|'')*'|([a-zA-Z])\1*|[^a-zA-Z']+|'", pattern)]


def _written(piece: str, moment: datetime) -> str:
    if piece.startswith("'"):
        if len(piece) < 2 or not piece.endswith("'"):
            raise Fault("a quoted part of the date format has no end")
        return piece[1:-1].replace("''", "'")
    if not piece[0].isalpha():
        return piece
    if piece in _PARTS:
        return moment.strftime(_PARTS[piece]) if piece != "YYYY" else f"{moment.year:04d}"
    special = {
        "M": str(moment.month), "D": str(moment.day), "h": str(moment.hour), "H": str(moment.hour % 12 or 12),
        "m": str(moment.minute), "s": str(moment.second), "aa": moment.strftime("%p").lower(),
    }  # fmt: skip
    if piece in special:
        return special[piece]
    return _zone(piece, moment)


def _zone(piece: str, moment: datetime) -> str:
    offset = moment.strftime("%z")
    utc = offset == "+0000"
    if piece == "Z":
        return "Z" if utc else f"{offset[:3]}:{offset[3:]}"
    if piece == "ZZZ":
        return "UTC" if utc else offset
    if piece == "ZZZZ":
        return offset
    if piece == "ZZZZZ":
        return f"{offset[:3]}:{offset[3:]}"
    raise Exhausted(f"the date format {piece!r} is not evaluated here")


FUNCTIONS: dict[str, Any] = {"formatdate": _formatdate, "timeadd": _timeadd, "timecmp": _timecmp}
