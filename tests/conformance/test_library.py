"""The rule library agrees with the test cases of other tools, or says why not: the record is strict both ways."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

LISTED_RESOURCES = 0.965
"""The least share of the resources named by the cases on which our verdict is the same; the others are on record."""
DECIDED_RESOURCES = 0.98
"""The least share on which it is the same where we have one; small providers, with few cases each, are not counted."""


def _scorer() -> ModuleType:
    name = "iacgate_tests_library_score"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("library_score.py"))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


scorer = _scorer()


@pytest.fixture(scope="module")
def known():
    return scorer.record()


@pytest.fixture(scope="module")
def result(corpora):
    return scorer.score(corpora)


def _lines(differences) -> list[str]:
    return sorted(f"{one.check} {one.resource}: they say {one.theirs}, we say {one.ours}" for one in differences)


def test_every_disagreement_is_on_record(result, known):
    noted = scorer.recorded(known["checkov"])
    assert _lines(result.differences - set(noted)) == [], "fix the rule, or put it on record with the reason"


def test_the_record_holds_nothing_that_is_not_so(result, known):
    noted = scorer.recorded(known["checkov"])
    assert _lines(set(noted) - result.differences) == [], "take it off the record"


def test_snippets_and_their_plans(result, known):
    noted = set(scorer.recorded(known["trivy"]))
    assert _lines(result.snippet_differences - noted) == []
    assert _lines(noted - result.snippet_differences) == [], "take it off the record"


def test_resources_agree(result):
    total = result.total
    assert total.listed
    assert total.equal / total.listed >= LISTED_RESOURCES
    known = [tally for (_, provider), tally in result.groups.items() if provider != "others"]
    assert sum(one.equal for one in known) / sum(one.listed - one.undecided for one in known) >= DECIDED_RESOURCES


def test_checks_left_out_have_no_rule(result, known):
    left_out = [check for entry in known["left_out"] for check in entry["checks"]]
    assert len(left_out) == len(set(left_out))
    assert sorted(set(left_out) & result.known_aliases) == []


def test_every_entry_gives_a_reason(known):
    for entry in [*known["checkov"], *known["trivy"], *known["left_out"]]:
        assert entry["because"]
        assert not entry["because"].endswith("."), "one line, no full stop"


def test_the_page_shows_the_record(known):
    text = scorer.PAGE.read_text(encoding="utf-8")
    missing = [entry["because"] for key in known for entry in known[key] if entry["because"] not in text]
    assert missing == [], "run `make conformance`"


def test_a_resource_is_recorded_once():
    entry = {"check": "X", "resources": ["a"], "verdict": "pass but fail", "because": "so"}
    with pytest.raises(ValueError, match="recorded twice"):
        scorer.recorded([entry, entry])
