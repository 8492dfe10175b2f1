"""Part of the outputs room: text from scanned files made harmless to look at; comes in hostile, goes out plain.

A file name, an address or a message may hold anything: escape sequences that repaint a terminal, characters that turn
the reading direction round, the commands that build systems read out of a log.
"""

from __future__ import annotations

import re
from functools import cache

_ELLIPSIS = "…"


def one_line(text: str) -> str:
    """``text`` on one line: line breaks become a space, what cannot be seen becomes a visible escape (``\\x1b``)."""
    if text.isprintable() and "##" not in text:
        return text
    lines = text.splitlines()
    if len(lines) > 1:
        text = " ".join(part for part in (line.strip() for line in lines) if part)
    return _visible(text.rstrip("\r\n").replace("\t", " "))


def paragraphs(text: str) -> str:
    """``text`` with its lines kept (as ``\\n``) and everything else that cannot be seen escaped."""
    return "\n".join(_visible(line.replace("\t", "    ")) for line in text.splitlines())


def shorten(text: str, size: int) -> str:
    """At most ``size`` characters; a cut is marked."""
    return text if len(text) <= size else text[: size - 1] + _ELLIPSIS


def escape(character: str) -> str:
    """The visible spelling of a character that cannot be seen, and any other character itself."""
    return _escaped(character) if _hidden().match(character) else character


def width(text: str) -> int:
    """How many terminal columns plain text takes: wide East Asian characters two, combining ones none."""
    return len(text) if text.isascii() else sum(map(columns, text))


def columns(character: str) -> int:
    """How many terminal columns one visible character takes."""
    if character.isascii():
        return 1
    import unicodedata

    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _visible(text: str) -> str:
    if not text.isprintable():
        text = _hidden().sub(lambda match: _escaped(match[0]), text)
    return log_commands().sub(r"#\\x23", text) if "##" in text else text


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


@cache
def _hidden() -> re.Pattern[str]:
    """Controls, direction marks, invisible marks and tags, lone surrogates, and what XML 1.0 does not allow."""
    return re.compile(
        "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
        "\ud800-\udfff\U000e0000-\U000e007f]"
    )


@cache
def log_commands() -> re.Pattern[str]:
    """What build systems (GitHub's older syntax, Azure, TeamCity) obey wherever in a log line it stands."""
    return re.compile(r"##(?=\[|vso\[|teamcity\[)")
