"""Bytes to text, and offsets to lines and columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.errors import SyntaxFailure
from iacgate.syntax.text import Lines, decode

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=20))
def test_text_survives_every_encoding(encoding: str, text: str) -> None:
    assert decode(f"a:{text}".encode(encoding), "f") == f"a:{text}"


@pytest.mark.parametrize(
    ("data", "place", "says"),
    [
        (b"ab\xff", "1:3", "not UTF-8 text: byte 0xff"),
        (b"\xef\xbb\xbfa\n\xc3\xa9\xe9", "2:2", "0xe9"),
        ("ab\n".encode("utf-16") + b"\x00", "2:1", "UTF-16"),
        (b"a\x00\x00\x00\xff\xff\xff\xff", "1:2", "UTF-32"),
    ],
)
def test_what_is_no_text_is_refused_at_its_place(data: bytes, place: str, says: str) -> None:
    with pytest.raises(SyntaxFailure) as caught:
        decode(data, "f")
    assert str(caught.value).startswith(f"f:{place}: ")
    assert says in caught.value.message


@pytest.mark.parametrize(
    ("text", "offset", "place"),
    [
        ("", 0, (1, 1)),
        ("ab\ncd", 2, (1, 3)),
        ("ab\ncd", 3, (2, 1)),
        ("ab\r\ncd", 4, (2, 1)),
        ("ab\rcd", 3, (2, 1)),
        ("ab\n\n", 4, (3, 1)),
        ("é\u2028x\x85y\n😀z", 7, (2, 2)),
    ],
)
def test_lines_and_columns(text: str, offset: int, place: tuple[int, int]) -> None:
    lines = Lines(text, "f")
    assert lines.at(offset) == place
    assert lines.offset(*place) == offset


@given(st.text(alphabet="a\r\n", max_size=20), st.data())
def test_offsets_come_back(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    lines = Lines(text, "f")
    line, column = lines.at(offset)
    assert lines.offset(line, column) == offset
    assert line - 1 == len(text[:offset].replace("\r\n", "\n").replace("\r", "\n").split("\n")) - 1 - (
        text[offset - 1 : offset + 1] == "\r\n"
    )
