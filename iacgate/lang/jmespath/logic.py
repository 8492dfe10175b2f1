"""The three-valued operations of the expression language: values in; true, false or an unknown out.

The truth of a value is JMESPath's (``null``, ``false``, ``''``, ``[]`` and ``{}`` are false, everything else is true),
with what infrastructure code needs on top:

* the string ``"false"`` is false, and booleans and numbers equal their spelling as text: Terraform converts them;
* an unknown value that comes from a managed resource, or of which one end is known, is *present*: not null, not empty;
* one of which only that is known is not null, though it may be empty or false;
* a :class:`~iacgate.model.Partial` list that is empty so far may still be filled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from iacgate.model import Partial, Secret, Unknown

Truth = bool | Unknown
"""What a condition gives."""

_PLAIN = frozenset((str, int, float, bool, type(None)))
_SPELLED = {"true": True, "1": True, "false": False, "0": False}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "lt": lambda left, right: left < right,
    "lte": lambda left, right: left <= right,
    "gt": lambda left, right: left > right,
    "gte": lambda left, right: left >= right,
}


def truth(value: Any) -> Truth:
    """Whether a value counts as true."""
    if value is True or value is False:
        return value
    if value is None:
        return False
    kind = type(value)
    if kind is str:
        return value not in {"", "false"}
    if kind is dict or kind is list:
        return bool(value)
    return _uncommon_truth(value)


def _uncommon_truth(value: Any) -> Truth:
    if isinstance(value, Unknown):
        return True if present(value) else value
    if isinstance(value, Secret):
        return truth(value.reveal())
    if isinstance(value, Partial):
        return True if len(value) else doubt(value.maybe)
    if isinstance(value, dict | list | str):
        return bool(value)
    return True


def present(value: Unknown) -> bool:
    """Whether an unknown value is known to be there: part of it is known, or a managed resource will give it."""
    ref = value.ref
    if ref is not None and not (ref.startswith("data.") or ".data." in ref):
        return True
    return bool(value.prefix or value.suffix)


def never_null(value: Unknown) -> bool:
    """Whether an unknown value is known not to be null; it may yet be empty, or false."""
    return value.present or present(value)


def doubt(value: Unknown) -> Unknown:
    """The unknown as the answer to a question about it: its reason stays, what is known of the value does not."""
    if value.ref is None and not (value.prefix or value.suffix or value.present):
        return value
    return Unknown(value.reason)


def negate(value: Truth) -> Truth:
    """Kleene's *not*."""
    return value if isinstance(value, Unknown) else not value


def both(left: Truth, right: Truth) -> Truth:
    """Kleene's *and*."""
    if left is False or right is False:
        return False
    return right if left is True else left


def either(left: Truth, right: Truth) -> Truth:
    """Kleene's *or*."""
    if left is True or right is True:
        return True
    return right if left is False else left


def equal(left: Any, right: Any) -> Truth:
    """Whether two values are the same; numbers and booleans equal their spelling as text, null equals absent."""
    kind = type(left)
    if kind is type(right) and kind in _PLAIN:
        return bool(left == right)
    if isinstance(left, Secret) or isinstance(right, Secret):
        return equal(_bare(left), _bare(right))
    if isinstance(left, Unknown):
        return _equal_unknown(left, right)
    if isinstance(right, Unknown):
        return _equal_unknown(right, left)
    if isinstance(left, list) and isinstance(right, list):
        return _equal_lists(left, right)
    if isinstance(left, dict) and isinstance(right, dict):
        return _equal_objects(left, right)
    return _equal_scalars(left, right)


def _bare(value: Any) -> Any:
    return value.reveal() if isinstance(value, Secret) else value


def _equal_unknown(value: Unknown, other: Any) -> Truth:
    if other is None:
        return False if never_null(value) else value
    if isinstance(other, str) and not (other.startswith(value.prefix) and other.endswith(value.suffix)):
        return False
    return doubt(value)


