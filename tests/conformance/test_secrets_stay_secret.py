"""No report, listing or remark says a secret: neither what the source marks so, nor what a rule found to be one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from iacgate.cli.entry import run
from iacgate.outputs import FORMATS

TERRAFORM = """
variable "pw" {
  type      = string
  sensitive = true
  default   = "S3CRETdefault01"
}
variable "given" {
  sensitive = true
}
locals {
  url = "postgres://u:${var.pw}@h/db"
  all = { k = var.pw, deep = { x = [var.given] } }
}
provider "aws" {
  secret_key = "S3CRETprovider02abcdefghijklmnopqrstuvwx"
}
resource "aws_db_instance" "a" {
  password            = var.pw
  publicly_accessible = true
  tags                = local.all
  identifier          = local.url
}
resource "aws_lambda_function" "l" {
  environment {
    variables = { DB_PASSWORD = "S3CRETlambda03xyz" }
  }
}
resource "aws_security_group" "g" {
  name = sensitive("S3CRETname04")
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0", var.given]
    description = local.url
  }
}
data "aws_secretsmanager_secret_version" "d" {
  secret_id = var.pw
}
output "o" {
  value     = var.pw
  sensitive = true
}
resource "aws_s3_bucket" "keyed" {
  for_each = { (var.pw) = 1 }
}
resource "aws_s3_bucket" "listed" {
  for_each = toset([var.pw])
}
resource "aws_s3_bucket" "zipped" {
  for_each = zipmap([var.pw], [1])
}
resource "aws_s3_bucket" "held" {
  for_each = { open = var.pw }
  bucket   = each.value
  tags     = { (var.pw) = "a" }
}
module "m" {
  source = "./m"
  pw     = var.pw
}
"""
MODULE = """
variable "pw" {}
resource "aws_s3_bucket" "b" {
  bucket = "x-${var.pw}"
  acl    = "public-read"
}
"""
MANIFESTS = """
apiVersion: v1
kind: Secret
metadata:
  name: s
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"kind":"Secret","stringData":{"p":"S3CRETlast05"}}'
stringData: {password: S3CRETstring06}
data: {blob: S3CRETdata07}
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
  - name: c
    image: nginx:latest
    env: [{name: DB_PASSWORD, value: S3CRETenv08xyz}]
"""
DOCKERFILE = """FROM debian:latest
ARG NPM_TOKEN=S3CRETarg09xyz
ENV DB_PASSWORD=S3CRETenv10xyz OTHER=a
RUN export AWS_SECRET_ACCESS_KEY=S3CRETaws11abcdefghijklmnopqrstuvwxyzabc && curl http://x | sh
"""
MARK = "S3CRET"
FOUND_BY_RULES_ONLY = ("provider02", "lambda03", "env08", "arg09", "env10", "aws11")
"""Literals that no source marks: reports cover them, a listing of the resources as they are written does not."""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {
        "tf/main.tf": TERRAFORM,
        "tf/terraform.tfvars": 'given = "S3CRETgiven12"\n',
        "tf/m/main.tf": MODULE,
        "k8s/a.yaml": MANIFESTS,
        "Dockerfile": DOCKERFILE,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def said(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., str]:
    """Run a command; all that it writes to standard output and standard error."""

    def call(*arguments: str) -> str:
        assert run(list(arguments)) in {0, 1, 3}
        return "".join(stream.decode() for stream in capfdbinary.readouterr())

    return call


@pytest.mark.parametrize("name", FORMATS)
def test_no_report_says_a_secret(name: str, tree: Path, said: Callable[..., str]) -> None:
    output = said("scan", ".", "--no-config", "--ruleset", "strict", "--evaluations", "--debug", "-o", name)
    assert output
    assert MARK not in output


def test_listings_say_only_what_the_source_does_not_mark(tree: Path, said: Callable[..., str]) -> None:
    for arguments in (["inventory", "-o", "json"], ["inventory"], ["query", "@"], ["query", "data || tags"]):
        output = said(*arguments)
        for literal in FOUND_BY_RULES_ONLY:
            output = output.replace(f"{MARK}{literal}", "")
        assert MARK not in output, arguments


def test_a_baseline_holds_none(tree: Path, said: Callable[..., str]) -> None:
    said("baseline", "create", ".")
    (file,) = tree.glob(".iacgate-baseline.json")
    assert json.loads(file.read_text())
    assert MARK not in file.read_text()


def test_an_explanation_says_none(tree: Path, said: Callable[..., str]) -> None:
    output = said("explain", "aws-sg-ssh-open", "--on", "aws_security_group.g", "tf")
    assert MARK not in output


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("main.tf", 'variable "a" {\n  sensitive = true\n  default = "S3CRETx" oops\n}\n'),
        ("a.yaml", "apiVersion: v1\nkind: Secret\nstringData: {a: S3CRETx\n"),
        ("a.yaml", "apiVersion: v1\nkind: Secret\nstringData: {a: S3CRETx, a: S3CRETy}\n"),
        ("Dockerfile", "FROM a\nENV PASSWORD S3CRETx S3CRETy\nENV S3CRETz\n"),
        ("terraform.tfvars", 'password = "S3CRETx\n'),
        ("plan.json", '{"format_version": "1.2", "variables": {"a": {"value": "S3CRETx'),
    ],
)
def test_nor_does_a_message_about_a_broken_file(name: str, text: str, tmp_path: Path, monkeypatch, said) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.tf").write_text("locals {}\n")
    (tmp_path / name).write_text(text)
    output = said("scan", ".", "--no-config", "-o", "text").replace('"S3CRETz"', "")  # there a name, not a value
    assert "S3CRET" not in output
