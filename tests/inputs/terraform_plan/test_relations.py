"""Where references lead: the order of preference of instances, module boundaries, chains, and what stays open."""

from __future__ import annotations

import shutil

import pytest

from iacgate.inputs.terraform_plan.configuration import longest, traversal
from iacgate.model import Relation


def related(resource):
    """Path, target and certainty of each relation; paths joined with dots."""
    return [(".".join(map(str, item.path)), item.target, item.certain) for item in resource.relations()]


def test_relations_are_looked_up_once(read_plan, stack):
    for resource in read_plan(stack / "plan.json").by_address.values():
        assert resource.relations() is resource.relations()


def test_the_relations_of_the_stack(read_plan, stack):
    plan = read_plan(stack / "plan.json")
    found = {address: related(resource) for address, resource in plan.by_address.items() if resource.relations()}
    in_a, in_plain = 'module.store["a.b"].', 'module.store["plain"].'
    rule = "rule.0.apply_server_side_encryption_by_default.0.kms_master_key_id"
    encryption = "aws_s3_bucket_server_side_encryption_configuration.this"
    logs = "aws_s3_bucket.logs"
    assert found == {
        "data.aws_iam_policy_document.base": [("statement.0.resources", logs, True)],
        "data.aws_iam_policy_document.full": [
            ("source_policy_documents", "data.aws_iam_policy_document.base", True),
            ("statement.0.resources", logs, True),
        ],
        "aws_db_instance.main": [("kms_key_id", "aws_kms_key.main", True)],
        "aws_s3_bucket_acl.either": [
            ("bucket", "aws_s3_bucket.pair[0]", False),
            ("bucket", "aws_s3_bucket.pair[1]", False),
        ],
        "aws_s3_bucket_acl.pair[0]": [("bucket", "aws_s3_bucket.pair[0]", True)],
        "aws_s3_bucket_acl.pair[1]": [("bucket", "aws_s3_bucket.pair[1]", True)],
        'aws_s3_bucket_logging.each["a.b"]': [
            ("bucket", f"{in_a}aws_s3_bucket.this[0]", True),
            ("target_bucket", logs, True),
        ],
        'aws_s3_bucket_logging.each["plain"]': [
            ("bucket", f"{in_plain}aws_s3_bucket.this[0]", True),
            ("target_bucket", logs, True),
        ],
        "aws_s3_bucket_policy.logs": [
            ("bucket", logs, True),
            ("policy", "data.aws_iam_policy_document.full", True),
        ],
        "aws_s3_bucket_versioning.logs": [("bucket", logs, True)],
        "aws_security_group.web": [
            ("ingress.1.security_groups", "aws_security_group.lb", True),
            ("egress.0", "dynamic egress", False),
        ],
        f"{in_a}aws_s3_bucket_acl.this": [("bucket", f"{in_a}aws_s3_bucket.this[0]", True)],
        f"{in_plain}aws_s3_bucket_acl.this": [("bucket", f"{in_plain}aws_s3_bucket.this[0]", True)],
        f"{in_a}{encryption}": [
            ("bucket", f"{in_a}aws_s3_bucket.this[0]", True),
            (rule, "aws_kms_key.main", True),
        ],
        f"{in_plain}{encryption}": [
            ("bucket", f"{in_plain}aws_s3_bucket.this[0]", True),
            (rule, "aws_kms_key.main", True),
        ],
    }


def test_a_local_value_is_opaque_without_the_source(read_plan, stack, tmp_path):
    shutil.copy(stack / "plan.json", tmp_path / "plan.json")
    alone = read_plan(tmp_path / "plan.json").by_address["aws_s3_bucket_versioning.logs"]
    assert related(alone) == [("bucket", "local.hidden", False)]
    assert alone.get("bucket").reason == "known after apply: local.hidden"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("aws_s3_bucket.logs.id", [("bucket", "aws_s3_bucket.logs", True)]),
        ("try(aws_s3_bucket.pair[1].id, local.other)", [("bucket", "aws_s3_bucket.pair[1]", True)]),
        ("local.further", [("bucket", "aws_s3_bucket.logs", True)]),
        ("local.hidden", [("bucket", "local.hidden", False)]),
        ('module.store["plain"].id', [("bucket", 'module.store["plain"].aws_s3_bucket.this[0]', True)]),
        (
            "[for b in aws_s3_bucket.pair : b.id][0]",
            [("bucket", "aws_s3_bucket.pair[0]", False), ("bucket", "aws_s3_bucket.pair[1]", False)],
        ),
        ("var.region", [("bucket", "local.hidden", False)]),
    ],
)
def test_where_a_local_value_leads_by_the_source(read_plan, stack, tmp_path, value, expected):
    shutil.copytree(stack, tmp_path, dirs_exist_ok=True)
    main = tmp_path / "main.tf"
    text = main.read_text().replace(
        "hidden = aws_s3_bucket.logs.id", f"hidden = {value}\n  further = aws_s3_bucket.logs.id"
    )
    main.write_text(text)
    assert related(read_plan(tmp_path / "plan.json").by_address["aws_s3_bucket_versioning.logs"]) == expected


