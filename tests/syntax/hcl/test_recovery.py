"""Files that do not parse, read as far as they go: what is kept, what is left out, and that both are told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.errors import SyntaxFailure
from iacgate.syntax.hcl import parse, walk
from iacgate.syntax.hcl.nodes import Attribute, Refused
from iacgate.syntax.hcl.recovery import MOST_FAILURES, recover

GOOD = 'resource "a" "good" {\n  x = 1\n}\n'

BROKEN = {
    # what is broken: (text of the broken part, lines that are not judged, counted in it)
    "an open string": ('resource "a" "bad" {\n  x = "y\n}\n', (1, 3)),
    "an open list": ('resource "a" "bad" {\n  x = [1,\n}\n', (1, 3)),
    "an open block": ('resource "a" "bad" {\n  n {\n    x = 1\n}\n', (1, 4)),
    "an open block at the end": ('resource "a" "bad" {\n  x = 1\n', (1, 2)),
    "a brace too many": ('resource "a" "bad" {\n  n {\n  }\n  }\n  x = 1\n}\n', (1, 6)),
    "an argument outside of blocks": ('resource "a" "bad" {\n}\n  x = 1\n  y = \n}\n', (1, 5)),
    "no item": ("= = =\n", (1, 1)),
    "a block inside of a heredoc": (
        'resource "a" "bad" {\n  x = <<EOT\nresource "a" "b" {\n}\nEOT\n  y =\n}\n',
        (1, 7),
    ),
    "a block inside of a comment": ('resource "a" "bad" {\n  x =\n/*\nresource "a" "b" {\n}\n*/\n}\n', (1, 7)),
    "a text that looks like a comment": ('resource "a" "bad" {\n  x = "${y}/*"\n  z = "/*\n}\n', (1, 4)),
    "a word in front": ('oops resource "a" "bad" {\n  x = \n}\n', (1, 3)),
}


def labels(file) -> list[str]:
    return [block.labels[-1] for block in file.body.blocks]


@pytest.mark.parametrize("name", BROKEN)
def test_the_blocks_around_are_kept_and_the_lines_between_are_told(name):
    text, (first, last) = BROKEN[name]
    before = GOOD.replace("good", "before")
    file = recover(f"{before}\n{text}\n{GOOD}", "main.tf")
    assert labels(file) == ["before", "good"]
    (failure,) = file.failures
    lines = f"line {first + 4} is" if first == last else f"lines {first + 4} to {last + 4} are"
    assert failure.message.endswith(f"; {lines} not judged")
    assert not file.body.attributes


def test_what_is_kept_stands_where_it_is_written():
    text = f'resource "a" "bad" {{\n  x = "\n}}\n{GOOD}# note\n'
    file = recover(text, "main.tf")
    (block,) = file.body.blocks
    assert text[block.start : block.end] == GOOD.rstrip("\n")
    assert file.location(block).line == 4
    assert [text[start:end] for start, end in file.comments] == ["# note"]


def test_an_argument_set_twice_is_unknown_and_its_block_is_kept():
    file = recover('resource "a" "b" {\n  x = 1\n  x = 2\n  y = 3\n}\n', "main.tf")
    (block,) = file.body.blocks
    assert isinstance(block.body.attributes["x"].expression, Refused)
    assert block.body.attributes["x"].expression.reason == "argument x is set twice in one block"
    assert not isinstance(block.body.attributes["y"].expression, Refused)
    (failure,) = file.failures
    assert (failure.location.line, failure.location.column) == (3, 3)
    assert "first on line 2" in failure.message


def test_each_broken_block_is_told_until_there_are_too_many():
    few = recover((BROKEN["an open string"][0] + GOOD) * 3, "main.tf")
    assert [failure.location.line for failure in few.failures] == [2, 8, 14]
    many = recover(GOOD + BROKEN["an open string"][0] * 50 + GOOD, "main.tf")
    assert len(many.failures) == MOST_FAILURES
    assert labels(many) == ["good"]
    assert "to 156 are not judged" in many.failures[-1].message


@pytest.mark.parametrize("text", ["x = [\n", "resource {", "}\n", 'resource "a" "b" {\n', "\x00"])
def test_a_file_without_a_block_that_can_be_read_fails_as_a_whole(text):
    with pytest.raises(SyntaxFailure) as whole:
        parse(text, "main.tf")
    with pytest.raises(SyntaxFailure) as recovered:
        recover(text, "main.tf")
    assert recovered.value.location == whole.value.location


@pytest.mark.parametrize(
    "text",
    [
        'resource "a" "b" {\n' * 30_000,
        GOOD + "a {\n  x = <<EOT\n" * 30_000,
        GOOD + 'resource "a" "b" {\n' + "  x = 1\n" * 60_000 + "}\n",
        GOOD + '}\nresource "a" "b" {}\n' * 20_000,
        GOOD + "/*" * 100_000,
        GOOD + "a = " + "[" * 100_000,
    ],
    ids=["open blocks", "open heredocs", "one argument", "braces", "comments", "lists"],
)
def test_hostile_text_ends_soon(text):
    try:
        file = recover(text, "main.tf")
    except SyntaxFailure:
        return
    assert 0 < len(file.failures) <= MOST_FAILURES + 1


PIECES = st.sampled_from([
    'resource "a" "b" {\n', "}\n", "{", "x = 1\n",
    'y = "z"\n', 'y = "z\n', "n {\n", "x = <<EOT\n", "EOT\n", "/*", "*/\n",
    "# c\n", "data", " ", "\n", "locals {\n", "[", "]", "${", '"', "=", 'variable "v" {}\n', "\r\n", "é",
])  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_text_is_read_as_far_as_it_goes(text):
    try:
        file = recover(text, "main.tf")
    except SyntaxFailure:
        return
    try:
        whole = parse(text, "main.tf")
    except SyntaxFailure:
        assert file.failures
    else:
        assert not file.failures
        assert [block.start for block in file.body.blocks] == [block.start for block in whole.body.blocks]
    ends = 0
    for block in file.body.blocks:
        assert block.start >= ends
        ends = block.end
        for node in walk(block):
            if isinstance(node, Attribute):
                assert text[node.start : node.name_end] == node.name
