"""Patterns that could take forever are refused; ordinary ones are not."""

from __future__ import annotations

import pytest

from iacgate.lang.regex import UnsafePatternError, search


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[a-z0-9]+(-[a-z0-9]+)*$",
        r"^(\d{1,3}\.){3}\d{1,3}$",
        r"(?i)^(dev|test|prod)-",
        r"^arn:aws:iam::\d{12}:role/.+$",
        r"[^@]+@[^@]+\.com",
        r"^(https?|ftp)://",
        r"^([a-z]+\.)+example\.com$",
        r"a.*b.*c",
        r"^(?!prod)",
        r"x{3,5}",
        r"(?P<name>\w+)",
        r"(ab|cd)+",
    ],
)
def test_ordinary_patterns(pattern):
    assert search(pattern, "nothing here") in {True, False}


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$",
        r"(a*)*b",
        r"(a|a)*b",
        r"(a|ab)*c",
        r"(aa?)*$",
        r"(.*a){20}",
        r"(\w+\s?)*$",
        r"(x+x+)+y",
        r"(a|b|ab)*c",
        r"(.+)+",
        r"(a)\1+",
        r"([a-z]+)*1",
        "(",
        "[",
        "a" * 2_001,
        "(" * 500 + ")" * 500,
    ],
)
def test_dangerous_and_broken_patterns(pattern):
    with pytest.raises(UnsafePatternError):
        search(pattern, "a" * 30 + "!")


def test_finds():
    assert search(r"^w.b$", "web") is True
    assert search(r"^w.b$", "awebs") is False
