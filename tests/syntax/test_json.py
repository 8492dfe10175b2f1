"""JSON: what is read, what is refused and where, and where values stand."""

from __future__ import annotations

import contextlib
import gc
import json as standard

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.errors import SyntaxFailure
from iacgate.syntax import json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def failure(data: bytes) -> SyntaxFailure:
    with pytest.raises(SyntaxFailure) as caught:
        json.load(data, "f.json")
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_reads_every_unicode_encoding(encoding: str) -> None:
    assert json.load('{"ключ": ["é", 1]}'.encode(encoding), "f.json") == {"ключ": ["é", 1]}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ("-9007199254740993", -9007199254740993),
        ("0.1", 0.1),
        ("1e3", 1000.0),
        ('{"a": 1, "a": 2}', {"a": 2}),
        (r'["\ud800", "\ud83d\ude00", "\\ud800", "\udc00\ud800"]', ["\ufffd", "😀", "\\ud800", "\ufffd\ufffd"]),
    ],
)
def test_values(text: str, value: object) -> None:
    assert json.load(text.encode(), "f.json") == value


def test_integers_stay_integers_up_to_the_limit_of_digits() -> None:
    assert json.load(b"9" * 4300, "f.json") == 10**4300 - 1


@pytest.mark.parametrize(
    ("data", "place", "says"),
    [
        (b"", "1:1", "empty"),
        (b"  \n ", "2:2", "empty"),
        (b"{", "1:2", "ends too early"),
        (b'{"a": [1, 2', "1:12", "ends too early"),
        (b'{"a": 1}\n}', "2:1", "one JSON value only"),
        (b"[1,]", "1:4", "expected a value, found ']'"),
        (b'{\n  "a": 1,\n}', "3:1", "expected a key in double quotes"),
        (b'{"a" 1}', "1:6", "expected ':'"),
        (b"{'a': 1}", "1:2", "double quotes"),
        (b'["a" "b"]', "1:6", "','"),
        (b'["abc', "1:2", "not closed"),
        (b'["a\nb"]', "1:4", "control character"),
        (rb'["\x"]', "1:3", "after the backslash"),
        (b"[NaN]", "1:2", "NaN is no JSON"),
        (b'{"NaN": -Infinity}', "1:9", "-Infinity is no JSON"),
        (b'["1e999", 1e999]', "1:11", "out of range"),
        (b"[1,\n " + b"9" * 4301 + b"]", "2:2", "out of range"),
        (b'{"a": "\xff"}', "1:8", "not UTF-8"),
        (b'{"a":\n "\xc3\xa9\xe9"}', "2:4", "not UTF-8"),
    ],
)
def test_refusals_say_where_and_what_was_expected(data: bytes, place: str, says: str) -> None:
    caught = failure(data)
    assert str(caught).startswith(f"f.json:{place}: ")
    assert says in caught.message


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 200_000,
        b"[" * 200_000 + b"]" * 200_000,
        b'{"a":' * 200_000,
        b'["]",' * 200_000,
        b'["\\"]",' * 200_000,
        b"[" * 201 + b"]" * 201,
    ],
)
def test_too_deep_is_refused(data: bytes) -> None:
    assert "nested more than 200 levels" in failure(data).message


def test_brackets_inside_strings_are_no_levels() -> None:
    strings = ["[" * 5000, "]", "\\", '"[[[', "{"] * 3
    assert json.load(standard.dumps(strings).encode(), "f.json") == strings
    json.load(b"[" * 200 + b"]" * 200, "f.json")


@pytest.mark.parametrize("was_on", [True, False])
@pytest.mark.parametrize("data", [b"[1]", b"[1", b"[NaN]"])
def test_the_garbage_collector_is_left_as_it_was(data: bytes, was_on: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if was_on else gc.disable)()
        with contextlib.suppress(SyntaxFailure):
            json.load(data, "f.json")
        assert gc.isenabled() is was_on
    finally:
        (gc.enable if before else gc.disable)()


def test_repeated_keys_are_named_with_both_places() -> None:
    text = '{"a": 1,\n "b": [{"c": "{", "c": 2}],\n "\\u0061": 3, "d": {"a": 1}}'
    found = [(each.key, str(each.first), str(each.again)) for each in json.repeated(text, "f")]
    assert found == [("c", "f:2:9", "f:2:19"), ("a", "f:1:2", "f:3:2")]
    assert json.repeated('{"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]}', "f") == []


