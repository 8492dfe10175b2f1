"""``iacgate completion``: scripts that their shells accept, and words that fit."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from iacgate.cli.entry import COMMANDS, run

SHELLS = ("bash", "zsh", "fish")


@pytest.mark.parametrize("shell", SHELLS)
def test_script_is_one_the_shell_accepts(shell, capsys, tmp_path):
    assert run(["completion", shell]) == 0
    script = tmp_path / "script"
    script.write_text(capsys.readouterr().out)
    assert "_IACGATE_COMPLETE" in script.read_text()
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    done = subprocess.run([program, "-n", str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def completed(iacgate, line: str) -> list[str]:
    words = line.split(" ")
    env = {"_IACGATE_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    return [item.partition(",")[2] for item in iacgate(env=env).stdout.splitlines()]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("iacgate ", set(COMMANDS)),
        ("iacgate sc", {"scan", "schema"}),
        ("iacgate baseline ", {"create", "update", "show"}),
        ("iacgate scan --fail-on h", {"high"}),
        ("iacgate scan --color ", {"auto", "always", "never"}),
        ("iacgate completion ", set(SHELLS)),
    ],
)
def test_words_that_fit_are_offered(line, offered, iacgate):
    assert set(completed(iacgate, line)) == offered


def test_options_are_offered(iacgate):
    assert {"--fail-on", "--fail-if-empty"} <= set(completed(iacgate, "iacgate scan --fail"))


def test_help_says_how_to_install(capsys):
    run(["completion", "--help"])
    text = capsys.readouterr().out
    assert all(f"iacgate completion {shell} >" in text for shell in SHELLS)
