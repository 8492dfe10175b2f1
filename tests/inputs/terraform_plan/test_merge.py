"""Values and marks become one body."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.inputs.terraform_plan.merge import merge
from iacgate.model import Partial, Unknown, is_unknown


def merged(after, unknowns, **options):
    return merge(after, unknowns, lambda path: Unknown(".".join(map(str, path))), **options)


def shown(value):
    """A body with unknown values as ``?``, comparable with ``==``."""
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shown(item) for item in value] + (["…"] if isinstance(value, Partial) else [])
    return "?" if is_unknown(value) else value


@pytest.mark.parametrize(
    ("after", "unknowns", "expected"),
    [
        ({"a": 1}, {}, {"a": 1}),
        ({"a": 1}, False, {"a": 1}),
        ({"a": 1}, {"id": True, "tags": {}, "list": [False]}, {"a": 1, "id": "?"}),
        (None, True, "?"),
        ({"a": None}, {}, {"a": None}),
        ({"l": ["x", None]}, {"l": [False, True]}, {"l": ["x", "?"]}),
        ({"l": ["x"]}, {"l": [False, True]}, {"l": ["x", "?"]}),
        ({}, {"config": {"path": True}}, {"config": {"path": "?"}}),
        ({}, {"config": {"tags": {}}}, {}),
        ({"b": [{"x": 1}]}, {"b": [{"y": True}]}, {"b": [{"x": 1, "y": "?"}]}),
        ({"b": [{"x": None}]}, {"b": [{"y": True}]}, {"b": [{"x": None, "y": "?"}]}),
        ({"rule": [{}]}, {"rule": [{"arn": True}]}, {"rule": ["…"]}),
        ({"rule": [{"in": [{}], "none": []}]}, {"rule": [{"in": [{"a": True}], "none": []}]}, {"rule": ["…"]}),
        ({"rule": [{"a": 1}, {}]}, {"rule": [{}, {"a": True}]}, {"rule": [{"a": 1}, "…"]}),
        ({"rule": [{}, {"a": 1}]}, {"rule": [{"a": True}, {"b": True}]}, {"rule": [{"a": 1, "b": "?"}, "…"]}),
        ({"o": [{"k": 1, "i": [{}]}]}, {"o": [{"i": [{"a": True}]}]}, {"o": [{"k": 1, "i": ["…"]}]}),
        ({"m": {"k": "v"}}, {"m": {"x": True}}, {"m": {"k": "v", "x": "?"}}),
        ({"a": 1}, {"a": [{"b": True}]}, {"a": ["…"]}),
    ],
)
def test_the_encoding_of_unknown_values(after, unknowns, expected):
    assert shown(merged(after, unknowns)) == expected


def test_a_block_that_the_configuration_writes_out_is_no_placeholder():
    counted = merged({"rule": [{}]}, {"rule": [{"arn": True}]}, counted=lambda path, count: path == ("rule",))
    assert shown(counted) == {"rule": [{"arn": "?"}]}


def test_the_reason_of_a_placeholder_names_the_block():
    body = merged({"o": [{"k": 1, "rule": [{}]}]}, {"o": [{"rule": [{"a": True}]}]})
    assert "rule" in body["o"][0]["rule"].maybe.reason


def test_what_is_known_is_shared_and_nothing_is_changed():
    after = {"big": {"x": [1, 2]}, "b": [{"x": {"deep": 1}}]}
    before = copy.deepcopy(after)
    body = merged(after, {"id": True, "b": [{"y": True}]})
    assert body["big"] is after["big"]
    assert body["b"][0]["x"] is after["b"][0]["x"]
    assert after == before


def test_nesting_of_any_depth():
    after, unknowns = {"leaf": 1}, {"gone": True}
    for _ in range(2_000):
        after, unknowns = {"n": after, "k": 1}, {"n": unknowns}
    body = merged(after, unknowns)
    for _ in range(2_000):
        body = body["n"]
    assert shown(body) == {"leaf": 1, "gone": "?"}


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)),
    max_leaves=12,
)
MARKS = st.recursive(
    st.booleans(),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)),
    max_leaves=12,
)


@given(VALUES, MARKS)
def test_any_marks_on_any_value(after, unknowns):
    before = copy.deepcopy(after)
    merged(after, unknowns)
    assert after == before


def punched(value):
    """Pairs of (value with holes, marks) as Terraform writes them, from a whole value."""
    if isinstance(value, dict):
        holes = st.fixed_dictionaries({key: st.booleans() for key in value})
        return holes.flatmap(
            lambda hole: st.tuples(*(punched(item) for item in value.values())).map(
                lambda pairs: (
                    {key: pair[0] for key, pair in zip(value, pairs, strict=True) if not hole[key]},
                    {
                        key: True if hole[key] else pair[1]
                        for key, pair in zip(value, pairs, strict=True)
                        if hole[key] or isinstance(pair[1], dict | list)
                    },
                )
            )
        )
    if isinstance(value, list):
        return st.tuples(*(punched(item) for item in value)).map(
            lambda pairs: ([pair[0] for pair in pairs], [pair[1] for pair in pairs])
        )
    return st.just((value, False))


def expected_of(after, marks):
    if marks is True:
        return "?"
    if isinstance(marks, dict):
        return {key: expected_of(after.get(key), marks.get(key)) for key in after.keys() | marks.keys()}
    if isinstance(marks, list):
        return [expected_of(item, mark) for item, mark in zip(after, marks, strict=True)]
    return after


@given(st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4).flatmap(punched))
def test_every_hole_becomes_unknown_and_nothing_else(pair):
    after, marks = pair
    assert shown(merged(after, marks, counted=lambda path, count: True)) == expected_of(after, marks)
