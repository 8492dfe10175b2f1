"""Kubernetes quantities: ``500m``, ``1Gi``, ``1e3``.

Grammar: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

_QUANTITY = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:([eE])([+-]?[0-9]{1,3})|([A-Za-z]*))\Z")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_LONGEST = 64


def quantity(value: Any) -> Any:
    """A quantity as a number (whole where it is whole); null for what is none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    match = _QUANTITY.match(value) if isinstance(value, str) and len(value) <= _LONGEST else None
    if match is None:
        return None
    digits, exponent, power, suffix = match.groups()
    number = Fraction(digits.rstrip(".") if digits.endswith(".") else digits)
    if exponent:
        number *= Fraction(10) ** int(power)
    elif suffix in _DECIMAL:
        number *= Fraction(10) ** _DECIMAL[suffix]
    elif suffix in _BINARY:
        number *= 1024 ** _BINARY[suffix]
    else:
        return None
    return int(number) if number.denominator == 1 else float(number)