@pytest.mark.parametrize(
    ("references", "kept"),
    [
        (["a.b.id", "a.b"], ["a.b.id"]),
        (["a.b[0].id", "a.b[0]", "a.b"], ["a.b[0].id"]),
        (["a.b[0].id", "a.b[0]", "a.b", "a.b"], ["a.b[0].id", "a.b"]),
        (["a.b.id", "a.b", "a.b.id", "a.b"], ["a.b.id"]),
        (["a.bc", "a.b"], ["a.bc", "a.b"]),
        (["a.b", "each.key"], ["a.b", "each.key"]),
    ],
)
def test_references_without_their_shortened_forms(references, kept):
    assert list(longest(references)) == kept


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("aws_s3_bucket.b.id", ["aws_s3_bucket", "b", "id"]),
        ('module.m["a.b"].out', ["module", "m", '["a.b"]', "out"]),
        ('a.b["we\\"ird]"].id', ["a", "b", '["we\\"ird]"]', "id"]),
        ("a.b[0]", ["a", "b", "[0]"]),
    ],
)
def test_the_steps_of_a_reference(reference, parts):
    assert traversal(reference) == parts


def block(kind, name, references=(), **more):
    return {
        "mode": "managed",
        "type": kind,
        "name": name,
        "expressions": {"parent": {"references": list(references)}} if references else {},
        **more,
    }


@pytest.fixture
def child_of(plan_of, change):
    """The relations of ``t_child.c`` whose attribute ``parent`` has these references, among these parents."""

    def make(references, parents, child="t_child.c", after=None, **more):
        unknown = {} if after else {"parent": True}
        changes = [change(address, {}, {"id": True}) for address in parents]
        changes.append(change(child, after or {}, unknown))
        blocks = [block("t_parent", "p"), block("t_parent", "q"), block("t_child", "c", references, **more)]
        plan = plan_of(*changes, configuration={"root_module": {"resources": blocks}})
        return [(item.target, item.certain) for item in plan.by_address[child].relations()]

    return make


@pytest.mark.parametrize(
    ("references", "parents", "child", "expected"),
    [
        (["t_parent.p.id", "t_parent.p"], ["t_parent.p"], "t_child.c", [("t_parent.p", True)]),
        (
            ["t_parent.p", "each.key"],
            ['t_parent.p["a"]', 't_parent.p["b"]'],
            't_child.c["b"]',
            [('t_parent.p["b"]', True)],
        ),
        (["t_parent.p", "count.index"], ["t_parent.p[0]", "t_parent.p[1]"], "t_child.c[1]", [("t_parent.p[1]", True)]),
        (
            ["t_parent.p[1].id", "t_parent.p[1]", "t_parent.p"],
            ["t_parent.p[0]", "t_parent.p[1]"],
            "t_child.c",
            [("t_parent.p[1]", True)],
        ),
        (["t_parent.p"], ["t_parent.p[0]"], "t_child.c", [("t_parent.p[0]", True)]),
        (
            ["t_parent.p"],
            ["t_parent.p[0]", "t_parent.p[1]"],
            "t_child.c",
            [("t_parent.p[0]", False), ("t_parent.p[1]", False)],
        ),
        (
            ["t_parent.p", "each.key"],
            ['t_parent.p["x"]', 't_parent.p["y"]'],
            't_child.c["b"]',
            [('t_parent.p["x"]', False), ('t_parent.p["y"]', False)],
        ),
        (
            ["t_parent.p.id", "t_parent.p", "t_parent.q.id", "t_parent.q"],
            ["t_parent.p", "t_parent.q"],
            "t_child.c",
            [("t_parent.p", False), ("t_parent.q", False)],
        ),
        (["local.x"], ["t_parent.p"], "t_child.c", [("local.x", False)]),
        (["local.create", "t_parent.p.id", "t_parent.p"], ["t_parent.p"], "t_child.c", [("t_parent.p", True)]),
        (["t_parent.gone.id", "t_parent.gone"], ["t_parent.p"], "t_child.c", [("t_parent.gone.id", False)]),
        (["each.value.id", "each.value"], ["t_parent.p"], "t_child.c", [("each.value.id", False)]),
        (["module.none.out", "module.none"], ["t_parent.p"], "t_child.c", [("module.none.out", False)]),
        (["self.id", "path.module", "t_parent.p"], ["t_parent.p"], "t_child.c", [("t_parent.p", True)]),
    ],
)
def test_which_instance_a_reference_means(child_of, references, parents, child, expected):
    assert child_of(references, parents, child) == expected


