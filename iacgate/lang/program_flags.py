"""Words of a command line → flags, read as the programs of Kubernetes read them. Part of ``lang``.

``--flag=value`` and ``--flag value``, one hyphen or two, ``_`` for ``-``, booleans that stand alone; of a repeated flag
the last counts, lists add up. What cannot be known is unknown: an element that is, and all that it may say.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from iacgate.lang.jmespath.logic import conceal, doubt
from iacgate.lang.places import Placed
from iacgate.model import Partial, Path, Secret, Unknown, child

BOOLEAN = frozenset((
    "allow-privileged", "anonymous-auth", "auto-tls", "client-cert-auth", "enable-bootstrap-token-auth",
    "kubelet-https", "leader-elect", "make-iptables-util-chains", "peer-auto-tls", "peer-client-cert-auth", "profiling",
    "protect-kernel-defaults", "rotate-certificates", "rotate-server-certificates", "service-account-lookup",
    "use-service-account-credentials",
))  # fmt: skip
"""Flags that need no value: the next word is none of theirs."""
LISTS = frozenset((
    "admission-control", "authorization-mode", "disable-admission-plugins", "enable-admission-plugins",
    "service-account-key-file", "tls-cipher-suites",
))  # fmt: skip
"""Flags that hold lists with commas, and add up when they are repeated."""
MAPS = frozenset(("feature-gates",))
_ADDING = LISTS | MAPS

_TRUE = frozenset(("1", "t", "T", "true", "TRUE", "True"))
_FALSE = frozenset(("0", "f", "F", "false", "FALSE", "False"))
_NAMED = re.compile(r"--?([A-Za-z][\w.-]*)=")
_NUMBER = re.compile(r"-\d")
_LATE = "${} is set when the container starts"
_REFERENCE = re.compile(r"\$\$|\$\(([A-Za-z_.-][\w.-]*)\)")


class Word(NamedTuple):
    """A word of a command line (text, or what stands in its place) and where it was written."""

    text: Any
    path: Path


class Flags(NamedTuple):
    """The flags that are given, with their places; ``hidden`` says why there may be others."""

    given: dict[str, Placed]
    hidden: Unknown | None


def read_flags(words: list[Word], hidden: Unknown | None = None) -> Flags:
    """The flags of a command line. ``hidden``: why there may be more words, nobody knows where."""
    given: dict[str, Placed] = {}
    settled: dict[str, int] = {}
    unknown_at = -1 if hidden is None else len(words) + 1
    at = 0
    while at < len(words):
        text, path = words[at]
        at += 1
        if isinstance(text, str) and text == "--":
            break
        flag = _split(text)
        if flag is not None:
            name, value = flag
            settled[name] = at
            if value is None:
                value, at = _following(name, words, at)
            given[name] = Placed(path, _added(given.get(name), name, value_of(name, value)))
        elif isinstance(text, Unknown):
            hidden, unknown_at = doubt(text), max(at, unknown_at)
    if hidden is None:
        return Flags(given, None)
    doubted = {name for name in given if name in _ADDING or settled[name] < unknown_at}
    return Flags({**given, **overshadowed({name: given[name] for name in doubted}, hidden)}, hidden)


def overshadowed(given: dict[str, Placed], hidden: Unknown) -> dict[str, Placed]:
    """Flags that may be given once more, nobody knows how."""
    return {
        name: Placed(path, Partial(value, maybe=hidden) if isinstance(value, list) else hidden)
        for name, (path, value, _) in given.items()
    }


def _split(text: Any) -> tuple[str, Any] | None:
    """Name and value of a word; the value is ``None`` where it stands alone. ``None`` for a word that is no flag."""
    if isinstance(text, Unknown):
        match = _NAMED.match(text.prefix)
        if match is None:
            return None
        rest = Unknown(text.reason, prefix=text.prefix[match.end() :], suffix=text.suffix, present=True)
        return match[1].replace("_", "-"), rest
    if isinstance(text, Secret):
        split = _split(text.reveal())
        return None if split is None else (split[0], conceal(split[1]))
    if not isinstance(text, str) or not text.startswith("-") or not text.strip("-"):
        return None
    name, equals, value = text.lstrip("-").partition("=")
    return name.replace("_", "-"), value if equals else None


def _following(name: str, words: list[Word], at: int) -> tuple[Any, int]:
    """The value of a flag that stands alone, and where to go on: the next word, unless the flag needs none."""
    if name in BOOLEAN or at == len(words):
        return "true", at
    following = words[at].text
    if isinstance(following, str) and following.startswith("-") and not _NUMBER.match(following):
        return "true", at
    if isinstance(following, Unknown) and _split(following) is not None:
        return "true", at
    return following, at + 1


def value_of(name: str, value: Any) -> Any:
    """The value of a flag: true or false, a list, an object of gates; text for the others."""
    if isinstance(value, Secret):
        return conceal(value_of(name, value.reveal()))
    if name in LISTS:
        return _list(value)
    if name in MAPS and isinstance(value, str):
        pairs = (gate.partition("=") for gate in value.split(",") if gate.strip())
        return {key.strip(): _boolean(held.strip()) for key, _, held in pairs}
    return _boolean(value) if name in BOOLEAN else value


def _list(value: Any) -> Any:
    if isinstance(value, Unknown):
        return Partial([one.strip() for one in value.prefix.split(",")[:-1]], maybe=doubt(value))
    return [one.strip() for one in value.split(",") if one.strip()] if isinstance(value, str) else value


def _boolean(value: Any) -> Any:
    if isinstance(value, str) and value in _TRUE | _FALSE:
        return value in _TRUE
    return value


def _added(before: Placed | None, name: str, value: Any) -> Any:
    """The value of a flag that was given before: lists and objects add up, of anything else the last counts."""
    old = before.value if before is not None and name in _ADDING else None
    if isinstance(old, list) and isinstance(value, list):
        old.extend(value)
        return old if isinstance(old, Partial) or not isinstance(value, Partial) else Partial(old, maybe=value.maybe)
    if isinstance(old, dict) and isinstance(value, dict):
        old.update(value)
        return old
    return value


class Variables(NamedTuple):
    """The environment of a container: what is known of it by name, and why there may be more."""

    known: dict[str, Any]
    hidden: Unknown | None


def variables_of(env: Any, env_from: Any) -> Variables:
    """The environment from ``env`` and ``envFrom``; what is set only when the container starts is ``None``."""
    listed = env if isinstance(env, list) else ()
    known = {name: child(one, "value") for one in listed if isinstance(name := child(one, "name"), str)}
    return Variables(known, _hidden_in(env, env_from))


def expanded(word: Any, variables: Variables) -> Any:
    """A word with ``$(NAME)`` replaced as the kubelet does; what is set only when the container starts is unknown."""
    if not isinstance(word, str) or "$(" not in word:
        return word
    known = variables.known
    parts: list[str] = []
    at = 0
    for match in _REFERENCE.finditer(word):
        parts.append(word[at : match.start()])
        at = match.end()
        held = "$" if match[1] is None else known.get(match[1])
        if isinstance(held, str) and "$(" not in held:
            parts.append(held)
        elif match[1] in known or variables.hidden is not None:
            rest = word[at:]
            suffix = "" if "$(" in rest else rest
            return Unknown(_LATE.format(match[1]), prefix="".join(parts), suffix=suffix, present=True)
        else:
            parts.append(match[0])
    return "".join([*parts, word[at:]])


def with_environment(flags: Flags, prefix: str, env: Any, variables: Variables) -> Flags:
    """Flags of a program that takes what is not given from its environment: ``--some-flag`` from ``PREFIX_SOME_FLAG``.

    So does etcd: https://etcd.io/docs/latest/op-guide/configuration/
    """
    given = dict(flags.given)
    for index, one in enumerate(env if isinstance(env, list) else ()):
        name, value = child(one, "name"), child(one, "value")
        if isinstance(name, str) and name.startswith(prefix):
            key = name.removeprefix(prefix).lower().replace("_", "-")
            late = value is None and child(one, "valueFrom") is not None
            held = (
                Unknown(_LATE.format(name))
                if late
                else value_of(key, expanded("" if value is None else value, variables))
            )
            given.setdefault(key, Placed(("env", index), held))
    return Flags(given, flags.hidden if flags.hidden is not None else variables.hidden)


def _hidden_in(env: Any, env_from: Any) -> Unknown | None:
    """Why an environment may hold more variables than are known."""
    for held in (env, env_from):
        if isinstance(held, Unknown):
            return doubt(held)
        if isinstance(held, Partial):
            return held.maybe
    return Unknown("a part of the environment comes from another object") if env_from else None
