"""From addresses to places in HCL: the blocks of a configuration, found without evaluating it.

Room: ``lang``. In: the folder of a root module, a way to open files, an address, a path into the resource's body. Out:
a :class:`~iacgate.model.Location`, reached ``via`` the module calls on the way. Folders are read and parsed when the
first place in them is asked for. What the source does not have gives ``None`` and a reason: never a guess.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from iacgate.errors import SyntaxFailure
from iacgate.lang.terraform import layout
from iacgate.lang.terraform.address import Address, AddressError, format_key, parse_address, without_keys
from iacgate.lang.terraform.definitions import Module, read_module
from iacgate.lang.terraform.inside import DOCUMENT, Names, follow
from iacgate.lang.terraform.jsonblocks import settled
from iacgate.lang.terraform.steps import CALLED, PASSED, USED
from iacgate.lang.terraform.written import Written
from iacgate.model import Location, Path, SourceFile, reveal
from iacgate.model.dataclass import dataclass, field
from iacgate.syntax.hcl.file import File
from iacgate.syntax.hcl.nodes import (
    Attribute,
    AttributeStep,
    Block,
    IndexStep,
    Literal,
    Node,
    Traversal,
)
from iacgate.syntax.hcl.walking import walk

if TYPE_CHECKING:
    from iacgate.lang.terraform.beside import Beside

Trail = Callable[[File, Node, Path, Location, tuple[Any, Path]], tuple[Location, ...] | None]
Open = Callable[[str], SourceFile | None]
_MISSING = "source differs from plan"


@dataclass(slots=True)
class _Module:
    """One folder's files, overrides last, and what could not be read of it."""

    folder: str
    primary: list[File] = field(default_factory=list)
    override: list[File] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def blocks(self, kind: str, *labels: str) -> Iterator[tuple[File, Block]]:
        """The blocks with these labels, in the order of files; overrides come last and win."""
        for file in (*self.primary, *self.override):
            for block in file.body.blocks:
                if block.type == kind and block.labels == labels:
                    yield file, block

    def local(self, name: str) -> tuple[Attribute, File] | None:
        """A local value and the file it is in."""
        for file, block in reversed(list(self.blocks("locals"))):
            attribute = block.body.attributes.get(name)
            if attribute is not None:
                return attribute, file
        return None


@dataclass(slots=True)
class _Reached:
    """A module and the calls that lead to it, outermost first."""

    module: _Module
    calls: tuple[tuple[File, Block], ...] = ()


