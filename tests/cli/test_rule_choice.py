"""``iacgate rules list`` with filters, and ``iacgate rules coverage``."""

from __future__ import annotations

import json

import pytest

from iacgate.cli.entry import run


def listed(capsys, *words):
    assert run(["rules", "list", "-o", "json", "--no-config", *words]) == 0
    return json.loads(capsys.readouterr().out)["rules"]


@pytest.mark.parametrize(
    ("words", "holds", "test"),
    [
        (["--provider", "docker"], "docker-user-missing", lambda facts: facts["provider"] == "docker"),
        (["--service", "s3"], "aws-s3-versioning-off", lambda facts: facts["service"] == "s3"),
        (["--severity", "Critical"], "aws-sg-ssh-open", lambda facts: facts["severity"] == "critical"),
        (["--severity", "low", "--severity", "info"], "docker-maintainer",
         lambda facts: facts["severity"] in {"low", "info"}),
        (["--control", "cis-aws"], "aws-rds-public", lambda facts: "cis-aws" in facts["rulesets"]),
        (["--control", "cis-aws/2.3.3"], "aws-rds-public", lambda facts: "2.3.3" in facts["controls"]["cis-aws-3.0"]),
        (["--control", "SC-28"], "aws-sqs-unencrypted", lambda facts: "SC-28" in facts["controls"]["nist-800-53"]),
        (["--control", "iso-27001/A.8.24"], "aws-sqs-unencrypted", lambda facts: "iso-27001" in facts["rulesets"]),
        (["--tag", "secret"], "docker-secret-in-env", lambda facts: "secret" in facts["tags"]),
        (["--alias", "CKV_DOCKER_*"], "docker-user-missing",
         lambda facts: any("CKV_DOCKER" in one for one in facts["aliases"])),
        (["--alias", "avd-ksv-0017"], "k8s-privileged-container", lambda facts: "KSV-0017" in facts["aliases"]),
        (["--type", "aws_db_instance"], "aws-rds-public",
         lambda facts: any("aws_" in one or one == "secret_holder" for one in facts["on"])),
        (["--type", "Deployment"], "k8s-host-pid", lambda facts: facts["provider"] == "kubernetes"),
        (["--text", "sudo"], "docker-sudo", lambda facts: "sudo" in str(facts).lower()),
        (["--provider", "aws", "--severity", "critical"], "aws-rds-public",
         lambda facts: facts["provider"] == "aws" and facts["severity"] == "critical"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)  # fmt: skip
def test_filters(capsys, words, holds, test):
    found = listed(capsys, *words)
    assert holds in found
    assert [rule for rule, facts in found.items() if not test(facts)] == []


def test_a_filter_looks_through_all_rules_unless_a_set_is_named(capsys):
    assert "docker-maintainer" in listed(capsys, "--alias", "DL4000")
    assert listed(capsys, "--alias", "DL4000", "--ruleset", "recommended") == {}


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--provider", "kubernets"], "kubernetes"),
        (["--service", "sagemakr"], "sagemaker"),
        (["--tag", "secrt"], "secret"),
        (["--control", "cis-asw/1.1"], "cis-aws"),
        (["--control", "cis-aws/2.3.33"], "2.3.3"),
        (["--control", "SC-288"], "SC-28"),
        (["--severity", "hihg"], "high"),
    ],
)
def test_words_nobody_says_are_exit_2_with_the_nearest(capsys, words, hint):
    assert run(["rules", "list", "--no-config", *words]) == 2
    assert hint in capsys.readouterr().err


TREE = """\
resource "aws_s3_bucket" "a" {}
resource "aws_s3_bucket" "b" {}
resource "aws_s3_bucket_versioning" "a" {
  bucket = aws_s3_bucket.a.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_nobody_knows" "x" {}
data "aws_caller_identity" "me" {}
"""


@pytest.fixture
def tree(tmp_path, monkeypatch):
    (tmp_path / "main.tf").write_text(TREE)
    (tmp_path / "broken.tf").write_text("resource {{")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_coverage_is_an_honest_picture(tree, capsys):
    assert run(["rules", "coverage", "--no-config", "-o", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    types = {one["type"]: one for one in told["types"]}
    assert (types["aws_s3_bucket"]["resources"], types["aws_s3_bucket"]["looked_at"]) == (2, 2)
    assert "aws-s3-versioning-off" in types["aws_s3_bucket"]["rules"]
    assert types["aws_nobody_knows"] == {
        "type": "aws_nobody_knows", "provider": "aws", "resources": 1, "looked_at": 0, "consulted": 0, "rules": [],
    }  # fmt: skip
    assert (types["aws_s3_bucket_versioning"]["consulted"], types["aws_s3_bucket_versioning"]["rules"]) == (1, [])
    assert told["summary"] == {
        "types": 4, "types_with_rules": 1, "resources": 5, "resources_looked_at": 2, "resources_consulted": 1,
        "files_not_understood": 1,
    }  # fmt: skip


def test_coverage_in_words(tree, capsys):
    run(["rules", "coverage", "--no-config"])
    out = capsys.readouterr().out
    assert out.index("no rule looks at:") < out.index("aws_nobody_knows") < out.index("rules look at:")
    assert "1 of 4 resource types have rules, 2 of 5 resources (40 %); 1 file could not be understood" in out


def test_coverage_by_a_rule_set_and_of_nothing(tree, capsys):
    run(["rules", "coverage", "--no-config", "--ruleset", "pss-baseline", "-o", "json"])
    assert json.loads(capsys.readouterr().out)["summary"]["types_with_rules"] == 0
    (tree / "empty").mkdir()
    assert run(["rules", "coverage", "--no-config", "empty"]) == 0
    assert "nothing to look at" in capsys.readouterr().out
