"""The ``terraform`` blocks of a root module as one resource: where state is kept, which providers are asked for.

Room: ``inputs``. In: a root module. Out: a resource of type ``terraform`` with ``required_version``,
``required_providers`` (local name → what is asked for), ``backend`` and ``cloud`` (a list of one, ``type`` being the
backend's name). Only plain values may stand there; anything else is unknown.
"""

from __future__ import annotations

from typing import Any

from iacgate.lang.terraform.definitions import Module
from iacgate.model import Location, Path, Resource, Unknown
from iacgate.syntax.hcl import File
from iacgate.syntax.hcl.nodes import Attribute, Block, Literal, Node, Object, Tuple

_KEPT = frozenset({"backend", "cloud"})


class TerraformSettings:
    """The body of the resource, and where its paths are written."""

    def __init__(self, module: Module) -> None:
        self.body: dict[str, Any] = {}
        self._places: dict[Path, tuple[File, Node]] = {}
        for file, block in module.settings:
            self._places.setdefault((), (file, block))
            self._take(file, block)

    def _take(self, file: File, block: Block) -> None:
        for name, attribute in block.body.attributes.items():
            self.body[name] = self._value(file, (name,), attribute)
        for inner in block.body.blocks:
            if inner.type in _KEPT:
                path: Path = (inner.type, 0)
                self._places[path] = (file, inner)
                arguments = {"type": inner.labels[0]} if inner.labels else {}
                self.body[inner.type] = [{**arguments, **self._arguments(file, path, inner)}]
            elif inner.type == "required_providers":
                asked = self.body.setdefault("required_providers", {})
                asked.update(self._arguments(file, ("required_providers",), inner))

    def _arguments(self, file: File, path: Path, block: Block) -> dict[str, Any]:
        return {name: self._value(file, (*path, name), held) for name, held in block.body.attributes.items()}

    def _value(self, file: File, path: Path, attribute: Attribute) -> Any:
        self._places[path] = (file, attribute)
        return _plain(attribute.expression)

    def __call__(self, path: Path) -> Location:
        """The place of a path, or of the nearest thing around it that is written."""
        while path not in self._places:
            path = path[:-1]
        file, node = self._places[path]
        if isinstance(node, Block):
            return file.location(node.start, node.header_end)
        return file.location(node.expression if isinstance(node, Attribute) else node)


def _plain(node: Node) -> Any:
    """The value of an expression that names nothing."""
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Tuple):
        return [_plain(item) for item in node.items]
    if isinstance(node, Object) and all(isinstance(item.key, Literal) for item in node.items):
        return {str(item.key.value): _plain(item.value) for item in node.items if isinstance(item.key, Literal)}
    return Unknown("only plain values are understood here")


def settings_of(module: Module, document: Any, root: str, adapter: str) -> Resource | None:
    """The settings of a root module as a resource; ``None`` where it has none."""
    if not module.settings:
        return None
    settings = TerraformSettings(module)
    return Resource(
        address="terraform",
        type="terraform",
        provider="terraform",
        name="terraform",
        body=settings.body,
        adapter=adapter,
        document=document,
        locate=settings,
        category="module",
        config_address="terraform",
        focus=document.focus,
        root=root,
    )
