"""Places: in the HCL beside the plan, else in the plan file, never guessed."""

from __future__ import annotations

import json
import shutil

import pytest


def written(folder, location):
    """The line of source at a location, and what the span covers on it."""
    line = (folder / location.file).read_text().splitlines()[location.line - 1]
    end = location.end_column if location.end_line == location.line else None
    return line[location.column - 1 : None if end is None else end - 1]


@pytest.mark.parametrize(
    ("address", "path", "source"),
    [
        ("aws_s3_bucket.logs", (), 'resource "aws_s3_bucket" "logs"'),
        ("aws_s3_bucket.logs", ("bucket",), '"team-logs"'),
        ("aws_s3_bucket.logs", ("tags", "team"), '"platform"'),
        ("aws_s3_bucket.logs", ("arn",), 'resource "aws_s3_bucket" "logs"'),
        ("aws_s3_bucket.pair[1]", ("bucket",), '"pair-${count.index}"'),
        ("data.aws_iam_policy_document.base", ("statement", 0, "actions", 0), '"s3:GetObject"'),
        ("aws_security_group.web", ("ingress", 0, "cidr_blocks", 0), '"10.0.0.0/8"'),
        ("aws_security_group.web", ("ingress", 1, "from_port"), "443"),
        ("aws_security_group.web", ("ingress", 1), "ingress"),
        ("aws_security_group.web", ("egress", 0, "description"), "egress.value"),
        ("aws_security_group.web", ("egress",), "content"),
        ("aws_security_group.web", ("nowhere", 3, "x"), 'resource "aws_security_group" "web"'),
        ('module.store["a.b"].aws_s3_bucket.this[0]', ("bucket",), "var.name"),
        ("provider.aws", ("region",), '"eu-west-1"'),
        ("provider.aws.backup", ("region",), "var.region"),
        ("provider.aws.backup", (), 'provider "aws"'),
    ],
)
def test_places_in_the_source_beside_the_plan(read_plan, stack, address, path, source):
    resource = read_plan(stack / "plan.json").by_address[address]
    assert written(stack, resource.at(*path)) == source


def test_the_way_through_modules_is_told_down_to_the_argument(read_plan, stack):
    resource = read_plan(stack / "plan.json").by_address['module.store["a.b"].aws_s3_bucket.this[0]']
    place = resource.at("bucket")
    assert [(written(stack, step), step.note) for step in place.via] == [
        ('"a.b"', "defined here"),
        ("each.key", "passed here"),
    ]
    [header] = resource.at().via
    assert written(stack, header) == 'module "store"'


def test_sets_come_sorted_so_constants_tell_blocks_apart(read_plan, stack, tmp_path):
    shutil.copytree(stack, tmp_path, dirs_exist_ok=True)
    plan = json.loads((tmp_path / "plan.json").read_text())
    web = next(item for item in plan["resource_changes"] if item["address"] == "aws_security_group.web")
    for part in ("after", "after_unknown", "after_sensitive"):
        web["change"][part]["ingress"].reverse()
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    resource = read_plan(tmp_path / "plan.json").by_address["aws_security_group.web"]
    assert resource.get("ingress", 0, "from_port") == 443
    assert written(tmp_path, resource.at("ingress", 0, "from_port")) == "443"
    assert written(tmp_path, resource.at("ingress", 1, "from_port")) == "22"


def test_without_source_the_line_of_the_plan(read_plan, stack, tmp_path):
    file = tmp_path / "plan.json"
    shutil.copy(stack / "plan.json", file)
    plan = read_plan(file)
    bucket = plan.by_address["aws_s3_bucket.logs"]
    assert written(tmp_path, bucket.at("bucket")) == '"team-logs"'
    assert written(tmp_path, bucket.at()) == '"aws_s3_bucket.logs"'
    assert '"arn": true' in file.read_text().splitlines()[bucket.at("arn").line - 1]
    assert written(tmp_path, plan.by_address["provider.aws"].at("region")) == '"region"'
    assert plan.context.notices == []
    index = next(i for i, item in enumerate(plan.plan.body["resource_changes"]) if item["address"] == bucket.address)
    assert written(tmp_path, plan.plan.at("resource_changes", index)) == '"aws_s3_bucket.logs"'
    assert plan.plan.at("resource_changes", index, "actions").line > plan.plan.at("resource_changes", index).line


def test_a_plan_on_one_line_gives_its_first_line(read_plan, stack, tmp_path):
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(json.loads((stack / "plan.json").read_text())) + "\n")
    location = read_plan(file).by_address["aws_s3_bucket.logs"].at("bucket")
    assert (location.file, location.line, location.column) == ("plan.json", 1, 1)


