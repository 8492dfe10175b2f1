"""``iacgate rules``: list, show, test, write and document rules."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from iacgate.cli.options import INPUT_OPTIONS, RULE_OPTIONS, note, request_from, with_options, working_folder
from iacgate.cli.rules_filter import FILTER_OPTIONS, chosen, take_filters
from iacgate.errors import CommandError

if TYPE_CHECKING:
    from iacgate.engines.native import NativeRules
    from iacgate.engines.native.fixtures import Examined, Verdict
    from iacgate.model import Rule

SCHEMA_VERSION = 1

EPILOG = """\b
Examples:
  iacgate rules list                          the recommended rules
  iacgate rules list --ruleset strict -o json all rules, everything they say
  iacgate rules list --provider aws --text encrypt
  iacgate rules coverage infra/               what is there that no rule looks at?
  iacgate rules show aws-sg-ssh-open          one rule
  iacgate rules new bucket-without-owner --on aws_s3_bucket
  iacgate rules test ./policy                 a team's rules against their fixtures"""

SHARED = INPUT_OPTIONS[:2]


@click.group("rules", epilog=EPILOG)
def command() -> None:
    """List, show, test and write rules."""


def load_rules(values: dict[str, Any]) -> NativeRules:
    """The rules that the settings and the options ask for."""
    from iacgate.pipeline import load_native_rules, settings_of

    request = request_from(values)
    return load_native_rules(settings_of(["."], request), request)


@command.command("list")
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@with_options(FILTER_OPTIONS)
@with_options(SHARED)
@with_options(RULE_OPTIONS)
def list_rules(output: str, **values: Any) -> int:
    """List the rules of a rule set: all of them, or those that the filters let through.

    With a filter and no --ruleset all rules are looked through. The words of one filter are alternatives; several
    filters must all hold.
    """
    filters = take_filters(values)
    if filters and values.get("ruleset") is None:
        values["ruleset"] = "strict"
    rules = load_rules(values)
    named = {rule for name in values.get("rules", ()) for rule in rules.resolve(name)}
    listed = [rule for rule in rules.selected() if not named or rule in named]
    described = chosen(rules, {rule: rules.metadata(rule) for rule in listed}, filters)
    if output == "json":
        _print_json({"schema_version": SCHEMA_VERSION, "rules": described})
        return 0
    width = max(map(len, described), default=0)
    for rule, facts in described.items():
        click.echo(f"{facts['severity']:<8}  {rule:<{width}}  {facts['title']}")
    note(f"{len(described)} rule{'' if len(described) == 1 else 's'}")
    return 0


@command.command("coverage")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@with_options(RULE_OPTIONS)
@with_options(INPUT_OPTIONS)
def coverage(paths: tuple[str, ...], output: str, **values: Any) -> int:
    """Say which resource types of a tree have rules, which have none, and how many resources there are of each.

    All rules are asked unless --ruleset says which. That a rule looks at a resource does not say that it is safe.
    """
    from iacgate.cli.rules_coverage import as_object, as_text, cover
    from iacgate.pipeline import take_inventory

    rules = load_rules({**values, "ruleset": values.get("ruleset") or "strict"})
    named = {rule for name in values.get("rules", ()) for rule in rules.resolve(name)}
    taken = take_inventory(paths or (".",), request_from(values))
    fitting = [rule for rule in rules.for_inventory(taken.inventory) if not named or rule.id in named]
    covered = cover(taken, fitting)
    if output == "json":
        _print_json({"schema_version": SCHEMA_VERSION, **as_object(covered, taken)})
    else:
        click.echo("\n".join(as_text(covered, taken)))
    return 0


@command.command("show")
@click.argument("rule")
@click.option("-o", "--output", type=click.Choice(["text", "json", "yaml"]), default="text", show_default=True)
@with_options(SHARED)
@click.option("--pack", "packs", metavar="DIR", multiple=True, help="A folder of your own rules.")
def show(rule: str, output: str, **values: Any) -> int:
    """Show what a rule says: its text with -o yaml, its page without."""
    rules = load_rules({**values, "ruleset": "strict"})
    names = rules.resolve(rule)
    if output != "yaml":
        print_pages(rules, names, output)
        return 0
    for name in names:
        file = rules.source(name)
        click.echo(file.read_text(encoding="utf-8") if file is not None else f"# {name} is no rule file", nl=False)
    return 0


def print_pages(rules: NativeRules, names: Sequence[str], output: str) -> None:
    """What rules say, as pages or as JSON."""
    if output == "json":
        _print_json({"schema_version": SCHEMA_VERSION, "rules": {name: rules.metadata(name) for name in names}})
        return
    click.echo("\n".join(_page(rules, name) for name in names), nl=False)


@command.command("docs")
@click.option("--to", metavar="DIR", help="Write a page for every rule to this folder.")
@with_options(SHARED)
@with_options(RULE_OPTIONS)
def docs(to: str | None, **values: Any) -> int:
    """Write the documentation pages of the rules, in Markdown."""
    rules = load_rules({**values, "ruleset": values.get("ruleset") or "strict"})
    if to is None:
        for rule in rules.selected():
            click.echo(_page(rules, rule))
        return 0
    folder = Path(to)
    folder.mkdir(parents=True, exist_ok=True)
    for rule in rules.selected():
        (folder / f"{rule}.md").write_text(_page(rules, rule), encoding="utf-8")
    note(f"{len(rules.selected())} pages in {folder.as_posix()}/")
    return 0


