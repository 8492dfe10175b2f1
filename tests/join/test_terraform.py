"""What belongs to what among Terraform resources, and when that cannot be told."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from iacgate.join import build_inventory
from iacgate.join.terraform import spellings
from iacgate.join.terraform_tables import AWS, AZURE, GOOGLE, OTHER, belongs, belongs_to_all, links_of
from iacgate.model import Document, Inventory, Location, Partial, Relation, Resource, Unknown

PLACE = Location(file="x.tf")


def resource(address, body=None, *, relations=(), adapter="terraform-plan", root="", plan=None):
    kind, name = address.removeprefix("data.").split("[")[0].rsplit(".", 2)[-2:]
    document = Document(path=root or "plan.json", kind=adapter, body=plan or {}, locate=lambda path: PLACE)
    return Resource(
        address=address,
        type=kind,
        provider=kind.partition("_")[0],
        name=name,
        body=body or {},
        adapter=adapter,
        document=document,
        locate=lambda path: PLACE,
        category="data" if address.startswith("data.") else "resource",
        config_address=address.split("[")[0],
        relations=lambda: tuple(Relation(path=path, target=target, certain=sure) for path, target, sure in relations),
        root=root,
    )


def joined(*resources):
    inventory = build_inventory(resources, (), whole=True)
    by_address = {item.address: item for item in resources}

    def related(address, kind):
        found = inventory.related(by_address[address], kind)
        doubt = found.maybe.reason if isinstance(found, Partial) else ""
        return [item.address for item in found], doubt

    return related


BUCKET = resource("aws_s3_bucket.b", {"bucket": "logs", "id": Unknown("known after apply")})
LATER = Unknown("known after apply")


def names(way, target, sure=True):
    return ((way,), target, sure)


@pytest.mark.parametrize(
    ("child", "parent"),
    [
        (resource("aws_s3_bucket_versioning.v", {"bucket": "logs"}), BUCKET),
        (
            resource("aws_s3_bucket_versioning.v", {"bucket": LATER}, relations=[names("bucket", "aws_s3_bucket.b")]),
            BUCKET,
        ),
        (resource("aws_s3_bucket_logging.v", {"bucket": "x", "target_bucket": "logs"}), BUCKET),
        (resource("aws_cloudtrail.t", {"s3_bucket_name": "logs"}), BUCKET),
        (
            resource("aws_cloudtrail.t", {"event_selector": [{"data_resource": [{"values": ["arn:aws:s3:::logs/"]}]}]}),
            BUCKET,
        ),
        (
            resource("aws_security_group_rule.r", {"security_group_id": "sg-1"}),
            resource("aws_security_group.g", {"id": "sg-1"}),
        ),
        (
            resource("aws_instance.i", {"vpc_security_group_ids": ["sg-0", "sg-1"]}),
            resource("aws_security_group.g", {"id": "sg-1"}),
        ),
        (
            resource("aws_ebs_volume.v", {"kms_key_id": "arn:aws:kms:eu-west-1:1:key/1234"}),
            resource("aws_kms_key.k", {"key_id": "1234"}),
        ),
        (
            resource("aws_db_instance.d", {"deep": [{"kms_key_id": "arn:k"}]}),
            resource("aws_kms_key.k", {"arn": "arn:k"}),
        ),
        (resource("aws_lb_listener.l", {"load_balancer_arn": "arn:lb"}), resource("aws_lb.a", {"arn": "arn:lb"})),
        (resource("aws_iam_role_policy.p", {"role": "r"}), resource("aws_iam_role.r", {"name": "r"})),
        (
            resource("aws_cloudwatch_metric_alarm.a", {"metric_name": "m"}),
            resource("aws_cloudwatch_log_metric_filter.f", {"metric_transformation": [{"name": "m"}]}),
        ),
        (
            resource("azurerm_mssql_firewall_rule.r", {"server_id": "/s"}),
            resource("azurerm_mssql_server.s", {"id": "/s"}),
        ),
        (
            resource("azurerm_monitor_diagnostic_setting.d", {"target_resource_id": "/kv"}),
            resource("azurerm_key_vault.k", {"id": "/kv"}),
        ),
        (
            resource("azurerm_synapse_sql_pool_security_alert_policy.p", {"sql_pool_id": "/p"}),
            resource("azurerm_synapse_sql_pool.s", {"id": "/p"}),
        ),
        (
            resource("azurerm_spring_cloud_app.a", {"service_name": "s", "resource_group_name": "g"}),
            resource("azurerm_spring_cloud_service.s", {"name": "s", "resource_group_name": "g"}),
        ),
        (
            resource("azurerm_databricks_workspace_root_dbfs_customer_managed_key.k", {"workspace_id": "/w"}),
            resource("azurerm_databricks_workspace.w", {"id": "/w"}),
        ),
        (
            resource("azurerm_monitor_activity_log_alert.a", {"criteria": [{"resource_id": "/sa"}]}),
            resource("azurerm_storage_account.s", {"id": "/sa"}),
        ),
        (
            resource("google_container_node_pool.p", {"cluster": "c"}),
            resource("google_container_cluster.c", {"name": "c"}),
        ),
        (
            resource(
                "google_compute_instance.i",
                {"network_interface": [{"subnetwork": "projects/p/regions/r/subnetworks/s"}]},
            ),
            resource("google_compute_subnetwork.s", {"name": "s"}),
        ),
        (
            resource("github_branch_protection.p", {"repository_id": "r"}),
            resource("github_repository.r", {"name": "r"}),
        ),
        (
            resource("aws_lambda_function.f", {}, relations=[names("anything", "aws_special_thing.x")]),
            resource("aws_special_thing.x"),
        ),
    ],
)
def test_a_child_and_its_parent_find_each_other(child, parent):
    related = joined(parent, child)
    assert related(parent.address, child.type) == ([child.address], "")
    assert related(child.address, parent.type) == ([parent.address], "")


def test_what_is_not_named_is_certainly_absent():
    related = joined(
        BUCKET, resource("aws_s3_bucket.c", {"bucket": "c"}), resource("aws_s3_bucket_acl.a", {"bucket": "c"})
    )
    assert related("aws_s3_bucket.b", "aws_s3_bucket_acl") == ([], "")
    assert related("aws_s3_bucket.b", "aws_s3_bucket_versioning") == ([], "")


def test_an_unresolved_child_makes_absence_unknown():
    child = resource("aws_s3_bucket_acl.a", {"bucket": LATER}, relations=[names("bucket", "local.x", sure=False)])
    other = resource("aws_s3_bucket_versioning.v", {"bucket": "other"})
    related = joined(BUCKET, child, other)
    found, doubt = related("aws_s3_bucket.b", "aws_s3_bucket_acl")
    assert found == []
    assert "aws_s3_bucket_acl.a may belong to it: bucket is known after apply" in doubt
    assert related("aws_s3_bucket.b", "aws_s3_bucket_versioning") == ([], "")
    assert related("aws_s3_bucket_acl.a", "aws_s3_bucket")[1] == "bucket is known after apply"


def test_what_is_found_is_kept_beside_a_doubt():
    lost = resource("aws_s3_bucket_acl.a", {"bucket": LATER}, relations=[names("bucket", "local.x", sure=False)])
    found, doubt = joined(BUCKET, lost, resource("aws_s3_bucket_acl.mine", {"bucket": "logs"}))(
        "aws_s3_bucket.b", "aws_s3_bucket_acl"
    )
    assert found == ["aws_s3_bucket_acl.mine"]
    assert doubt


def test_a_list_of_which_one_element_leads_nowhere():
    ways = [
        names("vpc_security_group_ids", "aws_security_group.a"),
        names("vpc_security_group_ids", "local.x", sure=False),
    ]
    child = resource("aws_instance.i", {"vpc_security_group_ids": [LATER, LATER]}, relations=ways)
    related = joined(resource("aws_security_group.a"), resource("aws_security_group.b"), child)
    assert related("aws_security_group.a", "aws_instance")[0] == ["aws_instance.i"]
    found, doubt = related("aws_security_group.b", "aws_instance")
    assert (found, "aws_instance.i may belong to it" in doubt) == ([], True)


def test_an_ambiguous_instance_may_belong_to_each():
    ways = [names("bucket", "aws_s3_bucket.b[0]", sure=False), names("bucket", "aws_s3_bucket.b[1]", sure=False)]
    child = resource("aws_s3_bucket_acl.a", {"bucket": LATER}, relations=ways)
    related = joined(resource("aws_s3_bucket.b[0]"), resource("aws_s3_bucket.b[1]"), resource("aws_s3_bucket.c"), child)
    for address in ("aws_s3_bucket.b[0]", "aws_s3_bucket.b[1]"):
        found, doubt = related(address, "aws_s3_bucket_acl")
        assert found == []
        assert "aws_s3_bucket_acl.a may be meant" in doubt
    assert related("aws_s3_bucket.c", "aws_s3_bucket_acl") == ([], "")


def test_an_equal_known_value_settles_an_ambiguous_reference():
    ways = [names("bucket", "aws_s3_bucket.b[0]", sure=False), names("bucket", "aws_s3_bucket.b[1]", sure=False)]
    child = resource("aws_s3_bucket_acl.a", {"bucket": "one"}, relations=ways)
    buckets = [resource(f"aws_s3_bucket.b[{n}]", {"bucket": name}) for n, name in enumerate(("zero", "one"))]
    related = joined(*buckets, child)
    assert related("aws_s3_bucket.b[1]", "aws_s3_bucket_acl") == (["aws_s3_bucket_acl.a"], "")
    assert related("aws_s3_bucket.b[0]", "aws_s3_bucket_acl") == ([], "")


def test_two_parents_of_one_name_may_both_be_meant():
    child = resource("aws_s3_bucket_acl.a", {"bucket": "logs"})
    related = joined(BUCKET, resource("aws_s3_bucket.twin", {"bucket": "logs"}), child)
    assert related("aws_s3_bucket.b", "aws_s3_bucket_acl")[0] == []
    assert related("aws_s3_bucket.b", "aws_s3_bucket_acl")[1]


def test_a_certain_reference_tells_parents_of_one_name_and_two_types_apart():
    old, new = "azurerm_sql_server.old", "azurerm_mssql_server.new"
    body = {"server_name": "shop", "resource_group_name": "g"}
    child = resource("azurerm_mssql_server_security_alert_policy.p", body, relations=[names("server_name", old)])
    servers = [resource(address, {"name": "shop", "resource_group_name": "g"}) for address in (old, new, f"{new}er")]
    related = joined(*servers, child)
    assert related(old, "azurerm_mssql_server_security_alert_policy") == ([child.address], "")
    assert related(new, "azurerm_mssql_server_security_alert_policy") == ([], "")


def test_a_certain_reference_tells_parents_of_one_name_apart():
    child = resource("aws_s3_bucket_acl.a", {"bucket": "logs"}, relations=[names("bucket", "aws_s3_bucket.b")])
    related = joined(BUCKET, resource("aws_s3_bucket.twin", {"bucket": "logs"}), child)
    assert related("aws_s3_bucket.b", "aws_s3_bucket_acl") == (["aws_s3_bucket_acl.a"], "")
    assert related("aws_s3_bucket.twin", "aws_s3_bucket_acl") == ([], "")


def test_a_reference_to_something_else_leaves_parents_of_one_name_in_doubt():
    ways = [names("bucket", "aws_s3_bucket.other"), names("bucket", "aws_s3_bucket.b", sure=False)]
    child = resource("aws_s3_bucket_acl.a", {"bucket": "logs"}, relations=ways)
    related = joined(BUCKET, resource("aws_s3_bucket.twin", {"bucket": "logs"}), child)
    assert related("aws_s3_bucket.b", "aws_s3_bucket_acl")[1]
    assert related("aws_s3_bucket.twin", "aws_s3_bucket_acl")[1]


@pytest.mark.parametrize(
    ("ref", "doubtful"),
    [
        ("aws_s3_bucket.gone", False),
        ("module.m.aws_s3_bucket.gone", False),
        ("aws_ssm_parameter.gone", True),
        ('aws_s3_bucket.many["x"]', True),
        ("gone", True),
    ],
)
def test_a_reference_to_an_undeclared_resource_of_the_right_type_means_no_declared_one(ref, doubtful):
    relations = [names("bucket", ref)]
    body = {"bucket": Unknown("it is not declared", ref=ref)}
    child = resource("aws_s3_bucket_acl.a", body, adapter="terraform", relations=relations)
    others = [resource(address, {}, adapter="terraform") for address in ("aws_s3_bucket.b", "aws_s3_bucket.many[*]")]
    _, doubt = joined(child, *others)("aws_s3_bucket.b", "aws_s3_bucket_acl")
    assert bool(doubt) == doubtful


def test_the_group_tells_parents_of_one_name_apart():
    groups = [
        resource(f"azurerm_network_security_group.{n}", {"name": "web", "resource_group_name": n})
        for n in ("one", "two")
    ]
    body = {"network_security_group_name": "web", "resource_group_name": "two"}
    related = joined(*groups, resource("azurerm_network_security_rule.r", body))
    assert related("azurerm_network_security_group.two", "azurerm_network_security_rule") == (
        ["azurerm_network_security_rule.r"],
        "",
    )
    assert related("azurerm_network_security_group.one", "azurerm_network_security_rule") == ([], "")


def test_a_value_that_only_the_provider_knows_is_no_doubt_in_a_plan():
    computed = resource("aws_instance.i", {"vpc_security_group_ids": LATER})
    related = joined(resource("aws_security_group.g", {"id": LATER}), computed)
    assert related("aws_security_group.g", "aws_instance") == ([], "")


def test_an_unknown_value_of_source_is_a_doubt_unless_it_says_where_it_comes_from():
    bucket = resource("aws_s3_bucket.b", {}, adapter="terraform")
    open_end = resource("aws_s3_bucket_acl.a", {"bucket": Unknown("var.bucket has no value")}, adapter="terraform")
    found, doubt = joined(bucket, open_end)("aws_s3_bucket.b", "aws_s3_bucket_acl")
    assert (found, "var.bucket has no value" in doubt) == ([], True)
    by_ref = resource("aws_s3_bucket_acl.a", {"bucket": Unknown("later", ref="aws_s3_bucket.b")}, adapter="terraform")
    assert joined(bucket, by_ref)("aws_s3_bucket.b", "aws_s3_bucket_acl") == (["aws_s3_bucket_acl.a"], "")
    by_data = resource(
        "aws_s3_bucket_acl.a", {"bucket": Unknown("later", ref="data.aws_s3_bucket.x")}, adapter="terraform"
    )
    assert joined(bucket, by_data)("aws_s3_bucket.b", "aws_s3_bucket_acl") == ([], "")


def test_a_block_with_several_instances_may_mean_each():
    child = resource("aws_s3_bucket_acl.a", {"bucket": LATER}, relations=[names("bucket", "aws_s3_bucket.b")])
    related = joined(resource("aws_s3_bucket.b[0]"), resource("aws_s3_bucket.b[1]"), child)
    assert related("aws_s3_bucket.b[0]", "aws_s3_bucket_acl")[1]
    alone = joined(resource("aws_s3_bucket.b[0]"), child)
    assert alone("aws_s3_bucket.b[0]", "aws_s3_bucket_acl") == (["aws_s3_bucket_acl.a"], "")


def test_only_the_attributes_of_the_tables_make_it_belong():
    """A replication belongs to the bucket it stands on, not to the destination it names."""
    ways = [names("bucket", "aws_s3_bucket.b"), (("rule", 0, "destination", 0, "bucket"), "aws_s3_bucket.copy", True)]
    child = resource("aws_s3_bucket_replication_configuration.r", {"bucket": LATER}, relations=ways)
    related = joined(BUCKET, resource("aws_s3_bucket.copy", {"bucket": "copy"}), child)
    assert related("aws_s3_bucket.b", child.type) == ([child.address], "")
    assert related("aws_s3_bucket.copy", child.type) == ([], "")


@pytest.mark.parametrize("plan", [{"errored": True}, {"complete": False}])
def test_a_plan_that_is_not_complete_makes_every_absence_unknown(plan):
    bucket = resource("aws_s3_bucket.b", {"bucket": "logs"}, plan=plan)
    found, doubt = joined(bucket)("aws_s3_bucket.b", "aws_s3_bucket_acl")
    assert (found, "not a complete plan" in doubt) == ([], True)


def test_links_stay_inside_one_root():
    mine = resource("aws_s3_bucket.b", {"bucket": "logs"}, root="a")
    child = resource(
        "aws_s3_bucket_acl.a", {"bucket": "logs"}, root="b", relations=[names("bucket", "aws_s3_bucket.b")]
    )
    assert joined(mine, child)("aws_s3_bucket.b", "aws_s3_bucket_acl") == ([], "")


def test_settings_of_an_account_belong_to_everything_of_their_kind():
    related = joined(BUCKET, resource("aws_s3_account_public_access_block.a"), resource("aws_s3_bucket.c"))
    for address in ("aws_s3_bucket.b", "aws_s3_bucket.c"):
        found = related(address, "aws_s3_account_public_access_block")
        assert found == (["aws_s3_account_public_access_block.a"], "")


def test_kinds_may_be_globs():
    related = joined(
        BUCKET, resource("aws_s3_bucket_acl.a", {"bucket": "logs"}), resource("aws_s3_object.o", {"bucket": "logs"})
    )
    assert related("aws_s3_bucket.b", "aws_s3_*")[0] == ["aws_s3_bucket_acl.a", "aws_s3_object.o"]
    assert related("aws_s3_object.o", "*bucket")[0] == ["aws_s3_bucket.b"]


def test_the_stack_of_references(read_stack):
    inventory = build_inventory(read_stack.resources, read_stack.documents, whole=True)

    def related(address, kind):
        found = inventory.related(inventory.by_address(address), kind)
        return [item.address for item in found], isinstance(found, Partial)

    in_a = 'module.store["a.b"].'
    assert related(f"{in_a}aws_s3_bucket.this[0]", "aws_s3_bucket_acl") == ([f"{in_a}aws_s3_bucket_acl.this"], False)
    assert related("aws_s3_bucket.pair[0]", "aws_s3_bucket_acl") == (["aws_s3_bucket_acl.pair[0]"], True)
    assert related(f"{in_a}aws_s3_bucket.this[0]", "aws_s3_bucket_logging") == (
        ['aws_s3_bucket_logging.each["a.b"]'],
        False,
    )
    assert related("aws_s3_bucket.logs", "aws_s3_bucket_policy") == (["aws_s3_bucket_policy.logs"], False)
    assert related("aws_s3_bucket.logs", "aws_s3_bucket_versioning") == ([], True)
    assert related("aws_kms_key.main", "aws_db_instance") == (["aws_db_instance.main"], False)
    assert related("aws_security_group.lb", "aws_security_group") == (["aws_security_group.web"], False)


@pytest.fixture
def read_stack():
    """The plan of the adapter's own tests, with references of all kinds."""
    from pathlib import Path

    from iacgate.inputs import terraform_plan
    from iacgate.model import SourceFile
    from iacgate.spi import InputContext

    file = Path(__file__).parent.parent / "inputs/terraform_plan/stack/plan.json"
    source = SourceFile(path="plan.json", absolute="", read=file.read_bytes)
    documents = list(terraform_plan.parse(source))
    context = InputContext(root="/", open=lambda path: None)
    return SimpleNamespace(documents=documents, resources=list(terraform_plan.normalise(documents, context)))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", ["plain"]),
        ("arn:aws:s3:::logs", "logs"),
        ("arn:aws:s3:::logs/key", "logs"),
        ("arn:aws:kms:r:1:key/12-34", "12-34"),
        ("arn:aws:lambda:r:1:function:name", "name"),
        ("arn:aws:iam::1:role/path/r", "path/r"),
        ("projects/p/topics/t", "t"),
        ("storage.googleapis.com/bucket", "bucket"),
        ("a/b", ["a/b"]),
    ],
)
def test_the_spellings_of_a_value(value, expected):
    found = list(spellings(value))
    assert found == expected if isinstance(expected, list) else expected in found


