"""``iacgate scan`` as people and pipelines run it: exit codes, reports, colours, standard input, focus."""

from __future__ import annotations

import csv
import ctypes
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from iacgate.cli.entry import run
from iacgate.outputs import FORMATS

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
BROKEN = 'resource "aws_vpc" "a" {\n'
EXCEPTIONS = """\
exceptions:
  - id: EXC-1
    rules: ["*"]
    match: {resource: "Pod prod/app"}
    reason: being replaced
    owner: team-a
    expires: 2027-01-31
"""
SSH = """\
resource "aws_security_group" "web" {
  name        = "web"
  description = "web"
  ingress {
    description = "ssh"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = var.from
  }
}
"""
OPEN_TO_ALL = 'variable "from" {\n  default = ["0.0.0.0/0"]\n}\n'

# One row a sentence of the documentation: what is there, what is typed, the exit code, and what is said.
CODES = [
    ("nothing blocks: open", {"main.tf": GOOD}, [], 0, "gate open (exit 0)"),
    ("nothing to scan: open, with a notice", {}, [], 0, "nothing to scan in ."),
    ("nothing to scan, for those who want to know: incomplete", {}, ["--fail-if-empty"], 3, "nothing to scan"),
    ("a finding blocks: closed", {"pod.yaml": POD}, [], 1, "gate closed (exit 1)"),
    ("maturity 0: recorded only", {"pod.yaml": POD}, ["--maturity", "0"], 0, "recorded"),
    ("maturity 1: shown, open", {"pod.yaml": POD}, ["--maturity", "1"], 0, "warned"),
    (
        "tiers that warn: open",
        {"pod.yaml": POD, "iacgate.yaml": "tiers: {critical: warn, high: warn}\n"},
        [],
        0,
        "warned",
    ),
    (
        "--fail-on replaces the tiers",
        {"pod.yaml": POD, "iacgate.yaml": "tiers: {critical: warn, high: warn}\n"},
        ["--fail-on", "HIGH"],
        1,
        "--fail-on",
    ),
    (
        "maturity still caps --fail-on",
        {"pod.yaml": POD, "iacgate.yaml": "maturity: 1\n"},
        ["--fail-on", "low"],
        0,
        "warned",
    ),
    (
        "--maturity overrides that",
        {"pod.yaml": POD, "iacgate.yaml": "maturity: 1\n"},
        ["--fail-on", "low", "--maturity", "2"],
        1,
        "closed",
    ),
    (
        "bare off means off",
        {"pod.yaml": POD, "iacgate.yaml": "tiers: {critical: off, high: Off, medium: 'OFF'}\n"},
        [],
        0,
        "open",
    ),
    ("--report-level changes no verdict", {"pod.yaml": POD}, ["--report-level", "critical"], 1, "closed"),
    ("unreadable: incomplete", {"main.tf": BROKEN}, [], 3, "not understood: main.tf"),
    ("unreadable below maturity 2: a warning", {"main.tf": BROKEN}, ["--maturity", "1"], 0, "main.tf"),
    (
        "blocked and unreadable: closed, the unreadable named",
        {"pod.yaml": POD, "main.tf": BROKEN},
        [],
        1,
        "not understood: main.tf",
    ),
    ("a named path that does not exist: usage", {}, ["nope.tf"], 2, "nope.tf: no such file or folder"),
    ("a named file that nobody reads: open, said so", {"notes.txt": "hello"}, ["notes.txt"], 0, "notes.txt"),
    ("settings with an unknown key: usage", {"iacgate.yaml": "maturty: 1\n"}, [], 2, "iacgate.yaml:1:1"),
    ("settings with an unknown mode: usage", {"iacgate.yaml": "tiers: {high: blok}\n"}, [], 2, "iacgate.yaml:1"),
    ("settings with an unknown severity: usage", {"iacgate.yaml": "tiers: {hihg: warn}\n"}, [], 2, "hihg"),
    (
        "settings with an unknown rule: usage",
        {"iacgate.yaml": "rules: {disable: [k8s-privileged]}\n", "pod.yaml": POD},
        [],
        2,
        "k8s-privileged",
    ),
    (
        "settings with a pack that is not there: usage",
        {"iacgate.yaml": "version: 1\nrules: {packs: [./polcy]}\n"},
        [],
        2,
        "iacgate.yaml:2:17: rule pack './polcy' does not exist",
    ),
    (
        "settings with one pack, which is not there: usage",
        {"iacgate.yaml": "version: 1\nrules: {packs: ./polcy}\n"},
        [],
        2,
        "iacgate.yaml:2:16: rule pack './polcy' does not exist",
    ),
    (
        "settings with an unknown parameter: usage",
        {"iacgate.yaml": "rules: {params: {k8s-image-registry-not-allowed: {allowd: []}}}\n", "pod.yaml": POD},
        [],
        2,
        "iacgate.yaml:1:18: rule 'k8s-image-registry-not-allowed' has no parameter 'allowd'",
    ),
    ("settings that are no YAML: usage", {"iacgate.yaml": "a: [\n"}, [], 2, "iacgate.yaml"),
    ("an exceptions file that is not there: usage", {"iacgate.yaml": "exceptions: {file: e.yaml}\n"}, [], 2, "e.yaml"),
    (
        "an exception without an end: usage",
        {"e.yaml": EXCEPTIONS.replace("    expires: 2027-01-31\n", "")},
        ["--exceptions", "e.yaml"],
        2,
        "expires",
    ),
    (
        "an exception that is too long: usage",
        {"e.yaml": EXCEPTIONS.replace("2027-01", "2029-01")},
        ["--exceptions", "e.yaml"],
        2,
        "EXC-1",
    ),
    (
        "a live exception: open",
        {"pod.yaml": POD, "e.yaml": EXCEPTIONS},
        ["--exceptions", "e.yaml", "--today", "2026-12-01"],
        0,
        "EXC-1",
    ),
    (
        "an expired exception: closed again",
        {"pod.yaml": POD, "e.yaml": EXCEPTIONS},
        ["--exceptions", "e.yaml", "--today", "2027-02-01"],
        1,
        "EXC-1",
    ),
    ("an own rule that does not load: policy", {"p/x.yaml": "id: x\n"}, ["--pack", "p"], 2, "p/x.yaml"),
    (
        "broken glass: open, said loudly",
        {"pod.yaml": POD},
        ["--break-glass", "INC-7", "--reason", "outage"],
        0,
        "INC-7",
    ),
    ("only the named rules", {"pod.yaml": POD}, ["--rule", "aws-sg-ssh-open"], 0, "open"),
    ("an excluded path is not scanned", {"pod.yaml": POD}, ["--exclude", "pod.yaml"], 0, "nothing to scan"),
    ("no settings when told so", {"iacgate.yaml": "maturty: 1\n", "main.tf": GOOD}, ["--no-config"], 0, "open"),
]


