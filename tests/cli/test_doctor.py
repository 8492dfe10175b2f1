"""``iacgate doctor``: what it says, and what it must not."""

from __future__ import annotations

from iacgate import __version__
from iacgate.cli.entry import run


def test_says_what_is_installed_and_what_was_found(pod, capsys):
    (pod / "main.tf").write_text('resource "aws_vpc" "a" {\n')
    (pod / "iacgate.yaml").write_text("maturity: 1\n")
    assert run(["doctor"]) == 0
    out = capsys.readouterr().out
    for said in (
        f"iacgate {__version__}",
        "click ",
        "pyyaml ",
        "git: ",
        "settings: iacgate.yaml",
        "maturity: 1",
        "1 Pod",
    ):
        assert said in out
    assert "main.tf" in out, "what cannot be read is named"


def test_prints_nothing_of_what_the_files_hold(pod, capsys):
    (pod / "secret.tf").write_text('locals {\n  token = "hunter2-hunter2"\n}\n')
    run(["doctor"])
    assert "hunter2" not in capsys.readouterr().out


def test_programs_that_are_not_there_say_what_they_would_be_for(pod, capsys, monkeypatch):
    monkeypatch.setenv("PATH", str(pod))
    assert run(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "helm: not on PATH (renders charts" in out


def test_program_that_fails_or_is_silent_stops_nothing(pod, capsys, monkeypatch):
    for name, script in (("helm", "exit 3"), ("terraform", "kill -9 $$")):
        (pod / name).write_text(f"#!/bin/sh\n{script}\n")
        (pod / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{pod}:/bin:/usr/bin")
    assert run(["doctor"]) == 0
    assert "helm: no version" in capsys.readouterr().out


def test_settings_that_do_not_load_are_usage(pod, capsys):
    (pod / "iacgate.yaml").write_text("maturty: 1\n")
    assert run(["doctor"]) == 2
    assert "iacgate.yaml:1" in capsys.readouterr().err
