"""Where values come from: the place of the attribute, and the places its value was passed through.

One table for both front ends: the source adapter and the places of a plan with its source beside it.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from iacgate.inputs import terraform
from iacgate.lang.terraform.source_map import SourceMap
from iacgate.model import SourceFile, Unknown, child, reveal
from iacgate.pipeline import Request, take_inventory
from iacgate.spi import InputContext

TF = 'resource "x_y" "a" {\n'
CASES = {
    "a literal has no trail": (
        {"main.tf": TF + "  v = 1\n}\n"},
        ("x_y.a", "v"),
        ["main.tf:2:7"],
    ),
    "the default of a variable": (
        {"main.tf": TF + "  v = var.n\n}\n", "variables.tf": 'variable "n" {\n  default = "x"\n}\n'},
        ("x_y.a", "v"),
        ["main.tf:2:7", "variables.tf:2:13 defined here"],
    ),
    "an element of a default": (
        {"main.tf": TF + "  v = var.n\n}\n", "variables.tf": (
            'variable "n" {\n'
            '  default = ["10.0.0.0/8", "0.0.0.0/0"]\n}\n'
        )},
        ("x_y.a", "v", 1),
        ["main.tf:2:7", "variables.tf:2:28 defined here"],
    ),
    "an element of a file of values": (
        {
            "main.tf": TF + "  v = var.n\n}\n",
            "variables.tf": 'variable "n" {\n  default = []\n}\n',
            "prod.auto.tfvars": 'n = [\n  "10.0.0.0/8",\n  "0.0.0.0/0",\n]\n',
        },
        ("x_y.a", "v", 1),
        ["main.tf:2:7", "prod.auto.tfvars:3:3 defined here"],
    ),
    "a file of values in JSON": (
        {
            "main.tf": TF + "  v = var.n\n}\n",
            "variables.tf": 'variable "n" {}\n',
            "terraform.tfvars.json": '{\n  "n": {"a": ["b"]}\n}\n',
        },
        ("x_y.a", "v", "a", 0),
        ["main.tf:2:7", "terraform.tfvars.json:2:15 defined here"],
    ),
    "no value at all": (
        {"main.tf": TF + "  v = var.n\n}\n", "variables.tf": '\nvariable "n" {}\n'},
        ("x_y.a", "v"),
        ["main.tf:2:7", "variables.tf:2:1 declared here, no value is given"],
    ),
    "locals that refer to each other": (
        {"main.tf": TF + '  v = local.one\n}\nlocals {\n  one = local.two\n  two = "x"\n}\n'},
        ("x_y.a", "v"),
        ["main.tf:2:7", "main.tf:5:9 passed here", "main.tf:6:9 defined here"],
    ),
    "a member of a local": (
        {"main.tf": TF + '  v = local.one.b["k"]\n}\nlocals {\n  one = {\n    b = { k = "x" }\n  }\n}\n'},
        ("x_y.a", "v"),
        ["main.tf:2:7", "main.tf:6:15 defined here"],
    ),
    "locals in a circle": (
        {"main.tf": TF + "  v = local.one\n}\nlocals {\n  one = local.two\n  two = local.one\n}\n"},
        ("x_y.a", "v"),
        ["main.tf:2:7", "main.tf:5:9 passed here", "main.tf:6:9 passed here"],
    ),
    "an input through three modules": (
        {
            "main.tf": (
                'module "a" {\n  source = "./a"\n  n      = var.n\n'
                '}\nvariable "n" {\n  default = ["x", "y"]\n}\n'
            ),
            "a/main.tf": (
                'variable "n" {}\nmodule "b" {\n  source = "./b"\n'
                '  n      = local.n\n}\nlocals {\n  n = var.n\n}\n'
            ),
            "a/b/main.tf": 'variable "n" {}\nmodule "c" {\n  source = "./c"\n  n      = [var.n[1]]\n}\n',
            "a/b/c/main.tf": f'variable "n" {{}}\n{TF}  v = var.n\n}}\n',
        },
        ("module.a.module.b.module.c.x_y.a", "v", 0),
        [
            "a/b/c/main.tf:3:7",
            "a/b/main.tf:4:13 passed here",
            "a/main.tf:4:12 passed here",
            "a/main.tf:7:7 passed here",
            "main.tf:3:12 passed here",
            "main.tf:6:19 defined here",
        ],
    ),
    "a default inside a module keeps the calls": (
        {
            "main.tf": 'module "a" {\n  source = "./a"\n}\n',
            "a/main.tf": f'variable "n" {{\n  default = "x"\n}}\n{TF}  v = var.n\n}}\n',
        },
        ("module.a.x_y.a", "v"),
        ["a/main.tf:5:7", "a/main.tf:2:13 defined here", "main.tf:1:1 called here"],
    ),
    "a literal inside a module keeps the calls": (
        {"main.tf": 'module "a" {\n  source = "./a"\n}\n', "a/main.tf": TF + "  v = 1\n}\n"},
        ("module.a.x_y.a", "v"),
        ["a/main.tf:2:7", "main.tf:1:1 called here"],
    ),
    "an output of a module": (
        {
            "main.tf": 'module "a" {\n  source = "./a"\n}\n' + TF + "  v = module.a.out[0]\n}\n",
            "a/main.tf": 'output "out" {\n  value = local.o\n}\nlocals {\n  o = ["x"]\n}\n',
        },
        ("x_y.a", "v"),
        ["main.tf:5:7", "a/main.tf:2:11 passed here", "a/main.tf:5:8 defined here"],
    ),
    "an output of a keyed module": (
        {
            "main.tf": (
                'module "a" {\n  source   = "./a"\n  for_each = { k = "x" }\n  n        = each.value\n}\n'
                + TF + '  v = module.a["k"].out\n}\n'
            ),
            "a/main.tf": 'variable "n" {}\noutput "out" {\n  value = var.n\n}\n',
        },
        ("x_y.a", "v"),
        ["main.tf:7:7", "a/main.tf:3:11 passed here", "main.tf:4:14 passed here", "main.tf:3:20 defined here"],
    ),
    "for_each over a local map": (
        {
            "main.tf": (
                TF + "  for_each = local.m\n  v = each.value.p\n  k = each.key\n}\n"
                'locals {\n  m = {\n    a = { p = 1 }\n    b = { p = 2 }\n  }\n}\n'
            )
        },
        ('x_y.a["b"]', "v"),
        ["main.tf:3:7", "main.tf:2:14 passed here", "main.tf:9:15 defined here"],
    ),
    "a key of for_each": (
        {
            "main.tf": (
                TF + "  for_each = local.m\n  v = each.value.p\n  k = each.key\n}\n"
                'locals {\n  m = {\n    a = { p = 1 }\n    b = { p = 2 }\n  }\n}\n'
            )
        },
        ('x_y.a["b"]', "k"),
        ["main.tf:4:7", "main.tf:9:5 defined here"],
    ),
    "for_each over a set": (
        {"main.tf": TF + '  for_each = toset(["c", "b"])\n  v = each.value\n}\n'},
        ('x_y.a["b"]', "v"),
        ["main.tf:3:7", "main.tf:2:26 defined here"],
    ),
    "dynamic over a variable of objects": (
        {
            "main.tf": (
                TF + '  dynamic "in" {\n    for_each = var.rules\n    content {\n      v = in.value.cidrs\n'
                "      p = in.value.port\n    }\n  }\n}\n"
            ),
            "variables.tf": (
                'variable "rules" {\n  default = [\n    { port = 443, cidrs = ["10.0.0.0/8"] },\n'
                '    { port = 22, cidrs = ["10.0.0.0/8", "0.0.0.0/0"] },\n  ]\n}\n'
            ),
        },
        ("x_y.a", "in", 1, "v", 1),
        ["main.tf:5:11", "main.tf:3:16 passed here", "variables.tf:4:41 defined here"],
    ),
    "dynamic with an iterator over a map, in for_each": (
        {
            "main.tf": (
                TF + '  for_each = { one = { x = "deep" } }\n  dynamic "in" {\n'
                    '    for_each = each.value\n    iterator = it\n'
                "    content {\n      v = it.value\n    }\n  }\n}\n"
            )
        },
        ('x_y.a["one"]', "in", 0, "v"),
        ["main.tf:7:11", "main.tf:4:16 passed here", "main.tf:2:28 defined here"],
    ),
    "dynamic inside of dynamic": (
        {
            "main.tf": (
                TF + '  dynamic "o" {\n    for_each = [["a"], ["b", "c"]]\n    content {\n      dynamic "i" {\n'
                "        for_each = o.value\n        content {\n"
                    "          v = i.value\n        }\n      }\n    }\n  }\n}\n"
            )
        },
        ("x_y.a", "o", 1, "i", 1, "v"),
        ["main.tf:8:15", "main.tf:6:20 passed here", "main.tf:3:30 defined here"],
    ),
    "the argument of merge that has the key": (
        {"main.tf": TF + '  v = merge({ a = 1 }, local.m,\n    { c = 3 })\n}\nlocals {\n  m = { b = "x" }\n}\n'},
        ("x_y.a", "v", "b"),
        ["main.tf:2:7", "main.tf:6:13 defined here"],
    ),
    "an object among the arguments of merge": (
        {"main.tf": TF + '  v = merge({ a = 1 },\n    { c = "x" })\n}\n'},
        ("x_y.a", "v", "c"),
        ["main.tf:2:7", "main.tf:3:11 defined here"],
    ),
    "the argument of concat that has the element": (
        {"main.tf": TF + '  v = concat(["a"], local.l)\n}\nlocals {\n  l = ["b", "c"]\n}\n'},
        ("x_y.a", "v", 2),
        ["main.tf:2:7", "main.tf:5:13 defined here"],
    ),
    "the arm that is taken": (
        {"main.tf": TF + '  v = var.n == "prod" ? local.a : local.b\n}\nvariable "n" {\n  default = "dev"\n}\n'
                          'locals {\n  a = "1"\n  b = "2"\n}\n'},
        ("x_y.a", "v"),
        ["main.tf:2:7", "main.tf:9:7 defined here"],
    ),
    "an arm that is written out": (
        {"main.tf": TF + '  v = true ? [\n    "0.0.0.0/0"\n  ] : []\n}\n'},
        ("x_y.a", "v", 0),
        ["main.tf:2:7", "main.tf:3:5 defined here"],
    ),
    "a condition that is not known": (
        {"main.tf": TF + '  v = var.n ? "a" : "b"\n}\nvariable "n" {}\n'},
        ("x_y.a", "v"),
        ["main.tf:2:7", "main.tf:4:1 declared here, no value is given"],
    ),
    "lookup of a key": (
        {"main.tf": TF + '  v = lookup(local.m, "k", "no")\n}\nlocals {\n  m = { k = "x" }\n}\n'},
        ("x_y.a", "v"),
        ["main.tf:2:7", "main.tf:5:13 defined here"],
    ),
    "the default of lookup": (
        {"main.tf": TF + '  v = lookup(local.m, "k",\n    "no")\n}\nlocals {\n  m = {}\n}\n'},
        ("x_y.a", "v"),
        ["main.tf:2:7", "main.tf:3:5 defined here"],
    ),
    "the first that works": (
        {"main.tf": TF + '  v = try(local.m.none, coalesce(null, local.m.k))\n}\nlocals {\n  m = { k = "x" }\n}\n'},
        ("x_y.a", "v"),
        ["main.tf:2:7", "main.tf:5:13 defined here"],
    ),
    "an element of a flattened list": (
        {"main.tf": TF + '  v = flatten([local.a, ["z"]])\n}\nlocals {\n  a = [["x"], ["y"]]\n}\n'},
        ("x_y.a", "v", 1),
        ["main.tf:2:7", "main.tf:5:16 defined here"],
    ),
    "a for expression with a condition": (
        {"main.tf": TF + '  v = [for o in local.l : o.c if o.on]\n}\nlocals {\n  l = [\n    { on = false, c = "x" },\n'
                          '    { on = true, c = "y" },\n  ]\n}\n'},
        ("x_y.a", "v", 0),
        ["main.tf:2:7", "main.tf:7:22 defined here"],
    ),
    "a for expression that makes an object": (
        {"main.tf": TF + '  v = { for k, o in local.l : "${k}-x" => o }\n}\nlocals {\n  l = { a = 1, b = 2 }\n}\n'},
        ("x_y.a", "v", "b-x"),
        ["main.tf:2:7", "main.tf:5:20 defined here"],
    ),
    "a splat": (
        {"main.tf": TF + '  v = local.l[*].c\n}\nlocals {\n  l = [{ c = "x" }, { c = "y" }]\n}\n'},
        ("x_y.a", "v", 1),
        ["main.tf:2:7", "main.tf:5:27 defined here"],
    ),
    "the attribute of another resource": (
        {"main.tf": TF + "  v = x_z.b[0].w\n}\n" + 'resource "x_z" "b" {\n  count = 1\n  w = var.n\n'
            '}\nvariable "n" {\n  default = 1\n}\n'},
        ("x_y.a", "v"),
        ["main.tf:2:7", "main.tf:6:7 passed here", "main.tf:9:13 defined here"],
    ),
    "for_each over another resource": (
        {
            "main.tf": TF + '  for_each = x_z.b\n  v = each.value.w\n}\n'
            'resource "x_z" "b" {\n  for_each = { k = "x" }\n  w = each.value\n}\n'
        },
        ('x_y.a["k"]', "v"),
        ["main.tf:3:7", "main.tf:2:14 passed here", "main.tf:7:7 passed here", "main.tf:6:20 defined here"],
    ),
    "a hole in a string": (
        {"main.tf": TF + '  v = "${local.p}-x"\n}\nlocals {\n  p = "y"\n}\n'},
        ("x_y.a", "v"),
        ["main.tf:2:7", "main.tf:5:7 defined here"],
    ),
    "a policy handed over by jsonencode": (
        {
            "main.tf": (
                'module "a" {\n  source = "./a"\n  p = jsonencode({\n'
                '    Statement = [{ Action = "*" }]\n  })\n}\n'
            ),
            "a/main.tf": f'variable "p" {{}}\n{TF}  policy = var.p\n}}\n',
        },
        ("module.a.x_y.a", "policy", "Statement", 0, "Action"),
        ["a/main.tf:3:12", "main.tf:4:29 defined here"],
    ),
    "a policy handed over as a heredoc": (
        {
            "main.tf": (
                'module "a" {\n  source = "./a"\n  p = <<-E\n    {\n'
                    '      "Statement": {"Action": "*"}\n    }\n  E\n}\n'
            ),
            "a/main.tf": f'variable "p" {{}}\n{TF}  policy = var.p\n}}\n',
        },
        ("module.a.x_y.a", "policy", "Statement", 0, "Action"),
        ["a/main.tf:3:12", "main.tf:5:31 defined here"],
    ),
    "a policy in a file": (
        {"main.tf": (
            TF + '  policy = file("${path.module}/p.json")\n'
            '}\n'
        ), "p.json": '{\n  "Statement": [{"Action": "*"}]\n}\n'},
        ("x_y.a", "policy", "Statement", 0, "Action"),
        ["main.tf:2:12", "p.json:2:28 defined here"],
    ),
    "a policy in a template": (
        {
            "main.tf": TF + '  policy = templatefile("p.tpl", { arn = "x" })\n}\n',
            "p.tpl": '{\n  "Statement": [{"Resource": "${arn}", "Action": "*"}]\n}\n',
        },
        ("x_y.a", "policy", "Statement", 0, "Action"),
        ["main.tf:2:12", "p.tpl:2:50 defined here"],
    ),
    "text in a file": (
        {"main.tf": TF + '  v = file("t.txt")\n}\n', "t.txt": "x"},
        ("x_y.a", "v"),
        ["main.tf:2:7", "t.txt:1:1 defined here"],
    ),
    "configuration in JSON": (
        {
            "main.tf.json": (
                '{\n  "resource": {"x_y": {"a": {"v": "${var.n}"}}},\n'
                    '  "variable": {"n": {"default": ["a", "b"]}}\n}\n'
            )
        },
        ("x_y.a", "v", 1),
        ["main.tf.json:2:35", "main.tf.json:3:39 defined here"],
    ),
    "null for a variable that refuses it": (
        {
            "main.tf": 'module "a" {\n  source = "./a"\n  n      = null\n}\n',
            "a/main.tf": f'variable "n" {{\n  default  = "x"\n  nullable = false\n}}\n{TF}  v = var.n\n}}\n',
        },
        ("module.a.x_y.a", "v"),
        ["a/main.tf:6:7", "a/main.tf:2:14 defined here", "main.tf:1:1 called here"],
    ),
}  # fmt: skip


class Folder:
    """A folder of files, read by both front ends."""

    def __init__(self, root: Path, files: dict[str, str]) -> None:
        self.root = Path(os.path.realpath(root))
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        sources = [self.open(str(self.root / name)) for name in files]
        documents = [one for source in sources if terraform.claims(source) for one in terraform.parse(source)]
        context = InputContext(root=str(self.root), open=self.open)
        self.found = {one.address: one for one in terraform.normalise(documents, context)}

    def open(self, absolute: str) -> SourceFile | None:
        file = Path(absolute)
        shown = file.relative_to(self.root).as_posix()
        return SourceFile(path=shown, absolute=absolute, read=file.read_bytes) if file.is_file() else None

    def from_source(self, address, *path):
        return self.found[address].at(*path)

    def from_plan(self, address, *path):
        values = {name: plain(value) for name, value in self.variables().items()}
        places = SourceMap(str(self.root), self.open, str(self.root), values)
        return places.resource(address, path, plain(self.found[address].body))

    def variables(self):
        resource = next(one for one in self.found.values() if one.adapter == "terraform" and one.category == "resource")
        module = resource.locate._instance.owner.root
        values = {name: module.variable(name) for name in module.module.variables}
        return {name: value for name, value in values.items() if not isinstance(value, Unknown)}


def plain(value):
    value = reveal(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def told(place) -> list[str]:
    return [str(place), *(f"{step} {step.note}" for step in reversed(place.via))]


@pytest.mark.parametrize("reader", ["from_source", "from_plan"])
@pytest.mark.parametrize("case", CASES)
def test_the_way_of_a_value(case, reader, tmp_path):
    files, target, expected = CASES[case]
    assert told(getattr(Folder(tmp_path, files), reader)(*target)) == expected


def places_of(folder, names):
    request = Request(cwd=str(folder), use_settings=False, use_gitignore=False, today=date(2026, 1, 1))
    return {one.address: one for one in take_inventory(names, request).inventory.resources if one.category != "module"}


def paths(value, path=()):
    """Every path into a body that leads to something known."""
    value = reveal(value)
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, (*path, key))
    elif isinstance(value, list):
        yield path
        for index, item in enumerate(value):
            yield from paths(item, (*path, index))
    elif value is not None and not isinstance(value, Unknown):
        yield path


def held(body, path):
    for step in path:
        body = child(reveal(body), step)
    return repr(body)


def assert_same_places(folder):
    """Source and plan lead to the same places, wherever their values are the same."""
    names = tuple(name for name in os.listdir(folder) if name.endswith((".tf", ".tf.json")))
    source, plan = places_of(folder, names), places_of(folder, ("plan.json",))
    compared = 0
    for address in sorted(source.keys() & plan.keys()):
        one, other = source[address], plan[address]
        for path in paths(one.body):
            if held(one.body, path) == held(other.body, path):
                compared += 1
                assert told(other.at(*path)) == told(one.at(*path)), (address, path)
    return compared


@pytest.mark.parametrize("name", ["dynamics", "modules", "networks", "policies", "unknowns"])
def test_a_plan_leads_to_the_places_of_its_source(name, root):
    assert assert_same_places(root / "tests" / "conformance" / "parity" / name) > 10


@pytest.mark.parametrize("name", ["aws", "basics", "modules"])
def test_a_real_plan_leads_to_the_places_of_its_source(name, corpora):
    assert assert_same_places(corpora / "plans" / "made" / name) > 10