@pytest.mark.parametrize(("files", "words", "code", "said"), [row[1:] for row in CODES], ids=[row[0] for row in CODES])
def test_exit_code(files, words, code, said, here, capsys):
    for name, text in files.items():
        (here / name).parent.mkdir(exist_ok=True)
        (here / name).write_text(text)
    words = words if "--today" in words else [*words, "--today", "2026-12-01"]
    assert run(["scan", *words]) == code
    out, err = capsys.readouterr()
    assert said in out + err
    assert "Traceback" not in err
    assert (code == 2) == err.startswith("error: ")


def test_many_reports_in_one_run(pod, capsys):
    wanted = [f"{name}=out/deep/r.{number}" for number, name in enumerate(FORMATS)]
    assert run(["scan", *[word for item in wanted for word in ("-o", item)]]) == 1
    out, err = capsys.readouterr()
    assert "critical[k8s-privileged-container]" in out, "text still goes to standard output"
    assert sorted(file.name for file in (pod / "out/deep").iterdir()) == sorted(f"r.{n}" for n in range(len(FORMATS)))
    assert all(f"{name} report: out/deep/r.{number}" in err for number, name in enumerate(FORMATS))


def test_one_report_to_standard_output_and_nothing_else_there(pod, capsys):
    assert run(["scan", "-o", "json", "-o", "sarif=r.sarif"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["gate"] == "closed"
    assert "gate closed" in err


def test_quiet_says_nothing_and_the_exit_code_speaks(pod, capsys):
    assert run(["scan", "-q"]) == 1
    assert capsys.readouterr() == ("", "")


def test_report_that_cannot_be_written_is_usage(pod, capsys):
    (pod / "file").write_text("")
    assert run(["scan", "-o", "json=file/r.json"]) == 2
    err = capsys.readouterr().err
    assert "file/r.json" in err


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_is_written_also_when_there_is_nothing(name, here, capsys):
    assert run(["scan", "-o", f"{name}=report"]) == 0
    text = (here / "report").read_text()
    assert text or name == "csv"
    if name in {"json", "sarif", "gitlab-codequality"}:
        json.loads(text)


@pytest.mark.parametrize("name", FORMATS)
def test_format_changes_no_exit_code(name, pod, capsys):
    (pod / "main.tf").write_text(GOOD)
    assert run(["scan", "-o", name]) == 1
    assert run(["scan", "-o", name, "main.tf"]) == 0
    (pod / "main.tf").write_text(BROKEN)
    assert run(["scan", "-o", name, "main.tf"]) == 3
    assert run(["scan", "-o", name]) == 1


def test_every_format_tells_the_same_findings(pod, capsys):
    names = ("json", "sarif", "junit", "gitlab-codequality", "csv", "concise", "github", "text", "markdown", "html")
    assert run(["scan", *[word for name in names for word in ("-o", f"{name}={name}")]]) == 1
    text = {name: (pod / name).read_text() for name in names}
    listed = sorted(finding["rule"] for finding in json.loads(text["json"])["findings"])
    assert len(listed) > 3
    assert sorted(result["ruleId"] for result in json.loads(text["sarif"])["runs"][0]["results"]) == listed
    assert sorted(entry["check_name"] for entry in json.loads(text["gitlab-codequality"])) == listed
    rows = list(csv.DictReader(io.StringIO(text["csv"])))
    assert sorted(filter(None, (row["rule"] for row in rows))) == listed
    assert sorted(re.findall(r"^pod\.yaml:\d+:\d+: \w+\[([\w-]+)\]", text["concise"], re.MULTILINE)) == listed
    for name in ("text", "markdown", "html"):
        assert [rule for rule in listed if rule not in text[name]] == []
    blocked = {finding["rule"] for finding in json.loads(text["json"])["findings"] if finding["state"] == "blocked"}
    failed = {
        case.get("name").split()[0]
        for case in ET.fromstring(text["junit"]).iter("testcase")
        if case.find("failure") is not None
    }
    assert failed == blocked
    assert {rule for rule in blocked if f"[{rule}]" in text["github"]} == blocked


@pytest.mark.parametrize("name", FORMATS)
def test_two_runs_give_the_same_bytes(name, pod, iacgate):
    (pod / "main.tf").write_text(SSH + OPEN_TO_ALL)
    env = [{"PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": "1700000000"} for seed in ("1", "2")]
    first, second = (iacgate("scan", "-o", name, "--evaluations", env=each).stdout for each in env)
    assert first == second
    assert first


COLOURS = [
    ({}, "auto", False),
    ({"FORCE_COLOR": "1"}, "auto", True),
    ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, "auto", False),
    ({"NO_COLOR": "1"}, "always", True),
    ({"FORCE_COLOR": "1"}, "never", False),
    ({"NO_COLOR": "", "FORCE_COLOR": ""}, "auto", False),
]


@pytest.mark.parametrize(("env", "choice", "coloured"), COLOURS)
def test_colours(env, choice, coloured, pod, capsys, monkeypatch):
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    run(["scan", "--color", choice])
    out = capsys.readouterr().out
    assert ("\x1b[" in out) == coloured
    assert "k8s-privileged-container" in out


def test_colours_never_reach_a_file(pod, capsys):
    run(["scan", "--color", "always", "-o", "text=r.txt", "-o", "json"])
    assert "\x1b" not in (pod / "r.txt").read_text()


def test_text_is_utf_8_whatever_the_locale(here, iacgate):
    name = "Straße-名前"
    (here / "pod.yaml").write_text(POD.replace("name: app,", f'name: "{name}",'), encoding="utf-8")
    for env in ({"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}):
        for words in (["scan"], ["scan", "-o", "json"], ["inventory"], ["inventory", "-o", "json"]):
            done = iacgate(*words, env=env)
            assert done.returncode in {0, 1}, done.stderr
            assert name in done.stdout


def test_bytes_that_are_no_text_in_a_name_are_survived(here, iacgate):
    with open(os.fsencode(here) + b"/pod-\xff.yaml", "w") as stream:
        stream.write(POD)
    for name in ("text", "json", "sarif", "junit", "github"):
        done = iacgate("scan", "-o", name, errors="replace")
        assert done.returncode == 1, done.stderr
        assert "Traceback" not in done.stderr


INGRESS = {"from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": ["0.0.0.0/0"], "description": "ssh"}
GROUP = {
    "address": "aws_security_group.web",
    "mode": "managed",
    "type": "aws_security_group",
    "name": "web",
    "provider_name": "registry.terraform.io/hashicorp/aws",
}
VALUES = {"name": "web", "description": "web", "ingress": [INGRESS]}
PLAN = {
    "format_version": "1.2",
    "terraform_version": "1.9.0",
    "configuration": {"root_module": {}},
    "planned_values": {"root_module": {"resources": [{**GROUP, "values": VALUES}]}},
    "resource_changes": [
        {**GROUP, "change": {"actions": ["create"], "before": None, "after": VALUES, "after_unknown": {}}}
    ],
}
PIPED = [
    ("kubernetes", POD, "k8s-privileged-container"),
    ("hcl", SSH + OPEN_TO_ALL, "aws-sg-ssh-open"),
    ("dockerfile", "FROM alpine:3.20\nRUN curl https://x.example.com | sh\n", "docker-download-piped-to-shell"),
    ("plan", json.dumps(PLAN), "aws-sg-ssh-open"),
]


@pytest.mark.parametrize(("text", "rule"), [row[1:] for row in PIPED], ids=[row[0] for row in PIPED])
def test_standard_input_is_read_for_what_it_is(text, rule, iacgate):
    done = iacgate("scan", "-o", "json", "-", input=text)
    assert rule in {finding["rule"] for finding in json.loads(done.stdout)["findings"]}
    assert done.returncode == 1


@pytest.mark.parametrize("text", ["", "hello\n", "{}"], ids=["nothing", "prose", "object"])
def test_standard_input_that_holds_nothing_is_not_green(text, iacgate):
    """A command before the pipe that failed writes nothing, or an error."""
    done = iacgate("scan", "-", input=text)
    assert done.returncode == 3
    assert "stdin" in done.stdout


def findings(capsys, *words: str) -> set[tuple[str, str]]:
    run(["scan", "-q", "-o", "json", *words])
    return {(f["location"]["file"], f["rule"]) for f in json.loads(capsys.readouterr().out)["findings"]}


def test_named_file_is_reported_on_alone_and_read_with_its_module(here, capsys):
    (here / "variables.tf").write_text(OPEN_TO_ALL)
    (here / "web.tf").write_text(SSH)
    (here / "other.tf").write_text(SSH.replace('"web"', '"other"'))
    found = findings(capsys, "web.tf")
    assert ("web.tf", "aws-sg-ssh-open") in found
    assert {file for file, _ in found} == {"web.tf"}


def test_changed_lines_only(here, capsys, git):
    (here / "variables.tf").write_text(OPEN_TO_ALL)
    (here / "web.tf").write_text(SSH + SSH.replace('"web"', '"second"'))
    (here / "pod.yaml").write_text(POD)
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "before"]):
        git(*words)
    assert findings(capsys, "--changed-since", "HEAD") == set()
    lines = (here / "web.tf").read_text().splitlines(keepends=True)
    second = len(lines) - 3
    lines[second] = lines[second].replace("var.from", "concat(var.from, [])")
    (here / "web.tf").write_text("".join(lines))
    run(["scan", "-q", "-o", "json", "--changed-since", "HEAD"])
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [f["resource"]["address"] for f in found if f["rule"] == "aws-sg-ssh-open"] == ["aws_security_group.second"]
    assert {f["location"]["file"] for f in found} == {"web.tf"}
    git("commit", "-q", "-a", "-m", "after")
    assert findings(capsys, "--changed-since", "HEAD") == set()
    assert ("web.tf", "aws-sg-ssh-open") in findings(capsys, "--changed-since", "HEAD~1")


def test_new_file_is_changed_as_a_whole(pod, capsys, git):
    (pod / "main.tf").write_text(GOOD)
    for words in (["init", "-q"], ["add", "main.tf"], ["commit", "-q", "-m", "before"]):
        git(*words)
    assert ("pod.yaml", "k8s-privileged-container") in findings(capsys, "--changed-since", "HEAD")


def test_revision_that_is_not_there_is_usage(pod, capsys, git):
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "before"]):
        git(*words)
    assert run(["scan", "--changed-since", "origin/main"]) == 2
    assert "origin/main" in capsys.readouterr().err


