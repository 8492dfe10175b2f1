"""Config room: what may stand in the settings file and in the exceptions file, said once.

From this description come the fast reading (``reading.py``), the strict models with their helpful errors and the JSON
Schemas (``strict.py``). A key that is not here does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Word:
    """One of these words, whatever its case."""

    def __init__(self, words: tuple[str, ...], what: str) -> None:
        self.words = words
        self.what = what


class Text:
    """Text that is not empty."""

    def __init__(self, what: str = "text") -> None:
        self.what = what


class Whole:
    """A whole number within bounds."""

    def __init__(self, low: int, high: int, what: str = "a whole number") -> None:
        self.low = low
        self.high = high
        self.what = what


class Day:
    """A date, written 2027-01-31."""

    what = "a date"


class Free:
    """Any value: what a rule's parameters are."""


class Several:
    """A list; where ``lone`` is true a single value stands for a list of one."""

    def __init__(self, item: Any, *, lone: bool = False, least: int = 0) -> None:
        self.item = item
        self.lone = lone
        self.least = least


class Table:
    """A mapping whose keys the user chooses (or, with ``key`` a :class:`Word`, takes from these words)."""

    def __init__(self, value: Any, key: Any = None) -> None:
        self.value = value
        self.key = key or Text()


class Field:
    """One key of :class:`Keys`."""

    def __init__(self, shape: Any, doc: str, *, required: bool = False) -> None:
        self.shape = shape
        self.doc = doc
        self.required = required


class Keys:
    """A mapping with exactly these keys. ``name`` titles it in the JSON Schema, ``what`` in messages."""

    def __init__(self, name: str, what: str, fields: Mapping[str, Field]) -> None:
        self.name = name
        self.what = what
        self.fields = fields


SEVERITIES = ("critical", "high", "medium", "low", "info")
MODES = ("off", "audit", "warn", "enforce")
INLINE = ("allow", "warn", "require-expiry", "forbid")

SEVERITY = Word(SEVERITIES, "severity")
MODE = Word(MODES, "mode")
TEXTS = Several(Text(), lone=True)
NAMED_RULES = Several(Text("a rule"), lone=True, least=1)

_PLACES = {
    "paths": Field(TEXTS, "globs from the root: * stays in a folder, ** does not, ! takes back"),
    "namespaces": Field(TEXTS, "Kubernetes namespaces; * and ? are wildcards"),
    "environments": Field(TEXTS, "environments, as --environment or the path mapping name them"),
    "owners": Field(TEXTS, "owners, as CODEOWNERS, a label or a tag names them"),
    "resources": Field(TEXTS, 'addresses; * and ? are wildcards, everything else (["key"] too) is literal'),
    "resource": Field(TEXTS, "the same as resources"),
}
MATCH = Keys("Match", "match", _PLACES)
_CHANGE = "in a Terraform plan: what the change brings in (introduced), or what was there before it (existing)"
ROLLOUT_MATCH = Keys(
    "RolloutMatch",
    "match",
    {**_PLACES, "change": Field(Word(("introduced", "existing"), "change"), _CHANGE)},
)

ROLLOUT = Keys(
    "RolloutEntry",
    "a rollout entry",
    {
        "rules": Field(NAMED_RULES, "rule ids, aliases of other tools, or globs over ids", required=True),
        "mode": Field(MODE, "the mode of these rules here", required=True),
        "until": Field(Day(), "the last day of `mode`; from the next day on, `then`"),
        "then": Field(MODE, "the mode after `until` (enforce)"),
        "match": Field(ROLLOUT_MATCH, "where; everywhere when absent"),
        "reason": Field(Text(), "why, for the report"),
    },
)

RULES = Keys(
    "Rules",
    "rules",
    {
        "ruleset": Field(Text(), "the rule set: recommended, strict, …"),
        "disable": Field(TEXTS, "rules that do not run"),
        "severity": Field(Table(SEVERITY), "another severity for a rule"),
        "params": Field(Table(Table(Free())), "parameters of rules: {rule: {name: value}}"),
        "packs": Field(TEXTS, "folders or files with your own rules, from the settings file's folder"),
    },
)

