"""Reading RE2 patterns: the syntax of Terraform's regular expressions.

Room: ``lang``. In: a pattern. Out: a tree of nodes; ``Fault`` for what RE2 refuses, ``Exhausted`` for the little that
is not read here (scripts such as ``\\p{Greek}``). Source: Go's ``regexp/syntax`` with Perl flags.

A node is a tuple: ``("set", ranges)`` one character; ``("cat", nodes)``, ``("alt", nodes)``; ``("rep", node, low, high,
greedy)`` with ``high`` ``None`` for no end; ``("cap", index, node)``; ``("at", kind)`` with the kinds ``A z ^ $ b B``.
"""

from __future__ import annotations

import sys
import unicodedata
from functools import lru_cache
from typing import Any

from iacgate.lang.terraform.values import Exhausted, Fault

Ranges = tuple[tuple[int, int], ...]
MOST_REPEATS = 1000
LONGEST_PATTERN = 5_000
DEEPEST = 200
LAST = 0x10FFFF
ALL: Ranges = ((0, LAST),)
_DIGIT: Ranges = ((0x30, 0x39),)
_SPACE: Ranges = ((0x09, 0x0A), (0x0C, 0x0D), (0x20, 0x20))
_WORD: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_PERL = {"d": _DIGIT, "s": _SPACE, "w": _WORD}
_POSIX: dict[str, Ranges] = {
    "alnum": ((0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A)),
    "alpha": ((0x41, 0x5A), (0x61, 0x7A)),
    "ascii": ((0, 0x7F),),
    "blank": ((0x09, 0x09), (0x20, 0x20)),
    "cntrl": ((0, 0x1F), (0x7F, 0x7F)),
    "digit": _DIGIT,
    "graph": ((0x21, 0x7E),),
    "lower": ((0x61, 0x7A),),
    "print": ((0x20, 0x7E),),
    "punct": ((0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)),
    "space": ((0x09, 0x0D), (0x20, 0x20)),
    "upper": ((0x41, 0x5A),),
    "word": _WORD,
    "xdigit": ((0x30, 0x39), (0x41, 0x46), (0x61, 0x66)),
}
_ESCAPES = {"a": 7, "f": 12, "t": 9, "n": 10, "r": 13, "v": 11}


def merged(ranges: list[tuple[int, int]]) -> Ranges:
    """Ranges in order, without overlaps."""
    made: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if made and low <= made[-1][1] + 1:
            made[-1] = (made[-1][0], max(made[-1][1], high))
        else:
            made.append((low, high))
    return tuple(made)


def negated(ranges: Ranges) -> Ranges:
    """Every character that is not in the ranges."""
    made: list[tuple[int, int]] = []
    at = 0
    for low, high in ranges:
        if at < low:
            made.append((at, low - 1))
        at = high + 1
    if at <= LAST:
        made.append((at, LAST))
    return tuple(made)


@lru_cache(maxsize=64)
def category(name: str) -> Ranges:
    """The characters of a general category (``L``, ``Lu``), or of ``Any``."""
    if name == "Any":
        return ALL
    if len(name) > 2 or name[0] not in "LMNPSZC" or name == "Cn":
        raise Exhausted(f"the character class {name} of this regular expression is not evaluated here")
    lows: list[tuple[int, int]] = []
    start = -1
    for code in range(sys.maxunicode + 2):
        kind = unicodedata.category(chr(code)) if code <= sys.maxunicode else ""
        inside = kind.startswith(name) and kind != "Cn"
        if inside and start < 0:
            start = code
        elif not inside and start >= 0:
            lows.append((start, code - 1))
            start = -1
    return tuple(lows)


def folded(ranges: Ranges) -> Ranges:
    """The ranges with both cases of every letter."""
    made = list(ranges)
    for low, high in ranges:
        if (low, high) == (0, LAST):
            return ALL
        # beyond the first letters a large class hardly has cases of its own; both its ends stay in
        last = max(low, 0x24F) if high > 0x7F and high - low > 5000 else high
        for code in range(low, last + 1):
            character = chr(code)
            cases = {character.lower(), character.upper(), character.swapcase()}
            made.extend([(ord(other), ord(other)) for other in cases if len(other) == 1])
            if character in "kKsS":
                made.append((0x212A, 0x212A) if character in "kK" else (0x17F, 0x17F))
    return merged(made)


