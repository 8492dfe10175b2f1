"""What the tests of the command line share: small inputs, and the command as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: app, namespace: prod}
spec:
  containers:
    - name: app
      image: registry.example.com/app:1.2.3
      securityContext: {privileged: true}
"""
GOOD = 'resource "aws_vpc" "a" {\n  cidr_block = "10.0.0.0/16"\n}\n'


def outside_environment(**more: str) -> dict[str, str]:
    """This environment without what a CI system or a terminal would have put in, and with the project on the path."""
    left_out = (
        "GITHUB_",
        "GITLAB_",
        "IACGATE_",
        "NO_COLOR",
        "FORCE_COLOR",
        "GIT_",
        "PYTHON",
        "COV_",
        "COVERAGE",
        "LC_",
    )
    kept = {key: value for key, value in os.environ.items() if not key.startswith(left_out)}
    git = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    return {**kept, "PYTHONPATH": str(ROOT), **git, **more}


@pytest.fixture
def words():
    """The command line of iacgate as this Python runs it."""
    return [sys.executable, "-m", "iacgate.cli.entry"]


@pytest.fixture
def outside():
    """The environment of a process that is not part of the tests."""
    return outside_environment


@pytest.fixture
def iacgate(tmp_path, words):
    """Run ``iacgate WORDS`` as a process of its own, in the test's folder."""

    def run(*given: str, env: dict[str, str] | None = None, **more):
        settings = {"cwd": tmp_path, "capture_output": True, "text": True, "encoding": "utf-8", "timeout": 120}
        environment = outside_environment(**(env or {}))
        return subprocess.run([*words, *map(str, given)], check=False, env=environment, **{**settings, **more})

    return run


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The test's folder as the current one, with nothing of the outside in the environment."""
    for name in ("GITHUB_ACTIONS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def pod(here):
    """A pod that blocks."""
    (here / "pod.yaml").write_text(POD)
    return here


@pytest.fixture
def good(here):
    """Terraform without a finding that blocks."""
    (here / "main.tf").write_text(GOOD)
    return here


@pytest.fixture
def git(tmp_path):
    """Run git in the test's folder."""

    def run(*given: str) -> str:
        identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main"]
        done = subprocess.run(
            ["git", *identity, *given],
            cwd=tmp_path,
            env=outside_environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    return run
