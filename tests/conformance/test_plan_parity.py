"""Source and plan of a configuration give the same model and the same answers, or the record says why not."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = Path(os.environ.get("IACGATE_TEST_DATA", ROOT.parent / "shared")) / "corpora"
SHARES = {"attributes": {"alone": 0.99, "beside": 0.995}, "answers": {"alone": 0.98, "beside": 0.999}}
"""The least shares that are equal. Our own configurations hold many policies with holes, which a plan alone lacks."""


def _measured() -> ModuleType:
    name = "iacgate_tests_plan_parity"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("plan_parity.py"))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


measured = _measured()


@pytest.fixture(scope="module")
def record():
    return measured.RECORD.read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def everything():
    """All pairs that are at hand: measured once."""
    return measured.measure(measured.pairs(DATA if DATA.is_dir() else None))


def test_our_own_configurations_differ_only_where_the_record_says_so(everything, record):
    found = {line for line in measured.written(everything).splitlines() if line.startswith("| ours/")}
    assert found == {line for line in record if line.startswith("| ours/")}


def test_every_difference_is_on_record_and_nothing_else(corpora, everything, record):
    assert corpora == DATA
    found = [line for line in measured.written(everything).splitlines() if line.count("|") == 8]
    noted = [line for line in record if line.count("|") == 8]
    assert sorted(set(found) - set(noted)) == [], "mend it, or write the record again with the reason"
    assert sorted(set(noted) - set(found)) == [], "it is the same now: write the record again"


def test_every_difference_has_a_reason(record):
    assert [line for line in record if measured.UNEXPLAINED in line] == []


@pytest.mark.parametrize(("part", "whole"), [("equal", "attributes"), ("same", "answers")])
@pytest.mark.usefixtures("corpora")
def test_the_shares(everything, part, whole):
    for reading, least in SHARES[whole].items():
        one, all_ = (
            sum(number for (_, name), number in getattr(everything, table).items() if name == reading)
            for table in (part, whole)
        )
        assert one / all_ > least, (reading, part, one, all_)


def test_beside_its_source_a_plan_gives_every_answer_of_the_source(everything):
    answers = {group: number - everything.same[group] for group, number in everything.answers.items()}
    assert answers["ours", "beside"] == 0
    assert answers["ours", "alone"] > 0, "a plan alone cannot look into policies with holes"
