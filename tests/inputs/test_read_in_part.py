"""Files of which a part cannot be read: the rest is judged, the part is told, and the gate is not open."""

from __future__ import annotations

from datetime import date

import pytest

from iacgate.errors import SyntaxFailure
from iacgate.inputs import dockerfile
from iacgate.model import Gate, Outcome, SourceFile, SourceStatus, Unknown
from iacgate.pipeline import Request, scan, take_inventory
from iacgate.syntax.yaml import load_all
from iacgate.syntax.yaml.recovery import MOST_FAILURES, load_readable

OPEN = """\
resource "aws_security_group" "web" {
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""
BROKEN = 'resource "aws_security_group" "broken" {\n  name = "x\n}\n'
POD = "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec:\n  hostPID: true\n  containers: []\n"


def scanned(folder, rule: str):
    request = Request(cwd=str(folder), today=date(2026, 1, 1), use_settings=False, rules=(rule,), maturity=2)
    return scan([str(folder)], request)


def judged(report) -> dict[str, Outcome]:
    return {one.subject.address: one.outcome for one in report.evaluations}


def test_terraform_beside_a_broken_block_is_judged_and_the_gate_is_incomplete(tmp_path):
    (tmp_path / "main.tf").write_text(BROKEN + OPEN.replace("0.0.0.0/0", "10.0.0.0/8"), encoding="utf-8")
    report = scanned(tmp_path, "aws-sg-ssh-open")
    assert judged(report) == {"aws_security_group.web": Outcome.PASS}
    assert (report.gate, report.exit_code) == (Gate.INCOMPLETE, 3)
    (trouble,) = report.troubles
    assert str(trouble.location) == "main.tf:2:10"
    assert trouble.message.endswith("lines 1 to 3 are not judged")
    (record,) = report.sources
    assert record.status is SourceStatus.UNREADABLE
    assert record.detail == trouble.message.removeprefix("main.tf:2:10: ")


def test_an_argument_set_twice_hides_itself_only(tmp_path):
    twice = OPEN.replace("    to_port", '    cidr_blocks = ["10.0.0.0/8"]\n    to_port')
    (tmp_path / "main.tf").write_text(twice + OPEN.replace('"web"', '"other"'), encoding="utf-8")
    report = scanned(tmp_path, "aws-sg-ssh-open")
    assert judged(report) == {"aws_security_group.web": Outcome.UNKNOWN, "aws_security_group.other": Outcome.FAIL}
    assert [str(one.location) for one in report.troubles] == ["main.tf:7:5"]
    details = [one.detail for one in report.evaluations if one.outcome is Outcome.UNKNOWN]
    assert details == ["argument cidr_blocks is set twice in one block"]


def test_a_called_module_that_was_not_scanned_is_read_in_part_too(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "mod").mkdir()
    (tmp_path / "app/main.tf").write_text('module "m" {\n  source = "../mod"\n}\n', encoding="utf-8")
    (tmp_path / "mod/main.tf").write_text(BROKEN + OPEN, encoding="utf-8")
    request = Request(cwd=str(tmp_path), today=date(2026, 1, 1), use_settings=False)
    (tmp_path / ".git").mkdir()
    taken = take_inventory([str(tmp_path / "app")], request)
    assert [one.address for one in taken.inventory.resources] == ["module.m", "module.m.aws_security_group.web"]
    assert [str(one.location) for one in taken.troubles] == ["mod/main.tf:2:10"]


def test_files_of_values_are_whole_or_not_read(tmp_path):
    (tmp_path / "main.tf").write_text('variable "a" {}\nresource "x" "y" {\n  a = var.a\n}\n', encoding="utf-8")
    (tmp_path / "terraform.tfvars").write_text('a = "1"\nb = "\nvariable "c" {\n}\n', encoding="utf-8")
    taken = take_inventory([str(tmp_path)], Request(cwd=str(tmp_path), today=date(2026, 1, 1)))
    (resource,) = taken.inventory.resources
    assert isinstance(resource.body["a"], Unknown)
    assert [str(one.location) for one in taken.troubles] == ["terraform.tfvars:2:5"]


# Dockerfiles


def described(text: str):
    source = SourceFile(path="Dockerfile", absolute="", read=text.encode)
    (document,) = dockerfile.parse(source)
    found = list(dockerfile.normalise([document], None))
    return [one.address for one in found], [str(one.location) for one in document.troubles], found


@pytest.mark.parametrize(
    ("text", "kept", "told"),
    [
        ("FROM a\nRAN x\nRUN y\n", ["0:1", "0:3"], ["2:1"]),
        ("FROM a\nENV A\nRUN y\n", ["0:1", "0:3"], ["2:5"]),
        ("RUN x\nFROM a\nRUN y\n", ["0", "0:2", "0:3"], ["1:1"]),
        ("FROM a\nRUN x\nFROM b c d\nRUN y\nFROM e\nRUN z\n", ["0", "0:1", "0:2", "1", "1:5", "1:6"], ["3:8"]),
        ("FROM a AS one\nUSR x\nFROM one\nRUN y\nFROM b\n", ["one:1", "1:3", "1:4", "2", "2:5"], ["2:1"]),
        ("FROM a\nRUN x\nRUN <<EOF\nUSER root\n", ["0:1", "0:2"], ["3:5", "4:1"]),
        ("FROM a\nRAN <<EOF\nUSER root\nEOF\n", ["0:1"], ["2:1", "2:1"]),
    ],
)
def test_instructions_beside_a_broken_one_are_resources_and_its_stage_is_not(text, kept, told):
    addresses, troubles, _ = described(text)
    assert sorted(address.removeprefix("Dockerfile#") for address in addresses) == sorted(kept)
    assert [place.removeprefix("Dockerfile:").removesuffix(":1") + ":1" for place in troubles] == [
        place.removesuffix(":1") + ":1" for place in told
    ]


def test_who_runs_behind_a_broken_instruction_is_not_known():
    _, _, found = described("FROM a\nUSER app\nRUN x\nUSR root\nRUN y\n")
    users = {one.body["line"]: one.body["user"] for one in found}
    assert users[3] == "app"
    assert isinstance(users[5], Unknown)
    assert isinstance(found[1].body["effective"], Unknown)


@pytest.mark.parametrize("text", ["RAN x\n", "FROM a b\nRUN x\n", "ARG x\nRAN y\n", "hello\n" * 50])
def test_a_file_without_a_stage_fails_as_a_whole(text):
    with pytest.raises(SyntaxFailure):
        described(text)


def test_a_dockerfile_of_complaints_is_given_up():
    _, troubles, _ = described("FROM a\n" + "RAN x\n" * 5_000)
    assert len(troubles) == 21


# YAML


def test_documents_beside_a_broken_one_are_judged(tmp_path):
    text = f"{POD.format(name='a')}---\nmetadata: {{name: b\n---\n{POD.format(name='c')}"
    (tmp_path / "pods.yaml").write_text(text, encoding="utf-8")
    report = scanned(tmp_path, "k8s-host-pid")
    assert judged(report) == {"Pod a": Outcome.FAIL, "Pod c": Outcome.FAIL}
    assert [one.message.rpartition("; ")[2] for one in report.troubles] == ["line 8 is not judged"]
    assert [(finding.location.line, finding.subject.document.index) for finding in findings(report)] == [
        (5, 0),
        (14, 2),
    ]


def findings(report):
    return [finding for one in report.evaluations for finding in one.findings]


@pytest.mark.parametrize(
    "broken",
    ["a: {\n", 'a: "b\n', "a: [\n  b\n", "a: *b\n", "- a\nb: c\n", "\ta: b\n", "a: " + "[" * 300 + "\n", "a: b: c\n"],
)
def test_a_broken_document_hides_no_other_wherever_it_stands(broken):
    good = ["x: 1\n", "z: 2\n"]
    for at in range(3):
        parts = [*good[:at], broken, *good[at:]]
        documents, failures = load_readable("---\n".join(parts).encode(), "a.yaml")
        assert [one.body for one in documents if one.body is not None] == [{"x": 1}, {"z": 2}]
        assert [one.index for one in documents if one.body is not None] == [n for n in range(3) if n != at]
        assert len(failures) == 1
        whole = [one.locate(("z",)).line for one in documents if one.body == {"z": 2}]
        assert whole == [sum(part.count("\n") + 1 for part in parts[: parts.index("z: 2\n")]) + 1]


@pytest.mark.parametrize(
    "text",
    ["a: 1\n---\n<<<<<<< x\nb: {\n", "a: 1\n---\n{{ if x }}\nb: {\n", "a: 1\n---\nb: \x07\n", "a: {\n---\n" * 50],
)
def test_what_is_no_matter_of_one_document_fails_as_a_whole(text):
    with pytest.raises(SyntaxFailure) as whole:
        load_all(text.encode(), "a.yaml")
    with pytest.raises(SyntaxFailure) as recovered:
        load_readable(text.encode(), "a.yaml")
    assert recovered.value.message.startswith(whole.value.message)


def test_so_many_broken_documents_are_looked_past():
    text = "a: {\n---\n" * MOST_FAILURES + "b: 1\n"
    documents, failures = load_readable(text.encode(), "a.yaml")
    assert [one.body for one in documents if one.body is not None] == [{"b": 1}]
    assert len(failures) == MOST_FAILURES
