"""Options that several commands share, and how they become one :class:`~iacgate.pipeline.Request`.

This room alone looks at the environment, the clock and the terminal.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import click

from iacgate.cli.plain import shown
from iacgate.errors import CommandError, did_you_mean
from iacgate.model import Severity
from iacgate.pipeline import Request

F = TypeVar("F", bound=Callable[..., Any])

if TYPE_CHECKING:
    _OfSeverity = click.ParamType[Severity]
    _OfDay = click.ParamType[date]
else:  # generic only in recent versions of click
    _OfSeverity = _OfDay = click.ParamType


class SeverityType(_OfSeverity):
    """A severity, whatever its case."""

    name = "severity"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Severity:
        if isinstance(value, Severity):
            return value
        try:
            return Severity[str(value).upper()]
        except KeyError:
            self.fail(f"{value!r} is no severity: {_severity_hint(value)}", param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG002  (click's signature)
        from click.shell_completion import CompletionItem

        return [CompletionItem(str(item)) for item in Severity if str(item).startswith(incomplete.lower())]


class DayType(_OfDay):
    """A day as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day: write it as 2027-01-31", param, ctx)


def _severity_hint(value: object) -> str:
    words = [str(item) for item in Severity]
    return did_you_mean(str(value), words, f"use one of {', '.join(words)}")


INPUT_OPTIONS = [
    click.option("--config", metavar="FILE", help="Settings file, instead of the one that is found."),
    click.option("--no-config", is_flag=True, help="Read no settings file."),
    click.option("--exclude", metavar="GLOB", multiple=True, help="Leave out paths, relative to the repository's top."),
    click.option("--no-gitignore", is_flag=True, help="Scan what git ignores as well."),
    click.option("--var", "variables", metavar="NAME=VALUE", multiple=True, help="Terraform variable."),
    click.option("--var-file", "var_files", metavar="FILE", multiple=True, help="Terraform variables file."),
    click.option("--tf-env", is_flag=True, help="Read TF_VAR_NAME and TF_WORKSPACE from the environment."),
    click.option("--workspace", metavar="NAME", help="The Terraform workspace: terraform.workspace."),
    click.option("--source", metavar="DIR", help="The Terraform source a plan was made from, for exact places."),
    click.option(
        "--render",
        type=click.Choice(["auto", "never", "always"]),
        help="Render Helm charts and kustomizations with your own tools.",
    ),
]

RULE_OPTIONS = [
    click.option(
        "--ruleset",
        metavar="NAME",
        help="Rules to run: baseline, recommended (default), strict (all), a framework; several with commas.",
    ),
    click.option("--rule", "rules", metavar="ID", multiple=True, help="Run only these rules (id, alias or glob)."),
    click.option("--pack", "packs", metavar="DIR", multiple=True, help="A folder of your own rules."),
]


def with_options(options: list[Callable[[Any], Any]]) -> Callable[[F], F]:
    """Decorate a command with these options, shown in this order."""

    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def request_from(values: dict[str, Any], **more: Any) -> Request:
    """The request of a command's option values; options that were not given stay at their defaults."""
    given = {key: value for key, value in {**values, **more}.items() if value is not None and value != ()}
    assigned = _in_order(given.pop("variables", ()), given.pop("var_files", ()), _arguments())
    if given.pop("no_config", False):
        given["use_settings"] = False
    if given.pop("no_gitignore", False):
        given["use_gitignore"] = False
    if given.pop("tf_env", False):
        given["environment_variables"] = _of_terraform(os.environ)
        if os.environ.get("TF_WORKSPACE"):
            given.setdefault("workspace", os.environ["TF_WORKSPACE"])
    given.setdefault("today", date.today())  # noqa: DTZ011  (the user's own day: expiry dates are calendar days)
    return Request(cwd=working_folder(), assigned=assigned, **given)


def working_folder() -> str:
    """Where the command stands. Raises :class:`~iacgate.errors.CommandError` in a folder that was deleted meanwhile."""
    try:
        return os.getcwd()
    except OSError:
        raise CommandError(
            "the current folder is not there any more", "change to one that is, then run again"
        ) from None


def _arguments() -> Sequence[str]:
    """The command line, as the group keeps it."""
    from iacgate.cli.group import ARGUMENTS

    context = click.get_current_context(silent=True)
    return () if context is None else context.meta.get(ARGUMENTS, ())


def _in_order(variables: Sequence[str], files: Sequence[str], arguments: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Values and files of values in the order of the command line, in which later ones win; a file has no name."""
    values, named = [_assignment(item) for item in variables], [("", path) for path in files]
    flags = [item.partition("=")[0] for item in arguments]
    order = [flag for flag in flags if flag in {"--var", "--var-file"}]
    if order.count("--var") != len(values) or order.count("--var-file") != len(named):
        return (*named, *values)  # one of them is another option's value
    rest = {"--var": iter(values), "--var-file": iter(named)}
    return tuple(next(rest[flag]) for flag in order)


def _of_terraform(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that Terraform would read: ``TF_VAR_region`` gives ``region``."""
    prefix = "TF_VAR_"
    return {name.removeprefix(prefix): value for name, value in environment.items() if name.startswith(prefix)}


def _assignment(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise CommandError(f"--var {text!r}: no value", "write it as --var name=value")
    return name, value


def use_colour(choice: str, stream: Any) -> bool:
    """Whether to colour: as asked, else by ``NO_COLOR`` and ``FORCE_COLOR``, else only on a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return bool(stream.isatty()) and os.environ.get("TERM") != "dumb"


def terminal_width(stream: Any) -> int:
    """Columns of the terminal, or 100 where there is none; never so few that a frame cannot be drawn."""
    if not stream.isatty():
        return 100
    import shutil

    return max(60, min(shutil.get_terminal_size((100, 24)).columns, 160))


def note(text: str) -> None:
    """A remark on standard error; no line of it but the first begins as quoted text wants it to."""
    lines = "\n  | ".join(map(shown, text.splitlines()))
    sys.stderr.write(f"{lines}\n")
