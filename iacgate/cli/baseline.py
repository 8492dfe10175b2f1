"""``iacgate baseline``: accept what is there, so that only new findings block; and make the list smaller over time."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import click

from iacgate.cli.options import INPUT_OPTIONS, RULE_OPTIONS, note, request_from, with_options
from iacgate.errors import CommandError
from iacgate.model import Finding, ScanReport, Settings, SourceStatus
from iacgate.triage import Accepted, Baseline, load_baseline

DEFAULT_FILE = ".iacgate-baseline.json"

FILE_OPTION = click.option(
    "--file", "-f", metavar="FILE", help=f"The baseline, instead of the settings' or {DEFAULT_FILE}."
)


@click.group("baseline")
def command() -> None:
    """Create, update or show the baseline: findings accepted at a moment, so that only new ones block."""


@command.command("create")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@FILE_OPTION
@click.option("--force", is_flag=True, help="Replace a baseline that is there.")
@with_options([*INPUT_OPTIONS, *RULE_OPTIONS])
def create(paths: tuple[str, ...], file: str | None, *, force: bool, **values: Any) -> int:
    """Accept every finding that nothing else excuses."""
    paths = paths or (".",)
    target, shown = place_of(paths, file, values)
    if os.path.exists(target) and not force:
        raise CommandError(
            f"{shown} is there already", "make it smaller with `iacgate baseline update`, or add --force"
        )
    report = scan_without_baseline(paths, values)
    baseline = Baseline(tuple(Accepted.of(finding) for finding in open_findings(report)))
    write(target, baseline)
    note(f"{shown}: {counted(len(baseline.entries), 'finding')} accepted")
    settings = settings_for(paths, values)
    if file is None and not settings.baseline:
        note(f"add `baseline: {DEFAULT_FILE}` to {settings.file or 'iacgate.yaml'}, so that scans know it")
    return tell_troubles(report)


@command.command("update")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@FILE_OPTION
@click.option("--grow", is_flag=True, help="Accept new findings as well.")
@with_options([*INPUT_OPTIONS, *RULE_OPTIONS])
def update(paths: tuple[str, ...], file: str | None, *, grow: bool, **values: Any) -> int:
    """Take out what was fixed. The baseline only ever gets smaller, unless you say --grow.

    What is in files outside the given paths, or in files that could not be read, stays.
    """
    paths = paths or (".",)
    target, shown = place_of(paths, file, values)
    before = existing(target, shown)
    report = scan_without_baseline(paths, values)
    findings = open_findings(report)
    after = before.shrunk(all_findings(report), _looked_at(report, paths))
    if grow:
        after = after.grown(findings)
    write(target, after)
    removed = len(set(before.entries)) - len({*before.entries} & {*after.entries})
    added = len(after.entries) - (len(set(before.entries)) - removed)
    note(f"{shown}: {removed} gone, {added} added, {counted(len(after.entries), 'finding')} left")
    new = sum(not before.holds(finding) for finding in findings)
    if new and not grow:
        note(f"{counted(new, 'new finding')} not accepted: fix them, or accept them with --grow")
    return tell_troubles(report)


@command.command("show")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@FILE_OPTION
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@with_options(INPUT_OPTIONS)
def show(paths: tuple[str, ...], file: str | None, output: str, **values: Any) -> int:
    """Print what the baseline accepts. Nothing is scanned."""
    target, shown = place_of(paths or (".",), file, values)
    baseline = existing(target, shown)
    if output == "json":
        sys.stdout.write(baseline.text())
        return 0
    for rule, number in sorted(Counter(entry.rule for entry in baseline.entries).items()):
        click.echo(f"{number:6}  {rule}")
        for entry in baseline.entries:
            if entry.rule == rule:
                click.echo(f"          {entry.file}: {entry.resource}{_steps(entry.path)}")
    click.echo(f"{counted(len(baseline.entries), 'finding')} accepted in {shown}")
    return 0


def place_of(paths: Sequence[str], file: str | None, values: dict[str, Any]) -> tuple[str, str]:
    """The absolute path of the baseline, and how messages name it."""
    if file is not None:
        return os.path.abspath(file), file
    settings = settings_for(paths, values)
    name = settings.baseline or DEFAULT_FILE
    target = settings.resolve(name)
    return target, os.path.relpath(target).replace(os.sep, "/")


def settings_for(paths: Sequence[str], values: dict[str, Any]) -> Settings:
    """The settings that a scan of these paths would use."""
    from iacgate.pipeline import settings_of

    return settings_of(paths, request_from(dict(values)))


def scan_without_baseline(paths: Sequence[str], values: dict[str, Any]) -> ScanReport:
    """The report of a scan that knows no baseline."""
    from iacgate.pipeline import scan

    return scan(paths, request_from(dict(values), use_baseline=False))


def all_findings(report: ScanReport) -> list[Finding]:
    return [verdict.finding for verdict in report.verdicts]


def open_findings(report: ScanReport) -> list[Finding]:
    """The findings that no exception excuses."""
    return [verdict.finding for verdict in report.verdicts if verdict.triaged.waiver is None]


def existing(target: str, shown: str) -> Baseline:
    """The baseline that must be there. Raises :class:`~iacgate.errors.CommandError` when it is not."""
    baseline = load_baseline(target, shown)
    if baseline is None:
        raise CommandError(f"{shown}: no such baseline", "make one: `iacgate baseline create`")
    return baseline


def write(target: str, baseline: Baseline) -> None:
    """Write the file whole or not at all."""
    temporary = f"{target}.tmp"
    try:
        with open(temporary, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(baseline.text())
        os.replace(temporary, target)
    except OSError as broken:
        raise CommandError(f"cannot write {target}: {broken.strerror}") from None


def tell_troubles(report: ScanReport) -> int:
    """Name what was not understood; the exit code: 3 when there was any."""
    for trouble in report.troubles:
        note(f"error: {trouble.message}")
    if report.troubles:
        note("  help: what could not be read has no findings yet; mend it and run this again")
    return 3 if report.troubles else 0


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _looked_at(report: ScanReport, paths: Sequence[str]) -> Callable[[str], bool]:
    """Whether a scan of these paths saw a file as it is now: it was read, or it is no longer there."""
    read = {record.path for record in report.sources if record.status is SourceStatus.READ}
    scopes = [os.path.realpath(path) for path in paths]

    def looked_at(file: str) -> bool:
        absolute = os.path.join(os.path.realpath(report.root), file)
        inside = any(absolute == scope or absolute.startswith(scope.rstrip(os.sep) + os.sep) for scope in scopes)
        return inside and (file in read or not os.path.exists(absolute))

    return looked_at


def _steps(path: Sequence[str]) -> str:
    return f" at {json.dumps('.'.join(path), ensure_ascii=False)[1:-1]}" if path else ""
