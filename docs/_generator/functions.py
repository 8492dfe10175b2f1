"""The table of functions of the expression language, from its own table and the docstrings of the functions."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from _generator import Undocumented, code, plain, table
from iacgate.lang.jmespath.functions import ALIASES, BOOLEAN, TABLE, resolve

JMESPATH = {
    "abs": "A number without its sign.",
    "avg": "The mean of a list of numbers; null for an empty one.",
    "ceil": "The next whole number, upwards.",
    "floor": "The next whole number, downwards.",
    "join": "The elements of a list as one text, with a separator between them.",
    "keys": "The keys of an object.",
    "max": "The largest of a list of numbers or texts; null for an empty one.",
    "merge": "Objects as one; what comes later wins.",
    "min": "The smallest of a list of numbers or texts; null for an empty one.",
    "reverse": "A list or a text backwards.",
    "sort": "A list of numbers or texts in order.",
    "sum": "The sum of a list of numbers.",
    "to_number": "A number, or text that spells one, as a number; null for anything else.",
    "to_string": "Text as it is, anything else as JSON text.",
    "type": "`string`, `number`, `boolean`, `array`, `object` or `null`.",
    "lower": "Text in small letters.",
    "upper": "Text in capital letters.",
    "replace": "Text with every occurrence of one part replaced by another.",
    "trim": "Text without blanks, or without the characters given, at both ends.",
}
"""JMESPath's own functions and their like, which have no docstring. A function with one must not stand here."""

GROUPS = {
    "jmespath.standard": "JMESPath's own",
    "jmespath.kleene": "Lists, membership, presence (three-valued)",
    "jmespath.subject": "The rule and its subject",
    "jmespath.text": "Text",
    "network": "Networks and ports",
    "firewall": "Firewalls",
    "iam": "IAM policies",
    "duration": "Durations, quantities, versions",
    "quantity": "Durations, quantities, versions",
    "semver": "Durations, quantities, versions",
    "provider_versions": "Durations, quantities, versions",
    "jmespath.artifacts": "Images, commands, secrets",
    "secrets": "Images, commands, secrets",
    "packages": "Images, commands, secrets",
    "roles": "IAM policies",
    "pods": "Kubernetes workloads",
    "programs": "Kubernetes workloads",
}
"""Module of a function → the heading it stands under."""


def functions_page() -> str:
    """A table for each group of functions. Raises :class:`Undocumented`."""
    missing = [f"function {name}()" for name in TABLE if not _doc(name)]
    missing += [
        f"function module {row[0]} in docs/_generator/functions.py" for row in TABLE.values() if row[0] not in GROUPS
    ]
    missing += [f"{name}() has a docstring: take it out of JMESPATH" for name in JMESPATH if _docstring(name)]
    if missing:
        raise Undocumented(dict.fromkeys(missing))
    parts = [
        "# Functions",
        "",
        f"All {len(TABLE)} functions of the expression language, made from the code. How expressions are",
        "read is told in",
        "[](../../writing-rules/expressions.md).",
        "",
        "*Truth* in the last column means that the answer is true, false or unknown and nothing else.",
        "*With places*: the",
        "elements remember where they stand, so that findings on them point at their own lines.",
        "",
    ]
    for title in dict.fromkeys(GROUPS.values()):
        names = [name for name, row in TABLE.items() if GROUPS[row[0]] == title]
        parts += [f"## {title}", "", table(["function", "what it gives", ""], map(_row, names))]
    parts += ["Spellings that mean the same: " + ", ".join(f"`{a}` for `{b}`" for a, b in ALIASES.items()) + ".", ""]
    return "\n".join(parts)


def _row(name: str) -> tuple[str, str, str]:
    kind = TABLE[name][1]
    note = "truth" if name in BOOLEAN else "with places" if kind in {"place", "places"} else ""
    return code(f"{name}({', '.join(_arguments(name))})"), plain(_doc(name)), note


def _arguments(name: str) -> Iterator[str]:
    kind, function = resolve(name)
    parameters = list(inspect.signature(function).parameters.values())
    for index, one in enumerate(parameters[kind in {"context", "places"} :]):
        lambdas = kind == "lambda" and ("Callable" in str(one.annotation) or "Predicate" in str(one.annotation))
        word = f"&{one.name}" if lambdas else one.name
        if one.kind is one.VAR_POSITIONAL:
            yield f"{word}…"
        else:
            yield f"[{word}]" if index >= TABLE[name][2] else word


def _docstring(name: str) -> str:
    return inspect.getdoc(resolve(name)[1]) or ""


def _doc(name: str) -> str:
    """The first paragraph of what is said of a function."""
    return (JMESPATH.get(name) or _docstring(name)).split("\n\n")[0]
