"""What stood before a plan: bodies, places, relations, secrets; and nothing at all where nothing did."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from iacgate.model import Relation, Secret, Unknown

CHANGED = Path(__file__).parent / "changed"
BUCKET = {"bucket": "b", "acl": "public-read"}


def before(plan):
    return {one.address: one for one in plan.plan.before()}


@pytest.mark.parametrize(
    ("actions", "stood"),
    [
        (("create",), None),
        (("update",), BUCKET),
        (("no-op",), BUCKET),
        (("delete", "create"), BUCKET),
        (("create", "delete"), BUCKET),
        (("create", "forget"), BUCKET),
        (("delete",), BUCKET),
        (("forget",), BUCKET),
        (("transmogrify",), BUCKET),
    ],
)
def test_what_stood_before_by_action(plan_of, change, actions, stood):
    plan = plan_of(change("aws_s3_bucket.b", {"bucket": "b"}, actions=actions, before=stood))
    found = before(plan)
    assert {address: one.body for address, one in found.items()} == ({"aws_s3_bucket.b": BUCKET} if stood else {})
    for one in found.values():
        assert (one.type, one.provider, one.root, one.category) == ("aws_s3_bucket", "aws", "plan.json", "resource")
        assert one.change is None


@pytest.mark.parametrize(
    "more",
    [{"mode": "data"}, {"deposed": "1a2b"}, {"change": {"actions": ["update"], "before": [1]}}, {"change": None}],
)
def test_what_is_no_resource_of_before(plan_of, change, more):
    assert before(plan_of({**change("aws_s3_bucket.b", BUCKET, actions=("read",), before=BUCKET), **more})) == {}


def test_drift_is_not_what_stood_before(plan_of, change):
    assert before(plan_of(resource_drift=[change("aws_s3_bucket.b", BUCKET, actions=("update",), before={})])) == {}


def test_what_does_not_change_is_the_same_object(plan_of, change):
    same = change("aws_s3_bucket.same", BUCKET, actions=("no-op",), before=dict(BUCKET))
    altered = change("aws_s3_bucket.altered", {"bucket": "c"}, actions=("update",), before=BUCKET)
    recomputed = change("aws_s3_bucket.rest", {"bucket": "b"}, {"acl": True}, actions=("update",), before=BUCKET)
    plan = plan_of(same, altered, recomputed)
    found = before(plan)
    assert found["aws_s3_bucket.same"] is plan.by_address["aws_s3_bucket.same"]
    assert found["aws_s3_bucket.altered"] is not plan.by_address["aws_s3_bucket.altered"]
    assert found["aws_s3_bucket.rest"].body == BUCKET
    assert isinstance(plan.by_address["aws_s3_bucket.rest"].body.get("acl"), Unknown | None)


def test_what_moved_stands_under_its_new_address(plan_of, change):
    moved = change("aws_s3_bucket.new", {}, actions=("update",), before=BUCKET, previous_address="aws_s3_bucket.old")
    assert list(before(plan_of(moved))) == ["aws_s3_bucket.new"]


def test_what_is_imported_stood_before(plan_of, change):
    entry = change("aws_s3_bucket.b", {"bucket": "b"}, actions=("update",), before=BUCKET)
    entry["change"]["importing"] = {"id": "b"}
    assert before(plan_of(entry))["aws_s3_bucket.b"].body == BUCKET


def test_the_first_of_two_entries_at_one_address_counts(plan_of, change):
    twice = [change("aws_s3_bucket.b", None, actions=("delete",), before={"bucket": name}) for name in "ab"]
    assert before(plan_of(*twice))["aws_s3_bucket.b"].body == {"bucket": "a"}


def test_secrets_of_before_are_hidden(plan_of, change):
    entry = change("aws_db_instance.d", {"password": "new"}, actions=("update",), before={"password": "old", "n": "x"})
    entry["change"]["before_sensitive"] = {"password": True}
    body = before(plan_of(entry))["aws_db_instance.d"].body
    assert isinstance(body["password"], Secret)
    assert body["n"] == "x"


@pytest.mark.parametrize(
    ("after", "marks", "stood", "shown"),
    [
        ({"v": "s3cret"}, {"v": True}, {"v": "s3cret"}, "{'v': ***}"),
        ({"v": {"a": "s3cret"}}, {"v": {"a": True}}, {"v": {"a": "s3cret", "b": 1}}, "{'v': {'a': ***, 'b': 1}}"),
        ({"v": ["x", "s3cret"]}, {"v": [False, True]}, {"v": ["s3cret", "x"]}, "{'v': [***, ***]}"),
        (
            {"v": [{"p": "s3cret"}]},
            {"v": [{"p": True}]},
            {"v": [{"q": 1}, {"p": "s"}]},
            "{'v': [{'q': 1}, {'p': ***}]}",
        ),
        ({"v": ["s3cret"]}, {"v": [True]}, {"v": "s3cret"}, "{'v': ***}"),
        ({"v": "s3cret"}, {"v": True}, {"v": None}, "{'v': None}"),
    ],
)
def test_what_becomes_sensitive_is_hidden_before_as_well(plan_of, change, after, marks, stood, shown):
    plan = plan_of(change("aws_x.a", after, actions=("update",), before=stood, sensitive=marks))
    assert str(before(plan).get("aws_x.a").body) == shown


def references(*pairs):
    """A configuration with a child whose attributes refer to other resources."""
    expressions = {name: {"references": [f"{target}.id", target]} for name, target in pairs}
    block = {"address": "aws_child.c", "mode": "managed", "type": "aws_child", "name": "c", "expressions": expressions}
    parents = [
        {"address": f"aws_parent.{name}", "mode": "managed", "type": "aws_parent", "name": name, "expressions": {}}
        for name in "ab"
    ]
    return {"root_module": {"resources": [block, *parents]}}


@pytest.mark.parametrize(
    ("stood", "after", "unknown", "found"),
    [
        ("parent-a", "parent-a", {}, [True]),  # the same value, the same reference
        ("parent-a", None, {"of": True}, [True]),  # it held the identity of what is named now
        ("parent-b", None, {"of": True}, [False]),  # it may have named another one
        ("parent-b", "parent-a", {}, []),  # it named another one
        (None, "parent-a", {}, []),
    ],
)
def test_references_of_the_configuration_hold_before_where_the_value_says_so(
    plan_of, change, stood, after, unknown, found
):
    child_after = {"x": 1} if unknown else {"x": 1, "of": after}
    plan = plan_of(
        change("aws_child.c", child_after, unknown, actions=("update",), before={"x": 0, "of": stood}),
        change("aws_parent.a", {"id": "parent-a"}, actions=("no-op",), before={"id": "parent-a"}),
        configuration=references(("of", "aws_parent.a")),
    )
    relations = before(plan)["aws_child.c"].relations()
    assert relations == tuple(Relation(path=("of",), target="aws_parent.a", certain=certain) for certain in found)


def test_places_are_where_the_resource_stands_now_or_in_the_plan(read_plan):
    plan = read_plan(CHANGED / "plan.json")
    found = before(plan)
    assert str(found["aws_ebs_volume.v"].at("encrypted")) == str(plan.by_address["aws_ebs_volume.v"].at())
    assert found["aws_db_instance.gone"].at("engine").file == "plan.json"
    assert not any("aws_db_instance" in notice for notice in plan.context.notices)


def test_a_real_plan(read_plan):
    plan = read_plan(CHANGED / "plan.json")
    found = before(plan)
    assert set(found) == {
        "aws_db_instance.gone",
        "aws_ebs_volume.v",
        "aws_s3_bucket.data",
        "aws_s3_bucket.logs",
        "aws_s3_bucket_public_access_block.data",
        "aws_security_group.web",
        "aws_sqs_queue.jobs",
    }
    same = {address for address, one in found.items() if one is plan.by_address.get(address)}
    assert same == {"aws_s3_bucket.data", "aws_s3_bucket.logs", "aws_sqs_queue.jobs"}
    assert "hunter2" not in repr([one.body for one in found.values()])


def test_the_shape_of_a_body_is_the_same_before_and_after(plan_of, change):
    body = {"bucket": "b", "grant": [], "tags": None}
    block = {"address": "aws_s3_bucket.b", "mode": "managed", "type": "aws_s3_bucket", "name": "b"}
    configuration = {"root_module": {"resources": [{**block, "expressions": {"bucket": {"constant_value": "b"}}}]}}
    entry = change("aws_s3_bucket.b", body, actions=("no-op",), before=json.loads(json.dumps(body)))
    plan = plan_of(entry, configuration=configuration)
    assert before(plan)["aws_s3_bucket.b"] is plan.by_address["aws_s3_bucket.b"]


@pytest.mark.parametrize(
    "entry",
    [
        {},
        None,
        {"address": 5, "type": [], "change": {"actions": ["update"], "before": {"a": 1}}},
        {"address": "not an address", "change": {"actions": ["update"], "before": {"a": 1}, "after": {"a": 2}}},
        {
            "address": "a.b",
            "change": {"actions": "update", "before": {"a": [1]}, "after": [1], "after_unknown": [True]},
        },
        {"address": "a.b", "change": {"before": {"x": 1}, "after": {"x": 1}, "before_sensitive": [1]}},
        {"address": "a.b", "change": {"before": {"x": 1}, "after": {"x": 1}, "after_sensitive": {"x": {"y": [True]}}}},
        {
            "address": "a.b",
            "change": {"before": {"x": {"z": 1}}, "after": {"x": 1}, "after_sensitive": {"x": [[True]]}},
        },
        {"address": "a.b", "change": {"before": {"x": 1}, "after": "text", "after_unknown": True}},
    ],
)
def test_malformed_entries_do_no_harm_before(plan_of, entry):
    plan = plan_of(entry, configuration={"root_module": {"resources": [1, {"expressions": [1]}], "module_calls": []}})
    for one in plan.plan.before():
        one.relations()
        one.at("a")
        assert isinstance(one.body, dict)


def test_hostile_depth_does_no_harm(plan_of, change):
    deep = {}
    for _ in range(80):
        deep = {"x": [deep]}
    plan = plan_of(change("aws_x.a", {"v": deep}, actions=("update",), before={"v": deep, "w": 1}))
    assert before(plan)["aws_x.a"].body["w"] == 1
