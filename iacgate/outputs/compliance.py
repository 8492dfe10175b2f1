"""Reports by control (``--compliance``): what a scan says about frameworks comes in, text in a format goes out.

A rule that passed supports its control and proves nothing; a control whose rules found no resource is "not evaluated",
which is not "passed". The gate's own answer stands in each of them, and is not changed by any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from iacgate.model import ScanReport
from iacgate.model.compliance import Compliance, ControlResult, ControlState, RuleResult
from iacgate.outputs._json import document
from iacgate.outputs._markdown_text import code, plain
from iacgate.outputs._plain import one_line
from iacgate.outputs._xml import body

SCHEMA_VERSION = 1
WORDS = {
    ControlState.FAILED: "failed",
    ControlState.UNKNOWN: "cannot be judged",
    ControlState.EXCEPTED: "excepted",
    ControlState.PASSED: "passed",
    ControlState.NOT_EVALUATED: "not evaluated",
    ControlState.NO_RULE: "no rule",
    ControlState.MANUAL: "not in configuration",
}
MEANINGS = {
    ControlState.FAILED: "a rule found something that no exception covers",
    ControlState.UNKNOWN: "nothing failed, but a rule depends on what is known only later",
    ControlState.EXCEPTED: "what was found is covered by exceptions or the baseline",
    ControlState.PASSED: "its rules ran and found nothing",
    ControlState.NOT_EVALUATED: "there are rules, but nothing here that they look at",
    ControlState.NO_RULE: "no rule speaks for it yet",
    ControlState.MANUAL: "configuration cannot tell; look for evidence elsewhere",
}
_SHOWN = 5
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8886; padding: .4rem .6rem; text-align: left; vertical-align: top; }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
.failed { color: #cf222e; } .unknown, .excepted { color: #9a6700; } .passed { color: #1a7f37; }
"""


def render(name: str, report: ScanReport, frameworks: Sequence[Compliance]) -> str:
    """The report in one of :data:`FORMATS`."""
    return FORMATS[name](report, frameworks)


def _text(report: ScanReport, frameworks: Sequence[Compliance]) -> str:
    lines = [line for one in frameworks for line in (*_text_framework(one), "")]
    return "\n".join([*lines, f"gate {report.gate.value}: {one_line(report.because)}", ""])


def _text_framework(one: Compliance) -> Iterator[str]:
    yield _heading(one)
    yield f"  {_counts(one)}"
    width = max((len(control.control.id) for control in one.controls), default=0)
    for control in one.controls:
        yield ""
        yield f"{control.control.id:<{width}}  {WORDS[control.state]}: {control.control.title}"
        for rule in control.rules:
            if rule.failed or rule.unknown or rule.excepted or not rule.ran:
                yield f"{'':<{width}}    {_rule_phrase(rule)}"
        for address, place in _failing(control):
            yield f"{'':<{width}}      --> {one_line(place)}  {one_line(address)}"
        if (quiet := _quiet_phrase(control)) and control.state is not ControlState.NOT_EVALUATED:
            yield f"{'':<{width}}    {quiet}"


def _heading(one: Compliance) -> str:
    version = one.framework.version
    return f"{one.framework.title} ({version})" if version else one.framework.title


def _counts(one: Compliance) -> str:
    return ", ".join(f"{one.count(state)} {WORDS[state]}" for state in ControlState if one.count(state))


def _is_quiet(rule: RuleResult) -> bool:
    return rule.ran and not (rule.failed or rule.unknown or rule.excepted)


def _quiet_phrase(control: ControlResult) -> str:
    """How many rules of a control found nothing, and how many of those had nothing to look at."""
    quiet = [rule for rule in control.rules if _is_quiet(rule)]
    passed = sum(bool(rule.passed) for rule in quiet)
    counts = ((passed, "passed"), (len(quiet) - passed, "had nothing to judge"))
    return ", ".join(f"{count} rule{'' if count == 1 else 's'} {word}" for count, word in counts if count)


def _rule_phrase(rule: RuleResult) -> str:
    if not rule.ran:
        return f"{rule.rule}: switched off in the settings"
    counts = (
        (rule.failed, "failed"),
        (rule.unknown, "cannot be judged"),
        (rule.excepted, "excepted"),
        (rule.passed, "passed"),
    )
    return f"{rule.rule} ({rule.severity}): {', '.join(f'{count} {word}' for count, word in counts if count)}"


def _failing(control: ControlResult) -> list[tuple[str, str]]:
    """The first places where rules of a control failed, none of them twice."""
    return list(dict.fromkeys(one for rule in control.rules for one in rule.failing))[:_SHOWN]


def _json(report: ScanReport, frameworks: Sequence[Compliance]) -> str:
    return document(
        {
            "schema_version": SCHEMA_VERSION,
            "tool": {"name": report.tool, "version": report.version},
            "gate": report.gate.value,
            "exit_code": report.exit_code,
            "because": report.because,
            "frameworks": [_framework(one) for one in frameworks],
        },
        {"frameworks": [{"controls": []}]},
    )


