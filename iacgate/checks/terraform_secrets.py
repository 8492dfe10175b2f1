"""Secrets that are written in the source of Terraform: in sensitive attributes, and keys known by their shape anywhere.

Room: ``checks``. In: a resource, data source or provider. Out: one violation for each value that is spelled out, where
it is spelled out, never the value. What comes from elsewhere or is not known is none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from iacgate.lang.secrets import looks_secret, secret_kind
from iacgate.lang.terraform.holders import sensitive_paths, texts
from iacgate.lang.terraform.sensitive import mark_of, names_secret, places_of
from iacgate.model import Path, reveal
from iacgate.sdk import Inventory, Resource, Unknown, Violation, check

_PLACEHOLDER = (
    r"(?is)\s*(?:|<.*>|\*+|x{3,}|\.{3}|(?:to ?be|will be) .*|replaced?|redacted|dummy|placeholder.*|todo\b.*|fixme\b.*"
    r"|(?:replace|insert|provide|overrid(?:e|den)|set|fill|managed|rotated)"
    r"[ _-]?(?:me|with|this|it|in|by|here|your|outside|elsewhere)(?:[\W_].*)?"
    r"|your[ _-].*|tbd|n/?a|none|null|nil|unset|undefined|ignored?|unused|not[ _-]?(?:set|used|needed|applicable))\s*"
)
_TEMPLATE = r"\$\{|\$\(|\{\{|%\{|<[A-Z_ -]{3,}>"
_ELSEWHERE = r"(?i)\s*(?:arn:|vault:|ref\+|op://|ssm:|secretsmanager:|/aws/|projects/|file:|data\.|var\.|local\.)"
_SEEDED = (
    r"(?i)change[_ -]?(?:me|it|this)|^(?:initial|default|example|sample|test|temp|temporary|empty|true|false|\d{1,5})$"
    r"|^[-\s{}\[\]]*$|^(?:https?://|/|\./)(?!\S*:\S*@)"
)
_NARROWER = frozenset((
    ("provider.aws", "access_key"), ("provider.aws", "secret_key"), ("provider.aws", "token"),
    ("aws_lambda_function", "environment"), ("aws_ecs_task_definition", "container_definitions"),
))  # fmt: skip
"""What rules of its own look at, by type and attribute."""
_SCRIPTS = frozenset(("user_data", "user_data_base64", "custom_data"))


@check("terraform-secret-in-source")
def secret_in_source(subject: Resource, inventory: Inventory, params: object) -> Iterator[Violation]:
    """Values of sensitive attributes that are spelled out. Params: none. Unknown values pass."""
    del inventory, params
    for path, held in sensitive_paths(subject):
        value = reveal(held)
        if isinstance(value, Unknown) or _is_narrower(subject, path) or not _is_secret(subject, path, value):
            continue
        place = subject.written(path)
        if place is not None:
            yield Violation(message=f"{_shown(path)} is written in the source", path=path, location=place)


@check("terraform-token-in-source")
def token_in_source(subject: Resource, inventory: Inventory, params: object) -> Iterator[Violation]:
    """Keys of the shapes that issuers give them, in any text that is spelled out. Params: none. Unknown texts pass."""
    del inventory, params
    for path, text in texts(subject):
        kind = None if _is_narrower(subject, path) else secret_kind(text)
        place = subject.written(path) if kind is not None else None
        if place is not None:
            yield Violation(message=f"{_shown(path)} holds {kind}", path=path, location=place)


def _is_narrower(subject: Resource, path: Path) -> bool:
    return (subject.type, path[0]) in _NARROWER or path[0] in _SCRIPTS


def _is_secret(subject: Resource, path: Path, value: Any) -> bool:
    """Whether a value is one to object to; keys known by their shape are for the other rule."""
    text = value if isinstance(value, str) else str(value) if type(value) in {int, float} else ""
    if re.fullmatch(_PLACEHOLDER, text) or re.search(_TEMPLATE, text) or re.match(_ELSEWHERE, text):
        return False
    if secret_kind(text) is not None:
        return False
    mark = mark_of(subject.type, path)
    if mark == "~":
        return _is_stored_secret(subject, path, text)
    known = subject.category != "provider" and places_of(subject.type) is not None
    return mark != "?" and (known or looks_secret(text))


def _is_stored_secret(subject: Resource, path: Path, text: str) -> bool:
    """The same for what stores values for others: many of those are no secret, or there to be replaced."""
    if subject.type == "aws_ssm_parameter" and subject.get("type") != "SecureString":
        return False
    members = _members(text)
    if members is not None:
        return any(names_secret(name) and _is_chosen(held) for name, held in members)
    if len(path) > 1 and not names_secret(str(path[-1])):
        return looks_secret(text)
    return _is_chosen(text)


def _is_chosen(text: Any) -> bool:
    return (
        isinstance(text, str)
        and len(text) >= 4
        and not any(re.search(pattern, text) for pattern in (_SEEDED, _TEMPLATE))
        and not re.fullmatch(_PLACEHOLDER, text)
    )


def _members(text: str) -> list[tuple[str, Any]] | None:
    """The members of a JSON object; ``None`` for other text."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return list(document.items()) if isinstance(document, dict) else None


def _shown(path: Path) -> str:
    return ".".join(step for step in path if isinstance(step, str))
