"""Terraform's numbers: whole ones are ``int``, others ``Decimal``. Terraform counts in binary floats of 512 bits.

Room: ``lang``. A ``Decimal`` here is always the shortest decimal that stands for one 512-bit float, so that equal
floats are equal decimals and print alike. What Terraform keeps beside those is kept as well: minus zero and the two
infinities. Source: ``math/big`` of Go, whose ``Float`` Terraform uses (precision 512, round to nearest even).
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from iacgate.lang.terraform.values import Exhausted, Fault

if TYPE_CHECKING:
    from decimal import Decimal

BITS = 512
LARGEST_EXPONENT = 4000
"""Numbers of more decimal digits than this, before or behind the point, are not computed with."""
_SPELLED = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,9})?")


def is_number(value: Any) -> bool:
    kind = type(value)
    return kind is int or kind.__name__ in {"Decimal", "Double"}


def decimals(text: str) -> Any:
    """The number written in ``text``. Raises ``ValueError`` where it is none, :class:`Exhausted` where it is huge."""
    if len(text) < 150 and text.isascii() and text.isdigit():
        return int(text)
    if text.lstrip("+-").lower() == "inf" and len(text) < 5 and text[-3:] in {"inf", "Inf"}:
        from decimal import Decimal

        return Decimal(text)
    if not _SPELLED.fullmatch(text):
        return _by_power_of_two(text)
    if len(text) > LARGEST_EXPONENT:
        raise Exhausted("a number has too many digits to compute with")
    from decimal import Decimal

    return written(Decimal(text))


def _by_power_of_two(text: str) -> Any:
    """``1p4`` is 16: Go reads such numbers, and so Terraform takes them where a string is converted."""
    mantissa, mark, exponent = text.lower().partition("p")
    if not mark or not _SPELLED.fullmatch(mantissa) or "e" in mantissa or not _SPELLED.fullmatch(exponent):
        raise ValueError(text[:20])
    if not exponent.lstrip("+-").isdigit() or len(exponent) > 5:
        raise Exhausted("this number is too large or too small to compute with")
    numerator, denominator = exact(decimals(mantissa))
    power = int(exponent)
    return rounded(numerator << max(power, 0), denominator << max(-power, 0))


def written(value: Any) -> Any:
    """A number as written, rounded to what 512 bits hold."""
    if type(value) is int:
        return value if value.bit_length() <= BITS else rounded(value, 1)
    if not value.is_finite():
        return value
    if value and abs(value.adjusted()) > LARGEST_EXPONENT:
        raise Exhausted("this number is too large or too small to compute with")
    if not value:
        return _minus_zero() if value.is_signed() else 0
    return rounded(*value.as_integer_ratio())


def _minus_zero() -> Decimal:
    from decimal import Decimal

    return Decimal("-0")


def plain(value: Any) -> Any:
    """A number in its normal form: an ``int`` wherever it is whole, minus zero included."""
    if type(value) is int:
        return value
    if not value.is_finite():
        return value
    whole = value.to_integral_value()
    return int(whole) if whole == value else value


def binary_parts(numerator: int, denominator: int) -> tuple[int, int]:
    """The fraction as ``mantissa * 2**exponent``, the mantissa of 512 bits, rounded to nearest even."""
    sign, numerator = (-1, -numerator) if numerator < 0 else (1, numerator)
    shift = BITS + 1 - (numerator.bit_length() - denominator.bit_length())
    up, down = (shift, 0) if shift > 0 else (0, -shift)
    quotient, rest = divmod(numerator << up, denominator << down)
    extra = quotient.bit_length() - BITS
    half, mask = 1 << (extra - 1), (1 << extra) - 1
    low, mantissa = quotient & mask, quotient >> extra
    if low > half or (low == half and (rest or mantissa & 1)):
        mantissa += 1
    return sign * mantissa, extra - shift


def rounded(numerator: int, denominator: int) -> int | Decimal:
    """The fraction, rounded to 512 bits, in its normal form."""
    if numerator == 0:
        return 0
    if denominator == 1 and numerator.bit_length() <= BITS:
        return numerator
    mantissa, exponent = binary_parts(numerator, denominator)
    if exponent >= 0:
        return mantissa << exponent
    loose = (mantissa & -mantissa).bit_length() - 1
    if loose >= -exponent:
        return mantissa >> -exponent
    from decimal import Decimal

    digits, point = _shortest(abs(mantissa), exponent)
    return Decimal((int(mantissa < 0), tuple(map(int, digits)), point))


def double(value: float) -> Any:
    """What Terraform computes with doubles (powers, logarithms): it prints their shortest digits, yet counts on with
    exactly what they are. Raises ``Fault`` for what is no number."""
    import math
    from decimal import Decimal

    if math.isnan(value):
        raise Fault("this has no answer among the numbers")
    if math.isinf(value):
        return Decimal("Infinity" if value > 0 else "-Infinity")
    if value == int(value) and abs(value) < 1 << 53:
        return int(value) if value else Decimal("-0" if math.copysign(1, value) < 0 else "0")
    mantissa, exponent = math.frexp(abs(value))
    digits, point = _shortest(int(mantissa * (1 << 53)), exponent - 53, 53)
    return _double_type()((int(value < 0), tuple(map(int, digits)), point))


@cache
def _double_type() -> Any:
    """The class of such numbers: made late, since few expressions need fractions at all."""
    from decimal import Decimal

    return type("Double", (Decimal,), {"__slots__": (), "__doc__": "A number that is exactly a double."})


def exact(value: Any) -> tuple[int, int]:
    """A finite number as the fraction that its 512-bit float is."""
    if type(value) is int:
        return value, 1
    if type(value).__name__ == "Double":
        return float(value).as_integer_ratio()
    numerator, denominator = value.as_integer_ratio()
    if numerator == 0 or denominator == 1:
        return numerator, denominator
    mantissa, exponent = binary_parts(numerator, denominator)
    return (mantissa << exponent, 1) if exponent >= 0 else (mantissa, 1 << -exponent)


def _decimal_digits(mantissa: int, exponent: int) -> tuple[str, int]:
    """The exact digits of ``mantissa * 2**exponent`` without zeros at the end, and the power of ten of the last."""
    number, point = (mantissa << exponent, 0) if exponent >= 0 else (mantissa * 5**-exponent, exponent)
    text = str(number)
    bare = text.rstrip("0")
    return bare, point + len(text) - len(bare)


def _shortest(mantissa: int, exponent: int, bits: int = BITS) -> tuple[str, int]:
    """The shortest digits between this float's neighbours, as ``math/big`` picks them, and the last one's power."""
    shift = bits + 1 - mantissa.bit_length()
    doubled, exponent = mantissa << shift, exponent - shift
    digits, point = _decimal_digits(doubled, exponent)
    low, _ = _decimal_digits(doubled - 1, exponent)
    high, _ = _decimal_digits(doubled + 1, exponent)
    inclusive = not doubled & 2
    for at, digit in enumerate(digits):
        below = low[at] if at < len(low) else "0"
        above = high[at] if at < len(high) else "0"
        may_fall = below != digit or (inclusive and at + 1 == len(low))
        may_rise = digit != above and (inclusive or ord(digit) + 1 < ord(above) or at + 1 < len(high))
        if may_fall or may_rise:
            rise = _rises(digits, at + 1) if may_fall and may_rise else may_rise
            return _cut(digits, point, at + 1, rise=rise)
    return digits, point


def _rises(digits: str, count: int) -> bool:
    """Whether rounding to so many digits rounds up; a half goes to the even digit."""
    if count >= len(digits):
        return False
    if digits[count] == "5" and count + 1 == len(digits):
        return int(digits[count - 1]) % 2 == 1
    return digits[count] >= "5"


def _cut(digits: str, point: int, count: int, *, rise: bool) -> tuple[str, int]:
    number = int(digits[:count]) + rise
    text = str(number)
    bare = text.rstrip("0")
    return bare, point + max(0, len(digits) - count) + len(text) - len(bare)


def number_text(value: Any) -> str:
    """A number as Terraform writes it in a string."""
    if type(value) is int:
        return str(value) if value.bit_length() <= BITS else _huge_text(value)
    if not value.is_finite():
        return "-Inf" if value < 0 else "+Inf"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _huge_text(value: int) -> str:
    """A whole number of more than 512 bits: only its shortest digits are written, then zeros."""
    size = abs(value).bit_length() - BITS
    if size > LARGEST_EXPONENT * 4:
        raise Exhausted("a number has too many digits")
    digits, point = _shortest(abs(value) >> size, size)
    return ("-" if value < 0 else "") + digits + "0" * point


def whole(value: Any) -> int:
    """A number that must be whole. Raises ``Fault`` for any other."""
    found = plain(value)
    if type(found) is not int:
        raise Fault("a whole number is needed")
    return found
