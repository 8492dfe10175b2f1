"""The edge of the command line: what is said of a mistyped word, of our own bugs, of interrupts and closed pipes."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest

from iacgate import __version__
from iacgate.cli import entry
from iacgate.cli.entry import COMMANDS, run


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_version_is_told_without_the_command_line_library(iacgate, option):
    done = iacgate(option)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"iacgate {__version__}\n", "")
    script = f"import sys; from iacgate.cli.entry import main\ntry: main([{option!r}])\nexcept SystemExit: pass\n"
    script += "print(sorted({'click', 'yaml', 'pydantic', 'json'} & set(sys.modules)))"
    env = {**os.environ, "PYTHONPATH": str(entry.__file__).removesuffix("/iacgate/cli/entry.py")}
    done = subprocess.run(
        [entry.sys.executable, "-c", script], capture_output=True, text=True, check=True, env=env, cwd="/"
    )
    assert done.stdout.splitlines()[-1] == "[]"


USAGE = [
    (["scn"], "no command 'scn': did you mean 'scan'?"),
    (["xyzzy"], "no command 'xyzzy'"),
    (["pod.yaml"], "no command 'pod.yaml': to scan it, type `iacgate scan pod.yaml`"),
    (["scan", "--rulez"], "no such option '--rulez'"),
    (["scan", "--rulez"], "did you mean --rule?"),
    (["scan", "-o", "jsno"], "did you mean 'json'?"),
    (["scan", "-o", "gitlab"], "unknown output format 'gitlab'"),
    (["scan", "-o", "json="], "-o json= names no file"),
    (["scan", "-o", "json", "-o", "sarif"], "json and sarif both go to standard output"),
    (["scan", "-o", "json", "-o", "sarif=-"], "give one a file: -o sarif=FILE"),
    (["scan", "--fail-on", "hihg"], "'hihg' is no severity: did you mean 'high'?"),
    (["scan", "--report-level", "terrible"], "use one of info, low, medium, high, critical"),
    (["scan", "--rule", "k8s-privilegd-container"], "did you mean 'k8s-privileged-container'?"),
    (["scan", "--ruleset", "strickt"], "did you mean 'strict'?"),
    (["scan", "--maturity", "9"], "9 is not in the range 0<=x<=4"),
    (["scan", "--today", "tomorrow"], "'tomorrow' is no day: write it as 2027-01-31"),
    (["scan", "--var", "x"], "write it as --var name=value"),
    (["scan", "--junit-flavour", "gitlb"], "'gitlab', 'jenkins'"),
    (["scan", "--color", "sometimes"], "'auto', 'always', 'never'"),
    (["scan", "--config", "nope.yaml"], "nope.yaml"),
    (["scan", "--pack", "nope"], "nope"),
    (["scan", "--baseline", "nope.json"], "nope.json: no such baseline"),
    (["scan", "--exceptions", "nope.yaml"], "nope.yaml"),
    (["scan", "--break-glass", "T-1"], "--break-glass needs a reason"),
    (["scan", "podd.yaml"], "did you mean 'pod.yaml'?"),
    (["scan", "nowhere/at/all"], "nowhere/at/all: no such file or folder"),
    (["scan", "--changed-since", "HEAD"], "there is no git repository around"),
    (["explain", "k8s-privilegd-container"], "did you mean 'k8s-privileged-container'?"),
    (["explain"], "missing argument"),
    (["schema", "setings"], "'settings'"),
    (["completion", "powershell"], "'bash', 'zsh', 'fish'"),
]


@pytest.mark.parametrize(("words", "said"), USAGE, ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_what_is_not_there_is_usage_and_the_nearest_word_is_told(words, said, pod, capsys):
    assert run(words) == 2
    out, err = capsys.readouterr()
    assert said in err
    assert err.startswith("error: ")
    assert err.count("did you mean") <= 1
    assert out == ""


def test_a_bug_of_ours_is_told_shortly_and_without_values(pod, capsys, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("secret-value-of-a-file")

    monkeypatch.setattr("iacgate.pipeline.scan", broken)
    assert run(["scan", "pod.yaml"]) == 70
    err = capsys.readouterr().err
    assert "RuntimeError in " in err
    assert "--debug" in err
    assert f"iacgate {__version__}" in err
    assert "Traceback" not in err
    assert "secret-value" not in err
    assert len(err.splitlines()) <= 4


def test_debug_shows_where_a_bug_of_ours_is(pod, capsys, monkeypatch):
    monkeypatch.setattr("iacgate.pipeline.scan", lambda *_args: 1 / 0)
    assert run(["scan", "--debug", "pod.yaml"]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_message_of_many_lines_begins_none_of_them(capsys, monkeypatch):
    from iacgate.errors import CommandError

    def broken(*_args, **_kwargs):
        raise CommandError("a\n::error::b\r::error::c", "d\n::error::e")

    monkeypatch.setattr("iacgate.pipeline.scan", broken)
    assert run(["scan"]) == 2
    err = capsys.readouterr().err
    assert [line for line in err.splitlines() if line.strip().startswith("::")] == []
    assert "\r" not in err


CONTROLS = "\x1b[31m\x1b]0;title\x07\x08\x9b2J\u202e##vso[task.complete]"


@pytest.mark.parametrize(
    "words",
    [
        ["scan", f"nowhere{CONTROLS}"],
        [f"scn{CONTROLS}"],
        ["scan", f"--rulez{CONTROLS}"],
        ["scan", "--rule", f"k8s-privileged{CONTROLS}"],
        ["scan", "--config", f"none{CONTROLS}.yaml"],
        ["scan", "--fail-on", f"high{CONTROLS}"],
        ["scan", "-o", f"json{CONTROLS}"],
        ["explain", f"k8s-privileged-container{CONTROLS}"],
    ],
)
def test_words_of_the_user_repaint_no_terminal(words, pod, capsys):
    assert run(words) == 2
    err = capsys.readouterr().err
    assert err.startswith("error: ")
    assert [each for each in err if each != "\n" and not each.isprintable()] == []
    assert "##vso[" not in err


def test_names_in_settings_repaint_no_terminal(pod, capsys):
    (pod / "iacgate.yaml").write_text('"tiers\\e[31m": 1\n')
    assert run(["scan", "pod.yaml"]) == 2
    err = capsys.readouterr().err
    assert "\x1b" not in err
    assert "\\x1b" in err


def test_our_own_lines_stay_lines(capsys, monkeypatch):
    from iacgate.errors import CommandError

    def broken(*_args, **_kwargs):
        raise CommandError("ä\nb", "c\nd")

    monkeypatch.setattr("iacgate.pipeline.scan", broken)
    assert run(["scan"]) == 2
    assert capsys.readouterr().err == "error: ä\n  | b\n  help: c\n  help: d\n"


def test_bug_report_names_no_word_that_is_no_command(capsys, monkeypatch):
    monkeypatch.setattr("iacgate.cli.group.build", lambda: 1 / 0)
    assert run([CONTROLS]) == 70
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("iacgate.yaml", "a: " + "[" * 5000 + "]" * 5000),
        ("iacgate.yaml", "a: " + "{a: " * 5000 + "}" * 5000),
        ("pyproject.toml", "[tool.iacgate]\na = " + "[" * 5000 + "]" * 5000),
        ("iacgate.yaml", "exceptions: {file: deep.yaml}"),
        ("iacgate.yaml", "rules: {packs: [./deep]}"),
        ("iacgate.yaml", "a: [1"),
        ("pyproject.toml", "[tool.iacgate"),
    ],
)
def test_settings_that_do_not_read_say_what_to_do(pod, capsys, name, text):
    (pod / name).write_text(text)
    (pod / "deep").mkdir()
    for path in ("deep.yaml", "deep/rule.yaml"):
        (pod / path).write_text("id: " + "[" * 5000 + "]" * 5000)
    assert run(["scan", "--config", name, "pod.yaml"]) == 2
    err = capsys.readouterr().err
    assert "help: " in err
    assert "recursion" not in err


def test_interrupt_in_process_is_130(pod, capsys, monkeypatch):
    def interrupted(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("iacgate.pipeline.scan", interrupted)
    assert run(["scan"]) == 130
    assert capsys.readouterr().err.strip() == "interrupted"


def test_interrupt_by_signal_is_130(here, words, outside):
    """The process waits for its standard input when the signal comes."""
    process = subprocess.Popen(
        [*words, "scan", "-"],
        cwd=here,
        env=outside(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for_reading(process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err


def wait_for_reading(process: subprocess.Popen) -> None:
    """Until the process is blocked reading a pipe, as the system tells; else for two seconds."""
    for _ in range(100):
        time.sleep(0.1)
        try:
            with open(f"/proc/{process.pid}/wchan") as stream:
                if "pipe" in stream.read():
                    return
        except OSError:
            pass
        if process.poll() is not None:
            return
        try:
            with open(f"/proc/{process.pid}/syscall") as stream:
                if stream.read().startswith("0 0x0 "):
                    return
        except OSError:
            time.sleep(2)
            return


def test_reader_that_goes_away_gets_no_traceback(here, words, outside):
    text = "---\n".join(
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: app{n}}}\nspec: {{hostPID: true}}\n" for n in range(300)
    )
    (here / "pods.yaml").write_text(text)
    command = " ".join(f"'{word}'" for word in words) + " scan -o json pods.yaml | head -1"
    done = subprocess.run(
        ["bash", "-c", f'{command}; echo "${{PIPESTATUS[0]}}"'],
        cwd=here,
        env=outside(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["{", "141"]
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_closed_standard_output_is_no_bug_of_ours(pod, words, outside):
    done = subprocess.run(
        ["bash", "-c", " ".join(f"'{word}'" for word in words) + " scan pod.yaml >&-"],
        cwd=pod,
        env=outside(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "iacgate failed" not in done.stderr


def command_paths():
    import click

    from iacgate.cli.group import build

    pending = [((), build())]
    while pending:
        path, command = pending.pop()
        yield path
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                found = command.get_command(context, name)
                assert found is not None
                pending.append(((*path, name), found))


@pytest.mark.parametrize("path", list(command_paths()), ids=" ".join)
def test_help_of_every_command_says_what_it_does_in_plain_words(path, capsys):
    assert run([*path, "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"Usage: {' '.join(('iacgate', *path))}")
    body = text.split("\n\n")[1].strip()
    assert len(body) > 20
    assert body[0].isupper()
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(
    "path", [(), ("scan",), ("inventory",), ("query",), ("explain",), ("init",), ("schema",)], ids=" ".join
)
def test_help_of_what_people_type_first_shows_examples(path, capsys):
    run([*path, "--help"])
    text = capsys.readouterr().out
    examples = [line for line in text.splitlines() if line.strip().startswith(("iacgate ", "terraform "))]
    assert len(examples) >= 2, text


@pytest.mark.parametrize("path", [(), ("scan",)], ids=["iacgate", "scan"])
def test_help_names_the_exit_codes(path, capsys):
    run([*path, "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "0 open, 1 closed, 2 usage or settings, 3 incomplete" in text


def test_help_of_the_group_names_every_command(capsys):
    run(["--help"])
    text = capsys.readouterr().out
    assert [name for name, line in COMMANDS.items() if f"  {name}" not in text or line not in text] == []


def test_no_words_at_all_show_the_help(iacgate):
    done = iacgate()
    assert done.returncode == 2
    assert done.stderr.startswith("Usage: iacgate")
    assert "Examples:" in done.stderr


def test_only_the_command_that_runs_is_imported(words, outside, here):
    script = "import sys; from iacgate.cli.entry import run; run(['scan', '-q'])\n"
    script += (
        "print(sorted(name for name in sys.modules if name.startswith(('iacgate.cli', 'pydantic', 'hcl2', 'boto3'))))"
    )
    done = subprocess.run([words[0], "-c", script], cwd=here, env=outside(), capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1]
    assert "'iacgate.cli.scan'" in loaded
    assert not {"iacgate.cli.init", "iacgate.cli.doctor", "pydantic", "hcl2", "boto3"} & set(
        loaded.strip("[]").replace("'", "").split(", ")
    )
