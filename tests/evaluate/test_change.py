"""What a planned change has to do with findings: brought in, there before, mended, or not known."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.evaluate import evaluate
from iacgate.evaluate.change import Worlds, compare
from iacgate.join.before import before_inventory
from iacgate.model import (
    Change,
    Document,
    Doubt,
    Inventory,
    Location,
    NotApplicable,
    Outcome,
    Resource,
    Rule,
    Severity,
    Standing,
    Undecided,
    Unknown,
    Violation,
)
from iacgate.model.dataclass import replace

NEW, OLD = Standing.INTRODUCED, Standing.EXISTING
PLAN = Document(path="plan.json", kind="terraform-plan", body={}, locate=lambda _: Location(file="plan.json"))


def planned(
    address, body, *, before=None, actions=("update",), category="resource", root="plan.json", kind="aws_thing"
):
    return Resource(
        address=address,
        type=kind,
        provider="aws",
        name=address,
        body=body,
        adapter="terraform-plan",
        document=PLAN,
        locate=lambda _: Location(file="main.tf", line=3),
        category=category,
        change=Change(actions=actions, before=before),
        root=root,
    )


def plan_of(*stood, root="plan.json"):
    marker = planned(root, {}, category="plan", root=root, kind="plan")
    return replace(marker, change=None, before=lambda: stood)


def rule_on(check, *, kind="aws_thing", about_change=False):
    return Rule(
        id="thing-wrong",
        title="Thing is wrong",
        severity=Severity.HIGH,
        selects=lambda inventory: inventory.of_type(kind),
        check=check,
        about_change=about_change,
    )


def judged(check, after, stood, **more):
    """The comparison of one rule on a plan: labels by address, and what is fixed by address."""
    rule = rule_on(check, **more)
    inventory = Inventory([*after, plan_of(*stood)])
    done = compare(list(evaluate([rule], inventory)), [rule], inventory, before_inventory(inventory))
    labels = {one.subject.address: [found.change for found in one.findings] for one in done.evaluations}
    fixed = {one.subject.address: [found.message for found in one.findings] for one in done.fixed}
    return labels, fixed


def wrong_where_bad(subject, _inventory):
    """Fails on ``bad``, is undecided on an unknown one, does not apply to what is ``off``, crashes on ``crash``."""
    state = subject.get("state")
    if isinstance(state, Unknown):
        raise Undecided(state.reason)
    if state == "crash":
        raise ValueError("crash")
    if state == "off":
        yield NotApplicable(reason="off")
    elif state in {"bad", "bad in part"}:
        yield Violation(message="is bad", path=("state",), element=())
    if state == "bad in part":
        yield Doubt(reason="the rest is not known")


UNKNOWN = Unknown("known after apply")


@pytest.mark.parametrize(
    ("before", "after", "labels", "fixed"),
    [
        ("good", "bad", [NEW], []),
        ("off", "bad", [NEW], []),
        ("bad", "bad", [OLD], []),
        ("bad", "good", [], ["is bad"]),
        ("bad", "off", [], ["is bad"]),
        ("good", "good", [], []),
        ("bad", UNKNOWN, [], []),
        ("bad", "crash", [], []),
        (UNKNOWN, "bad", [None], []),
        ("crash", "bad", [None], []),
        (UNKNOWN, "good", [], []),
        ("bad in part", "bad", [OLD], []),
        ("bad", "bad in part", [OLD], []),
        ("bad in part", "good", [], ["is bad"]),
    ],
)
def test_what_a_change_does_to_one_finding(before, after, labels, fixed):
    stood = planned("a", {"state": before})
    found, gone = judged(
        wrong_where_bad, [planned("a", {"state": after, "more": 1}, before={"state": before})], [stood]
    )
    assert found == {"a": labels}
    assert gone == ({"a": fixed} if fixed else {})


def test_what_is_created_is_introduced_and_what_ends_is_fixed():
    labels, fixed = judged(
        wrong_where_bad, [planned("new", {"state": "bad"}, actions=("create",))], [planned("old", {"state": "bad"})]
    )
    assert labels == {"new": [NEW]}
    assert fixed == {"old": ["is bad"]}


def test_a_plan_that_does_not_say_what_was_before_labels_nothing():
    labels, _ = judged(wrong_where_bad, [planned("a", {"state": "bad"}, actions=("update",))], [])
    assert labels == {"a": [None]}


@pytest.mark.parametrize("category", ["data", "provider"])
def test_what_has_no_before_is_not_labelled(category):
    labels, _ = judged(wrong_where_bad, [planned("a", {"state": "bad"}, category=category)], [])
    assert labels == {"a": [None]}


def test_the_plan_and_rules_that_ask_about_the_change_find_what_the_change_brings():
    body = {"state": "bad"}
    stood = planned("a", body)
    labels, fixed = judged(wrong_where_bad, [planned("a", body, before=body)], [stood], about_change=True)
    assert (labels, fixed) == ({"a": [NEW]}, {})
    assert judged(lambda *_: [Violation(message="destroys")], [], [stood], kind="plan")[0] == {"plan.json": [NEW]}


def test_sources_beside_the_plan_are_not_labelled():
    source = planned("a", {"state": "bad"}, root=".")
    labels, _ = judged(wrong_where_bad, [source], [planned("a", {"state": "bad"})])
    assert labels == {"a": [None]}


class _Counting:
    """A check that fails where a ``guard`` is missing, and counts how often it is asked."""

    def __init__(self, *, looks_around):
        self.asked = 0
        self.looks_around = looks_around

    def __call__(self, subject, inventory):
        self.asked += 1
        guarded = bool(inventory.of_type("guard")) if self.looks_around else subject.get("guarded")
        return [] if guarded else [Violation(message="has no guard", element=())]


def test_what_stays_as_it_is_is_not_judged_twice():
    stays = planned("a", {"guarded": False}, before={}, actions=("no-op",))
    alters = planned("b", {"guarded": False, "size": 2}, before={})
    check = _Counting(looks_around=False)
    labels, _ = judged(check, [stays, alters], [stays, planned("b", {"guarded": False, "size": 1})])
    assert labels == {"a": [OLD], "b": [OLD]}
    assert check.asked == 3  # both after, and what alters before


def test_what_stays_is_judged_again_by_rules_that_look_at_what_changes():
    stays = planned("a", {}, before={}, actions=("no-op",))
    guard = planned("guard", {}, kind="guard")
    check = _Counting(looks_around=True)
    assert judged(check, [stays], [stays, guard]) == ({"a": [NEW]}, {})
    assert judged(check, [stays, replace(guard, change=Change(actions=("create",)))], [stays]) == (
        {"a": []},
        {"a": ["has no guard"]},
    )
    check = _Counting(looks_around=True)
    assert judged(check, [stays], [stays]) == ({"a": [OLD]}, {})
    assert check.asked == 1  # where nothing changes at all, nothing is judged again


def test_a_plan_that_only_creates_is_judged_once():
    check = _Counting(looks_around=True)
    created = [planned(str(number), {}, actions=("create",)) for number in range(5)]
    labels, fixed = judged(check, created, [])
    assert (set(map(tuple, labels.values())), fixed, check.asked) == ({(NEW,)}, {}, 5)


def test_what_is_out_of_focus_is_neither_labelled_nor_fixed():
    stood = replace(planned("gone", {"state": "bad"}), focus=False)
    assert judged(wrong_where_bad, [], [stood]) == ({}, {})


def test_two_plans_do_not_know_each_other():
    here = planned("a", {"state": "bad", "x": 1}, before={"state": "bad"})
    there = planned("a", {"state": "bad", "x": 1}, before={"state": "good"}, root="other.json")
    inventory = Inventory(
        [
            here,
            there,
            plan_of(planned("a", {"state": "bad"})),
            plan_of(planned("a", {"state": "good"}, root="other.json"), root="other.json"),
        ]
    )
    rule = rule_on(wrong_where_bad)
    done = compare(list(evaluate([rule], inventory)), [rule], inventory, before_inventory(inventory))
    assert [one.findings[0].change for one in done.evaluations] == [OLD, NEW]


def test_worlds_tell_what_a_subject_was_and_what_is_gone():
    after, stood, gone = planned("a", {"x": 1}), planned("a", {"x": 0}), planned("gone", {})
    inventory = Inventory([after, plan_of(stood, gone)])
    worlds = Worlds(inventory, before_inventory(inventory))
    assert worlds.earlier(after) is stood
    assert worlds.earlier(gone) is None
    assert worlds.gone(rule_on(wrong_where_bad)) == [gone]


STATES = st.sampled_from(["good", "bad", "bad in part", "off", "crash", UNKNOWN])


@given(
    before=st.dictionaries(st.sampled_from("abcdef"), STATES),
    after=st.dictionaries(st.sampled_from("abcdef"), STATES),
    stays=st.sets(st.sampled_from("abcdef")),
)
def test_comparing_adds_labels_and_changes_nothing_else(before, after, stays):
    same = {name for name in stays if name in before and name in after}
    earlier = {name: planned(name, {"state": state}) for name, state in before.items()}
    later = [
        earlier[name]
        if name in same
        else planned(name, {"state": state, "more": 1}, before=_before(name, before), actions=_actions(name, before))
        for name, state in after.items()
    ]
    rule = rule_on(wrong_where_bad)
    inventory = Inventory([*later, plan_of(*earlier.values())])
    plain = list(evaluate([rule], inventory))
    done = compare(plain, [rule], inventory, before_inventory(inventory))
    bare = [tuple(replace(found, change=None) for found in one.findings) for one in done.evaluations]
    assert bare == [tuple(replace(found, change=None) for found in one.findings) for one in plain]
    assert [(one.outcome, one.detail) for one in done.evaluations] == [(one.outcome, one.detail) for one in plain]
    labels = Counter(found.change for one in done.evaluations for found in one.findings)
    assert labels[NEW] + labels[OLD] + labels[None] == sum(len(one.findings) for one in plain)
    assert all(one.outcome is Outcome.FAIL and one.findings for one in done.fixed)
    failing = {one.subject.address for one in plain if one.outcome in {Outcome.FAIL, Outcome.UNKNOWN, Outcome.ERROR}}
    assert {one.subject.address for one in done.fixed}.isdisjoint(failing)


def _before(name, before):
    return {} if name in before else None


def _actions(name, before):
    return ("update",) if name in before else ("create",)
