"""Secrets in plain sight: by the shape issuers give their keys, and by what stands under a name like ``password``.

Shapes are exact enough to be trusted anywhere. A name alone is not: the value under it must look random or chosen, and
references, placeholders, addresses and paths are let go. Values that are unknown come from elsewhere and are not
written down, so they are no finding; of a string with a hole the known ends are looked at.

Documented sample keys (``AKIAIOSFODNN7EXAMPLE``) count: templates are filled in where the sample stands, and a scanner
that lets them pass would let the habit pass. Whoever writes documentation has exceptions for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from math import log2
from typing import Any

from iacgate.lang.jmespath.logic import first, open_end
from iacgate.lang.places import Placed
from iacgate.model import Hidden, Partial, Path, Secret, Unknown

_MAX_TEXT = 200_000
_MAX_DEPTH = 40
_SHORTEST = 8
_LEAST_ENTROPY = 2.7

_MARKS = (
    r"A[KSBC][ISC]A[A-Z0-9]|PRIVATE KEY|gh[pousr]_|github_pat_|gl(?:pat|ptt|dt|rt)-|xox[abeoprs]-|hooks\.slack\.com"
    r"|[sr]k_live_|AIza|npm_|pypi-|SG\.|eyJ|AccountKey=|SharedAccessKey=|dckr_pat_|hv[sb]\.|sk-(?:ant|proj)-|://|GOCSPX-"
    r"|glsa_|shp(?:at|ss)_|dop_v1_|(?i:aws|authorization)"
)
"""What every shape holds a piece of: one look tells that there is nothing to look for."""

_SHAPES: tuple[tuple[str, str], ...] = (
    ("an AWS access key", r"(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])"),
    (
        "an AWS secret key",
        r"(?i:aws_?(?:secret)?_?(?:access)?_?key[\"']?\s{0,5}[:=]\s{0,5}[\"']?)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])",
    ),
    ("a private key", r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY(?: BLOCK)?-----"),
    ("a GitHub token", r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{50,255})"),
    ("a GitLab token", r"(?<![A-Za-z0-9])gl(?:pat|ptt|dt|rt)-[A-Za-z0-9_-]{20,300}"),
    ("a Slack token", r"(?<![A-Za-z0-9])xox[abeoprs]-[A-Za-z0-9-]{20,300}"),
    ("a Slack webhook", r"hooks\.slack\.com/(?:services|workflows)/T\w{6,20}/[AB]\w{6,20}/\w{16,60}"),
    ("a Stripe key", r"(?<![A-Za-z0-9])[sr]k_live_[A-Za-z0-9]{20,250}"),
    ("a Google API key", r"(?<![A-Za-z0-9_-])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
    ("a Google OAuth secret", r"GOCSPX-[A-Za-z0-9_-]{28}"),
    ("an npm token", r"(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
    ("a PyPI token", r"pypi-AgE[A-Za-z0-9_-]{50,1000}"),
    ("a SendGrid key", r"(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    ("a JSON web token", r"(?<![A-Za-z0-9])eyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{20,2000}"),
    ("an Azure access key", r"(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,100}={0,2}"),
    ("a Docker Hub token", r"dckr_pat_[A-Za-z0-9_-]{20,100}"),
    ("a Vault token", r"(?<![A-Za-z0-9])hv[sb]\.[A-Za-z0-9_-]{24,300}"),
    ("a model provider's key", r"(?<![A-Za-z0-9])sk-(?:ant|proj)-[A-Za-z0-9_-]{20,300}"),
    (
        "an authorization header",
        r"(?i:authorization[\"']?\s{0,5}[:=]\s{0,5}[\"']?(?:bearer|basic|token)\s{1,5})[A-Za-z0-9._~+/=-]{12,2000}",
    ),
    ("a Grafana token", r"(?<![A-Za-z0-9])glsa_[A-Za-z0-9_]{32,60}"),
    ("a Shopify token", r"(?<![A-Za-z0-9])shp(?:at|ss)_[a-fA-F0-9]{32}"),
    ("a DigitalOcean token", r"(?<![A-Za-z0-9])dop_v1_[a-f0-9]{64}"),
    (
        "a password in an address",
        r"(?<![A-Za-z0-9])[a-z][a-z0-9+.-]{1,20}://[^\s:/@$%{}<>]{1,100}:(?![$%{<*x])[^\s:/@$%{}<>]{4,200}@[A-Za-z0-9]",
    ),
)
_NAME = (
    r"(?i)(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|api_?key|access_?key|private_?key|auth_?key|encryption_?key"
    r"|credentials?|secret_?(?:key(?:_?base)?|string|value)|(?:signing|account|shared|master|hmac|jwt)_?key)\Z"
)
_ASSIGNED = (
    r"(?i)(?<![A-Za-z0-9])([A-Za-z0-9_.-]{0,60}?"
    r"(?:password|passwd|pwd|passphrase|secret|token|(?:api|access|private|secret|signing|account)_?key))"
    r"[\"']?[ \t]{0,3}[:=][ \t]{0,3}([\"']?)([^\s\"'&;,|)<>]{8,200})"
)
_KEY_OF_KMS = r"(?i)(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\Z"
"""What identifies a key of a key service: under the name of a key it is no secret."""
_REFERENCE = (
    r"(?i)[$%]|\{\{|<|arn:|alias/|https?://(?!\S*:\S*@)|/|\./|~|file:|vault:|ref\+|op://|ssm:|secretsmanager:|projects/"
    r"|data\.|var\.|local\.|\*{3}|x{4}|\.{3}"
)
_PLACEHOLDER = (
    r"(?i)change_?-?me|your[_-]|example|placeholder|replace|dummy|redacted|not[_-]?set|none\b|null\b|true\b|false\b|todo"
    r"|\*\*\*"
)
# texts, not compiled patterns: importing this module must cost nothing where nothing is looked at; ``re`` keeps them


def secrets(_context: Any, value: Any) -> Any:
    """The secrets written down in a value and all it holds: elements ``{kind, name}``, never the secret itself."""
    found: list[Placed] = []
    maybe: Unknown | None = None
    for path, name, held in _texts(value, (), ""):
        if isinstance(held, Unknown):
            maybe = first(maybe, held)
            continue
        kind = secret_kind(held) or _named_kind(name, held)
        if kind is not None:
            found.append(Placed(path, {"kind": kind, "name": name}))
    return found if maybe is None else Partial(found, maybe=maybe)


def _texts(value: Any, path: Path, name: str) -> Iterator[tuple[Path, str, Any]]:
    """(path, the name it stands under, text) of every text in a value; unknowns for lists that may be longer."""
    if isinstance(value, Unknown):
        if value.prefix or value.suffix:
            yield path, name, f"{value.prefix}\0{value.suffix}"
    elif isinstance(value, Secret):
        if isinstance(value.reveal(), str):
            yield path, name, value
    elif isinstance(value, str):
        yield path, name, value
    elif len(path) < _MAX_DEPTH and isinstance(value, dict):
        for key, held in _members(value):
            yield from _texts(held, (*path, key), _label(value, key))
    elif len(path) < _MAX_DEPTH and isinstance(value, list):
        for index, held in enumerate(value):
            yield from _texts(held, (*path, index), name)
        maybe = open_end(value)
        if maybe is not None:
            yield path, name, maybe


def _members(value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, held in value.items():
        if isinstance(held, str | list | dict | Secret | Unknown):
            yield key, held


def _label(value: dict[str, Any], key: str) -> str:
    """The name a member stands under: of ``{name: DB_PASSWORD, value: …}`` it is the name that is written there."""
    named = value.get("name") or value.get("Name") if not isinstance(value.get("name"), Unknown) else None
    return named if key.lower() == "value" and isinstance(named, str) else str(key)


def has_secret(value: Any) -> Any:
    """Whether a secret is written down somewhere in a value."""
    found = secrets(None, value)
    if found:
        return True
    return found.maybe if isinstance(found, Partial) else False


def secret_kind(value: Any) -> str | None:
    """What kind of secret a text holds, by its shape alone; ``None`` when it holds none."""
    text = value.reveal() if isinstance(value, Secret) else value
    if not isinstance(text, str):
        return None
    text = text[:_MAX_TEXT]
    if re.search(_MARKS, text) is None:
        return _encoded_kind(text)
    for kind, pattern in _shapes():
        if pattern.search(text):
            return kind
    return _encoded_kind(text)


@lru_cache(maxsize=1)
def _shapes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(pattern)) for kind, pattern in _SHAPES)


def _encoded_kind(text: str) -> str | None:
    """The same in Base64: user data is written so."""
    if len(text) < 40 or len(text) % 4 or not re.fullmatch(r"[A-Za-z0-9+/\r\n]+={0,2}", text):
        return None
    from base64 import b64decode

    try:
        inner = b64decode(text, validate=False).decode("utf-8")
    except ValueError:
        return None
    return next((kind for kind, pattern in _shapes() if pattern.search(inner)), None)


def is_secret(name: Any, value: Any) -> Any:
    """Whether a value under a name is a secret that is written down: by shape, or because both look like it."""
    if isinstance(value, Unknown) or isinstance(name, Unknown):
        return False
    if secret_kind(value) is not None:
        return True
    return _named_kind(str(name), value) is not None


def _named_kind(name: str, value: Any) -> str | None:
    """What a text holds by its name. What its source marks sensitive says nothing: it may be given from elsewhere."""
    text = value.reveal() if isinstance(value, Hidden) else value
    if not isinstance(text, str):
        return None
    if re.search(_NAME, name) and looks_secret(text) and not _identifies_key(name, text):
        return f"a value for {name}"
    for match in re.finditer(_ASSIGNED, text[:_MAX_TEXT]):
        if looks_secret(match[3]):
            return f"a value for {match[1]}"
    return None


def _identifies_key(name: str, text: str) -> bool:
    return re.search(r"(?i)(?:encryption|signing|master)_?key\Z", name) is not None and bool(
        re.match(_KEY_OF_KMS, text)
    )


def looks_secret(text: str) -> bool:
    """Whether a value under a secret's name is one: chosen or random, and not a reference or a placeholder."""
    text = text.strip().strip("\"'")
    if len(text) < _SHORTEST or len(text) > 500 or any(char.isspace() or char == "\0" for char in text):
        return False
    if re.match(_REFERENCE, text) or re.search(_PLACEHOLDER, text) or "${" in text or "$(" in text:
        return False
    classes = sum((any(map(str.isdigit, text)), any(map(str.islower, text)), any(map(str.isupper, text))))
    classes += any(not char.isalnum() and char not in "-_." for char in text)
    return classes >= 2 and entropy(text) >= _LEAST_ENTROPY


def entropy(text: Any) -> float:
    """Bits per character of a text (Shannon); 0 for an empty one."""
    if not isinstance(text, str) or not text:
        return 0.0
    counts = [text.count(char) for char in set(text)]
    return -sum(count / len(text) * log2(count / len(text)) for count in counts)
