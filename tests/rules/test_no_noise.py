"""What a careful team writes gives no alarm by the recommended rules: the hardened samples, all passing examples."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from iacgate.engines.native import NativeRules
from iacgate.engines.native.fixtures import Case, cases
from iacgate.evaluate import evaluate
from iacgate.model import Evaluation, Outcome, Rule, Severity
from iacgate.pipeline import Request, scan, take_inventory

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "fixtures" / "_samples" / "hardened"
RULES_THAT_LOOKED = {"aws": 40, "azure": 20, "google": 35, "docker": 25, "kubernetes": 40}
"""At least so many rules judged something in a sample: an alarm that cannot ring proves nothing."""

INHERENT: dict[str, dict[str, str]] = {
    "aws-iam-document-full-admin": {
        "aws-iam-document-wildcard-action": "the narrower rule speaks of a document that is attached to one resource",
    },
    "aws-s3-bucket-public-acl": {
        "aws-s3-public-access-block-missing": "only the part of the block that ignores ACLs is meant to help",
    },
    "azure-cosmosdb-network-open": {"azure-cosmosdb-public": "a public address, open to some networks"},
    "docker-secret-in-instruction": {"docker-secret-in-env": "two rules share the secrets of a Dockerfile"},
    "google-sql-open-to-world": {"google-sql-public-ip": "a public address, open to one network"},
    "k8s-run-as-root": {"k8s-run-as-non-root-missing": "two rules: root by number, and nothing said"},
    "k8s-tiller-reachable": {"k8s-tiller-deployed": "there is no good way to run Tiller"},
    "terraform-secret-in-source": {"aws-rds-storage-unencrypted": "a plan that is kept as Terraform wrote it"},
}
"""Rule of the fixtures → rule that finds something grave in its passing examples → why it has to be so."""

STRICT = NativeRules.load(ruleset="strict", entry_points=False)
RECOMMENDED = NativeRules.load(ruleset="recommended", entry_points=False)
FIXTURES = sorted(folder for folder in (ROOT / "fixtures").iterdir() if folder.is_dir() and folder.name[0] != "_")


@pytest.fixture(scope="module", params=sorted(RULES_THAT_LOOKED))
def judged(request):
    folder = SAMPLES / request.param
    asked = Request(cwd=str(folder), today=date(2026, 12, 1), use_settings=False)
    return request.param, scan([str(folder)], asked)


def test_nothing_grave_is_found(judged):
    _, report = judged
    assert not report.troubles
    grave = [verdict.finding for verdict in report.verdicts if verdict.severity >= Severity.HIGH]
    assert [f"{found.rule.id} on {found.subject.address}" for found in grave] == []
    assert report.exit_code == 0


def test_little_else_is_found(judged):
    _, report = judged
    assert [verdict.finding.rule.id for verdict in report.verdicts if verdict.severity >= Severity.LOW][3:] == []


def test_the_alarm_could_ring(judged):
    name, report = judged
    looked = {one.rule.id for one in report.evaluations if one.outcome is Outcome.PASS}
    assert len(looked) >= RULES_THAT_LOOKED[name]


def inventory_of(case: Case):
    asked = Request(
        cwd=str(ROOT), today=date(2026, 12, 1), use_settings=False, use_gitignore=False, render="never",
        exclude=case.without, callers=False,
    )  # fmt: skip
    return take_inventory([case.folder], asked).inventory


def grave_rules(types: frozenset[str], without: str) -> Iterator[Rule]:
    for rule in RECOMMENDED.for_types(types):
        if rule.severity >= Severity.HIGH and rule.id != without:
            yield rule


def grave_findings(name: str, case: Case) -> Iterator[Evaluation]:
    """What rules of the recommended set find, high or critical, in what passes the rule whose example it is."""
    inventory = inventory_of(case)
    own = [STRICT.rule(name)]
    passing = {one.subject.address for one in evaluate(own, inventory) if one.outcome is Outcome.PASS}
    for one in evaluate(list(grave_rules(frozenset(inventory.types), name)), inventory):
        if one.outcome is Outcome.FAIL and one.subject.address in passing:
            yield one


@pytest.mark.parametrize("folder", FIXTURES, ids=lambda folder: folder.name)
def test_passing_examples_are_good_code_in_every_respect(folder):
    found = [one for case in cases(folder.name, folder) for one in grave_findings(folder.name, case)]
    inherent = INHERENT.get(folder.name, {})
    noise = [f"{one.rule.id} on {one.subject.address}" for one in found if one.rule.id not in inherent]
    assert noise == [], "make the example good code, or the rule less loud, or say in INHERENT why it has to be so"
    assert sorted(set(inherent) - {one.rule.id for one in found}) == [], "a reason that is no longer needed"
