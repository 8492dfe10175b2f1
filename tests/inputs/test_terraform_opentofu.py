"""What OpenTofu adds to the language, and blocks that are none."""

from __future__ import annotations

import datetime as dt

import pytest

from iacgate.model import Unknown, jsonable
from iacgate.pipeline import Request, take_inventory


@pytest.fixture
def taken(tmp_path):
    def take(files, **options):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return take_inventory([str(tmp_path)], Request(cwd=str(tmp_path), today=dt.date(2026, 1, 1), **options))

    return take


def bodies(found):
    return {one.address: jsonable(one.body) for one in found.inventory.resources if one.category != "module"}


SWITCH = """
variable "on" {}
resource x_y on {
  v = 1
  lifecycle { enabled = true }
}
resource x_y off {
  v = 2
  lifecycle { enabled = var.none == 1 ? true : false }
}
resource x_y maybe {
  v = 3
  lifecycle { enabled = var.on }
}
resource x_y seen {
  on    = x_y.on.v
  off   = x_y.off == null
  maybe = x_y.maybe.v
}
variable "none" { default = 0 }
module "m" {
  source = "./m"
  lifecycle { enabled = false }
}
module "n" {
  source = "./m"
  lifecycle { enabled = "true" }
}
"""


def test_a_block_that_is_not_enabled_makes_nothing(taken):
    found = taken({"main.tofu": SWITCH, "m/main.tofu": "resource x_y inner {}"})
    made = bodies(found)
    assert set(made) == {"x_y.on", "x_y.maybe", "x_y.seen", "module.n.x_y.inner"}
    assert made["x_y.seen"]["on"] == 1
    assert made["x_y.seen"]["off"] is True
    maybe = next(one for one in found.inventory.resources if one.address == "x_y.maybe")
    assert (maybe.symbolic, maybe.body["v"]) == (True, 3)
    assert not next(one for one in found.inventory.resources if one.address == "x_y.on").symbolic


def test_a_provider_may_have_many_instances(taken):
    found = taken({
        "main.tofu": 'locals { regions = ["eu", "us"] }\nprovider "aws" {\n  alias    = "by_region"\n'
        "  for_each = toset(local.regions)\n  region   = each.value\n}\n"
        'variable "more" {}\nprovider "x" {\n  alias = "m"\n  for_each = var.more\n  v = 1\n}',
    })  # fmt: skip
    made = bodies(found)
    assert made['provider.aws.by_region["eu"]'] == {"alias": "by_region", "region": "eu"}
    assert made['provider.aws.by_region["us"]'] == {"alias": "by_region", "region": "us"}
    assert made["provider.x.m[*]"]["v"] == 1


@pytest.mark.parametrize(
    ("source", "options", "expected"),
    [
        ("var.where", {}, "module.m.x_y.a"),
        ('"./${local.folder}"', {}, "module.m.x_y.a"),
        ("var.where", {"variables": {"where": "./b"}}, "module.m.x_y.b"),
    ],
)
def test_the_source_of_a_module_may_be_a_variable(taken, source, options, expected):
    names = 'variable "where" { default = "./a" }\nlocals { folder = "a" }'
    found = taken(
        {
            "main.tofu": f'{names}\nmodule "m" {{ source = {source} }}',
            "a/main.tofu": "resource x_y a {}",
            "b/main.tofu": "resource x_y b {}",
        },
        **options,
    )
    assert expected in bodies(found)


def test_a_source_that_is_not_known_is_said(taken):
    found = taken(
        {"main.tofu": 'variable "where" {}\nmodule "m" { source = var.where }\nresource x_y z { v = module.m.o }'}
    )
    assert any("the source of module.m is not known" in notice for notice in found.notices)
    assert isinstance(next(one for one in found.inventory.resources if one.type == "x_y").body["v"], Unknown)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('resorce "x_y" "a" {}', "main.tf:1:1: resorce is no block that is known here (did you mean 'resource'?)"),
        ('resource "x_y" {}', "main.tf:1:1: resource has 2 labels, not 1"),
        ("module {}", "main.tf:1:1: module has 1 label, not 0"),
    ],
)
def test_a_block_that_declares_nothing_is_named(taken, text, message):
    assert f"{message}: nothing in it is judged" in taken({"main.tf": f"{text}\nresource x_y z {{}}"}).notices


def test_all_blocks_of_the_language_are_known(taken):
    blocks = """
    terraform {}
    provider "x" {}
    moved {
      from = x_y.a
      to   = x_y.b
    }
    import {
      to = x_y.b
      id = "b"
    }
    removed { from = x_y.c }
    check "c" {
      data "x_data" "d" { v = 1 }
      assert {
        condition     = true
        error_message = "no"
      }
    }
    ephemeral "x_secret" "s" {}
    action "x_action" "a" {
      config { v = 1 }
    }
    resource "x_y" "b" { v = ephemeral.x_secret.s.value }
    """
    found = taken({"main.tf": blocks})
    assert [notice for notice in found.notices if "block" in notice or "label" in notice] == []
    assert set(bodies(found)) == {"provider.x", "data.x_data.d", "x_y.b"}
