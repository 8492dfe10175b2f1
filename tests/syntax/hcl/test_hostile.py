"""Input made to break parsers: it ends soon, in a tree or in a SyntaxFailure, and leaves the interpreter as it was."""

from __future__ import annotations

import sys
import threading

import pytest

from iacgate.errors import SyntaxFailure
from iacgate.syntax.hcl import parse, parse_expression, parse_json, parse_template, walk
from iacgate.syntax.hcl.nodes import NESTING_LIMIT

MANY = 200_000
FEWER = 40_000

TOO_DEEP = {
    "lists": "a = " + "[" * MANY,
    "objects": "a = " + "{a=" * MANY,
    "parentheses": "a = " + "(" * MANY,
    "closed parentheses": "a = " + "(" * MANY + "1" + ")" * MANY + "\n",
    "minus": "a = " + "-" * MANY + "1\n",
    "not": "a = " + "!" * MANY + "b\n",
    "not and parentheses": "a = " + "!(" * MANY,
    "templates": "a = " + '"${' * MANY,
    "heredocs": "a = " + "<<E\n${" * MANY,
    "blocks": "a {\n" * MANY,
    "blocks with labels": 'a "b" {\n' * MANY,
    "calls": "a = " + "f(" * MANY,
    "indexes": "a = " + "b[" * MANY,
    "conditions": "a = " + "b ? c : " * MANY + "d\n",
    "conditions to the left": "a = " + "b ? " * MANY,
    "splats": "a = b" + "[*]" * MANY + "\n",
    "if directives": 'a = "' + "%{if x}" * (MANY // 10) + '"\n',
    "for expressions": "a = " + "[for x in " * MANY,
}

REFUSED = {
    "one line of equals signs": "=" * MANY,
    "quotes": '"' * MANY,
    "backslashes": 'a = "' + "\\" * MANY,
    "unclosed comments": "/*" * MANY,
    "stars": "/*" + "*" * MANY,
    "dots": "a = 1" + "." * MANY,
    "dotted digits": "a = " + "1." * MANY + "\n",
    "exponents": "a = " + "1e5" * MANY + "\n",
    "an exponent": "a = 1e" + "9" * 40 + "\n",
    "colons": "a = " + "b::" * MANY,
    "an open heredoc of dollars": "a = <<E\n" + "$" * MANY,
    "an open list of blank lines": "a = [\n" + "   \n" * MANY,
    "an open call after a long name": "a = " + "b" * MANY + "(\n",
    "a long row of spaces": "a = 1" + " " * MANY + "b",
    "carriage returns": "\r" * MANY,
}

READ = {
    "a long sum": "a = " + "a + " * FEWER + "a\n",
    "mixed operators": "a = " + "a || b && c == " * FEWER + "a\n",
    "steps": "a = b" + ".c" * FEWER + "\n",
    "index steps": "a = b" + "[0]" * FEWER + "\n",
    "a long list": "a = [" + "1," * FEWER + "]\n",
    "a long number": "a = " + "1" * MANY + "\n",
    "a long string": 'a = "' + "$" * MANY + '"\n',
    "holes": 'a = "' + "${x}" * (MANY // 10) + '"\n',
    "a heredoc of holes": "a = <<E\n" + "${x}\n" * (MANY // 10) + "E\n",
    "labels": "a " + "b " * MANY + "{\n}\n",
    "empty lines": "\n" * MANY,
    "spaces": " " * MANY,
    "hashes": "#" * MANY,
}


@pytest.mark.parametrize("name", TOO_DEEP)
def test_too_deep(name):
    limit = sys.getrecursionlimit()
    with pytest.raises(SyntaxFailure, match=f"nested more than {NESTING_LIMIT} levels deep"):
        parse(TOO_DEEP[name], "x.tf")
    assert sys.getrecursionlimit() == limit


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    with pytest.raises(SyntaxFailure):
        parse(REFUSED[name], "x.tf")


@pytest.mark.parametrize("name", READ)
def test_read(name):
    assert sum(1 for _ in walk(parse(READ[name], "x.tf").body)) >= 1


@pytest.mark.parametrize(
    ("opening", "inside", "closing", "levels"),
    [
        ("[", "1", "]", NESTING_LIMIT),
        ("{a=", "1", "}", NESTING_LIMIT),
        ("(", "1", ")", NESTING_LIMIT),
        ("f(", "1", ")", NESTING_LIMIT),
        ("-", "1", "", NESTING_LIMIT),
        ('"${', "a", '}"', NESTING_LIMIT),
        ("a[", "1", "]", NESTING_LIMIT),
        ("[for x in ", "y", " : x]", NESTING_LIMIT),
        ("a ? b : ", "c", "", NESTING_LIMIT),
        ("(1 + ", "2", ")", NESTING_LIMIT),
    ],
)
def test_the_limit_is_where_it_is_said_to_be(opening, inside, closing, levels):
    def text(count):
        return opening * count + inside + closing * count

    limit = sys.getrecursionlimit()
    assert sum(1 for _ in walk(parse_expression(text(levels), "x.tf"))) >= 1
    assert sys.getrecursionlimit() == limit
    with pytest.raises(SyntaxFailure, match="levels deep"):
        parse_expression(text(levels + 1), "x.tf")


def test_blocks_as_deep_as_allowed():
    text = "a {\n" * NESTING_LIMIT + "}\n" * NESTING_LIMIT
    assert sum(1 for _ in walk(parse(text, "x.tf").body)) == 2 * NESTING_LIMIT + 1


def test_deep_files_in_several_threads():
    """The interpreter's recursion limit is one for all threads; a parser that lowers it must not break another."""
    text = "a = " + "[" * (NESTING_LIMIT - 1) + "]" * (NESTING_LIMIT - 1) + "\n"
    outcomes = []

    def work():
        for _ in range(20):
            try:
                outcomes.append(type(parse(text, "x.tf")).__name__)
            except SyntaxFailure as failure:
                outcomes.append(failure.message)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == ["File"] * 80


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"resource":', "[{", '["${[', '{"a":"${'])
def test_too_deep_json(opening):
    limit = sys.getrecursionlimit()
    with pytest.raises(SyntaxFailure):
        parse_json(opening * MANY, "x.tf.json")
    assert sys.getrecursionlimit() == limit


@pytest.mark.parametrize("text", ["${" * MANY, "%{if a}" * (MANY // 10), "$" * MANY + " ${", "${a" * MANY])
def test_hostile_templates(text):
    with pytest.raises(SyntaxFailure):
        parse_template(text, "x.tf")
