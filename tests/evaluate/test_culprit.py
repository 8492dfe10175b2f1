"""The way of a value leads to the very element that is wrong, where one is wrong by itself."""

from __future__ import annotations

from datetime import date

import pytest

from iacgate.evaluate import judge
from iacgate.model import Document, Inventory, Location, Resource, Rule, Secret, Severity, Violation
from iacgate.pipeline import Request, scan

MAIN = """\
resource "aws_security_group" "a" {
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = %s
  }
}
"""
CASES = [
    ("var.office", ["10.0.0.0/8", "0.0.0.0/0"], 'variables.tf:2:28'),
    ("var.office", ["0.0.0.0/0", "10.0.0.0/8"], 'variables.tf:2:14'),
    ("var.office", ["10.0.0.0/8", "0.0.0.0/1", "128.0.0.0/1"], "variables.tf:2:13"),
    ("var.office", ["0.0.0.0/0"], "variables.tf:2:14"),
    ('concat(["10.0.0.0/8"], var.office)', ["10.1.0.0/16", "::/0", "0.0.0.0/0"], "variables.tf:2:29"),
    ('["10.0.0.0/8", "0.0.0.0/0"]', [], None),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "default", "place"), CASES)
def test_the_way_leads_to_the_element(tmp_path, expression, default, place):
    (tmp_path / "main.tf").write_text(MAIN % expression)
    words = ", ".join(f'"{item}"' for item in default)
    (tmp_path / "variables.tf").write_text(f'variable "office" {{\n  default = [{words}]\n}}\n')
    request = Request(cwd=str(tmp_path), today=date(2026, 1, 1), use_settings=False, rules=("aws-sg-ssh-open",))
    [verdict] = scan((".",), request).verdicts
    assert str(verdict.finding.location) == "main.tf:6:19"
    assert [str(step) for step in verdict.finding.location.via[:1]] == ([place] if place else [])
    assert verdict.finding.path == ("ingress", 0, "cidr_blocks")


def judged(body, check, path=("list",)):
    def locate(asked):
        at = Location(file="a.tf", line=1)
        step = Location(file="b.tf", line=9 if len(asked) == len(path) else 10 + int(asked[-1]))
        return at.through((step,)) if asked else at

    document = Document(path="a.tf", kind="terraform", body=None, locate=lambda _: Location(file="a.tf"))
    subject = Resource(
        address="x.y",
        type="x",
        provider="x",
        name="y",
        body=body,
        adapter="terraform",
        document=document,
        locate=locate,
    )
    rule = Rule(id="r", title="t", severity=Severity.HIGH, selects=lambda all_: all_.resources, check=check)
    [found] = judge(rule, subject, Inventory([subject])).findings
    return found.location.via[0].line


def holds(*wrong):
    def check(subject, _inventory):
        if set(wrong) & set(subject.body["list"]):
            yield Violation(message="m", path=("list",))

    return check


def test_the_first_that_breaks_the_rule_by_itself_is_meant():
    assert judged({"list": ["a", "b", "c"]}, holds("c", "b")) == 11


def test_what_only_breaks_it_together_leaves_the_list():
    def check(subject, _inventory):
        if len(subject.body["list"]) > 1:
            yield Violation(message="m", path=("list",))

    assert judged({"list": ["a", "b"]}, check) == 9


def test_a_rule_that_fails_on_a_list_of_one_leaves_the_list():
    def check(subject, _inventory):
        assert len(subject.body["list"]) > 1
        yield Violation(message="m", path=("list",))

    assert judged({"list": ["a", "b"]}, check) == 9


def test_long_lists_are_left_as_they_are():
    assert judged({"list": ["a"] * 200}, holds("a")) == 9


def test_what_is_remembered_of_a_list_of_one_is_not_remembered_of_the_subject():
    def check(subject, inventory):
        known = inventory.memo.setdefault(("seen", 0), [])
        known.append(len(subject.body["list"]))
        if "b" in subject.body["list"]:
            yield Violation(message=str(known), path=("list",))

    assert judged({"list": ["a", "b"]}, check) == 11


@pytest.mark.parametrize("value", [Secret(["a", "b"]), ["a", {"b": 1}], ["a"], "ab"])
def test_odd_values_stop_nothing(value):
    def check(_subject, _inventory):
        yield Violation(message="m", path=("list",))

    assert judged({"list": value}, check) in {9, 10}
