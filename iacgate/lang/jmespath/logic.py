"""The three-valued operations of the expression language: values in; true, false or an unknown out.

The truth of a value is JMESPath's (``null``, ``false``, ``''``, ``[]`` and ``{}`` are false, everything else is true),
with what infrastructure code needs on top:

* the string ``"false"`` is false, and booleans and numbers equal their spelling as text: Terraform converts them;
* an unknown value that comes from a managed resource, or of which one end is known, is *present*: not null, not empty;
* one of which only that is known is not null, though it may be empty or false;
* a :class:`~iacgate.model.Partial` list that is empty so far may still be filled;
* of a :class:`~iacgate.model.Choice` each value is asked, and what all of them answer is the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from iacgate.model import Choice, Partial, Secret, Unknown

Truth = bool | Unknown
"""What a condition gives."""

_PLAIN = frozenset((str, int, float, bool, type(None)))
MOST_CHOICES = 16
"""Of more values that there may be, none is looked at."""
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
    if isinstance(value, Choice):
        return True if present(value) else agreed(value, truth)
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
    if value.ref is None and not (value.prefix or value.suffix or value.present or isinstance(value, Choice)):
        return value
    return Unknown(value.reason)


def settled(answer: Any) -> Truth:
    """What a function that answers in three values has said, as a condition: null, where it could make nothing of its
    arguments, is false."""
    if answer is None or (isinstance(answer, Choice) and all(one is None or one is False for one in answer.among)):
        return False
    return doubt(answer) if isinstance(answer, Unknown) else bool(answer)


def agreed(value: Choice, ask: Callable[[Any], Truth]) -> Truth:
    """What a question is answered by every value that there may be; unknown where they differ."""
    answers = [ask(one) for one in value.among]
    first_answer = answers[0]
    same = (first_answer is True or first_answer is False) and all(answer is first_answer for answer in answers)
    return first_answer if same else Unknown(value.reason)


def each_of(value: Choice, change: Callable[[Any], Any]) -> Any:
    """One of what each value that there may be is turned into."""
    return one_of([change(one) for one in value.among], value.reason)


def one_of(values: Sequence[Any], reason: str) -> Any:
    """One of these, as a value: itself where there is but one, and a plain unknown for very many."""
    among: list[Any] = []
    for value in values:
        among.extend(one for one in (value.among if isinstance(value, Choice) else (value,)) if not _holds(among, one))
    if len(among) > MOST_CHOICES:
        return Unknown(reason)
    return among[0] if len(among) == 1 else Choice(among, reason)


def _holds(values: list[Any], value: Any) -> bool:
    """Whether the value itself, or the same text, number or boolean, is among these."""
    plain = type(value) in _PLAIN
    return any(one is value or (plain and type(one) is type(value) and one == value) for one in values)


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
    if isinstance(value, Choice):
        return False if other is None and never_null(value) else agreed(value, lambda one: equal(one, other))
    if isinstance(other, Choice):
        return agreed(other, lambda one: equal(value, one))
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
    if isinstance(left, Choice):
        return agreed(left, lambda one: _known_order(name, one, right))
    if isinstance(right, Choice):
        return agreed(right, lambda one: _known_order(name, left, one))
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


def _known_order(name: str, left: Any, right: Any) -> Truth:
    answer = order(name, left, right)
    return False if answer is None else answer


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
    if isinstance(value, Choice):
        return each_of(value, lambda one: member(one, name))
    if isinstance(value, Unknown):
        return doubt(value)
    if isinstance(value, Secret):
        return conceal(member(value.reveal(), name))
    return None


def element(value: Any, index: int) -> Any:
    """The element at an index. In a partial list it is unknown which element stands where."""
    if isinstance(value, Partial):
        return _any_element(value, index)
    if isinstance(value, list):
        return value[index] if -len(value) <= index < len(value) else None
    if isinstance(value, Choice):
        return each_of(value, lambda one: element(one, index))
    if isinstance(value, Unknown):
        return doubt(value)
    if isinstance(value, Secret):
        return conceal(element(value.reveal(), index))
    return None


def _any_element(value: Partial, index: int) -> Any:
    """One of all elements that there may be, or none where the list may be too short."""
    if value.like is None:
        return doubt(value.maybe)
    none = [] if -len(value) <= index < len(value) else [None]
    return one_of([*value, *value.like, *none], value.maybe.reason)


def items(value: Any) -> Any:
    """A value as a list to walk over: the list, an ``Unknown``, or ``None`` for what is no list."""
    if isinstance(value, list):
        return value
    if isinstance(value, Choice):
        return _items_of_any(value)
    if isinstance(value, Unknown):
        return doubt(value)
    if isinstance(value, Secret) and isinstance(value.reveal(), list):
        return [conceal(item) for item in value.reveal()]
    return None


def _items_of_any(value: Choice) -> Any:
    """The elements that there may be, whichever value it is: of a list its own, and what is no list is one itself."""
    walked = [(one, items(one)) for one in value.among if one is not None]
    if all(listed is None for _, listed in walked):
        return None
    like: list[Any] = []
    for one, listed in walked:
        further = None if isinstance(listed, Unknown) else likes(listed)
        if further is None:
            return doubt(value)
        like += [one] if listed is None else [*listed, *further]
    return Partial([], maybe=doubt(value), like=like)


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
    if isinstance(value, Choice):
        return each_of(value, flatten)
    walked = items(value)
    if not isinstance(walked, list):
        return walked
    flat: list[Any] = []
    maybe, like = open_end(walked), flattened(likes(walked))
    for item in walked:
        inner = items(item)
        if isinstance(inner, Unknown):
            maybe, like = first(maybe, inner), None
            if isinstance(item, Unknown) and (item.prefix or item.suffix):
                flat.append(item)  # a text, so it is one element
        elif inner is None:
            flat.append(item)
        else:
            flat.extend(inner)
            maybe, like = first(maybe, open_end(inner)), joined_likes(like, likes(inner))
    return flat if maybe is None or like == [] else Partial(flat, maybe=maybe, like=like)


def without_nulls(found: list[Any], listed: Any, like: list[Any] | None) -> list[Any]:
    """What a projection found in a list: nulls are no elements, and what may be null may be one.

    ``like`` is what it makes of elements that may be there beside those of ``listed``.
    """
    open_ended = isinstance(listed, Partial)
    doubtful = [one for one in found if isinstance(one, Choice) and not one.present]
    if not doubtful:
        return Partial(found, maybe=listed.maybe, like=like) if open_ended and like != [] else found
    maybe = listed.maybe if open_ended and like != [] else doubt(doubtful[0])
    further = [value for one in doubtful for value in one.among if value is not None]
    known = [one for one in found if not (isinstance(one, Choice) and not one.present)]
    return Partial(known, maybe=maybe, like=joined_likes(like, further))


def likes(value: list[Any]) -> list[Any] | None:
    """What elements of a list look like that are not known to be there; none for a list that is wholly known."""
    return value.like if isinstance(value, Partial) else []


def joined_likes(one: list[Any] | None, other: list[Any] | None) -> list[Any] | None:
    """Both; ``None``, for anything, where one of them is."""
    return None if one is None or other is None else [*one, *other]


def flattened(like: list[Any] | None) -> list[Any] | None:
    """What the elements of elements look like."""
    found: list[Any] = []
    for item in like or ():
        inner = items(item)
        if isinstance(inner, Unknown) or (isinstance(inner, Partial) and inner.like is None):
            return None
        found += [item] if inner is None else [*inner, *(likes(inner) or ())]
    return None if like is None else found
