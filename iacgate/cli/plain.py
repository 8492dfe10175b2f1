"""Text for a terminal: what quotes files, names or the command line, made harmless. In: a line. Out: it as shown."""

from __future__ import annotations

import re


def shown(line: str) -> str:
    """The line with what cannot be seen made visible: a name may hold sequences that repaint a terminal.

    The commands that build systems read out of a log, wherever in a line they stand, are broken up as well.
    """
    if not line.isprintable():
        line = "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in line)
    return re.sub(r"##(?=\[|vso\[|teamcity\[)", r"#\\x23", line) if "##" in line else line
