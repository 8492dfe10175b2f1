"""What a plan becomes: which changes count, how resources look, what is said aloud."""

from __future__ import annotations

import json

import pytest

from iacgate.model import Partial, is_unknown, stable_path


@pytest.mark.parametrize(
    ("actions", "scanned"),
    [
        (("create",), True),
        (("update",), True),
        (("no-op",), True),
        (("read",), True),
        (("delete", "create"), True),
        (("create", "delete"), True),
        (("create", "forget"), True),
        (("delete",), False),
        (("forget",), False),
        (("transmogrify",), True),
    ],
)
def test_which_actions_leave_something_to_judge(plan_of, change, actions, scanned):
    plan = plan_of(change("aws_s3_bucket.b", {"bucket": "x"}, actions=actions, before={"bucket": "old"}))
    assert [item.address for item in plan.live] == (["aws_s3_bucket.b"] if scanned else [])
    assert plan.plan.get("resource_changes", 0, "actions") == list(actions)
    assert any("transmogrify" in notice for notice in plan.context.notices) == ("transmogrify" in actions)


def test_old_objects_on_their_way_out_and_drift_are_not_judged(plan_of, change):
    entry = change("aws_s3_bucket.b", {"bucket": "x"}, deposed="1a2b3c")
    plan = plan_of(entry, resource_drift=[change("aws_s3_bucket.drifted", {"bucket": "y"})])
    assert plan.live == []


def test_deferred_changes_are_judged_as_planned(plan_of, change):
    deferred = {"reason": "instance_count_unknown", "resource_change": change("aws_x.a[*]", {"n": 1}, {"id": True})}
    plan = plan_of(deferred_changes=[deferred])
    resource = plan.by_address["aws_x.a[*]"]
    assert resource.symbolic
    assert is_unknown(resource.get("id"))
    assert plan.plan.get("resource_changes", 0, "deferred") is True


def test_the_parts_of_a_resource(plan_of, change):
    entry = change(
        'module.m["a.b"].aws_s3_bucket.b[0]',
        {"bucket": "new", "tags": {"owner": "me"}},
        actions=("delete", "create"),
        before={"bucket": "old"},
        module_address='module.m["a.b"]',
        previous_address="aws_s3_bucket.was",
        action_reason="replace_because_cannot_update",
    )
    entry["change"]["replace_paths"] = [["bucket"], ["x", 0]]
    resource = plan_of(entry).by_address['module.m["a.b"].aws_s3_bucket.b[0]']
    assert resource.config_address == "module.m.aws_s3_bucket.b"
    assert (resource.type, resource.name, resource.provider) == ("aws_s3_bucket", "b", "aws")
    assert (resource.category, resource.adapter, resource.root) == ("resource", "terraform-plan", "plan.json")
    assert resource.labels == {"owner": "me"}
    assert resource.change.actions == ("delete", "create")
    assert resource.change.before == {"bucket": "old"}
    assert resource.change.reason == "replace_because_cannot_update"
    assert resource.change.previous_address == "aws_s3_bucket.was"
    assert resource.change.replace_paths == (("bucket",), ("x", 0))


@pytest.mark.parametrize(
    ("provider", "kind", "short"),
    [
        ("registry.terraform.io/hashicorp/aws", "aws_x", "aws"),
        ("registry.opentofu.org/hashicorp/aws", "aws_x", "aws"),
        ("registry.terraform.io/hashicorp/google-beta", "google_x", "google"),
        ("terraform.io/builtin/terraform", "terraform_data", "terraform"),
        ("aws", "aws_x", "aws"),
        (None, "azurerm_x", "azurerm"),
    ],
)
def test_the_short_name_of_a_provider(plan_of, change, provider, kind, short):
    plan = plan_of(change(f"{kind}.a", {}, provider_name=provider))
    assert plan.live[0].provider == short


@pytest.mark.parametrize(
    ("top", "trouble", "notice"),
    [
        ({"errored": True}, "planning failed", "empty"),
        ({"complete": False}, "not complete", "empty"),
        ({}, "", "empty"),
        ({"resource_drift": []}, "", "refresh-only"),
        ({"prior_state": {"values": {"root_module": {}}}}, "", "refresh-only"),
        ({"planned_values": {"root_module": {"resources": [{"address": "a.b"}]}}}, "without resource_changes", ""),
        ({"complete": True, "errored": False, "applyable": True}, "", "empty"),
    ],
)
def test_plans_that_are_not_whole_or_change_nothing_say_so(plan_of, top, trouble, notice):
    context = plan_of(**top).context
    assert [item.kind for item in context.troubles] == (["incomplete-plan"] if trouble else [])
    assert all(trouble in item.message and item.hint for item in context.troubles)
    assert notice in "".join(context.notices)


