"""When values are equal, and in which order the elements of a set stand.

Room: ``lang``. In: values without marks of sensitivity, perhaps with unknowns inside. Out: whether they are equal, a
hashable that stands for a value, sets. Source: ``Equals`` and ``setRules`` of go-cty, which Terraform uses.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from iacgate.lang.terraform.numbers import number_text
from iacgate.lang.terraform.strings import quoted, safe_prefix
from iacgate.lang.terraform.types import BOOL, STRING, Type, conforms, dynamic, type_of
from iacgate.lang.terraform.values import (
    List,
    Map,
    Set,
    Typed,
    affordable,
    bare,
    first_unknown,
    has_secret,
    identity,
    is_null,
    secret,
    unknown_from,
)
from iacgate.model import Secret, Unknown


def make_set(items: Iterable[Any], element: Type | None = None) -> Any:
    """A set of values of one type: distinct and in order. What is unknown is never the same as anything else.

    An element that is sensitive makes the whole set so: which element it is would tell.
    """
    items = list(items)
    if has_secret(items):
        return secret(make_set(bare(items), element))
    seen: set[Any] = set()
    kept: list[Any] = []
    for item in items:
        if first_unknown(item) is None:
            mark = member(item)
            if mark in seen:
                continue
            seen.add(mark)
        kept.append(item)
    kept.sort(key=set_order)
    return Set(kept, element)


def member(value: Any) -> Any:
    """As :func:`identity`, for the elements of a set: that tells minus zero from zero."""
    return ("-0",) if type(value).__name__ == "Decimal" and not value and value.is_signed() else identity(value)


def set_order(value: Any) -> Any:
    """Where an element stands in a set: primitives by value, anything else by the bytes Terraform hashes."""
    if isinstance(value, Secret):
        value = bare(value)
    if isinstance(value, Unknown):
        return (1, b"")
    if is_null(value):
        return (2, b"")
    if isinstance(value, str):
        return (0, value.encode("utf-8", "surrogatepass"))
    if isinstance(value, list | dict):
        return (0, _set_bytes(value).encode("utf-8", "surrogatepass"))
    return (0, value)


def _set_bytes(value: Any) -> str:
    """What ``go-cty`` writes to tell the elements of a set apart (``appendSetHashBytes``); its order is the set's."""
    if isinstance(value, Secret):
        value = bare(value)
    if isinstance(value, Unknown):
        return "?"
    if is_null(value):
        return "~"
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Map):
        return "{" + "".join([f"{_set_bytes(key)}:{_set_bytes(value[key])};" for key in sorted(value)]) + "}"
    if isinstance(value, dict):
        return "<" + "".join([_set_bytes(value[key]) + ";" for key in sorted(value)]) + ">"
    if isinstance(value, List | Set):
        return "[" + "".join([_set_bytes(item) + ";" for item in value]) + "]"
    if isinstance(value, list):
        return "<" + "".join([_set_bytes(item) + ";" for item in value]) + ">"
    return ten_digits(value)


def ten_digits(value: Any) -> str:
    """A number in at most ten digits, as Go's ``%.10g`` writes it."""
    from decimal import Decimal

    number = Decimal(value)
    if not number.is_finite():
        return number_text(value)
    text = format(+number, ".9e")
    mantissa, _, power = text.partition("e")
    sign, digits, point = mantissa[: mantissa.startswith("-")], mantissa.lstrip("-").replace(".", ""), int(power)
    digits = digits.rstrip("0") or "0"
    limit = len(digits) if 10 > len(digits) >= point + 1 else 10
    if not number or -4 <= point < limit:
        return number_text(Decimal(f"{sign}{digits[0]}.{digits[1:] or '0'}e{point}"))
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{'-' if point < 0 else '+'}{abs(point):02d}"


def equal(left: Any, right: Any) -> Any:
    """``left == right`` as Terraform compares: values of different types are never equal."""
    if type(left) is str and type(right) is str:
        return left == right
    affordable(left)
    affordable(right)
    return _equals(left, right)


def _equals(left: Any, right: Any) -> Any:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return _equals_unknown(left, right) if isinstance(right, Unknown) else _equals_unknown(right, left)
    if is_null(left) or is_null(right):
        return is_null(left) and is_null(right)
    left_type, right_type = type_of(left), type_of(right)
    if left_type == right_type:
        return _same_kind(left, right)
    hole = untyped([left, right])
    if hole is None or not (conforms(left_type, right_type) or conforms(right_type, left_type)):
        return False
    return unknown_from(hole, BOOL)  # nobody knows yet whether they have the same type


def untyped(value: Any) -> Unknown | None:
    """Something inside the value of which not even the type is known."""
    if isinstance(value, Unknown):
        return value if type_of(value).kind == "any" else None
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((hole for item in items if (hole := untyped(bare(item))) is not None), None)


def _equals_unknown(other: Any, hole: Unknown) -> Any:
    """Whether something is equal to what is not known: perhaps, unless it cannot be."""
    result = unknown_from(hole, BOOL)
    if isinstance(other, Unknown):
        return result
    if is_null(other):
        return False if hole.present else result
    wanted = type_of(hole)
    if not dynamic(wanted) and wanted != type_of(other) and (untyped(other) is None or not _agree(wanted, other)):
        return False
    if wanted == STRING and isinstance(other, str) and not other.startswith(safe_prefix(hole.prefix)):
        return False
    if isinstance(hole, Typed) and _out_of_bounds(other, hole):
        return False
    return result


def _agree(wanted: Type, other: Any) -> bool:
    """Whether a value with something untyped inside may yet be of a type."""
    return conforms(wanted, type_of(other))


def _out_of_bounds(known: Any, hole: Typed) -> bool:
    size = len(known) if isinstance(known, list | dict) else known
    if isinstance(size, str | bool):
        return False
    return (hole.low is not None and size < hole.low) or (hole.high is not None and size > hole.high)


def _same_kind(left: Any, right: Any) -> Any:
    """Equality of two known values of one type. An unknown met before a difference leaves it open."""
    if first_unknown(left) is None and first_unknown(right) is None:
        return identity(left) == identity(right)
    if isinstance(left, Set):
        hole = first_unknown([left, right])
        return identity(left) == identity(right) if hole is None else unknown_from(hole, BOOL)
    if len(left) != len(right):
        return False
    if isinstance(left, dict):
        if set(left) != set(right):
            return False
        pairs = [(left[key], right[key]) for key in sorted(left)]
    else:
        pairs = list(zip(left, right, strict=True))
    found = [_equals(bare(first), bare(second)) for first, second in pairs]
    if not isinstance(left, dict):
        return next((same for same in found if isinstance(same, Unknown) or not same), True)
    # Terraform looks at attributes in no order of its own: a difference is taken before a doubt
    if any(same is False for same in found):
        return False
    return next((same for same in found if isinstance(same, Unknown)), True)
