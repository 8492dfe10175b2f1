"""What docs/generate.py writes: one module for each kind of page. The code comes in, Markdown goes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class Undocumented(Exception):  # noqa: N818  (nothing failed: something was never written down)
    """Things of the code that nobody has described. The build stops and names all of them."""

    def __init__(self, things: Iterable[str]) -> None:
        self.things = tuple(things)
        super().__init__("\n".join(self.things))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table. Bars inside of cells are escaped, line breaks become blanks."""
    lines = [_row(header), "|" + "--|" * len(header), *(_row(row) for row in rows)]
    return "\n".join(lines) + "\n"


def code(text: str) -> str:
    """Text as inline code, whatever backticks it holds; nothing for no text."""
    if not text:
        return ""
    fence = "``" if "`" in text else "`"
    padding = " " if "`" in text else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def codes(words: Iterable[str], joint: str = ", ") -> str:
    """Several words as inline code."""
    return joint.join(code(word) for word in words)


def plain(text: str) -> str:
    """A docstring as Markdown: literals with two backticks become code, roles become the name they show."""
    import re

    text = re.sub(r":\w+(?::\w+)?:`~?(?:[\w.]*\.)?([\w]+)`", r"`\1`", text)
    return re.sub(r"``([^`]+)``", r"`\1`", " ".join(text.split()))


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"
