"""The command group: knows the names of all commands, and imports only the one that runs."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from iacgate import __version__
from iacgate.cli.entry import COMMANDS
from iacgate.errors import did_you_mean

ARGUMENTS = "iacgate.arguments"
"""Where a context's ``meta`` keeps the command line: click tells options of two kinds in no common order."""

EPILOG = """\b
Examples:
  iacgate scan                       the current folder
  iacgate scan plan.json deploy/     a Terraform plan and a folder of manifests
  iacgate scan -o sarif=out.sarif    a report for code scanning, text on the terminal
  iacgate init                       adopt: settings that warn first, and a baseline
  iacgate explain k8s-privileged-container

Exit codes: 0 open, 1 closed, 2 usage or settings, 3 incomplete, 70 a bug of iacgate, 130 interrupted."""


class ReaderGone(Exception):  # noqa: N818  (nobody erred)
    """Whoever read standard output went away (``| head``). No ``OSError``: of those click makes exit 1, "closed"."""


class LazyGroup(click.Group):
    """A group whose commands live in modules of their own, imported when used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  (click's signature)
        if cmd_name not in COMMANDS:
            return None
        command: Any = import_module(f"iacgate.cli.{cmd_name}").command
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and name not in COMMANDS and not name.startswith("-"):
            raise click.UsageError(_unknown(name), ctx)
        ctx.meta[ARGUMENTS] = tuple(args)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and deliver what it printed before anything is said of its success."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            raise ReaderGone from None
        return result

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  (click's signature)
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _unknown(name: str) -> str:
    """For a misspelt command, the nearest one; for a path, the command the user most likely left out."""
    import os

    if os.path.exists(name):
        return f"no command {name!r}: to scan it, type `iacgate scan {name}`"
    return f"no command {name!r}: {did_you_mean(name, COMMANDS, '`iacgate --help` lists them')}"


def build() -> click.Group:
    """The command line of iacgate."""
    return LazyGroup(
        name="iacgate",
        help="One gate for infrastructure as code: Terraform plans and source, Kubernetes manifests, Dockerfiles.",
        epilog=EPILOG,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        params=[click.Option(["-V", "--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version,
                             help="Print the version and exit.")],
    )  # fmt: skip


def _version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001  (click's signature)
    if value:
        click.echo(f"iacgate {__version__}")
        ctx.exit(0)