class SourceMap:
    """Places in one configuration."""

    __slots__ = ("_beside", "_installed", "_modules", "_open", "_reached", "_root_folder", "_scanned", "_variables")

    def __init__(self, folder: str, open_file: Open, root: str, variables: Mapping[str, Any] | None = None) -> None:
        """``folder`` is that of the root module, absolute; ``root`` is where report paths begin. ``variables`` are the
        values of the root module's variables, as planned."""
        self._variables = variables or {}
        self._beside: Beside | None = None
        self._root_folder = folder
        self._scanned = root
        self._open = open_file
        self._modules: dict[str, _Module] = {}
        self._reached: dict[tuple[str, ...], _Reached | str] = {}
        self._installed: dict[str, str] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the folder holds no configuration at all: then nothing differs from anything."""
        module = self._module(self._root_folder)
        return not (module.primary or module.override or module.failed)

    def resource(self, address: str, path: Path, body: Any = None) -> Location | None:
        """The place of ``path`` in the block of a resource; its header for ``()``.

        ``body`` (the planned attributes) helps to tell blocks of one type apart: sets come sorted in a plan.
        """
        try:
            parsed = parse_address(address)
        except AddressError:
            return None
        reached = self._reach(parsed.module_path)
        if isinstance(reached, str):
            return None
        found = list(reached.module.blocks(_kind(parsed), parsed.type, parsed.name))
        return _place(found, path, body, reached, partial(self._trail, parsed)) if found else None

    def _trail(
        self, address: Address, file: File, node: Node, way: Path, primary: Location, planned: tuple[Any, Path]
    ) -> tuple[Location, ...] | None:  # fmt: skip
        """The places a value was passed through; ``None`` where the calls on the way are all there is to say."""
        if isinstance(node, Literal) and not way:
            return None
        return self._evaluated().trail(address, file, node, way, primary, planned)

    def values(self, address: Address, path: Path) -> list[Any]:
        """What the source makes of a path into an instance's body, of any element where the path says which."""
        return self._evaluated().values(address, path)

    def value_place(self, address: Address, path: Path, value: Any) -> Location | None:
        """Where the value that an instance has at a path is spelled out; ``None`` where it is not, or is not here."""
        return self._evaluated().written(address, path, value)

    def _evaluated(self) -> Beside:
        if self._beside is None:
            self._beside = self._evaluation()
        return self._beside

    def _evaluation(self) -> Beside:
        from iacgate.lang.terraform.beside import Beside
        from iacgate.lang.terraform.expansion import Project

        project = Project(
            module=self._definitions,
            read=self._read,
            trouble=lambda _kind, _message, _place: None,
            notice=lambda _message: None,
            installed=self._manifest(),
            shown=self._named,
        )
        root = self._definitions(self._root_folder.replace(os.sep, "/"))
        return Beside(project, root or Module(self._root_folder), self._variables, self._values)

    def _definitions(self, folder: str) -> Module | None:
        found = self._module(folder)
        return read_module(folder, found.primary, found.override) if found.primary or found.override else None

    def _read(self, path: str) -> bytes | None:
        source = self._open(path.replace("/", os.sep))
        try:
            return source.read() if source is not None else None
        except OSError:
            return None

    def _named(self, path: str) -> str:
        source = self._open(path.replace("/", os.sep))
        return source.path if source is not None else path

    def _values(self) -> list[File]:
        """The files of variable values beside the root module, those that it reads by itself last."""
        from iacgate.lang.terraform.beside import value_files

        try:
            names = os.listdir(self._root_folder)
        except OSError:
            return []
        chosen = value_files(names, layout.variable_files(names))
        return list(self._files(_Module(self._root_folder), list(chosen)))

    def provider(self, module: Sequence[str], key: str, path: Path) -> Location | None:
        """The place in a provider block; ``key`` is ``aws`` or ``aws.alias``."""
        reached = self._reach(tuple(module))
        if isinstance(reached, str):
            return None
        name, _, alias = key.partition(".")
        blocks = [pair for pair in reached.module.blocks("provider", name) if _text(pair[1], "alias") == alias]
        return _place(blocks, path, None, reached) if blocks else None

    def local(self, module: Sequence[str], name: str) -> list[str] | None:
        """What a local value of a module refers to, as plans spell references; ``None`` when it is not there."""
        reached = self._reach(tuple(module))
        if isinstance(reached, str):
            return None
        found = reached.module.local(name)
        return [_spelled(node) for node in walk(found[0].expression) if isinstance(node, Traversal)] if found else None

    def written(self, address: Address) -> Written | None:
        """What the source sets of a resource; ``None`` when it is not there, or not all of its module could be read."""
        reached = self._reach(address.module_path)
        if isinstance(reached, str) or reached.module.failed:
            return None
        found = [settled(block.body) for _, block in reached.module.blocks(_kind(address), address.type, address.name)]
        return Written(found, _agreement) if found else None

    def block_name(self, address: str) -> str:
        return without_keys(address)

    def why_missing(self, address: str) -> str:
        """Why :meth:`resource` found nothing."""
        try:
            parsed = parse_address(address)
        except AddressError as error:
            return str(error)
        reached = self._reach(parsed.module_path)
        if isinstance(reached, str):
            return reached
        if reached.module.failed:
            return f"{', '.join(reached.module.failed)} does not parse"
        return f"{_MISSING}: {_kind(parsed)} {parsed.type} {parsed.name} is not in {self._shown(reached.module.folder)}"

    def _reach(self, path: tuple[str, ...]) -> _Reached | str:
        """The module at the end of a chain of calls, or why there is no way to it."""
        if path not in self._reached:
            self._reached[path] = self._step(path) if path else _Reached(self._module(self._root_folder))
        return self._reached[path]

    def _step(self, path: tuple[str, ...]) -> _Reached | str:
        caller = self._reach(path[:-1])
        if isinstance(caller, str):
            return caller
        calls = list(caller.module.blocks("module", path[-1]))
        if not calls:
            return f"{_MISSING}: module {path[-1]} is not called in {self._shown(caller.module.folder)}"
        source = next((text for _, call in reversed(calls) if (text := _text(call, "source"))), "")
        if layout.is_local(source):
            folder = layout.local_folder(caller.module.folder.replace(os.sep, "/"), source)
        elif ".".join(path) in self._manifest():
            inside = self._manifest()[".".join(path)]
            folder = layout.local_folder(self._root_folder.replace(os.sep, "/"), inside)
        else:
            return f"the source of module {path[-1]} is not here, terraform init fetches it"
        module = self._module(folder)
        if not (module.primary or module.override or module.failed):
            return f"no configuration in {self._shown(folder)}, the source of module {path[-1]}"
        return _Reached(module, (*caller.calls, calls[0]))

    def _manifest(self) -> dict[str, str]:
        if self._installed is None:
            source = self._open(os.path.join(self._root_folder, *layout.MANIFEST.split("/")))
            try:
                self._installed = layout.installed_modules(source.read()) if source else {}
            except OSError:
                self._installed = {}
        return self._installed

    def _module(self, folder: str) -> _Module:
        if folder not in self._modules:
            module = self._modules[folder] = _Module(folder)
            try:
                files = layout.module_files(os.listdir(folder))
            except OSError:
                return module
            module.primary = list(self._files(module, files.primary))
            module.override = list(self._files(module, files.override))
        return self._modules[folder]

    def _files(self, module: _Module, names: Sequence[str]) -> Iterator[File]:
        from iacgate.syntax.hcl import parse, parse_json

        for name in names:
            source = self._open(os.path.join(module.folder, name))
            if source is None:
                continue
            try:
                yield (parse_json if layout.is_json(name) else parse)(source.read(), source.path)
            except (SyntaxFailure, OSError):
                module.failed.append(source.path)

    def _shown(self, folder: str) -> str:
        try:
            return os.path.relpath(folder, self._scanned).replace(os.sep, "/")
        except ValueError:  # another drive
            return folder