def test_every_row_of_the_tables_is_well_formed():
    for table in (AWS, AZURE, GOOGLE, OTHER):
        for line in table.strip().splitlines():
            assert line.count(" | ") == 2, line
    for link in (*links_of("aws_s3_bucket_acl").own, *links_of("azurerm_role_assignment").own):
        assert link.parents


def test_the_tables_cover_what_rules_ask_for():
    for child, parent, steps in [
        ("aws_s3_bucket_public_access_block", "aws_s3_bucket", ("bucket",)),
        ("aws_vpc_security_group_egress_rule", "aws_security_group", ("security_group_id",)),
        ("azurerm_storage_container", "azurerm_storage_account", ("storage_account_name",)),
        ("google_storage_bucket_iam_member", "google_storage_bucket", ("bucket",)),
        ("google_sql_user", "google_sql_database_instance", ("instance",)),
    ]:
        assert any(
            link.steps == steps and parent in {item.type for item in link.parents} for link in links_of(child).own
        )
        assert belongs(child, parent, steps)
        assert not belongs(child, parent, ("something_else",))
    assert belongs_to_all("aws_s3_account_public_access_block", "aws_s3_bucket")
    assert not belongs_to_all("aws_s3_bucket_acl", "aws_s3_bucket")


def test_other_worlds_have_no_links_of_this_kind():
    container = resource("docker.x", adapter="dockerfile")
    assert build_inventory([container], (), whole=True).related(container, "aws_s3_bucket") == []
    assert isinstance(build_inventory((), (), whole=False), Inventory)