def _framework(one: Compliance) -> dict[str, Any]:
    framework = one.framework
    return {
        "name": framework.name,
        "id": framework.id,
        "title": framework.title,
        "version": framework.version,
        "url": framework.url,
        "summary": {state.value: one.count(state) for state in ControlState},
        "controls": [
            {
                "id": control.control.id,
                "title": control.control.title,
                "strength": control.control.strength,
                "state": control.state.value,
                "rules": [_rule(rule) for rule in control.rules],
            }
            for control in one.controls
        ],
    }


def _rule(rule: RuleResult) -> dict[str, Any]:
    return {
        "id": rule.rule,
        "title": rule.title,
        "severity": rule.severity,
        "ran": rule.ran,
        "state": rule.state.value,
        "passed": rule.passed,
        "failed": rule.failed,
        "unknown": rule.unknown,
        "excepted": rule.excepted,
        "failing": [{"resource": address, "place": place} for address, place in rule.failing],
    }


def _markdown(report: ScanReport, frameworks: Sequence[Compliance]) -> str:
    parts = [f"**Gate {report.gate.value}**: {plain(report.because)}", ""]
    for one in frameworks:
        parts += [f"## {plain(_heading(one))}", "", _counts(one) + ".", ""]
        parts += ["| control | | rules |", "|--|--|--|"]
        parts += [
            f"| **{plain(control.control.id)}** {plain(control.control.title)} | {WORDS[control.state]} | "
            f"{'<br>'.join(_markdown_rules(control))} |"
            for control in one.controls
        ]
        parts += ["", "Words:", "", *(f"* *{WORDS[state]}*: {MEANINGS[state]}" for state in ControlState), ""]
    return "\n".join(parts)


def _markdown_rules(control: ControlResult) -> Iterator[str]:
    for rule in control.rules:
        if not _is_quiet(rule):
            yield plain(_rule_phrase(rule))
    for address, place in _failing(control):
        yield f"{code(address)} at {code(place)}"
    yield from filter(None, [_quiet_phrase(control)])


def _html(report: ScanReport, frameworks: Sequence[Compliance]) -> str:
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        f"<title>Compliance</title><style>{_STYLE}</style></head><body>",
        f"<p>Gate <strong>{report.gate.value}</strong>: {body(one_line(report.because))}</p>",
    ]
    for one in frameworks:
        parts.append(f"<h1>{body(_heading(one))}</h1><p>{body(_counts(one))}.</p>")
        parts.append("<table><thead><tr><th>control<th><th>rules</thead><tbody>")
        parts += [_html_row(control) for control in one.controls]
        parts.append("</tbody></table>")
    parts += ["<h2>Words</h2><dl>"]
    parts += [f"<dt>{WORDS[state]}<dd>{MEANINGS[state]}" for state in ControlState]
    return "\n".join([*parts, "</dl></body></html>", ""])


def _html_row(control: ControlResult) -> str:
    found = [body(_rule_phrase(rule)) for rule in control.rules if not _is_quiet(rule)]
    found += [
        f"<code>{body(one_line(address))}</code> at <code>{body(one_line(place))}</code>"
        for address, place in _failing(control)
    ]
    found += filter(None, [_quiet_phrase(control)])
    state = f'<td class="{control.state.value}">{WORDS[control.state]}'
    name = f"<strong>{body(control.control.id)}</strong> {body(control.control.title)}"
    return f"<tr><td>{name}{state}<td>{'<br>'.join(found)}"


FORMATS: dict[str, Callable[[ScanReport, Sequence[Compliance]], str]] = {
    "text": _text,
    "json": _json,
    "markdown": _markdown,
    "html": _html,
}
"""The formats that report by control."""


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the ``json`` form."""
    text, count = {"type": "string"}, {"type": "integer", "minimum": 0}
    states = [state.value for state in ControlState]
    rule = _object({
        "id": text, "title": text, "severity": text, "ran": {"type": "boolean"}, "state": {"enum": states},
        "passed": count, "failed": count, "unknown": count, "excepted": count,
        "failing": {"type": "array", "items": _object({"resource": text, "place": text})},
    })  # fmt: skip
    control = _object({
        "id": text, "title": text, "strength": {"enum": ["direct", "support"]}, "state": {"enum": states},
        "rules": {"type": "array", "items": rule},
    })  # fmt: skip
    framework = _object({
        "name": text, "id": text, "title": text, "version": text, "url": text,
        "summary": _object(dict.fromkeys(states, count)), "controls": {"type": "array", "items": control},
    })  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:iacgate:schema:compliance:1",
        "title": "iacgate report by control",
        "description": "What `iacgate scan --compliance NAME -o json` writes.",
        **_object({
            "schema_version": {"const": SCHEMA_VERSION},
            "tool": _object({"name": text, "version": text}),
            "gate": {"enum": ["open", "closed", "incomplete"]},
            "exit_code": {"type": "integer", "minimum": 0, "maximum": 255},
            "because": text,
            "frameworks": {"type": "array", "items": framework},
        }),
    }  # fmt: skip


def _object(members: dict[str, Any]) -> dict[str, Any]:
    """An object that has all these members; more may come in later versions."""
    return {"type": "object", "required": list(members), "properties": members}