def _spelled(node: Traversal) -> str:
    """A reference up to the first step that is not constant: ``aws_s3_bucket.b[0].id``."""
    text = node.name
    for step in node.steps:
        if isinstance(step, AttributeStep):
            text += f".{step.name}"
        elif isinstance(step, IndexStep) and isinstance(step.key, Literal) and isinstance(step.key.value, str | int):
            text += format_key(step.key.value)
        else:
            break
    return text


def _kind(address: Address) -> str:
    return "resource" if address.mode == "managed" else address.mode


def _place(
    written: Sequence[tuple[File, Block]], path: Path, body: Any, reached: _Reached, trail: Trail | None = None
) -> Location:  # fmt: skip
    """The place in a block and its overrides: the last that has the path, else the header of the first."""
    via = tuple(_header(file, call).noted(CALLED) for file, call in reached.calls)
    for file, block in reversed(written) if path else ():
        node, depth = _descend(block, path, body)
        if depth == 0:
            continue
        if isinstance(node, Block):
            return _header(file, node).through(via)
        found = follow(file, node, path[depth:], _Declared(reached.module))
        if found.way:
            return found.location.through((*via, *(step.noted(USED) for step in found.way)))
        way = trail(file, node, path[depth:], found.location, (body, path)) if trail is not None else None
        return found.location.through(_via(found.node, reached.calls) if way is None else way)
    file, block = written[0]
    return _header(file, block).through(via)


class _Declared(Names):
    """What the module of a resource declares."""

    __slots__ = ("_module",)

    def __init__(self, module: _Module) -> None:
        self._module = module

    def local(self, name: str) -> tuple[Attribute, File] | None:
        return self._module.local(name)

    def documents(self, name: str) -> list[Attribute]:
        found = self._module.blocks("data", DOCUMENT, name)
        return [argument for _, block in found for argument in block.body.attributes.values()]

    def in_document(self, name: str, path: Path) -> tuple[File, Node] | None:
        written = list(self._module.blocks("data", DOCUMENT, name))
        for file, block in reversed(written):
            node, depth = _descend(block, path, None)
            if depth:
                return file, node
        return written[0] if written else None


