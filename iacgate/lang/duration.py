"""Durations in seconds: Go's ``1h30m``, ISO 8601's ``P1DT12H``, single units such as ``90d``, plain numbers."""

from __future__ import annotations

import re
from typing import Any

_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h|d|w|y)")
_ISO = re.compile(
    r"P(?:(\d+(?:\.\d+)?)Y)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?\Z"
)
_UNITS = {
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800,
    "y": 31536000,
}  # fmt: skip
_ISO_UNITS = (31536000, 2592000, 604800, 86400, 3600, 60, 1)
_LONGEST = 100


def duration(value: Any) -> Any:
    """A duration in seconds; null for what is none. A plain number is seconds."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > _LONGEST:
        return None
    if text.isascii() and text.isdigit():
        return int(text)
    sign = -1 if text.startswith("-") else 1
    seconds = _iso(text.lstrip("+-")) if text.lstrip("+-").startswith("P") else _go(text.lstrip("+-"))
    if seconds is None:
        return None
    return int(sign * seconds) if seconds == int(seconds) else sign * seconds


def _go(text: str) -> float | None:
    position, total = 0, 0.0
    for match in _PART.finditer(text):
        if match.start() != position:
            return None
        total += float(match[1]) * _UNITS[match[2]]
        position = match.end()
    return total if position == len(text) and text else None


def _iso(text: str) -> float | None:
    match = _ISO.match(text)
    if match is None or text.endswith("T") or not any(match.groups()):
        return None
    return sum(float(part or 0) * unit for part, unit in zip(match.groups(), _ISO_UNITS, strict=True))
