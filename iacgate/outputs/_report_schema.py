"""The JSON Schema (draft 2020-12) of the ``json`` output: nothing comes in, the schema goes out.

Members beyond those named are allowed everywhere, so that a schema from today accepts a report from tomorrow.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_SEVERITY: Schema = {"enum": ["critical", "high", "medium", "low", "info"]}
_PLACE = {"$ref": "#/$defs/location"}
_CHANGES = ("introduced", "fixed", "existing")
"""Counted in the summary where a plan was compared with what was there before it."""
_SUMMARY = ("blocked", "warned", "recorded", "excepted", "baselined", "unknown", "passed", "resources", "rules")


def schema() -> Schema:
    """The schema of a report, as plain JSON values."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:iacgate:schema:report:1",
        "title": "iacgate report",
        "description": "What `iacgate scan -o json` writes. Lines and columns start at 1; columns count code points.",
        **_object(_top(), optional=("evaluations", "undecided", "fixed")),
        "$defs": {
            "location": _object(_place_members()),
            "finding": _object(_finding_members(), optional=("change",)),
            "fixed": _object(_fixed_members()),
            "rule": _object(_rule_members()),
            "exception": _object(_exception_members()),
        },
    }


def _top() -> Schema:
    return {
        "schema_version": {"const": 1},
        "tool": _object({"name": _TEXT, "version": _TEXT}),
        "gate": {"enum": ["open", "closed", "incomplete"], "description": "the answer of the whole scan"},
        "exit_code": {"type": "integer", "minimum": 0, "maximum": 255},
        "because": {**_TEXT, "description": "why the gate is as it is, in one sentence"},
        "break_glass": {
            "type": ["string", "null"],
            "description": "ticket and reason when the gate was opened by hand",
        },
        "maturity": {"type": "integer", "minimum": 0, "maximum": 4},
        "report_level": {**_SEVERITY, "description": "findings below it are counted in the summary but not listed"},
        "summary": _object(dict.fromkeys((*_SUMMARY, *_CHANGES), _COUNT), optional=_CHANGES),
        "sources": _array(_object(_source_members())),
        "rules": {"type": "object", "additionalProperties": {"$ref": "#/$defs/rule"}},
        "findings": _array({"$ref": "#/$defs/finding"}),
        "fixed": {**_array({"$ref": "#/$defs/fixed"}), "description": "what a planned change mends"},
        "undecided": {
            **_array(_object({"cause": _TEXT, "checks": _COUNT, "help": _TEXT})),
            "description": "what has to be known before more can be decided, and how many checks wait for it",
        },
        "evaluations": _array(_object(_evaluation_members())),
        "exceptions": _object(
            dict.fromkeys(("applied", "expired", "unused", "expiring"), _array({"$ref": "#/$defs/exception"}))
        ),
        "errors": _array(_object({"kind": _TEXT, "message": _TEXT, "hint": _TEXT, "location": _or_null(_PLACE)})),
        "declined": _array(_object({"what": _TEXT, "reason": _TEXT, "location": _or_null(_PLACE)})),
        "notices": _array(_TEXT),
    }


def _source_members() -> Schema:
    return {
        "path": _TEXT,
        "kind": _TEXT,
        "status": {"enum": ["read", "skipped", "unreadable", "not-applicable"]},
        "detail": _TEXT,
    }


def _place_members() -> Schema:
    position = {"type": "integer", "minimum": 1}
    return {"file": _TEXT, **dict.fromkeys(("line", "column", "end_line", "end_column"), position)}


def _finding_members() -> Schema:
    step = {"type": "object", "properties": {"note": {**_TEXT, "description": "passed here, defined here, …"}}}
    via = {"type": "object", "properties": {"via": _array({"allOf": [_PLACE, step]})}, "required": ["via"]}
    told = {"type": "object", "properties": {"message": _TEXT}, "required": ["message"]}
    resource = dict.fromkeys(("address", "type", "provider", "name"), _TEXT)
    return {
        "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}(:[0-9]+)?$"},
        "rule": _TEXT,
        "severity": _SEVERITY,
        "mode": {"enum": ["off", "audit", "warn", "enforce"]},
        "state": {"enum": ["blocked", "warned", "recorded", "excepted", "baselined"]},
        "because": _TEXT,
        "message": _TEXT,
        "resource": _object({**resource, "namespace": {"type": ["string", "null"]}}),
        "path": _array({"type": ["string", "integer"]}),
        "location": {"allOf": [_PLACE, via]},
        "related": _array({"allOf": [_PLACE, told]}),
        "exception": _or_null({"$ref": "#/$defs/exception"}),
        "excused": {"type": ["string", "null"]},
        "note": _TEXT,
        "new": {"type": "boolean"},
        "change": {
            "enum": ["introduced", "existing", None],
            "description": "in a plan: brought in by the change, or there before it; null where that is not known",
        },
        "environment": _TEXT,
        "owner": _TEXT,
    }


def _fixed_members() -> Schema:
    members = _finding_members()
    names = ("fingerprint", "rule", "severity", "message", "resource", "path", "environment", "owner")
    return {name: members[name] for name in names} | {"location": _PLACE}


def _rule_members() -> Schema:
    texts = ("title", "why", "fix", "since", "provider", "service", "precision", "engine", "origin")
    lists = ("on", "aliases", "rulesets", "tags", "references")
    return {
        **dict.fromkeys(texts, _TEXT),
        **dict.fromkeys(lists, _array(_TEXT)),
        "severity": _SEVERITY,
        "controls": {"type": "object", "additionalProperties": _array(_TEXT)},
    }


def _evaluation_members() -> Schema:
    return {
        **dict.fromkeys(("rule", "resource", "type", "file", "detail"), _TEXT),
        "line": {"type": "integer", "minimum": 1},
        "outcome": {"enum": ["pass", "fail", "unknown", "skip", "error"]},
    }


def _exception_members() -> Schema:
    return {
        **dict.fromkeys(("id", "source", "reason", "owner", "approved_by", "ticket"), _TEXT),
        "rules": _array(_TEXT),
        "match": {"type": "object", "additionalProperties": _array(_TEXT)},
        "expires": {"type": ["string", "null"], "format": "date"},
        "location": _or_null(_PLACE),
    }


def _object(members: Schema, optional: tuple[str, ...] = ()) -> Schema:
    required = [member for member in members if member not in optional]
    return {"type": "object", "properties": members, "required": required}


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _or_null(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "null"}]}
