"""``iacgate rules``, ``explain`` and ``query``, as typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from iacgate.cli.entry import run

ROOT = Path(__file__).resolve().parents[2]
GROUPS = """\
variable "office" {
  type = string
}
"""
GROUP = """
resource "aws_security_group" "NAME" {
  name = "NAME"
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = [CIDR]
  }
}
"""


@pytest.fixture
def groups(tmp_path):
    made = [("good", '"10.0.0.0/8"'), ("bad", '"0.0.0.0/0"'), ("undecided", "var.office")]
    text = GROUPS + "".join(GROUP.replace("NAME", name).replace("CIDR", cidr) for name, cidr in made)
    (tmp_path / "main.tf").write_text(text)
    return str(tmp_path)


def typed(capsys, *words):
    code = run(list(words))
    told = capsys.readouterr()
    return code, told.out, told.err


def test_list_as_json_is_a_contract(capsys):
    code, out, _ = typed(capsys, "rules", "list", "-o", "json", "--no-config")
    document = json.loads(out)
    assert code == 0
    assert document["schema_version"] == 1
    rule = document["rules"]["aws-sg-ssh-open"]
    assert {
        "title",
        "severity",
        "on",
        "aliases",
        "controls",
        "rulesets",
        "why",
        "fix",
        "since",
        "provider",
        "service",
    } <= set(rule)
    assert rule["rulesets"][:3] == ["baseline", "recommended", "strict"]
    assert {"cis-aws", "pci-dss-4.0", "soc2", "nist-800-53"} <= set(rule["rulesets"][3:])
    assert (rule["provider"], rule["service"]) == ("aws", "ec2")


def test_strict_holds_every_rule(capsys):
    _, out, _ = typed(capsys, "rules", "list", "--ruleset", "strict", "-o", "json", "--no-config")
    assert set(json.loads(out)["rules"]) == {file.stem for file in (ROOT / "rules").rglob("*.yaml")}


@pytest.mark.parametrize("name", ["aws-sg-ssh-open", "CKV_AWS_24"])
def test_show_by_any_name(capsys, name):
    assert "# aws-sg-ssh-open" in typed(capsys, "rules", "show", name, "--no-config")[1]
    assert typed(capsys, "explain", name, "--no-config")[1].startswith("# aws-sg-ssh-open")
    assert "covers_port(@, `22`)" in typed(capsys, "rules", "show", name, "-o", "yaml", "--no-config")[1]


def test_unknown_names_are_exit_2_with_the_nearest(capsys):
    code, _, err = typed(capsys, "explain", "aws-sg-ssh-opne", "--no-config")
    assert code == 2
    assert "did you mean 'aws-sg-ssh-open'?" in err
    code, _, err = typed(capsys, "rules", "list", "--ruleset", "strct", "--no-config")
    assert code == 2
    assert "strict" in err


def test_new_and_test(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert typed(capsys, "rules", "new", "pod-talks", "--on", "workload")[0] == 0
    code, out, _ = typed(capsys, "rules", "test", "policy")
    assert (code, out.split()[:2]) == (0, ["ok", "pod-talks"])
    sample = tmp_path / "policy" / "fixtures" / "pod-talks" / "pods.yaml"
    sample.write_text(sample.read_text().replace("# finding: pod-talks", ""))
    code, out, _ = typed(capsys, "rules", "test", "policy", "-o", "json")
    assert code == 1
    assert json.loads(out)["rules"]["pod-talks"]["problems"] == [
        "fixtures/pod-talks/pods.yaml:16: a finding that is not expected"
    ]


def test_docs_write_a_page_for_each(capsys, tmp_path):
    assert typed(capsys, "rules", "docs", "--to", str(tmp_path), "--rule", "aws-sg-*", "--no-config")[0] == 0
    assert (tmp_path / "aws-sg-ssh-open.md").read_text().startswith("# aws-sg-ssh-open")


def test_explain_shows_every_part(capsys, groups):
    code, out, _ = typed(capsys, "explain", "aws-sg-ssh-open", "--on", "aws_security_group.good", groups, "--no-config")
    assert code == 0
    assert "aws_security_group.good" in out
    assert "covers_port(@, `22`) = true" in out
    assert "open_to_world(@) = false" in out
    _, out, _ = typed(capsys, "explain", "aws-sg-ssh-open", "--on", "*.undecided", groups, "-o", "json", "--no-config")
    (explained,) = json.loads(out)["explanations"]
    assert explained["outcome"] == "unknown"
    assert "var.office" in explained["because"][0]


def test_explain_on_nothing_says_what_is_there(capsys, groups):
    code, _, err = typed(capsys, "explain", "aws-sg-ssh-open", "--on", "aws_security_group.god", groups, "--no-config")
    assert code == 2
    assert "did you mean 'aws_security_group.good'?" in err


def test_query(capsys, groups):
    code, out, err = typed(capsys, "query", "ingress_rules(@)[?open_to_world(@)].from_port", groups, "--no-config")
    assert code == 0
    assert "aws_security_group.bad" in out
    assert "[22]" in out
    assert "maybe more (var.office" in out
    assert "3 of 3 resources" in err
    _, out, _ = typed(capsys, "query", "name", groups, "-o", "json", "--type", "aws_security_group", "--no-config")
    assert [one["value"] for one in json.loads(out)["results"]] == ["good", "bad", "undecided"]


def test_query_says_where_an_expression_is_wrong(capsys, groups):
    code, _, err = typed(capsys, "query", "a && lenght(b)", groups)
    assert code == 2
    assert "column 6: unknown function 'lenght'" in err
    assert "did you mean 'length'?" in err
