"""Evaluated instances become resources of the model. In: all documents of a scan. Out: its resources.

Every root module is evaluated on its own; what could not be done is said in the context, each thing once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from iacgate.errors import did_you_mean
from iacgate.inputs.terraform import HclDocument, name
from iacgate.inputs.terraform.library import Library
from iacgate.inputs.terraform.variables import Values
from iacgate.inputs.terraform.versions import Versions
from iacgate.lang.terraform import layout
from iacgate.lang.terraform.calls import called_through
from iacgate.lang.terraform.definitions import BLOCKS, Definition
from iacgate.lang.terraform.expansion import Project
from iacgate.lang.terraform.instances import CallGroup, ModuleInstance, folder_of_call
from iacgate.lang.terraform.resource import Instance
from iacgate.lang.terraform.scope import Limits
from iacgate.lang.terraform.stack import deep
from iacgate.lang.terraform.underway import Place
from iacgate.lang.terraform.walk import groups, modules, own_instances
from iacgate.model import Category, Location, Path, Relation, Resource, Trouble
from iacgate.spi import InputContext
from iacgate.syntax.hcl import File
from iacgate.syntax.hcl.nodes import Literal, Traversal

_CATEGORIES: dict[str, Category] = {"resource": "resource", "data": "data", "provider": "provider"}
_MODULE_HINT = "correct the source, or scan a folder that holds both the caller and the module"
_HINTS = {"cycle": "break the circle of references", "limit": "scan the plan instead", "unreadable": _MODULE_HINT}


def resources(documents: list[HclDocument], context: InputContext) -> list[Resource]:
    """The resources of all root modules among these documents, and of the modules they call."""
    library = Library(documents, context)
    values = Values(library, context)
    said = _Said(context)
    limits = Limits(library.size())
    made: list[Resource] = []
    reached: set[str] = set()
    with deep():
        for folder in library.roots():
            root = _root(folder, library, said, limits)
            if root is None:
                continue
            values.assign(root)
            shown = library.shown(folder)
            made.extend(_settings(root, library, shown))
            versions = Versions(folder, library)
            for instance in modules(root, _entered(library, context)):
                if instance.module.folder not in reached:
                    reached.add(instance.module.folder)
                    _name_repeated(instance, said)
                    _name_strange(instance, said)
                versions.heed(instance.module)
                made.extend(_of_module(instance, library, shown, versions))
                _name_broken(instance, said)
    values.finish()
    if limits.reached:
        said.trouble("limit", limits.reached, limits.where)
    for folder in library.scanned():
        for path in library.hidden(folder):
            said.notice(f"{path}: not judged, OpenTofu reads the .tofu file of the same name in its place")
        if folder not in reached:
            said.notice(f"{library.shown(folder)}: no call makes an instance of this module, nothing in it is judged")
    return made


def _entered(library: Library, context: InputContext) -> Callable[[CallGroup], bool]:
    """Which calls are followed: where only some files of a tree are scanned, what does not lead to them stays out of
    the inventory. Its outputs are evaluated all the same when something needs them."""
    scanned = set(library.scanned())
    leading = library.leading()

    def enters(group: CallGroup) -> bool:
        caller: ModuleInstance | None = group.owner
        while caller is not None:
            if caller.module.folder in scanned:
                return True
            caller = caller.caller
        return folder_of_call(group.owner, group.definition) in leading

    return (lambda _group: True) if context.whole else enters


def _root(folder: str, library: Library, said: _Said, limits: Limits) -> ModuleInstance | None:
    module = library.module(folder)
    if module is None:
        return None
    manifest = library.read(f"{folder}/{layout.MANIFEST}") if module.calls else None
    project = Project(
        module=library.module,
        read=library.read,
        files=library.files,
        trouble=said.trouble,
        notice=said.notice,
        installed=layout.installed_modules(manifest) if manifest else {},
        workspace=str(said.context.settings.get("workspace") or ""),
        limits=limits,
        shown=_Shown(library),
    )
    return ModuleInstance(project, module)


class _Shown:
    """How reports name a file that the configuration reads."""

    __slots__ = ("_library",)

    def __init__(self, library: Library) -> None:
        self._library = library

    def __call__(self, path: str) -> str:
        source = self._library.open(path)
        return source.path if source is not None else path


def _name_repeated(module: ModuleInstance, said: _Said) -> None:
    for definition in module.module.repeated:
        place = _header(definition.file, definition, ())
        said.notice(f"{place}: {' '.join((definition.block.type, *definition.block.labels))} is declared twice")


def _name_strange(module: ModuleInstance, said: _Said) -> None:
    """Say which blocks declare nothing: nobody should believe that a misspelt resource was judged."""
    for definition in module.module.strange:
        block = definition.block
        place = _header(definition.file, definition, ())
        if block.type in BLOCKS:
            labels = BLOCKS[block.type]
            why = f"{block.type} has {labels} label{'' if labels == 1 else 's'}, not {len(block.labels)}"
        else:
            hint = did_you_mean(block.type, BLOCKS)
            why = f"{block.type} is no block that is known here" + (f" ({hint})" if hint else "")
        said.notice(f"{place}: {why}: nothing in it is judged")


def _name_broken(module: ModuleInstance, said: _Said) -> None:
    """Say which values Terraform would refuse since the configuration itself asks for others."""
    asking = any(definition.blocks for definition in module.module.variables.values())
    if not asking and not any(map(_has_lifecycle, module.module.resources.values())):
        return
    from iacgate.lang.terraform.validation import broken

    via = called_through(module)
    for one in broken(module, own_instances):
        place = one.definition.file_of(one.block).location(one.block.start, one.block.header_end).through(via)
        said.notice(f"{place}: {one.message}")


def _has_lifecycle(definition: Definition) -> bool:
    return any(block.type == "lifecycle" for block in definition.blocks)


class _Said:
    """Tells the scan what could not be done, each thing once."""

    def __init__(self, context: InputContext) -> None:
        self.context = context
        self._said: set[str] = set()

    def trouble(self, kind: str, message: str, place: Place | None) -> None:
        location = place.location() if place is not None else None
        if location is not None:
            message = f"{location}: {message}"
        if message not in self._said:
            self._said.add(message)
            trouble = Trouble(kind=kind, message=message, hint=_HINTS.get(kind, ""), location=location)
            self.context.troubles.append(trouble)

    def notice(self, message: str) -> None:
        if message not in self._said:
            self._said.add(message)
            self.context.notices.append(message)


def _of_module(module: ModuleInstance, library: Library, root: str, versions: Versions) -> Iterator[Resource]:
    for instance in own_instances(module):
        yield _resource(instance, library.document_of(instance.definition.file), root, versions)
    for group in groups(module):
        yield _call(group, library.document_of(group.definition.file), root)


def _settings(root: ModuleInstance, library: Library, shown: str) -> Iterator[Resource]:
    """What the ``terraform`` blocks of a root module say, for rules about state and versions."""
    module = root.module
    if module.settings:
        from iacgate.inputs.terraform.settings import settings_of

        found = settings_of(module, library.document_of(module.settings[0][0]), shown, name)
        if found is not None:
            yield found


def _resource(instance: Instance, document: HclDocument, root: str, versions: Versions) -> Resource:
    definition = instance.definition
    body = instance.body()
    category = _CATEGORIES[definition.block.type]
    local = _local_provider(definition)
    return Resource(
        address=instance.address,
        type=f"provider.{definition.type}" if category == "provider" else definition.type,
        provider=_provider(instance, local),
        name=definition.name,
        body=body,
        adapter=name,
        document=document,
        locate=_Places(instance),
        written=_Written(instance),
        category=category,
        config_address=instance.config_address,
        labels=_labels(body),
        relations=_Relations(instance),
        symbolic=instance.symbolic,
        focus=document.focus,
        root=root,
        versions=partial(versions.of, instance, local),
    )


def _call(group: CallGroup, document: HclDocument, root: str) -> Resource:
    """A module call, for rules about where modules come from."""
    definition = group.definition
    body = {key: definition.text_of(key) for key in ("source", "version") if definition.text_of(key)}
    return Resource(
        address=group.address,
        type="module",
        provider="terraform",
        name=definition.name,
        body=body,
        adapter=name,
        document=document,
        locate=_CallPlaces(group.owner, definition),
        category="module",
        config_address=group.config_address,
        symbolic=group.owner.symbolic,
        focus=document.focus,
        root=root,
    )


def _labels(body: dict[str, Any]) -> Mapping[str, Any]:
    """Tags, or labels where a provider has those."""
    for key in ("tags", "labels"):
        if isinstance(body.get(key), dict):
            found: Mapping[str, Any] = body[key]
            return found
    return {}


def _provider(instance: Instance, local: str) -> str:
    """The short name of the provider: what the module requires under the local name, else that name."""
    source = instance.owner.module.sources.get(local, "")
    short = source.rpartition("/")[2] or local
    return "google" if short == "google-beta" else short


def _local_provider(definition: Definition) -> str:
    if definition.block.type == "provider":
        return definition.type
    attribute = definition.attributes.get("provider")
    expression = attribute.expression if attribute else None
    if isinstance(expression, Traversal):
        return expression.name
    if isinstance(expression, Literal) and isinstance(expression.value, str):
        return expression.value.partition(".")[0]
    return definition.type.partition("_")[0]


def _header(file: File, definition: Definition, via: tuple[Location, ...]) -> Location:
    block = definition.block
    return file.location(block.start, block.header_end).through(via)


class _Places:
    """Where the paths of a resource's body are written."""

    __slots__ = ("_instance",)

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    def __call__(self, path: Path) -> Location:
        instance = self._instance
        if path:
            from iacgate.inputs.terraform.places import place

            found = place(instance, path)
            if found is not None:
                return found
        return _header(instance.definition.file, instance.definition, called_through(instance.owner))


class _Written:
    """Where the values of a resource's body are spelled out."""

    __slots__ = ("_instance",)

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    def __call__(self, path: Path) -> Location | None:
        from iacgate.lang.terraform.literals import written

        return written(self._instance, path)


class _CallPlaces:
    """Where the arguments of a module call are written."""

    __slots__ = ("_definition", "_owner")

    def __init__(self, owner: ModuleInstance, definition: Definition) -> None:
        self._owner = owner
        self._definition = definition

    def __call__(self, path: Path) -> Location:
        via = called_through(self._owner)
        attribute = self._definition.attributes.get(path[0]) if path and isinstance(path[0], str) else None
        if attribute is None:
            return _header(self._definition.file, self._definition, via)
        return self._definition.file_of(attribute).location(attribute.expression).through(via)


class _Relations:
    """What a resource refers to; worked out when asked for."""

    __slots__ = ("_found", "_instance")

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._found: Sequence[Relation] | None = None

    def __call__(self) -> Sequence[Relation]:
        if self._found is None:
            from iacgate.lang.terraform.relations import relations

            with deep():
                self._found = relations(self._instance)
        return self._found
