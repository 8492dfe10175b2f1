"""Violations say which element was judged, and rules whether they ask about a change."""

from __future__ import annotations

import pytest

from iacgate.engines.native.library import load_file
from iacgate.evaluate import answers
from iacgate.model import Document, Inventory, Location, Resource

RULE = """\
id: thing-wrong
title: Thing is wrong
severity: high
on: [aws_thing]
{judge}
why: It is wrong.
fix: Mend it.
"""


@pytest.fixture
def rule_of(tmp_path):
    def make(judge):
        file = tmp_path / "thing-wrong.yaml"
        file.write_text(RULE.format(judge=judge))
        return load_file(file, tmp_path)

    return make


def subject(body):
    document = Document(path="main.tf", kind="terraform", body=None, locate=lambda _: Location(file="main.tf"))
    return Resource(
        address="aws_thing.a",
        type="aws_thing",
        provider="aws",
        name="a",
        body=body,
        adapter="terraform",
        document=document,
        locate=lambda _: Location(file="main.tf"),
    )


@pytest.mark.parametrize(
    ("judge", "element"),
    [
        ("deny: open", ()),
        ("deny: any(rules, &open)", ()),
        ("each: rules\ndeny: open", ("rules", 1)),
        ("each: rules[].parts\ndeny: contains(@, 'bad')", ("rules", 1, "parts")),
    ],
)
def test_a_violation_names_the_element_that_was_judged(rule_of, judge, element):
    body = {"open": True, "rules": [{"open": False, "parts": ["good"]}, {"open": True, "parts": ["bad"]}]}
    one = subject(body)
    violations, doubts, skipped = answers(rule_of(judge), one, Inventory([one]))
    assert [violation.element for violation in violations] == [element]
    assert (doubts, skipped) == ([], None)


@pytest.mark.parametrize(
    ("judge", "asks"),
    [
        ("deny: open", False),
        ("deny: contains(actions(), 'delete')", True),
        ("deny: before().open != open", True),
        ("deny: subject().name == 'a'", False),
        ("deny: contains(subject().actions, 'delete')", True),
        ("where: length(actions()) > `0`\ndeny: open", True),
    ],
)
def test_a_rule_knows_whether_it_asks_about_the_change(rule_of, judge, asks):
    assert rule_of(judge).about_change is asks
