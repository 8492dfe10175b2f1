"""Rules speak with one voice: short, concrete, and about what is there rather than what ought to be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from iacgate.engines.native import NativeRules

RULES = NativeRules.load(ruleset="strict", entry_points=False)
PREACHING = re.compile(r"\b(should|must|ensure|please|best practi[cs]es?|recommended)\b", re.IGNORECASE)
LONGEST = {"title": 80, "message": 120, "why": 300, "fix": 400}


def said(rule: str) -> dict[str, str]:
    import yaml

    file = RULES.source(rule)
    assert file is not None
    values = yaml.safe_load(Path(file).read_text(encoding="utf-8"))
    return {part: str(values.get(part) or "") for part in LONGEST}


@pytest.mark.parametrize("rule", RULES.ids())
def test_a_rule_is_short_and_does_not_preach(rule):
    words = said(rule)
    assert {part: len(text) for part, text in words.items() if len(text) > LONGEST[part]} == {}
    assert not words["message"].endswith(".")
    assert not words["title"].endswith(".")
    assert PREACHING.findall(words["title"] + " " + words["message"]) == []
