"""``iacgate inventory``: the model for people and for programs."""

from __future__ import annotations

import json
import re

from iacgate.cli.entry import run

TERRAFORM = """\
variable "password" {
  type      = string
  sensitive = true
  default   = "hunter2-hunter2"
}

resource "aws_kms_key" "k" {}

resource "aws_db_instance" "d" {
  password   = var.password
  kms_key_id = aws_kms_key.k.arn
}
"""


def inventory(capsys, *words: str) -> dict:
    assert run(["inventory", "-o", "json", *words]) == 0
    return json.loads(capsys.readouterr().out)


def test_text_is_one_line_a_resource_with_its_place(pod, capsys):
    (pod / "main.tf").write_text(TERRAFORM)
    assert run(["inventory"]) == 0
    out, err = capsys.readouterr()
    rows = [re.split(r"\s{2,}", line) for line in out.splitlines()]
    assert {(row[0], row[-1]) for row in rows} >= {("aws_kms_key.k", "main.tf:7"), ("Pod prod/app", "pod.yaml:1")}
    assert err == f"{len(rows)} resources\n"


def test_json_tells_unknown_and_secret_values_apart(here, capsys):
    (here / "main.tf").write_text(TERRAFORM)
    report = inventory(capsys)
    (database,) = [item for item in report["resources"] if item["address"] == "aws_db_instance.d"]
    assert report["schema_version"] == 1
    assert database["body"]["password"] == {"$secret": True}
    assert list(database["body"]["kms_key_id"]) == ["$unknown"]
    assert "aws_kms_key.k" in {relation["target"] for relation in database["relations"]}
    assert (database["location"]["file"], database["location"]["line"]) == ("main.tf", 9)
    assert "hunter2" not in json.dumps(report)
    assert report["sources"] == [{"path": "main.tf", "kind": "terraform", "status": "read", "detail": ""}]


def test_only_the_types_that_were_asked_for(pod, capsys):
    (pod / "main.tf").write_text(TERRAFORM)
    assert [item["type"] for item in inventory(capsys, "--type", "aws_kms_*")["resources"]] == ["aws_kms_key"]


def test_what_cannot_be_read_is_told_and_is_not_success(pod, capsys):
    (pod / "main.tf").write_text('resource "a" "b" {\n')
    assert run(["inventory"]) == 3
    out, err = capsys.readouterr()
    assert "Pod prod/app" in out
    assert "main.tf:1" in err


def test_path_that_is_not_there_is_usage(here, capsys):
    assert run(["inventory", "nope"]) == 2
    assert "nope" in capsys.readouterr().err