@command.command("new")
@click.argument("rule")
@click.option("--on", default="workload", show_default=True, help="The resource type it looks at.")
@click.option("--into", metavar="DIR", default="policy", show_default=True, help="The folder of your rules.")
def new(rule: str, on: str, into: str) -> int:
    """Write a new rule and fixtures that run, to be changed."""
    from iacgate.engines.native.skeleton import write_skeleton

    folder = Path(into)
    for file in write_skeleton(rule, on, folder, folder / "fixtures"):
        click.echo(file.as_posix())
    note(f"next: edit both, then type `iacgate rules test {folder.as_posix()}`")
    return 0


@command.command("test")
@click.argument("targets", nargs=-1, metavar="[PATH|RULE]...")
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def test(targets: tuple[str, ...], output: str) -> int:
    """Run rules against their fixtures: a pack's folder, a rule file, or shipped rules by id.

    Exit 1 when a rule does not do what its fixtures say.
    """
    from iacgate.engines.native.fixtures import check_rule

    tested = list(_rules_to_test(targets))
    verdicts = [check_rule(rule, folder, examine) for rule, folder in tested]
    _note_misspelt([rule for rule, _ in tested])
    if output == "json":
        _print_json({"schema_version": SCHEMA_VERSION, "rules": {one.rule: _verdict(one) for one in verdicts}})
    else:
        _print_verdicts(verdicts)
    return 1 if any(verdict.problems for verdict in verdicts) else 0


def _note_misspelt(rules: Sequence[Rule]) -> None:
    """Say which words of ``on`` are all but the name of a type: a rule on such a word looks at nothing."""
    from iacgate.engines.native.index import load_index
    from iacgate.engines.native.select import misspelt

    known = load_index().words
    for rule in rules:
        for word, meant in misspelt(rule.on, known):
            note(f"note: rule {rule.id}: nothing is called {word!r}, did you mean {meant!r}?")


def examine(folder: str, without: Sequence[str], rule: Rule) -> Examined:
    """Scan fixtures with one rule: no settings, no ignore files, nothing beside them; the day does not matter."""
    from iacgate.engines.native.fixtures import Examined
    from iacgate.evaluate import evaluate
    from iacgate.pipeline import Request, take_inventory

    request = Request(
        cwd=working_folder(), today=date(2000, 1, 1), use_settings=False, use_gitignore=False, render="never",
        exclude=tuple(without), callers=False,
    )  # fmt: skip
    taken = take_inventory([folder], request)
    return Examined(
        root=taken.root,
        evaluations=list(evaluate([rule], taken.inventory)),
        troubles=[str(trouble.message) for trouble in taken.troubles],
    )


def _rules_to_test(targets: Sequence[str]) -> Iterator[tuple[Rule, Path]]:
    """Each rule with the folder of its fixtures."""
    from iacgate.engines.native.index import source_folder
    from iacgate.engines.native.packs import rule_files

    shipped = source_folder()
    if not targets and shipped is None:
        raise CommandError("this installation has no fixtures", "name the folder of your rules")
    for target in targets or (str(shipped),):
        path = Path(target)
        if path.is_dir():
            yield from (_rule_of(file, path) for file in rule_files(path))
        elif path.is_file():
            yield _rule_of(path, _pack_of(path))
        else:
            yield _shipped_rule(target, shipped)


def _rule_of(file: Path, folder: Path) -> tuple[Rule, Path]:
    from iacgate.engines.native.index import source_folder

    shipped = source_folder()
    inside = shipped is not None and shipped in file.resolve().parents
    fixtures = (shipped.parent if inside and shipped is not None else folder) / "fixtures" / file.stem
    return rule_with_fixtures(file, folder, fixtures), fixtures


def rule_with_fixtures(file: Path, folder: Path, fixtures: Path) -> Rule:
    """A rule with the parameters that a settings file among its fixtures gives."""
    from iacgate.config import load_settings
    from iacgate.engines.native.fixtures import SETTINGS
    from iacgate.engines.native.library import load_file

    settings = fixtures / SETTINGS
    params = load_settings(str(settings), str(fixtures)).rules.params if settings.is_file() else {}
    return load_file(file, folder, params)


def _pack_of(file: Path) -> Path:
    """The folder of a rule file's pack: the nearest one above it that has fixtures."""
    return next((folder for folder in file.resolve().parents if (folder / "fixtures").is_dir()), file.parent)


def _shipped_rule(name: str, shipped: Path | None) -> tuple[Rule, Path]:
    files = sorted(shipped.rglob(f"{name}.yaml")) if shipped is not None else []
    if not files or shipped is None:
        raise CommandError(f"no rule and no path {name!r}", "name a folder of rules, a rule file, or a shipped rule")
    return _rule_of(files[0], shipped)


def _page(rules: NativeRules, name: str) -> str:
    from iacgate.engines.native.examples import shipped_examples
    from iacgate.engines.native.pages import rule_page

    rule = rules.rule(name)
    return rule_page(rule, shipped_examples(rule))


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "ok": not verdict.problems,
        "passed": verdict.passed,
        "failed": verdict.failed,
        "unknown": verdict.unknown,
        "problems": verdict.problems,
    }


def _print_verdicts(verdicts: Sequence[Verdict]) -> None:
    for verdict in verdicts:
        counts = f"{verdict.passed} pass, {verdict.failed} fail, {verdict.unknown} unknown"
        click.echo(f"{'ok ' if not verdict.problems else 'BAD'} {verdict.rule}  ({counts})")
        for problem in verdict.problems:
            click.echo(f"    {problem}")
    bad = sum(bool(verdict.problems) for verdict in verdicts)
    note(f"{len(verdicts)} rule{'' if len(verdicts) == 1 else 's'}, {bad} with problems")


def _print_json(document: Any) -> None:
    json.dump(document, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
