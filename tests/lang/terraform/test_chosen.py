"""Conditionals of which the condition is not known: what they may come to, and that they are unknown all the same."""

from __future__ import annotations

from datetime import date

import pytest

from iacgate.model import Choice, Hidden, Outcome, Unknown
from iacgate.pipeline import Request, scan, take_inventory

TODAY = date(2026, 1, 1)
HEAD = 'variable "x" {}\nvariable "y" {}\n'


def value_of(folder, expression, kind="aws_thing"):
    text = f'{HEAD}resource "{kind}" "r" {{\n  v = {expression}\n  password = {expression}\n}}\n'
    (folder / "main.tf").write_text(text, encoding="utf-8")
    taken = take_inventory([str(folder)], Request(cwd=str(folder), today=TODAY))
    (resource,) = taken.inventory.resources
    return resource.body


@pytest.mark.parametrize(
    ("expression", "among"),
    [
        ('var.x ? "a" : "b"', ["a", "b"]),
        ('var.x ? "a" : "a"', ["a", "a"]),
        ('var.x ? "a" : null', ["a", None]),
        ('var.x ? "a" : var.y ? "b" : "c"', ["a", "b", "c"]),
        ("var.x ? 1 : 2", [1, 2]),
        ('var.x ? 1 : "b"', ["1", "b"]),
        ("var.x ? true : false", [True, False]),
        ('var.x ? ["a"] : []', [["a"], []]),
        ('var.x ? { k = "a" } : { k = "b" }', [{"k": "a"}, {"k": "b"}]),
    ],
)
def test_the_arms_are_what_it_may_be(tmp_path, expression, among):
    value = value_of(tmp_path, expression)["v"]
    assert isinstance(value, Choice)
    assert value.among == among
    assert value.reason == "var.x has no value"
    assert value.present is (None not in among)


def test_lists_of_one_length_are_chosen_element_by_element(tmp_path):
    (value,) = value_of(tmp_path, 'var.x ? tolist(["a"]) : tolist(["b"])')["v"]
    assert value.among == ["a", "b"]


@pytest.mark.parametrize(
    "expression",
    [
        'var.x ? "a" : var.y',
        '"${var.x ? "a" : "b"}-c"',
        'upper(var.x ? "a" : "b")',
        '(var.x ? "a" : "b") == "a"',
        "(var.x ? 1 : 2) + 1",
        'var.x ? [] : { a = 1 }["b"]',
        " : ".join([f'var.x ? "{n}"' for n in range(40)]) + ' : "z"',
    ],
)
def test_what_is_computed_from_it_is_unknown(tmp_path, expression):
    value = value_of(tmp_path, expression)["v"]
    assert isinstance(value, Unknown)
    assert not isinstance(value, Choice)


def test_secret_arms_are_hidden(tmp_path):
    for kind in ("aws_thing", "aws_db_instance"):
        value = value_of(tmp_path, 'var.x ? "hunter1" : "hunter2"', kind)["password"]
        assert [type(one) for one in value.among] == [Hidden, Hidden]


VOLUME = """resource "aws_ebs_volume" "r" {
  availability_zone = "a"
  size              = 1
  encrypted         = %s
}
"""


@pytest.mark.parametrize(
    ("encrypted", "expected"),
    [
        ("var.x ? true : true", Outcome.PASS),
        ("var.x ? false : null", Outcome.FAIL),
        ("var.x ? true : false", Outcome.UNKNOWN),
    ],
)
def test_rules_decide_where_the_arms_agree(tmp_path, encrypted, expected):
    (tmp_path / "main.tf").write_text(HEAD + VOLUME % encrypted, encoding="utf-8")
    request = Request(cwd=str(tmp_path), today=TODAY, rules=("aws-ebs-volume-unencrypted",), use_settings=False)
    (found,) = scan([str(tmp_path)], request).evaluations
    assert found.outcome is expected
