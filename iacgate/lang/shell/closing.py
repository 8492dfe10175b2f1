"""Where a quote, a substitution or a parenthesis ends. Part of ``lang.shell``."""

from __future__ import annotations

import re

_STEP = re.compile(r"""\\.|(?<=\s)#[^\n]*|\$\(|\$\{|['"`(){}]""", re.DOTALL)


def closing(text: str, start: int, closer: str) -> int:
    """The offset after the ``closer`` that ends what began before ``start``; the end of the text when none does."""
    stack = [closer]
    at = start
    while stack:
        match = _STEP.search(text, at)
        if match is None:
            return len(text)
        mark, top = match[0], stack[-1]
        at = match.end()
        if mark[0] == "#" and top != ")":
            at = match.start() + 1
        elif mark == top:
            stack.pop()
        elif mark[0] in "\\#" or top == "`":
            continue
        elif mark in ("$(", "${", "`"):
            stack.append({"$(": ")", "${": "}", "`": "`"}[mark])
        elif top == '"':
            continue
        elif mark == '"':
            stack.append('"')
        elif mark == "'" and not (top == "}" and '"' in stack):
            at = text.find("'", at) + 1 or len(text)
        elif mark == "(" and top == ")":
            stack.append(")")
    return at