class Reader:
    """One pattern being read. ``names`` are those of the groups, "" for one without."""

    def __init__(self, pattern: str) -> None:
        if len(pattern) > LONGEST_PATTERN:
            raise Exhausted("this regular expression is too long to evaluate")
        self.text = pattern
        self.at = 0
        self.names: list[str] = []
        self.flags: frozenset[str] = frozenset()
        self.depth = 0

    def read(self) -> Any:
        node = self._alternatives()
        if self.at < len(self.text):
            raise Fault("the regular expression has a closing parenthesis too many")
        return node

    def _more(self, text: str) -> bool:
        return self.text.startswith(text, self.at)

    def _alternatives(self) -> Any:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Exhausted("this regular expression is nested too deeply to evaluate")
        flags = self.flags
        branches = [self._sequence()]
        while self._more("|"):
            self.at += 1
            branches.append(self._sequence())
        self.flags = flags
        self.depth -= 1
        return branches[0] if len(branches) == 1 else ("alt", branches)

    def _sequence(self) -> Any:
        nodes: list[Any] = []
        repeated = False
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            if self._more("\\Q"):
                self._literal_run(nodes)
                repeated = False
                continue
            counts = self._repetition()
            if counts is None:
                node = self._atom()
                repeated = node is None
                if node is not None:
                    nodes.append(node)
                continue
            if not nodes or repeated:
                raise Fault("the regular expression repeats nothing, or a repetition")
            nodes.append(self._repeated(nodes.pop(), *counts))
            repeated = True
        return nodes[0] if len(nodes) == 1 else ("cat", nodes)

    def _literal_run(self, nodes: list[Any]) -> None:
        end = self.text.find("\\E", self.at + 2)
        run = self.text[self.at + 2 : end if end >= 0 else len(self.text)]
        nodes.extend([self._character(ord(character)) for character in run])
        self.at = len(self.text) if end < 0 else end + 2

    def _repetition(self) -> tuple[int, int | None] | None:
        """The counts of a repetition that stands here, or ``None``."""
        sign = self.text[self.at]
        simple = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        if sign in simple:
            self.at += 1
            return simple[sign]
        if sign != "{":
            return None
        end = self.text.find("}", self.at)
        low, comma, high = self.text[self.at + 1 : end].partition(",") if end > 0 else ("", "", "")
        if not _counts(low) or (high and not _counts(high)):
            return None
        self.at = end + 1
        least, most = int(low), (int(high) if high else None) if comma else int(low)
        if least > MOST_REPEATS or (most is not None and (most > MOST_REPEATS or least > most)):
            raise Fault("the regular expression repeats too often")
        return least, most

    def _repeated(self, node: Any, low: int, high: int | None) -> Any:
        greedy = "U" not in self.flags
        if self._more("?"):
            self.at += 1
            greedy = not greedy
        made = ("rep", node, low, high, greedy)
        if _largest(made) > MOST_REPEATS:
            raise Fault("the regular expression repeats too often")
        return made

    def _atom(self) -> Any:
        sign = self.text[self.at]
        if sign == "(":
            return self._group()
        if sign == "[":
            return self._class()
        if sign == "\\":
            return self._escaped()
        self.at += 1
        if sign == ".":
            return ("set", ALL if "s" in self.flags else negated(((10, 10),)))
        if sign == "^":
            return ("at", "^" if "m" in self.flags else "A")
        if sign == "$":
            return ("at", "$" if "m" in self.flags else "z")
        return self._character(ord(sign))

    def _character(self, code: int) -> Any:
        return self._set(((code, code),))

    def _set(self, ranges: Ranges) -> Any:
        return ("set", folded(ranges) if "i" in self.flags else ranges)

    def _group(self) -> Any:
        named = next((mark for mark in ("(?P<", "(?<") if self._more(mark)), "")
        if named:
            name, closed, _ = self.text[self.at + len(named) :].partition(">")
            if not closed or not name.isascii() or not name.replace("_", "a").isalnum():
                raise Fault("the regular expression has a group whose name is not valid")
            self.at += len(named) + len(name) + 1
            return self._captured(name)
        if self._more("(?"):
            return self._flagged()
        self.at += 1
        return self._captured("")

    def _captured(self, name: str) -> Any:
        self.names.append(name)
        index = len(self.names)
        return ("cap", index, self._inside())

    def _inside(self) -> Any:
        node = self._alternatives()
        if not self._more(")"):
            raise Fault("the regular expression misses a closing parenthesis")
        self.at += 1
        return node

    def _flagged(self) -> Any:
        """``(?i)`` sets flags for the rest of the group, ``(?i:x)`` for what is inside."""
        flags = set(self.flags)
        at, off, seen = self.at + 2, False, False
        while at < len(self.text):
            sign = self.text[at]
            at += 1
            if sign in "imsU":
                flags.symmetric_difference_update({sign} if (sign in flags) == off else set())
                seen = True
            elif sign == "-" and not off:
                off, seen = True, False
            elif sign in ":)" and not (off and not seen):
                self.at = at
                return self._with_flags(frozenset(flags), inside=sign == ":")
            else:
                break
        raise Fault("the regular expression has a group that RE2 does not know")

    def _with_flags(self, flags: frozenset[str], *, inside: bool) -> Any:
        before, self.flags = self.flags, flags
        if not inside:
            return None
        node = self._inside()
        self.flags = before
        return node

    def _escaped(self) -> Any:
        sign = self.text[self.at + 1 : self.at + 2]
        if sign in {"A", "z", "b", "B"}:
            self.at += 2
            return ("at", sign)
        ranges = self._escaped_class()
        if ranges is not None:
            return self._set(ranges)
        return self._character(self._escaped_code())

    def _escaped_class(self) -> Ranges | None:
        """The class of ``\\d`` or ``\\pL`` that stands here, or ``None``."""
        sign = self.text[self.at + 1 : self.at + 2]
        if sign.lower() in _PERL and sign:
            self.at += 2
            found = _PERL[sign.lower()]
            return negated(found) if sign.isupper() else found
        if sign not in {"p", "P"}:
            return None
        name = self.text[self.at + 2 : self.at + 3]
        self.at += 3
        if name == "{":
            name, closed, _ = self.text[self.at :].partition("}")
            if not closed:
                raise Fault("the regular expression has a class without an end")
            self.at += len(name) + 1
        turned = name.startswith("^")
        name = name.removeprefix("^")
        if not name or not name.replace("_", "").isalnum():
            raise Fault("the regular expression has a class that does not exist")
        found = category(name)
        return negated(found) if turned != (sign == "P") else found

    def _escaped_code(self) -> int:
        """The code of the escaped character that stands here."""
        sign = self.text[self.at + 1 : self.at + 2]
        self.at += 2
        if sign and sign in "01234567":
            return self._octal(sign)
        if sign == "x":
            return self._hexadecimal()
        if sign in _ESCAPES:
            return _ESCAPES[sign]
        if sign and sign.isascii() and not sign.isalnum():
            return ord(sign)
        raise Fault("the regular expression has an escape that RE2 does not know")

    def _octal(self, sign: str) -> int:
        digits = sign
        while len(digits) < 3 and self.text[self.at : self.at + 1] in set("01234567"):
            digits += self.text[self.at]
            self.at += 1
        if sign != "0" and len(digits) == 1:
            raise Fault("the regular expression refers back to a group, which RE2 does not know")
        return int(digits, 8)

    def _hexadecimal(self) -> int:
        if self._more("{"):
            digits, closed, _ = self.text[self.at + 1 :].partition("}")
            self.at += len(digits) + 2
            if not closed:
                digits = ""
        else:
            digits = self.text[self.at : self.at + 2]
            self.at += 2
            digits = digits if len(digits) == 2 else ""
        if not digits or any(digit not in "0123456789abcdefABCDEF" for digit in digits) or int(digits, 16) > LAST:
            raise Fault("the regular expression has an escape that RE2 does not know")
        return int(digits, 16)

    def _class(self) -> Any:
        self.at += 1
        turned = self._more("^")
        self.at += turned
        ranges: list[tuple[int, int]] = []
        first = True
        while first or not self._more("]"):
            if self.at >= len(self.text):
                raise Fault("the regular expression has a class without an end")
            if self._more("-") and not first and self.text[self.at + 1 : self.at + 2] not in {"]", ""}:
                raise Fault("the regular expression has a range that is not valid")
            first = False
            ranges.extend(self._class_part())
        self.at += 1
        found = merged(ranges)
        if "i" in self.flags:
            found = folded(found)
        return ("set", negated(found) if turned else found)

    def _class_part(self) -> Ranges:
        if self._more("[:"):
            end = self.text.find(":]", self.at + 2)
            if end >= 0:
                name = self.text[self.at + 2 : end]
                turned = name.startswith("^")
                if name.removeprefix("^") not in _POSIX:
                    raise Fault("the regular expression has a class that does not exist")
                self.at = end + 2
                found = _POSIX[name.removeprefix("^")]
                return negated(found) if turned else found
        if self._more("\\"):
            ranges = self._escaped_class()
            if ranges is not None:
                return ranges
        low = self._class_code()
        high = low
        if self._more("-") and self.text[self.at + 1 : self.at + 2] not in {"]", ""}:
            self.at += 1
            high = self._class_code()
            if high < low:
                raise Fault("the regular expression has a range that is not valid")
        return ((low, high),)

    def _class_code(self) -> int:
        if self.at >= len(self.text):
            raise Fault("the regular expression has a class without an end")
        if self._more("\\"):
            return self._escaped_code()
        self.at += 1
        return ord(self.text[self.at - 1])


def _counts(digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and len(digits) < 9 and (digits == "0" or not digits.startswith("0"))


def _largest(node: Any) -> int:
    """How often the innermost part is written out when every count is."""
    if node[0] == "rep":
        times: int = max(node[3] if node[3] is not None else node[2], 1)
        return times * _largest(node[1])
    if node[0] in {"cat", "alt"}:
        return max([_largest(item) for item in node[1]], default=1)
    return _largest(node[2]) if node[0] == "cap" else 1
