"""What the files of one module declare, with override files merged in. Nothing is evaluated here.

Room: ``lang``. In: parsed files in Terraform's order. Out: a :class:`Module`. Source: the language documentation,
"Override Files".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from iacgate.model.dataclass import dataclass, field
from iacgate.syntax.hcl.file import File
from iacgate.syntax.hcl.nodes import Attribute, Block, Literal, Node

RESOURCE_MODES = {"resource": "managed", "data": "data"}
BLOCKS = {
    "terraform": 0, "provider": 1, "variable": 1, "locals": 0, "module": 1, "resource": 2, "data": 2, "output": 1,
    "moved": 0, "import": 0, "removed": 0, "check": 1, "ephemeral": 2, "action": 2, "language": 0,
}  # fmt: skip
"""The blocks of a module, and how many labels each has."""
META_ATTRIBUTES = frozenset({"count", "for_each", "depends_on", "provider"})
META_BLOCKS = frozenset({"lifecycle", "provisioner", "connection"})
_MERGED_BY_ARGUMENT = frozenset({"lifecycle"})


@dataclass(slots=True)
class Definition:
    """One block of a module, after overrides: its ``attributes`` and nested ``blocks``, and which file each is from."""

    file: File
    block: Block
    attributes: dict[str, Attribute]
    blocks: list[Block]
    elsewhere: dict[int, File] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.block.labels[-1] if self.block.labels else ""

    @property
    def type(self) -> str:
        return self.block.labels[0] if self.block.labels else ""

    def file_of(self, node: Node) -> File:
        """The file that an attribute or nested block of this definition is written in."""
        return self.elsewhere.get(id(node), self.file)

    def text_of(self, name: str) -> str:
        """The text of an attribute that is a plain string, "" otherwise."""
        attribute = self.attributes.get(name)
        value = attribute.expression.value if attribute and isinstance(attribute.expression, Literal) else ""
        return value if isinstance(value, str) else ""

    def says(self, name: str) -> bool:
        """Whether an attribute is written as a plain ``true``."""
        attribute = self.attributes.get(name)
        return (
            attribute is not None and isinstance(attribute.expression, Literal) and attribute.expression.value is True
        )


@dataclass(slots=True)
class Module:
    """Everything one folder declares, in source order."""

    folder: str
    variables: dict[str, Definition] = field(default_factory=dict)
    locals: dict[str, tuple[Attribute, File]] = field(default_factory=dict)
    resources: dict[tuple[str, str, str], Definition] = field(default_factory=dict)
    calls: dict[str, Definition] = field(default_factory=dict)
    outputs: dict[str, Definition] = field(default_factory=dict)
    providers: dict[tuple[str, str], Definition] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    settings: list[tuple[File, Block]] = field(default_factory=list)
    repeated: list[Definition] = field(default_factory=list)
    """Blocks whose name is taken: Terraform refuses them, a scan looks at them all the same."""
    strange: list[Definition] = field(default_factory=list)
    """Blocks that declare nothing Terraform knows: a misspelt type, labels that are missing."""


def read_module(folder: str, primary: Iterable[File], override: Iterable[File] = ()) -> Module:
    """The module that these files make. What is declared twice is known by its first declaration."""
    module = Module(folder)
    for file in primary:
        for block in file.body.blocks:
            _declare(module, file, block)
    for file in override:
        for block in file.body.blocks:
            _override(module, file, block)
    return module


def _declare(module: Module, file: File, block: Block) -> None:
    if block.type == "locals":
        for name, attribute in block.body.attributes.items():
            module.locals.setdefault(name, (attribute, file))
        return
    if block.type == "terraform":
        module.settings.append((file, block))
        _provider_sources(module, block)
        return
    if block.type == "check":
        for inner in block.body.blocks:
            if inner.type == "data":
                _declare(module, file, inner)
        return
    definition = _definition(file, block)
    if len(block.labels) != BLOCKS.get(block.type, -1):
        module.strange.append(definition)
    for table, key in _place(module, definition):
        if table.setdefault(key, definition) is not definition:
            module.repeated.append(definition)


def _definition(file: File, block: Block) -> Definition:
    body = block.body
    if body.json and block.type in {"resource", "data", "provider"}:
        from iacgate.lang.terraform.jsonblocks import settled

        body = settled(body)
    return Definition(file, block, body.attributes, body.blocks)


def _place(module: Module, definition: Definition) -> Iterator[tuple[dict[object, Definition], object]]:
    """The table and key a block is kept under; none for blocks that declare nothing we evaluate."""
    block = definition.block
    tables: dict[str, tuple[dict[object, Definition], int]] = {
        "variable": (module.variables, 1),  # type: ignore[dict-item]  # one view on tables of several key types
        "output": (module.outputs, 1),  # type: ignore[dict-item]  # the same
        "module": (module.calls, 1),  # type: ignore[dict-item]  # the same
        "provider": (module.providers, 1),  # type: ignore[dict-item]  # the same
        "resource": (module.resources, 2),  # type: ignore[dict-item]  # the same
        "data": (module.resources, 2),  # type: ignore[dict-item]  # the same
    }
    table, labels = tables.get(block.type, (None, 0))
    if table is None or len(block.labels) != labels:
        return
    if labels == 2:
        yield table, (RESOURCE_MODES[block.type], *block.labels)
    elif block.type == "provider":
        yield table, (block.labels[0], definition.text_of("alias"))
    else:
        yield table, block.labels[0]


def _override(module: Module, file: File, block: Block) -> None:
    if block.type == "locals":
        for name, attribute in block.body.attributes.items():
            module.locals[name] = (attribute, file)
        return
    if block.type == "terraform":
        module.settings.append((file, block))
        _provider_sources(module, block)
        return
    changed = _definition(file, block)
    for table, key in _place(module, changed):
        original = table.get(key)
        table[key] = changed if original is None else _merged(original, changed)


def _merged(original: Definition, change: Definition) -> Definition:
    replaced = {_kind(block) for block in change.blocks} - _MERGED_BY_ARGUMENT
    blocks = [block for block in original.blocks if _kind(block) not in replaced]
    nodes: list[Node] = [*change.attributes.values(), *change.blocks]
    return Definition(
        file=original.file,
        block=original.block,
        attributes={**original.attributes, **change.attributes},
        blocks=[*blocks, *change.blocks],
        elsewhere={**original.elsewhere, **{id(node): change.file for node in nodes}},
    )


def _kind(block: Block) -> str:
    """The type of block that a nested block makes: a dynamic one makes the type of its label."""
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type


def _provider_sources(module: Module, block: Block) -> None:
    """Remember ``required_providers``: local name to source address."""
    from iacgate.syntax.hcl.nodes import Object

    for inner in block.body.blocks:
        if inner.type != "required_providers":
            continue
        for name, attribute in inner.body.attributes.items():
            if not isinstance(attribute.expression, Object):
                continue
            for item in attribute.expression.items:
                if isinstance(item.key, Literal) and item.key.value == "source" and isinstance(item.value, Literal):
                    module.sources[name] = str(item.value.value)
