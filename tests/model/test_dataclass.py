"""The light data class means what the standard one means."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any, ClassVar, Generic, TypeVar

import pytest

from iacgate.model import dataclass as light

T = TypeVar("T")


def make(kind: Any, **options: Any) -> Any:
    """The same class twice over: with the standard decorator, or with ours."""

    @kind.dataclass(slots=True, **options)
    class Thing:
        """A thing."""

        shared: ClassVar[int] = 1
        a: int
        b: str = "b"
        c: list[int] = kind.field(default_factory=list, compare=False)
        d: int = kind.field(default=4, repr=False)
        e: int = kind.field(init=False, default=5)

        def __post_init__(self) -> None:
            object.__setattr__(self, "e", self.a + 1)

        def double(self) -> int:
            return self.a * 2

    return Thing


OPTIONS: list[dict[str, bool]] = [
    {},
    {"frozen": True},
    {"kw_only": True},
    {"frozen": True, "kw_only": True},
    {"frozen": True, "kw_only": True, "eq": False},
    {"frozen": True, "kw_only": True, "order": True},
]


def told(cls: Any, action: Any) -> object:
    """What an action on a class gives: its value, or the name of the error's family."""
    try:
        return action(cls)
    except (TypeError, AttributeError, ValueError) as error:
        return AttributeError if isinstance(error, AttributeError) else type(error)


ACTIONS = {
    "repr": lambda cls: repr(cls(a=1)),
    "positional": lambda cls: cls(1, "x").b,
    "missing": lambda cls: cls(),
    "too many": lambda cls: cls(1, "x", [], 4, 5),
    "twice": lambda cls: cls(1, a=1),
    "unexpected": lambda cls: cls(a=1, z=2),
    "not an argument": lambda cls: cls(a=1, e=2),
    "equal": lambda cls: cls(a=1, c=[1]) == cls(a=1, c=[2]),
    "different": lambda cls: cls(a=1) == cls(a=2),
    "other type": lambda cls: cls(a=1) == 1,
    "hash": lambda cls: len({cls(a=1), cls(a=1)}),
    "set": lambda cls: setattr(cls(a=1), "a", 2),
    "delete": lambda cls: delattr(cls(a=1), "a"),
    "no dict": lambda cls: cls(a=1).__dict__,
    "order": lambda cls: cls(a=1) < cls(a=2),
    "sorted": lambda cls: [thing.a for thing in sorted([cls(a=2), cls(a=1)])],
    "factory": lambda cls: cls(a=1).c is cls(a=1).c,
    "post init": lambda cls: cls(a=1).e,
    "method": lambda cls: cls(a=3).double(),
    "class variable": lambda cls: cls.shared,
    "doc": lambda cls: cls.__doc__,
}


@pytest.mark.parametrize("before", [0, 100], ids=["the first objects", "after a hundred"])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_gives_what_the_standard_one_gives(options: dict[str, bool], action: str, before: int) -> None:
    """``before``: how many objects were made; ``__init__`` of a class is compiled only when it is worth it."""
    theirs = told(make(dataclasses, **options), ACTIONS[action])
    kind = make(light, **options)
    for number in range(before):
        kind(a=number)
    assert told(kind, ACTIONS[action]) == theirs


def test_replace_keeps_the_rest_and_knows_its_arguments() -> None:
    thing = make(light, frozen=True, kw_only=True)(a=1, b="x", c=[1])
    changed = light.replace(thing, a=7)
    assert (changed.a, changed.b, changed.c, changed.e) == (7, "x", [1], 8)
    assert thing.a == 1
    with pytest.raises(ValueError, match="e is not an argument"):
        light.replace(thing, e=1)


def test_a_subclass_adds_attributes() -> None:
    @light.dataclass(frozen=True)
    class Base:
        a: int

    @light.dataclass(frozen=True)
    class Derived(Base):
        b: int = 2

    made = Derived(1)
    assert (made.a, made.b, Base(3).a) == (1, 2, 3)
    assert repr(made).endswith("Derived(a=1, b=2)")


@pytest.mark.parametrize("slots", [(), None], ids=["same layout", "a layout of its own"])
@pytest.mark.parametrize("before", [0, 100], ids=["the first objects", "after a hundred"])
def test_a_plain_subclass_stays_what_it_is(before: int, slots: tuple[str, ...] | None) -> None:
    base = make(light, frozen=True)
    for number in range(before):
        base(a=number)
    derived: Any = type("Plain", (base,), {} if slots is None else {"__slots__": slots})
    made = derived(a=1)
    assert (type(made), made.a, made.b, made.c, made.d, made.e) == (derived, 1, "b", [], 4, 2)
    with pytest.raises(AttributeError):
        made.a = 2


@pytest.mark.parametrize("before", [0, 100], ids=["the first objects", "after a hundred"])
def test_a_generic_class_is_one_of_its_kind(before: int) -> None:
    @light.dataclass(frozen=True, kw_only=True)
    class Box(Generic[T]):
        held: T

    for number in range(before):
        Box(held=number)
    made = Box[int](held=3)
    assert (made.held, type(made)) == (3, Box)
    with pytest.raises(AttributeError):
        made.held = 4  # type: ignore[misc]  # what is tested


def test_arguments_tell_what_must_be_given() -> None:
    assert light.arguments(make(light)) == {"a": True, "b": False, "c": False, "d": False}
    assert light.arguments(make(dataclasses)) is None


def test_no_name_of_an_attribute_is_in_the_way() -> None:
    @light.dataclass(frozen=True, kw_only=True)
    class Named:
        kind: int
        cls: int = 2
        values: int = 3

    made = [Named(kind=number) for number in range(100)][-1]
    assert (made.kind, made.cls, made.values, type(made)) == (99, 2, 3, Named)


def test_init_is_compiled_for_classes_of_many_objects_only() -> None:
    kind = make(light)
    kind(a=1)
    assert kind.__init__ is light._first_init
    for number in range(100):
        kind(a=number)
    assert kind.__init__ is not light._first_init


def test_a_frozen_object_can_be_copied() -> None:
    thing = make(light, frozen=True)(1)
    assert copy.copy(thing) is thing or copy.copy(thing) == thing


def test_a_class_without_slots_is_refused() -> None:
    with pytest.raises(TypeError, match="slots"):
        light.dataclass(slots=False)
