"""``iacgate doctor --terraform``: how much of a configuration is known, and what is missing."""

from __future__ import annotations

import json
import os

import pytest

from iacgate.cli.entry import run

MAIN = """\
variable "env" {}
variable "secret" {
  default   = "hunter2-hunter2"
  sensitive = true
}
module "net" {
  source = "registry/net/aws"
}
module "inner" {
  source = "./inner"
}
data "aws_ami" "x" {}
resource "aws_instance" "a" {
  ami           = data.aws_ami.x.id
  instance_type = "t3.micro"
  user_data     = var.secret
  subnet_id     = module.net.subnet
  tags          = { env = var.env, name = "${var.env}-web", team = "a" }
}
resource "aws_eip" "b" {
  count    = var.env
  instance = aws_instance.a.id
}
"""
INNER = 'variable "n" {}\nresource "aws_eip" "c" {\n  instance = var.n\n}\n'


@pytest.fixture
def stack(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app" / "inner").mkdir(parents=True)
    (tmp_path / "app" / "main.tf").write_text(MAIN)
    (tmp_path / "app" / "inner" / "main.tf").write_text(INNER)
    return tmp_path


def measured(capsys, *words):
    assert run(["doctor", "--terraform", ".", *words]) == 0
    return capsys.readouterr().out


def test_known_and_unknown_attributes_are_counted_by_root(stack, capsys):
    (root,) = json.loads(measured(capsys, "-o", "json"))["roots"]
    assert (root["root"], root["kind"], root["resources"], root["symbolic"]) == ("app", "source", 4, 1)
    assert root["attributes"] == {"known": 3, "unknown": 6, "known_share": 0.3333, "plan_may_tell": 3}


def test_causes_are_ranked_with_what_to_do(stack, capsys):
    (root,) = json.loads(measured(capsys, "-o", "json"))["roots"]
    told = [(one["attributes"], one["cause"], one["help"].split(",")[0].split(";")[0]) for one in root["causes"]]
    assert told == [
        (2, "var.env has no value", "pass --var-file FILE or --var env=VALUE"),
        (1, "known after apply: aws_instance.a.id", "nothing tells it before the apply"),
        (1, "module not downloaded: module.net (registry/net/aws)", "run terraform init"),
        (1, "module.inner.var.n has no value", "set n in the call of module.inner"),
        (1, "read by the provider: data.aws_ami.x.id", "scan the plan: terraform plan -out tfplan"),
    ]  # fmt: skip
    assert [one["plan_may_tell"] for one in root["causes"]] == [False, True, True, False, True]


def test_modules_that_are_not_downloaded_are_named(stack, capsys):
    document = json.loads(measured(capsys, "-o", "json"))
    (missing,) = document["modules_not_downloaded"]
    assert "registry/net/aws" in missing


def test_text_says_the_same(stack, capsys):
    out = measured(capsys)
    for said in (
        "app (source): 4 resources, 1 of them for a number that is not known",
        "9 attributes: 3 known (33.3%), 6 unknown",
        "2 in 1 resource: var.env has no value",
        "help: pass --var-file FILE or --var env=VALUE",
        "a plan may tell 3 of the 6",
        "module registry/net/aws is not downloaded: run terraform init",
    ):
        assert said in out


def test_values_given_make_more_known(stack, capsys):
    (root,) = json.loads(measured(capsys, "-o", "json", "--var", "env=2"))["roots"]
    assert root["attributes"]["unknown"] == 5
    assert root["symbolic"] == 0


def test_no_value_is_printed(stack, capsys):
    assert "hunter2" not in measured(capsys) + measured(capsys, "-o", "json")


def test_nothing_to_measure_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert "no Terraform resources here" in measured(capsys)


def test_what_cannot_be_read_is_said(stack, capsys):
    (stack / "app" / "broken.tf").write_text('resource "x" {{{')
    out = measured(capsys)
    assert "broken.tf" in out
    assert json.loads(measured(capsys, "-o", "json"))["troubles"]


def test_hostile_names_repaint_no_terminal(stack, capsys):
    (stack / "app" / "odd.tf").write_text('resource "x_y" "o" {\n  a = file("\x1b[31m")\n}\n')
    assert "\x1b" not in measured(capsys)


@pytest.mark.parametrize("words", [["doctor", "-o", "json"], ["doctor", "--terraform", ".", "."]])
def test_what_does_not_go_together_is_usage(stack, capsys, words):
    assert run(words) == 2
    assert "help:" in capsys.readouterr().err


def folders(corpora):
    """Every folder of the public test data that holds configuration."""
    for name in ("parsers", "checkov", "trivy", "plans", "conftest"):
        for folder, _, files in os.walk(corpora / name):
            if any(file.endswith((".tf", ".tofu", ".tf.json")) for file in files):
                yield folder


def assert_measured(folder, capsys):
    assert run(["doctor", "--no-config", "--no-gitignore", "--terraform", folder, "-o", "json"]) == 0, folder
    document = json.loads(capsys.readouterr().out)
    assert not [trouble for trouble in document["troubles"] if "adapter failed" in trouble], folder


def test_all_real_code_is_measured_without_an_internal_error(corpora, capsys):
    for folder in folders(corpora):
        assert_measured(folder, capsys)
