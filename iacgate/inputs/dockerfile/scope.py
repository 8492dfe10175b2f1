"""What ``$NAME`` is worth at a place in a Dockerfile. Part of the Dockerfile adapter.

ARGs before the first FROM are known in FROM lines, and in a stage that names them again; ENV wins over ARG; a stage
built on another stage inherits both. What the base image sets is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping

from iacgate.model import Unknown
from iacgate.syntax.dockerfile import Pair, Unset, expand

Value = str | Unknown

PLATFORM = frozenset(
    f"{side}{what}" for side in ("TARGET", "BUILD") for what in ("PLATFORM", "OS", "ARCH", "VARIANT")
) | {"TARGETSTAGE"}
"""Arguments that the builder sets by itself: known in FROM lines, and in a stage that names them."""


class Scope:
    """The variables of one stage, or of the lines before the first FROM. ``scratch``: no base image sets anything."""

    __slots__ = ("args", "env", "escape", "given", "scratch", "stage")

    def __init__(self, escape: str, given: Mapping[str, Value], *, stage: bool, scratch: bool = False) -> None:
        self.escape = escape
        self.given = given
        self.stage = stage
        self.scratch = scratch
        self.env: dict[str, Value] = {}
        self.args: dict[str, Value] = {}

    def inherit(self, other: Scope) -> None:
        """Take over what a parent stage has set."""
        self.env.update(other.env)
        self.args.update(other.args)
        self.scratch = other.scratch

    def lookup(self, name: str) -> Value | None:
        if name in self.env:
            return self.env[name]
        if name in self.args:
            return self.args[name]
        if not self.stage:
            return Unknown(f"{name} depends on the build") if name in PLATFORM else Unset(_undeclared(name))
        return None if self.scratch else Unset(f"{name} is not set in this file; the base image may set it")

    def expand(self, word: str) -> Value:
        return expand(word, self.lookup, self.escape)

    def declare(self, pair: Pair) -> Value:
        """The value of an ARG, from here on known by its name."""
        name = pair.key.text
        if pair.value is not None:
            value = self.expand(pair.value.text)
        elif name in self.given:
            value = self.given[name]
        elif name in PLATFORM:
            value = Unknown(f"{name} depends on the build")
        else:
            value = Unset(f"build argument {name} has no default")
        self.args[name] = value
        return value

    def assign(self, pairs: tuple[Pair, ...]) -> dict[str, Value]:
        """The values of an ENV. All of one instruction see the variables as they were before it."""
        values = {self._key(pair): self._value(pair) for pair in pairs}
        self.env.update(values)
        return values

    def labels(self, pairs: tuple[Pair, ...]) -> dict[str, Value]:
        return {self._key(pair): self._value(pair) for pair in pairs}

    def _key(self, pair: Pair) -> str:
        key = self.expand(pair.key.text)
        return pair.key.text if isinstance(key, Unknown) else key

    def _value(self, pair: Pair) -> Value:
        return self.expand(pair.value.text) if pair.value is not None else ""


def _undeclared(name: str) -> str:
    return f"build argument {name} is not declared before FROM"
