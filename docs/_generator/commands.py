"""The command reference, from click's own description of each command."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from _generator import Undocumented, code, table
from iacgate.cli.group import build

SAID_HERE = {
    "--color": "Colours: on a terminal, always, never. `NO_COLOR` and `FORCE_COLOR` are honoured.",
    "--junit-flavour": "The reader of the JUnit report: what it shows as failed, skipped and error differs.",
    "--output": "The form of the answer.",
    "--namespace": "A Kubernetes namespace the exception is limited to; may be given many times.",
    "--environment": "An environment the exception is limited to; may be given many times.",
    "--reason": "Why.",
    "--approved-by": "Who agreed.",
    "--ticket": "Where it was agreed.",
}
"""Options whose help says nothing because their name says it all; the reference says a little more."""


def walk(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below a group with the words that call it, in the order of the help."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            continue
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from walk(command, (*path, name))


def commands_page() -> str:
    """One section for each command, with a table of its options. Raises :class:`Undocumented`."""
    root = build()
    missing: list[str] = []
    parts = [
        "# Commands and options",
        "",
        "Made from the commands themselves; `iacgate COMMAND --help` says the same.",
        "",
        table(["command", "what it does"], _summary(root)),
    ]
    for path, command in walk(root, ("iacgate",)):
        parts += _section(path, command, missing)
    if missing:
        raise Undocumented(missing)
    return "\n".join(parts)


def _summary(root: click.Group) -> Iterator[tuple[str, str]]:
    for path, command in walk(root, ("iacgate",)):
        anchor = "-".join(path)
        yield f"[{code(' '.join(path))}](#{anchor})", command.get_short_help_str(200)


def _section(path: tuple[str, ...], command: click.Command, missing: list[str]) -> Iterator[str]:
    words = " ".join(path)
    if not (command.help or "").strip():
        missing.append(f"command {words}")
    yield f"{'#' * len(path)} {words}"
    yield ""
    yield inspect.cleandoc(command.help or "")
    yield ""
    yield "```console"
    yield f"$ {words} {_usage(command)}".rstrip()
    yield "```"
    yield ""
    rows = [_option(words, parameter, missing) for parameter in command.params if isinstance(parameter, click.Option)]
    if rows:
        yield table(["option", "what it does"], rows)
    yield from _examples(command)


def _usage(command: click.Command) -> str:
    pieces = ["[OPTIONS]"] if any(isinstance(one, click.Option) for one in command.params) else []
    pieces += [one.make_metavar(click.Context(command)) for one in command.params if isinstance(one, click.Argument)]
    return " ".join([*pieces, *(["COMMAND"] if isinstance(command, click.Group) else [])])


def _option(words: str, option: click.Option, missing: list[str]) -> tuple[str, str]:
    names = codes_of(option)
    text = option.help or SAID_HERE.get(max(option.opts, key=len), "")
    if not text:
        missing.append(f"option {max(option.opts, key=len)} of {words}")
    if option.multiple and "many times" not in text:
        text += " May be given many times."
    if option.show_default and option.default:
        text += f" Default: {code(str(option.default))}."
    if option.required:
        text += " Required."
    return names, text


def codes_of(option: click.Option) -> str:
    """The option as it is typed, with what it takes."""
    spelled = ", ".join([*option.opts, *option.secondary_opts])
    takes = "" if option.is_flag else _metavar(option)
    return code(f"{spelled} {takes}".strip())


def _metavar(option: click.Option) -> str:
    if option.metavar:
        return option.metavar
    if isinstance(option.type, click.Choice):
        return f"[{'|'.join(map(str, option.type.choices))}]"
    if isinstance(option.type, click.IntRange):
        return f"{option.type.min}…{option.type.max}" if option.type.max is not None else "N"
    return "TEXT"


def _examples(command: click.Command) -> Iterator[str]:
    """The examples of the help's end, as a block to copy from."""
    lines = (command.epilog or "").replace("\b", "").splitlines()
    examples = [line.strip() for line in lines if line.startswith("  ")]
    rest = [line.strip() for line in lines if line.strip() and not line.startswith("  ") and not line.endswith(":")]
    if examples:
        yield from ("```text", *examples, "```", "")
    if rest:
        yield from (" ".join(rest), "")
