"""Terraform's operators on numbers and truth values.

Room: ``lang``. In: operators and operands without marks of sensitivity. Out: values; ``Fault`` for operands that do
not fit. What is not known may still have bounds, and then a comparison may be known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from iacgate.lang.terraform.numbers import BITS, LARGEST_EXPONENT, double, exact, rounded
from iacgate.lang.terraform.types import BOOL, NUMBER, convert, to_bool, to_number
from iacgate.lang.terraform.values import Exhausted, Fault, Typed, is_null, unknown_from
from iacgate.model import Unknown

if TYPE_CHECKING:
    from decimal import Decimal


def operand(value: Any) -> Any:
    """A number, or text that spells one. Raises ``Fault`` for anything else, null included."""
    if type(value) is int:
        return value
    if is_null(value):
        raise Fault("cannot compute with null")
    return to_number(value)


def unary(operator: str, value: Any) -> Any:
    """``-value`` or ``!value``."""
    if is_null(value):
        raise Fault("cannot compute with null")
    if isinstance(value, Unknown):
        wanted = BOOL if operator == "!" else NUMBER
        return unknown_from(convert(value, wanted), wanted)
    if operator == "!":
        return not to_bool(value)
    value = operand(value)
    if type(value) is int and value:
        return -value
    return negated(value)


def negated(value: Any) -> Any:
    """The number with its sign turned; Terraform tells minus zero from zero."""
    from decimal import Decimal

    if type(value) is int:
        return -value if value else Decimal("-0")
    if not value:
        return 0 if value.is_signed() else Decimal("-0")
    return type(value)(value.copy_negate())


def binary(operator: str, left: Any, right: Any) -> Any:
    """``left operator right`` for logic, comparison and arithmetic (not for equality)."""
    if type(left) is int and type(right) is int and operator in _FAST:
        return _FAST[operator](left, right)
    logic = operator in {"&&", "||"}
    left, right = _checked(left, logic=logic), _checked(right, logic=logic)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        hole = left if isinstance(left, Unknown) else right
        return _undecided(operator, left, right, hole)
    if logic:
        return (left and right) if operator == "&&" else (left or right)
    return _OPERATORS[operator](left, right)


def _checked(value: Any, *, logic: bool) -> Any:
    if is_null(value):
        raise Fault("cannot decide with null" if logic else "cannot compute with null")
    if isinstance(value, Unknown):
        return convert(value, BOOL if logic else NUMBER)
    return to_bool(value) if logic else operand(value)


def _undecided(operator: str, left: Any, right: Any, hole: Unknown) -> Any:
    """An operation on what is not known: its type, and for a comparison what bounds tell."""
    if operator in {"+", "-", "*", "/", "%"}:
        return unknown_from(hole, NUMBER)
    if operator in {"<", ">", "<=", ">="}:
        (low, high), (least, most) = _range(left), _range(right)
        if high is not None and least is not None and high < least:
            return operator in {"<", "<="}
        if low is not None and most is not None and low > most:
            return operator in {">", ">="}
    return unknown_from(hole, BOOL)


def _range(value: Any) -> tuple[Any, Any]:
    if isinstance(value, Typed):
        return value.low, value.high
    return (None, None) if isinstance(value, Unknown) else (value, value)


def _affordable(left: int, right: int) -> None:
    if left.bit_length() + right.bit_length() > LARGEST_EXPONENT * 4:
        raise Exhausted("the numbers are too large to compute with")


def _endless(left: Any, right: Any) -> bool:
    return not (type(left) is int or left.is_finite()) or not (type(right) is int or right.is_finite())


def _with_infinity(name: str, left: Any, right: Any) -> Any:
    """An operation where one side is infinite; what has no answer is an error in Terraform too."""
    from decimal import Context, Decimal, InvalidOperation

    try:
        return getattr(Context(traps=[InvalidOperation]), name)(Decimal(left), Decimal(right))
    except InvalidOperation as error:
        raise Fault("this has no answer, infinity is in it") from error


def _coarse(left: Any, right: Any) -> bool:
    """Whether both are doubles: then Terraform counts in 53 bits as well."""
    return type(left).__name__ == "Double" and type(right).__name__ == "Double"


def _added(left: Any, right: Any) -> Any:
    if _endless(left, right):
        return _with_infinity("add", left, right)
    if _coarse(left, right):
        return double(float(left) + float(right))
    (first, over), (second, under) = exact(left), exact(right)
    _affordable(first, under)
    _affordable(second, over)
    if not first and not second:
        return left if left is right or (_signed(left) and _signed(right)) else 0
    return rounded(first * under + second * over, over * under)


def _subtracted(left: Any, right: Any) -> Any:
    return _added(left, negated(right))


def _multiplied(left: Any, right: Any) -> Any:
    if _endless(left, right):
        return _with_infinity("multiply", left, right)
    (first, over), (second, under) = exact(left), exact(right)
    _affordable(first, second)
    if not first or not second:
        return _zero(left, right)
    return rounded(first * second, over * under)


def _signed(value: Any) -> bool:
    return value < 0 if type(value) is int else value.is_signed()


def _zero(left: Any, right: Any) -> Any:
    """Zero with the sign that a product or quotient of these has."""
    return negated(0) if _signed(left) != _signed(right) else 0


def divided(left: Any, right: Any) -> Any:
    """``left / right``; by zero it is infinite, and ``0 / 0`` an error."""
    if _endless(left, right):
        return _with_infinity("divide", left, right)
    if _coarse(left, right):
        return double(float(left) / float(right))
    (first, over), (second, under) = exact(left), exact(right)
    if not second:
        if not first:
            raise Fault("zero cannot be divided by zero")
        return _infinity(negative=_signed(left) != _signed(right))
    if not first:
        return _zero(left, right)
    _affordable(first, under)
    numerator, denominator = first * under, over * second
    return rounded(*((-numerator, -denominator) if denominator < 0 else (numerator, denominator)))


def _infinity(*, negative: bool) -> Decimal:
    from decimal import Decimal

    return Decimal("-Infinity" if negative else "Infinity")


def _remainder(left: Any, right: Any) -> Any:
    if _endless(left, right):
        return _multiplied(left, right)
    if right == 0:
        return left
    if type(left) is int and type(right) is int and left.bit_length() <= BITS:
        rest = abs(left) % abs(right)
        return -rest if left < 0 else rest
    numerator, denominator = exact(divided(left, right))
    times = abs(numerator) // denominator
    return _subtracted(left, _multiplied(right, times if numerator > 0 else -times))


_FAST: dict[str, Callable[[int, int], Any]] = {
    "<": int.__lt__,
    ">": int.__gt__,
    "<=": int.__le__,
    ">=": int.__ge__,
}
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": _added,
    "-": _subtracted,
    "*": _multiplied,
    "/": divided,
    "%": _remainder,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
}
