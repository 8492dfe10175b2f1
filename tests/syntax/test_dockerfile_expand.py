"""Variables in Dockerfile words. The expectations are the ones of a POSIX shell, as BuildKit follows it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.model import Unknown
from iacgate.syntax.dockerfile import Unset, expand, expand_words

VALUES = {
    "PWD": "/home",
    "EMPTY": "",
    "NAME": "foo bar",
    "PATHS": "/usr/local/bin/x.tar.gz",
    "STAR": "a*b*c",
    "HIDDEN": Unset("build argument HIDDEN has no default"),
    "LATE": Unknown("LATE depends on the build"),
}


def value(word: str, escape: str = "\\"):
    return expand(word, VALUES.get, escape)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("plain", "plain"),
        ("$PWD/x", "/home/x"),
        ("${PWD}x", "/homex"),
        ("$PWDx", ""),
        ("\\$PWD", "$PWD"),
        ("'$PWD'", "$PWD"),
        ('"$PWD"', "/home"),
        ("he'll'o", "hello"),
        ("a\\ b", "a b"),
        ('"a\\"b\\x"', 'a"b\\x'),
        ("'a\\b'", "a\\b"),
        ("$", "$"),
        ("a$", "a$"),
        ("${NONE}", ""),
        ("${NONE:-x}", "x"),
        ("${NONE-x}", "x"),
        ("${EMPTY:-x}", "x"),
        ("${EMPTY-x}", ""),
        ("${PWD:-x}", "/home"),
        ("${PWD:+x}", "x"),
        ("${EMPTY:+x}", ""),
        ("${EMPTY+x}", "x"),
        ("${NONE+x}", ""),
        ("${NONE:-${PWD}/y}", "/home/y"),
        ("${NONE:-'a}b'}", "a}b"),
        ("${PWD:?x}", "/home"),
        ("${PATHS#*/}", "usr/local/bin/x.tar.gz"),
        ("${PATHS##*/}", "x.tar.gz"),
        ("${PATHS%.*}", "/usr/local/bin/x.tar"),
        ("${PATHS%%.*}", "/usr/local/bin/x"),
        ("${PATHS#nothing}", "/usr/local/bin/x.tar.gz"),
        ("${PATHS#/u?r}", "/local/bin/x.tar.gz"),
        ("${STAR%\\**}", "a*b"),
        ("${STAR#a\\*}", "b*c"),
        ("${PATHS/local/opt}", "/usr/opt/bin/x.tar.gz"),
        ("${PATHS//\\//-}", "-usr-local-bin-x.tar.gz"),
        ("${HIDDEN:-x}", "x"),
    ],
)
def test_values(word, expected):
    assert value(word) == expected


@pytest.mark.parametrize(
    ("word", "reason", "ends"),
    [
        ("$HIDDEN", "build argument HIDDEN has no default", ("", "")),
        ("a:${HIDDEN}-b", "build argument HIDDEN has no default", ("a:", "-b")),
        ('x$LATE"y$PWD"', "LATE depends on the build", ("x", "y/home")),
        ("${LATE:-x}", "LATE depends on the build", ("", "")),
        ("${LATE:+x}", "LATE depends on the build", ("", "")),
        ("${LATE%x}", "LATE depends on the build", ("", "")),
        ("${PWD/x/$LATE}", "LATE depends on the build", ("", "")),
        ("${NONE:?x}", '"NONE" has to be set: the build stops without it', ("", "")),
        ("'a", "a single quote is not closed", ("", "")),
        ('"a', "a double quote is not closed", ("", "")),
        ("${PWD", "", ("", "")),
        ("${}", "a substitution names no variable", ("", "")),
        ("${PWD!x}", '"PWD" is substituted in a way that Dockerfiles do not know', ("", "")),
        ("${x:-" * 60 + "}" * 60, "the substitution is nested too deep to follow", ("", "")),
    ],
)
def test_unknown_values_say_why_and_keep_their_ends(word, reason, ends):
    found = value(word)
    assert isinstance(found, Unknown)
    assert reason in found.reason
    assert (found.prefix, found.suffix) == ends


def test_reasons_do_not_repeat_the_text():
    assert "hunter2" not in value("'hunter2").reason


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("$NAME", ["foo", "bar"]),
        ('"$NAME"', ["foo bar"]),
        ("a$NAME-b", ["afoo", "bar-b"]),
        ("'a b'", ["a b"]),
        ("$EMPTY", []),
        ("80/tcp", ["80/tcp"]),
    ],
)
def test_an_unquoted_variable_may_hold_several_words(word, expected):
    assert expand_words(word, VALUES.get) == expected


def test_the_escape_character_is_the_files():
    assert value("a`$PWD\\", "`") == "a$PWD\\"
    assert value('"a`"b"', "`") == 'a"b'


def test_a_value_that_grows_without_end_is_not_followed():
    values = {"a": "x" * 60_000}
    assert isinstance(expand("$a$a$a", values.get), Unknown)
    assert isinstance(expand("${a%*x*x*x*y}", values.get), Unknown)


@given(st.text("ab$ {}:-+#%/\\\"'`*?PWD", max_size=40))
def test_any_word_has_a_value(word):
    assert isinstance(value(word), str | Unknown)
    assert all(isinstance(one, str | Unknown) for one in expand_words(word, VALUES.get))
