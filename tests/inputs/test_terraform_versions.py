"""Which versions of its provider a resource may be made with: of source, with modules, aliases and lock files."""

from __future__ import annotations

import datetime as dt

import pytest

from iacgate.pipeline import Request, take_inventory


def _asks(**providers):
    inner = "\n".join(f"{name} = {said}" for name, said in providers.items())
    return "terraform {\nrequired_providers {\n" + inner + "\n}\n}\n"


def _azurerm(version, source="hashicorp/azurerm"):
    return _asks(azurerm=f'{{ source = "{source}", version = "{version}" }}')


def _lock(version, source="registry.terraform.io/hashicorp/azurerm"):
    return f'provider "{source}" {{\n version = "{version}"\n constraints = ">= 3.0"\n hashes = ["h1:x"]\n}}\n'


RESOURCE = 'resource "azurerm_x" "r" {}\n'
CALLS = 'module "m" {\n source = "./m"\n}\n'
LOCK = ".terraform.lock.hcl"


@pytest.fixture
def versions(tmp_path):
    """The constraints on the provider of each resource, by address, of a scan of these files."""

    def read(files, *paths):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        taken = take_inventory(
            [str(tmp_path / path) for path in paths or (".",)], Request(cwd=str(tmp_path), today=dt.date(2026, 1, 1))
        )
        resources = [one for one in taken.inventory.resources if one.category in {"resource", "data", "provider"}]
        return {one.address: list(one.versions()) for one in resources}

    return read


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"a.tf": RESOURCE}, [], id="nothing"),
        pytest.param({"a.tf": RESOURCE, "b.tf": _azurerm("~> 4.0")}, ["~> 4.0"], id="another file"),
        pytest.param({"a.tf": RESOURCE + _asks(azurerm='"~> 2.0"')}, ["~> 2.0"], id="a plain text"),
        pytest.param({"a.tf": RESOURCE + _asks(azurerm='{ version = "1.0" }')}, ["1.0"], id="without a source"),
        pytest.param({"a.tf": RESOURCE + _asks(azurerm="{ version = var.v }")}, [], id="no plain value"),
        pytest.param({"a.tf": RESOURCE + _asks(aws='{ version = "~> 4.0" }')}, [], id="of another provider"),
        pytest.param(
            {"a.tf": RESOURCE + 'provider "azurerm" {\n version = "~> 2.1"\n}\n'}, ["~> 2.1"], id="in the provider"
        ),
        pytest.param(
            {"a.tf": RESOURCE + _azurerm("~> 4.0"), "a_override.tf": _azurerm("~> 5.0")}, ["~> 5.0"], id="overridden"
        ),
        pytest.param(
            {
                "a.tf": RESOURCE,
                "b.tf.json": '{"terraform": {"required_providers": {"azurerm": {"version": "~> 4.0"}}}}',
            },
            ["~> 4.0"],
            id="JSON",
        ),
        pytest.param({"a.tf": RESOURCE + _azurerm(">= 3.0"), LOCK: _lock("4.81.0")}, ["4.81.0"], id="locked"),
        pytest.param({"a.tf": RESOURCE, LOCK: _lock("4.81.0")}, ["4.81.0"], id="only locked"),
        pytest.param(
            {"a.tf": RESOURCE, LOCK: _lock("4.81.0", "registry.opentofu.org/hashicorp/azurerm")},
            ["4.81.0"],
            id="locked by OpenTofu",
        ),
        pytest.param({"a.tf": RESOURCE + _azurerm("~> 5.0"), LOCK: _lock("4.81.0")}, ["~> 5.0"], id="stale lock"),
        pytest.param({"a.tf": RESOURCE + _azurerm("~> 5.0"), LOCK: 'provider "'}, ["~> 5.0"], id="broken lock"),
        pytest.param({"a.tf": RESOURCE, LOCK: 'provider {\n}\nprovider "x" {\n}\n'}, [], id="empty lock"),
        pytest.param(
            {"a.tf": RESOURCE + _azurerm("~> 5.0"), LOCK: _lock("4.0.0", "example.com/hashicorp/azurerm")},
            ["~> 5.0"],
            id="lock of another source",
        ),
        pytest.param(
            {"a.tf": RESOURCE + _azurerm("~> 9.0", "registry.example.com/mine/azurerm"), LOCK: _lock("4.0.0")},
            ["~> 9.0"],
            id="a source of one's own",
        ),
        pytest.param(
            {"a.tf": 'resource "azurerm_x" "r" {\n provider = azurerm.west\n}\n' + _azurerm("~> 4.0")},
            ["~> 4.0"],
            id="alias",
        ),
        pytest.param(
            {
                "a.tf": 'resource "azurerm_x" "r" {\n provider = old\n}\n'
                + _asks(
                    old='{ source = "mine/azurerm", version = "~> 3.0" }',
                    azurerm='{ source = "hashicorp/azurerm", version = "~> 5.0" }',
                )
            },
            ["~> 3.0"],
            id="two providers",
        ),
    ],
)
def test_what_is_asked_of_a_provider(versions, files, expected):
    assert versions(files)["azurerm_x.r"] == expected


def test_all_modules_share_one_version(versions):
    """A child that asks for nothing, one below it that does, a sibling: what each asks holds for all."""
    found = versions(
        {
            "main.tf": RESOURCE + CALLS + _azurerm(">= 3.0"),
            "m/main.tf": RESOURCE + 'module "deep" {\n source = "./deep"\n}\n',
            "m/deep/main.tf": RESOURCE + _azurerm("~> 4.0"),
        }
    )
    assert sorted(found) == ["azurerm_x.r", "module.m.azurerm_x.r", "module.m.module.deep.azurerm_x.r"]
    assert all(sorted(asked) == [">= 3.0", "~> 4.0"] for asked in found.values())


def test_roots_that_call_one_module_each_have_their_own(tmp_path, versions):
    files = {f"{root}/main.tf": 'module "m" {\n source = "../m"\n}\n' for root in ("old", "new")}
    files["old/versions.tf"], files["new/versions.tf"] = _azurerm("~> 4.0"), _azurerm("~> 5.0")
    for name, text in {**files, "m/main.tf": RESOURCE}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    taken = take_inventory([str(tmp_path)], Request(cwd=str(tmp_path), today=dt.date(2026, 1, 1)))
    found = {one.root: one.versions() for one in taken.inventory.resources if one.type == "azurerm_x"}
    assert found == {"new": ("~> 5.0",), "old": ("~> 4.0",)}


def test_one_file_is_seen_with_what_its_module_and_its_callers_ask(tmp_path, versions):
    (tmp_path / ".git").mkdir()
    files = {"main.tf": CALLS + _azurerm("~> 4.0"), "m/main.tf": RESOURCE, "m/versions.tf": _azurerm(">= 3.0")}
    found = versions(files, "m/main.tf")
    assert set(found["module.m.azurerm_x.r"]) == {"~> 4.0", ">= 3.0"}


def test_the_beta_of_google_has_a_version_of_its_own(versions):
    text = 'resource "google_x" "a" {}\nresource "google_x" "b" {\n provider = google-beta\n}\n'
    asks = {"google": '{ version = "~> 5.0" }', "google-beta": '{ version = "~> 6.0" }'}
    found = versions({"a.tf": text + _asks(**asks)})
    assert found == {"google_x.a": ["~> 5.0"], "google_x.b": ["~> 6.0"]}
