"""What a function takes, and how every function is called: arguments are converted, nulls refused, marks carried,
unknown arguments answered without asking the function.

Room: ``lang``. In: a signature as text, an implementation, argument values. Out: a value; ``Fault`` where Terraform
refuses. Source: go-cty's ``function`` package, whose rules these are.

A signature is ``"string number any?~ -> string"``. A parameter is a type and flags: ``?`` may be null, ``~`` may be
unknown, ``!`` keeps its mark of sensitivity, ``^`` may be of an unknown type, ``*`` any number of them. The result
is a type and flags: ``?`` may be null, ``@`` is one of the arguments' own parts (it keeps where it comes from).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from iacgate.lang.terraform.types import ANY, BOOL, NUMBER, STRING, Type, convert, type_of
from iacgate.lang.terraform.values import Fault, Null, Typed, bare, has_secret, is_null, secret
from iacgate.model import Secret, Unknown

STRINGS = Type("list", STRING)
WORDS: dict[str, Type] = {
    "any": ANY,
    "string": STRING,
    "number": NUMBER,
    "bool": BOOL,
    "strings": STRINGS,
    "bools": Type("list", BOOL),
    "numbers": Type("list", NUMBER),
    "list": Type("list", ANY),
    "set": Type("set", ANY),
    "stringset": Type("set", STRING),
    "stringlists": Type("map", STRINGS),
}


class Parameter:
    """One parameter of a signature."""

    __slots__ = ("dynamic", "marked", "null", "type", "unknown")

    def __init__(self, text: str) -> None:
        word = text.rstrip("?~!^*")
        self.type = WORDS[word]
        flags = text[len(word) :]
        self.null = "?" in flags
        self.unknown = "~" in flags
        self.marked = "!" in flags
        self.dynamic = "^" in flags


class Signature:
    """What a function takes and gives."""

    __slots__ = ("given", "parameters", "passes", "present", "rest")

    def __init__(self, text: str) -> None:
        taken, _, result = text.partition("->")
        words = taken.split()
        self.rest = Parameter(words.pop()) if words and words[-1].endswith("*") else None
        self.parameters = [Parameter(word) for word in words]
        self.given = WORDS[result.strip().rstrip("?@")]
        self.present = "?" not in result
        self.passes = "@" in result

    def parameter(self, at: int) -> Parameter | None:
        return self.parameters[at] if at < len(self.parameters) else self.rest


@lru_cache(maxsize=256)
def signature(text: str) -> Signature:
    """The signature a text spells."""
    return Signature(text)


class Function:
    """A function of the language. ``types`` gives the type of the result where the signature cannot."""

    __slots__ = ("run", "text", "types")

    def __init__(self, text: str, run: Callable[..., Any], types: Callable[..., Type] | None = None) -> None:
        self.text = text
        self.run = run
        self.types = types


def invoke(name: str, function: Function, arguments: list[Any]) -> Any:
    """The value of a call."""
    shape = signature(function.text)
    count = len(arguments)
    if count < len(shape.parameters) or (shape.rest is None and count > len(shape.parameters)):
        raise Fault(f"{name} does not take {count} arguments")
    marked = False
    hole: Unknown | None = None
    given: list[Any] = []
    for at, argument in enumerate(arguments):
        parameter = shape.parameter(at)
        value = convert(argument, parameter.type) if parameter else argument
        given.append(value)
    for at, converted in enumerate(given):
        parameter = shape.parameter(at)
        kind = type(converted)
        if parameter is None or kind is str or kind is int or kind is bool:
            continue
        value = converted
        if not parameter.marked and has_secret(converted):
            marked = True
            value = given[at] = bare(converted)
        inner = value.reveal() if isinstance(value, Secret) else value
        if is_null(inner):
            if not parameter.null:
                raise Fault(f"an argument of {name} must not be null")
            if not parameter.dynamic and type_of(inner).kind == "any":
                return Unknown(f"{name} of a null without a type")
        elif isinstance(inner, Unknown):
            if not parameter.dynamic and type_of(inner).kind == "any":
                return _marked(_nothing_known(shape, function, inner, given), marked=marked)
            if not parameter.unknown:
                hole = inner if hole is None else hole
    if hole is not None:
        result = ANY if function.types is None and shape.given is ANY else (
            shape.given if function.types is None else function.types(*given)
        )  # fmt: skip
        ref = hole.ref if shape.passes else None
        return _marked(_of_type(result, hole, ref, present=shape.present), marked=marked)
    return _marked(function.run(*given), marked=marked)


def _marked(value: Any, *, marked: bool) -> Any:
    return secret(value) if marked else value


def _nothing_known(shape: Signature, function: Function, hole: Unknown, given: list[Any]) -> Unknown:
    """The result for an argument of which not even the type is known."""
    del given
    wanted = shape.given if function.types is None else ANY
    return _of_type(wanted, hole, hole.ref if shape.passes else None, present=shape.present)


def _of_type(wanted: Type, hole: Unknown, ref: str | None, *, present: bool) -> Unknown:
    if wanted.kind == "any":
        return Unknown(hole.reason, ref=ref)
    return Typed(wanted, hole.reason, ref=ref, present=present)


def unknown_result(wanted: Type, hole: Unknown, **bounds: Any) -> Unknown:
    """An unknown result of a type; ``bounds`` as of :class:`Typed`."""
    return Typed(wanted, hole.reason, **bounds) if wanted.kind != "any" else Unknown(hole.reason)


def null_of(wanted: Type) -> Any:
    """A null of a type."""
    return None if wanted.kind == "any" else Null(wanted)
