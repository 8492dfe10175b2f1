"""Where the parts of a resource are written. In: an instance, a path into its body. Out: a place.

A module of its own, since most resources are never asked.
"""

from __future__ import annotations

from iacgate.lang.terraform.inside import DOCUMENT, Names, follow
from iacgate.lang.terraform.instances import ModuleInstance
from iacgate.lang.terraform.resource import Instance
from iacgate.lang.terraform.stack import deep
from iacgate.model import Location, Path
from iacgate.syntax.hcl import File
from iacgate.syntax.hcl.nodes import Attribute, Node


def place(instance: Instance, path: Path) -> Location | None:
    """The place of a path that is not empty, reached through what it refers to; ``None`` when only the header stands
    for it."""
    with deep():
        source = instance.source(path)
        if source is None:
            return None
        file = instance.definition.file_of(source.top)
        if source.header is not None:
            return file.location(*source.header.header_span)
        found = follow(file, source.node, source.rest, _Declared(instance.owner))
    return found.location.through(found.way)


class _Declared(Names):
    """What the module of a resource declares."""

    __slots__ = ("_module",)

    def __init__(self, module: ModuleInstance) -> None:
        self._module = module

    def local(self, name: str) -> tuple[Attribute, File] | None:
        return self._module.module.locals.get(name)

    def documents(self, name: str) -> list[Attribute]:
        definition = self._module.module.resources.get(("data", DOCUMENT, name))
        return list(definition.attributes.values()) if definition is not None else []

    def in_document(self, name: str, path: Path) -> tuple[File, Node] | None:
        group = self._module.resources("data", DOCUMENT, name)
        if group is None or not group.members:
            return None
        document: Instance = group.members[0]
        source = document.source(path)
        if source is None:
            return document.definition.file, document.definition.block
        return document.definition.file_of(source.top), source.header or source.node
