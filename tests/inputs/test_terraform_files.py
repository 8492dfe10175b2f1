"""Functions that read files: what they give, that they stay inside of what may be read, and what they say otherwise."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from base64 import b64encode

import pytest

from iacgate.lang.terraform import filefunctions
from iacgate.model import Unknown
from iacgate.pipeline import Request, take_inventory

DATA = "héllo ${x}\n"
RAW = DATA.encode()


@pytest.fixture
def worth(tmp_path):
    tree = tmp_path / "tree"
    (tree / "stack/sub").mkdir(parents=True)
    (tree / "stack/a.txt").write_text(DATA, encoding="utf-8")
    (tree / "stack/sub/b.txt").write_text("b", encoding="utf-8")
    (tree / "stack/t.tftpl").write_text("%{ for n in names ~}\n<${n}>\n%{ endfor ~}\n", encoding="utf-8")
    (tree / "stack/nested.tftpl").write_text('${templatefile("t.tftpl", {})}', encoding="utf-8")
    (tree / "stack/binary").write_bytes(b"\xff\xfe\x00")
    (tree / "beside.txt").write_text("beside", encoding="utf-8")
    (tmp_path / "outside.txt").write_text("outside", encoding="utf-8")
    (tree / "stack/link.txt").symlink_to(tmp_path / "outside.txt")
    (tree / "stack/inner.txt").symlink_to(tree / "stack/a.txt")

    def evaluate(expression):
        (tree / "stack/main.tf").write_text(f"resource x_y z {{\n  v = {expression}\n}}\n", encoding="utf-8")
        found = take_inventory([str(tree)], Request(cwd=str(tree), today=dt.date(2026, 1, 1)))
        return next(one for one in found.inventory.resources if one.address == "x_y.z").body["v"]

    evaluate.tree = tree
    return evaluate


RESULTS = {
    'file("a.txt")': DATA,
    'file("./sub/../a.txt")': DATA,
    'file("${path.module}/a.txt")': DATA,
    'file("../beside.txt")': "beside",
    'file("inner.txt")': DATA,
    'filebase64("a.txt")': b64encode(RAW).decode(),
    'filebase64("binary")': b64encode(b"\xff\xfe\x00").decode(),
    'fileexists("a.txt")': True,
    'filemd5("a.txt")': hashlib.md5(RAW).hexdigest(),
    'filesha1("a.txt")': hashlib.sha1(RAW).hexdigest(),
    'filesha256("a.txt")': hashlib.sha256(RAW).hexdigest(),
    'filesha512("a.txt")': hashlib.sha512(RAW).hexdigest(),
    'filebase64sha256("a.txt")': b64encode(hashlib.sha256(RAW).digest()).decode(),
    'filebase64sha512("a.txt")': b64encode(hashlib.sha512(RAW).digest()).decode(),
    'fileset(path.module, "*.tftpl")': ["nested.tftpl", "t.tftpl"],
    'fileset("sub", "**")': ["b.txt"],
    'templatefile("t.tftpl", { names = ["p", "q"] })': "<p>\n<q>\n",
    'try(file("binary"), "no text")': "no text",
    'try(templatefile("nested.tftpl", {}), "refused")': "refused",
    'try(templatefile("t.tftpl", {}), "no names")': "no names",
}  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), RESULTS.items(), ids=RESULTS)
def test_what_they_give(worth, expression, expected):
    if "fileset" in expression:
        (worth.tree / "stack/link.txt").unlink()
    found = worth(expression)
    assert found == expected
    assert type(found) is type(expected)


CLOSED = ["missing.txt", "../../outside.txt", "link.txt", "/etc/hostname", "~/a.txt", "sub"]
READERS = [
    "file",
    "filebase64",
    "filemd5",
    "filesha1",
    "filesha256",
    "filesha512",
    "filebase64sha256",
    "filebase64sha512",
]


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("path", CLOSED)
def test_what_may_not_be_read_or_is_not_there_is_unknown_and_says_so(worth, name, path):
    found = worth(f'{name}("{path}")')
    assert isinstance(found, Unknown)
    assert f"the file {path} is not in the scanned folders" in found.reason


@pytest.mark.parametrize("path", CLOSED)
def test_whether_what_may_not_be_read_exists_is_not_known(worth, path):
    found = worth(f'fileexists("{path}")')
    assert isinstance(found, Unknown)
    assert path in found.reason


@pytest.mark.parametrize("path", CLOSED)
def test_a_template_that_may_not_be_read_is_unknown(worth, path):
    assert isinstance(worth(f'templatefile("{path}", {{}})'), Unknown)


def test_a_fallback_does_not_hide_that_a_file_is_not_there(worth):
    assert isinstance(worth('try(file("missing.txt"), "fallback")'), Unknown)


@pytest.mark.parametrize("folder", ["../..", "/etc", "~", "."])
def test_a_set_of_files_that_not_all_may_be_seen_of_is_unknown(worth, folder):
    found = worth(f'fileset("{folder}", "**")')  # a link in the folder of the stack leads outside
    assert isinstance(found, Unknown)
    assert "is not in the scanned folders" in found.reason


def test_a_file_that_is_too_large_is_unknown(worth, monkeypatch):
    monkeypatch.setattr(filefunctions, "LONGEST_TEXT", 5)
    found = worth('file("a.txt")')
    assert isinstance(found, Unknown)
    assert found.reason == "the file a.txt is larger than 10 MiB"
    assert worth('file("sub/b.txt")') == "b"


def test_a_pipe_is_not_waited_for(worth):
    os.mkfifo(worth.tree / "stack/pipe")
    assert isinstance(worth('file("pipe")'), Unknown)