def test_a_destroy_plan_says_so_and_shows_what_it_destroys(plan_of, change):
    plan = plan_of(change("aws_db_instance.main", None, actions=("delete",), before={"identifier": "main"}))
    assert "only destroys" in plan.context.notices[0]
    [destroyed] = plan.plan.body["resource_changes"]
    assert (destroyed["address"], destroyed["before"]) == ("aws_db_instance.main", {"identifier": "main"})


@pytest.mark.parametrize("junk", [None, 1, "x", []])
def test_what_is_no_change_is_a_trouble(plan_of, change, junk):
    plan = plan_of(junk, change("aws_x.a", {}))
    assert [item.address for item in plan.live] == ["aws_x.a"]
    assert "resource_changes[0]" in plan.context.troubles[0].message


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"address": 5, "type": [], "name": {}},
        {"address": "not an address at all", "change": {"actions": ["create"], "after": {"a": 1}}},
        {"address": "a.b", "change": []},
        {"address": "a.b", "change": {"actions": "create", "after": [1], "after_unknown": [True]}},
        {"address": "a.b", "change": {"after": {"x": 1}, "after_unknown": {"x": {"y": True}}, "after_sensitive": [1]}},
        {"address": "a.b", "module_address": "no module", "change": {"replace_paths": "x", "after": {"i": None}}},
        {"address": "a.b", "change": {"after": {"p": "s"}, "after_sensitive": {"p": {"q": True}}}, "mode": "data"},
    ],
)
def test_malformed_entries_do_no_harm(plan_of, entry):
    plan = plan_of(entry, configuration={"root_module": {"resources": [1, {"expressions": [1]}], "module_calls": []}})
    for resource in plan.resources:
        resource.relations()
        resource.at("a")
    assert len(plan.live) == 1
    assert [trouble.kind for trouble in plan.context.troubles] == ["unreadable"]


def test_the_plan_is_a_resource_keyed_by_address(plan_of, change):
    plan = plan_of(
        change("aws_s3_bucket.this", {}),
        change("aws_s3_bucket_acl.this", {}),
        applyable=True,
        checks=[{"status": "fail"}],
        output_changes={
            "ip": {"actions": ["create"], "after_unknown": True, "after_sensitive": False},
            "pw": {"actions": ["create"], "after": "hunter2", "after_unknown": False, "after_sensitive": True},
        },
    ).plan
    assert (plan.address, plan.type, plan.category) == ("plan.json", "plan", "plan")
    assert plan.get("applyable") is True
    assert plan.get("checks", 0, "status") == "fail"
    assert stable_path(plan.body, ("resource_changes", 1, "actions")) == (
        "resource_changes",
        "address=aws_s3_bucket_acl.this",
        "actions",
    )
    assert plan.get("outputs", "pw", "sensitive") is True
    assert plan.get("outputs", "ip", "sensitive") is False
    assert is_unknown(plan.get("outputs", "ip", "value"))
    assert "hunter2" not in repr(plan.body)


def test_unknown_blocks_are_a_partial_list(read_plan, stack):
    group = read_plan(stack / "plan.json").by_address["aws_security_group.web"]
    assert isinstance(group.get("egress"), Partial)
    assert not isinstance(group.get("ingress"), Partial)
    assert group.get("ingress", 0, "from_port") == 22


def test_why_a_value_is_unknown(read_plan, stack):
    plan = read_plan(stack / "plan.json")
    store = 'module.store["a.b"].aws_s3_bucket_server_side_encryption_configuration.this'
    key = plan.by_address[store].get("rule", 0, "apply_server_side_encryption_by_default", 0, "kms_master_key_id")
    assert (key.reason, key.ref) == ("known after apply: aws_kms_key.main.arn", "aws_kms_key.main")
    assert "arn" not in plan.by_address["aws_kms_key.main"].body
    hidden = plan.by_address["aws_s3_bucket_versioning.logs"].get("bucket")
    assert (hidden.reason, hidden.ref) == ("known after apply: aws_s3_bucket.logs.id", "aws_s3_bucket.logs")
    either = plan.by_address["aws_s3_bucket_acl.either"].get("bucket")
    assert either.ref == "aws_s3_bucket.pair"


