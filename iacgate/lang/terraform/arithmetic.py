"""Terraform's numbers and operators. Whole numbers are ``int``, others ``Decimal`` with more digits than anyone writes.

Room: ``lang``. In: operators and operands without marks of sensitivity. Out: values; ``Fault`` for operands that do
not fit. Terraform computes with 512-bit binary floats; decimals of 150 digits give the same value in every body (a
``float``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from iacgate.lang.terraform.types import to_bool, to_number
from iacgate.lang.terraform.values import Fault, number, unknown_from
from iacgate.model import Unknown

if TYPE_CHECKING:
    from decimal import Context, Decimal

DIGITS = 154
LARGEST_EXPONENT = 4000
"""Numbers of more digits than this are not computed with."""


@cache
def context() -> Context:
    """How fractions are computed: as many digits as 512 bits hold."""
    from decimal import Context

    return Context(prec=DIGITS)


def rounded(value: Decimal) -> Any:
    """A written number in its normal form. Raises ``Fault`` where it is too large to hold."""
    if not value.is_finite() or abs(value.adjusted()) > LARGEST_EXPONENT:
        raise Fault("this number is too large")
    return number(value)


def operand(value: Any) -> Any:
    """A number, or text that spells one. Raises ``Fault`` for anything else, null included."""
    if value is None:
        raise Fault("cannot compute with null")
    return to_number(value)


def unary(operator: str, value: Any) -> Any:
    """``-value`` or ``!value``."""
    if isinstance(value, Unknown):
        return unknown_from(value)
    if value is None:
        raise Fault("cannot compute with null")
    if operator == "!":
        return not to_bool(value)
    value = operand(value)
    return -value if type(value) is int else value.copy_negate()


def binary(operator: str, left: Any, right: Any) -> Any:
    """``left operator right`` for logic, comparison and arithmetic (not for equality)."""
    logic = operator in {"&&", "||"}
    check = _logical if logic else operand
    left, right = (
        check(left) if not isinstance(left, Unknown) else left,
        check(right) if not isinstance(right, Unknown) else right,
    )
    if isinstance(left, Unknown):
        return unknown_from(left)
    if isinstance(right, Unknown):
        return unknown_from(right)
    if logic:
        return (left and right) if operator == "&&" else (left or right)
    return _OPERATORS[operator](left, right)


def _logical(value: Any) -> bool:
    if value is None:
        raise Fault("cannot decide with null")
    return to_bool(value)


def exact(left: Any, right: Any, whole: Callable[[int, int], int], fraction: str) -> Any:
    """An operation on two numbers: with integers while both are, else with decimals."""
    if type(left) is int and type(right) is int:
        if left.bit_length() + right.bit_length() > LARGEST_EXPONENT * 4:
            raise Fault("the numbers are too large to compute with")
        return whole(left, right)
    from decimal import Decimal, DecimalException

    try:
        return number(getattr(context(), fraction)(Decimal(left), Decimal(right)))
    except DecimalException as error:
        raise Fault("the numbers are too large to compute with") from error


def _divided(left: Any, right: Any) -> Any:
    if right == 0:
        return Unknown("a division by zero")
    if type(left) is int and type(right) is int and left % right == 0:
        return left // right
    from decimal import Decimal

    return number(context().divide(Decimal(left), Decimal(right)))


def _remainder(left: Any, right: Any) -> Any:
    if right == 0:
        return Unknown("a division by zero")
    if type(left) is int and type(right) is int:
        rest = abs(left) % abs(right)
        return -rest if left < 0 else rest
    from decimal import Decimal

    return number(context().remainder(Decimal(left), Decimal(right)))


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda left, right: exact(left, right, int.__add__, "add"),
    "-": lambda left, right: exact(left, right, int.__sub__, "subtract"),
    "*": lambda left, right: exact(left, right, int.__mul__, "multiply"),
    "/": _divided,
    "%": _remainder,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
}
