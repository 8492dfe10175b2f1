"""What the integration tests share: the command as its own process, and real git repositories."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}
"""A git that asks nobody who they are, and reads no settings of this machine."""


def plain_environment(**more: str) -> dict[str, str]:
    """This environment without what a CI system or a terminal would have put in, and with the project on the path."""
    left_out = ("GITHUB_", "GITLAB_", "CI", "IACGATE_", "NO_COLOR", "FORCE_COLOR", "PRE_COMMIT", "GIT_", "PYTHON")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(left_out)}
    return {**kept, "PYTHONPATH": str(ROOT), **IDENTITY, **more}


@pytest.fixture(scope="session")
def one_at_a_time():
    """``with one_at_a_time(file):`` lets one of the test workers in, the others wait."""

    @contextmanager
    def locked(file: Path):
        import fcntl

        with file.open("w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield

    return locked


@pytest.fixture
def iacgate(tmp_path):
    """Run ``iacgate WORDS`` as a process of its own."""

    def run(*words: str, cwd: Path | None = None, env: dict[str, str] | None = None, **more):
        command = [sys.executable, "-m", "iacgate.cli.entry", *map(str, words)]
        given = {"cwd": cwd or tmp_path, "env": plain_environment(**(env or {})), "capture_output": True}
        return subprocess.run(command, check=False, **{**given, "text": True, "encoding": "utf-8", **more})

    return run


@pytest.fixture
def git():
    """Run ``git WORDS`` in a folder; its standard output."""

    def run(folder: Path, *words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=folder, env=plain_environment(), capture_output=True, text=True, check=True
        )
        return done.stdout

    return run
