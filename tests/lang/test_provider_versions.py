"""On which side of a version the constraints of a configuration are; what rules get to know of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.lang.jmespath import Context, compile_value, parse
from iacgate.lang.semver import is_below, satisfies
from iacgate.model import Document, Location, Resource


@pytest.mark.parametrize(
    ("constraints", "bound", "below"),
    [
        (["~> 4.0"], "5", True),
        (["~> 4.0"], "4", False),
        (["~> 4.1"], "4.1", False),
        (["~> 4.1"], "4.2", None),
        (["~> 4.1.3"], "4.2", True),
        (["~> 4"], "5", True),
        (["~> 5.0"], "5", False),
        (["4.81.0"], "5", True),
        (["= 5.0.1"], "5", False),
        (["v5.0.1"], "5.0.1", False),
        ([">= 3.0"], "5", None),
        ([">= 5"], "5", False),
        (["> 4.99"], "5", None),
        (["> 5"], "5", False),
        (["< 5"], "5", True),
        (["< 5.0.0"], "5.0", True),
        (["<= 5"], "5", None),
        (["<= 4.99.99"], "5", True),
        ([">= 3.0, < 5.0"], "5", True),
        ([">= 3.0, < 5.0"], "4", None),
        ([">= 3.0", "~> 4.2", "!= 4.3.0"], "5", True),
        ([">= 3.0", ">= 5.1"], "5", False),
        (["!= 5.0.0"], "5", None),
        (["5.0.0-beta1"], "5", False),
        (["< 5.0.0-beta1"], "5", True),
        ([], "5", None),
        ([""], "5", None),
        (["~> 4.0", "~> 5.0"], "5", None),  # no version fulfils both: Terraform refuses
        (["4.*"], "5", None),
        (["~> 4.0 || ~> 5.0"], "5", None),
        (["newest"], "5", None),
        ([">= " + "9" * 300], "5", None),
        (["~> 4.0"], "five", None),
        (["~> 4.0"], None, None),
    ],
)
def test_the_side_that_constraints_leave(constraints, bound, below):
    assert is_below(constraints, bound) is below


_NUMBERS = st.lists(st.integers(0, 6), min_size=1, max_size=3).map(lambda parts: ".".join(map(str, parts)))
_PART = st.tuples(st.sampled_from(["", "=", ">", ">=", "<", "<=", "!=", "~>"]), _NUMBERS).map(" ".join)


@given(st.lists(_PART, max_size=3), _NUMBERS, _NUMBERS)
def test_no_version_that_is_allowed_is_on_the_other_side(constraints, bound, version):
    below = is_below(constraints, bound)
    if below is not None and all(satisfies(version, one) for one in constraints):
        assert satisfies(version, f"< {bound}") is below


def _subject(*constraints):
    document = Document(path="main.tf", kind="terraform", body=None, locate=lambda _path: Location(file="main.tf"))
    return Resource(
        address="a_b.c",
        type="a_b",
        provider="a",
        name="c",
        body={},
        adapter="terraform",
        document=document,
        locate=document.locate,
        versions=lambda: constraints,
    )


@pytest.mark.parametrize(
    ("subject", "below", "at_least"),
    [
        (_subject("~> 4.0"), True, False),
        (_subject("~> 5.0"), False, True),
        (_subject(">= 4.0"), None, None),
        (_subject(), None, None),
        (_subject().document, None, None),
        (None, None, None),
    ],
)
def test_what_rules_are_told(subject, below, at_least):
    context = Context(subject)
    assert compile_value(parse("provider_below('5')"))({}, context) is below
    assert compile_value(parse("provider_at_least('5')"))({}, context) is at_least


@pytest.mark.parametrize("version", ["`5`", "@", "null", "''", "'x'"])
def test_what_is_no_version_has_no_sides(version):
    assert compile_value(parse(f"provider_below({version})"))({}, Context(_subject("~> 4.0"))) is None
