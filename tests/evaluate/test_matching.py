"""Which findings of before and after are the same: nothing is new because an element moved."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.evaluate.matching import matched
from iacgate.model import Document, Finding, Location, Rule, Secret, Severity, Unknown, Violation, stable_path

RULE = Rule(id="r", title="t", severity=Severity.HIGH, selects=lambda _: (), check=lambda *_: ())
DOCUMENT = Document(path="p", kind="k", body=None, locate=lambda _: Location(file="p"))


def pairs(before, after, body_before, body_after):
    """Violations as (message, path, element) → pairs of their indexes, after first."""
    found = [
        Finding(
            rule=RULE,
            subject=DOCUMENT,
            message=message,
            path=stable_path(body_after, path),
            location=Location(file="p"),
            element=element,
        )
        for message, path, element in after
    ]
    old = [Violation(message=message, path=path, element=element) for message, path, element in before]
    return matched(found, body_after, old, body_before)


def opened(index, port):
    return f"port {port} is open", ("ingress", index, "cidr"), ("ingress", index)


def ingress(*ports):
    return {"ingress": [{"port": port, "cidr": "0.0.0.0/0"} for port in ports]}


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ([22], [22], {0: 0}),
        ([22], [80, 22], {1: 0}),  # put in before it
        ([80, 22], [22], {0: 1}),  # what was before it is gone
        ([22, 80], [80, 22], {0: 1, 1: 0}),
        ([22], [3389], {}),  # another one in the same place is a new finding
        ([22, 22], [22], {0: 0}),
        ([22], [22, 22], {0: 0}),
        ([], [22], {}),
        ([22], [], {}),
    ],
)
def test_elements_that_only_an_index_leads_to_are_known_by_what_they_are(before, after, same):
    assert (
        pairs(
            [opened(index, port) for index, port in enumerate(before)],
            [opened(index, port) for index, port in enumerate(after)],
            ingress(*before),
            ingress(*after),
        )
        == same
    )


def test_an_element_that_changes_beside_the_point_is_known_by_its_message():
    before = {"ingress": [{"port": 22, "cidr": "0.0.0.0/0", "description": "old"}]}
    after = {"ingress": [{"port": 80, "cidr": "10.0.0.0/8"}, {"port": 22, "cidr": "0.0.0.0/0", "description": "new"}]}
    assert pairs([opened(0, 22)], [opened(1, 22)], before, after) == {0: 0}


def test_elements_with_a_key_are_known_by_it_whatever_they_hold():
    before = {"rule": [{"name": "ssh", "port": 22}]}
    after = {"rule": [{"name": "first", "port": 1}, {"name": "ssh", "port": 2222}]}
    found = pairs(
        [("22 is open", ("rule", 0), ("rule", 0))], [("2222 is open", ("rule", 1), ("rule", 1))], before, after
    )
    assert found == {0: 0}


def test_what_was_judged_as_a_whole_is_one_finding():
    assert pairs([("was a", ("acl",), ())], [("is b", ("policy",), ())], {"acl": 1}, {"policy": 1}) == {0: 0}


def test_a_path_of_names_is_enough():
    assert pairs([("is a", ("acl",), None)], [("is b", ("acl",), None)], {"acl": "a"}, {"acl": "b"}) == {0: 0}


def test_of_several_at_one_path_the_message_decides_first():
    before = [("allows iam", ("policy",), None)]
    after = [("allows s3", ("policy",), None), ("allows iam", ("policy",), None)]
    assert pairs(before, after, {"policy": "{}"}, {"policy": "{}"}) == {1: 0}


def test_elements_inside_a_text_are_known_by_their_message():
    before = [("allows iam", ("policy", "Statement", 0), ("policy", "Statement", 0))]
    after = [
        ("allows s3", ("policy", "Statement", 0), ("policy", "Statement", 0)),
        ("allows iam", ("policy", "Statement", 1), ("policy", "Statement", 1)),
    ]
    assert pairs(before, after, {"policy": "no JSON"}, {"policy": "{no JSON"}) == {1: 0}


@pytest.mark.parametrize("wrapped", [str, Secret])
def test_statements_of_a_policy_in_a_text_are_known_by_what_they_allow(wrapped):
    def policy(*resources):
        statements = [{"Effect": "Allow", "Action": "*", "Resource": one} for one in resources]
        return {"policy": wrapped(json.dumps({"Statement": statements}))}

    def wide(index):
        return "allows everything", ("policy", "Statement", index, "Resource"), ("policy", "Statement", index)

    assert pairs([wide(0)], [wide(0), wide(1)], policy("a"), policy("new", "a")) == {1: 0}
    assert pairs([wide(0)], [wide(0)], policy("a"), policy("b")) == {}  # another hole in the same place is new


def test_unknown_and_secret_values_are_compared_without_being_decided_or_shown():
    before = {"rule": [{"v": Secret("one")}, {"v": 2}]}
    after = {"rule": [{"v": Unknown("later")}, {"v": Secret("one")}]}
    found = pairs([("bad", ("rule", 0), ("rule", 0))], [("bad", ("rule", 1), ("rule", 1))], before, after)
    assert found == {0: 0}


def test_values_too_deep_to_compare_are_left_to_the_message():
    deep = value = {}
    for _ in range(50_000):
        value["x"] = {}
        value = value["x"]
    body = {"rule": [deep]}
    assert pairs([("bad", ("rule", 0), ("rule", 0))], [("bad", ("rule", 0), ("rule", 0))], body, body) == {0: 0}
    while deep:  # taken apart by hand: freeing it as a whole would recurse
        deep = deep.pop("x")


PORTS = st.lists(st.sampled_from([22, 23, 3389, 5432]), max_size=6)


@given(before=PORTS, after=PORTS)
def test_as_many_are_the_same_as_both_sides_share(before, after):
    found = pairs(
        [opened(index, port) for index, port in enumerate(before)],
        [opened(index, port) for index, port in enumerate(after)],
        ingress(*before),
        ingress(*after),
    )
    assert len(found) == (Counter(before) & Counter(after)).total()
    assert len(set(found.values())) == len(found)
    assert all(after[index] == before[other] for index, other in found.items())