def _header(file: File, block: Block) -> Location:
    return file.location(*block.header_span)


def _via(node: Node, calls: tuple[tuple[File, Block], ...]) -> tuple[Location, ...]:
    """The calls on the way; where a call passes the very value, the place of its argument."""
    places = [_header(file, call).noted(CALLED) for file, call in calls]
    for level in range(len(calls) - 1, -1, -1):
        file, call = calls[level]
        argument = call.body.attributes.get(_variable(node))
        if argument is None:
            break
        places[level] = file.location(argument.expression).noted(PASSED)
        node = argument.expression
    return tuple(places)


def _variable(node: Node) -> str:
    """The input variable that an expression is, and nothing else; ``""`` otherwise."""
    if isinstance(node, Traversal) and node.name == "var" and node.steps:
        return str(getattr(node.steps[0], "name", ""))
    return ""


def _descend(block: Block, path: Path, value: Any) -> tuple[Node, int]:
    """The deepest block, or the expression, on the way along ``path``, and how many steps led there."""
    depth = 0
    while depth < len(path):
        step = path[depth]
        attribute = block.body.attributes.get(step) if isinstance(step, str) else None
        if attribute is not None:
            return attribute.expression, depth + 1
        value = _member(value, step)
        following = path[depth + 1] if depth + 1 < len(path) else None
        index = following if isinstance(following, int) else 0
        blocks = _nested(block, step) if isinstance(step, str) else []
        if not blocks:
            break
        element = _member(value, index) if isinstance(value, list) else value
        chosen = _which(blocks, index, element)
        if chosen is None:
            break
        block, value = chosen, element
        depth += 2 if isinstance(following, int) else 1
    return block, depth


def _nested(block: Block, kind: str) -> list[Block]:
    """The blocks of a type in source order, static ones and what ``dynamic`` ones make."""
    found = []
    for inner in block.body.blocks:
        if inner.type == kind:
            found.append(inner)
        elif inner.type == "dynamic" and inner.labels == (kind,):
            found.extend(inner.body.blocks_of("content")[:1])
    return found


def _which(blocks: list[Block], index: int, value: Any) -> Block | None:
    """The block that makes an element: of those that contradict nothing, the one that agrees most, then by position."""
    static = [block for block in blocks if block.type != "content"]
    if not static:
        return blocks[0]
    scores = [(_agreement(block, value), block) for block in blocks]
    best = max(score for score, _ in scores)
    if best < 0:
        return None
    chosen = [block for score, block in scores if score == best]
    if len(blocks) > index and blocks[index] in chosen:
        return blocks[index]
    return chosen[0] if isinstance(value, dict) or len(static) < len(blocks) else None


def _agreement(block: Block, value: Any) -> int:
    """How many constants of a block are those of the element; -1 when one is not."""
    if not isinstance(value, dict):
        return 0
    count = 0
    for name, attribute in block.body.attributes.items():
        if isinstance(attribute.expression, Literal) and name in value:
            constant, planned = attribute.expression.value, reveal(value[name])
            if not isinstance(planned, str | int | float | bool):
                continue
            if _same(constant, planned):
                count += 1
            else:
                return -1
    return count


def _same(constant: Any, planned: Any) -> bool:
    """Equality across Terraform's conversions: ``22`` is ``"22"``, ``true`` is ``"true"``."""
    if isinstance(constant, bool) or isinstance(planned, bool):
        return str(constant).lower() == str(planned).lower()
    return bool(constant == planned) or str(constant) == str(planned)


def _text(block: Block, name: str) -> str:
    attribute = block.body.attributes.get(name)
    value = attribute.expression.value if attribute and isinstance(attribute.expression, Literal) else None
    return value if isinstance(value, str) else ""


def _member(node: Any, step: str | int) -> Any:
    if isinstance(node, dict):
        return node.get(step)
    if isinstance(node, list) and isinstance(step, int) and 0 <= step < len(node):
        return node[step]
    return None
