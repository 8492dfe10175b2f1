"""What users of the package may import, and that it works as its docstring says."""

from __future__ import annotations

import importlib
import subprocess
import sys
from datetime import date

import pytest

import iacgate
from iacgate.errors import SettingsError
from iacgate.model import Gate

OPEN_SSH = """\
resource "aws_security_group" "web" {
  name        = "web"
  description = "Front ends"
  vpc_id      = "vpc-1"

  ingress {
    description = "Shell"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""


def test_the_front_door_has_these_names_and_no_more():
    assert iacgate.__all__ == ["Request", "ScanReport", "Severity", "__version__", "scan"]
    assert all(hasattr(iacgate, name) for name in iacgate.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Scan'"):
        _ = iacgate.Scan


SPI = """EngineSource InputAdapter InputContext OutputFormat OutputOptions PolicyEngine plugins"""
SDK = """
    CheckSpec Doubt Inventory NoParams NotApplicable Partial Resource Subject Undecided Unknown Violation
    check each find_check walk
"""
MODEL = """
    BreakGlassSettings Category Change Check Choice Comment DEFAULT_TIERS Declined Document Doubt Enforcement Evaluation
    ExceptionSettings Finding Fixed Gate Hidden Inline InputSettings Inventory Location Mode NotApplicable Outcome
    OwnerSettings Pack Partial Path REDACTED Relation Resource RolloutEntry Rule RuleNames RuleSettings ScanReport
    Scope Secret Settings Severity SourceFile SourceRecord SourceStatus StaleWaiver Standing State Subject Triaged
    Trouble UNKNOWN Undecided Unknown Verdict Violation Waiver
    canonical_alias child index_of is_unknown jsonable matches_address matches_paths names_rule nearest reveal
    stable_path
"""


@pytest.mark.parametrize(("module", "names"), [("iacgate.spi", SPI), ("iacgate.sdk", SDK), ("iacgate.model", MODEL)])
def test_what_plug_ins_import_is_pinned(module, names):
    loaded = importlib.import_module(module)
    assert sorted(loaded.__all__) == sorted(names.split())
    assert [name for name in loaded.__all__ if not hasattr(loaded, name)] == []


def test_importing_the_package_loads_nothing_else():
    listing = "import sys, iacgate; print([name for name in sys.modules if name.startswith('iacgate.')])"
    shown = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_a_scan_from_python(tmp_path):
    (tmp_path / "main.tf").write_text(OPEN_SSH)
    request = iacgate.Request(cwd=str(tmp_path), today=date(2026, 12, 1), rules=("aws-sg-ssh-open",))
    report = iacgate.scan(["."], request)
    assert isinstance(report, iacgate.ScanReport)
    assert (report.gate, report.exit_code, report.because) == (Gate.CLOSED, 1, "1 finding blocks")
    [verdict] = report.verdicts
    assert verdict.severity is iacgate.Severity.CRITICAL
    assert str(verdict.finding.location) == "main.tf:11:19"


def test_a_scan_from_python_says_what_is_wrong_with_the_settings(tmp_path):
    (tmp_path / "iacgate.yaml").write_text("version: 1\ntierz: {}\n")
    with pytest.raises(SettingsError, match="unknown key 'tierz'"):
        iacgate.scan(["."], iacgate.Request(cwd=str(tmp_path), today=date(2026, 12, 1)))
