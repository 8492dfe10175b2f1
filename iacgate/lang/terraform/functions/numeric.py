"""Terraform's functions on numbers. In: values that fit the signatures below. Out: numbers; ``Fault`` where Terraform
refuses."""

from __future__ import annotations

import math
from typing import Any

from iacgate.lang.terraform.arithmetic import binary
from iacgate.lang.terraform.functions.signature import Function
from iacgate.lang.terraform.functions.text import small
from iacgate.lang.terraform.numbers import LARGEST_EXPONENT, double, plain
from iacgate.lang.terraform.types import NUMBER, convert, kind_of, type_of
from iacgate.lang.terraform.values import Exhausted, Fault, List, first_unknown, is_null, unknown_from
from iacgate.model import Secret, Unknown

LONGEST_RANGE = 1024
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _least(*numbers: Any) -> Any:
    if not numbers:
        raise Fault("min needs a number")
    return min(numbers)


def _most(*numbers: Any) -> Any:
    if not numbers:
        raise Fault("max needs a number")
    return max(numbers)


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def log_of(value: float) -> float:
    """The natural logarithm as Go computes it: the algorithm of FreeBSD's msun, whose last digit is its own."""
    if value == 0:
        return -math.inf
    if value < 0:
        return math.nan
    if math.isinf(value):
        return value
    fraction, exponent = math.frexp(value)
    if fraction < math.sqrt(2) / 2:
        fraction, exponent = fraction * 2, exponent - 1
    f = fraction - 1
    s = f / (2 + f)
    s2 = s * s
    s4 = s2 * s2
    odd = s2 * (6.666666666666735130e-01 + s4 * (2.857142874366239149e-01 + s4 * (
        1.818357216161805012e-01 + s4 * 1.479819860511658591e-01)))  # fmt: skip
    even = s4 * (3.999999999940941908e-01 + s4 * (2.222219843214978396e-01 + s4 * 1.531383769920937332e-01))
    half = 0.5 * f * f
    high, low = 6.93147180369123816490e-01, 1.90821492927058770002e-10
    return exponent * high - ((half - (s * (half + (odd + even)) + exponent * low)) - f)


def _log(value: Any, base: Any) -> Any:
    top, bottom = log_of(_float(value)), log_of(_float(base))
    if bottom == 0:
        return double(math.nan if top == 0 or math.isnan(top) else math.copysign(math.inf, top))
    return double(math.nan if math.isinf(top) and math.isinf(bottom) else top / bottom)


def _pow(value: Any, exponent: Any) -> Any:
    return double(power_of(_float(value), _float(exponent)))


def power_of(base: float, power: float) -> float:
    """A power as Go computes it. Raises :class:`Exhausted` for fractions of a power: those differ by machine."""
    special = _special_power(base, power)
    if special is not None:
        return special
    whole, rest = abs(power) // 1, abs(power) % 1
    if rest:
        if base < 0:
            return math.nan
        raise Exhausted("the last digit of a fractional power depends on the machine that runs Terraform")
    if whole >= 1 << 63:
        return 1.0 if base == -1 else 0.0 if (abs(base) < 1) == (power > 0) else math.inf
    made, made_exponent = 1.0, 0
    fraction, exponent = math.frexp(base)
    count = int(whole)
    while count:
        if abs(exponent) > 1 << 12:
            made_exponent += exponent
            break
        if count & 1:
            made, made_exponent = made * fraction, made_exponent + exponent
        fraction, exponent = fraction * fraction, exponent << 1
        if fraction < 0.5:
            fraction, exponent = fraction + fraction, exponent - 1
        count >>= 1
    if power < 0:
        made, made_exponent = 1 / made, -made_exponent
    try:
        return math.ldexp(made, made_exponent)
    except OverflowError:
        return math.copysign(math.inf, made)


