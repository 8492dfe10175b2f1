"""Secrets spelled out in Terraform source: what counts, where it is said to be, and that it is never shown."""

from __future__ import annotations

import io
import json
import sys

import pytest

from iacgate.cli.entry import run

RULES = "terraform-secret-in-source,terraform-token-in-source"
TOKEN = "gh" + "p_" + "0123456789abcdefghijABCDEFGHIJ012345"  # in two, so that no scanner takes this file for a leak


class Printed(io.TextIOWrapper):
    def __init__(self):
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    def text(self):
        return self.buffer.getvalue().decode()


@pytest.fixture
def found(tmp_path, monkeypatch):
    def scan(files, *options):
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        out = Printed()
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", io.StringIO())
        arguments = ("scan", str(tmp_path), "--no-config", "--no-gitignore", "-o", "json", *options)
        run([*arguments, *(word for rule in RULES.split(",") for word in ("--rule", rule))])
        return json.loads(out.text())["findings"]

    return scan


def place(finding):
    location = finding["location"]
    return f"{location['file']}:{location['line']}"


def db(value):
    return f'resource "aws_db_instance" "a" {{\n  password = {value}\n}}\n'


@pytest.mark.parametrize(
    "value",
    [
        '"hunter2hunter2"',
        '"changeme"',
        'sensitive("hunter2")',
        '"a-${local.b}"',
        'join("", ["a", local.b])',
        "12345678",
    ],
)
def test_a_value_that_is_spelled_out_is_found(found, value):
    assert len(found({"main.tf": db(value) + 'locals {\n  b = "secret1"\n}\n'})) == 1


@pytest.mark.parametrize(
    "value",
    [
        *('""', "null", '"REPLACE_ME"', '"replace-me"', '"<password>"', '"$${PASSWORD}"', '"{{ password }}"', '"***"'),
        *('"your-password"', "random_password.r.result", "data.aws_ssm_parameter.p.value", "var.given", "uuid()"),
        *('"a-${var.given}"', 'file("password.txt")', "var.missing", 'trimspace(file("password.txt"))'),
        *('"arn:aws:secretsmanager:eu-west-1:1:secret:x"', '"managed outside of terraform"', "local.self"),
    ],
)
def test_what_comes_from_elsewhere_is_none(found, value):
    rest = 'variable "given" {}\nlocals {\n  self = local.self\n}\nresource "random_password" "r" {}\n'
    files = {"main.tf": db(value) + rest, "password.txt": "hunter2hunter2"}
    assert found(files, "--var", "given=hunter2hunter2") == []


def test_the_place_is_where_it_is_spelled_out_and_the_way_is_told(found):
    files = {
        "main.tf": 'module "m" {\n  source = "./m"\n  pw = var.pw\n}\nvariable "pw" {}\n',
        "terraform.tfvars": '\npw = "hunter2hunter2"\n',
        "m/main.tf": 'variable "pw" {}\n' + db("var.pw"),
    }
    (finding,) = found(files)
    assert place(finding) == "terraform.tfvars:2"
    assert finding["resource"]["address"] == "module.m.aws_db_instance.a"
    assert finding["path"] == ["password"]
    way = [(one["file"], one["line"]) for one in finding["location"]["via"]]
    assert way == [("main.tf", 1), ("m/main.tf", 3), ("main.tf", 3)]


def test_an_override_from_the_command_beats_the_default(found):
    files = {"main.tf": db("var.pw") + 'variable "pw" {\n  default = "hunter2hunter2"\n}\n'}
    assert len(found(files)) == 1
    assert found(files, "--var", "pw=other-Passw0rd") == []


def test_a_key_in_a_sensitive_attribute_is_told_once_and_gravely(found):
    (finding,) = found({"main.tf": db(f'"{TOKEN}"')})
    assert (finding["rule"], finding["severity"]) == ("terraform-token-in-source", "critical")


@pytest.mark.parametrize("text", [TOKEN, "x-" + TOKEN + "-y", "key: " + TOKEN, "AKIAIOSFODNN7EXAMPLE"])
def test_a_key_is_found_in_any_text(found, text):
    (finding,) = found({"main.tf": f'resource "aws_s3_bucket" "b" {{\n  tags = {{ k = "{text}" }}\n}}\n'})
    assert finding["path"] == ["tags", "k"]
    assert place(finding) == "main.tf:2"


