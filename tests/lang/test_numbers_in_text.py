"""Quantities, durations, versions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.lang.duration import duration
from iacgate.lang.quantity import quantity
from iacgate.lang.semver import satisfies, semver, semver_compare


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1),
        ("500m", 0.5),
        ("0.5", 0.5),
        ("1Gi", 1 << 30),
        ("128Mi", 128 << 20),
        ("1k", 1000),
        ("1e3", 1000),
        ("1E", 10**18),
        ("12E3", 12000),
        (".5", 0.5),
        ("5.", 5),
        ("-1Ki", -1024),
        (2, 2),
        (0.1, 0.1),
        ("1n", 1e-9),
        ("", None),
        ("1 Gi", None),
        ("Gi", None),
        ("1GiB", None),
        ("1e9999", None),
        (None, None),
        (True, None),
        ([], None),
        ("9" * 100, None),
    ],
)
def test_quantity(text, expected):
    assert quantity(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1h30m", 5400),
        ("300ms", 0.3),
        ("90s", 90),
        ("30d", 2592000),
        ("1w", 604800),
        ("P1DT12H", 129600),
        ("PT5M", 300),
        ("P1Y", 31536000),
        ("3600", 3600),
        (60, 60),
        ("-5m", -300),
        ("1.5h", 5400),
        ("0", 0),
        ("", None),
        ("h", None),
        ("1x", None),
        ("1h 5m", None),
        ("P", None),
        ("PT", None),
        (None, None),
        (True, None),
        ("9" * 200, None),
    ],
)
def test_duration(text, expected):
    assert duration(text) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("1.2.3", "1.2.3", 0),
        ("v1.2", "1.2.0", 0),
        ("1.2", "1.10", -1),
        ("2", "1.9.9", 1),
        ("1.0.0-alpha", "1.0.0", -1),
        ("1.0.0-alpha.1", "1.0.0-alpha.beta", -1),
        ("1.0.0-rc.2", "1.0.0-rc.11", -1),
        ("1.0+a", "1.0+b", 0),
        (1.25, "1.25", 0),
        ("x", "1", None),
        (None, "1", None),
    ],
)
def test_versions_compare(left, right, expected):
    assert semver_compare(left, right) == expected


@pytest.mark.parametrize(
    ("version", "constraint", "expected"),
    [
        ("1.5.0", ">= 1.2, < 2", True),
        ("2.0.0", ">= 1.2, < 2", False),
        ("4.9", "~> 4.1", True),
        ("5.0", "~> 4.1", False),
        ("4.1.9", "~> 4.1.0", True),
        ("4.2.0", "~> 4.1.0", False),
        ("1.2.3", "1.2.3", True),
        ("1.2.3", "!= 1.2.3", False),
        ("1.9.0", "^1.2", True),
        ("2.0.0", "^1.2", False),
        ("0.3.0", "^0.2.1", False),
        ("1.2.9", "~1.2", True),
        ("3.0", ">3 || <1", False),
        ("0.5", ">3 || <1", True),
        ("x", ">1", None),
        ("1", None, None),
        ("1", "> x", False),
    ],
)
def test_constraints(version, constraint, expected):
    assert satisfies(version, constraint) is expected


def test_parts():
    assert semver("v1.29.3-eks") == {"major": 1, "minor": 29, "patch": 3, "prerelease": "eks"}


@given(st.text(max_size=40))
def test_any_text_is_read_or_null(text):
    quantity(text), duration(text), semver(text), satisfies("1.0", text)


@given(st.tuples(*[st.integers(0, 50)] * 3), st.tuples(*[st.integers(0, 50)] * 3))
def test_versions_order_as_their_numbers(left, right):
    found = semver_compare(".".join(map(str, left)), ".".join(map(str, right)))
    assert found == (left > right) - (left < right)
