"""Which files make a module, and where called modules lie."""

from __future__ import annotations

import pytest

from iacgate.lang.terraform import layout

NAMES = [
    "b.tf", "a.tf", "override.tf", "z_override.tf.json", ".hidden.tf", "main.tf~", "#x.tf#", "x.tftest.hcl",
    ".terraform.lock.hcl", "terraform.tfvars", "c.tf", "c.tofu", "d.tf.json", "d.tofu.json", "notoverride.tf",
]  # fmt: skip


def test_a_module_is_its_primary_files_then_its_overrides():
    files = layout.module_files(NAMES)
    assert files.primary == ("a.tf", "b.tf", "c.tofu", "d.tofu.json", "notoverride.tf")
    assert files.override == ("override.tf", "z_override.tf.json")
    assert list(files) == [*files.primary, *files.override]
    assert layout.hidden_files(NAMES) == ("c.tf", "d.tf.json")


def test_a_folder_without_configuration_is_no_module():
    assert not layout.module_files(["readme.md", "terraform.tfvars", "x.tftest.hcl"])


def test_values_are_read_in_order_of_precedence():
    names = ["b.auto.tfvars", "prod.tfvars", "a.auto.tfvars.json", "terraform.tfvars.json", "terraform.tfvars"]
    assert layout.variable_files(names) == (
        "terraform.tfvars", "terraform.tfvars.json", "a.auto.tfvars.json", "b.auto.tfvars",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("source", "local"),
    [("./x", True), ("../x", True), (".", True), ("x", False), ("terraform-aws-modules/vpc/aws", False),
     ("git::https://example.com/x.git", False), (".hidden/x", False)],
)  # fmt: skip
def test_local_sources_begin_with_a_dot_and_a_slash(source, local):
    assert layout.is_local(source) is local


def test_a_local_folder_is_joined_to_the_callers():
    assert layout.local_folder("/w/stack", "../modules/./net/") == "/w/modules/net"
    assert layout.local_folder("stack", "./m") == "stack/m"


def test_the_manifest_maps_call_names_to_folders():
    text = b'{"Modules":[{"Key":"","Dir":"."},{"Key":"a.b","Source":"./b","Dir":"modules/a/../b"},{"Key":"c"}]}'
    assert layout.installed_modules(text) == {"": ".", "a.b": "modules/b"}


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b'{"Modules": 3}', b'{"Modules": [1]}', b"\xff", b"[" * 100_000])
def test_a_broken_manifest_gives_nothing(text):
    assert layout.installed_modules(text) == {}