TEXT = """{
  "kind": "List",
  "items": [
    {"name": "a", "on": [true, null]},
    {"name": "b", "é": {"x": "y"}}
  ]
}"""


@pytest.mark.parametrize(
    ("path", "line", "column", "end_column"),
    [
        ((), 1, 1, 2),
        (("kind",), 2, 11, 17),
        (("items",), 3, 3, 10),
        (("items", 0), 4, 5, 6),
        (("items", 0, "on", 1), 4, 32, 36),
        (("items", "name=b", "é", "x"), 5, 30, 33),
        (("items", 1, "é"), 5, 19, 22),
        (("items", 1, "absent", "more"), 5, 5, 6),
        (("items", 7), 3, 3, 10),
        (("kind", "below"), 2, 11, 17),
        (("items", "name=zzz"), 3, 3, 10),
    ],
)
def test_places(path: tuple[str | int, ...], line: int, column: int, end_column: int) -> None:
    place = json.locate(TEXT, path, "f.json")
    assert (place.line, place.column, place.end_line, place.end_column) == (line, column, line, end_column)


def test_places_of_a_bare_scalar_and_of_whole_values() -> None:
    assert json.locate(' "abc" ', (), "f").end_column == 7
    whole = json.Places(TEXT, "f").value(("items",))
    assert (whole.line, whole.column, whole.end_line, whole.end_column) == (3, 12, 6, 4)
    assert str(json.Places(TEXT, "f").key(("kind",))) == "f:2:3"


def scalars(body: object, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], object]]:
    if isinstance(body, dict):
        return [found for key, value in body.items() for found in scalars(value, (*path, key))]
    if isinstance(body, list):
        return [found for index, value in enumerate(body) for found in scalars(value, (*path, index))]
    return [(path, body)]


@given(VALUES, st.sampled_from([None, 1, 3]), st.booleans())
def test_slicing_the_text_at_a_scalars_place_gives_the_scalar(value: object, indent: int | None, ascii_: bool) -> None:
    text = standard.dumps(value, indent=indent, ensure_ascii=ascii_)
    assert json.load(text.encode(), "f") == value
    rows = text.split("\n")
    places = json.Places(text, "f")
    for path, scalar in scalars(value):
        place = places(path)
        assert standard.loads(rows[place.line - 1][place.column - 1 : place.end_column - 1]) == scalar


@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:\\ u019.eE-+tnf\n', max_size=40).map(str.encode))
def test_any_bytes_give_a_value_or_a_refusal(data: bytes) -> None:
    with contextlib.suppress(SyntaxFailure):
        standard.dumps(json.load(data, "f")).encode()


@given(st.text(alphabet='{}[]",:1 ', max_size=30))
def test_accepts_exactly_what_the_standard_library_accepts(text: str) -> None:
    try:
        expected = standard.loads(text)
    except ValueError:
        failure(text.encode())
    else:
        assert json.load(text.encode(), "f") == expected


def test_every_json_file_of_the_corpus_is_read(corpora) -> None:
    rows = [standard.loads(line) for line in (corpora / "parsers/manifest.jsonl").read_text().splitlines()]
    rows = [row for row in rows if row["format"] == "json"]
    assert rows
    for row in rows:
        data = (corpora / "parsers" / row["file"]).read_bytes()
        assert json.load(data, row["file"]) == standard.loads(data)


@pytest.mark.parametrize(
    ("text", "ours", "theirs", "theirs_at"),
    [
        ("[1, ]", "Expecting value", "Illegal trailing comma before end of array", 2),
        (
            '{"a": 1, }',
            "Expecting property name enclosed in double quotes",
            "Illegal trailing comma before end of object",
            7,
        ),
    ],
)
def test_every_python_points_at_the_same_place(text: str, ours: str, theirs: str, theirs_at: int) -> None:
    older = json._failure(text, "f", standard.JSONDecodeError(ours, text, len(text) - 1))
    newer = json._failure(text, "f", standard.JSONDecodeError(theirs, text, theirs_at))
    assert (str(older), older.hint) == (str(newer), newer.hint)
    assert older.hint == "remove the comma before it"
