"""An expression written out again says the same."""

from __future__ import annotations

import pytest

from iacgate.lang.jmespath import parse
from iacgate.lang.jmespath.unparse import unparse


@pytest.mark.parametrize(
    "expression",
    [
        "a.b.c",
        "a[0].b",
        "a[*].b[0]",
        "a[?x == `1`].y | [0]",
        "a[].b",
        "a[1:2]",
        "a[1:2].b",
        "a[::-1]",
        "[a, b]",
        "!a && (b || c)",
        "any(a, &b == 'it\\'s')",
        "a.*.b",
        "*",
        "*.a",
        "@",
        "a.b[*].c[]",
        "(a || b).c",
        "a[?b && c][].d | [0]",
        '"x.y".z',
        "[*].a",
        "[0]",
        "[?a]",
        "!(a == b)",
        "(a == b) == `true`",
        "a[][]",
        "a[*][*]",
        "a[*].b[*].c | [1]",
        "[a, b][0]",
        "a.{x: b}.x",
        "a[*].[b, c]",
    ],
)
def test_round_trip(expression):
    tree = parse(expression)
    assert parse(unparse(tree)) == tree
