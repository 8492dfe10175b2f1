"""Attributes, blocks, comments, and where they stand."""

from __future__ import annotations

import pytest

from iacgate.errors import SyntaxFailure
from iacgate.syntax.hcl import nodes as n
from iacgate.syntax.hcl import parse, walk

STACK = """\
# top
resource "aws_s3_bucket" "b" { // remark
  bucket = "x" # name
  tags   = { a = 1 }

  versioning {
    enabled = true
  }
  versioning { enabled = false }
  empty {}
  /* several
     lines */ acl = var.acl
}
locals {
}
"""


def outline(body) -> list:
    """Attribute names, and blocks as (type, labels, outline)."""
    return [*body.attributes, *((block.type, block.labels, outline(block.body)) for block in body.blocks)]


def test_outline():
    versioning = ("versioning", (), ["enabled"])
    inner = ["bucket", "tags", "acl", versioning, versioning, ("empty", (), [])]
    expected = [("resource", ("aws_s3_bucket", "b"), inner), ("locals", (), [])]
    assert outline(parse(STACK, "x.tf").body) == expected


@pytest.mark.parametrize("text", [STACK.replace("\n", "\r\n"), "\ufeff" + STACK, STACK.rstrip("\n")])
def test_outline_whatever_the_line_ends(text):
    expected = outline(parse(STACK, "x.tf").body)
    assert outline(parse(text, "x.tf").body) == expected
    assert outline(parse(text.encode(), "x.tf").body) == expected


def test_spans_of_blocks():
    file = parse(STACK, "x.tf")
    block = file.body.blocks[0]
    assert file.text[slice(*block.header_span)] == 'resource "aws_s3_bucket" "b"'
    assert [file.text[slice(*span)] for span in block.label_spans] == ['"aws_s3_bucket"', '"b"']
    assert file.slice(block).startswith("resource")
    assert file.slice(block).endswith("var.acl\n}")
    assert file.text[block.body.start - 1] == "{"
    assert file.text[block.body.end] == "}"
    assert [file.slice(inner) for inner in block.body.blocks] == [
        "versioning {\n    enabled = true\n  }",
        "versioning { enabled = false }",
        "empty {}",
    ]
    assert [file.slice(inner.body) for inner in block.body.blocks] == [
        "\n    enabled = true\n  ",
        " enabled = false ",
        "",
    ]


def test_spans_of_attributes():
    file = parse(STACK, "x.tf")
    attributes = file.body.blocks[0].body.attributes
    assert file.slice(attributes["bucket"]) == 'bucket = "x"'
    assert file.slice(attributes["tags"]) == "tags   = { a = 1 }"
    assert file.text[slice(*attributes["acl"].name_span)] == "acl"
    location = file.location(attributes["acl"].expression)
    assert str(location) == "x.tf:12:21"
    assert (location.end_line, location.end_column) == (12, 28)


def test_blocks_of_a_type():
    body = parse(STACK, "x.tf").body
    assert [block.labels for block in body.blocks_of("resource")] == [("aws_s3_bucket", "b")]
    assert body.blocks_of("data") == []


@pytest.mark.parametrize(
    ("header", "labels"),
    [
        ("a", ()),
        ("a b", ("b",)),
        ('a "b" c', ("b", "c")),
        ('a "b c"', ("b c",)),
        ('a"b""c"', ("b", "c")),
        ('a "b\\n\\"c"', ('b\n"c',)),
        ('a "$${b}"', ("${b}",)),
        ('a ""', ("",)),
        ('a "$5%"', ("$5%",)),
        ("a /* x */ b", ("b",)),
    ],
)
@pytest.mark.parametrize("rest", [" {\n}\n", "{ }\n", " { # c\n}", " {\n  # c\n}\n", " /* c */ {}\n"])
def test_labels(header, labels, rest):
    (block,) = parse(header + rest, "x.tf").body.blocks
    assert block.type == "a"
    assert block.labels == labels


def test_comments_once_each_and_in_order():
    file = parse(STACK, "x.tf")
    texts = [file.text[start:end] for start, end in file.comments]
    assert texts == ["# top", "// remark", "# name", "/* several\n     lines */"]


@pytest.mark.parametrize(
    "text",
    [
        "a = [ # c\n 1 // d\n , /* e */ 2\n # f\n]# g\n",
        "a = { # c\n b = 1 // d\n # e\n /* f */ c = 2\n } # g\n",
        "a = f( # c\n 1, # d\n) // e\n /* f */\n# g",
        'a "b" /* c */ { # d\n # e\n } # f\n # g\n',
        "a { b = 1 /* c */ } // d\n a {} # e\n /* f */ a {\n /* g */ }\n",
        "a = [for x in y : # c\n x /* d */ if # e\n z # f\n] # g\n",
        'a = "${b /* c */ + /* d */ c}" # e\n a2 = /* f */ 1 /* g */\n',
    ],
)
def test_comments_anywhere(text):
    file = parse(text, "x.tf")
    assert [file.text[start:end].strip("/*# ") for start, end in file.comments] == ["c", "d", "e", "f", "g"]


def test_remarks():
    remarks = [(remark.line, remark.text, remark.alone, remark.until) for remark in parse(STACK, "x.tf").remarks()]
    assert remarks == [
        (1, "top", True, 0),
        (2, "remark", False, 13),
        (3, "name", False, 0),
        (11, "several", True, 0),
        (12, "lines", True, 0),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_remark_text_has_no_marks_and_no_carriage_return(end):
    text = end.join(["## a ", "//b", "/* c */", "#", ""])
    assert [remark.text for remark in parse(text, "x.tf").remarks()] == ["a", "b", "c", ""]


@pytest.mark.parametrize("text", ["", "\n\n", "# only\n", "/* x */", "\ufeff", " \t", "\r\n"])
def test_nothing_in_it(text):
    body = parse(text, "x.tf").body
    assert (body.attributes, body.blocks) == ({}, [])


def test_an_argument_set_twice_names_both_places():
    with pytest.raises(SyntaxFailure) as failure:
        parse("a {\n  b = 1\n  c = f(2)\n  b = [3]\n}\n", "x.tf")
    assert str(failure.value) == 'x.tf:4:3: argument "b" is set a second time in the same block, first on line 2'


def test_the_same_name_in_different_blocks_is_fine():
    assert len(parse("a {\n  b = 1\n}\na {\n  b = 1\n}\nb = 2\nb {\n}\n", "x.tf").body.blocks) == 3


def test_columns_count_characters():
    file = parse('a = "é😀" == b\n', "x.tf")
    right = file.body.attributes["a"].expression.operands[1]
    assert file.location(right).column == 13


def test_location_of_a_point_and_of_a_stretch():
    file = parse("a = 1\nb = 2\n", "x.tf")
    assert str(file.location(6)) == "x.tf:2:1"
    stretch = file.location(4, 7)
    assert (stretch.line, stretch.column, stretch.end_line, stretch.end_column) == (1, 5, 2, 2)


def test_walk_finds_every_node():
    file = parse(STACK, "x.tf")
    found = list(walk(file.body))
    assert sum(isinstance(node, n.Block) for node in found) == 5
    assert sum(isinstance(node, n.Attribute) for node in found) == 5
    assert sum(isinstance(node, n.ObjectItem) for node in found) == 1
