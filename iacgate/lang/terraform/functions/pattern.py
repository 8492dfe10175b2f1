"""Terraform's regular expressions (RE2) by Python's engine: only patterns that both read alike and that end soon.

In: pattern and text. Out: matches as Terraform shapes them. A pattern outside of the common ground raises
``Exhausted``: Python would read it differently, or might need exponential time where RE2 needs linear.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

from iacgate.lang.terraform.values import LONGEST_TEXT, Exhausted, Fault

_ALIKE = re.compile(r"(?:[^\\]|\\[dDwWsSbBAnrtfvz\\.^$|?*+()\[\]{}/\-_:@#%&=!<>,;'\"~` ])*", re.DOTALL)
_DIFFERENT = re.compile(r"\(\?(?!:|P<|i\))|\[\[|\[:|[*+?}]\+|&&|\|\||--|~~")
_COST = 100_000_000
"""The most steps a match may take, by the worst case of backtracking."""


class Pattern:
    """A compiled pattern."""

    __slots__ = ("_compiled", "_loops", "_to_end")

    def __init__(self, source: str) -> None:
        if not _ALIKE.fullmatch(source) or _DIFFERENT.search(source) or len(source) > 2000:
            raise Exhausted("this regular expression is not evaluated here")
        try:
            self._compiled = re.compile(source.replace(r"\z", r"\Z"), re.ASCII)
        except (re.error, RecursionError, OverflowError) as error:
            raise Exhausted("this regular expression is not evaluated here") from error
        self._loops = _loops(source)
        self._to_end = "$" in source

    def first(self, text: str) -> Any:
        """The first match. Raises ``Fault`` when there is none."""
        self._afford(text)
        found = self._compiled.search(text)
        if found is None:
            raise Fault("the text does not match the regular expression")
        return _shaped(found)

    def all(self, text: str) -> list[Any]:
        """Every match, from left to right."""
        self._afford(text)
        self._refuse_empty()
        return [_shaped(found) for found in self._compiled.finditer(text)]

    def replace(self, text: str, replacement: str) -> str:
        """The text with every match replaced; ``$1``, ``${1}`` and ``$name`` stand for groups."""
        self._afford(text)
        self._refuse_empty()
        if len(text) * (len(replacement) + 1) > LONGEST_TEXT * 4:
            raise Exhausted("the string is longer than 10 MiB")
        return self._compiled.sub(lambda found: _filled(found, replacement), text)

    def _afford(self, text: str) -> None:
        if (len(text) + 1) ** (self._loops + 1) > _COST:
            raise Exhausted("this regular expression may take too long on this text")
        if self._to_end and text.endswith("\n"):
            raise Exhausted("this regular expression is not evaluated on text that ends in a newline")

    def _refuse_empty(self) -> None:
        if self._compiled.search("") is not None:
            raise Exhausted("this regular expression matches nothing at all, which is not evaluated here")


def _loops(source: str) -> int:
    """How many open-ended repetitions the pattern has. Raises ``Exhausted`` when one stands inside another."""
    parser = import_module("re._parser")  # private, yet the interpreter's only reader of patterns
    return _count(parser.parse(source.replace(r"\z", r"\Z"), re.ASCII), inside=False)


def _count(node: Any, *, inside: bool) -> int:
    total = 0
    for operation, argument in node:
        name = str(operation)
        if name in {"MAX_REPEAT", "MIN_REPEAT"}:
            low, high, body = argument
            varies = low != high
            if varies and inside:
                raise Exhausted("a repetition inside a repetition is not evaluated here")
            total += (varies and high > 1) + _count(body, inside=inside or high > 1)
        elif name == "SUBPATTERN":
            total += _count(argument[3], inside=inside)
        elif name == "BRANCH":
            if inside:
                raise Exhausted("alternatives inside a repetition are not evaluated here")
            total += sum(_count(branch, inside=inside) for branch in argument[1])
    return total


def _shaped(found: re.Match[str]) -> Any:
    """A match: the text, or its groups as a list, or its named groups as an object."""
    if found.re.groupindex:
        return {name: found[name] for name in found.re.groupindex}
    return list(found.groups()) if found.re.groups else found[0]


def _filled(found: re.Match[str], replacement: str) -> str:
    def group(reference: re.Match[str]) -> str:
        if reference[0] == "$$":
            return "$"
        name = reference[1] or reference[2]
        if name.isdigit():
            return (found[int(name)] or "") if int(name) <= found.re.groups else ""
        return (found[name] or "") if name in found.re.groupindex else ""

    return re.sub(r"\$\$|\$(\w+)|\$\{(\w+)\}", group, replacement)
