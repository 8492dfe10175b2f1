"""The keys of the files that people write, and of the JSON report, from their JSON Schemas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from _generator import Undocumented, code, codes, table
from iacgate.config.schema import exceptions_schema, settings_schema
from iacgate.engines.native.schema import json_schema as rule_schema
from iacgate.model import Settings
from iacgate.outputs import report_schema

Schema = dict[str, Any]

DEFAULTS = {
    "maturity": "2",
    "tiers": "critical and high enforce, medium warn, low and info audit",
    "rules.ruleset": Settings().rules.ruleset,
    "exceptions.max_days": str(Settings().exceptions.max_days),
    "exceptions.announce_days": str(Settings().exceptions.announce_days),
    "exceptions.inline": Settings().exceptions.inline,
    "report_level": str(Settings().report_level),
    "unknown": str(Settings().enforcement.unknown),
    "existing": str(Settings().enforcement.existing),
    "rollout[].then": "enforce",
    "break_glass.annotation": "allow",
    "break_glass.command": "allow",
}
"""What counts when a key of the settings is absent, where that is not nothing."""

RULE_KEYS = {
    "tags": "words to find it by",
    "references": "links to read on, each with https://",
}
"""Keys of a rule file that the schema leaves undescribed."""

REPORT_KEYS = {
    "schema_version": "the version of this format; it changes when something is taken away or changes its meaning",
    "tool": "name and version of what wrote the report",
    "exit_code": "the exit code of the scan",
    "maturity": "the maturity that was in force",
    "summary": "counts; they do not depend on `report_level`",
    "sources": "every file that was looked at, and what became of it",
    "rules": "the rules that were evaluated, by id",
    "findings": "the findings, each with its verdict",
    "evaluations": "every rule on every resource; only with `--evaluations`",
    "exceptions": "the exceptions that were used, have expired, cover nothing, or expire soon",
    "errors": "what was not understood: these keep the gate from being green",
    "declined": "what was left out on purpose, and by which setting",
    "notices": "remarks that change no verdict",
}
"""Top-level members of the report that the schema leaves undescribed."""


def settings_page() -> str:
    """The keys of iacgate.yaml. Raises :class:`Undocumented`."""
    rows = list(keys(settings_schema()))
    _demand("settings key", rows)
    body = table(
        ["key", "takes", "meaning", "default"],
        [(code(key), takes, text, DEFAULTS.get(key, "")) for key, takes, text in rows],
    )
    return _page(
        "Settings",
        "Every key of `iacgate.yaml`, made from the JSON Schema that `iacgate schema settings` prints.",
        "The same keys stand in",
        "`[tool.iacgate]` of a `pyproject.toml`. A list of one may be written without its brackets.",
        "What they do is told in",
        "[](../../concepts/index.md).",
        body,
    )


def exceptions_page() -> str:
    """The keys of the exceptions file. Raises :class:`Undocumented`."""
    schema = exceptions_schema()
    rows = list(keys(schema))
    _demand("key of the exceptions file", rows)
    body = table(["key", "takes", "meaning"], [(code(key), takes, text) for key, takes, text in rows])
    return _page(
        "Exceptions file",
        "Every key of the file that `exceptions.file` of the settings names, made from `iacgate schema",
        "exceptions`. How",
        "exceptions work is told in [](../../concepts/exceptions.md).",
        body,
    )


def rule_file_page() -> str:
    """The keys of a rule file. Raises :class:`Undocumented`."""
    rows = [(key, takes, text or RULE_KEYS.get(key, "")) for key, takes, text in keys(rule_schema())]
    _demand("key of a rule file", rows)
    body = table(["key", "takes", "meaning"], [(code(key), takes, text) for key, takes, text in rows])
    return _page(
        "Rule file",
        "Every key of a rule, made from `iacgate schema rule`. A rule has exactly one of `deny`,",
        "`require` and `check`.",
        "A tutorial is [](../../writing-rules/tutorial.md).",
        body,
    )


def report_page() -> str:
    """The members of the JSON report. Raises :class:`Undocumented`."""
    schema = report_schema()
    top = schema["properties"]
    rows = [(name, _takes(one, schema), REPORT_KEYS.get(name) or _said(one)) for name, one in top.items()]
    _demand("member of the report", rows)
    parts = [table(["member", "is", "meaning"], [(code(name), takes, text) for name, takes, text in rows])]
    for name, one in schema["$defs"].items():
        members = one.get("properties", {})
        parts += [f"## {name}", "", table(["member", "is"], [(code(m), _takes(v, schema)) for m, v in members.items()])]
    parts += ["## Entries of sources and evaluations", ""]
    for name in ("sources", "evaluations"):
        members = top[name]["items"]["properties"]
        entries = [(code(f"{name}[].{member}"), _takes(value, schema)) for member, value in members.items()]
        parts.append(table(["member", "is"], entries))
    return _page(
        "JSON report",
        "What `iacgate scan -o json` writes, made from the schema that `iacgate schema report` prints.",
        "Members may be added",
        "without a new `schema_version`; none is taken away.",
        "\n".join(parts),
    )


def keys(schema: Schema, node: Schema | None = None, prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """(dotted name, what it takes, description) of every key, those of inner mappings too."""
    node = schema if node is None else node
    for name, given in node.get("properties", {}).items():
        resolved = _resolved(given, schema)
        key = f"{prefix}{name}"
        required = " (required)" if name in node.get("required", ()) else ""
        yield key, _takes(given, schema) + required, _said(given) or _said(resolved)
        if resolved.get("properties"):
            yield from keys(schema, resolved, f"{key}.")
        items = _resolved(resolved.get("items", {}), schema)
        if items.get("properties"):
            yield from keys(schema, items, f"{key}[].")


def _resolved(node: Schema, schema: Schema) -> Schema:
    """A node behind its reference; of a choice with null, the other one."""
    if "$ref" in node:
        return _resolved(schema["$defs"][node["$ref"].rpartition("/")[2]], schema)
    choices = [one for one in node.get("anyOf", ()) if one.get("type") != "null"]
    return _resolved(choices[0], schema) if len(choices) == 1 else node


def _said(node: Schema) -> str:
    return str(node.get("description", ""))


def _takes(node: Schema, schema: Schema) -> str:
    """What a key takes, in words."""
    node = _resolved(node, schema)
    if "allOf" in node:
        return _takes(node["allOf"][0], schema)
    if "enum" in node or "const" in node:
        return codes(map(str, node.get("enum", [node.get("const")])), " ")
    if "anyOf" in node or "oneOf" in node:
        return " or ".join(dict.fromkeys(_takes(one, schema) for one in node.get("anyOf", node.get("oneOf"))))
    kind = node.get("type")
    if isinstance(kind, list):
        return " or ".join(kind)
    if kind == "array":
        inner = _takes(node.get("items", {}), schema)
        return f"list of {inner}"
    if kind == "object":
        return _takes_object(node, schema)
    if kind == "string" and node.get("format") == "date":
        return "date"
    if kind == "integer" and "minimum" in node and "maximum" in node:
        low, high = node["minimum"], node["maximum"]
        return str(low) if low == high else f"{low} … {high}"
    return {"string": "text", "integer": "number", "boolean": "`true` `false`"}.get(str(kind), "any value")


def _takes_object(node: Schema, schema: Schema) -> str:
    values = node.get("additionalProperties")
    if isinstance(values, dict) and values:
        return f"mapping to {_takes(values, schema)}"
    return "mapping"


def _demand(what: str, rows: list[tuple[str, str, str]]) -> None:
    missing = [f"{what} {key}" for key, _, text in rows if not text]
    if missing:
        raise Undocumented(missing)


def _page(title: str, *parts: str) -> str:
    *lead, body = parts
    return "\n".join([f"# {title}", "", *lead, "", body])
