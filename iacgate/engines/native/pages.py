"""The documentation page of a rule: everything it says, with an example that fails and one that passes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iacgate.engines.native.examples import Pair
from iacgate.engines.native.fixtures import EXPECTATION
from iacgate.model import Rule


def rule_page(rule: Rule, shown: Pair = (None, None)) -> str:
    """A rule as Markdown, what a person has to know first. ``shown`` are its examples."""
    parts = [f"# {rule.id}", "", f"**{rule.title}.** Severity: {rule.severity}.", ""]
    parts += ["## Why", "", rule.rationale, "", "## Fix", "", rule.remediation, ""]
    if any(shown):
        parts += _examples(rule, shown)
    if rule.params:
        parts += ["## Parameters", "", *(f"* `{name}`: `{value!r}`" for name, value in sorted(rule.params.items())), ""]
    parts += ["## Facts", "", *_facts(rule), ""]
    if rule.references:
        parts += ["## References", "", *(f"* <{link}>" for link in rule.references), ""]
    return "\n".join(parts).rstrip() + "\n"


def _facts(rule: Rule) -> Iterator[str]:
    yield "| | |"
    yield "|--|--|"
    yield f"| Looks at | {_code(rule.on)} |"
    yield f"| Rule sets | {_code(rule.rulesets)} |"
    if rule.aliases:
        yield f"| Elsewhere | {_code(rule.aliases)} |"
    for framework, controls in sorted(rule.controls.items()):
        yield f"| {framework} | {', '.join(controls)} |"
    yield f"| Since | {rule.since} |"


def _code(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _examples(rule: Rule, shown: Pair) -> Iterator[str]:
    yield "## Examples"
    for title, example in zip(("Found, at the marked line:", "Fine:"), shown, strict=True):
        if example is not None:
            yield from ("", title, "", f"```{example.language}")
            yield from (_marked(rule.id, line) for line in example.lines)
            yield "```"
    yield ""


def _marked(rule: str, line: str) -> str:
    """Expectations about other rules are left out; ours reads as a remark."""
    match = EXPECTATION.search(line)
    if match is None:
        return line
    if rule not in re.split(r"[ ,]+", match[2]):
        return line[: match.start()].rstrip()
    word = "the rule points here" if match[1] == "finding" else "not known until apply"
    return line[: match.start()] + f"# {word}"
