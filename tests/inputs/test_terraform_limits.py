"""Circles and limits are told once, with their chain and their place; what they do not touch is evaluated."""

from __future__ import annotations

import datetime as dt

import pytest

from iacgate.lang.terraform import expansion
from iacgate.lang.terraform.scope import Limits
from iacgate.model import jsonable
from iacgate.pipeline import Request, take_inventory


@pytest.fixture
def taken(tmp_path):
    def take(text, **more):
        for name, content in {"main.tf": text, **more}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return take_inventory([str(tmp_path)], Request(cwd=str(tmp_path), today=dt.date(2026, 1, 1)))

    return take


def told(found):
    return [trouble.message for trouble in found.troubles]


CIRCLES = {
    "one local": ("locals { a = local.a }\nresource x_y z { v = local.a }", "main.tf:1:10: local.a refers to itself"),
    "three locals, met in the middle": (
        "locals {\n  a = local.b\n  b = local.c\n  c = local.a\n}\nresource x_y z { v = local.b }",
        "main.tf:2:3: local.a refers to itself: local.a -> local.b -> local.c -> local.a",
    ),
    "attributes": (
        'resource x_y a {\n  v = x_y.b.v\n}\nresource x_y b {\n  v = "${x_y.a.v}-"\n}',
        "main.tf:2:3: x_y.a.v refers to itself: x_y.a.v -> x_y.b.v -> x_y.a.v",
    ),
    "for_each": (
        "resource x_y a { for_each = x_y.b }\nresource x_y b { count = length(x_y.a) }",
        "main.tf:1:18: x_y.a.for_each refers to itself: x_y.a.for_each -> x_y.b.count -> x_y.a.for_each",
    ),
}


@pytest.mark.parametrize(("text", "message"), CIRCLES.values(), ids=CIRCLES)
def test_a_circle_is_told_with_its_chain_and_its_place(taken, text, message):
    found = taken(text)
    assert told(found) == [message]
    place = found.troubles[0].location
    assert message.startswith(f"{place}: ")
    assert found.troubles[0].kind == "cycle"


def test_a_circle_through_a_module_names_both_sides(taken):
    found = taken(
        'module "m" {\n  source = "./m"\n  i = module.m.o\n}\nresource x_y z { v = module.m.o }',
        **{"m/main.tf": 'variable "i" {}\noutput "o" { value = var.i }'},
    )
    assert told(found) == [
        "m/main.tf:1:1: module.m.var.i refers to itself: module.m.var.i -> module.m.output.o -> module.m.var.i"
    ]


def test_a_circle_of_thousands_is_a_circle_and_not_a_limit(taken):
    links = "".join(f"  l{at} = local.l{(at + 1) % 3000}\n" for at in range(3000))
    found = taken(f"locals {{\n{links}}}\nresource x_y z {{ v = local.l7 }}")
    assert [trouble.kind for trouble in found.troubles] == ["cycle"]
    assert "-> (2992 more) ->" in told(found)[0]


@pytest.mark.parametrize("link", ["local.l{0}", '"${{local.l{0}}}"', "[local.l{0}][0]", "{{ v = local.l{0} }}.v"])
def test_a_chain_of_thousands_of_locals_is_followed(taken, link):
    links = "".join(f"  l{at} = {link.format(at - 1)}\n" for at in range(1, 6000))
    found = taken(f'locals {{\n  l0 = "end"\n{links}}}\nresource x_y z {{ v = local.l5999 }}')
    assert told(found) == []
    assert jsonable(found.inventory.resources[0].body) == {"v": "end"}


def test_a_module_that_calls_itself_is_told_at_the_call(taken):
    found = taken(
        'module "m" { source = "./m" }', **{"m/main.tf": 'resource x_y z {}\n\nmodule "again" { source = "../m" }'}
    )
    assert told(found) == ["m/main.tf:3:1: module.m.module.again calls the module it is in, ../m"]
    assert "module.m.x_y.z" in [one.address for one in found.inventory.resources]


LIMITS = {
    "a block": (
        "\n\nresource x_y z { count = 11 }",
        "main.tf:3:1: x_y.z makes more than 10 instances, it is evaluated as one",
    ),
    "all blocks": (
        "\n".join(f"resource x_y z{at} {{ count = 10 }}" for at in range(6)),
        "main.tf:6:1: x_y.z5 and what was made before are more than 50 instances, it is evaluated as one",
    ),
    "modules": (
        'module "m" {\n  count = 8\n  source = "./m"\n}',
        "main.tf:1:1: more than 5 module instances, so not all of them are evaluated",
    ),
}