def test_a_list_that_holds_all_it_names_is_certain(child_of):
    references = ["t_parent.p.id", "t_parent.p", "t_parent.q.id", "t_parent.q"]
    found = child_of(references, ["t_parent.p", "t_parent.q"], after={"parent": ["p-1", "q-1"]})
    assert found == [("t_parent.p", True), ("t_parent.q", True)]


def test_a_list_that_holds_more_than_it_is_seen_to_name_stays_open(plan_of, change):
    child = change("t_child.c", {"parent": [None, None]}, {"parent": [True, True]})
    references = ["t_parent.p.id", "t_parent.p", "local.more"]
    blocks = [block("t_parent", "p"), block("t_child", "c", references)]
    plan = plan_of(change("t_parent.p", {}), child, configuration={"root_module": {"resources": blocks}})
    found = [(item.target, item.certain) for item in plan.by_address["t_child.c"].relations()]
    assert found == [("t_parent.p", True), ("local.more", False)]


def test_each_value_of_a_chained_resource_is_the_instance_with_the_same_key(child_of):
    parents = ['t_parent.p["a"]', 't_parent.p["b"]']
    chain = {"for_each_expression": {"references": ["t_parent.p"]}}
    assert child_of(["each.value.id", "each.value"], parents, 't_child.c["a"]', **chain) == [('t_parent.p["a"]', True)]


def test_each_value_of_one_attribute_may_be_any_instance(child_of):
    parents = ["t_parent.p[0]", "t_parent.p[1]"]
    chain = {"for_each_expression": {"references": ["t_parent.p"]}}
    found = child_of(["each.value"], parents, 't_child.c["sg-1"]', **chain)
    assert found == [("t_parent.p[0]", False), ("t_parent.p[1]", False)]


def test_known_values_that_come_from_locals_have_no_open_relation(child_of):
    assert child_of(["local.x"], ["t_parent.p"], after={"parent": "known"}) == []


def nested_plan(plan_of, change):
    """root → module.outer["k"] → module.inner; a child inside the inner names a parent of the root and of a sibling."""
    inner = {"variables": {"up": {}}, "resources": [block("t_child", "c", ["var.up"])]}
    sibling = {
        "outputs": {"id": {"expression": {"references": ["t_parent.q.id", "t_parent.q"]}}},
        "resources": [block("t_parent", "q")],
    }
    outer = {
        "variables": {"pass": {}},
        "module_calls": {
            "inner": {"expressions": {"up": {"references": ["var.pass"]}}, "module": inner},
            "aside": {"expressions": {}, "module": sibling},
        },
        "resources": [block("t_child", "d", ["module.aside.id", "module.aside"])],
    }
    call = {
        "expressions": {"pass": {"references": ["t_parent.p", "each.key"]}},
        "for_each_expression": {"constant_value": {"k": 1, "l": 2}},
        "module": outer,
    }
    changes = [change(f't_parent.p["{key}"]', {}, {"id": True}) for key in "kl"]
    for key in "kl":
        module = f'module.outer["{key}"]'
        changes += [
            change(f"{module}.module.inner.t_child.c", {}, {"parent": True}, module_address=f"{module}.module.inner"),
            change(f"{module}.module.aside.t_parent.q", {}, {"id": True}, module_address=f"{module}.module.aside"),
            change(f"{module}.t_child.d", {}, {"parent": True}, module_address=module),
        ]
    root = {"resources": [block("t_parent", "p")], "module_calls": {"outer": call}}
    return plan_of(*changes, configuration={"root_module": root})


