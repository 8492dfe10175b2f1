"""The sample shop: what the gate must find in it, from source and from a plan alike, and what it must never print."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from iacgate.cli.entry import run
from iacgate.outputs import FORMATS

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "fixtures/_samples/shop"
PREFIX = "fixtures/_samples/shop/"
DAY = "2026-12-01"

WEB, WORKER, FALCO = "Deployment shop/web", "Deployment shop/worker", "DaemonSet shop/falco"
EXPECTED = [
    ("k8s-privileged-container", WORKER, "deploy/worker.yaml:25", "blocked"),
    ("k8s-runtime-socket-mounted", WORKER, "deploy/worker.yaml:28", "blocked"),
    ("k8s-secret-in-env", WORKER, "deploy/worker.yaml:23", "blocked"),
    ("k8s-privilege-escalation", WORKER, "deploy/worker.yaml:24", "blocked"),
    ("k8s-image-tag-latest", WORKER, "deploy/worker.yaml:16", "warned"),
    ("k8s-image-tag-latest", WORKER, "deploy/worker.yaml:20", "warned"),
    ("k8s-memory-limit-missing", WORKER, "deploy/worker.yaml:19", "warned"),
    ("k8s-ingress-without-tls", "Ingress shop/web", "deploy/web.yaml:58", "warned"),
    ("k8s-privileged-container", FALCO, "deploy/falco.yaml:22", "excepted"),
    ("k8s-host-pid", FALCO, "deploy/falco.yaml:15", "excepted"),
    ("aws-sg-ssh-open", "aws_security_group.web", "terraform/network.tf:35", "blocked"),
    ("docker-secret-in-env", f"{PREFIX}worker/Dockerfile#0:2", "worker/Dockerfile:2", "blocked"),
    ("docker-download-piped-to-shell", f"{PREFIX}worker/Dockerfile#0:4", "worker/Dockerfile:4", "blocked"),
    ("docker-user-missing", f"{PREFIX}worker/Dockerfile#0", "worker/Dockerfile:1", "blocked"),
    ("docker-base-image-latest", f"{PREFIX}worker/Dockerfile#0:1", "worker/Dockerfile:1", "warned"),
]
STRICT = ("--ruleset", "strict")
SOURCE = ("terraform", "--exclude", "**/plan.json")
SECRETS = ("shop-live-9f2e7c41b0d84a6fae35", "correct-horse-battery-staple")
"""What stands in the shop's files and must stand in no report."""


@pytest.fixture
def scan(monkeypatch, capsys):
    """``iacgate scan WORDS`` in the shop's folder, as of :data:`DAY`; the JSON report."""

    def scanned(*words: str) -> dict:
        monkeypatch.chdir(SHOP)
        run(["scan", "--today", DAY, "-q", "-o", "json", *words])
        return json.loads(capsys.readouterr().out)

    return scanned


def place(finding: dict) -> str:
    return f"{finding['location']['file'].removeprefix(PREFIX)}:{finding['location']['line']}"


def test_every_expected_finding_is_there_in_its_state(scan):
    report = scan()
    found = {(f["rule"], f["resource"]["address"], place(f), f["state"]) for f in report["findings"]}
    assert set(EXPECTED) - found == set()
    assert (report["gate"], report["exit_code"]) == ("closed", 1)


def test_everything_in_the_shop_is_understood(scan):
    report = scan("--ruleset", "strict")
    assert report["errors"] == []
    assert {source["status"] for source in report["sources"]} <= {"read", "not-applicable", "skipped"}


def test_the_well_kept_deployment_has_no_finding_that_warns(scan):
    loud = [f for f in scan()["findings"] if f["resource"]["address"] == WEB and f["state"] != "recorded"]
    assert loud == []


def test_one_exception_holds_one_has_expired_one_is_unused(scan):
    exceptions = scan()["exceptions"]
    named = {kind: [entry["id"] for entry in exceptions[kind]] for kind in ("applied", "expired", "unused")}
    assert named == {"applied": ["EXC-2026-014"], "expired": ["EXC-2026-009"], "unused": ["EXC-2026-017"]}


def test_a_part_of_the_shop_calls_no_exception_unused(scan):
    assert scan("terraform")["exceptions"]["unused"] == []
    assert scan("terraform")["exceptions"]["expired"][0]["note"] == "expired on 2026-10-31"


def test_findings_of_the_shop_belong_to_an_environment(scan):
    environments = {place(f).split("/")[0]: f["environment"] for f in scan()["findings"]}
    assert environments["deploy"] == environments["terraform"] == "prod"
    assert environments["worker"] == ""


def test_plan_and_source_agree(scan):
    """Same rules, same resources, same lines: a plan is only another way to say it."""
    source, plan = (
        {(f["rule"], f["resource"]["address"], place(f)) for f in findings}
        for findings in (scan(*STRICT, *SOURCE)["findings"], scan(*STRICT, "terraform/plan.json")["findings"])
    )
    assert len(source) > 0
    assert source == plan


def test_scanning_both_says_nothing_twice(scan):
    source, both = scan(*STRICT, *SOURCE), scan(*STRICT, "terraform")
    assert {f["fingerprint"] for f in both["findings"]} == {f["fingerprint"] for f in source["findings"]}
    assert len(both["findings"]) == len(source["findings"])


@pytest.mark.parametrize("name", FORMATS)
def test_no_secret_of_the_shop_is_in_a_report(name, monkeypatch, capsys):
    monkeypatch.chdir(SHOP)
    words = ["--evaluations", "--sarif-include-suppressed", "--color", "always", "--debug"]
    run(["scan", "--today", DAY, "--ruleset", "strict", "-o", name, *words, ".", "terraform/plan.json"])
    out, err = capsys.readouterr()
    assert out
    assert [secret for secret in SECRETS if secret in out + err] == []


@pytest.mark.parametrize(
    "words",
    [
        ["inventory", "-o", "json"],
        ["inventory", "-o", "json", "terraform/plan.json"],
        ["query", "password", "terraform/plan.json"],
        ["explain", "docker-secret-in-env", "--on", f"{PREFIX}worker/Dockerfile#0:2", "."],
        ["doctor"],
    ],
    ids=lambda words: " ".join(words)[:40],
)
def test_what_terraform_calls_sensitive_is_shown_by_no_command(words, monkeypatch, capsys):
    monkeypatch.chdir(SHOP)
    run(words)
    assert SECRETS[1] not in "".join(capsys.readouterr())


def test_plan_names_the_secret_it_must_hide(monkeypatch):
    """The test above means something: the password is in the plan."""
    assert SECRETS[1] in (SHOP / "terraform/plan.json").read_text()
    assert SECRETS[0] in (SHOP / "worker/Dockerfile").read_text()


def test_demo_explains_the_closed_gate_and_succeeds(tmp_path, iacgate):
    done = subprocess.run(
        [sys.executable, "-m", "iacgate.cli.demo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "gate closed (exit 1)" in done.stdout
    assert "The gate is closed" in done.stdout
    assert 3 <= done.stdout.count("\n  iacgate ") <= 5
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [line for _, line in __import__("iacgate.cli.demo").cli.demo.TRY_NEXT])
def test_demo_suggests_what_works(command, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(SHOP)
    assert run(command.replace("/tmp", str(tmp_path)).split()) in {0, 1}
    assert capsys.readouterr().out


def test_demo_outside_of_a_checkout_says_so(tmp_path, capsys):
    from iacgate.cli.demo import main

    assert main(tmp_path / "nothing") == 2
    assert "source checkout" in capsys.readouterr().err
