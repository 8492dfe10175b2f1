"""Sensitive values never print, wherever the plan writes them; checks can still compare them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.inputs.terraform_plan.secrecy import hide, names_secret, seal
from iacgate.model import Secret, jsonable, reveal

SECRET = "hunter2-correct-horse"


def printed(plan):
    """Everything a report could print of a plan."""
    texts = [
        repr(plan.documents),
        repr(plan.resources),
        repr(plan.context),
        json.dumps(jsonable(plan.documents[0].body)),
    ]
    for resource in plan.resources:
        texts += [repr(resource.body), str(resource.body), json.dumps(jsonable(resource.body))]
        texts += [repr(resource.labels), repr(resource.relations()), repr(resource.change)]
        if resource.change is not None:
            texts += [repr(resource.change.before), json.dumps(jsonable(resource.change.before))]
    return "\n".join(texts)


def test_the_stack_prints_none_of_its_secrets(read_plan, stack):
    assert "variable-hunter2" in (stack / "plan.json").read_text()
    plan = read_plan(stack / "plan.json")
    assert "hunter2" not in printed(plan)
    database = plan.by_address["aws_db_instance.main"]
    assert database.get("password") == "variable-hunter2"
    assert reveal(database.get("user_data")).endswith("hunter2")


def test_all_the_places_where_one_plan_writes_a_secret(plan_of, change):
    entry = change("aws_x.a", {"p": SECRET}, sensitive={"p": True}, before={"p": SECRET})
    entry["change"]["before_sensitive"] = {"p": True}
    entry["change"]["generated_config"] = f'resource "aws_x" "a" {{ p = "{SECRET}" }}'
    state = {
        "resources": [{"address": "data.x.a", "mode": "data", "values": {"p": SECRET}, "sensitive_values": {"p": True}}]
    }
    outputs = {"o": {"sensitive": True, "value": {"deep": [SECRET]}}}
    inner = {"variables": {"v": {"sensitive": True, "default": SECRET}}}
    plan = plan_of(
        entry,
        variables={"v": {"value": SECRET}},
        planned_values={"outputs": outputs, "root_module": state},
        prior_state={"values": {"outputs": outputs, "root_module": {"child_modules": [state]}}},
        resource_drift=[entry],
        output_changes={"o": {"before": SECRET, "after": SECRET, "before_sensitive": True, "after_sensitive": True}},
        configuration={
            "provider_config": {"aws": {"expressions": {"secret_key": {"constant_value": SECRET}}}},
            "root_module": {
                "variables": {"v": {"sensitive": True, "default": SECRET}},
                "outputs": {"o": {"sensitive": True, "expression": {"constant_value": SECRET}}},
                "resources": [
                    {
                        "mode": "managed",
                        "type": "aws_x",
                        "name": "a",
                        "expressions": {
                            "p": {"constant_value": SECRET},
                            "b": [{"password": {"constant_value": SECRET}}],
                        },
                    }
                ],
                "module_calls": {"m": {"expressions": {"v": {"constant_value": SECRET}}, "module": inner}},
            },
        },
    )
    assert SECRET not in printed(plan)
    assert plan.by_address["aws_x.a"].get("p") == SECRET


@pytest.mark.parametrize(
    ("after", "marks", "hidden"),
    [
        ({"a": "s", "b": "x"}, {"a": True}, {"a": "***", "b": "x"}),
        ({"a": ["s", "x"]}, {"a": [True, False]}, {"a": ["***", "x"]}),
        ({"a": {"k": "s"}}, {"a": True}, {"a": {"k": "***"}}),
        ({"a": [{"k": ["s", 1]}]}, {"a": True}, {"a": [{"k": ["***", "***"]}]}),
        ({"a": None}, {"a": True}, {"a": None}),
        ({"a": "x"}, {"a": False, "b": True}, {"a": "x"}),
        ({"a": "x"}, {"a": {"deep": True}}, {"a": "x"}),
        ({"a": ["x"]}, {"a": [False, True, True]}, {"a": ["x"]}),
    ],
)
def test_marks_reach_their_leaves(after, marks, hidden):
    holder = {"after": after}
    seal(holder, "after", marks)
    assert str(holder["after"]) == str(hidden).replace("'***'", "***")


@pytest.mark.parametrize(
    "name", ["password", "db_password", "DB_PASSWORD", "api_token", "private_key", "masterPassword", "client_secret"]
)
def test_names_that_hold_secrets(name):
    assert names_secret(name)


@pytest.mark.parametrize(
    "name",
    ["key", "kms_key_id", "password_policy", "secret_name", "token_ttl", "name", "min_password_length", "passwords_ok"],
)
def test_names_that_do_not(name):
    assert not names_secret(name)


def test_old_plans_without_marks_are_redacted_by_name(plan_of, change):
    entry = change("aws_db_instance.main", {"password": SECRET, "conf": [{"auth_token": SECRET}], "name": "main"})
    del entry["change"]["after_sensitive"]
    plan = plan_of(entry, format_version="0.1", variables={"admin_password": {"value": SECRET}})
    assert SECRET not in printed(plan)
    assert plan.by_address["aws_db_instance.main"].get("name") == "main"


def test_marks_of_new_plans_beat_names(plan_of, change):
    plan = plan_of(change("aws_x.a", {"password": "changeme"}, sensitive={"other": True}))
    assert not isinstance(plan.by_address["aws_x.a"].get("password"), Secret)


TREES = st.recursive(
    st.one_of(st.none(), st.integers(), st.just(SECRET)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)),
    max_leaves=15,
)


def marks_of(value):
    """The marks that Terraform would write if every secret in ``value`` were sensitive."""
    if isinstance(value, dict):
        return {key: marks_of(item) for key, item in value.items() if marks_of(item)}
    if isinstance(value, list):
        return [marks_of(item) for item in value]
    return value == SECRET


@given(st.dictionaries(st.sampled_from("abc"), TREES, max_size=3))
def test_no_marked_value_prints(value):
    text = json.dumps(value)
    marks = marks_of(value)
    change = {
        "after": json.loads(text),
        "before": json.loads(text),
        "after_sensitive": marks,
        "before_sensitive": marks,
    }
    document = {"resource_changes": [{"address": "a.b", "change": change}]}
    hide(document)
    assert SECRET not in repr(document) + str(document) + json.dumps(
        jsonable(document["resource_changes"][0]["change"]["after"])
    )
    assert text.count(SECRET) == repr(change["after"]).count("***")