@pytest.mark.parametrize("key", ["k", "l"])
def test_references_go_up_through_inputs_and_down_through_outputs(plan_of, change, key):
    plan = nested_plan(plan_of, change)
    up = plan.by_address[f'module.outer["{key}"].module.inner.t_child.c'].relations()
    assert up == (Relation(path=("parent",), target=f't_parent.p["{key}"]', certain=True),)
    down = plan.by_address[f'module.outer["{key}"].t_child.d'].relations()
    assert down == (Relation(path=("parent",), target=f'module.outer["{key}"].module.aside.t_parent.q', certain=True),)


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ({"id": ["t_parent.q.id"]}, [("t_parent.q", True)]),
        ({"id": ["t_parent.q.id"], "name": ["t_parent.q.name"], "fixed": []}, [("t_parent.q", True)]),
        ({"id": ["t_parent.q.id"], "other": ["t_other.r.id"]}, [("t_parent.q", False), ("t_other.r", False)]),
        ({"id": ["t_parent.q.id"], "opaque": ["local.x"]}, None),
        ({}, None),
    ],
)
def test_an_output_that_is_not_named_may_be_each_of_the_instance(plan_of, change, outputs, expected):
    """Of ``module.m[each.key].id`` a plan says ``module.m`` and ``each.key``."""
    inner = {
        "outputs": {name: {"expression": {"references": told}} for name, told in outputs.items()},
        "resources": [block("t_parent", "q"), block("t_other", "r")],
    }
    call = {"expressions": {}, "for_each_expression": {"constant_value": {"k": 1, "l": 2}}, "module": inner}
    child = block("t_child", "c", ["module.m", "each.key"]) | {"for_each_expression": {"constant_value": ["k"]}}
    changes = [change('t_child.c["k"]', {}, {"parent": True})]
    for key in "kl":
        module = f'module.m["{key}"]'
        changes += [
            change(f"{module}.{name}", {}, {"id": True}, module_address=module) for name in ("t_parent.q", "t_other.r")
        ]
    root = {"resources": [child], "module_calls": {"m": call}}
    plan = plan_of(*changes, configuration={"root_module": root})
    found = related(plan.by_address['t_child.c["k"]'])
    wanted = [("module.m", False)] if expected is None else [(f'module.m["k"].{name}', sure) for name, sure in expected]
    assert found == [("parent", *item) for item in wanted]


def test_a_map_of_resources_passed_to_a_module_keeps_its_keys(plan_of, change):
    inner = {
        "variables": {"all": {}},
        "resources": [
            block("t_child", "c", ["each.value.id", "each.value"], for_each_expression={"references": ["var.all"]})
        ],
    }
    call = {"expressions": {"all": {"references": ["t_parent.p"]}}, "module": inner}
    changes = [change(f't_parent.p["{key}"]', {}, {"id": True}) for key in "ab"]
    changes.append(change('module.m.t_child.c["b"]', {}, {"parent": True}, module_address="module.m"))
    root = {"resources": [block("t_parent", "p")], "module_calls": {"m": call}}
    plan = plan_of(*changes, configuration={"root_module": root})
    [relation] = plan.by_address['module.m.t_child.c["b"]'].relations()
    assert (relation.target, relation.certain) == ('t_parent.p["b"]', True)


def test_modules_that_refer_to_each_other_in_a_circle_end(plan_of, change):
    def looping(other):
        return {
            "expressions": {"in": {"references": [f"module.{other}.out", f"module.{other}"]}},
            "module": {"variables": {"in": {}}, "outputs": {"out": {"expression": {"references": ["var.in"]}}}},
        }

    root = {
        "resources": [block("t_child", "c", ["module.a.out"])],
        "module_calls": {"a": looping("b"), "b": looping("a")},
    }
    entries = [change("t_child.c", {}, {"parent": True})]
    entries += [change(f"module.{name}.t_parent.p", {}, module_address=f"module.{name}") for name in "ab"]
    plan = plan_of(*entries, configuration={"root_module": root})
    assert related(plan.by_address["t_child.c"]) == [("parent", "module.a.out", False)]


def test_without_configuration_every_unknown_value_has_an_open_relation(plan_of, change):
    plan = plan_of(change("t_child.c", {}, {"parent": True}))
    assert [(item.path, item.certain) for item in plan.by_address["t_child.c"].relations()] == [(("parent",), False)]
