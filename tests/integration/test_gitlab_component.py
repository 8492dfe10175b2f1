"""``templates/iacgate.yml``: its shape, and real pipelines run by gitlab-ci-local with the shell executor."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "templates/iacgate.yml"
VERSION = "4.70.1"
"""Of gitlab-ci-local; later ones need a newer Node.js."""
REPORTS = {"iacgate-junit.xml", "gl-code-quality-report.json", "iacgate.env", "iacgate.json"}
BAD_POD = """\
apiVersion: v1
kind: Pod
metadata: {name: app, namespace: prod}
spec:
  containers:
    - name: app
      image: registry.example.com/app:1.2.3
      securityContext: {privileged: true}
"""
GOOD = 'resource "aws_sqs_queue" "q" {\n  name = "q"\n  kms_master_key_id = "alias/q"\n}\n'


def parts() -> tuple[dict, str]:
    """The component's inputs, and the text of its configuration."""
    head, _, body = TEMPLATE.read_text().partition("\n---\n")
    return yaml.safe_load(head)["spec"]["inputs"], body


def interpolated(**given: str) -> dict:
    """The configuration with every input put in."""
    inputs, body = parts()
    values = {name: spec.get("default") for name, spec in inputs.items()} | given

    def put_in(node):
        if isinstance(node, dict):
            return {put_in(key): put_in(value) for key, value in node.items()}
        if isinstance(node, list):
            return [put_in(item) for item in node]
        whole = re.fullmatch(r"\$\[\[ inputs\.([\w-]+) \]\]", node) if isinstance(node, str) else None
        if whole:
            return values[whole[1]]
        return (
            re.sub(r"\$\[\[ inputs\.([\w-]+) \]\]", lambda m: str(values[m[1]]), node)
            if isinstance(node, str)
            else node
        )

    return put_in(yaml.safe_load(body))


def test_component_follows_the_official_schema(schemas):
    jsonschema.validate(interpolated(), json.loads((schemas / "gitlab/gitlab-ci.json").read_text()))


def test_every_input_is_described_has_a_default_and_is_used():
    inputs, body = parts()
    assert [name for name, spec in inputs.items() if not spec.get("description") or "default" not in spec] == []
    assert set(re.findall(r"\$\[\[ inputs\.([\w-]+) \]\]", body)) == set(inputs)


def test_inputs_reach_the_script_as_variables_only():
    job = interpolated()["iacgate"]
    raw = yaml.safe_load(parts()[1])["$[[ inputs.job-name ]]"]
    assert "$[[" not in json.dumps([raw["script"], raw["before_script"]])
    assert all(isinstance(value, str) for value in job["variables"].values())


def test_reports_are_kept_whatever_the_verdict():
    artifacts = interpolated()["iacgate"]["artifacts"]
    assert artifacts["when"] == "always"
    assert {*artifacts["paths"], *artifacts["reports"].values()} == REPORTS
    assert artifacts["reports"]["junit"].endswith(".xml")


