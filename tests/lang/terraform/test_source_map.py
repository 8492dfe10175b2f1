"""From addresses and paths to places in HCL."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from iacgate.lang.terraform.source_map import SourceMap
from iacgate.model import SourceFile, Unknown

MAIN = """\
resource "aws_sqs_queue" "q" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["sqs:*"] },
      { Effect = "Deny", "Action" = "sqs:Send" },
    ]
  })
}

data "aws_iam_policy_document" "d" {
  statement {
    actions = ["a:One"]
  }
  statement {
    actions = ["a:Two"]
    principals {
      type = "AWS"
    }
  }
}

data "aws_iam_policy_document" "merged" {
  source_policy_documents = ["{}"]
  statement {
    actions = ["a:Three"]
  }
}

resource "aws_sqs_queue" "documented" {
  policy = data.aws_iam_policy_document.d.json
}

resource "aws_sqs_queue" "merging" {
  policy = data.aws_iam_policy_document.merged.json
}

resource "x" "blocks" {
  rule { port = 1 }
  dynamic "rule" {
    for_each = [2, 3]
    content { port = rule.value }
  }
  rule { port = 9 }
  single {
    inner { deep = true }
  }
}

module "m" {
  source = "./m"
  arg    = var.top
}
"""
MODULE = """\
variable "arg" {}
module "n" {
  source = "../n"
  pass   = var.arg
}
"""
INNER = """\
resource "x" "y" {
  value = var.pass
  plain = "text"
}
"""


@pytest.fixture
def source(tmp_path):
    for name, text in {"main.tf": MAIN, "m/main.tf": MODULE, "n/main.tofu": INNER, "n/main.tf": "not read {{{"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    def open_file(absolute):
        file = Path(absolute)
        name = os.path.relpath(absolute, tmp_path).replace(os.sep, "/")
        return SourceFile(path=name, absolute=absolute, read=file.read_bytes) if file.is_file() else None

    return SourceMap(str(tmp_path), open_file, str(tmp_path))


@pytest.fixture
def shown(source, tmp_path):
    """What stands at the place of a path, and what stands at the places on the way."""

    def text_at(location):
        lines = (tmp_path / location.file).read_text().splitlines(keepends=True)[location.line - 1 : location.end_line]
        lines[-1] = lines[-1][: location.end_column - 1]
        return "".join(lines)[location.column - 1 :]

    def show(address, *path, body=None):
        location = source.resource(address, path, body)
        return text_at(location), [text_at(place) for place in location.via]

    return show


@pytest.mark.parametrize(
    ("address", "path", "text"),
    [
        ("aws_sqs_queue.q", ("policy", "Statement", 0, "Action", 0), '"sqs:*"'),
        ("aws_sqs_queue.q", ("policy", "Statement", 1, "Action"), '"sqs:Send"'),
        ("aws_sqs_queue.q", ("policy", "Version"), '"2012-10-17"'),
        ("x.blocks", ("rule", 0, "port"), "1"),
        ("x.blocks", ("rule", 1, "port"), "rule.value"),
        ("x.blocks", ("single", "inner", "deep"), "true"),
        ("x.blocks", ("single", 0, "inner", 0), "inner"),
        ("x.blocks[0]", ("absent",), 'resource "x" "blocks"'),
        ("aws_sqs_queue.merging", ("policy", "Statement", 1, "Action"), "data.aws_iam_policy_document.merged.json"),
    ],
)
def test_places_by_path(shown, address, path, text):
    assert shown(address, *path) == (text, [])


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("policy", "Statement", 0, "Action", 0), '"a:One"'),
        (("policy", "Statement", 1, "Action"), '["a:Two"]'),
        (("policy", "Statement", 1, "Principal"), "principals"),
        (("policy", "Statement", 1), "statement"),
    ],
)
def test_a_policy_from_a_document_leads_to_its_statement(shown, path, text):
    assert shown("aws_sqs_queue.documented", *path) == (text, ["data.aws_iam_policy_document.d.json"])


@pytest.mark.parametrize(("planned", "text"), [(9, "9"), ("9", "9"), (1, "1"), (3, "rule.value"), (Unknown(), "1")])
def test_the_block_that_agrees_with_the_planned_values(shown, planned, text):
    body = {"rule": [{"port": planned}]}
    assert shown("x.blocks", "rule", 0, "port", body=body)[0] == text


def test_an_argument_is_followed_out_of_its_modules(shown):
    assert shown("module.m.module.n.x.y", "value") == ("var.pass", ["var.top", "var.arg"])
    assert shown("module.m.module.n.x.y", "plain") == ('"text"', ['module "m"', 'module "n"'])


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("x.none", "source differs from plan: resource x none is not in ."),
        ("data.x.none", "source differs from plan: data x none is not in ."),
        ("module.m.x.none", "source differs from plan: resource x none is not in m"),
        ("module.gone.x.none", "source differs from plan: module gone is not called in ."),
        ("module.gone.module.more.x.none", "source differs from plan: module gone is not called in ."),
        ("no address", "address"),
    ],
)
def test_what_is_not_in_the_source_has_no_place_but_a_reason(source, address, why):
    assert source.resource(address, ()) is None
    assert why in source.why_missing(address)


def test_a_folder_without_configuration_is_empty(tmp_path):
    (tmp_path / "notes.md").write_text("x")
    assert SourceMap(str(tmp_path), lambda _: None, str(tmp_path)).is_empty
    assert SourceMap(str(tmp_path / "none"), lambda _: None, str(tmp_path)).is_empty
