"""Whatever an expression does with values, the way of each leads to where that very value is written."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iacgate.inputs import terraform
from iacgate.model import SourceFile, Unknown
from iacgate.spi import InputContext


class Writer:
    """Writes expressions whose leaves are all different, and the locals and variables they refer to."""

    def __init__(self, draw) -> None:
        self.draw = draw
        self.count = itertools.count(1)
        self.locals: list[str] = []
        self.variables: list[str] = []

    def leaf(self) -> str:
        return f'"u{next(self.count)}"'

    def choose(self, *made):
        return self.draw(st.sampled_from(made))()

    def listed(self, depth: int) -> str:
        if depth <= 0:
            return f"[{', '.join(self.leaf() for _ in range(self.draw(st.integers(1, 3))))}]"
        deeper = depth - 1
        return self.choose(
            lambda: f"concat({self.listed(deeper)}, {self.listed(deeper)})",
            lambda: f"true ? {self.listed(deeper)} : {self.listed(0)}",
            lambda: f"(false ? {self.listed(0)} : {self.listed(deeper)})",
            lambda: self.named("local", self.listed(deeper)),
            lambda: self.named("var", self.listed(0)),
            lambda: f"[for x in {self.listed(deeper)} : x]",
            lambda: f"[for k, x in {self.mapped(deeper)} : x if k != \"none\"]",
            lambda: f"[for x in {self.objects(deeper)} : x.c]",
            lambda: f"{self.objects(deeper)}[*].c",
            lambda: f"flatten([{self.listed(deeper)}, [{self.listed(deeper)}]])",
            lambda: f"reverse({self.listed(deeper)})",
            lambda: f"distinct({self.listed(deeper)})",
            lambda: f"sort({self.listed(deeper)})",
            lambda: f"tolist(toset({self.listed(deeper)}))",
            lambda: f"values({self.mapped(deeper)})",
            lambda: f"coalescelist([], {self.listed(deeper)})",
            lambda: f"try({self.listed(deeper)}, [])",
            lambda: f"setunion({self.listed(deeper)}, {self.listed(deeper)})",
            lambda: f"[{self.one(deeper)}, {self.one(deeper)}]",
        )  # fmt: skip

    def objects(self, depth: int) -> str:
        if depth <= 0:
            return f"[{{ c = {self.leaf()} }}, {{ c = {self.leaf()} }}]"
        return self.choose(
            lambda: self.named("local", self.objects(depth - 1)),
            lambda: f"[for x in {self.listed(depth - 1)} : {{ c = x }}]",
            lambda: f"concat({self.objects(depth - 1)}, {self.objects(depth - 1)})",
        )

    def mapped(self, depth: int) -> str:
        if depth <= 0:
            return f"{{ k{next(self.count)} = {self.leaf()}, k{next(self.count)} = {self.leaf()} }}"
        deeper = depth - 1
        return self.choose(
            lambda: f"merge({self.mapped(deeper)}, {self.mapped(deeper)})",
            lambda: f"(true ? {self.mapped(deeper)} : {{}})",
            lambda: self.named("local", self.mapped(deeper)),
            lambda: self.named("var", self.mapped(0)),
            lambda: f"{{ for k, v in {self.mapped(deeper)} : k => v }}",
            lambda: f"{{ for v in {self.listed(deeper)} : v => v }}",
            lambda: f"tomap({self.mapped(deeper)})",
        )

    def one(self, depth: int) -> str:
        if depth <= 0:
            return self.leaf()
        deeper = depth - 1
        return self.choose(
            lambda: f"element({self.listed(deeper)}, 0)",
            lambda: f"{self.named('local', self.listed(deeper))}[0]",
            lambda: f"coalesce(null, {self.one(deeper)})",
            lambda: f"lookup({self.mapped(deeper)}, \"none\", {self.one(deeper)})",
            lambda: f"\"${{{self.one(deeper)}}}\"",
            lambda: f"one([{self.one(deeper)}])",
            lambda: f"try(tostring({self.one(deeper)}), null)",
        )  # fmt: skip

    def named(self, kind: str, expression: str) -> str:
        name = f"n{next(self.count)}"
        (self.locals if kind == "local" else self.variables).append(f"{name} = {expression}")
        return f"{kind}.{name}"

    def file(self, expression: str) -> str:
        lines = ['resource "x_y" "a" {', f"  v = {expression}", "}", "locals {", *self.locals, "}"]
        for line in self.variables:
            name, _, default = line.partition(" = ")
            lines += [f'variable "{name}" {{', f"  default = {default}", "}"]
        return "\n".join(lines) + "\n"


@st.composite
def files(draw):
    writer = Writer(draw)
    depth = draw(st.integers(0, 4))
    expression = draw(st.sampled_from([writer.listed, writer.mapped]))(depth)
    return writer.file(expression)


def resource_of(text):
    source = SourceFile(path="main.tf", absolute="/x/main.tf", read=text.encode)
    context = InputContext(root="/x", open=lambda _: None)
    return next(one for one in terraform.normalise(list(terraform.parse(source)), context) if one.address == "x_y.a")


def leaves(value):
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    return [((step,), item) for step, item in pairs]


def written(text, place):
    return text.splitlines()[place.line - 1][place.column - 1 : place.end_column - 1]


@given(files())
@settings(max_examples=250, deadline=None)
def test_the_way_of_a_value_ends_at_that_value(text):
    resource = resource_of(text)
    value = resource.body["v"]
    if isinstance(value, Unknown):
        return
    for path, item in leaves(value):
        place = resource.at("v", *path)
        origin = place.via[0] if place.via else place
        assert written(text, origin) == json.dumps(item), (text, path, item)


@pytest.mark.parametrize(
    "piece",
    [
        "concat({}, [])", "merge({}, {{}})", "flatten([{}])", "[for x in {} : x]", "(true ? {} : null)", "tolist({})",
        "try({}, 1)", "lookup({{ a = {} }}, \"a\", 1)", "{}[0]", "element([{}], 0)",
    ],
)  # fmt: skip
def test_deep_expressions_end(piece):
    expression = '["a"]'
    for _ in range(60):
        expression = piece.format(expression)
    place = resource_of(f'resource "x_y" "a" {{\n  v = {expression}\n}}\n').at("v", 0)
    assert place.line == 2


def test_long_chains_of_locals_end():
    chain = "\n".join(f"  l{number} = local.l{number + 1}" for number in range(1000))
    text = f'resource "x_y" "a" {{\n  v = local.l0\n}}\nlocals {{\n{chain}\n  l1000 = "x"\n}}\n'
    place = resource_of(text).at("v")
    assert str(place) == "main.tf:2:7"
    assert 10 < len(place.via) <= 40