@pytest.fixture(scope="session")
def gitlab_ci_local(one_at_a_time) -> Path:
    """The program, from the npm registry; kept between runs outside of the project."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed: no gitlab-ci-local")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "iacgate-tests"
    folder = cache / f"gitlab-ci-local-{VERSION}"
    program = folder / "node_modules/.bin/gitlab-ci-local"
    folder.mkdir(parents=True, exist_ok=True)
    with one_at_a_time(folder / "lock"):
        if not program.exists():
            command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder)]
            done = subprocess.run(
                [*command, f"gitlab-ci-local@{VERSION}"], capture_output=True, text=True, check=False, timeout=120
            )
            if done.returncode:
                pytest.skip(f"gitlab-ci-local cannot be installed: {done.stderr[-300:]}")
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    if answer.returncode:
        pytest.skip(f"gitlab-ci-local does not run here: {answer.stderr[-300:]}")
    return program


class Pipeline:
    """A GitLab project that includes the component, and its pipeline."""

    def __init__(self, folder: Path, program: Path) -> None:
        self.folder = folder / "project"
        self.program = program
        self.bin = folder / "bin"
        self.folder.mkdir()
        self.bin.mkdir()
        self._script("iacgate", f'export PYTHONPATH="{ROOT}"\nexec "{sys.executable}" -m iacgate.cli.entry "$@"')
        if shutil.which("rsync") is None:
            stand_in = Path(__file__).with_name("rsync_stand_in.py")
            self._script("rsync", f'exec "{sys.executable}" "{stand_in}" "$@"')
        shutil.copy(TEMPLATE, self.folder / "component.yml")

    def _script(self, name: str, text: str) -> None:
        (self.bin / name).write_text(f"#!/bin/sh\n{text}\n")
        (self.bin / name).chmod(0o755)

    def run(self, files: dict[str, str], **inputs: object) -> subprocess.CompletedProcess[str]:
        for name, text in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text)
        given = {"install": "", **{name.replace("_", "-"): value for name, value in inputs.items()}}
        include = {"local": "component.yml", "inputs": given}
        (self.folder / ".gitlab-ci.yml").write_text(yaml.safe_dump({"stages": ["test", "gate"], "include": [include]}))
        left_out = ("GITHUB_", "GITLAB_", "CI", "IACGATE_", "GIT_", "PYTHON", "NO_COLOR", "FORCE_COLOR")
        environment = {key: value for key, value in os.environ.items() if not key.startswith(left_out)} | {
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
        }
        identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
        commands = [
            ["git", "init", "-q", "-b", "main"],
            ["git", "add", "-A"],
            ["git", *identity, "commit", "-q", "--allow-empty", "-m", "change"],
            ["git", "remote", "add", "origin", "git@gitlab.example.com:acme/shop.git"],
            [str(self.program), "--force-shell-executor", "--shell-isolation", "--home", str(self.bin / "home")],
        ]
        for command in commands:
            done = subprocess.run(
                command, cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                check=False, timeout=120,
            )  # fmt: skip
        return done

    def artifact(self, name: str) -> Path:
        """A file the job left: this runner uploads paths and dotenv, other reports stay where the job ran."""
        found = list((self.folder / ".gitlab-ci-local").rglob(name))
        assert found, f"no artifact {name}"
        return found[0]


@pytest.fixture
def pipeline(tmp_path, gitlab_ci_local):
    return Pipeline(tmp_path, gitlab_ci_local)


def test_job_fails_on_a_bad_repository_and_keeps_its_reports(pipeline):
    done = pipeline.run({"deploy/app.yaml": BAD_POD}, stage="gate")
    assert done.returncode != 0, done.stdout
    assert "critical[k8s-privileged-container]" in done.stdout
    assert "gate closed (exit 1)" in done.stdout
    junit = ET.parse(pipeline.artifact("iacgate-junit.xml")).getroot()
    assert any("k8s-privileged-container" in case.get("name") for case in junit.iter("testcase") if len(case))
    quality = json.loads(pipeline.artifact("gl-code-quality-report.json").read_text())
    assert ("k8s-privileged-container", "deploy/app.yaml") in {
        (e["check_name"], e["location"]["path"]) for e in quality
    }
    assert len({entry["fingerprint"] for entry in quality}) == len(quality)
    assert json.loads(pipeline.artifact("iacgate.json").read_text())["exit_code"] == 1
    values = dotenv(pipeline.artifact("iacgate.env"))
    assert values["IACGATE_EXIT_CODE"] == "1"
    assert int(values["IACGATE_CRITICAL"]) >= 1


def dotenv(file: Path) -> dict[str, str]:
    """The variables of a file that keeps to GitLab's limits."""
    data = file.read_bytes()
    lines = data.decode().splitlines()
    assert len(data) <= 5 * 1024
    assert len(lines) <= 20
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9_]+=[^\n]*", line)] == []
    return dict(line.split("=", 1) for line in lines)


def test_job_passes_on_a_good_repository(pipeline):
    done = pipeline.run({"queue.tf": GOOD})
    assert done.returncode == 0, done.stdout
    assert dotenv(pipeline.artifact("iacgate.env"))["IACGATE_EXIT_CODE"] == "0"
    assert json.loads(pipeline.artifact("gl-code-quality-report.json").read_text()) == []


def test_closed_gate_that_may_fail_does_not_stop_the_pipeline(pipeline):
    done = pipeline.run({"app.yaml": BAD_POD}, allow_failure=True, job_name="infrastructure")
    assert done.returncode == 0, done.stdout
    assert "infrastructure" in done.stdout
    assert json.loads(pipeline.artifact("iacgate.json").read_text())["gate"] == "closed"


def test_paths_and_options_reach_the_scan(pipeline):
    files = {"a/app.yaml": BAD_POD, "b/queue.tf": GOOD, "c/queue.tf": GOOD.replace('"q" {', '"r" {')}
    done = pipeline.run(files, paths="b c", options="--ruleset strict --environment prod")
    assert done.returncode == 0, done.stdout
    report = json.loads(pipeline.artifact("iacgate.json").read_text())
    assert {source["path"] for source in report["sources"] if source["status"] == "read"} == {
        "b/queue.tf",
        "c/queue.tf",
    }


def test_what_cannot_be_read_fails_the_job(pipeline):
    done = pipeline.run({"queue.tf": 'resource "a" "b" {\n'})
    assert done.returncode != 0
    assert json.loads(pipeline.artifact("iacgate.json").read_text())["gate"] == "incomplete"
