"""Not judging twice what cannot differ gives the same answers as judging everything twice."""

from __future__ import annotations

import json
import os
import random
import re
from datetime import date
from pathlib import Path

import pytest

import iacgate
from iacgate.evaluate.change import Worlds
from iacgate.pipeline import Request, scan

ROOT = Path(__file__).parents[2]
PLANS = sorted(file for file in (ROOT / "fixtures").rglob("*.json") if b'"resource_changes"' in file.read_bytes())
KNOWN = "what it remembers is read from one body, or counts as asked"


def history(plan, seed):
    """The plan with a past: some of it stays, some changes, some goes, some is new."""
    chance = random.Random(seed)
    for entry in plan["resource_changes"]:
        change = entry["change"]
        after = change.get("after")
        if entry.get("mode") == "data" or not isinstance(after, dict):
            continue
        earlier = {**after, **{name: f"{entry['address']}/{name}" for name in ("id", "arn") if name not in after}}
        kind = chance.choice(["stays", "stays", "stays", "changes", "goes", "is new"])
        if kind == "stays":
            change.update(actions=["no-op"], before=earlier, after=dict(earlier), after_unknown={})
        elif kind == "changes":
            left = {name: value for name, value in earlier.items() if chance.random() < 0.8}
            change.update(actions=["update"], before=left)
        elif kind == "goes":
            change.update(actions=["delete"], before=earlier, after=None, after_unknown={})
    return plan


def answers_of(file):
    request = Request(cwd=os.path.dirname(file), today=date(2026, 11, 21), ruleset="strict", use_settings=False)
    report = scan([file], request)
    labels = [(one.finding.fingerprint, one.finding.change) for one in report.verdicts]
    return sorted(labels, key=str), sorted((one.finding.fingerprint, one.finding.message) for one in report.fixed)


@pytest.mark.parametrize("seed", range(3))
def test_shortcuts_change_no_answer(tmp_path, monkeypatch, seed):
    compared = 0
    for number, plan in enumerate(PLANS):
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(history(json.loads(plan.read_text(encoding="utf-8")), seed)), encoding="utf-8")
        quick = answers_of(str(file))
        with monkeypatch.context() as patch:
            patch.setattr(Worlds, "is_same", lambda *_: False)
            assert answers_of(str(file)) == quick, plan
        compared += sum(change is not None for _, change in quick[0]) + len(quick[1])
    assert compared > len(PLANS)


def test_whoever_remembers_something_in_an_inventory_is_known():
    """A new one may find it by asking about other resources; then taking it has to count as asked."""
    package = Path(iacgate.__file__).parent
    users = {
        str(file.relative_to(package)).replace(os.sep, "/")
        for file in package.rglob("*.py")
        if re.search(r"\.memo\b", file.read_text(encoding="utf-8"))
    }
    assert users == {
        "engines/native/needs.py",
        "evaluate/__init__.py",
        "evaluate/culprit.py",
        "lang/jmespath/context.py",
        "lang/siblings.py",
        "lang/terraform/holders.py",  # which subjects a rule is shown, not what it says of them
        "model/resource.py",
    }, KNOWN
