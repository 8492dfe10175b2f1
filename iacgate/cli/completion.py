"""``iacgate completion SHELL``: the script that makes a shell complete commands, options and rule ids."""

from __future__ import annotations

import click

from iacgate.errors import CommandError

HOW = {
    "bash": "iacgate completion bash > ~/.local/share/bash-completion/completions/iacgate",
    "zsh": "iacgate completion zsh > ~/.zfunc/_iacgate   (with ~/.zfunc in fpath)",
    "fish": "iacgate completion fish > ~/.config/fish/completions/iacgate.fish",
}

EPILOG = "\b\nTo install:\n" + "\n".join(f"  {line}" for line in HOW.values())


@click.command("completion", epilog=EPILOG)
@click.argument("shell", type=click.Choice(list(HOW)))
def command(shell: str) -> int:
    """Print a completion script for your shell."""
    from click.shell_completion import get_completion_class

    from iacgate.cli.group import build

    script = get_completion_class(shell)
    if script is None:
        raise CommandError(f"no completion for {shell}", f"use one of {', '.join(HOW)}")
    try:
        click.echo(script(build(), {}, "iacgate", "_IACGATE_COMPLETE").source())
    except RuntimeError as error:
        raise CommandError(str(error), "the script for this shell needs a newer version of it") from None
    return 0
