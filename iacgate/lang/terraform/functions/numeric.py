"""Terraform's functions on numbers. In: known values. Out: numbers; ``Fault`` where Terraform refuses."""

from __future__ import annotations

import math
from typing import Any

from iacgate.lang.terraform.arithmetic import LARGEST_EXPONENT, binary, operand
from iacgate.lang.terraform.functions.text import whole
from iacgate.lang.terraform.types import to_string
from iacgate.lang.terraform.values import Exhausted, Fault, List

LONGEST_RANGE = 1024
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def _extreme(choose: Any, *numbers: Any) -> Any:
    if not numbers:
        raise Fault("min and max need a number")
    return choose([operand(item) for item in numbers])


def _log(value: Any, base: Any) -> Any:
    number, radix = operand(value), operand(base)
    if type(number) is not int or type(radix) is not int or number < 1 or radix < 2:
        raise Exhausted("this logarithm is not evaluated here")
    exponent = round(math.log(number, radix))
    if radix**exponent != number:
        raise Exhausted("this logarithm is not evaluated here")
    return exponent


def _pow(value: Any, exponent: Any) -> Any:
    base, power = operand(value), operand(exponent)
    if type(base) is not int or type(power) is not int or power < 0 or base.bit_length() * power > 50:
        raise Exhausted("this power is not evaluated here")
    return base**power


def _parseint(text: Any, base: Any) -> int:
    digits, radix = to_string(text).lower(), whole(base)
    if not 2 <= radix <= 36:
        raise Exhausted("this base is not evaluated here")
    bare_digits = digits.removeprefix("-")
    if (
        not bare_digits
        or len(bare_digits) > LARGEST_EXPONENT
        or any(digit not in _DIGITS[:radix] for digit in bare_digits)
    ):
        raise Fault(f"this string spells no number in base {radix}")
    return int(digits, radix)


def _range(*arguments: Any) -> Any:
    if not 1 <= len(arguments) <= 3:
        raise Fault("range takes one to three numbers")
    numbers = [operand(item) for item in arguments]
    start, end = (0, numbers[0]) if len(numbers) == 1 else (numbers[0], numbers[1])
    step = numbers[2] if len(numbers) == 3 else 1 if start <= end else -1
    if step == 0 or ((end > start) != (step > 0) and end != start):
        raise Fault("range never ends with this step")
    made: list[Any] = []
    at = start
    while at < end if step > 0 else at > end:
        if len(made) >= LONGEST_RANGE:
            raise Fault("range makes more than 1024 elements")
        made.append(at)
        at = binary("+", at, step)
    return List(made)


def _sum(items: Any) -> Any:
    if not isinstance(items, list) or not items:
        raise Fault("sum needs a list with an element")
    total = operand(items[0])
    for item in items[1:]:
        total = binary("+", total, item)
    return total


def _signum(value: Any) -> int:
    number = operand(value)
    return 1 if number > 0 else -1 if number < 0 else 0


def _abs(value: Any) -> Any:
    number = operand(value)
    return abs(number) if type(number) is int else number.copy_abs()


FUNCTIONS: dict[str, Any] = {
    "abs": _abs,
    "ceil": lambda value: math.ceil(operand(value)),
    "floor": lambda value: math.floor(operand(value)),
    "log": _log,
    "max": lambda *numbers: _extreme(max, *numbers),
    "min": lambda *numbers: _extreme(min, *numbers),
    "parseint": _parseint,
    "pow": _pow,
    "range": _range,
    "signum": _signum,
    "sum": _sum,
}
