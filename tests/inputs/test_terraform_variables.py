"""Values of root variables: who gives them, who wins, and what is said about those that nobody wants."""

from __future__ import annotations

import datetime as dt

import pytest
from click.testing import CliRunner

from iacgate.cli.group import build
from iacgate.model import Unknown, jsonable
from iacgate.pipeline import Request, take_inventory

MAIN = 'variable "region" {\n  default = "default"\n}\nresource x_y z {\n  v = var.region\n  w = terraform.workspace\n}'
FILES = {
    "terraform.tfvars": 'region = "terraform.tfvars"',
    "terraform.tfvars.json": '{"region": "terraform.tfvars.json"}',
    "b.auto.tfvars": 'region = "b.auto.tfvars"',
    "a.auto.tfvars.json": '{"region": "a.auto.tfvars.json"}',
    "named.tfvars": 'region = "named.tfvars"',
    "other.tfvars": 'region = "other.tfvars"',
}


@pytest.fixture
def folder(tmp_path):
    def write(files):
        for name, text in {"main.tf": MAIN, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return write


def taken(root, **options):
    return take_inventory(["."], Request(cwd=str(root), today=dt.date(2026, 1, 1), **options))


def value(found, name="v"):
    return next(one for one in found.inventory.resources if one.type == "x_y").body[name]


LADDER = [
    ("default", [], {}),
    ("environment", [], {"environment_variables": {"region": "environment"}}),
    ("terraform.tfvars", ["terraform.tfvars"], {}),
    ("terraform.tfvars.json", ["terraform.tfvars.json"], {}),
    ("a.auto.tfvars.json", ["a.auto.tfvars.json"], {}),
    ("b.auto.tfvars", ["b.auto.tfvars"], {}),
    ("settings file", ["iacgate.yaml"], {}),
    ("named.tfvars", ["named.tfvars"], {"var_files": ("named.tfvars",)}),
    ("variables", [], {"variables": {"region": "variables"}}),
    ("assigned", [], {"assigned": (("region", "assigned"),)}),
]
SETTINGS = "version: 1\ninputs: {terraform: {variables: {region: settings file}}}\n"


@pytest.mark.parametrize("top", range(len(LADDER)), ids=[step[0] for step in LADDER])
def test_each_source_of_values_beats_all_below_it(folder, top):
    names = [name for _, files, _ in LADDER[: top + 1] for name in files]
    options = {key: item for _, _, more in LADDER[: top + 1] for key, item in more.items()}
    root = folder({name: {**FILES, "iacgate.yaml": SETTINGS}[name] for name in names})
    assert value(taken(root, **options)) == LADDER[top][0]


@pytest.mark.parametrize(
    ("assigned", "expected"),
    [
        ([("region", "text"), ("", "named.tfvars")], "named.tfvars"),
        ([("", "named.tfvars"), ("region", "text")], "text"),
        ([("", "named.tfvars"), ("", "other.tfvars")], "other.tfvars"),
        ([("", "other.tfvars"), ("", "named.tfvars")], "named.tfvars"),
        ([("region", "one"), ("region", "two")], "two"),
    ],
)
def test_on_the_command_line_the_last_wins(folder, assigned, expected):
    assert value(taken(folder(FILES), assigned=tuple(assigned))) == expected


OPTIONS = [
    (["--var", "region=a", "--var-file", "named.tfvars"], "named.tfvars"),
    (["--var-file=named.tfvars", "--var=region=a"], "a"),
    (["--var-file", "named.tfvars", "--var", "region=a", "--var-file", "other.tfvars"], "other.tfvars"),
    (["--var", "region=a=b"], "a=b"),
]


@pytest.mark.parametrize(
    "command", [["inventory", "-o", "json"], ["query", "-o", "json", "v"]], ids=["inventory", "query"]
)
@pytest.mark.parametrize(("options", "expected"), OPTIONS)
def test_the_options_keep_their_order(folder, monkeypatch, command, options, expected):
    monkeypatch.chdir(folder(FILES))
    result = CliRunner().invoke(build(), [*command, *options])
    assert result.exit_code == 0
    assert f'"{expected}"' in result.stdout


@pytest.mark.parametrize("command", [["scan"], ["explain", "aws-sg-ssh-open", "--on", "*"]], ids=["scan", "explain"])
def test_every_command_that_reads_takes_variables(folder, monkeypatch, command):
    rule = 'protocol = "tcp"\n    from_port = 22\n    to_port = 22\n    cidr_blocks = [var.cidr]'
    text = f'variable "cidr" {{}}\nresource "aws_security_group" "g" {{\n  ingress {{\n    {rule}\n  }}\n}}'
    monkeypatch.chdir(folder({"main.tf": text}))
    assert "22" in CliRunner().invoke(build(), [*command, "--var", "cidr=0.0.0.0/0"]).stdout
    for cidr, exit_code in {"0.0.0.0/0": 1, "10.0.0.0/8": 0}.items():
        result = CliRunner().invoke(build(), ["scan", "--var", f"cidr={cidr}"], standalone_mode=False)
        assert result.return_value == exit_code


def test_the_environment_counts_only_when_asked_for(folder, monkeypatch):
    monkeypatch.chdir(folder({}))
    monkeypatch.setenv("TF_VAR_region", "environment")
    monkeypatch.setenv("TF_WORKSPACE", "staging")
    plain = CliRunner().invoke(build(), ["inventory", "-o", "json"]).stdout
    asked = CliRunner().invoke(build(), ["inventory", "-o", "json", "--tf-env"]).stdout
    named = CliRunner().invoke(build(), ["inventory", "-o", "json", "--tf-env", "--workspace", "prod"]).stdout
    assert '"default"' in plain
    assert '"environment"' in asked
    assert '"staging"' in asked
    assert '"prod"' in named
    assert "staging" not in plain + named


def test_the_workspace_is_a_setting_an_option_or_not_known(folder):
    root = folder({})
    unsaid = value(taken(root), "w")
    assert isinstance(unsaid, Unknown)
    assert "--workspace" in unsaid.reason
    assert value(taken(root, workspace="prod"), "w") == "prod"
    folder({"iacgate.yaml": "version: 1\ninputs: {terraform: {workspace: dev}}\n"})
    assert value(taken(root), "w") == "dev"
    assert value(taken(root, workspace="prod"), "w") == "prod"


def test_a_file_of_values_may_lie_anywhere_when_the_command_names_it(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "far.tfvars"
    elsewhere.write_text('region = "far"', encoding="utf-8")
    root = folder({})
    found = taken(root, assigned=(("", str(elsewhere)),))
    assert (value(found), found.troubles) == ("far", [])
    folder({"iacgate.yaml": f"version: 1\ninputs: {{terraform: {{var_files: ['{elsewhere}']}}}}\n"})
    assert [trouble.kind for trouble in taken(root).troubles] == ["unreadable"]


def test_values_that_no_module_wants_are_named_with_the_likely_word(folder):
    root = folder({"terraform.tfvars": 'regoin = "x"', "named.tfvars": "size = 1"})
    notices = taken(root, assigned=(("", "named.tfvars"), ("reigon", "secret value"))).notices
    assert [notice for notice in notices if "declare" in notice] == [
        "terraform.tfvars:1:1: no root module that reads this declares the variable regoin: did you mean 'region'?",
        "named.tfvars:1:1: no root module that reads this declares the variable size",
        "--var reigon: no root module that was scanned declares such a variable: did you mean 'region'?",
    ]


def test_a_value_for_one_of_several_roots_is_wanted(folder):
    root = folder({"other/main.tf": 'variable "size" {}\nresource x_y o { v = var.size }'})
    found = taken(root, assigned=(("size", "3"), ("region", "r")))
    assert [notice for notice in found.notices if "declare" in notice] == []
    assert {one.address: jsonable(one.body)["v"] for one in found.inventory.resources} == {"x_y.z": "r", "x_y.o": "3"}
