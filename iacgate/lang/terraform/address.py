"""Terraform addresses: text ↔ :class:`Address`.

Room: ``lang``. In: addresses as plans, states and references write them. Out: their parts, and the forms that rules,
exceptions and joins compare. Keys may hold dots, brackets and quotes, so addresses are only ever read with the
tokenizer here. Source: Terraform's internal documentation, "Resource Addressing", and how ``show -json`` writes keys.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import cache
from typing import Literal

from iacgate.model.dataclass import dataclass

Mode = Literal["managed", "data", "ephemeral"]


class Wildcard(Enum):
    """The key of an instance whose key is not known yet; Terraform writes ``[*]``."""

    ANY = "*"


Key = int | str | Wildcard | None
"""Of ``count`` (a number), of ``for_each`` (text), not known yet, or of neither (``None``)."""


class AddressError(ValueError):
    """The text is no address. The message quotes it and says where it stops being one."""


@dataclass(frozen=True, slots=True)
class Step:
    """One module call on the way, with the key of the instance: ``module.bucket["logs"]``."""

    name: str
    key: Key = None

    def __str__(self) -> str:
        return f"module.{self.name}{format_key(self.key)}"


@dataclass(frozen=True, slots=True)
class Address:
    """One resource instance. Its four forms: ``str(…)`` (the instance), ``config``, ``module_path``, ``keys``."""

    type: str
    name: str
    key: Key = None
    modules: tuple[Step, ...] = ()
    mode: Mode = "managed"

    def __str__(self) -> str:
        return f"{self.module}{'.' if self.modules else ''}{self.local}{format_key(self.key)}"

    @property
    def local(self) -> str:
        """The block as its own module names it, without key: ``data.aws_ami.this``."""
        head = "" if self.mode == "managed" else f"{self.mode}."
        return f"{head}{self.type}.{self.name}"

    @property
    def config(self) -> str:
        """The address of the block, without any key: ``module.bucket.aws_s3_bucket.this``."""
        return ".".join((*(f"module.{step.name}" for step in self.modules), self.local))

    @property
    def module(self) -> str:
        """The module instance (``module.bucket["logs"]``), ``""`` for the root."""
        return ".".join(map(str, self.modules))

    @property
    def module_path(self) -> tuple[str, ...]:
        """The names of the calls: which module block of the configuration this is in."""
        return tuple(step.name for step in self.modules)

    @property
    def keys(self) -> tuple[Key, ...]:
        """The key at each level, the resource's own last."""
        return (*(step.key for step in self.modules), self.key)


def parse_address(text: str) -> Address:
    """The address of a resource. Raises :class:`AddressError`."""
    modules, position = _modules(text)
    mode: Mode = "managed"
    if text.startswith("data.", position):
        mode, position = "data", position + len("data.")
    elif text.startswith("ephemeral.", position):
        mode, position = "ephemeral", position + len("ephemeral.")
    kind, position = _name(text, position)
    position = _dot(text, position)
    name, position = _name(text, position)
    key, position = _key(text, position)
    if position != len(text):
        raise AddressError(f"unexpected {text[position:]!r} at the end of the address {text!r}")
    return Address(kind, name, key, modules, mode)


def parse_module(text: str) -> tuple[Step, ...]:
    """The steps of a module instance address; none for ``""``. Raises :class:`AddressError`."""
    modules, position = _modules(f"{text}." if text else "")
    if position != (len(text) + 1 if text else 0):
        raise AddressError(f"{text!r} is not the address of a module")
    return modules


def without_keys(text: str) -> str:
    """The configuration form of any address, much faster than parsing it.

    Names hold neither brackets nor quotes, so from left to right a bracket always opens a key.
    """
    return _keys().sub("", text) if "[" in text else text


def split_key(text: str) -> tuple[str, Key]:
    """An address without its last key, and that key: ``a.b["x"]`` gives ``("a.b", "x")``."""
    if not text.endswith("]"):
        return text, None
    keys = [match.span() for match in _keys().finditer(text)]
    if not keys or keys[-1][1] != len(text):
        return text, None
    start = keys[-1][0]
    return text[:start], _key(text, start)[0]


def format_key(key: Key) -> str:
    """The key as Terraform writes it behind a name: ``[0]``, ``["a\\"b"]``, ``[*]``, nothing for ``None``."""
    if key is None:
        return ""
    if isinstance(key, Wildcard):
        return "[*]"
    return f"[{key}]" if isinstance(key, int) else f'["{_escaped(key)}"]'


_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
_UNESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


@cache
def _keys() -> re.Pattern[str]:
    return re.compile(r'\[(?:(\d+)|"((?:[^"\\]|\\.)*)"|(\*))\]', re.DOTALL)


@cache
def _identifiers() -> re.Pattern[str]:
    return re.compile(r"[\w-]+")


def _modules(text: str) -> tuple[tuple[Step, ...], int]:
    steps: list[Step] = []
    position = 0
    while text.startswith("module.", position):
        name, position = _name(text, position + len("module."))
        key, position = _key(text, position)
        steps.append(Step(name, key))
        position = _dot(text, position)
    return tuple(steps), position


def _name(text: str, position: int) -> tuple[str, int]:
    match = _identifiers().match(text, position)
    if match is None:
        found = text[position:] or "the end"
        raise AddressError(f"expected a name in the address {text!r}, found {found!r}")
    return match[0], match.end()


def _dot(text: str, position: int) -> int:
    if not text.startswith(".", position):
        raise AddressError(f"expected '.' after {text[:position]!r} in the address {text!r}")
    return position + 1


def _key(text: str, position: int) -> tuple[Key, int]:
    if not text.startswith("[", position):
        return None, position
    match = _keys().match(text, position)
    if match is None:
        raise AddressError(f"expected a number or a quoted key after {text[:position]!r} in the address {text!r}")
    number, quoted, star = match.groups()
    if star:
        return Wildcard.ANY, match.end()
    return (int(number) if number else _unescaped(quoted)), match.end()


def _escaped(key: str) -> str:
    out = []
    for index, character in enumerate(key):
        if character in _ESCAPES:
            out.append(_ESCAPES[character])
        elif character in "$%" and key[index + 1 : index + 2] == "{":
            out.append(character * 2)
        elif character.isprintable():
            out.append(character)
        else:
            code = ord(character)
            out.append(f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}")
    return "".join(out)


def _unescaped(quoted: str) -> str:
    """The value of what stands between the quotes; an escape we do not know stands for itself."""

    def plain(match: re.Match[str]) -> str:
        code, character, marker = match[1], match[2], match[3] or match[4]
        if code:
            number = int(code, 16)
            return chr(number) if number <= 0x10FFFF else match[0]
        return marker or _UNESCAPES.get(character, character)

    if "\\" not in quoted and "{" not in quoted:
        return quoted
    pattern = r"\\(?:[uU]((?<=u)[0-9a-fA-F]{4}|(?<=U)[0-9a-fA-F]{8})|(.))|\$(\$\{)|%(%\{)"
    return re.sub(pattern, plain, quoted, flags=re.DOTALL)