def _special_power(base: float, power: float) -> float | None:
    """The powers that need no computing; ``None`` for all others."""
    if power == 0 or base == 1:
        return 1.0
    if power == 1:
        return base
    odd = math.isfinite(power) and power == int(power) and int(power) % 2 == 1
    if base == 0:
        if power < 0:
            return math.copysign(math.inf, base) if odd else math.inf
        return base if odd else 0.0
    if math.isinf(power):
        return 1.0 if base == -1 else 0.0 if (abs(base) < 1) == (power > 0) else math.inf
    if math.isinf(base):
        size = 0.0 if power < 0 else math.inf
        return -size if base < 0 and odd else size
    if abs(power) == 0.5 and base > 0:
        return math.sqrt(base) if power > 0 else 1 / math.sqrt(base)
    return None


def _parseint(text: Any, base: Any) -> Any:
    inner = text.reveal() if isinstance(text, Secret) else text
    radix = base.reveal() if isinstance(base, Secret) else base
    marked = isinstance(text, Secret) or isinstance(base, Secret)
    if type_of(inner).kind != "string":
        raise Fault(f"parseint needs a string, not {kind_of(inner)}")
    if isinstance(inner, Unknown) or isinstance(radix, Unknown):
        return unknown_from(inner if isinstance(inner, Unknown) else radix, NUMBER)
    found = _parsed(inner, small(radix))
    return Secret(found) if marked else found


def _parsed(text: str, radix: int) -> int:
    if not 2 <= radix <= 62:
        raise Fault("parseint needs a base between 2 and 62")
    digits = text[1:] if text[:1] in {"+", "-"} else text
    if radix <= 36:
        digits = digits.lower()
    if len(digits) > LARGEST_EXPONENT:
        raise Exhausted("the number has too many digits")
    allowed = _DIGITS[:radix]
    if not digits or any(digit not in allowed for digit in digits):
        raise Fault(f"this string spells no number in base {radix}")
    if radix <= 36:
        return int(text, radix)
    value = 0
    for digit in digits:
        value = value * radix + allowed.index(digit)
    return -value if text.startswith("-") else value


def _range(*arguments: Any) -> Any:
    if not 1 <= len(arguments) <= 3:
        raise Fault("range takes one to three numbers")
    start, end = (0, arguments[0]) if len(arguments) == 1 else (arguments[0], arguments[1])
    step = arguments[2] if len(arguments) == 3 else -1 if end < start else 1
    if step == 0 or (end > start if step < 0 else end < start):
        raise Fault("range never ends with this step")
    made: list[Any] = []
    at = start
    while at > end if step < 0 else at < end:
        if len(made) >= LONGEST_RANGE:
            raise Fault("range makes more than 1024 elements")
        made.append(at)
        at = binary("+", at, step)
    return List(made, NUMBER)


def _sum(items: Any) -> Any:
    if not isinstance(items, list | dict) or not items:
        raise Fault("sum needs a list with an element")
    if isinstance(items, dict):
        raise Fault(f"sum needs a list, not {kind_of(items)}")
    hole = first_unknown(items)
    if hole is not None:
        return unknown_from(hole, NUMBER)
    if any(is_null(item) for item in items):
        raise Fault("sum needs numbers that are not null")
    total = convert(items[0], NUMBER)
    for item in items[1:]:
        total = binary("+", total, convert(item, NUMBER))
    return total


def _signum(value: Any) -> int:
    number = small(value)
    return (number > 0) - (number < 0)


def _rounded(round_: Any) -> Any:
    def run(value: Any) -> Any:
        if type(value) is int:
            return value
        if not value.is_finite():
            return value
        found = round_(value)
        return found if found or not value.is_signed() or round_ is math.floor else 0

    return run


def _abs(value: Any) -> Any:
    return abs(value) if type(value) is int else plain(type(value)(value.copy_abs()))


FUNCTIONS: dict[str, Function] = {
    "abs": Function("number^ -> number", _abs),
    "ceil": Function("number -> number", _rounded(math.ceil)),
    "floor": Function("number -> number", _rounded(math.floor)),
    "log": Function("number number -> number", _log),
    "max": Function("number^* -> number", _most),
    "min": Function("number^* -> number", _least),
    "parseint": Function("any!~ number!~ -> number", _parseint),
    "pow": Function("number number -> number", _pow),
    "range": Function("number* -> numbers", _range),
    "signum": Function("number -> number", _signum),
    "sum": Function("any -> number", _sum),
}
