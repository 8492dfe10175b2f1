"""A module that is scanned alone is evaluated through the modules of its project that call it."""

from __future__ import annotations

import datetime as dt

import pytest

from iacgate import discover
from iacgate.model import jsonable
from iacgate.pipeline import Request, take_inventory

STACK = {
    "envs/prod/main.tf": """
        variable "open" {}
        module "web" {
          for_each = toset(["a", "b"])
          source   = "../../modules/web"
          open     = var.open
          network  = module.net.id
        }
        module "net" { source = "../../modules/net" }
        resource "x_root" "r" { v = module.web["a"].names }
        """,
    "envs/prod/terraform.tfvars": 'open = "0.0.0.0/0"',
    "envs/dev/main.tf": 'module "web" {\n source = "../../modules/web"\n open = "10.0.0.0/8"\n network = null\n}',
    "modules/web/main.tf": """
        variable "open" {}
        variable "network" {}
        module "inner" {
          source = "./inner"
          count  = 2
          open   = var.open
        }
        resource "x_web" "w" { network = var.network }
        """,
    "modules/web/outputs.tf": 'output "names" { value = module.inner[*].name }',
    "modules/web/inner/main.tf": """
        variable "open" {}
        resource "x_inner" "i" { cidr = var.open }
        output "name" { value = "n" }
        """,
    "modules/net/main.tf": 'resource "x_net" "n" {}\noutput "id" { value = "net-1" }',
    "apart/main.tf": '# module "w" { source = "../modules/web" }\nresource "x_apart" "p" { broken = ',
}


@pytest.fixture
def tree(tmp_path):
    def write(files=STACK):
        (tmp_path / ".git").mkdir(exist_ok=True)
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return write


def taken(root, *paths, **options):
    return take_inventory(paths, Request(cwd=str(root), today=dt.date(2026, 1, 1), **options))


def seen(inventory, file=""):
    """What is judged: where it is from, by address and root."""
    return {
        (one.address, one.root): jsonable(one.body)
        for one in inventory.resources
        if one.focus and (not file or one.at().file == file)
    }


@pytest.mark.parametrize("file", sorted(name for name in STACK if name.endswith(".tf") and "apart" not in name))
def test_a_file_has_the_addresses_and_values_of_a_scan_of_the_tree(tree, file):
    root = tree()
    whole = seen(taken(root, ".").inventory, file)
    assert seen(taken(root, file).inventory) == whole
    assert whole or file.endswith("outputs.tf")


@pytest.mark.parametrize("folder", ["modules/web", "modules/web/inner", "modules", "envs/prod"])
def test_a_folder_has_the_addresses_and_values_of_a_scan_of_the_tree(tree, folder):
    root = tree()
    whole = taken(root, ".").inventory
    expected = {(one.address, one.root): jsonable(one.body) for one in whole.resources
                if one.at().file.startswith(f"{folder}/")}  # fmt: skip
    assert expected
    assert seen(taken(root, folder).inventory) == expected


def test_what_the_settings_or_git_leave_out_calls_nothing(tree):
    root = tree({**STACK, ".gitignore": "/envs/prod\n"})
    addresses = {address for address, _ in seen(taken(root, "modules/web/main.tf", exclude=("envs/dev/**",)).inventory)}
    assert "x_web.w" in addresses
    assert not any(address.startswith("module.web") for address in addresses)


def test_the_folder_of_the_settings_is_the_project(tree):
    root = tree({**STACK, "modules/iacgate.yaml": "version: 1\n"})
    assert ("x_web.w", "modules/web") in seen(taken(root, "modules/web/main.tf").inventory)


def test_a_file_beside_the_callers_is_not_read_for_them(tree):
    """One that does not parse, and only mentions the module in a comment, is told all the same: it may be a caller."""
    root = tree()
    troubles = taken(root, "modules/web/main.tf").troubles
    assert [trouble.location.file for trouble in troubles] == ["apart/main.tf"]
    assert taken(root, "modules/net/main.tf").troubles == []


def test_other_modules_stay_out_of_a_scan_of_one_file(tree):
    root = tree()
    types = {one.type for one in taken(root, "modules/web/inner/main.tf").inventory.resources}
    assert types == {"x_root", "x_web", "x_inner", "module"}


def test_a_project_that_is_too_large_is_not_looked_through(tree, monkeypatch):
    root = tree()
    monkeypatch.setattr(discover, "MAX_SURROUNDING_FOLDERS", 3)
    found = taken(root, "modules/web/main.tf")
    assert ("x_web.w", "modules/web") in seen(found.inventory)
    assert [notice.partition(":")[0] for notice in found.notices] == ["modules/web"]


def test_callers_in_json_and_opentofu_are_found(tree):
    root = tree({
        "a/main.tf.json": '{"module": {"m": {"source": "../m", "n": 1}}}',
        "b/main.tofu": 'module "m" {\n  source = "./../m/"\n  n = 2\n}',
        "m/main.tf": 'variable "n" {}\nresource "x_y" "z" { n = var.n }',
    })  # fmt: skip
    found = seen(taken(root, "m/main.tf").inventory)
    assert found == {("module.m.x_y.z", "a"): {"n": 1}, ("module.m.x_y.z", "b"): {"n": 2}}


def test_callers_may_be_turned_off(tree):
    assert ("x_web.w", "modules/web") in seen(taken(tree(), "modules/web/main.tf", callers=False).inventory)


def test_modules_that_call_each_other_are_all_judged_beside_a_root(tree):
    root = tree({
        "main.tf": 'resource "x_y" "r" {}',
        "a/main.tf": 'module "b" { source = "../b" }\nresource "x_y" "a" {}',
        "b/main.tf": 'module "a" { source = "../a" }\nmodule "c" { source = "../c" }\nresource "x_y" "b" {}',
        "c/main.tf": 'resource "x_y" "c" {}',
    })  # fmt: skip
    addresses = {address for address, _ in seen(taken(root, ".").inventory)}
    assert {"x_y.r", "x_y.a", "x_y.b", "module.c.x_y.c"} <= addresses
    assert "x_y.c" not in addresses
