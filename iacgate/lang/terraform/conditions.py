"""What a condition is worth: ``condition ? then : otherwise``, with the type that both results share.

Room: ``lang``. In: the three values; an arm that fails is an :class:`Failed`. Out: a value; ``Fault`` where Terraform
refuses. Source: HCL's conditional expression.
"""

from __future__ import annotations

from typing import Any

from iacgate.lang.terraform.equality import untyped
from iacgate.lang.terraform.types import ANY, Type, bounded, convert, to_bool, type_of
from iacgate.lang.terraform.unification import unify
from iacgate.lang.terraform.values import Chosen, Exhausted, Fault, List, Null, Set, Typed, affordable, is_null, secret
from iacgate.model import Secret, Unknown

MOST_ARMS = 16
"""So many values are kept that nested conditionals may come to."""


class Failed:
    """An arm without a value: why, and the type it would have had."""

    __slots__ = ("error", "type")

    def __init__(self, error: Fault | Exhausted, kind: Type) -> None:
        self.error = error
        self.type = kind


def chosen(condition: Any, then: Any, otherwise: Any) -> Any:
    """The value of the conditional. A mark of sensitivity on any of the three is on the result."""
    if isinstance(condition, Secret) or isinstance(then, Secret) or isinstance(otherwise, Secret):
        return secret(chosen(_bared(condition), _bared(then), _bared(otherwise)))
    affordable(then)
    affordable(otherwise)
    shared = _shared(then, otherwise)
    if is_null(condition):
        raise Fault("a condition must not be null")
    if isinstance(condition, Unknown):
        return _undecided(condition, then, otherwise, shared)
    taken = then if to_bool(condition) else otherwise
    if isinstance(taken, Failed):
        raise taken.error
    return convert(taken, shared)


def _bared(value: Any) -> Any:
    return value.reveal() if isinstance(value, Secret) else value


def _type(arm: Any) -> Type:
    return arm.type if isinstance(arm, Failed) else type_of(arm)


def _shared(then: Any, otherwise: Any) -> Type:
    """The type both arms are brought to; ``any`` when one of them has none."""
    left, right = _type(then), _type(otherwise)
    if then is None:
        return right
    if otherwise is None:
        return left
    if left.kind == "any" or right.kind == "any":
        return ANY
    found = unify([left, right])
    if found is None and untyped([then, otherwise]) is not None:
        return ANY
    if found is None:
        raise Fault("the two results of a condition have different types")
    return found


def _undecided(condition: Unknown, then: Any, otherwise: Any, shared: Type) -> Any:
    """Neither arm can be chosen. What holds for both is known: type, not being null, bounds, where it comes from."""
    if is_null(then) and is_null(otherwise):
        return None if shared.kind == "any" else Null(shared)
    origins = {_origin(then), _origin(otherwise)}
    ref = origins.pop() if len(origins) == 1 else None
    present = _present(then) and _present(otherwise)
    if shared.kind == "any":
        return Unknown(condition.reason, ref=ref, present=present)
    low, high = _bounds(then, otherwise, shared)
    known = bounded(shared, condition.reason, ref=ref, present=present, low=low, high=high)
    return _one_of(known, then, otherwise, shared)


def _one_of(known: Any, then: Any, otherwise: Any, shared: Type) -> Any:
    """What is known of both arms, and that it is one of them: element by element for lists of the same length."""
    if type(known) is Typed:
        arms = [*_arms(then), *_arms(otherwise)]
        if not _arms(then) or not _arms(otherwise) or len(arms) > MOST_ARMS:
            return known
        try:
            return Chosen(known, [convert(arm, shared) for arm in arms])
        except Fault:
            return known  # of an arm that is not chosen Terraform does not complain
    if type(known) is List and all(isinstance(arm, list) and not isinstance(arm, Set) for arm in (then, otherwise)):
        element = shared.element or ANY
        pairs = zip(known, then, otherwise, strict=True)
        return List([_one_of(*three, element) for three in pairs], shared.element)
    return known


def _arms(value: Any) -> list[Any]:
    """What an arm may be worth; nothing where that is not known."""
    if isinstance(value, Chosen):
        return value.arms
    return [] if isinstance(value, Unknown | Failed) else [value]


def _present(arm: Any) -> bool:
    if isinstance(arm, Unknown):
        return arm.present
    return not is_null(arm) and not isinstance(arm, Failed)


def _bounds(then: Any, otherwise: Any, shared: Type) -> tuple[Any, Any]:
    if shared.kind not in {"number", "list", "set", "map"} or _type(then) != _type(otherwise):
        return None, None
    lows, highs = zip(_range(then), _range(otherwise), strict=True)
    return (
        min(lows) if None not in lows else None,
        max(highs) if None not in highs else None,
    )


def _range(arm: Any) -> tuple[Any, Any]:
    if isinstance(arm, Typed):
        return arm.low, arm.high
    if isinstance(arm, list | dict):
        return len(arm), len(arm)
    return (None, None) if isinstance(arm, Unknown | Failed | str) or is_null(arm) else (arm, arm)


def _origin(value: Any) -> str | None:
    """The resource a value comes from, if it comes from one: only then is it sure to be there."""
    return value.ref if isinstance(value, Unknown) else None
