"""What was not understood, in every format: its place is said, and said once."""

from __future__ import annotations

import pytest

from iacgate.model import Gate, Location, Mode, State, Trouble
from iacgate.outputs import FORMATS, output_format
from iacgate.spi import OutputOptions

CIRCLE = "local.a refers to itself: local.a -> local.b -> local.a"


def rendered(sink, form, trouble):
    report = sink.empty_report(gate=Gate.INCOMPLETE, exit_code=3, because="not understood", troubles=(trouble,))
    return output_format(form).render(report, OutputOptions(source=lambda _: None))


@pytest.mark.parametrize("form", sorted(set(FORMATS) - {"dotenv", "json"}))
@pytest.mark.parametrize("kind", ["cycle", "limit", "unreadable"])
def test_the_place_of_a_trouble_is_said_once(sink, form, kind):
    place = Location(file="net/main.tf", line=7, column=3)
    text = rendered(sink, form, Trouble(kind=kind, message=f"{place}: {CIRCLE}", hint="h", location=place))
    assert "local.a refers to itself" in text
    assert "net/main.tf" in text
    assert "7" in text
    assert f"{place}: local.a" not in text or form == "concise"


def test_the_json_report_keeps_the_message_as_it_is(sink):
    place = Location(file="main.tf", line=7, column=3)
    assert "main.tf:7:3: x" in rendered(sink, "json", Trouble(kind="cycle", message="main.tf:7:3: x", location=place))


@pytest.mark.parametrize("message", ["main.tf:7:33: x", "other.tf:7:3: x", "x"])
def test_other_messages_are_left_alone(sink, message):
    place = Location(file="main.tf", line=7, column=3)
    assert message in rendered(sink, "text", Trouble(kind="cycle", message=message, location=place))


def test_a_long_way_is_shown_by_its_first_steps_and_its_end(sink):
    way = tuple(sink.at("a.tf", line, note="passed here") for line in range(40, 0, -1))
    found = sink.finding(sink.ENCRYPTED, sink.DATABASE, "m", sink.at("main.tf", 1, via=way))
    report = sink.empty_report(verdicts=(sink.verdict(found, State.BLOCKED, Mode.ENFORCE),))
    text = output_format("text").render(report, OutputOptions(source=lambda _: None))
    steps = [line.strip() for line in text.splitlines() if "a.tf" in line or "more places" in line]
    assert steps == [
        *(f"= passed here: a.tf:{line}:1" for line in range(1, 9)),
        "= then: 31 more places",
        "= passed here: a.tf:40:1",
    ]
