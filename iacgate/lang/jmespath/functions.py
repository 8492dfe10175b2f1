"""The functions of the expression language: one table, resolved when an expression that calls them is compiled.

Each row: the module of ``iacgate.lang`` that holds the function, how it is called, the least and the most arguments.

* ``plain``: with known values only. An unknown argument gives an unknown result, a secret one a secret result,
  and arguments of a type that makes no sense give null (scanned material is hostile, rules must not crash on it).
* ``aware``: with whatever stands there; the function knows what to do with an unknown.
* ``context``: as ``aware``, with the :class:`~iacgate.lang.jmespath.context.Context` in front.
* ``lambda``: as ``aware``; arguments written with ``&`` arrive as callables.
* ``place``: as ``aware``; gives one :class:`~iacgate.lang.places.Placed` below its first argument, or a value.
* ``places``: as ``context``; gives a list of :class:`~iacgate.lang.places.Placed` (value and path below the first
  argument), of which expressions see the values and findings the paths.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

Row = tuple[str, str, int, int]

_STANDARD = "jmespath.standard"
_KLEENE = "jmespath.kleene"
_TEXT = "jmespath.text"

TABLE: dict[str, Row] = {
    # JMESPath's own
    "abs": (_STANDARD, "plain", 1, 1),
    "avg": (_STANDARD, "plain", 1, 1),
    "ceil": (_STANDARD, "plain", 1, 1),
    "contains": (_KLEENE, "aware", 2, 2),
    "ends_with": (_KLEENE, "aware", 2, 2),
    "floor": (_STANDARD, "plain", 1, 1),
    "join": (_STANDARD, "plain", 2, 2),
    "keys": (_STANDARD, "plain", 1, 1),
    "length": (_KLEENE, "aware", 1, 1),
    "map": (_KLEENE, "lambda", 2, 2),
    "max": (_STANDARD, "plain", 1, 1),
    "max_by": (_STANDARD, "lambda", 2, 2),
    "merge": (_STANDARD, "plain", 1, 99),
    "min": (_STANDARD, "plain", 1, 1),
    "min_by": (_STANDARD, "lambda", 2, 2),
    "not_null": (_KLEENE, "aware", 1, 99),
    "reverse": (_STANDARD, "plain", 1, 1),
    "sort": (_STANDARD, "plain", 1, 1),
    "sort_by": (_STANDARD, "lambda", 2, 2),
    "starts_with": (_KLEENE, "aware", 2, 2),
    "sum": (_STANDARD, "plain", 1, 1),
    "to_array": (_KLEENE, "aware", 1, 1),
    "to_number": (_STANDARD, "plain", 1, 1),
    "to_string": (_STANDARD, "plain", 1, 1),
    "type": (_STANDARD, "plain", 1, 1),
    "values": (_KLEENE, "aware", 1, 1),
    # three-valued logic over lists, presence, membership
    "all": (_KLEENE, "lambda", 1, 2),
    "any": (_KLEENE, "lambda", 1, 2),
    "none": (_KLEENE, "lambda", 1, 2),
    "default": (_KLEENE, "aware", 2, 2),
    "has": (_KLEENE, "aware", 2, 2),
    "in": (_KLEENE, "aware", 2, 2),
    "intersects": (_KLEENE, "aware", 2, 2),
    "is_unknown": (_KLEENE, "aware", 1, 1),
    "to_bool": (_KLEENE, "aware", 1, 1),
    # the rule and its subject
    "actions": ("jmespath.subject", "context", 0, 0),
    "before": ("jmespath.subject", "context", 0, 0),
    "element": ("jmespath.subject", "context", 0, 0),
    "param": ("jmespath.subject", "context", 1, 1),
    "related": ("jmespath.subject", "context", 1, 1),
    "root": ("jmespath.subject", "context", 0, 0),
    "subject": ("jmespath.subject", "context", 0, 0),
    # text
    "from_json": (_TEXT, "plain", 1, 1),
    "from_yaml": (_TEXT, "plain", 1, 1),
    "items": (_TEXT, "plain", 1, 1),
    "lower": (_TEXT, "plain", 1, 1),
    "matches": (_TEXT, "aware", 2, 2),
    "glob": (_TEXT, "plain", 2, 2),
    "replace": (_TEXT, "plain", 3, 3),
    "split": (_TEXT, "plain", 2, 2),
    "trim": (_TEXT, "plain", 1, 2),
    "unique": (_TEXT, "plain", 1, 1),
    "upper": (_TEXT, "plain", 1, 1),
    # networks
    "cidr_contains": ("network", "aware", 2, 2),
    "cidr_size": ("network", "aware", 1, 1),
    "covers_all_ports": ("network", "aware", 1, 1),
    "covers_port": ("network", "aware", 2, 3),
    "covers_ports": ("network", "aware", 2, 3),
    "egress_rules": ("firewall", "places", 1, 1),
    "ingress_rules": ("firewall", "places", 1, 1),
    "is_private": ("network", "aware", 1, 1),
    "open_to_world": ("network", "aware", 1, 1),
    # policies
    "allows": ("iam", "aware", 2, 3),
    "condition_values": ("iam", "aware", 3, 3),
    "denies": ("iam", "aware", 2, 3),
    "policy_statements": ("iam", "places", 1, 1),
    "principals": ("iam", "aware", 1, 2),
    "public_principal": ("iam", "aware", 1, 1),
    "public_statement": ("iam", "aware", 1, 1),
    "restricted": ("iam", "aware", 1, 1),
    "role_bindings": ("roles", "places", 1, 1),
    "role_permissions": ("roles", "places", 1, 1),
    # numbers in text
    "duration": ("duration", "plain", 1, 1),
    "quantity": ("quantity", "plain", 1, 1),
    "satisfies": ("semver", "plain", 2, 2),
    "semver": ("semver", "plain", 1, 1),
    "semver_compare": ("semver", "plain", 2, 2),
    "provider_at_least": ("provider_versions", "context", 1, 1),
    "provider_below": ("provider_versions", "context", 1, 1),
    # what is referred to, what is written down
    "commands": ("jmespath.artifacts", "aware", 1, 1),
    "entropy": ("secrets", "plain", 1, 1),
    "has_secret": ("secrets", "aware", 1, 1),
    "image": ("jmespath.artifacts", "aware", 1, 1),
    "image_from": ("jmespath.artifacts", "aware", 2, 2),
    "is_secret": ("secrets", "aware", 2, 2),
    "packages": ("packages", "plain", 1, 1),
    "secret_kind": ("secrets", "plain", 1, 1),
    "secrets": ("secrets", "places", 1, 1),
    # Kubernetes
    "containers": ("pods", "places", 1, 1),
    "flag": ("programs", "place", 2, 2),
    "main_containers": ("pods", "places", 1, 1),
    "pod": ("pods", "context", 0, 0),
    "pod_metadata": ("pods", "places", 1, 1),
    "pods": ("pods", "places", 1, 1),
    "programs": ("programs", "places", 2, 2),
    "security_contexts": ("pods", "places", 1, 1),
}

ALIASES = {"startswith": "starts_with", "endswith": "ends_with"}
"""Spellings that people try first; they mean the same."""

BOOLEAN = frozenset((
    "all", "allows", "any", "cidr_contains", "contains", "covers_all_ports", "covers_port", "covers_ports", "denies",
    "ends_with", "endswith", "has", "has_secret", "image_from", "in",
    "intersects", "is_private", "is_secret", "is_unknown",
    "matches", "none", "open_to_world", "public_principal", "public_statement", "restricted", "starts_with",
    "startswith",
))  # fmt: skip
"""Functions whose answer is true, false or unknown and nothing else: ``||`` and ``&&`` follow Kleene on them."""

ARITY: dict[str, tuple[int, int]] = {name: row[2:] for name, row in TABLE.items()}
ARITY.update({alias: ARITY[name] for alias, name in ALIASES.items()})


def reference_of(name: str) -> int | None:
    """Which argument of a function is written with ``&``; ``None`` when none is."""
    if name == "map":
        return 0
    return 1 if name in TABLE and TABLE[name][1] == "lambda" else None


@cache
def resolve(name: str) -> tuple[str, Callable[..., Any]]:
    """How a function is called, and the function. The name was checked when the expression was parsed."""
    name = ALIASES.get(name, name)
    module, kind, _, _ = TABLE[name]
    home = import_module(f"iacgate.lang.{module}")
    function = getattr(home, f"{name}_", None) or getattr(home, name)
    return kind, function
