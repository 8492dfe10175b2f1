"""Triage room: the text of a comment or an annotation → what it allows, in our words and in those of other tools.

In: one line of text. Out: :class:`Remark` s; what is wrong with a malformed one is said in its ``problem``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Literal

from iacgate.errors import did_you_mean
from iacgate.model.dataclass import dataclass

Reach = Literal["lines", "resource", "file"]
"""What a remark speaks for: its lines; the resource around it; the whole file."""

MARKERS = ("iacgate:", "checkov:skip", "bridgecrew:skip", "trivy:ignore", "tfsec:ignore", "hadolint", "kics-scan")
"""Words of which one is in every text that :func:`remarks` understands: cheap to look for in a whole file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What a comment allows. ``tool`` wrote its grammar; ``problem`` is why it cannot count, "" when it can."""

    tool: str
    rules: tuple[str, ...] = ()
    until: date | None = None
    owner: str = ""
    reason: str = ""
    ticket: str = ""
    reach: Reach = "lines"
    problem: str = ""


def remarks(text: str) -> Iterator[Remark]:
    """Everything that one comment allows."""
    lowered = text.lower()
    if not any(marker in lowered for marker in MARKERS):
        return
    for parse in (_ours, _checkov, _trivy, _hadolint, _kics):
        yield from parse(text)


def _ours(text: str) -> Iterator[Remark]:
    for match in re.finditer(
        r"(?<![\w/.-])iacgate:([A-Za-z-]+)(.*?)(?=(?<![\w/.-])iacgate:[A-Za-z]|\Z)", text, re.DOTALL
    ):
        if match[1].lower() == "allow":
            yield parse_allow(match[2])
        else:
            yield Remark(tool="iacgate", problem=f"`iacgate:{match[1]}` means nothing: write `iacgate:allow RULE …`")


_PAIR = r"""(?P<key>[A-Za-z_]+)=(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"']\S*)?)(?=\s|\Z)"""
_RULES = r"\s*((?:[^\s=,\"']+\s*,\s*)*[^\s=,\"']+)(?=\s|\Z)(?!\s*=)"
_WORDS = ("until", "owner", "reason", "ticket")


def parse_allow(text: str) -> Remark:
    """What follows ``iacgate:allow``: rules, then ``until=DATE owner=NAME reason="…"`` in any order."""
    head = re.match(_RULES, text)
    if head is None:
        return Remark(
            tool="iacgate", problem='it names no rule: write `iacgate:allow RULE until=DATE owner=NAME reason="…"`'
        )
    rules = tuple(word.strip() for word in head[1].split(","))
    values: dict[str, str] = {}
    position = head.end()
    while rest := text[position:].strip():
        position += len(text[position:]) - len(text[position:].lstrip())
        pair = re.compile(_PAIR).match(text, position)
        if pair is None:
            return Remark(tool="iacgate", rules=rules, problem=f"cannot read {rest[:40]!r}: quote text that has blanks")
        key = pair["key"].lower()
        if key not in _WORDS:
            return Remark(tool="iacgate", rules=rules, problem=_unknown_word(pair["key"]))
        if key in values:
            return Remark(tool="iacgate", rules=rules, problem=f"{key}= is written twice")
        values[key] = (pair["double"] or pair["single"] or pair["bare"] or "").strip()
        position = pair.end()
    return _allow(rules, values)


def _unknown_word(word: str) -> str:
    hint = did_you_mean(word, _WORDS, f"one of {', '.join(_WORDS)}")
    return f"unknown word {word!r}: {hint}"


def _allow(rules: tuple[str, ...], values: dict[str, str]) -> Remark:
    problem, until = "", None
    if "*" in rules:
        problem = "`*` would allow every rule: name the rules"
    if "until" in values:
        until = _day(values["until"])
        if until is None:
            problem = f"until={values['until']} is no date: write it as 2027-01-31"
    return Remark(
        tool="iacgate",
        rules=rules,
        until=until,
        owner=values.get("owner", ""),
        reason=values.get("reason", ""),
        ticket=values.get("ticket", ""),
        problem=problem,
    )


def _checkov(text: str) -> Iterator[Remark]:
    """``checkov:skip=CKV_AWS_20,CKV_AWS_21:reason`` in a block speaks for the block, in a Dockerfile for all."""
    for match in re.finditer(r"(?:checkov|bridgecrew):skip=\s*(\w+(?:\s*,\s*\w+)*)(?:\s*:)?\s*(.*)", text):
        yield Remark(
            tool="checkov", rules=tuple(re.split(r"\s*,\s*", match[1])), reason=match[2].strip(), reach="resource"
        )


def _trivy(text: str) -> Iterator[Remark]:
    """``trivy:ignore:AVD-AWS-0086:exp:2027-01-01``, several with blanks between; ``tfsec:ignore:`` is the same."""
    for match in re.finditer(r"(trivy|tfsec):ignore:(\S+)", text):
        tool, (rule, *options) = match[1], match[2].split(":")
        problem, until = "", None
        if "[" in rule:
            rule, problem = rule.partition("[")[0], "its [selector] is not understood here"
        for word, value in zip(options[::2], options[1::2], strict=False):
            if word == "exp":
                until = _day(value)
                problem = problem or ("" if until else f"exp:{value} is no date")
            elif word == "ws":
                problem = "it is limited to a workspace, which is not known here"
        yield Remark(tool=tool, rules=(rule,), until=until, problem=problem)


def _hadolint(text: str) -> Iterator[Remark]:
    """``hadolint ignore=DL3002,DL3006`` above an instruction, ``hadolint global ignore=…`` for the file."""
    found = re.search(r"\bhadolint\s+(global\s+)?ignore\s*=\s*([A-Za-z]+\d+(?:\s*,\s*[A-Za-z]+\d+)*)", text)
    if found:
        rules = tuple(re.split(r"\s*,\s*", found[2]))
        yield Remark(tool="hadolint", rules=rules, reach="file" if found[1] else "lines")


def _kics(text: str) -> Iterator[Remark]:
    """``kics-scan ignore-line``, ``ignore-block`` and ``ignore`` name no rule; ``disable=id,id`` is for the file."""
    found = re.search(
        r"\bkics-scan\s+(?:(ignore-line|ignore-block|ignore)\b|disable\s*=\s*([\w-]+(?:\s*,\s*[\w-]+)*))", text
    )
    if found is None:
        return
    if found[2]:
        yield Remark(tool="kics", rules=tuple(re.split(r"\s*,\s*", found[2])), reach="file")
    else:
        reach: Reach = "file" if found[1] == "ignore" else "lines"
        yield Remark(tool="kics", rules=("*",), reach=reach)


def annotation_remarks(key: str, value: str) -> Iterator[Remark]:
    """What one annotation of an object allows: ours, kube-linter's and checkov's."""
    domain, _, name = key.partition("/")
    if domain == "iacgate.dev" and (name == "allow" or name.startswith("allow-")):
        for text in re.split(r"[\n;]", value):
            if text.strip():
                yield parse_allow(text)
    elif domain == "ignore-check.kube-linter.io":
        yield Remark(tool="kube-linter", rules=(name,), reason=value.strip())
    elif key == "kube-linter.io/ignore-all":
        yield Remark(tool="kube-linter", rules=("*",), reason=value.strip())
    elif domain in {"checkov.io", "bridgecrew.io"} and re.fullmatch(r"skip\d*", name):
        rule, _, reason = value.partition("=")
        yield Remark(tool="checkov", rules=(rule.strip(),), reason=reason.strip())


def _day(text: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
