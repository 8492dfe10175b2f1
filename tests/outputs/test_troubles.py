"""What was not understood, in every format: its place is said, and said once."""

from __future__ import annotations

import pytest

from iacgate.model import Gate, Location, Trouble
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