def _equal_scalars(left: Any, right: Any) -> bool:
    if isinstance(right, str):
        left, right = right, left
    if isinstance(left, str):
        return _equal_text(left, right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    return bool(left == right) if numbers else False


def _equal_text(text: str, other: Any) -> bool:
    if isinstance(other, str):
        return text == other
    if isinstance(other, bool):
        return _SPELLED.get(text.lower()) is other
    if isinstance(other, int | float):
        return number(text) == other
    return False


def _equal_lists(left: list[Any], right: list[Any]) -> Truth:
    open_ended = next((side.maybe for side in (left, right) if isinstance(side, Partial)), None)
    if open_ended is not None:
        return _equal_partial(left, right, open_ended)
    if len(left) != len(right):
        return False
    return _all_of(equal(one, other) for one, other in zip(left, right, strict=True))


def _equal_partial(left: list[Any], right: list[Any], maybe: Unknown) -> Truth:
    closed = next((side for side in (left, right) if not isinstance(side, Partial)), None)
    known = max(len(side) for side in (left, right) if isinstance(side, Partial))
    if closed is not None and known > len(closed):
        return False
    return doubt(maybe)


def _equal_objects(left: dict[Any, Any], right: dict[Any, Any]) -> Truth:
    return _all_of(equal(left.get(key), right.get(key)) for key in {**left, **right})


def _all_of(answers: Any) -> Truth:
    result: Truth = True
    for answer in answers:
        result = both(result, answer)
        if result is False:
            return False
    return result


def order(name: str, left: Any, right: Any) -> Truth | None:
    """``lt``, ``lte``, ``gt`` or ``gte`` of two numbers (or text that spells one) or two strings; else ``None``."""
    for side in (left, right):
        if isinstance(side, Unknown):
            return doubt(side)
    left, right = _bare(left), _bare(right)
    if isinstance(left, str) and isinstance(right, str):
        return _ORDER[name](left, right)
    first, second = number(left), number(right)
    if first is None or second is None:
        return None
    return _ORDER[name](first, second)


def number(value: Any) -> int | float | None:
    """A number, or text that spells one, as a number; ``None`` for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    if not isinstance(value, str) or len(value) > 400:
        return None
    try:
        return int(value)
    except ValueError:
        pass
    try:
        result = float(value)
    except ValueError:
        return None
    return result if result - result == 0 else None


def member(value: Any, name: str) -> Any:
    """The member ``name`` of a value that is not a plain ``dict``."""
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, Unknown):
        return doubt(value)
    if isinstance(value, Secret):
        return conceal(member(value.reveal(), name))
    return None


def element(value: Any, index: int) -> Any:
    """The element at an index. In a partial list it is unknown which element stands where."""
    if isinstance(value, Partial):
        return doubt(value.maybe)
    if isinstance(value, list):
        return value[index] if -len(value) <= index < len(value) else None
    if isinstance(value, Unknown):
        return doubt(value)
    if isinstance(value, Secret):
        return conceal(element(value.reveal(), index))
    return None


def items(value: Any) -> Any:
    """A value as a list to walk over: the list, an ``Unknown``, or ``None`` for what is no list."""
    if isinstance(value, list):
        return value
    if isinstance(value, Unknown):
        return doubt(value)
    if isinstance(value, Secret) and isinstance(value.reveal(), list):
        return [conceal(item) for item in value.reveal()]
    return None


def members(value: Any) -> Any:
    """The values of an object as a list, an ``Unknown``, or ``None`` for what is no object."""
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, Unknown):
        return doubt(value)
    if isinstance(value, Secret) and isinstance(value.reveal(), dict):
        return [conceal(item) for item in value.reveal().values()]
    return None


def conceal(value: Any) -> Any:
    """What was taken out of a secret is secret."""
    return value if value is None or isinstance(value, bool | Unknown | Secret) else Secret(value)


def first(*reasons: Unknown | None) -> Unknown | None:
    """The first of these that there is. (``or`` would decide on an unknown, which is an error.)"""
    return next((reason for reason in reasons if reason is not None), None)


def open_end(value: Any) -> Unknown | None:
    """Why a list may have more elements than are known, ``None`` when it has not."""
    return value.maybe if isinstance(value, Partial) else None


def flatten(value: Any) -> Any:
    """JMESPath's ``[]``: one level of nesting less. An unknown element may be any number of elements."""
    walked = items(value)
    if not isinstance(walked, list):
        return walked
    flat: list[Any] = []
    maybe = open_end(walked)
    for item in walked:
        inner = items(item)
        if isinstance(inner, Unknown):
            maybe = first(maybe, inner)
            if isinstance(item, Unknown) and (item.prefix or item.suffix):
                flat.append(item)  # a text, so it is one element
        elif inner is None:
            flat.append(item)
        else:
            flat.extend(inner)
            maybe = first(maybe, open_end(inner))
    return flat if maybe is None else Partial(flat, maybe=maybe)
