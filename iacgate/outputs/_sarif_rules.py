"""Part of the ``sarif`` output: a rule comes in, its reportingDescriptor goes out.

GitHub refuses empty strings and long texts (names 255, descriptions 1,024 characters) and keeps ten tags.
"""

from __future__ import annotations

import re
from typing import Any

from iacgate.model import Rule, ScanReport, Severity
from iacgate.outputs._plain import one_line, paragraphs, shorten

LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
SECURITY_SEVERITY = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
PRECISIONS = ("very-high", "high", "medium", "low")
ALL_RULES_BELOW = 1000
TAGS = 10


def listed_rules(report: ScanReport, found: dict[str, Rule]) -> list[Rule]:
    """The rules to describe, by id: those of the results, and all that were evaluated while they are few."""
    rules = dict(found)
    if len(report.rules) < ALL_RULES_BELOW:
        rules = {**report.rules, **found}
    return [rules[rule_id] for rule_id in sorted(rules)]


def descriptor(rule: Rule, severity: Severity) -> dict[str, Any]:
    """One rule as code scanning reads it, with the severity that holds here."""
    title = one_line(rule.title.strip()) or rule.id
    properties: dict[str, Any] = {
        "tags": _tags(rule),
        "precision": rule.precision if rule.precision in PRECISIONS else "high",
    }
    if severity in SECURITY_SEVERITY:
        properties["security-severity"] = SECURITY_SEVERITY[severity]
    described: dict[str, Any] = {
        "id": rule.id,
        "name": shorten(_camel(rule.id), 255),
        "shortDescription": {"text": shorten(title, 1024)},
        "fullDescription": {"text": shorten(one_line(rule.rationale.strip()) or title, 1024)},
        "help": {"text": _help_text(rule, title), "markdown": _help_markdown(rule, title)},
        "defaultConfiguration": {"level": LEVELS[severity]},
        "properties": properties,
    }
    links = [reference for reference in rule.references if _is_link(reference)]
    if links:
        described["helpUri"] = links[0]
    return described


def _tags(rule: Rule) -> list[str]:
    controls = [f"external/{framework}/{one}" for framework, ones in sorted(rule.controls.items()) for one in ones]
    tags = ["security", "iac", rule.provider, rule.service, *controls]
    return list(dict.fromkeys(one_line(tag) for tag in tags if tag.strip()))[:TAGS]


def _camel(rule_id: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", rule_id)) or rule_id


def _help_text(rule: Rule, title: str) -> str:
    parts = [title, paragraphs(rule.rationale.strip()), paragraphs(rule.remediation.strip())]
    return "\n\n".join(part for part in parts if part)


def _help_markdown(rule: Rule, title: str) -> str:
    parts = [f"**{title}**"]
    if rule.rationale.strip():
        parts.append(f"## Why\n\n{paragraphs(rule.rationale.strip())}")
    if rule.remediation.strip():
        parts.append(f"## Fix\n\n{paragraphs(rule.remediation.strip())}")
    if rule.controls:
        rows = (f"- {framework}: {', '.join(map(str, ones))}" for framework, ones in sorted(rule.controls.items()))
        parts.append("## Controls\n\n" + "\n".join(map(one_line, rows)))
    if rule.references:
        parts.append("## References\n\n" + "\n".join(f"- {one_line(reference)}" for reference in rule.references))
    if rule.aliases:
        parts.append(f"Other tools call it {', '.join(map(one_line, rule.aliases))}.")
    return "\n\n".join(parts)


def _is_link(reference: str) -> bool:
    return re.fullmatch(r"https?://[!-~]+", reference) is not None