@pytest.mark.parametrize("form", ["text", "json", "sarif", "markdown", "csv", "concise", "html", "junit"])
def test_no_report_shows_the_secret(tmp_path, monkeypatch, form):
    (tmp_path / "main.tf").write_text(
        db("var.pw") + f'resource "aws_s3_bucket" "b" {{\n  tags = {{ k = "{TOKEN}" }}\n}}\nvariable "pw" {{}}\n'
    )
    (tmp_path / "terraform.tfvars").write_text('pw = "hunter2hunter2"\n')
    out, said = Printed(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", said)
    run(["scan", str(tmp_path), "--no-config", "--no-gitignore", "--ruleset", "strict", "-o", form])
    shown = out.text() + said.getvalue()
    assert "terraform-token-in-source" in shown
    assert "hunter2" not in shown
    assert TOKEN not in shown


def test_the_inventory_shows_no_sensitive_attribute(tmp_path, monkeypatch):
    (tmp_path / "main.tf").write_text(db('"hunter2hunter2"'))
    out = Printed()
    monkeypatch.setattr(sys, "stdout", out)
    run(["inventory", str(tmp_path), "--no-config", "-o", "json"])
    assert json.loads(out.text())["resources"][0]["body"] == {"password": {"$secret": True}}


def plan(configuration, after, marks=None, **more):
    change = {"actions": ["create"], "before": None, "after": after, "after_unknown": {}}
    entry = {"address": "aws_db_instance.a", "mode": "managed", "type": "aws_db_instance", "name": "a"}
    block = {**entry, "expressions": {"password": configuration}}
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "resource_changes": [{**entry, "change": {**change, "after_sensitive": marks or {}}}],
        "configuration": {"root_module": {"resources": [block], **more}},
    }


@pytest.mark.parametrize("marks", [{}, {"password": True}])
@pytest.mark.parametrize(
    ("expression", "more", "is_found"),
    [
        ({"constant_value": "hunter2hunter2"}, {}, True),
        ({"references": ["var.pw"]}, {"variables": {"pw": {"default": "hunter2hunter2"}}}, True),
        ({"references": ["var.pw"]}, {"variables": {"pw": {"default": "another-one"}}}, False),
        ({"references": ["var.pw"]}, {"variables": {"pw": {}}}, False),
        ({"references": ["local.pw"]}, {}, False),
        ({"references": ["random_password.r.result", "random_password.r"]}, {}, False),
        ({"references": ["var.o.pw", "var.o"]}, {"variables": {"o": {"default": {"pw": "hunter2hunter2"}}}}, True),
        ({}, {}, False),
    ],
)
def test_a_plan_alone_tells_constants_and_defaults(found, expression, more, marks, is_found):
    text = json.dumps(plan(expression, {"password": "hunter2hunter2"}, marks, **more))
    assert [one["path"] for one in found({"plan.json": text})] == ([["password"]] if is_found else [])


def test_the_source_beside_a_plan_tells_of_locals(found, tmp_path):
    text = json.dumps(plan({"references": ["local.pw"]}, {"password": "hunter2hunter2"}, {"password": True}))
    source = db("local.pw") + 'locals {\n  pw = "hunter2hunter2"\n}\n'
    findings = found({"plan.json": text, "main.tf": source})
    assert [place(one) for one in findings] == ["main.tf:5"]


def test_a_secret_that_stood_before_a_change_is_not_its_doing(found):
    document = plan({"constant_value": "hunter2hunter2"}, {"password": "hunter2hunter2", "name": "new"})
    change = document["resource_changes"][0]["change"]
    change.update(actions=["update"], before={"password": "hunter2hunter2", "name": "old"}, before_sensitive={})
    (finding,) = found({"plan.json": json.dumps(document)})
    assert finding["change"] == "existing"
    change["before"]["password"] = "another-one"
    (finding,) = found({"plan.json": json.dumps(document)})
    assert finding["change"] == "introduced"
