"""What is not understood keeps the gate from opening, and nothing a file says can make it look the other way."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from iacgate.cli.entry import run
from iacgate.model import ScanReport, State
from iacgate.pipeline import Request, scan

TODAY = date(2026, 6, 1)


def _scan(folder: Path, files: dict[str, str], *paths: str) -> ScanReport:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    named = [str(folder / path) for path in paths or (".",)]
    return scan(named, Request(cwd=str(folder), today=TODAY, use_settings=False, ruleset="strict"))


NOT_UNDERSTOOD = {
    "a local module that is not there": {"main.tf": 'module "a" {\n  source = "./nope"\n}\n'},
    "a local module outside of what may be read": {"main.tf": 'module "a" {\n  source = "../../../../../etc"\n}\n'},
    "a module that calls itself": {"main.tf": 'module "a" {\n  source = "./"\n}\n'},
    "a broken file of values": {"main.tf": 'variable "x" {}\n', "terraform.tfvars": 'x = "a\n'},
    "a broken file of values in JSON": {"main.tf": 'variable "x" {}\n', "terraform.tfvars.json": '{"x": '},
    "a broken file beside a whole one": {"main.tf": "locals {}\n", "b.tf": "resource {"},
    "a truncated manifest": {"a.yaml": "apiVersion: v1\nkind: Pod\nspec: ["},
    "a key that stands twice": {"a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\nkind: Pod\n"},
    "an empty Dockerfile": {"Dockerfile": ""},
    "a truncated plan": {"plan.json": '{"format_version": "1.2", "planned_values": {'},
    "a binary plan": {"tfplan": "PK\x03\x04 tfplan"},
}


@pytest.mark.parametrize("files", NOT_UNDERSTOOD.values(), ids=NOT_UNDERSTOOD.keys())
def test_what_is_not_understood_is_incomplete_and_named(files, tmp_path):
    report = _scan(tmp_path, files)
    if "tfplan" in files:  # no adapter wants such a name, unless it is named
        report = _scan(tmp_path, files, "tfplan")
    assert report.exit_code == 3
    assert any(name in trouble.message for trouble in report.troubles for name in [*files, "module.a"])


def test_a_broken_companion_of_a_named_file_is_incomplete(tmp_path):
    files = {"a.tf": "locals {\n  a = local.b\n}\n", "b.tf": "locals {\n  b = \n}\n"}
    assert _scan(tmp_path, files, "a.tf").exit_code == 3


def test_module_calls_that_multiply_are_bounded_and_said(tmp_path):
    calls = "".join(f'module "m{index}" {{\n  source = "../next"\n}}\n' for index in range(3))
    files = {f"l{level}/main.tf": calls.replace("../next", f"../l{level + 1}") for level in range(10)}
    files["l10/main.tf"] = 'output "x" {\n  value = 1\n}\n'
    report = _scan(tmp_path, files, "l0")
    assert report.exit_code == 3
    assert "module instances" in report.troubles[0].message


def test_text_that_grows_with_each_encoding_ends(tmp_path):
    nested = "jsonencode(" * 60 + '"a"' + ")" * 60
    report = _scan(tmp_path, {"main.tf": f'resource "aws_s3_bucket" "a" {{\n  bucket = {nested}\n}}\n'})
    assert [resource.address for resource in report.resources] == ["aws_s3_bucket.a"]


ALLOW = 'iacgate:allow * reason="no" owner=me until=2026-07-01'
ALLOW_ONE = 'iacgate:allow docker-base-image-latest,aws-s3-bucket-public-acl,k8s-host-network reason="x" owner=me'
ALLOW_DATED = f"{ALLOW_ONE} until=2026-07-01"

NO_COMMENT = {
    "a here-document in HCL": (
        'resource "aws_s3_bucket" "a" {\n  tags = {\n    a = <<EOT\n# %s\nEOT\n  }\n  acl = "public-read"\n}\n',
        "main.tf",
    ),
    "a string in HCL": ('resource "aws_s3_bucket" "a" {\n  bucket = "# %s"\n  acl = "public-read"\n}\n', "main.tf"),
    "a text in YAML": (
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  hostname: '# %s'\n  hostNetwork: true\n",
        "a.yaml",
    ),
    "a block of text in YAML": (
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  hostname: |\n    # %s\n  hostNetwork: true\n",
        "a.yaml",
    ),
    "an argument in a Dockerfile": ('LABEL a="# %s"\nFROM debian:latest\n', "Dockerfile"),
    "a here-document in a Dockerfile": ("FROM scratch AS b\nRUN <<E\n# %s\nE\nFROM debian:latest\n", "Dockerfile"),
    "a comment far above": ("# %s\n\n\nFROM scratch AS b\nFROM debian:latest\n", "Dockerfile"),
}


@pytest.mark.parametrize(("text", "file"), NO_COMMENT.values(), ids=NO_COMMENT.keys())
def test_what_is_no_comment_beside_the_finding_excuses_nothing(text, file, tmp_path):
    if text.startswith("LABEL"):
        text = "FROM scratch AS z\n" + text
    said = ALLOW_DATED.replace('"', "") if '"# %s"' in text else ALLOW_DATED
    report = _scan(tmp_path, {file: text % said})
    assert report.verdicts
    assert report.count(State.EXCEPTED) == 0


@pytest.mark.parametrize(
    "said", [ALLOW, ALLOW_ONE, "iacgate:allow", "iacgate:allow reason=x", "checkov:skip=", "nosec"]
)
def test_a_comment_that_names_no_rule_or_no_day_excuses_nothing(said, tmp_path):
    report = _scan(tmp_path, {"Dockerfile": f"# {said}\nFROM debian:latest\n"})
    assert report.verdicts
    assert report.count(State.EXCEPTED) == 0


def test_the_same_comment_in_its_place_does(tmp_path):
    report = _scan(tmp_path, {"Dockerfile": f"# {ALLOW_DATED}\nFROM debian:latest\n"})
    assert report.count(State.EXCEPTED) == 1


POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostNetwork: true}\n"


@pytest.mark.parametrize("name", ["concise", "json", "sarif", "junit", "markdown"])
@pytest.mark.parametrize("arguments", [["--exclude", "**"], ["--config", "off.yaml"]])
def test_a_gate_that_looked_at_nothing_says_so_beside_every_report(name, arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(POD)
    (tmp_path / "off.yaml").write_text('version: 1\nrules: {disable: ["*"]}\n')
    assert run(["scan", "-o", name, *arguments]) == 0
    said = capsys.readouterr().err
    assert "nothing to scan" in said or "no rule looks at" in said


def test_remarks_do_not_repaint_the_terminal(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a\x1b[31m\u202e.yaml").write_text("a: [")
    assert run(["scan", "-o", "json"]) == 3
    said = capsys.readouterr().err
    assert "\\x1b[31m\\u202e" in said
    assert "\x1b" not in said