def test_a_place_is_not_guessed_when_source_and_plan_differ(read_plan, stack, tmp_path):
    shutil.copytree(stack, tmp_path, dirs_exist_ok=True)
    main = tmp_path / "main.tf"
    main.write_text(main.read_text().replace('"aws_s3_bucket" "logs"', '"aws_s3_bucket" "renamed"'))
    plan = read_plan(tmp_path / "plan.json")
    bucket = plan.by_address["aws_s3_bucket.logs"]
    assert bucket.at("bucket").file == "plan.json"
    bucket.at()
    [notice] = plan.context.notices
    assert "aws_s3_bucket.logs" in notice
    assert "differs from plan" in notice


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda folder: shutil.rmtree(folder / "modules"), "no configuration in modules/store"),
        (lambda folder: (folder / "modules/store/main.tf").write_text("resource {{{"), "does not parse"),
        (lambda folder: replace(folder, "./modules/store", "terraform-aws-modules/s3-bucket/aws"), "terraform init"),
        (lambda folder: replace(folder, 'module "store"', 'module "shop"'), "module store is not called"),
    ],
)
def test_why_a_module_has_no_places(read_plan, stack, tmp_path, spoil, why):
    shutil.copytree(stack, tmp_path, dirs_exist_ok=True)
    spoil(tmp_path)
    plan = read_plan(tmp_path / "plan.json")
    resource = plan.by_address['module.store["a.b"].aws_s3_bucket.this[0]']
    assert resource.at("bucket").file == "plan.json"
    assert why in plan.context.notices[0]


def replace(folder, old, new):
    main = folder / "main.tf"
    main.write_text(main.read_text().replace(old, new))


def test_installed_modules_are_found_through_the_manifest(read_plan, stack, tmp_path):
    shutil.copytree(stack, tmp_path, dirs_exist_ok=True)
    replace(tmp_path, "./modules/store", "example.com/team/store/aws")
    (tmp_path / ".terraform/modules").mkdir(parents=True)
    manifest = {"Modules": [{"Key": "", "Dir": "."}, {"Key": "store", "Source": "x", "Dir": "modules/store"}]}
    (tmp_path / ".terraform/modules/modules.json").write_text(json.dumps(manifest))
    resource = read_plan(tmp_path / "plan.json").by_address['module.store["a.b"].aws_s3_bucket.this[0]']
    assert resource.at("bucket").file == "modules/store/main.tf"


def test_the_folder_of_the_source_can_be_set(read_plan, stack, tmp_path):
    shutil.copytree(stack, tmp_path / "infra", ignore=shutil.ignore_patterns("plan.json"))
    (tmp_path / "out").mkdir()
    shutil.copy(stack / "plan.json", tmp_path / "out/plan.json")
    plan = read_plan(tmp_path / "out/plan.json", tmp_path, source="infra")
    assert plan.by_address["aws_s3_bucket.logs"].at("bucket").file == "infra/main.tf"


def test_overrides_and_json_syntax_have_places_too(read_plan, stack, tmp_path):
    shutil.copytree(stack, tmp_path, dirs_exist_ok=True)
    (tmp_path / "override.tf").write_text('resource "aws_s3_bucket" "logs" {\n  bucket = "team-logs"\n}\n')
    replace(tmp_path, 'resource "aws_security_group" "lb" {\n  name = "lb"\n}\n', "")
    (tmp_path / "lb.tf.json").write_text('{"resource": {"aws_security_group": {"lb": {\n "name": "lb"}}}}')
    plan = read_plan(tmp_path / "plan.json")
    bucket = plan.by_address["aws_s3_bucket.logs"]
    assert (bucket.at("bucket").file, bucket.at("tags").file, bucket.at().file) == ("override.tf", "main.tf", "main.tf")
    location = plan.by_address["aws_security_group.lb"].at("name")
    assert (location.file, location.line) == ("lb.tf.json", 2)


def test_the_source_is_not_read_before_somebody_asks(stack, read_plan, monkeypatch, tmp_path):
    from iacgate.lang.terraform import source_map

    monkeypatch.setattr(source_map.SourceMap, "_module", lambda *_: pytest.fail("the source was read"))
    plan = json.loads((stack / "plan.json").read_text())
    plan["resource_changes"] = [item for item in plan["resource_changes"] if item["type"] == "aws_kms_key"]
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    key = read_plan(tmp_path / "plan.json").by_address["aws_kms_key.main"]
    assert key.relations() == ()
    assert "arn" not in key.body
