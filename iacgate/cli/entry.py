"""The edge: one command, its subcommands loaded when asked for, and the one place where errors become exit codes.

Exit codes (design): 0 open, 1 closed, 2 usage or configuration, 3 incomplete, 70 our bug, 130 interrupt.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Sequence

from iacgate import __version__

TYPE_CHECKING = False  # as typing has it: to import that takes longer than to print the version
if TYPE_CHECKING:
    from typing import Any, NoReturn

    import click

EXIT_USAGE = 2
EXIT_BUG = 70
EXIT_INTERRUPT = 130
YOUNG_OBJECTS = 50_000
"""How many new objects call for a search for garbage: what a scan makes stays, and looking through it finds nothing."""
MIDDLE_AGED = 1
"""The generation of objects that have outlived one search for garbage; 0 are the new ones."""

COMMANDS = {
    "scan": "Scan files and folders, and give one verdict",
    "init": "Write settings, and a baseline for a repository with a past",
    "explain": "What a rule means, and why it fires on a resource",
    "rules": "List, show, test and write rules",
    "inventory": "Print the resources as the gate sees them",
    "query": "Evaluate an expression on each resource",
    "baseline": "Create, update or show the baseline",
    "exceptions": "List, check or add exceptions",
    "schema": "Print the JSON Schema of a file we read or write",
    "doctor": "Say what is installed and what was found",
    "completion": "Print a completion script for your shell",
}
"""Every command with its one line, in the order of the help; the module is ``iacgate.cli.<name>``."""


def console() -> NoReturn:
    """The console script: a process of its own, left as soon as all is said.

    Taking apart what a large scan has made would take as long as judging it; the system does it at once.
    """
    gc.set_threshold(YOUNG_OBJECTS, 10, 10)
    gc.callbacks.append(_leave_what_stayed)
    try:
        code = _answer(sys.argv[1:])
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        code = _closed_pipe()
    except OSError:
        code = EXIT_BUG
    os._exit(code)


def _leave_what_stayed(phase: str, about: dict[str, int]) -> None:
    """What outlived two searches for garbage lives as long as the process: no later search walks it again.

    So the searches of a whole scan cost what was made, however much had been made before.
    """
    if phase == "stop" and about["generation"] >= MIDDLE_AGED:
        gc.freeze()


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The command in a process of somebody else's. Never returns: ``SystemExit`` carries the code of the run."""
    sys.exit(_answer(list(sys.argv[1:] if arguments is None else arguments)))


def _answer(words: list[str]) -> int:
    _speak_utf8()
    if words in (["--version"], ["-V"]):
        sys.stdout.write(f"iacgate {__version__}\n")
        return 0
    return run(words)


def _speak_utf8() -> None:
    """What we print is UTF-8 whatever the locale; a file name that is no text is spelled out.

    A standard stream that was closed (``>&-``) wants nothing: the exit code speaks alone.
    """
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  (for the life of the process)
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  (the same)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def run(words: list[str]) -> int:
    """Run one command line; the exit code. Errors are told on standard error, once, here."""
    from iacgate.cli.click_package import import_click

    import_click()
    import click

    from iacgate.cli.group import ReaderGone, build
    from iacgate.errors import IacgateError

    try:
        result = build().main(args=words, prog_name="iacgate", standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        return _interrupted()
    except click.exceptions.Exit as asked:
        return asked.exit_code
    except click.ClickException as error:
        return _usage(error)
    except IacgateError as error:
        _say("error", str(error), error.hint)
        return EXIT_USAGE
    except ReaderGone:
        return _closed_pipe()
    except Exception as error:  # noqa: BLE001  (the edge: whatever is left is our bug, told with what we need to mend it)
        return _bug(error, words)
    return result if isinstance(result, int) else 0


def _usage(error: click.ClickException) -> int:
    import click

    if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):  # told apart since click 8.2
        sys.stderr.write(f"{error.format_message()}\n")
        return EXIT_USAGE
    hint = ""
    if isinstance(error, click.NoSuchOption) and error.possibilities:
        hint = f"did you mean {error.possibilities[0]}?"
    elif isinstance(error, click.UsageError) and error.ctx is not None:
        hint = f"see `{error.ctx.command_path} --help`"
    message = error.format_message().split("\n")[0].removesuffix(".")
    if isinstance(error, click.NoSuchOption):
        message = f"no such option {error.option_name!r}"
    _say("error", message[:1].lower() + message[1:], hint)
    return EXIT_USAGE


def _say(kind: str, message: str, hint: str = "") -> None:
    """To standard error. Text may quote files: it repaints no terminal, and what has more lines than one cannot begin a
    line of its own (CI systems obey lines that begin like commands)."""
    from iacgate.cli.plain import shown

    lines = "\n  | ".join(map(shown, message.splitlines()))
    sys.stderr.write(f"{kind}: {lines}\n")
    for line in filter(None, hint.splitlines()):
        sys.stderr.write(f"  help: {shown(line)}\n")


def _interrupted() -> int:
    sys.stderr.write("interrupted\n")
    return EXIT_INTERRUPT


def _closed_pipe() -> int:
    """The reader went away (``| head``): not an error of ours, yet the verdict was not delivered."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 141


def _bug(error: Exception, words: list[str]) -> int:
    if "--debug" in words:
        import traceback

        traceback.print_exc()
    place = _innermost(error)
    _say(
        "error",
        f"iacgate failed: {type(error).__name__} in {place}",
        "this is our bug; run again with --debug and report it",
    )
    command = words[0] if words and words[0] in COMMANDS else ""
    sys.stderr.write(f"  iacgate {__version__}, Python {sys.version.split()[0]}, {sys.platform}, command: {command}\n")
    return EXIT_BUG


def _innermost(error: BaseException) -> str:
    """Module and line of the failure; never values, which might be secret."""
    trace: Any = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}" if trace is not None else "?"


if __name__ == "__main__":
    console()
