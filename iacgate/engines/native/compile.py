"""A rule file → its record: JSON values only, expressions as trees. What the index stores and ``program`` runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from iacgate.engines.native.needs import OF_THE_BODY, needed
from iacgate.engines.native.source import RuleText
from iacgate.errors import did_you_mean
from iacgate.lang.jmespath.syntax import ExpressionError, Node, calls, parse, walk

Record = dict[str, Any]

KEYS = (
    "id", "title", "severity", "on", "where", "each", "deny", "require", "check", "at", "message", "why", "fix",
    "controls", "aliases", "since", "tags", "precision", "params", "references", "rulesets",
)  # fmt: skip
REQUIRED = ("id", "title", "severity", "on", "why", "fix")
JUDGES = ("deny", "require", "check")
SEVERITIES = ("info", "low", "medium", "high", "critical")
PRECISIONS = ("high", "medium", "low")
GRAVE = ("high", "critical")
WORDS = (
    "workload",
    "dockerfile_stage",
    "dockerfile_instruction",
    "document",
    "plan",
    "module",
    "terraform",
    "secret_holder",
)
"""What ``on`` takes beside resource types and globs; and ``data.TYPE``, ``provider.NAME``, ``program.NAME``."""

ID_PATTERN = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
_LOOKING_AT_PLANS = frozenset(("actions", "before", "subject"))
"""Functions of rules that want to see what a plan only deletes."""
_SEEKING_SECRETS = frozenset(("secrets", "has_secret", "is_secret", "secret_kind"))
_ASKING_ABOUT_CHANGES = frozenset(("actions", "before"))

_TYPE = re.compile(r"(data\.|provider\.|program\.)?[A-Za-z*?][A-Za-z0-9_*?-]*\Z")


def compile_rule(text: RuleText, *, provider: str = "", service: str = "") -> Record:
    """The record of a rule. Raises :class:`~iacgate.errors.PolicyError` with file, line and column."""
    values = text.values
    _check_keys(text)
    _check_words(text)
    record: Record = {key: values[key] for key in KEYS if key in values and values[key] is not None}
    record["on"] = list(values["on"])
    for key in ("where", "each", "deny", "require", "at"):
        if key in record:
            record[key] = _expression(text, key)
    if "message" in record:
        record["message"] = _template(text)
    record["rulesets"] = _rulesets(values)
    called = functions_of(record)
    record["sees_deleted"] = bool(called & _LOOKING_AT_PLANS)
    record["about_change"] = bool(called & _ASKING_ABOUT_CHANGES) or _reads_actions(record, called)
    record.update(provider=provider or _provider(record["on"][0]), service=service, origin=text.path)
    _check_params(text, record)
    record["needs"] = needed(record)
    record["tags"] = _tags(values, called)
    if "each" in record and OF_THE_BODY.issuperset(calls(record["each"])):
        record["shared_each"] = " ".join(values["each"].split())
    return record


def _tags(values: Mapping[str, Any], called: set[str]) -> list[str]:
    """The rule's own tags, and ``secret`` where it looks for one: what such a rule points at is covered in reports."""
    own = list(values.get("tags") or ())
    return [*own, "secret"] if called & _SEEKING_SECRETS and "secret" not in own else own


def _check_keys(text: RuleText) -> None:
    values = text.values
    for key in values:
        if key not in KEYS:
            raise text.error(
                f"unknown key {key!r}", key, "", hint=did_you_mean(str(key), KEYS, f"known keys: {', '.join(KEYS)}")
            )
    for key in REQUIRED:
        if values.get(key) in (None, "", []):
            raise text.error(f"{key!r} is missing", hint=f"every rule says its {', '.join(REQUIRED)}")
    given = [key for key in JUDGES if values.get(key) is not None]
    if len(given) != 1:
        found = "none is there" if not given else f"here are {' and '.join(given)}"
        raise text.error(f"a rule has one of deny, require and check: {found}", *given[:1])
    if given == ["check"] and values.get("each") is not None:
        raise text.error("a rule with check has no each", "each", hint="the check walks over the elements itself")


def _check_words(text: RuleText) -> None:
    values = text.values
    _text(text, "id", "title", "severity", "why", "fix", "where", "each", "deny", "require", "check", "at", "message")
    if not ID_PATTERN.match(values["id"]):
        raise text.error(f"{values['id']!r} is no rule id", "id", hint="small letters, digits and single hyphens")
    stem = text.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    if stem not in {values["id"], "-"}:
        raise text.error(f"rule {values['id']!r} stands in {stem}.yaml", "id", hint="the file is named as the rule")
    if values["severity"].lower() not in SEVERITIES:
        hint = did_you_mean(str(values["severity"]), SEVERITIES, f"one of {', '.join(SEVERITIES)}")
        raise text.error(f"unknown severity {values['severity']!r}", "severity", hint=hint)
    precision = values.get("precision", "high")
    if precision not in PRECISIONS:
        raise text.error(f"unknown precision {precision!r}", "precision", hint=f"one of {', '.join(PRECISIONS)}")
    _check_on(text)


