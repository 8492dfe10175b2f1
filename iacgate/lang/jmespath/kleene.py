"""Functions that take values as they are and answer in three values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from iacgate.lang.jmespath.logic import (
    Truth,
    agreed,
    both,
    doubt,
    each_of,
    either,
    equal,
    items,
    likes,
    negate,
    never_null,
    truth,
    without_nulls,
)
from iacgate.model import Choice, Partial, Secret, Unknown

Predicate = Callable[[Any], Truth]


def elements(value: Any) -> Any:
    """What a quantifier walks over: a list, nothing for null, the value itself for a single one, or the unknown."""
    if isinstance(value, Choice):
        return _in_each(value, elements)
    listed = items(value)
    if listed is not None:
        return listed
    return [] if value is None else [value]


def _in_each(value: Choice, walk: Callable[[Any], Any]) -> Any:
    """The elements of what there may be: the value itself where it is a single one, whichever it is."""
    if not any(one is None or isinstance(one, list | Secret | Unknown) for one in value.among):
        return [value]
    like: list[Any] = []
    for listed in map(walk, value.among):
        further = None if isinstance(listed, Unknown) else likes(listed)
        if further is None:
            return doubt(value)
        like += [*listed, *further]
    return Partial([], maybe=doubt(value), like=like)


def any_(value: Any, predicate: Predicate = truth) -> Truth:
    """Whether a predicate holds for some element (or some element is true)."""
    listed = elements(value)
    if isinstance(listed, Unknown):
        return listed
    result: Truth = False
    for item in listed:
        answer = predicate(item)
        if answer is True:
            return True
        result = either(result, answer)
    return either(result, _further(listed, predicate, settled=False)) if isinstance(listed, Partial) else result


def all_(value: Any, predicate: Predicate = truth) -> Truth:
    """Whether a predicate holds for every element (or every element is true); true for an empty list."""
    listed = elements(value)
    if isinstance(listed, Unknown):
        return listed
    result: Truth = True
    for item in listed:
        answer = predicate(item)
        if answer is False:
            return False
        result = both(result, answer)
    return both(result, _further(listed, predicate, settled=True)) if isinstance(listed, Partial) else result


def _further(listed: Partial, predicate: Predicate, *, settled: bool) -> Truth:
    """The answer for the elements that may be there beside the known ones: whether there are any changes nothing where
    all that there may be answer ``settled``."""
    if listed.like is not None and all(predicate(item) is settled for item in listed.like):
        return settled
    return doubt(listed.maybe)


def none(value: Any, predicate: Predicate = truth) -> Truth:
    """Whether a predicate holds for no element."""
    return negate(any_(value, predicate))


def map_(body: Callable[[Any], Any], value: Any) -> Any:
    """What an expression gives on every element; nulls stay."""
    listed = items(value)
    if not isinstance(listed, list):
        return listed
    mapped = [body(item) for item in listed]
    if not isinstance(listed, Partial):
        return mapped
    like = None if listed.like is None else [body(item) for item in listed.like]
    return Partial(mapped, maybe=listed.maybe, like=like)


def length(value: Any) -> Any:
    """The length of a list, an object or a string."""
    if isinstance(value, Secret):
        value = value.reveal()
    if isinstance(value, Partial):
        return doubt(value.maybe)
    if isinstance(value, Choice):
        return each_of(value, length)
    if isinstance(value, Unknown):
        return doubt(value)
    return len(value) if isinstance(value, list | dict | str) else None


def contains(value: Any, search: Any) -> Truth:
    """Whether a list holds a value, or a string holds another."""
    if isinstance(value, Secret):
        value = value.reveal()
    if isinstance(value, list):
        return any_(value, lambda item: equal(item, search))
    if isinstance(search, Secret):
        search = search.reveal()
    if isinstance(value, Choice):
        return agreed(value, lambda one: contains(one, search))
    if isinstance(value, Unknown):
        known = isinstance(search, str) and (search in value.prefix or search in value.suffix)
        return True if known and search else doubt(value)
    if isinstance(search, Unknown):
        return doubt(search) if isinstance(value, str) else False
    return isinstance(value, str) and isinstance(search, str) and search in value


def in_(value: Any, choices: Any) -> Truth:
    """Whether a value is one of a list."""
    if isinstance(value, Choice):
        return agreed(value, lambda one: in_(one, choices))
    listed = elements(choices)
    if isinstance(listed, Unknown):
        return listed
    return any_(listed, lambda choice: equal(value, choice))


def intersects(left: Any, right: Any) -> Truth:
    """Whether two lists share an element."""
    return any_(left, lambda item: in_(item, right))


def starts_with(value: Any, prefix: Any) -> Truth:
    """Whether a string starts with another, or one of a list; answered from its known start where that is enough."""
    if isinstance(prefix, list):
        return any_(prefix, lambda one: starts_with(value, one))
    if isinstance(value, Choice):
        return agreed(value, lambda one: starts_with(one, prefix))
    value, prefix = _bare(value), _bare(prefix)
    if isinstance(prefix, Unknown):
        return doubt(prefix)
    if not isinstance(prefix, str):
        return False
    if isinstance(value, Unknown):
        if value.prefix.startswith(prefix):
            return True
        return doubt(value) if prefix.startswith(value.prefix) else False
    return isinstance(value, str) and value.startswith(prefix)


def ends_with(value: Any, suffix: Any) -> Truth:
    """Whether a string ends with another, or one of a list; answered from its known end where that is enough."""
    if isinstance(suffix, list):
        return any_(suffix, lambda one: ends_with(value, one))
    if isinstance(value, Choice):
        return agreed(value, lambda one: ends_with(one, suffix))
    value, suffix = _bare(value), _bare(suffix)
    if isinstance(suffix, Unknown):
        return doubt(suffix)
    if not isinstance(suffix, str):
        return False
    if isinstance(value, Unknown):
        if value.suffix.endswith(suffix):
            return True
        return doubt(value) if suffix.endswith(value.suffix) else False
    return isinstance(value, str) and value.endswith(suffix)


def has(value: Any, key: Any) -> Truth:
    """Whether an object has a member that is not null."""
    value = _bare(value)
    if isinstance(value, Choice):
        return agreed(value, lambda one: has(one, key))
    if isinstance(value, Unknown):
        return doubt(value)
    held = value.get(key) if isinstance(value, dict) else None
    return negate(equal(held, None))


def not_null(*values: Any) -> Any:
    """The first value that is not null. An unknown that may be null hides all that follow."""
    for at, value in enumerate(values):
        if isinstance(value, Choice):
            return _first_of(value, values[at + 1 :])
        if isinstance(value, Unknown):
            return value if never_null(value) else doubt(value)
        if value is not None:
            return value
    return None


def _first_of(value: Choice, others: tuple[Any, ...]) -> Any:
    return each_of(value, lambda one: not_null(one, *others))


def default(value: Any, other: Any) -> Any:
    """A value, or another when it is null or absent. An unknown stays unknown."""
    if isinstance(value, Choice):
        return each_of(value, lambda one: default(one, other))
    return other if value is None else value


def is_unknown(value: Any) -> bool:
    """Whether a value is not known. For messages and for rules about certainty itself."""
    return isinstance(value, Unknown)


def to_bool(value: Any) -> Truth | None:
    """A boolean, or text or a number that spells one (``"true"``, ``"1"``, ``1``); null for anything else."""
    value = _bare(value)
    if isinstance(value, Choice):
        found = each_of(value, to_bool)
        known = not isinstance(found, Choice) or all(one is None or one is False for one in found.among)
        return found if known else doubt(value)
    if isinstance(value, Unknown):
        return doubt(value)
    if isinstance(value, bool):
        return value
    return {"true": True, "1": True, "false": False, "0": False}.get(str(value).strip().lower())


def to_array(value: Any) -> Any:
    """A list stays, anything else becomes a list of one; an unknown may be either."""
    if isinstance(value, Choice):
        return _in_each(value, to_array)
    listed = items(value)
    return [value] if listed is None else listed


def values(value: Any) -> Any:
    """The values of an object."""
    value = _bare(value)
    if isinstance(value, Unknown):
        return doubt(value)
    if not isinstance(value, dict):
        return None
    return without_nulls([held for held in value.values() if held is not None], None, [])


def _bare(value: Any) -> Any:
    return value.reveal() if isinstance(value, Secret) else value
