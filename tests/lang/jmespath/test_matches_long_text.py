"""``matches`` reads a bounded part of a text, and does not pretend to have read the rest."""

from iacgate.lang.jmespath.text import matches
from iacgate.lang.regex import MAX_TEXT
from iacgate.model import is_unknown


def test_what_lies_beyond_the_bound_is_unknown_not_absent() -> None:
    assert matches("x" * MAX_TEXT, "y") is False
    assert is_unknown(matches("x" * MAX_TEXT + "y", "y"))
    assert matches("y" + "x" * MAX_TEXT, "y") is True
