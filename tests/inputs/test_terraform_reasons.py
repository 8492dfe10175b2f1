"""Why values are not known: the root cause in the user's own names, through whatever lies between."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from iacgate.inputs import terraform
from iacgate.model import Partial, SourceFile, Unknown
from iacgate.model.causes import cause_of
from iacgate.spi import InputContext

ENV = 'variable "env" {}\n'
ROOT = "var.env has no value"
CASES = {
    # what stands for v, what else there is, the reason
    "a variable": ("var.env", {}, ROOT),
    "a local of a local": ("local.b", {"l.tf": "locals {\n  a = var.env\n  b = local.a\n}\n"}, ROOT),
    "a hole": ('"x-${var.env}"', {}, ROOT),
    "a function": ("upper(trimspace(var.env))", {}, ROOT),
    "a member": ("var.env.a[0]", {}, ROOT),
    "an operator": ("var.env + 1 > 2 || false", {}, ROOT),
    "a condition": ('var.env == "prod" ? "a" : "b"', {}, ROOT),
    "a condition in a local": ("local.a", {"l.tf": 'locals {\n  a = var.env == "p" ? 1 : 2\n}\n'}, ROOT),
    "an arm": ("true ? var.env : null", {}, ROOT),
    "a loop": ("[for x in var.env : x.y]", {}, ROOT),
    "a filter": ('[for x in ["a"] : x if var.env == x]', {}, ROOT),
    "a splat": ("var.env[*].a", {}, ROOT),
    "merge": ("merge({ a = 1 }, var.env)", {}, ROOT),
    "lookup": ('lookup({ a = 1 }, var.env, "b")', {}, ROOT),
    "try": ("try(var.env.a, 1)", {}, ROOT),
    "can": ("can(var.env.a)", {}, ROOT),
    "jsondecode": ("jsondecode(var.env).a", {}, ROOT),
    "an output of a module": (
        "module.m.o",
        {"r.tf": 'module "m" {\n  source = "./m"\n  n      = var.env\n}\n',
         "m/m.tf": 'variable "n" {}\noutput "o" {\n  value = local.n\n}\nlocals {\n  n = [var.n]\n}\n'},
        ROOT,
    ),
    "an attribute of another resource": ("x_z.b.w", {"r.tf": 'resource "x_z" "b" {\n  w = var.env\n}\n'}, ROOT),
    "a count": (
        "x_z.b[0].w",
        {"r.tf": 'resource "x_z" "b" {\n  count = var.env\n  w = 1\n}\n'},
        "var.env has no value, and count of x_z.b with it",
    ),
    "counts that hang on each other": (
        "length(x_z.c)",
        {"r.tf": 'resource "x_z" "b" {\n  count = var.env\n}\nresource "x_z" "c" {\n  count = length(x_z.b)\n}\n'},
        "var.env has no value, and count of x_z.b with it, and count of x_z.c with it",
    ),
    "an input that nobody gives": (
        "module.m.o",
        {
            "r.tf": 'module "m" {\n  source = "./m"\n}\n',
            "m/m.tf": 'variable "n" {}\noutput "o" {\n  value = var.n\n}\n',
        },
        "module.m.var.n has no value",
    ),
    "a file of values that is broken": (
        "var.env", {"terraform.tfvars": "env = {{{\n"},
        "var.env may be set in terraform.tfvars, which could not be read",
    ),
    "known after apply": ("x_z.b.id", {"r.tf": 'resource "x_z" "b" {}\n'}, "known after apply: x_z.b.id"),
    "known after apply, through a local": (
        "local.a", {"r.tf": 'resource "x_z" "b" {}\nlocals {\n  a = "${x_z.b.id}/x"\n}\n'},
        "known after apply: x_z.b.id",
    ),
    "a data source": ("data.x_z.b.id", {"r.tf": 'data "x_z" "b" {}\n'}, "data.x_z.b.id is read by the provider"),
    "a data source in a module": (
        "module.m.o",
        {"r.tf": 'module "m" {\n  source = "./m"\n}\n',
         "m/m.tf": 'data "x_z" "b" {}\noutput "o" {\n  value = data.x_z.b.id\n}\n'},
        "module.m.data.x_z.b.id is read by the provider",
    ),
    "a module that is not here": (
        "module.m.o",
        {"r.tf": 'module "m" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n'},
        "module.m (terraform-aws-modules/vpc/aws) is not downloaded",
    ),
    "a folder that is not there": (
        "module.m.o",
        {"r.tf": 'module "m" {\n  source = "./gone"\n}\n'},
        "module.m calls ./gone, where no module is that this scan may read",
    ),
    "an output that is not there": (
        "module.m.none", {"r.tf": 'module "m" {\n  source = "./m"\n}\n', "m/m.tf": "locals {}\n"},
        "module.m has no output none",
    ),
    "not declared": ("local.none", {}, "local.none is not declared"),
    "a resource that is not declared": ("x_z.none.id", {}, "x_z.none is not declared"),
    "no repetition": ("each.value", {}, "each.value has no meaning here: nothing is repeated around it"),
    "ephemeral": ("ephemeral.a.b.c", {}, "ephemeral.a.b is ephemeral: no plan ever holds it"),
    "a moment": ('"x-${timestamp()}"', {}, "timestamp() is only known when it runs"),
    "a function of a provider": (
        "provider::corp::lookup(1)", {},
        "the function provider::corp::lookup is not evaluated here",
    ),
    "the workspace": ("terraform.workspace", {}, "terraform.workspace is not known: pass --workspace"),
    "a file elsewhere": ('file("../elsewhere.json")', {}, "the file ../elsewhere.json is not in the scanned folders"),
    "a local that fails": (
        "local.a", {"l.tf": "locals {\n  a = { b = 1 }.c\n}\n"}, 'local.a fails: there is no attribute "c" here',
    ),
    "a local of a local that fails": (
        "local.b", {"l.tf": "locals {\n  a = { b = 1 }.c\n  b = local.a\n}\n"},
        'local.a fails: there is no attribute "c" here',
    ),
    "a value that does not fit its type": (
        "var.n", {"v.tf": 'variable "n" {\n  type    = number\n  default = "x"\n}\n'},
        "var.n fails: this string spells no number",
    ),
    "the attribute itself fails": ("{ b = 1 }.c", {}, 'x_y.a.v fails: there is no attribute "c" here'),
    "a count that fails": (
        "x_z.b[0].id",
        {"r.tf": 'resource "x_z" "b" {\n  count = "x"\n}\n'},
        "count of x_z.b fails: this string spells no number, and count of x_z.b with it",
    ),
    "keys that are sensitive": (
        'x_z.b["k"].id',
        {"r.tf": 'resource "x_z" "b" {\n  for_each = toset([sensitive("k")])\n}\n'},
        (
            "for_each of x_z.b fails: for_each is sensitive, and keys are shown in addresses,"
            " and for_each of x_z.b with it"
        ),
    ),
    "a limit": ('join("", [for x in range(1024) : format("%99999s", x)])', {}, "x_y.a.v is not evaluated: "),
    "a circle": ("local.a", {"l.tf": "locals {\n  a = local.b\n  b = local.a\n}\n"}, "local.a refers to itself"),
}  # fmt: skip


@pytest.fixture
def reason(tmp_path):
    root = Path(os.path.realpath(tmp_path))

    def opened(absolute):
        file = Path(absolute)
        inside = file.is_file() and file.is_relative_to(root)
        return SourceFile(path=file.name, absolute=absolute, read=file.read_bytes) if inside else None

    def find(value, files):
        files = {"main.tf": f'{ENV}resource "x_y" "a" {{\n  v = {value}\n}}\n', **files}
        for name, text in files.items():
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text(text)
        sources = [opened(str(root / name)) for name in files if not name.endswith("tfvars")]
        documents = [one for source in sources for one in terraform.parse(source)]
        context = InputContext(root=str(root), open=opened)
        [body] = [one.body for one in terraform.normalise(documents, context) if one.address == "x_y.a"]
        return unknown(body["v"]).reason

    return find


def unknown(value):
    if isinstance(value, Partial):
        return value.maybe
    if isinstance(value, list):
        return next(found for item in value if (found := unknown(item)) is not None)
    return value if isinstance(value, Unknown) else None


@pytest.mark.parametrize("case", CASES)
def test_the_root_cause_is_named(case, reason):
    value, files, expected = CASES[case]
    found = reason(value, files)
    assert found.startswith(expected) if expected.endswith(" ") else found == expected


@pytest.mark.parametrize("case", CASES)
def test_something_can_be_done(case, reason):
    value, files, _ = CASES[case]
    assert cause_of(reason(value, files)).help
