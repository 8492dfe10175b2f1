"""The Dockerfile front end: places, refusals, comments, and input that means harm."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iacgate.errors import SyntaxFailure
from iacgate.syntax.dockerfile import Instruction, read, stages


def tree(text: str | bytes):
    return read(text, "Dockerfile")


def failure(text: str | bytes) -> SyntaxFailure:
    with pytest.raises(SyntaxFailure) as caught:
        stages(read(text, "Dockerfile"))
    return caught.value


def outcome(text: str | bytes) -> str:
    """The message of the refusal, empty for text that is read; anything else that is raised fails the test."""
    try:
        stages(read(text, "Dockerfile"))
    except SyntaxFailure as problem:
        return f"{problem.location} {problem.message}"
    return ""


def spot(node: Instruction, word) -> tuple[int, int, int, int]:
    place = node.logical.locate("Dockerfile", word.start, word.end)
    return place.line, place.column, place.end_line, place.end_column


REFUSED = [
    # text, line, column, what the message says
    ("", 1, 1, "no instruction"),
    ("# only a comment\n\n", 2, 1, "no instruction"),
    ("FROM a\n  RAN x\n", 2, 3, 'unknown instruction "RAN"'),
    ("FROM\n", 1, 1, "names no image"),
    ("FROM a b\n", 1, 8, "expected AS and one name"),
    ("FROM a AS 1x\n", 1, 11, "no name for a stage"),
    ("RUN x\nFROM a\n", 1, 1, "before the first FROM"),
    ("ARG x\n", 1, 1, "no FROM"),
    ("FROM a\nCOPY x\n", 2, 6, "one argument"),
    ("FROM a\nADD\n", 2, 1, "no argument"),
    ('FROM a\nCOPY ["x"]\n', 2, 6, "one argument"),
    ("FROM a\nCOPY x <<EOF\nEOF\n", 2, 8, "destination"),
    ("FROM a\nENV A\n", 2, 5, "gives no value"),
    ("FROM a\nENV A=b \\\n c\n", 3, 2, "expected key=value"),
    ("FROM a\nENV =b\n", 2, 5, "without a name"),
    ("FROM a\nENV\n", 2, 1, "no argument"),
    ("FROM a\nONBUILD ONBUILD RUN x\n", 2, 9, "not allowed in ONBUILD"),
    ("FROM a\nONBUILD FROM b\n", 2, 9, "not allowed in ONBUILD"),
    ("FROM a\nONBUILD\n", 2, 1, "no instruction"),
    ("FROM a\nSHELL /bin/sh -c\n", 2, 7, "JSON array"),
    ("FROM a\nCMD [1]\n", 2, 5, "something else than strings"),
    ("FROM a\nRUN <<EOF\nx\n", 2, 5, "never ends"),
    ("FROM a\nRUN <<'EOF\nx\n", 2, 5, "do not match"),
    ("# escape=x\nFROM a\n", 1, 10, "expected \\ or `"),
    ("# escape=`\n# escape=`\nFROM a\n", 2, 1, "second time"),
    ("FROM a\nUSER\n", 2, 1, "no argument"),
    ("FROM a\n\\\n", 2, 1, "goes on"),
    ("FROM a\nRUN " + "x" * 70_000, 2, 1, "longer than"),
    (b"FROM a\nRUN \0\n", 2, 5, "NUL"),
    (b"\x7fELF\0\0", 1, 5, "NUL"),
    ("FROM a".encode("utf-16"), 1, 1, "UTF-16"),
    (b"FROM a\n" + b"#\n" * 600_000, 1, 1, "more than"),
    ("FROM a\n" + "RUN x\n" * 20_001, 20_001, 1, "more than"),
]


@pytest.mark.parametrize(("text", "line", "column", "says"), REFUSED, ids=lambda value: repr(value)[:40])
def test_refusals_say_what_and_where(text, line, column, says):
    problem = failure(text)
    assert says in problem.message
    assert (problem.location.file, problem.location.line, problem.location.column) == ("Dockerfile", line, column)


@pytest.mark.parametrize(("word", "near"), [("RNU", "RUN"), ("COPPY", "COPY"), ("entrypont", "ENTRYPOINT")])
def test_an_unknown_instruction_gets_the_nearest_right_word(word, near):
    assert failure(f"FROM a\n{word} x y\n").hint == f"did you mean {near!r}?"


def test_words_flags_and_pairs_know_their_places():
    text = "FROM a\nCOPY --from=b --link \\\n  # note\n  x \\\n\n  /y/\nENV A=1 \\\n    B='2 3'\n"
    copy, env = tree(text).instructions[1:]
    assert [spot(copy, flag) for flag in copy.flags] == [(2, 6, 2, 14), (2, 15, 2, 21)]
    assert [spot(copy, word) for word in copy.words] == [(4, 3, 4, 4), (6, 3, 6, 6)]
    assert [spot(env, pair.value) for pair in env.pairs] == [(7, 7, 7, 8), (8, 7, 8, 12)]
    assert (copy.line, copy.end_line) == (2, 6)


def test_a_word_may_span_lines():
    node = tree('FROM a\nENV A="x \\\n  y" B=z\n').instructions[1]
    assert node.pairs[0].value.text == '"x   y"'
    assert spot(node, node.pairs[0].value) == (2, 7, 3, 5)
    assert spot(node, node.pairs[1].value) == (3, 8, 3, 9)


def test_json_strings_know_their_places():
    node = tree('FROM a\nCMD ["a\\"b", \\\n  "é"]\n').instructions[1]
    assert [word.text for word in node.words] == ['a"b', "é"]
    assert [spot(node, word) for word in node.words] == [(2, 6, 2, 12), (3, 3, 3, 6)]


def test_columns_count_from_the_margin_and_in_code_points():
    node = tree("\ufeff  FROM é\n").instructions[0]
    assert spot(node, node.words[0]) == (1, 8, 1, 9)


def test_comments_right_above_an_instruction_speak_for_all_its_lines():
    comments = tree("# syntax=x\n\n# one\n#two\nFROM a\n# three\n\nRUN a \\\n  # four\n  b\n").comments
    assert [(c.line, c.text, c.until) for c in comments] == [
        (1, "syntax=x", 0),
        (3, "one", 5),
        (4, "two", 5),
        (6, "three", 0),
        (9, "four", 0),
    ]
    assert tree("FROM a\n# x\nRUN <<EOF\na\nEOF\n").comments[0].until == 5


def test_directives_end_with_the_first_other_line():
    assert [(d.name, d.value) for d in tree("#Syntax = a b \n# check=skip=X\nFROM a\n").directives] == [
        ("syntax", "a b"),
        ("check", "skip=X"),
    ]
    assert tree("\n# escape=`\nFROM a\n").escape == "\\"
    assert tree("# other=1\n# escape=`\nFROM a\n").escape == "\\"


def test_heredoc_bodies_keep_their_lines():
    node = tree('FROM a\nRUN <<-"A" <<B\n\tx $y\n\tA\n# z\nB\nUSER u\n').instructions[1]
    first, second = node.heredocs
    assert (first.body, first.content, first.expand, first.line, first.end_line) == ("\tx $y\n", "x $y\n", False, 3, 4)
    assert (second.body, second.expand, second.line, second.end_line) == ("# z\n", True, 5, 6)
    assert node.end_line == 6


def test_onbuild_holds_an_instruction():
    node = tree("FROM a\nONBUILD  COPY --from=x a b\n").instructions[1]
    assert node.innermost.keyword == "COPY"
    assert spot(node, node.innermost.flags[0]) == (2, 15, 2, 23)


def test_bytes_that_are_no_utf8_are_read_as_builders_do():
    assert tree(b"FROM a\n# caf\xe9\nLABEL x=\xff\n").instructions[1].pairs[0].value.text == "\ufffd"


def test_stages_take_their_name_or_number():
    before, found = stages(tree("ARG x\nFROM a AS Build\nFROM b\nRUN x\n"))
    assert [node.keyword for node in before] == ["ARG"]
    assert [(stage.label, len(stage.instructions)) for stage in found] == [("build", 1), ("1", 2)]


HOSTILE = {
    "nested arrays": "FROM a\nCMD " + "[" * 60_000,
    "huge number": "FROM a\nCMD [" + "9" * 60_000 + "]",
    "lone surrogate": 'FROM a\nCMD ["\\ud800"]',
    "many continuations": "FROM a\nRUN a" + " \\\n b" * 150_000,
    "many empty continuations": "FROM a\nRUN a \\\n" + "\n" * 900_000,
    "backslashes": "FROM a\nRUN " + "\\ " * 30_000,
    "quotes": "FROM a\nENV a=" + "'\"" * 30_000,
    "onbuild": "FROM a\n" + "ONBUILD " * 8_000 + "RUN x",
    "heredoc marks": "FROM a\nRUN " + "<<a " * 15_000,
    "heredocs": "FROM a\nRUN " + "".join(f"<<a{n} " for n in range(5_000)),
    "flags": "FROM a\nRUN " + "--x=y " * 10_000,
    "blanks": "FROM a\nENV a" + " " * 65_000,
    "comments": "# x\n" * 200_000 + "FROM a\n",
    "keyword": "FROM a\n" + "R" * 60_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_or_refused(name):
    assert len(outcome(HOSTILE[name].encode())) < 500


PIECES = [*"FROM RUNCOPYENV abc=\"'\\`$<>{}[],-#\n\n\t\r", "<<EOF", "\nEOF\n", "\nRUN ", "\nENV ", "é"]
ODD = st.lists(st.sampled_from(PIECES), max_size=120).map("".join)


@settings(max_examples=400, deadline=None)
@given(ODD)
def test_any_text_is_read_or_refused_and_words_are_in_their_places(text):
    if outcome(f"FROM a\n{text}"):
        return
    found = read(f"FROM a\n{text}", "Dockerfile")
    lines = f"FROM a\n{text}".split("\n")
    for node in found.instructions:
        inner = node.innermost
        spans = inner.words if inner.form == "shell" else ()
        for word in [*spans, *(pair.key for pair in inner.pairs)]:
            place = node.logical.locate("Dockerfile", word.start, word.end)
            if place.line == place.end_line and word.text:
                assert lines[place.line - 1][place.column - 1 : place.end_column - 1] == word.text


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    assert outcome(b"FROM a\n" + data) is not None
