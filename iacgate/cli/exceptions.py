"""``iacgate exceptions``: list, check and add agreed exceptions."""

from __future__ import annotations

import json
import os
import re
import sys
from datetime import date, timedelta
from typing import Any

import click

from iacgate.cli.options import DayType, note, request_from, with_options
from iacgate.config import check_exception_names, check_setting_names, load_exceptions, read_exceptions
from iacgate.errors import CommandError, IacgateError
from iacgate.model import RuleNames, Settings, Waiver
from iacgate.model.dataclass import replace

DEFAULT_FILE = "exceptions.yaml"

PLACE_OPTIONS = [
    click.option("--config", metavar="FILE", help="Settings file, instead of the one that is found."),
    click.option("--file", "-f", "exceptions", metavar="FILE", help="Exceptions file, instead of the settings'."),
    click.option("--today", metavar="DATE", type=DayType(), help="Judge as of this day."),
]


@click.group("exceptions")
def command() -> None:
    """List, check or add exceptions: agreed, owned and dated permission for findings."""


@command.command("list")
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@with_options(PLACE_OPTIONS)
def list_all(output: str, **values: Any) -> int:
    """Print every exception with its owner, its last day and where it holds."""
    settings, waivers, today = _loaded(values)
    rows = [_row(waiver, today, settings.exceptions.announce_days) for waiver in waivers]
    if output == "json":
        json.dump({"schema_version": 1, "exceptions": rows}, sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
        return 0
    for row in rows:
        click.echo(f"{row['id']}  {row['status']}, last day {row['expires']}, owner {row['owner']}")
        click.echo(f"    {', '.join(row['rules'])}: {row['reason']}")
        for word, patterns in row["match"].items():
            click.echo(f"    {word}: {', '.join(patterns)}")
    click.echo("no exceptions" if not rows else f"{len(rows)} exception{'' if len(rows) == 1 else 's'}")
    return 0


@command.command("lint")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@with_options(PLACE_OPTIONS)
def lint(paths: tuple[str, ...], **values: Any) -> int:
    """Check the settings, the exceptions and your own rules without scanning anything.

    PATH is a folder or a file: the settings that hold there are checked, each settings file once. Without PATH the
    current folder's.
    """
    seen = set()
    for path in paths or (".",):
        settings, waivers, today = _loaded(values, path)
        if settings.file not in seen:
            seen.add(settings.file)
            _lint_one(settings, waivers, today, values)
    return 0


def _lint_one(settings: Settings, waivers: tuple[Waiver, ...], today: date, values: dict[str, Any]) -> None:
    names = _names(settings, values)
    check_setting_names(settings, names)
    check_exception_names(waivers, names)
    for waiver in waivers:
        row = _row(waiver, today, settings.exceptions.announce_days)
        if row["status"] != "live":
            note(f"{waiver.location}: exception {waiver.id} is {row['status']}, last day {waiver.expires}")
    click.echo(f"settings: {settings.file or 'defaults'}; exceptions: {len(waivers)}; nothing wrong")


@command.command("add")
@click.option("--rule", "rules", metavar="ID", multiple=True, required=True, help="Rule id, alias or glob.")
@click.option("--resource", "resources", metavar="ADDRESS", multiple=True, help="Address; * and ? are wildcards.")
@click.option("--path", "paths", metavar="GLOB", multiple=True, help="Glob from the repository's top.")
@click.option("--namespace", "namespaces", metavar="NAME", multiple=True)
@click.option("--environment", "environments", metavar="NAME", multiple=True)
@click.option("--for-owner", "owners", metavar="NAME", multiple=True, help="Findings of this owner.")
@click.option("--reason", metavar="TEXT", required=True)
@click.option("--owner", metavar="NAME", required=True, help="Who answers for the exception.")
@click.option("--expires", metavar="DATE", type=DayType(), help="The last day; or use --days.")
@click.option("--days", metavar="N", type=click.IntRange(0), help="The last day, counted from today.")
@click.option("--id", "identifier", metavar="ID", help="Its name; the next free EXC-YEAR-NUMBER when not given.")
@click.option("--approved-by", metavar="NAME")
@click.option("--ticket", metavar="TICKET")
@with_options(PLACE_OPTIONS)
def add(expires: date | None, days: int | None, identifier: str | None, **values: Any) -> int:
    """Add one exception to the end of the file; what is there stays as it is."""
    entry_keys = ("rules", "reason", "owner", "approved_by", "ticket")
    scope_words = ("resources", "paths", "namespaces", "environments", "owners")
    entry = {key: values.pop(key) for key in entry_keys}
    match = {word: patterns for word in scope_words if (patterns := values.pop(word))}
    settings, waivers, today = _loaded(values, may_be_absent=True)
    entry["expires"] = _last_day(expires, days, today)
    entry["id"] = identifier or _free_id(waivers, today)
    target = _target(settings)
    before = _text(target)
    after = appended(before, entry, match, waivers)
    shown = os.path.relpath(target).replace(os.sep, "/")
    _check(after, shown, settings, today, values, before)
    with open(target, "w", encoding="utf-8", newline="") as stream:
        stream.write(after)
    note(f"{shown}: exception {entry['id']} added, last day {entry['expires']}")
    if not settings.exceptions.file:
        note(f"add `exceptions: {{file: {shown}}}` to {settings.file or 'iacgate.yaml'}, so that scans know it")
    return 0


def appended(text: str, entry: dict[str, Any], match: dict[str, tuple[str, ...]], waivers: tuple[Waiver, ...]) -> str:
    """The text of the file with one entry more at its end, indented as its first."""
    indent = _indent(text, waivers)
    body = re.sub(r"(?m)^exceptions:[ \t]*\[[ \t]*\][ \t]*(#.*)?$", "exceptions:", text)
    if not re.search(r"(?m)^exceptions:", body):
        body = f"{body.rstrip()}\nexceptions:\n".lstrip("\n")
    if body and not body.endswith("\n"):
        body += "\n"
    lines = [f"id: {_scalar(entry['id'])}", f"rules: {_flow(entry['rules'])}"]
    lines.append(f"match: {{{', '.join(f'{word}: {_flow(patterns)}' for word, patterns in match.items())}}}")
    lines += [f"{key}: {_scalar(entry[key])}" for key in ("reason", "owner", "approved_by", "ticket") if entry[key]]
    lines.append(f"expires: {entry['expires']}")
    return body + f"{indent}- " + f"\n{indent}  ".join(lines) + "\n"


def _indent(text: str, waivers: tuple[Waiver, ...]) -> str:
    """The blanks before the dash of the first exception."""
    first = waivers[0].location if waivers else None
    for line in reversed(text.splitlines()[: first.line] if first else []):
        if dash := re.match(r"( *)-(?=\s|$)", line):
            return dash[1]
    return "  "


def _scalar(text: str) -> str:
    """Text as YAML: bare where nothing else could be meant."""
    bare = re.fullmatch(r"[A-Za-z][\w./@-]*( [\w./@-]+)*", text, re.ASCII)
    words = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
    return text if bare and text.lower() not in words else json.dumps(text, ensure_ascii=False)


def _flow(texts: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_scalar, texts))}]"