def test_provider_configurations_are_resources(read_plan, stack):
    plan = read_plan(stack / "plan.json")
    assert plan.by_address["provider.aws"].body == {"region": "eu-west-1"}
    backup = plan.by_address["provider.aws.backup"]
    assert (backup.type, backup.category, backup.name) == ("provider.aws", "provider", "backup")
    assert backup.get("region").reason == "set from var.region"
    assert backup.get("secret_key") == "provider-constant-hunter2"
    assert "hunter2" not in repr(backup.body)


def test_a_provider_of_a_module_has_the_modules_address(plan_of):
    provider = {"name": "aws", "alias": "us", "module_address": "module.a.module.b", "expressions": {}}
    plan = plan_of(configuration={"provider_config": {"module.a.module.b:aws.us": provider}, "root_module": {}})
    assert "module.a.module.b.provider.aws.us" in plan.by_address


def test_data_sources_that_were_read_come_from_the_prior_state(plan_of, change):
    read = {"address": "data.aws_ami.a", "mode": "data", "type": "aws_ami", "name": "a", "values": {"id": "ami-1"}}
    stays = {"address": "aws_x.a", "mode": "managed", "type": "aws_x", "name": "a", "values": {"id": "x"}}
    child = {"address": 'module.m["k"]', "resources": [{**read, "address": 'module.m["k"].data.aws_ami.a'}]}
    state = {"values": {"root_module": {"resources": [read, stays], "child_modules": [child]}}}
    plan = plan_of(change("aws_x.a", {}), prior_state=state)
    assert [item.address for item in plan.live] == ["aws_x.a", "data.aws_ami.a", 'module.m["k"].data.aws_ami.a']
    assert plan.by_address["data.aws_ami.a"].category == "data"
    assert plan.by_address["data.aws_ami.a"].get("id") == "ami-1"


def test_a_state_is_read_too(read_plan, tmp_path):
    resource = {"address": "aws_x.a", "mode": "managed", "type": "aws_x", "name": "a", "values": {"id": "x"}}
    secret = {**resource, "address": "aws_x.c", "values": {"p": "hunter2"}, "sensitive_values": {"p": True}}
    gone = {**resource, "address": "aws_x.b", "deposed_key": "1"}
    nested = {"address": 'module.m["k"]', "resources": [{**resource, "address": 'module.m["k"].aws_x.a'}]}
    module = {"resources": [resource, gone, secret], "child_modules": [nested]}
    file = tmp_path / "state.json"
    file.write_text(json.dumps({"format_version": "1.0", "values": {"root_module": module}}, indent=1))
    state = read_plan(file)
    assert list(state.by_address) == ["aws_x.a", "aws_x.c", 'module.m["k"].aws_x.a']
    assert state.by_address["aws_x.c"].get("p") == "hunter2"
    assert "hunter2" not in repr(state.by_address["aws_x.c"].body)
    assert state.plan is None
    line = state.by_address['module.m["k"].aws_x.a'].at("id").line
    assert file.read_text().splitlines()[line - 1].strip() == '"id": "x"'


@pytest.mark.parametrize(
    ("module", "where"),
    [
        ({"resources": ["x"]}, "values.root_module.resources[0]"),
        ({"resources": [{"address": 7}]}, "values.root_module.resources[0]"),
        ({"resources": {"a": {}}}, "values.root_module.resources"),
        ({"child_modules": [{"resources": []}, "y"]}, "values.root_module.child_modules[1]"),
        (["x"], "values.root_module"),
    ],
)
def test_what_is_no_resource_of_a_state_is_a_trouble(read_plan, tmp_path, module, where):
    file = tmp_path / "state.json"
    file.write_text(json.dumps({"format_version": "1.0", "values": {"root_module": module}}))
    [trouble] = read_plan(file).context.troubles
    assert f": {where} is not as Terraform writes it" in trouble.message


def test_an_empty_state_says_so(read_plan, tmp_path):
    file = tmp_path / "state.json"
    file.write_text('{"format_version": "1.0", "terraform_version": "1.11.4", "values": {}}')
    assert "empty" in read_plan(file).context.notices[0]