EXCEPTION_SETTINGS = Keys(
    "ExceptionSettings",
    "exceptions",
    {
        "file": Field(Text(), "the exceptions file, from the settings file's folder"),
        "max_days": Field(Whole(1, 3660), "the longest time an exception may still have"),
        "announce_days": Field(Whole(0, 3660), "how long before its last day an exception is announced"),
        "inline": Field(
            Word(INLINE, "policy for ignore comments"),
            "comments without a date: accepted, accepted and said, refused; forbid refuses all",
        ),
    },
)

TERRAFORM = Keys(
    "Terraform",
    "inputs.terraform",
    {
        "var_files": Field(TEXTS, "variable files, in order"),
        "variables": Field(Table(Free()), "values of variables"),
        "workspace": Field(Text(), "the workspace: terraform.workspace"),
        "source": Field(Text(), "the folder of the configuration that a plan was made from"),
    },
)

KUBERNETES = Keys(
    "Kubernetes",
    "inputs.kubernetes",
    {"render": Field(Word(("auto", "never", "always"), "render"), "whether charts and kustomizations are rendered")},
)

INPUTS = Keys(
    "Inputs",
    "inputs",
    {
        "include": Field(TEXTS, "globs of files to read although they are ignored"),
        "exclude": Field(TEXTS, "globs of files and folders not to read"),
        "terraform": Field(TERRAFORM, "Terraform"),
        "kubernetes": Field(KUBERNETES, "Kubernetes"),
    },
)

OWNER = Keys(
    "Owner",
    "owner",
    {
        "label": Field(Text(), "the label that names the owner"),
        "annotation": Field(Text(), "the annotation that names the owner"),
        "tag": Field(Text(), "the tag that names the owner"),
        "codeowners": Field(Text(), "the CODEOWNERS file, when it is not in a usual place"),
    },
)

_PERMISSION = Word(("allow", "forbid"), "permission")
BREAK_GLASS = Keys(
    "BreakGlass",
    "break_glass",
    {
        "annotation": Field(_PERMISSION, "whether the annotation iacgate.dev/break-glass works"),
        "command": Field(_PERMISSION, "whether --break-glass works"),
    },
)

SETTINGS = Keys(
    "Settings",
    "the settings",
    {
        "version": Field(Whole(1, 1, "version 1"), "the version of this format"),
        "maturity": Field(Whole(0, 4), "0 observe, 1 warn, 2 enforce, 3 admission, 4 continuous"),
        "tiers": Field(Table(MODE, key=SEVERITY), "the mode of each severity"),
        "rollout": Field(Several(ROLLOUT), "modes of single rules; the last entry that covers a finding counts"),
        "rules": Field(RULES, "which rules run, and how"),
        "exceptions": Field(EXCEPTION_SETTINGS, "agreed exceptions"),
        "baseline": Field(Text(), "the baseline file, from the settings file's folder"),
        "inputs": Field(INPUTS, "what is read"),
        "environments": Field(Table(TEXTS), "environment → globs; the first that covers a path names it"),
        "owner": Field(OWNER, "where owners are written"),
        "fail_on": Field(SEVERITY, "replaces the tiers: this severity and above block"),
        "report_level": Field(SEVERITY, "the lowest severity that reports list"),
        "unknown": Field(MODE, "what a rule that could not be decided does at most (audit)"),
        "existing": Field(
            MODE, "what a finding does at most that was there before a Terraform plan's change (enforce)"
        ),
        "break_glass": Field(BREAK_GLASS, "who may let a change through"),
    },
)

EXCEPTION = Keys(
    "Exception",
    "an exception",
    {
        "id": Field(Text(), "its name, unique in the file", required=True),
        "rules": Field(NAMED_RULES, "rule ids, aliases of other tools, or globs over ids", required=True),
        "match": Field(MATCH, "where; at least one word", required=True),
        "reason": Field(Text(), "why", required=True),
        "owner": Field(Text(), "who answers for it", required=True),
        "expires": Field(Day(), "its last day", required=True),
        "approved_by": Field(Text(), "who agreed"),
        "ticket": Field(Text(), "where it was agreed"),
    },
)

EXCEPTIONS = Keys(
    "Exceptions",
    "the exceptions file",
    {
        "version": Field(Whole(1, 1, "version 1"), "the version of this format"),
        "exceptions": Field(Several(EXCEPTION), "the exceptions"),
    },
)
