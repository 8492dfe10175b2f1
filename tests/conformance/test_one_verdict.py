"""One verdict: no format, report level or order of outputs changes the exit code or what is said of a finding."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from iacgate.cli.entry import run
from iacgate.outputs import FORMATS

BROKEN = "apiVersion: v1\nkind: Pod\nspec: ["


@pytest.fixture
def every_state(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shop with one finding in a baseline and one file that cannot be read: every state there is."""
    folder = tmp_path / "shop"
    shutil.copytree(root / "fixtures" / "_samples" / "shop", folder)
    (folder / "terraform" / "plan.json").unlink()
    monkeypatch.chdir(folder)
    assert run(["baseline", "create", "web", "--ruleset", "strict"]) == 0
    (folder / "deploy" / "broken.yaml").write_text(BROKEN)
    return folder


BASE = ["scan", ".", "--ruleset", "strict", "--today", "2026-11-21", "--baseline", ".iacgate-baseline.json"]
CHANGES = [
    [],
    ["--maturity", "0"],
    ["--maturity", "1", "--fail-on", "info"],
    ["--maturity", "3", "--fail-on", "critical"],
    ["--fail-on", "info"],
]


def _scan(capfdbinary: pytest.CaptureFixture[bytes], *arguments: str) -> tuple[int, str]:
    capfdbinary.readouterr()
    code = run([*BASE, *arguments])
    return code, capfdbinary.readouterr().out.decode()


@pytest.mark.parametrize("change", CHANGES, ids=" ".join)
def test_the_exit_code_is_the_same_in_every_format_and_level(change, every_state, capfdbinary):
    codes = {name: _scan(capfdbinary, *change, "-o", name)[0] for name in FORMATS}
    codes["level"] = _scan(capfdbinary, *change, "-o", "json", "--report-level", "critical")[0]
    assert len(set(codes.values())) == 1, codes
    maturity = int(change[1]) if change[:1] == ["--maturity"] else 2
    assert codes["json"] == (0 if maturity < 2 else 1)


@pytest.mark.parametrize("change", CHANGES, ids=" ".join)
def test_every_format_tells_the_same_states(change, every_state, capfdbinary):
    report = json.loads(_scan(capfdbinary, *change, "-o", "json")[1])
    states = Counter(finding["state"] for finding in report["findings"])
    assert {"excepted", "baselined"} <= set(states)
    if not change:
        assert set(states) == {"blocked", "warned", "recorded", "excepted", "baselined"}
    assert all(report["summary"][state] == states[state] for state in states)
    told = {
        "csv": Counter(
            row["state"] for row in csv.DictReader(io.StringIO(_scan(capfdbinary, *change, "-o", "csv")[1]))
        ),
        "concise": Counter(re.findall(r"\((\w+)\)$", _scan(capfdbinary, *change, "-o", "concise")[1], re.MULTILINE)),
    }
    assert {state: told["csv"][state] for state in states} == states
    assert {state: told["concise"][state] for state in states} == states


@pytest.mark.parametrize("level", ["info", "medium", "critical"])
def test_the_report_level_lists_less_and_counts_the_same(level, every_state, capfdbinary):
    full = json.loads(_scan(capfdbinary, "-o", "json")[1])
    less = json.loads(_scan(capfdbinary, "-o", "json", "--report-level", level)[1])
    assert less["summary"] == full["summary"]
    assert less["gate"] == full["gate"]
    assert {each["fingerprint"] for each in less["findings"]} <= {each["fingerprint"] for each in full["findings"]}


def test_a_blocked_finding_beside_an_unreadable_file_is_closed_and_names_it(every_state, capfdbinary):
    report = json.loads(_scan(capfdbinary, "-o", "json")[1])
    assert (report["gate"], report["exit_code"]) == ("closed", 1)
    assert any("broken.yaml" in json.dumps(error) for error in report["errors"])
