"""``yamldecode``. In: YAML text. Out: values as Terraform reads them: YAML 1.1 words, YAML 1.2 numbers.

Source: ``go-cty-yaml``, whose rules for words, numbers, times and merging these are.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import cache
from typing import Any

from iacgate.lang.terraform.numbers import decimals
from iacgate.lang.terraform.strings import normal
from iacgate.lang.terraform.types import to_string
from iacgate.lang.terraform.values import LONGEST_TEXT, Exhausted, Fault

_WORDS: dict[str, Any] = {
    **dict.fromkeys(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"], True),
    **dict.fromkeys(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"], False),
    **dict.fromkeys(["", "~", "null", "Null", "NULL"]),
}
_ENDLESS = {f"{sign}.{word}": f"{sign}Infinity" for sign in ("", "+", "-") for word in ("inf", "Inf", "INF")}
_PREFIX = "tag:yaml.org,2002:"
_SCALAR_TAGS = frozenset({"str", "bool", "int", "float", "null", "timestamp", "binary"})
_HINTED = frozenset("+-0123456789yYnNtTfFoO~.")
MOST_NODES = 200_000
DEEPEST = 200


class _Merge:
    """The key ``<<``: what follows is merged into the mapping."""


_MERGE = _Merge()


@cache
def _integer() -> re.Pattern[str]:
    return re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")


@cache
def _float() -> re.Pattern[str]:
    return re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


@cache
def _time() -> re.Pattern[str]:
    return re.compile(
        r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
        r"(?:(?:[Tt]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})([.,][0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2}))"
        r"| ([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})([.,][0-9]+)?)?"
    )


def decode(text: str) -> Any:
    """The value of one YAML document."""
    import yaml

    if len(text) > LONGEST_TEXT // 10:
        raise Exhausted("the YAML is too long to evaluate")
    events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    try:
        return _Decoder(events).document()
    except yaml.YAMLError as error:
        raise Fault("this is not YAML") from error


class _Decoder:
    """One decoding; counts the nodes that aliases multiply."""

    def __init__(self, events: Any) -> None:
        self.events = events
        self.left = MOST_NODES
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.pending: list[str] = []

    def document(self) -> Any:
        next(self.events)
        if type(next(self.events)).__name__ != "DocumentStartEvent":
            raise Fault("the YAML holds no document")
        value = self.node(next(self.events), 0)
        next(self.events)
        if type(next(self.events)).__name__ != "StreamEndEvent":
            raise Fault("the YAML holds more than one document")
        return value

    def node(self, event: Any, depth: int) -> Any:
        self._spend(1, depth)
        kind = type(event).__name__
        if kind == "AliasEvent":
            return self._alias(event.anchor, depth)
        anchor = event.anchor
        if anchor:
            self.pending.append(anchor)
        before = self.left
        if kind == "ScalarEvent":
            value = event.value if not event.tag and not event.implicit[0] else _scalar(event)
            value = "<<" if value is _MERGE else normal(value) if isinstance(value, str) else value
        elif kind == "MappingStartEvent":
            value = self._mapping(event, depth)
        else:
            value = self._sequence(event, depth)
        if anchor:
            self.pending.remove(anchor)
            self.anchors[anchor] = value, before - self.left + 1
        return value

    def _spend(self, count: int, depth: int) -> None:
        self.left -= count
        if self.left < 0 or depth > DEEPEST:
            raise Exhausted("the YAML is too large to evaluate")

    def _alias(self, anchor: str, depth: int) -> Any:
        if anchor in self.pending or anchor not in self.anchors:
            raise Fault("the YAML refers to what is not defined before")
        value, size = self.anchors[anchor]
        self._spend(size, depth)
        return value

    def _sequence(self, event: Any, depth: int) -> list[Any]:
        _require_tag(event.tag, "seq")
        items: list[Any] = []
        while type(found := next(self.events)).__name__ != "SequenceEndEvent":
            items.append(self.node(found, depth + 1))
        return items

    def _mapping(self, event: Any, depth: int) -> dict[str, Any]:
        _require_tag(event.tag, "map")
        result: dict[str, Any] = {}
        while type(found := next(self.events)).__name__ != "MappingEndEvent":
            if type(found).__name__ != "ScalarEvent":
                raise Fault("a key of a YAML mapping is no string")
            key = _scalar(found)
            value = self.node(next(self.events), depth + 1)
            if key is _MERGE:
                if not isinstance(value, dict):
                    raise Fault("what YAML merges is no mapping")
                result.update(value)
            elif key is None:
                raise Fault("a key of a YAML mapping is null")
            else:
                result[normal(to_string(key))] = value
        return result


def _require_tag(tag: str | None, wanted: str) -> None:
    if tag and tag != _PREFIX + wanted:
        raise Fault("the YAML has a tag that does not fit")


def _scalar(event: Any) -> Any:
    """What a scalar stands for."""
    tag = event.tag or ""
    short = tag.removeprefix(_PREFIX)
    if tag and (short == tag or short not in _SCALAR_TAGS):
        raise Fault("the YAML has a tag that Terraform does not read")
    text: str = event.value
    if (not text or text[0] in _HINTED) and short not in {"str", "binary"}:
        if event.style in {"'", '"'}:
            return text
        found = _hinted(text, short)
        if found is not _MERGE:
            return found
    elif not tag and text == "<<":
        return _MERGE
    return _tagged(text, short)


def _hinted(text: str, tag: str) -> Any:
    """A word, a number or a time; the merge marker stands for none of them."""
    if text in _WORDS:
        return _WORDS[text]
    if text in _ENDLESS:
        from decimal import Decimal

        return Decimal(_ENDLESS[text])
    if not tag and text in {".nan", ".NaN", ".NAN"}:
        raise Fault("YAML's .nan is no number of Terraform")
    if text[0] == ".":
        try:
            return decimals(text)
        except ValueError:
            return _MERGE
    if text[0] in "+-0123456789":
        if tag in {"", "timestamp"}:
            time = _timestamp(text)
            if time is not None:
                return time
        if _integer().fullmatch(text) or _float().fullmatch(text):
            return _tagged(text, "int")
    return _MERGE


def _timestamp(text: str) -> str | None:
    match = _time().fullmatch(text)
    if match is None:
        return None
    from iacgate.lang.terraform.functions.moment import read, written

    clock = (match[4] or match[9], match[5] or match[10], match[6] or match[11])
    hour, minute, second = [int(part or 0) for part in clock]
    zone = match[8] or "Z"
    day = f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}"
    try:
        return written(read(f"{day}T{hour:02d}:{minute:02d}:{second:02d}{zone}"))
    except Fault:
        return None


def _tagged(text: str, tag: str) -> Any:
    if tag in {"str", ""}:
        return text
    if tag == "null":
        return None
    if tag in {"int", "float"}:
        return _number(text.replace("_", ""))
    if tag == "binary":
        try:
            base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
        except (binascii.Error, ValueError) as error:
            raise Fault("the YAML has binary data that is not in base64") from error
        return text
    raise Fault("the YAML has a value that does not fit its tag")


def _number(text: str) -> Any:
    try:
        return decimals(text)
    except ValueError:
        pass
    if re.fullmatch(r"[-+]?0[xX][0-9a-fA-F]{1,16}|[-+]?0[oO][0-7]{1,21}|[-+]?0[bB][01]{1,64}", text):
        return int(text, 0)
    raise Fault("the YAML has a value that does not fit its tag")
