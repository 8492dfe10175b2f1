"""What must be written before a rule can object: that a rule is not run may never change what it says."""

from __future__ import annotations

from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from iacgate.engines.native import NativeRules
from iacgate.engines.native.library import find_bound
from iacgate.engines.native.needs import are_missing, needed
from iacgate.engines.native.program import build_rule
from iacgate.engines.native.select import Selection
from iacgate.evaluate import judge
from iacgate.lang.jmespath.syntax import parse
from iacgate.model import Inventory, Partial, Secret, Unknown
from iacgate.model.dataclass import replace
from iacgate.pipeline import Request, take_inventory

ROOT = Path(__file__).resolve().parents[2]
KEYS_TAKEN_OUT = 8


@pytest.mark.parametrize(
    ("each", "verdict", "needs"),
    [
        (None, "a.b == `true`", [["a"], ["b"]]),
        (None, "a == 'x' || b.c == 'y'", [["a", "c"]]),
        (None, "a == 'x' || b != 'y'", []),
        (None, "a != null && b != `false`", [["a"]]),
        (None, "a == null", []),
        (None, "!a", []),
        (None, "!(a != 'x' || b == 'y')", [["a"]]),
        (None, "default(a, 'x') != 'x'", [["a"]]),
        (None, "default(a, 'x') == 'x'", []),
        (None, "any(ports, &(port < `1024`))", [["ports"], ["port"]]),
        (None, "any(related('x'), &(port < `1024`))", []),
        (None, "any(items(annotations), &(key == 'x'))", [["annotations"]]),
        (None, "in(a, ['x', 'y'])", [["a"]]),
        (None, "in(a, ['x', `null`])", []),
        (None, "in(a, param('p'))", []),
        (None, "matches(a.b, 'x')", [["a"], ["b"]]),
        (None, "image(ref).tag == 'x'", []),
        (None, "not_null(a, b) == 'x'", []),
        ("containers(@)", "stdin == `true`", [["stdin"]]),
        ("ingress_rules(@)", "port == `22`", []),
        ("spec.rules", "host == '*'", [["rules"], ["host"]]),
        ("pods(@)[].volumes[]", "hostPath", [["hostPath"]]),
        ("containers(@)", "pod().hostUsers == `false`", [["hostUsers"]]),
    ],
)
def test_what_follows_for_certain(each, verdict, needs):
    record = {"deny": parse(verdict), **({} if each is None else {"each": parse(each)})}
    assert [one for one in needed(record) if one] == needs


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ({"a": 1}, True),
        ({"a": [{"b": {"c": 1}}]}, False),
        ({"a": Unknown("later")}, False),
        ({"a": Secret({"c": 1})}, False),
        ({"a": Partial([], maybe=Unknown("later"))}, False),
        ({}, False),
    ],
)
def test_what_may_be_hidden_is_not_missing(body, missing):
    assert are_missing([frozenset(["c"])], body, Inventory()) is missing


@pytest.fixture(scope="module")
def everything():
    return NativeRules.load(ruleset="strict", entry_points=False)


def test_rules_that_are_not_run_would_have_passed(everything):
    """Rules of every shape, on their fixtures and on what is left of them when a key is taken out."""
    hurried = 0
    for name in everything.ids():
        record = everything.record(name)
        if not record["needs"] or record["provider"] != "kubernetes":
            continue
        hurried += 1
        quick, slow = (build_rule(one, Selection(), find_bound) for one in (record, {**record, "needs": []}))
        taken = take_inventory([str(ROOT / "fixtures" / name)], _request())
        for subject in slow.selects(taken.inventory):
            for body in _bodies(subject.body, record["needs"]):
                changed = replace(subject, body=body)
                inventory = Inventory([changed])
                assert _said(quick, changed, inventory) == _said(slow, changed, inventory), (name, body)
    assert hurried > 30


def _request():
    return Request(cwd=str(ROOT), today=date(2000, 1, 1), use_settings=False, use_gitignore=False, render="never")


def _said(rule, subject, inventory):
    evaluation = judge(rule, subject, inventory)
    return evaluation.outcome, [(found.message, found.path) for found in evaluation.findings]


def _bodies(body, needs):
    """A body, and what is left of it without one of the keys that matter, at any depth."""
    yield body
    keys = {key for one in needs for key in one}
    for path in islice((path for path in _paths(body, ()) if path[-1] in keys), KEYS_TAKEN_OUT):
        yield _without(body, path)


def _without(node, path):
    if len(path) == 1:
        return {key: held for key, held in node.items() if key != path[0]}
    if isinstance(node, dict):
        return {key: _without(held, path[1:]) if key == path[0] else held for key, held in node.items()}
    return [_without(held, path[1:]) if index == path[0] else held for index, held in enumerate(node)]


def _paths(node, path):
    if isinstance(node, dict):
        for key, held in node.items():
            yield (*path, key)
            yield from _paths(held, (*path, key))
    elif type(node) is list:
        for index, held in enumerate(node):
            yield from _paths(held, (*path, index))
