"""The generated reference leaves nothing of the code out, and generating stops at what nobody has described."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import pytest

from iacgate.cli.group import build
from iacgate.config.schema import exceptions_schema, settings_schema
from iacgate.engines.native import NativeRules
from iacgate.lang.jmespath.functions import TABLE
from iacgate.outputs import FORMATS, report_schema

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs"))

from _generator import Undocumented, commands, files, functions, rules  # noqa: E402  (found through the line above)


def _script() -> Any:
    """docs/generate.py under a name of its own: the benchmarks have a script of that name as well."""
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    assert _script().generate(folder) == []
    return folder


def _page(made: Path, name: str) -> str:
    return (made / "reference" / "generated" / name).read_text(encoding="utf-8")


def _commands(group: click.Group, path: tuple[str, ...] = ("iacgate",)) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield " ".join((*path, name)), command
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))


def test_every_command_and_option_is_in_the_reference(made: Path) -> None:
    page = _page(made, "commands.md")
    sections = dict(zip(*[iter(re.split(r"^#+ (iacgate .*)$", page, flags=re.MULTILINE)[1:])] * 2, strict=True))
    for name, command in _commands(build()):
        assert name in sections
        options = [one for one in command.params if isinstance(one, click.Option)]
        rows = re.findall(r"^\| (.*) \|$", sections[name], re.MULTILINE)
        for option in options:
            spelled = ", ".join((*option.opts, *option.secondary_opts))
            row = next((row for row in rows if row.startswith(f"`{spelled}")), "")
            assert row.split(" | ", 1)[-1].strip(), f"{name}: {spelled}"


def _names(schema: Mapping[str, Any], node: Mapping[str, Any] | None = None) -> Iterator[str]:
    """Every property name of a schema and of all its definitions."""
    for part in [schema, *schema.get("$defs", {}).values()] if node is None else [node]:
        yield from part.get("properties", {})


@pytest.mark.parametrize(
    ("page", "schema"),
    [("settings.md", settings_schema()), ("exceptions-file.md", exceptions_schema()), ("report.md", report_schema())],
)
def test_every_key_is_in_the_reference(made: Path, page: str, schema: dict[str, Any]) -> None:
    named = {key.rpartition(".")[2] for key in re.findall(r"^\| `([^`]+)`", _page(made, page), re.MULTILINE)}
    assert set(_names(schema)) <= named


def test_every_function_and_format_is_in_the_reference(made: Path) -> None:
    shown = set(re.findall(r"^\| `(\w+)\(", _page(made, "functions.md"), re.MULTILINE))
    assert shown == set(TABLE)
    assert set(re.findall(r"^\| `([\w-]+)`", _page(made, "outputs.md"), re.MULTILINE)) == set(FORMATS)


ONLY_IN_PLANS = {"plan-destroys-stateful-resource"}
"""Their fixtures are plans in JSON, which nobody reads as an example."""


def test_every_rule_has_a_page_and_stands_in_the_index_of_its_provider(made: Path) -> None:
    known = NativeRules.load(ruleset="strict")
    for name in known.ids():
        facts = known.metadata(name)
        page = (made / "rules" / f"{name}.md").read_text(encoding="utf-8")
        assert facts["why"].split(maxsplit=1)[0] in page
        assert ("## Examples" in page) == ("Found, at the marked line:" in page) == (name not in ONLY_IN_PLANS), name
        assert page.count("\n") < 150, f"{name}: examples are to be read"
        listing = (made / "rules" / f"{facts['provider']}.md").read_text(encoding="utf-8")
        assert f"({name}.md)" in listing
        for alias in facts["aliases"]:
            assert f"| `{alias}` |" in _page(made, "aliases.md"), alias


def test_every_rule_set_has_a_page_with_its_rules(made: Path) -> None:
    known = NativeRules.load(ruleset="strict", entry_points=False)
    index = (made / "rules" / "sets.md").read_text(encoding="utf-8")
    for name in known.rulesets:
        page = (made / "rules" / f"set-{name}.md").read_text(encoding="utf-8")
        assert f"(set-{name}.md)" in index
        chosen = [] if name == "strict" else NativeRules.load(ruleset=name, entry_points=False).selected()
        assert [rule for rule in chosen if f"({rule}.md)" not in page] == []


def test_a_command_without_words_stops_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = click.Group("iacgate", commands=[click.Command("mute", params=[click.Option(["--why"])])])
    monkeypatch.setattr(commands, "build", lambda: silent)
    with pytest.raises(Undocumented) as found:
        commands.commands_page()
    assert found.value.things == ("command iacgate mute", "option --why of iacgate mute")


def test_a_function_without_words_stops_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(functions, "JMESPATH", {})
    with pytest.raises(Undocumented, match=r"function abs\(\)"):
        functions.functions_page()


def test_a_key_without_words_stops_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = {"properties": {"tiers": {"type": "object", "description": "x"}, "silent": {"type": "string"}}}
    monkeypatch.setattr(files, "settings_schema", lambda: schema)
    with pytest.raises(Undocumented, match="settings key silent"):
        files.settings_page()


def test_a_rule_without_examples_stops_the_build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    monkeypatch.setattr(rules, "source_folder", lambda: tmp_path / "rules")
    with pytest.raises(Undocumented, match="no fixtures"):
        rules.rule_pages()
