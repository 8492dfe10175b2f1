"""Part of the ``markdown`` output: text from scanned files made plain Markdown; comes in hostile, goes out inert.

Nothing in it may close a table cell, open a tag, make a link, or call a person (``@team``) or a ticket (``#12``).
"""

from __future__ import annotations

import re
from functools import cache

from iacgate.outputs._plain import one_line, paragraphs, shorten

LONGEST = 1000
"""Characters of one piece of text; the JSON report has all of it."""


def plain(text: str) -> str:
    """``text`` as inline Markdown that reads as itself, on one line."""
    safe = _special().sub(lambda match: f"&#{ord(match[0])};", shorten(one_line(text.strip()[: 2 * LONGEST]), LONGEST))
    return _summons().sub(lambda match: f"{match[1]}<!-- -->", safe)


def code(text: str) -> str:
    """``text`` as inline code, also inside a table cell; as a tag where a backquote, bar or backslash is in the way."""
    shown = shorten(one_line(text), LONGEST).strip()
    if not shown:
        return ""
    return f"<code>{plain(shown)}</code>" if set("`|\\") & set(shown) else f"`{shown}`"


def block(lines: list[str]) -> list[str]:
    """Lines as a code block that nothing inside can close."""
    shown = [paragraphs(line) for line in lines]
    fence = "`" * max(3, *(_longest_run(line) + 1 for line in shown), 3)
    return [f"{fence}text", *shown, fence]


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


@cache
def _special() -> re.Pattern[str]:
    """Characters that mean something in Markdown or HTML in the middle of a line."""
    return re.compile(r"[\\`*_{\[\]<>#!|&~$]")


@cache
def _summons() -> re.Pattern[str]:
    """What the hosts turn into a link or a message by itself."""
    return re.compile(r"(@|&#35;|://?|(?i:www\.)|&#33;)(?=\S)")