def _text(text: RuleText, *keys: str) -> None:
    for key in keys:
        value = text.values.get(key)
        if value is not None and not isinstance(value, str):
            raise text.error(f"{key!r} must be text, here it is {value!r}", key, hint="put it in quotes")


def _check_on(text: RuleText) -> None:
    on = text.values["on"]
    if not isinstance(on, list):
        raise text.error("'on' must be a list", "on", hint=f"on: [{on}]")
    for index, word in enumerate(on):
        if not isinstance(word, str) or not _is_resource_word(word):
            hint = did_you_mean(str(word), WORDS, f"a resource type, a glob, or one of {', '.join(WORDS)}")
            raise text.error(f"unknown resource word {word!r}", "on", index, hint=hint)


def _is_resource_word(word: str) -> bool:
    """Resource types have an underscore, Kubernetes kinds a capital; any other plain word must be one of ours."""
    if word in WORDS:
        return True
    if not _TYPE.match(word) or word.startswith("dockerfile"):
        return False
    return "." in word or "_" in word or "*" in word or "?" in word or word[0].isupper()


def _expression(text: RuleText, key: str) -> Node:
    try:
        return parse(text.values[key])
    except ExpressionError as error:
        raise text.error(f"{key}: {error.message}", key, hint=error.hint, offset=error.offset) from None


def _template(text: RuleText) -> list[Any]:
    """A message as a list of text and trees."""
    parts: list[Any] = []
    start = 0
    try:
        for kind, piece, offset in pieces(text.values["message"]):
            start = offset
            parts.append(piece if kind == "text" else parse(piece))
            start = 0
    except ExpressionError as error:
        where = start + error.offset
        raise text.error(f"message: {error.message}", "message", hint=error.hint, offset=where) from None
    return parts


def pieces(template: str) -> list[tuple[str, str, int]]:
    """A template as ``("text" | "expression", text, offset)``; ``{{`` and ``}}`` are braces."""
    found: list[tuple[str, str, int]] = []
    plain, position = "", 0
    while position < len(template):
        char = template[position]
        if template[position : position + 2] in {"{{", "}}"}:
            plain += char
            position += 2
        elif char == "{":
            end = _closing(template, position)
            if end == len(template):
                raise ExpressionError("'{' is never closed", position, "write {{ for a brace")
            found += [("text", plain, 0)] if plain else []
            found.append(("expression", template[position + 1 : end], position + 1))
            plain, position = "", end + 1
        else:
            plain += char
            position += 1
    return found + ([("text", plain, 0)] if plain else [])


def _closing(template: str, start: int) -> int:
    """The offset of the brace that closes the one at ``start``; braces in quotes do not count."""
    depth, quote, position = 0, "", start
    while position < len(template):
        char = template[position]
        if quote:
            position += char == "\\"
            quote = "" if char == quote else quote
        elif char in "'\"`":
            quote = char
        elif char in "{}":
            depth += 1 if char == "{" else -1
            if depth == 0:
                return position
        position += 1
    return len(template)


def _rulesets(values: Mapping[str, Any]) -> list[str]:
    """Every rule is in ``strict``; in ``recommended`` unless the rule says which sets it is in.

    ``baseline`` is the part of ``recommended`` that no team should argue about: grave, and rarely wrong.
    """
    named = values.get("rulesets")
    chosen = ["recommended"] if named is None else list(named)
    grave = values["severity"].lower() in GRAVE and values.get("precision", "high") == "high"
    floor = ["baseline"] if "recommended" in chosen and "baseline" not in chosen and grave else []
    return [*floor, *(name for name in chosen if name != "strict"), "strict"]


def _provider(word: str) -> str:
    """The provider that a resource word belongs to, for rules that do not stand in a provider's folder."""
    bare = word.removeprefix("data.").removeprefix("provider.")
    if bare == "workload" or bare.startswith("program.") or bare[:1].isupper():
        return "kubernetes"
    return bare.split("_", 1)[0].split("*", 1)[0]


def _check_params(text: RuleText, record: Record) -> None:
    """``param('x')`` names a parameter that the rule declares."""
    declared = record.get("params") or {}
    if not isinstance(declared, dict):
        raise text.error("'params' maps names to defaults", "params")
    for key in ("where", "each", "deny", "require", "at"):
        for node in walk(record[key]) if key in record else ():
            if (
                node[0] == "call"
                and node[1] == "param"
                and node[2][0][0] == "literal"
                and node[2][0][1] not in declared
            ):
                name = node[2][0][1]
                hint = did_you_mean(name, declared, f"params: {{{name}: …}}")
                raise text.error(f"{key}: unknown parameter {name!r}", key, hint=hint)


def functions_of(record: Record) -> set[str]:
    """The names of all functions a rule calls."""
    return {name for tree in _trees(record) for name in calls(tree)}


def _reads_actions(record: Record, called: set[str]) -> bool:
    """Whether ``subject().actions`` is asked for, as far as that can be seen."""
    return "subject" in called and any(node == ["field", "actions"] for tree in _trees(record) for node in walk(tree))


def _trees(record: Record) -> list[Node]:
    return [record[key] for key in ("where", "each", "deny", "require", "at") if key in record]
