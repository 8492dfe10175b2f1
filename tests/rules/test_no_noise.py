"""What a careful team writes gives no alarm: the hardened samples, judged by the recommended rules."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from iacgate.model import Outcome, Severity
from iacgate.pipeline import Request, scan

SAMPLES = Path(__file__).resolve().parents[2] / "fixtures" / "_samples" / "hardened"
RULES_THAT_LOOKED = {"aws": 40, "azure": 20, "google": 35, "docker": 25, "kubernetes": 40}
"""At least so many rules judged something in a sample: an alarm that cannot ring proves nothing."""


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
