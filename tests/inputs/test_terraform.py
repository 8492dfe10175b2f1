"""The Terraform adapter: files become modules, modules become resources, and what could not be done is said."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iacgate.errors import SyntaxFailure
from iacgate.inputs import terraform
from iacgate.join import build_inventory
from iacgate.model import Partial, Resource, Secret, SourceFile, Unknown, jsonable
from iacgate.spi import InputContext


class Scan:
    """One scan of a folder: its resources by address, and what was said."""

    def __init__(self, root: Path, focus: set[str] | None = None, **options: Any) -> None:
        self.root = root.resolve()
        self.failures: list[SyntaxFailure] = []
        documents = []
        for path in sorted(self.root.rglob("*")):
            name = path.relative_to(self.root).as_posix()
            source = self.source(path, focus=focus is None or name in focus)
            if path.is_file() and ".terraform" not in path.parts and terraform.claims(source):
                try:
                    documents.extend(terraform.parse(source))
                except SyntaxFailure as failure:
                    self.failures.append(failure)
        self.context = InputContext(root=str(self.root), open=self.open, settings=options)
        self.all = list(terraform.normalise(documents, self.context))
        self.resources = {resource.address: resource for resource in self.all}

    def source(self, path: Path, *, focus: bool) -> SourceFile:
        name = path.relative_to(self.root).as_posix()
        return SourceFile(path=name, absolute=str(path), read=path.read_bytes, focus=focus)

    def open(self, path: str) -> SourceFile | None:
        real = Path(os.path.realpath(path))
        return self.source(real, focus=False) if real.is_file() and real.is_relative_to(self.root) else None

    def __getitem__(self, address: str) -> Resource:
        return self.resources[address]

    def body(self, address: str) -> Any:
        return jsonable(self.resources[address].body)


@pytest.fixture
def scan(tmp_path):
    def run(files: dict[str, str], focus: set[str] | None = None, **options: Any) -> Scan:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return Scan(tmp_path, focus, **options)

    return run


def unknown(value: Any) -> str:
    assert isinstance(value, Unknown)
    return value.reason


# what is read


@pytest.mark.parametrize(
    ("name", "claimed"),
    [("a.tf", True), ("a.tf.json", True), ("a.tofu", True), ("a.tofu.json", True), ("x.tfvars", True),
     ("x.auto.tfvars.json", True), ("x.tftest.hcl", False), (".terraform.lock.hcl", False), ("a.json", False),
     ("main.tf~", False), (".hidden.tf", False), ("dir.tf/readme.md", False)],
)  # fmt: skip
def test_files_are_claimed_by_name(name, claimed):
    assert terraform.claims(SourceFile(path=name, absolute="", read=bytes)) is claimed


def test_a_resource_has_the_shape_of_a_plan(scan):
    found = scan({
        "main.tf": """
        resource "aws_security_group" "web" {
          name = "web"
          port = 8080
          rate = 0.5
          none = null
          tags = { team = "a" }
          depends_on = [aws_vpc.main]
          lifecycle { prevent_destroy = true }
          ingress { from_port = 22 }
          ingress { from_port = 443 }
          timeouts { create = "5m" }
        }
        """
    })  # fmt: skip
    web = found["aws_security_group.web"]
    assert found.body("aws_security_group.web") == {
        "name": "web", "port": 8080, "rate": 0.5, "tags": {"team": "a"},
        "ingress": [{"from_port": 22}, {"from_port": 443}], "timeouts": {"create": "5m"},
    }  # fmt: skip
    assert (web.type, web.provider, web.name, web.category) == ("aws_security_group", "aws", "web", "resource")
    assert web.labels == {"team": "a"}
    assert type(web.body["rate"]) is float


def test_overrides_replace_arguments_and_whole_block_types(scan):
    found = scan({
        "main.tf": 'resource "x_y" "a" {\n one = 1\n two = 2\n rule { n = 1 }\n rule { n = 2 }\n keep { n = 3 }\n}\n'
        'locals { a = 1 }\n resource "x_y" "b" { v = local.a }',
        "z_override.tf": 'resource "x_y" "a" {\n two = 22\n rule { n = 9 }\n}\nlocals { a = 5 }',
    })  # fmt: skip
    assert found.body("x_y.a") == {"one": 1, "two": 22, "rule": [{"n": 9}], "keep": [{"n": 3}]}
    assert found.body("x_y.b") == {"v": 5}
    assert found["x_y.a"].at("two").file == "z_override.tf"
    assert found["x_y.a"].at("one").file == "main.tf"
    assert found["x_y.a"].at("rule", 0, "n").file == "z_override.tf"


def test_json_syntax_means_the_same(scan):
    found = scan({
        "main.tf.json": '{"variable": {"n": {"default": "logs"}}, "resource": {"aws_s3_bucket": {"b": '
        '{"bucket": "x-${var.n}", "count": 2, "tags": {"a": "b"}, "rule": [{"id": 1, "sub": {"on": true}}], '
        '"versioning": {"enabled": true}, '
        '"dynamic": {"port": {"for_each": [1, 2], "content": {"n": "${port.value}"}}}, "lifecycle": {}}}}}'
    })  # fmt: skip
    assert found.body("aws_s3_bucket.b[1]") == {
        "bucket": "x-logs", "tags": {"a": "b"}, "rule": [{"id": 1, "sub": [{"on": True}]}],
        "versioning": [{"enabled": True}], "port": [{"n": 1}, {"n": 2}],
    }  # fmt: skip
    assert found["aws_s3_bucket.b[0]"].at("versioning", 0, "enabled").line == 1


def test_a_broken_file_leaves_the_rest_of_its_module_evaluated(scan):
    found = scan({
        "broken.tf": 'variable "n" { default = "x" ',
        "main.tf": 'resource "x_y" "a" {\n name = var.n\n size = 1\n}',
    })  # fmt: skip
    assert [failure.location.file for failure in found.failures] == ["broken.tf"]
    assert found["x_y.a"].body["size"] == 1
    assert "var.n is not declared" in unknown(found["x_y.a"].body["name"])


def test_a_reference_to_an_undeclared_resource_says_what_it_would_be(scan):
    found = scan({
        "main.tf": 'module "m" { source = "./m" }\nresource "x_y" "a" {\n k = x_key.gone.arn\n d = data.x_k.gone.id\n}',
        "m/main.tf": 'resource "x_y" "a" { k = x_key.gone.arn }',
    })  # fmt: skip
    outer, inner = found["x_y.a"].body, found["module.m.x_y.a"].body
    refs = [value.ref for value in (outer["k"], outer["d"], inner["k"])]
    assert refs == ["x_key.gone", "data.x_k.gone", "module.m.x_key.gone"]
    assert "x_key.gone is not declared" in unknown(outer["k"])


def test_a_resource_declared_twice_is_judged_twice(scan):
    found = scan({"a.tf": 'resource "x_y" "a" { n = 1 }', "b.tf": 'resource "x_y" "a" { n = 2 }'})
    assert [resource.body for resource in found.all] == [{"n": 1}, {"n": 2}]
    assert found.context.notices == ["b.tf:1:1: resource x_y a is declared twice"]


# variables


VARIABLES = 'variable "v" { default = "default" }\nresource "x_y" "a" { v = var.v }'


@pytest.mark.parametrize(
    ("files", "options", "value"),
    [
        ({}, {}, "default"),
        ({"terraform.tfvars": 'v = "file"'}, {}, "file"),
        ({"terraform.tfvars": 'v = "1"', "terraform.tfvars.json": '{"v": "${2}"}'}, {}, "${2}"),
        ({"terraform.tfvars": 'v = "1"', "a.auto.tfvars": 'v = "2"', "b.auto.tfvars": 'v = "3"'}, {}, "3"),
        ({"prod.tfvars": 'v = "prod"'}, {}, "default"),
        ({"a.auto.tfvars": 'v = "2"'}, {"variables": {"v": "command"}}, "command"),
    ],
)
def test_values_of_root_variables_follow_terraforms_precedence(scan, files, options, value):
    assert scan({"main.tf": VARIABLES, **files}, **options)["x_y.a"].body["v"] == value


def test_named_variable_files_are_read_and_missing_ones_said(scan, tmp_path):
    found = scan({"main.tf": VARIABLES, "prod.tfvars": 'v = "prod"'}, var_files=[str(tmp_path / "prod.tfvars")])
    assert found["x_y.a"].body["v"] == "prod"
    missing = scan({"main.tf": VARIABLES}, var_files=[str(tmp_path / "nope.tfvars")])
    assert "nope.tfvars" in missing.context.troubles[0].message


def test_a_broken_variable_file_makes_every_variable_unknown(scan):
    found = scan({"main.tf": VARIABLES, "terraform.tfvars": "v = {"})
    assert "terraform.tfvars" in unknown(found["x_y.a"].body["v"])


@pytest.mark.parametrize(
    ("declaration", "given", "value"),
    [
        ("type = string", "42", "42"),
        ("type = number", "42", 42),
        ("type = list(string)", '["a", 1]', ["a", "1"]),
        ("type = bool", "true", True),
        ("", "[1]", "[1]"),
        ("type = any", '["a"]', ["a"]),
        ("type = any", "abc", "abc"),
        ("type = any", "a b", "a b"),
        ("type = set(string)", '["b", "a", "b"]', ["a", "b"]),
        ("type = object({ a = string, b = optional(number, 3) })", "{ a = 1 }", {"a": "1", "b": 3}),
        ('type = string\n default = "d"\n nullable = false', "x", "x"),
    ],
)
def test_a_value_from_the_command_is_read_by_the_variables_type(scan, declaration, given, value):
    text = f'variable "v" {{\n{declaration}\n}}\nresource "x_y" "a" {{ v = var.v }}'
    assert scan({"main.tf": text}, variables={"v": given})["x_y.a"].body["v"] == value


def test_a_value_from_the_command_that_is_no_expression_is_unknown(scan):
    text = 'variable "v" {\ntype = list(string)\n}\nresource "x_y" "a" { v = var.v }'
    assert "var.v does not parse" in unknown(scan({"main.tf": text}, variables={"v": "["})["x_y.a"].body["v"])


def test_a_variable_without_value_is_unknown_and_a_sensitive_one_secret(scan):
    found = scan({
        "main.tf": 'variable "a" {}\nvariable "b" {\n default = "hush"\n sensitive = true\n}\n'
        'variable "n" {\n type = number\n default = "no number: hush"\n sensitive = true\n}\n'
        'resource "x_y" "a" {\n a = var.a\n b = "pw=${var.b}"\n c = [var.b]\n d = jsonencode({ p = var.b })\n'
        ' e = tonumber(var.b)\n f = "${var.b}-${x_y.z.id}"\n g = var.n\n h = { a = 1 }[var.b]\n}\nresource "x_y" "z" {}'
    })  # fmt: skip
    body = found["x_y.a"].body
    assert unknown(body["a"]) == "var.a has no value"
    assert isinstance(body["b"], Secret)
    assert body["b"] == "pw=hush"
    assert isinstance(body["c"][0], Secret)
    assert isinstance(body["d"], Secret)
    assert isinstance(body["f"], Unknown)
    assert "hush" not in str(jsonable(body)) + repr(body) + body["f"].prefix


# places


def test_places_are_those_of_the_values(scan):
    found = scan({
        "main.tf": 'resource "x_y" "a" {\n  name = "n"\n  list = [\n    "a",\n    "b",\n  ]\n'
        '  rule {\n    id = 7\n  }\n'
        '  dynamic "more" {\n    for_each = ["p", "q"]\n    content {\n      v = more.value\n    }\n  }\n}\n'
    })  # fmt: skip
    place = found["x_y.a"].at
    assert str(place()) == "main.tf:1:1"
    assert place().end_column == 19
    assert str(place("name")) == "main.tf:2:10"
    assert place("name").end_column == 13
    assert str(place("list", 1)) == "main.tf:5:5"
    assert str(place("rule", 0, "id")) == "main.tf:8:10"
    assert str(place("rule", 0, "missing")) == "main.tf:7:3"
    assert str(place("more", 1, "v")) == "main.tf:13:11"
    assert str(place("missing")) == "main.tf:1:1"


def test_places_in_a_module_are_reached_through_its_calls(scan):
    found = scan({
        "main.tf": 'module "m" {\n  source = "./m"\n  name = "x"\n}\n',
        "m/main.tf": 'variable "name" {}\nresource "x_y" "a" { name = var.name }\n',
    })  # fmt: skip
    place = found["module.m.x_y.a"].at("name")
    assert str(place) == "m/main.tf:2:29"
    assert [(str(step), step.note) for step in place.via] == [("main.tf:3:10", "defined here")]
    header = found["module.m.x_y.a"].at()
    assert [(str(step), step.note) for step in header.via] == [("main.tf:1:1", "called here")]
    assert str(found["module.m"].at("source")) == "main.tf:2:12"


# instances and modules


def test_count_and_for_each_make_instances(scan):
    found = scan({
        "main.tf": 'resource "x_y" "n" {\n count = 2\n i = count.index\n}\n'
        'resource "x_y" "e" {\n for_each = { b = 1, "a.\\"x" = 2 }\n k = each.key\n v = each.value\n}\n'
        'resource "x_y" "none" { count = 0 }\n'
    })  # fmt: skip
    assert list(found.resources) == ["x_y.n[0]", "x_y.n[1]", 'x_y.e["a.\\"x"]', 'x_y.e["b"]']
    assert found.body('x_y.e["a.\\"x"]') == {"k": 'a."x', "v": 2}
    assert found['x_y.e["b"]'].config_address == "x_y.e"


def test_unknown_keys_make_one_symbolic_instance(scan):
    found = scan({
        "main.tf": 'variable "n" {}\n'
        'resource "x_y" "a" {\n count = var.n ? 1 : 0\n name = "fixed"\n i = count.index\n}\n'
        'resource "x_z" "b" {\n one = one(x_y.a[*].name)\n first = x_y.a[0].id\n}\n'
    })  # fmt: skip
    symbolic = found["x_y.a[*]"]
    assert symbolic.symbolic
    assert symbolic.body["name"] == "fixed"
    assert isinstance(symbolic.body["i"], Unknown)
    assert found["x_z.b"].body["one"].ref == "x_y.a[*]"
    assert found["x_z.b"].body["first"].ref == "x_y.a[*]"


def test_known_keys_with_unknown_values_are_expanded(scan):
    found = scan({
        "main.tf": 'resource "x_y" "a" {}\nresource "x_y" "b" {\n for_each = { k = x_y.a.id }\n v = each.value\n}'
    })  # fmt: skip
    assert found['x_y.b["k"]'].body["v"].ref == "x_y.a"


def test_an_unknown_number_of_blocks_is_partial(scan):
    found = scan({
        "main.tf": 'variable "rules" {}\nresource "x_y" "a" {\n rule { id = 1 }\n dynamic "rule" {\n'
        ' for_each = var.rules\n content { id = rule.value }\n }\n}'
    })  # fmt: skip
    rules = found["x_y.a"].body["rule"]
    assert isinstance(rules, Partial)
    assert rules == [{"id": 1}]


def test_nested_dynamic_blocks_with_iterators_and_maps(scan):
    found = scan({
        "main.tf": """
        locals { groups = { b = [3], a = [1, 2] } }
        resource "x_y" "a" {
          dynamic "group" {
            for_each = local.groups
            iterator = g
            content {
              name = g.key
              dynamic "port" {
                for_each = toset(g.value)
                content { number = "${g.key}-${port.value}" }
              }
            }
          }
        }
        """
    })  # fmt: skip
    assert found.body("x_y.a") == {"group": [
        {"name": "a", "port": [{"number": "a-1"}, {"number": "a-2"}]}, {"name": "b", "port": [{"number": "b-3"}]},
    ]}  # fmt: skip


def test_modules_are_evaluated_through_their_callers_only(scan):
    found = scan({
        "stack/main.tf": 'module "m" {\n for_each = toset(["p", "q"])\n source = "../lib/m"\n name = each.key\n}\n'
        'resource "x_y" "joined" { ids = [for k, v in module.m : v.name] }',
        "lib/m/main.tf": 'variable "name" {}\nresource "x_y" "a" { name = var.name }\n'
        'output "name" { value = x_y.a.name }\nmodule "deep" {\n source = "../n"\n}',
        "lib/n/main.tf": 'resource "x_z" "z" { path = path.module }',
    })  # fmt: skip
    assert [address for address in found.resources if "module.m[" in address] == [
        'module.m["p"].x_y.a', 'module.m["p"].module.deep', 'module.m["p"].module.deep.x_z.z',
        'module.m["q"].x_y.a', 'module.m["q"].module.deep', 'module.m["q"].module.deep.x_z.z',
    ]  # fmt: skip
    assert found["x_y.joined"].body["ids"] == ["p", "q"]
    assert found['module.m["p"].module.deep.x_z.z'].body["path"] == "../lib/n"
    assert found['module.m["p"].module.deep.x_z.z'].config_address == "module.m.module.deep.x_z.z"


def test_a_module_that_is_not_downloaded_is_said_once_and_its_outputs_are_unknown(scan):
    found = scan({
        "main.tf": 'module "a" { source = "registry/x/aws" }\nmodule "b" { source = "registry/x/aws" }\n'
        'resource "x_y" "a" { v = module.a.out }'
    })  # fmt: skip
    assert isinstance(found["x_y.a"].body["v"], Unknown)
    assert found.context.notices == ["module registry/x/aws is not downloaded: run terraform init, or scan the plan"]
    assert found["module.a"].body == {"source": "registry/x/aws"}


def test_a_downloaded_module_is_read_but_not_reported_on(scan):
    found = scan({
        "main.tf": 'module "a" { source = "registry/x/aws" }',
        ".terraform/modules/modules.json": '{"Modules":[{"Key":"a","Dir":".terraform/modules/a"}]}',
        ".terraform/modules/a/main.tf": 'resource "x_y" "in" { v = 1 }',
    })  # fmt: skip
    assert found["module.a.x_y.in"].body == {"v": 1}
    assert not found["module.a.x_y.in"].focus
    assert found["module.a"].focus


def test_modules_that_call_each_other_end(scan):
    found = scan({
        "a/main.tf": 'module "b" { source = "../b" }\nresource "x_y" "a" {}',
        "b/main.tf": 'module "a" { source = "../a" }\nresource "x_y" "b" {}',
    })  # fmt: skip
    assert {"x_y.a", "x_y.b", "module.b.x_y.b"} <= set(found.resources)
    assert any(trouble.kind == "cycle" for trouble in found.context.troubles)


def test_a_module_never_instantiated_is_named(scan):
    found = scan({
        "main.tf": 'module "m" {\n count = 0\n source = "./m"\n}',
        "m/main.tf": 'resource "x_y" "a" {}',
    })  # fmt: skip
    assert found.context.notices == ["m: no call makes an instance of this module, nothing in it is judged"]


def test_only_the_named_file_is_in_focus_but_its_module_is_known(scan, tmp_path):
    files = {"a.tf": 'resource "x_y" "a" { v = local.l }', "b.tf": 'locals { l = 4 }\nresource "x_y" "b" {}'}
    found = scan(files, focus={"a.tf"})
    assert found["x_y.a"].body == {"v": 4}
    assert (found["x_y.a"].focus, found["x_y.b"].focus) == (True, False)
    source = SourceFile(path="a.tf", absolute=str(tmp_path / "a.tf"), read=bytes)
    (tmp_path / "other.tfvars").write_text("x = 1")
    (tmp_path / "terraform.tfvars").write_text("x = 1")
    assert [Path(path).name for path in terraform.companions(source)] == ["a.tf", "b.tf", "terraform.tfvars"]


def test_providers_are_settings_to_look_at(scan):
    found = scan({
        "main.tf": 'provider "aws" {\n region = "eu-west-1"\n}\nprovider "aws" {\n alias = "us"\n}\n'
        'terraform {\n required_providers {\n  corp = { source = "corp/aws" }\n }\n}\n'
        'resource "aws_x" "a" { provider = corp.z }'
    })  # fmt: skip
    assert found["provider.aws"].type == "provider.aws"
    assert found["provider.aws"].category == "provider"
    assert "provider.aws.us" in found.resources
    assert found["aws_x.a"].provider == "aws"
    assert "provider" not in found["aws_x.a"].body


# relations


RELATED = 'resource "x_b" "b" {\n count = 2\n name = "n${count.index}"\n}\nresource "x_b" "c" { name = "known" }\n'


@pytest.mark.parametrize(
    ("expression", "targets"),
    [
        ("x_b.c.id", [("x_b.c", True)]),
        ("x_b.c.name", [("x_b.c", True)]),
        ("x_b.b[1].name", [("x_b.b[1]", True)]),
        ("local.via", [("x_b.c", True)]),
        ('local.map["k"]', [("x_b.c", True)]),
        ('true ? x_b.c.name : x_b.b[0].name', [("x_b.c", True)]),
        ('var.u ? x_b.c.name : x_b.b[0].name', [("x_b.b[0]", False), ("x_b.c", False)]),
        ("[x_b.c.name, x_b.b[0].name]", [("x_b.b[0]", True), ("x_b.c", True)]),
        ('"${x_b.c.name}/x"', [("x_b.c", True)]),
        ("try(x_b.c.name, null)", [("x_b.c", True)]),
        ("try(x_b.b[7].name, x_b.c.name)", [("x_b.c", True)]),
        ("x_b.b[*].name", [("x_b.b[0]", True), ("x_b.b[1]", True)]),
        ("{ for k, v in local.objects : k => v.name }[\"o\"]", [("x_b.c", True)]),
        ('merge({ a = 1 }, { b = x_b.c.name })["b"]', [("x_b.c", True)]),
        ('"plain"', []),
    ],
)  # fmt: skip
def test_an_attribute_is_related_to_what_it_names(scan, expression, targets):
    found = scan({
        "main.tf": RELATED + 'variable "u" {}\nlocals {\n via = x_b.c.name\n'
            ' map = { k = x_b.c.name, l = x_b.b[0].name }\n'
        ' objects = { o = x_b.c, p = x_b.b[0] }\n}\n' + f'resource "x_y" "a" {{\n v = {expression}\n}}'
    })  # fmt: skip
    relations = found["x_y.a"].relations()
    assert sorted((relation.target, relation.certain) for relation in relations) == targets
    assert {relation.path for relation in relations} <= {("v",)}


def test_relations_lead_through_modules_and_keys(scan):
    found = scan({
        "main.tf": 'module "m" {\n for_each = { a = 1, b = 2 }\n source = "./m"\n key = x_k.k.arn\n}\n'
        'resource "x_k" "k" { arn = "known" }\n'
        'resource "x_l" "l" {\n for_each = module.m\n bucket = each.value.name\n'
        ' rule { key = module.m["a"].name }\n}\n',
        "m/main.tf": 'variable "key" {}\nresource "x_b" "b" {\n name = "fixed"\n key = var.key\n}\n'
        'output "name" { value = x_b.b.name }\n',
    })  # fmt: skip
    assert [(relation.path, relation.target) for relation in found['x_l.l["b"]'].relations()] == [
        (("bucket",), 'module.m["b"].x_b.b'), (("rule", 0, "key"), 'module.m["a"].x_b.b'),
    ]  # fmt: skip
    assert [relation.target for relation in found['module.m["a"].x_b.b'].relations()] == ["x_k.k"]


# policies


def test_a_policy_document_is_the_text_the_provider_makes(scan):
    found = scan({
        "main.tf": """
        data "aws_iam_policy_document" "d" {
          statement {
            sid       = "S"
            actions   = ["s3:Get*", "s3:Put*"]
            resources = ["arn:&{aws:username}"]
            principals {
              type        = "*"
              identifiers = ["*"]
            }
            condition {
              test     = "Bool"
              variable = "aws:SecureTransport"
              values   = ["false"]
            }
          }
        }
        resource "aws_sqs_queue_policy" "q" { policy = data.aws_iam_policy_document.d.minified_json }
        """
    })  # fmt: skip
    assert found["aws_sqs_queue_policy.q"].body["policy"] == (
        '{"Version":"2012-10-17","Statement":[{"Sid":"S","Effect":"Allow","Action":["s3:Put*","s3:Get*"],'
        '"Resource":"arn:${aws:username}","Principal":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}'
    )


@pytest.mark.parametrize(
    "policy",
    [
        'jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Resource = ["${x_b.b.arn}/*"] }] })',
        '<<-EOT\n{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": ["${x_b.b.arn}/*"]}]}\nEOT\n',
        "data.aws_iam_policy_document.d.json",
    ],
)
def test_a_policy_with_holes_is_data_with_unknown_leaves(scan, policy):
    found = scan({
        "main.tf": 'resource "x_b" "b" {}\ndata "aws_iam_policy_document" "d" {\n statement {\n'
        '  resources = ["${x_b.b.arn}/*"]\n }\n}\n' + f'resource "x_y" "a" {{\n policy = {policy}\n}}\n'
    })  # fmt: skip
    document = found["x_y.a"].body["policy"]
    assert document["Version"] == "2012-10-17"
    assert document["Statement"][0]["Effect"] == "Allow"
    resource = document["Statement"][0]["Resource"][0]
    assert isinstance(resource, Unknown)
    assert (resource.ref, resource.suffix) == ("x_b.b", "/*")


def test_templates_and_google_policies_are_worked_out(scan):
    found = scan({
        "main.tf": 'data "template_file" "t" {\n template = "${file("${path.module}/t.tpl")}"\n'
        ' vars = { name = "bob" }\n}\n'
        'data "google_iam_policy" "p" {\n binding {\n  role = "r"\n  members = ["b", "a"]\n }\n}\n'
        'resource "x_y" "a" {\n t = data.template_file.t.rendered\n p = data.google_iam_policy.p.policy_data\n}',
        "t.tpl": "hello ${name}",
    })  # fmt: skip
    assert found["x_y.a"].body == {"t": "hello bob", "p": '{"bindings":[{"members":["a","b"],"role":"r"}]}'}


# hostile


def doubling(first: str, step: str) -> str:
    links = "".join(f" a{at + 1} = " + step.replace("?", f"local.a{at}") + "\n" for at in range(60))
    return f"locals {{\n a0 = {first}\n{links}}}\n"


HOSTILE = {
    "locals in a circle": 'locals {\n a = local.b\n b = local.a\n}\nresource "x_y" "r" { v = local.a }',
    "attributes in a circle": 'resource "x_y" "r" {\n v = x_y.r.w\n w = x_y.r.v\n}',
    "count of itself": 'resource "x_y" "r" {\n count = length(x_y.r)\n v = 1\n}',
    "doubling lists": doubling("[1]", "[?, ?]")
    + 'resource "x_y" "r" {\n v = local.a60\n w = local.a60 == local.a60\n x = tolist(local.a60)\n'
    + " y = jsonencode(local.a60)\n z = true ? local.a60 : []\n}",
    "doubling text": doubling('"ab"', '"${?}${?}"') + 'resource "x_y" "r" { v = local.a60 }',
    "a very long chain": "locals {\n a0 = 1\n"
    + "".join(f" a{at + 1} = local.a{at} + 1\n" for at in range(6000))
    + '}\nresource "x_y" "r" { v = local.a6000 }',
    "loops in loops": 'locals { r = range(1000) }\nresource "x_y" "r" {\n'
    " v = [for a in local.r : [for b in local.r : [for c in local.r : 1]]]\n}",
    "a billion instances": 'resource "x_y" "r" { v = 1 }\nresource "x_y" "s" { count = 1000000000 }',
    "a slow pattern": 'resource "x_y" "r" { v = regex("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab") }',
    "a pattern on long text": 'resource "x_y" "r" {\n'
    ' v = replace(join("", [for i in range(1000) : "aaaaaaaaaa"]), "/(a*)*b/", "x")\n}',
    "huge numbers": 'resource "x_y" "r" {\n v = 1e999999 + 1\n w = 9 * pow(99, 99999)\n x = 1e-999999999\n}',
    "no type": 'variable "t" { type = object({ a = optional(list(nope)) }) }\nresource "x_y" "r" { v = var.t }',
    "odd blocks": 'resource "x_y" "r" {\n dynamic "d" {}\n dynamic "e" {\n for_each = 5\n content {}\n }\n}',
    "a policy of the wrong types": 'data "aws_iam_policy_document" "d" {\n statement {\n  actions = 5\n'
    "  principals {\n   type = 1\n   identifiers = 2\n  }\n }\n}\n"
    'data "aws_iam_policy_document" "e" { statement = 5 }\n'
    'resource "x_y" "r" { v = [for d in data.aws_iam_policy_document.d.json : d] }',
    "a file outside": 'resource "x_y" "r" { v = templatefile("../../../../etc/passwd", {}) }',
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_configuration_ends_and_says_so(scan, text):
    found = scan({"main.tf": text})
    assert any(resource.address.startswith("x_y.r") for resource in found.all)
    for resource in found.all:
        resource.relations()
        resource.at("v")
        assert "root:" not in str(resource.body)[:10_000]


def test_a_chain_of_hundreds_of_locals_is_followed(scan):
    chain = "".join(f" a{i + 1} = local.a{i} + 1\n" for i in range(800))
    found = scan({"main.tf": "locals {\n a0 = 0\n" + chain + '}\nresource "x_y" "r" { v = local.a800 }'})
    assert found["x_y.r"].body["v"] == 800


WORDS = st.sampled_from([
    "resource", "x_y", '"a"', "{", "}", "[", "]", "=", "\n", "for", "in", ":", "=>", "...", "local.a", "var.b", "x_y.a",
    "[*]", ".id", "count", "for_each", "each.value", "?", "1", "null", "true", '"${', '}"', "toset(", "merge(", "try(",
    ")", ",", "dynamic", "content", "module", "source", '"./m"', "variable", "locals", "jsonencode(", "if", "-", "==",
    "&&",
])  # fmt: skip


def nothing(_: str) -> None:
    return None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(WORDS, max_size=60))
def test_words_in_any_order_never_crash(words):
    text = " ".join(words)
    source = SourceFile(path="main.tf", absolute="", read=text.encode)
    try:
        documents = list(terraform.parse(source))
    except SyntaxFailure:
        return
    context = InputContext(root="/nowhere", open=nothing)
    for resource in terraform.normalise(documents, context):
        resource.relations()
        jsonable(resource.body)


def test_equal_addresses_of_two_roots_are_two_things(scan):
    """Each belongs to its own root, in a shared module as well, and never meets its namesake."""
    bucket = 'resource "aws_s3_bucket" "b" {}\nmodule "shared" {\n  source = "../../shared"\n}\n'
    versioning = 'resource "aws_s3_bucket_versioning" "v" {\n  bucket = aws_s3_bucket.b.id\n}\n'
    found = scan(
        {
            "envs/dev/main.tf": bucket,
            "envs/prod/main.tf": bucket + versioning,
            "shared/main.tf": 'resource "aws_s3_bucket" "c" {}\n' + versioning.replace(".b.", ".c."),
            "main.tf": 'resource "aws_s3_bucket" "b" {}\n',
        }
    )
    inventory = build_inventory(found.all, (), whole=True)
    belonging = {
        (item.root, item.address): [(other.root, other.address) for other in related]
        for item in inventory.of_type("aws_s3_bucket")
        for related in [inventory.related(item, "aws_s3_bucket_versioning")]
    }
    shared = "module.shared.aws_s3_bucket"
    assert belonging == {
        (".", "aws_s3_bucket.b"): [],
        ("envs/dev", "aws_s3_bucket.b"): [],
        ("envs/dev", f"{shared}.c"): [("envs/dev", f"{shared}_versioning.v")],
        ("envs/prod", "aws_s3_bucket.b"): [("envs/prod", "aws_s3_bucket_versioning.v")],
        ("envs/prod", f"{shared}.c"): [("envs/prod", f"{shared}_versioning.v")],
    }


def test_a_file_that_an_opentofu_twin_hides_is_named(scan):
    found = scan({"a.tf": 'resource "x_y" "tf" {}\n', "a.tofu": 'resource "x_y" "tofu" {}\n', "b.tf": ""})
    assert list(found.resources) == ["x_y.tofu"]
    assert found.context.notices == ["a.tf: not judged, OpenTofu reads the .tofu file of the same name in its place"]