def _check(after: str, shown: str, settings: Settings, today: date, values: dict[str, Any], before: str) -> None:
    """Read the new file back before it is written: what would not load is not written."""
    count = len(read_exceptions(before.encode(), shown, today, settings.exceptions.max_days))
    waivers = read_exceptions(after.encode(), shown, today, settings.exceptions.max_days)
    if len(waivers) != count + 1:
        raise CommandError(f"cannot add to the end of {shown}", "let `exceptions:` be the last key of the file")
    check_exception_names(waivers[-1:], _names(settings, values))


def _last_day(expires: date | None, days: int | None, today: date) -> date:
    if (expires is None) == (days is None):
        raise CommandError("an exception needs a last day", "give --expires DATE or --days N")
    return expires if expires is not None else today + timedelta(days=days or 0)


def _free_id(waivers: tuple[Waiver, ...], today: date) -> str:
    prefix = f"EXC-{today.year}-"
    numbers = [int(found[1]) for waiver in waivers if (found := re.fullmatch(rf"{prefix}(\d{{1,9}})", waiver.id))]
    return f"{prefix}{max(numbers, default=0) + 1:03}"


def _target(settings: Settings) -> str:
    return settings.resolve(settings.exceptions.file or DEFAULT_FILE)


def _text(target: str) -> str:
    try:
        with open(target, encoding="utf-8", newline="") as stream:
            return stream.read()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as broken:
        raise CommandError(f"cannot read {target}: {broken}") from None


def _loaded(
    values: dict[str, Any], path: str = ".", *, may_be_absent: bool = False
) -> tuple[Settings, tuple[Waiver, ...], date]:
    """The settings that hold at a path, their exceptions and the day; with ``may_be_absent`` a file that is not there
    holds none."""
    from iacgate.pipeline import settings_of

    request = request_from(dict(values))
    settings = settings_of((path,), request)
    if request.exceptions is not None:
        named = os.path.join(request.cwd, request.exceptions)
        settings = replace(settings, exceptions=replace(settings.exceptions, file=named))
    if may_be_absent and not os.path.exists(_target(settings)):
        return settings, (), request.today
    if may_be_absent and not settings.exceptions.file:
        data = _text(_target(settings)).encode()
        return settings, read_exceptions(data, DEFAULT_FILE, request.today, settings.exceptions.max_days), request.today
    return settings, load_exceptions(settings, request.today, os.getcwd()), request.today


def _names(settings: Settings, values: dict[str, Any]) -> RuleNames:
    """The rules that exist, the team's own too. Raises ``PolicyError`` for a pack that does not load."""
    from iacgate.pipeline import load_native_rules, rule_names

    return rule_names(load_native_rules(settings, request_from(dict(values))))


def _row(waiver: Waiver, today: date, announce_days: int) -> dict[str, Any]:
    return {
        "id": waiver.id,
        "status": _status(waiver, today, announce_days),
        "rules": list(waiver.rules),
        "match": {word: list(patterns) for word, patterns in waiver.match.items()},
        "reason": waiver.reason,
        "owner": waiver.owner,
        "approved_by": waiver.approved_by,
        "ticket": waiver.ticket,
        "expires": str(waiver.expires),
        "location": str(waiver.location),
    }


def _status(waiver: Waiver, today: date, announce_days: int) -> str:
    if waiver.expires is None:
        raise IacgateError(f"exception {waiver.id} has no last day")
    days = (waiver.expires - today).days
    return "expired" if days < 0 else "expiring" if days <= announce_days else "live"