def test_on_github_the_log_is_fenced_and_a_file_is_not(pod, iacgate):
    env = {"GITHUB_ACTIONS": "true"}
    lines = iacgate("scan", env=env).stdout.splitlines()
    token = lines[0].removeprefix("::stop-commands::")
    assert len(token) >= 32
    assert lines[-1] == f"::{token}::"
    assert iacgate("scan", env=env).stdout.splitlines()[0] != lines[0]
    with open(pod / "summary.md", "w") as stream:
        iacgate("scan", "-o", "markdown", env=env, capture_output=False, stdout=stream)
    assert "::stop-commands::" not in (pod / "summary.md").read_text()
    assert "::stop-commands::" not in iacgate("scan", "-o", "json", env=env).stdout


def without_the_rights_of_root():
    """Root may read everything: take that right away from the process that is started (prctl(2), capabilities(7))."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            if libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
                raise OSError(ctypes.get_errno(), "prctl")


PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2


@pytest.mark.skipif(os.geteuid() == 0 and sys.platform != "linux", reason="root may read everything")
def test_file_that_may_not_be_read_is_named_and_not_green(words, outside):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("pod.yaml", POD), ("secret.tf", GOOD)):
            (Path(folder) / name).write_text(text)
        os.chmod(f"{folder}/secret.tf", 0)
        for named, code in ((["secret.tf"], 3), ([], 1)):
            done = subprocess.run(
                [*words, "scan", *named],
                cwd=folder,
                env=outside(),
                capture_output=True,
                text=True,
                check=False,
                preexec_fn=without_the_rights_of_root,
            )
            assert done.returncode == code, done.stderr
            assert "not understood: secret.tf" in done.stdout
            assert "Traceback" not in done.stderr
