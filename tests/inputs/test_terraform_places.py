"""Where the parts of a value stand that Terraform renders: the source adapter and the places of a plan agree on it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from iacgate.inputs import terraform
from iacgate.lang.terraform.source_map import SourceMap
from iacgate.model import SourceFile
from iacgate.spi import InputContext

MAIN = """\
locals {
  first  = local.second
  second = jsonencode({ Statement = [{ Action = "local:Action" }] })
  text   = <<-EOT
    { "Statement": { "Action": "text:Action" } }
  EOT
  circle = local.circle
  tags   = { team = "a" }
  merged = merge({}, { Statement = [] })
  reference = data.aws_iam_policy_document.d.json
}

data "aws_iam_policy_document" "d" {
  statement {
    actions = ["a:One"]
  }
  statement {
    actions   = ["a:Two", "b:Three", "a:One"]
    resources = [aws_sqs_queue.encoded.arn, "b"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
  }
}

data "aws_iam_policy_document" "merged" {
  source_policy_documents = ["{}"]
  statement {
    actions = ["a:One"]
  }
}

data "aws_iam_policy_document" "counted" {
  count = 1
  statement {
    actions = ["c:One"]
  }
}

resource "aws_sqs_queue" "encoded" {
  policy = jsonencode({
    Statement = [
      { Action = ["sqs:*"] },
      { "Action" = "sqs:Send" },
    ]
  })
}
resource "aws_sqs_queue" "document" { policy = data.aws_iam_policy_document.d.json }
resource "aws_sqs_queue" "minified" { policy = data.aws_iam_policy_document.d.minified_json }
resource "aws_sqs_queue" "merged" { policy = data.aws_iam_policy_document.merged.json }
resource "aws_sqs_queue" "counted" { policy = data.aws_iam_policy_document.counted[0].json }
resource "aws_sqs_queue" "gone" { policy = data.aws_iam_policy_document.gone.json }
resource "aws_sqs_queue" "local" { policy = local.first }
resource "aws_sqs_queue" "local_text" { policy = local.text }
resource "aws_sqs_queue" "local_document" { policy = local.reference }
resource "aws_sqs_queue" "local_circle" { policy = local.circle }
resource "aws_sqs_queue" "local_merged" { policy = local.merged }
resource "aws_sqs_queue" "tagged" { tags = local.tags }
resource "aws_sqs_queue" "heredoc" {
  policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [
    { "Action": "h:One", "Resource": "${aws_sqs_queue.encoded.arn}/*" },
    { "Action": ["h:Two", ${jsonencode("h:Three")}], "Sid": "äöü" }
  ]
}
EOF
}
resource "aws_sqs_queue" "broken" {
  policy = <<EOF
{ "Statement": [
EOF
}
resource "aws_sqs_queue" "directive" {
  policy = <<EOF
{ "Statement": [ %{ if true } {} %{ endif } ] }
EOF
}
resource "aws_sqs_queue" "inside" {
  inline { policy = data.aws_iam_policy_document.d.json }
}
"""
JSONENCODE = 'jsonencode({ Statement = [{ Action = "local:Action" }] })'
ACTION = ("policy", "Statement", 1, "Action")
FIRST = ("policy", "Statement", 0, "Action")
PLACES = [
    ("encoded", FIRST, '["sqs:*"]', []),
    ("encoded", (*FIRST, 0), '"sqs:*"', []),
    ("encoded", ACTION, '"sqs:Send"', []),
    ("document", FIRST, '["a:One"]', ["data.aws_iam_policy_document.d.json"]),
    ("document", (*ACTION, 0), '"b:Three"', ["data.aws_iam_policy_document.d.json"]),
    ("document", (*ACTION, 2), '"a:One"', ["data.aws_iam_policy_document.d.json"]),
    ("document", ("policy", "Statement", 1, "Resource", 0), '[aws_sqs_queue.encoded.arn, "b"]', None),
    ("document", ("policy", "Statement", 1, "Principal", "AWS", 0), "principals", None),
    ("document", ("policy", "Statement", 1, "Effect"), "statement", None),
    ("document", ("policy", "Version"), "data.aws_iam_policy_document.d.json", []),
    ("document", ("policy",), "data.aws_iam_policy_document.d.json", []),
    ("minified", FIRST, '["a:One"]', ["data.aws_iam_policy_document.d.minified_json"]),
    ("merged", FIRST, "data.aws_iam_policy_document.merged.json", []),
    ("counted", FIRST, '["c:One"]', ["data.aws_iam_policy_document.counted[0].json"]),
    ("gone", FIRST, "data.aws_iam_policy_document.gone.json", []),
    ("local", FIRST, '"local:Action"', ["local.first", "local.second"]),
    ("local", ("policy",), "local.first", [JSONENCODE, "local.second"]),
    ("local_text", FIRST, '"text:Action"', ["local.text"]),
    ("local_document", FIRST, '["a:One"]', ["local.reference", "data.aws_iam_policy_document.d.json"]),
    ("local_circle", FIRST, "local.circle", ["local.circle"]),
    ("local_merged", FIRST, "local.merged", ["[]"]),
    ("tagged", ("tags", "team"), "local.tags", ['"a"']),
    ("heredoc", FIRST, '"h:One"', []),
    ("heredoc", ("policy", "Statement", 0, "Resource"), '"${aws_sqs_queue.encoded.arn}/*"', []),
    ("heredoc", (*ACTION, 1), '${jsonencode("h:Three")}', []),
    ("heredoc", ("policy", "Statement", 1, "Sid"), '"äöü"', []),
    ("heredoc", ("policy", "Statement"), '"Statement"', []),
    ("broken", FIRST, '<<EOF\n{ "Statement": [\nEOF', []),
    ("directive", FIRST, '<<EOF\n{ "Statement": [ %{ if true } {} %{ endif } ] }\nEOF', []),
    ("inside", ("inline", 0, *ACTION, 1), '"a:Two"', ["data.aws_iam_policy_document.d.json"]),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = Path(os.path.realpath(tmp_path_factory.mktemp("places")))
    (root / "main.tf").write_text(MAIN, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def from_source(folder):
    file = folder / "main.tf"
    source = SourceFile(path="main.tf", absolute=str(file), read=file.read_bytes)
    context = InputContext(root=str(folder), open=lambda _: None)
    found = {resource.address: resource for resource in terraform.normalise(list(terraform.parse(source)), context)}
    return lambda address, path: found[address].at(*path)


@pytest.fixture(scope="module")
def from_plan(folder):
    def opened(absolute):
        file = Path(absolute)
        return SourceFile(path=file.name, absolute=absolute, read=file.read_bytes) if file.is_file() else None

    return SourceMap(str(folder), opened, str(folder)).resource


def text_at(place) -> str:
    lines = MAIN.splitlines(keepends=True)[place.line - 1 : place.end_line]
    lines[-1] = lines[-1][: place.end_column - 1]
    return "".join(lines)[place.column - 1 :]


@pytest.mark.parametrize("reader", ["from_source", "from_plan"])
@pytest.mark.parametrize(("name", "path", "text", "way"), PLACES)
def test_the_part_of_a_rendered_value_stands_where_it_is_written(reader, name, path, text, way, request):
    place = request.getfixturevalue(reader)(f"aws_sqs_queue.{name}", path)
    assert text_at(place) == text
    if way is not None:
        assert [text_at(step) for step in place.via] == way
