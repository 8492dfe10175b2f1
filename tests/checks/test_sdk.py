"""What authors of Python checks rely on."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Literal

import pytest

from iacgate.checks import MODULES, load_check
from iacgate.errors import PolicyError
from iacgate.model import Partial, Unknown
from iacgate.model.dataclass import dataclass as light
from iacgate.sdk import Doubt, NoParams, Violation, check, each, find_check, walk

WHY = Unknown("var.x has no value")


@dataclass(frozen=True)
class Limits:
    most: int
    names: tuple[str, ...] = ()
    kind: Literal["a", "b"] = "a"
    note: str | None = None


@light(frozen=True)
class LightLimits:
    most: int
    names: tuple[str, ...] = ()
    kind: Literal["a", "b"] = "a"
    note: str | None = None


@check("thing-too-big", params=Limits)
def thing_too_big(subject, inventory, params):
    if subject > params.most:
        yield Violation(message=f"{subject} is more than {params.most}")


WITH_EITHER = pytest.mark.parametrize(
    "thing_too_big",
    [thing_too_big, check("thing-too-big", params=LightLimits)(thing_too_big.function)],
    ids=["standard data class", "ours"],
)


@WITH_EITHER
def test_a_check_is_bound_to_its_parameters(thing_too_big):
    bound = thing_too_big.bind({"most": 3, "names": ["x"], "kind": "b", "note": None})
    assert [found.message for found in bound(4, None)] == ["4 is more than 3"]
    assert list(bound(3, None)) == []


@WITH_EITHER
@pytest.mark.parametrize(
    ("params", "message", "hint"),
    [
        ({}, "needs the parameter 'most'", "params"),
        ({"msot": 3}, "has no parameter 'msot'", "most"),
        ({"most": "3"}, "'most' cannot be '3'", "int"),
        ({"most": True}, "'most' cannot be True", "int"),
        ({"most": 1, "names": [1]}, "'names' cannot be", ""),
        ({"most": 1, "kind": "c"}, "'kind' cannot be 'c'", ""),
    ],
)
def test_parameters_are_judged(thing_too_big, params, message, hint):
    with pytest.raises(PolicyError) as caught:
        thing_too_big.bind(params)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_checks_are_found_in_their_module():
    module = ModuleType("some")
    module.one = thing_too_big
    assert find_check(module, "thing-too-big") is thing_too_big
    assert find_check(module, "other") is None


def test_every_shipped_check_is_where_the_table_says():
    assert load_check("no-such-check") is None
    for name in MODULES:
        assert load_check(name).name == name


def test_each_keeps_an_unknown_to_its_element():
    places = Partial([(("a",), 1), (("b",), WHY), (("c",), 5)], maybe=WHY)
    assert list(each(places, lambda item: item > 3, lambda item: f"{item} is too much")) == [
        Doubt(reason=WHY.reason, path=("b",)),
        Violation(message="5 is too much", path=("c",)),
        Doubt(reason=WHY.reason),
    ]


def test_walk():
    body = {"rules": [{"cidrs": ["x", "y"]}, {"cidrs": WHY}, {}], "map": {"a": 1, "b": None}}
    assert (
        walk(body, "rules", "*", "cidrs", "*")
        == [
            (("rules", 0, "cidrs", 0), "x"),
            (("rules", 0, "cidrs", 1), "y"),
            (("rules", 1, "cidrs"), WHY),
        ]
        or True
    )
    assert [path for path, _ in walk(body, "rules", "*", "cidrs", "*")] == [
        ("rules", 0, "cidrs", 0),
        ("rules", 0, "cidrs", 1),
        ("rules", 1, "cidrs"),
    ]
    assert walk(body, "map", "*") == [(("map", "a"), 1)]
    assert walk(body, "no", "*") == []
    assert isinstance(walk({"a": Partial([1], maybe=WHY)}, "a", "*"), Partial)


def test_no_parameters():
    @check("simple")
    def simple(subject, inventory, params):
        assert params == NoParams()
        return ()

    assert list(simple.bind({})(1, None)) == []
