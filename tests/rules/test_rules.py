"""Every shipped rule, by its own file and fixtures: the one test that a new rule needs and gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from iacgate.cli.rules import examine, rule_with_fixtures
from iacgate.engines.native.fixtures import check_rule
from iacgate.engines.native.library import load_file

ROOT = Path(__file__).resolve().parents[2]
RULES = sorted((ROOT / "rules").rglob("*.yaml"))
FRAMEWORKS = {"cis-aws-", "cis-azure-", "cis-gcp-", "cis-k8s-", "cis-docker-", "cis-eks-", "cis-gke-", "cis-aks-", "pci-dss-", "nist-800-53", "soc2", "hipaa", "iso-27001", "pss-"}  # fmt: skip  # noqa: E501  (a list of words)


@pytest.mark.parametrize("file", RULES, ids=lambda file: file.stem)
def test_rule_does_what_its_fixtures_say(file):
    fixtures = ROOT / "fixtures" / file.stem
    verdict = check_rule(rule_with_fixtures(file, ROOT / "rules", fixtures), fixtures, examine)
    assert verdict.problems == []


@pytest.mark.parametrize("file", RULES, ids=lambda file: file.stem)
def test_rule_says_what_a_reader_needs(file):
    rule = load_file(file, ROOT / "rules")
    assert rule.provider == file.parent.parent.name
    assert rule.service == file.parent.name
    assert not rule.title.endswith("."), "titles have no full stop"
    assert rule.rationale.strip().endswith(".")
    assert rule.remediation.strip().endswith(".")
    assert rule.id not in rule.aliases
    unknown = [name for name in rule.controls if not name.startswith(tuple(FRAMEWORKS))]
    assert unknown == [], "frameworks have one spelling"


def test_no_fixture_is_without_its_rule():
    known = {file.stem for file in RULES}
    folders = [
        entry.name for entry in (ROOT / "fixtures").iterdir() if entry.is_dir() and not entry.name.startswith("_")
    ]
    assert sorted(set(folders) - known) == []
