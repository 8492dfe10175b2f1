"""What could not be decided, told by what has to be known first."""

from __future__ import annotations

import json

import pytest

from iacgate.model import Evaluation, Location, Outcome
from iacgate.outputs import output_format
from iacgate.spi import OutputOptions


def undecided(sink, *details):
    rule, subject = sink.ENCRYPTED, sink.DATABASE
    place = (Location(file="main.tf", line=7),)
    return tuple(
        Evaluation(rule=rule, subject=subject, outcome=Outcome.UNKNOWN, detail=detail, places=place)
        for detail in details
    )


@pytest.fixture
def rendered(sink):
    def render(form, *details, **options):
        report = sink.empty_report(evaluations=undecided(sink, *details))
        return output_format(form).render(report, OutputOptions(source=lambda _: None, **options))

    return render


def test_checks_that_wait_for_one_thing_are_one_line(rendered):
    text = rendered("text", *["var.env has no value"] * 37, "known after apply: a.b.id", "known after apply: a.c.id")
    assert "not decided, since a value is not known (39)" in text
    assert "37 checks because var.env has no value\n   = help: pass --var-file FILE or --var env=VALUE" in text
    assert "2 checks because known after apply: a.b.id, a.c.id" in text
    assert "main.tf:7" not in text


def test_all_checks_are_listed_when_asked_for(rendered):
    text = rendered("text", "var.env has no value", evaluations=True)
    assert "     aws-db-unencrypted   main.tf:7:1   " in text


def test_many_names_of_one_cause_are_cut(rendered):
    text = rendered("text", *[f"known after apply: a.b.x{number}" for number in range(9)])
    assert "9 checks because known after apply: a.b.x0, a.b.x1, a.b.x2 and 6 more" in text


def test_many_causes_are_cut_and_counted(rendered):
    text = rendered("text", *[f"var.x{number} has no value" for number in range(14)])
    assert "… and 4 more for 4 other reasons" in text
    assert "other reasons" not in rendered("text", "var.x has no value")


def test_hostile_reasons_repaint_nothing(rendered):
    assert "\x1b" not in rendered("text", "the file \x1b[31m is not in the scanned folders")


def test_json_counts_what_checks_wait_for(rendered):
    report = json.loads(rendered("json", "var.b has no value", "var.b has no value", "odd"))
    assert report["undecided"] == [
        {"cause": "var.b has no value", "checks": 2, "help": "pass --var-file FILE or --var b=VALUE"},
        {"cause": "odd", "checks": 1, "help": ""},
    ]
