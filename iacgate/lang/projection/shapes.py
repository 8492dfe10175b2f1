"""The table of shapes, read: which member of a block becomes which member of an object, and how.

In: a resource type of the Kubernetes provider. Out: its :class:`Kind`; the :class:`Shape` of a block by name. Each is
read when first asked for: most configurations use few of them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Literal, NamedTuple, cast

from iacgate.lang.projection.table import KINDS, SHAPES
from iacgate.lang.references import CLUSTER_SCOPED

PREFIX = "kubernetes_"

Way = Literal["", ":", "*", "^", "{}", "#", "%", "@", "?", "-"]
"""The marks of the table; ``""`` for what keeps its value."""


class Field(NamedTuple):
    """A member of a block: its name in Kubernetes, what becomes of its value, and the shape of the blocks in it."""

    name: str
    way: Way = ""
    shape: str = ""


class Shape(NamedTuple):
    """The members of a block by Terraform's names, and what the provider fills in for those of Kubernetes' names.

    ``open`` is true where a member that is not listed counts as well, under its name in camel case.
    """

    fields: dict[str, Field]
    defaults: dict[str, Any]
    open: bool = True

    def field(self, name: str) -> Field | None:
        """What becomes of a member; ``None`` for one that is Terraform's own."""
        found = self.fields.get(name)
        return Field(camel(name)) if found is None and self.open else found


class Kind(NamedTuple):
    """What a resource type makes: API version, kind, the shape of the resource itself, whether it has a namespace."""

    version: str
    kind: str
    shape: Shape
    namespaced: bool


_FIELD = re.compile(
    r"(?P<tf>\w+)(?P<way>\{\}|[:*^#%@?-]?)(?P<shape>[A-Z]\w*)?(?:>(?P<name>\w+))?(?:=(?P<default>\w+))?"
)
_DEFAULTS = {"true": True, "false": False}
_WITHOUT_NAMESPACE = CLUSTER_SCOPED | {"PodSecurityPolicy"}


def camel(name: str) -> str:
    """``image_pull_policy`` → ``imagePullPolicy``."""
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


@cache
def shape(name: str) -> Shape:
    """A shape of the table."""
    return _read(_texts(SHAPES, "=")[name])


@cache
def kind_of(type_name: str) -> Kind | None:
    """What a resource type makes; ``None`` for one that makes no object of its own."""
    text = _kinds().get(type_name.removeprefix(PREFIX)) if type_name.startswith(PREFIX) else None
    if text is None:
        return None
    made, _, members = text.partition("|")
    version, kind = made.split()
    return Kind(
        version, kind, _read(f"metadata:Metadata {members}")._replace(open=False), kind not in _WITHOUT_NAMESPACE
    )


def types() -> list[str]:
    """All resource types that make an object."""
    return [PREFIX + name for name in _kinds()]


@cache
def _kinds() -> dict[str, str]:
    return {name: text for names, text in _texts(KINDS, "|").items() for name in names.split()}


@cache
def _texts(table: str, separator: str) -> dict[str, str]:
    """The entries of a table by what stands before the separator; an indented line goes on with the entry above."""
    joined = table.replace("\\\n", " ").replace("\n ", " ")
    entries = (line.partition(separator) for line in joined.splitlines() if line.strip())
    return {name.strip(): text.strip() for name, _, text in entries}


def _read(text: str) -> Shape:
    fields: dict[str, Field] = {}
    defaults: dict[str, Any] = {}
    for written in text.split():
        match = _FIELD.fullmatch(written)
        if match is None:
            raise ValueError(f"{written!r} is no field")
        name = match["name"] or camel(match["tf"])
        fields[match["tf"]] = Field(name, cast("Way", match["way"]), match["shape"] or "")
        if match["default"] is not None:
            defaults[name] = _DEFAULTS.get(match["default"], match["default"])
    return Shape(fields, defaults)
