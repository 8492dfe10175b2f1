"""The line of progress: on a terminal only, after a while only, gone at the end, with nothing a terminal would obey."""

from __future__ import annotations

import io
import os
import subprocess

import pytest

from iacgate.cli.progress import INTERVAL_SECONDS, PATIENCE_SECONDS, Progress


@pytest.fixture
def clock(monkeypatch):
    """A clock that moves when told."""
    now = [100.0]
    monkeypatch.setattr("iacgate.cli.progress.time.monotonic", lambda: now[0])
    return now


def test_silent_at_first_then_at_most_ten_times_a_second_and_gone_at_the_end(clock):
    stream = io.StringIO()
    progress = Progress(stream)
    progress(1, 9, "a.tf")
    assert stream.getvalue() == ""
    clock[0] += PATIENCE_SECONDS
    progress(2, 9, "b.tf")
    progress(3, 9, "c.tf")
    assert stream.getvalue() == "\r\x1b[K     2/9 b.tf"
    clock[0] += INTERVAL_SECONDS
    progress(4, 9, "d.tf")
    progress.clear()
    assert stream.getvalue().endswith("     4/9 d.tf\r\x1b[K")


def test_nothing_to_clear_when_nothing_was_shown(clock):
    stream = io.StringIO()
    Progress(stream).clear()
    assert stream.getvalue() == ""


def test_name_of_a_file_cannot_talk_to_the_terminal(clock):
    stream = io.StringIO()
    progress = Progress(stream)
    clock[0] += 1
    progress(1, 1, "a\x1b]0;owned\x07\n\r.tf")
    assert stream.getvalue().removeprefix("\r\x1b[K").isprintable()


SLOW_CLOCK = """
import sys, time
from iacgate.cli import progress
progress.PATIENCE_SECONDS = 0
from iacgate.cli.entry import run
sys.exit(run(["scan", *sys.argv[1:]]))
"""


def on_terminal(words, folder, environment, *given: str) -> tuple[bytes, bytes]:
    """Standard output through a pipe, standard error on a terminal."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [words[0], "-c", SLOW_CLOCK, *given], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=theirs
    )
    out, _ = process.communicate(timeout=60)
    os.close(theirs)
    seen = b""
    try:
        while chunk := os.read(ours, 65536):
            seen += chunk
    except OSError:
        pass  # the other end is closed: how Linux tells the end of a terminal
    os.close(ours)
    return out, seen


def test_shown_on_a_terminal_and_cleared(pod, words, outside):
    out, seen = on_terminal(words, pod, outside())
    assert b"0/1 pod.yaml" in seen
    assert b"\x1b[K" in seen.split(b"pod.yaml")[-1]
    assert b"\x1b" not in out, "standard output is no terminal here"


def test_not_shown_when_quiet(pod, words, outside):
    assert on_terminal(words, pod, outside(), "-q") == (b"", b"")


def test_not_shown_where_there_is_no_terminal(pod, words, outside):
    done = subprocess.run([words[0], "-c", SLOW_CLOCK], cwd=pod, env=outside(), capture_output=True, check=False)
    assert b"\x1b" not in done.stdout + done.stderr
    assert b"0/1" not in done.stderr