@pytest.mark.parametrize(("text", "message"), LIMITS.values(), ids=LIMITS)
def test_limits_of_instances_are_told_with_their_place(taken, monkeypatch, text, message):
    for name, most in {"BLOCK_INSTANCES": 10, "ALL_MODULES": 5}.items():
        monkeypatch.setattr(expansion, name, most)
    monkeypatch.setattr(Limits, "INSTANCES", 40)
    found = taken(text, **{"m/main.tf": "resource x_y inside {}"})
    assert told(found) == [message]
    assert found.troubles[0].kind == "limit"
    assert found.troubles[0].location is not None


def test_single_blocks_are_no_instances_too_many(taken, monkeypatch):
    monkeypatch.setattr(Limits, "INSTANCES", 0)
    found = taken("\n".join(f"resource x_y z{at} {{}}" for at in range(9)))
    assert told(found) == []
    assert len(found.inventory.resources) == 9


def test_modules_deeper_than_the_limit_are_told_at_the_call(taken):
    files = {f"m{at}/main.tf": f'module "d" {{ source = "../m{at + 1}" }}\nresource x_y z {{}}' for at in range(40)}
    found = taken('module "d" { source = "./m0" }', **{**files, "m40/main.tf": ""})
    assert [message.partition(" is ")[0][-8:] for message in told(found)] == ["module.d"]
    assert "is more than 32 modules deep" in told(found)[0]
    assert len([one for one in found.inventory.resources if one.type == "x_y"]) == 32


def test_steps_beyond_the_limit_are_told_where_they_were_spent(taken):
    found = taken(
        "locals {\n  n = range(1000)\n  many = [for i in local.n : [for j in local.n : [for k in local.n : k]]]\n}\n"
        "resource x_y z { v = length(local.many) }\nresource x_y fine { v = 1 }"
    )
    assert [trouble.kind for trouble in found.troubles] == ["limit"]
    assert told(found)[0].startswith("main.tf:3:3: ")
    assert {one.address: jsonable(one.body) for one in found.inventory.resources}["x_y.fine"] == {"v": 1}


COSTLY = {
    "comparisons of large values": "v = [for i in range(1000) : local.big == local.big]",
    "conditions with large arms": "v = [for i in range(1000) : length(i > 5 ? local.big : [])]",
    "functions of large values": "v = [for i in range(1000) : length(distinct(flatten(local.big)))]",
    "long texts": 'v = [for i in range(1000) : sha256("${local.text}${i}")]',
    "many arguments": 'v = [for i in range(1000) : cidrsubnets("10.0.0.0/8", [for j in range(1000) : 16]...)]',
    "blocks in many instances": "count = 10000\n dynamic b {\n  for_each = range(1000)\n  content { v = b.value }\n }",
    "large bodies": "count = 10000\n v = local.big",
}
BIG = """
locals {
  big  = [for i in range(200) : range(200)]
  line = join("", [for i in range(1000) : "0123456789012345678901234567890123456789"])
  text = join("", [for i in range(50) : local.line])
}
resource x_y other { v = "seen" }
"""


@pytest.mark.parametrize("body", COSTLY.values(), ids=COSTLY)
def test_what_costs_too_much_ends_and_the_rest_is_seen(taken, monkeypatch, body):
    monkeypatch.setattr(Limits, "STEPS", 150_000)
    found = taken(f"{BIG}resource x_y costly {{\n {body}\n}}\n")
    assert {trouble.kind for trouble in found.troubles} == {"limit"}
    assert all(trouble.location is not None for trouble in found.troubles)
    bodies = {one.address: jsonable(one.body) for one in found.inventory.resources}
    assert bodies["x_y.other"] == {"v": "seen"}
    assert any(address.startswith("x_y.costly") for address in bodies)


def test_a_large_source_may_do_more_than_a_small_one():
    assert Limits(10_000_000).steps > Limits(0).steps
    assert Limits(10_000_000).instances > Limits(0).instances


def test_beyond_the_limit_each_block_is_still_seen_once_and_told_once(taken, monkeypatch):
    monkeypatch.setattr(Limits, "INSTANCES", 5)
    inner = "resource x_y one { count = 1 }\nresource x_y many { count = 9 }\nresource x_y plain {}"
    found = taken('module "m" {\n  count = 3\n  source = "./m"\n}', **{"m/main.tf": inner})
    addresses = {one.address for one in found.inventory.resources if one.type == "x_y"}
    assert {"module.m[0].x_y.one[0]", "module.m[0].x_y.many[*]", "module.m[0].x_y.plain"} <= addresses
    assert sum("many and what was made before" in message for message in told(found)) == 1
