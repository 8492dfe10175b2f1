"""click imported without ``inspect`` and ``uuid`` is click."""

from __future__ import annotations

import subprocess
import sys

import pytest

LIGHT = "from iacgate.cli.click_package import import_click; import_click()\n"
AS_IT_IS = "import click\n"
PROBE = "from iacgate.cli.entry import run; run({words!r})\n"
LOADED = "import sys; print(*(name in sys.modules for name in ('inspect', 'uuid', 'click')))\n"


def told(program: str) -> str:
    """What a program prints, in a Python without ``site``: tools that are installed import ``inspect`` there."""
    start = f"import sys; sys.path[:0] = {sys.path!r}\n"
    return subprocess.run(
        [sys.executable, "-S", "-c", start + program], check=True, capture_output=True, text=True
    ).stdout


@pytest.mark.parametrize(
    "words", [["--help"], ["scan", "--help"], ["rules", "--help"], ["completion", "bash"]], ids=str
)
def test_it_answers_as_ever(words: list[str]) -> None:
    program = PROBE.format(words=words)
    assert told(LIGHT + program) == told(AS_IT_IS + program) != ""


def test_inspect_is_not_loaded_until_asked() -> None:
    assert told(LIGHT + LOADED) == "False False True\n"
    asked = "import click.core; print(click.core.inspect.isfunction(print))\n"
    assert told(LIGHT + asked + LOADED) == "False\nTrue False True\n"


def test_a_parameter_that_is_a_uuid_is_one() -> None:
    program = "import click, uuid; print(type(click.UUID.convert('0' * 32, None, None)) is uuid.UUID)\n"
    assert told(LIGHT + program) == told(AS_IT_IS + program) == "True\n"
    again = "import click; print(repr(click.UUID.convert(click.UUID.convert('0' * 32, None, None), None, None)))\n"
    assert told(LIGHT + again) == told(AS_IT_IS + again)


def test_whoever_imports_inspect_afterwards_gets_the_real_one() -> None:
    program = (
        "import inspect, click.core; print(inspect is click.core.inspect, inspect.__file__.endswith('inspect.py'))"
    )
    assert told(LIGHT + program) == "False True\n"


@pytest.mark.parametrize("before", ["import inspect\n", "import click\n"])
def test_what_was_there_before_is_left_as_it_is(before: str) -> None:
    assert told(before + LIGHT + "import inspect, click.core; print(click.core.inspect is inspect)") == "True\n"


@pytest.mark.parametrize(
    "text", ["one line", "  indented", "a\n    b\n  c\n", "tab\tbed", "\n\nlate", "", "  ", "end  "]
)
def test_it_cleans_as_inspect_does(text: str) -> None:
    program = f"import click.core, inspect; print(click.core.inspect.cleandoc({text!r}) == inspect.cleandoc({text!r}))"
    assert told(LIGHT + program) == "True\n"
