"""Modules as they are instantiated: lazy, remembered evaluation in the order things need each other.

Room: ``lang``. In: a :class:`~iacgate.lang.terraform.expansion.Project` and the module of a root folder. Out: the
values of a module's names, its resources and the modules it calls. Nothing is evaluated before something asks for
it, and nothing twice.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import Any

from iacgate.lang.terraform import functions, work
from iacgate.lang.terraform.access import Opaque
from iacgate.lang.terraform.address import Key, format_key
from iacgate.lang.terraform.definitions import RESOURCE_MODES, Definition, Module
from iacgate.lang.terraform.expansion import MODULE_DEPTH, Project
from iacgate.lang.terraform.expressions import attempt, evaluate, failed
from iacgate.lang.terraform.groups import Group, ResourceGroup
from iacgate.lang.terraform.layout import is_local, local_folder
from iacgate.lang.terraform.scope import Scope
from iacgate.lang.terraform.settling import DEEP, settle
from iacgate.lang.terraform.types import Type, convert, read_type
from iacgate.lang.terraform.underway import Entry, Place, circle, order, told
from iacgate.lang.terraform.values import Exhausted, Fault, is_null, secret
from iacgate.model import Unknown, reveal
from iacgate.syntax.hcl.nodes import AttributeStep, Expression, Literal, Step


class _Busy:
    """Marks a value that is being worked out: meeting it again means that it needs itself."""


_BUSY = _Busy()


class ModuleInstance:
    """One instance of a module: gives its names their values."""

    __slots__ = (
        "_calls", "_expansions", "_locals", "_outputs", "_settling", "_types", "_variables", "address", "call",
        "caller", "limits", "module", "path", "project", "root_values", "scope", "symbolic",
    )  # fmt: skip

    def __init__(
        self, project: Project, module: Module, *, caller: ModuleInstance | None = None, call: Definition | None = None,
        scope: Scope | None = None, address: str = "", root_values: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.project = project
        self.limits = project.limits
        self.module = module
        self.caller = caller
        self.call = call
        self.scope = scope
        """Where the arguments of the call are evaluated."""
        self.address = address
        self.path: tuple[str, ...] = (*caller.path, call.name) if caller and call else ()
        self.root_values = root_values or {}
        self.symbolic: bool = caller.symbolic if caller else False
        self._locals: dict[str, Any] = {}
        self._variables: dict[str, Any] = {}
        self._outputs: dict[str, Any] = {}
        self._expansions: dict[tuple[str, str, str], ResourceGroup] = {}
        self._calls: dict[str, CallGroup] = {}
        self._types: dict[str, Type | None] = {}
        self._settling = False

    def notice(self, message: str) -> None:
        """Say something to the user that changes no verdict."""
        self.project.notice(message)

    # names

    def resolve(self, name: str, steps: tuple[Step, ...], scope: Scope) -> tuple[Any, int]:
        """The value of a reference, and how many of its steps name it."""
        del scope
        first = steps[0].name if steps and isinstance(steps[0], AttributeStep) else None
        if first is None:
            return Unknown(f"{name} is not declared"), len(steps)
        if name == "var":
            return self.variable(first), 1
        if name == "local":
            return self.local(first), 1
        if name == "module":
            call = self.calls(first)
            return (Unknown(f"module.{first} is not declared"), len(steps)) if call is None else (call.value, 1)
        if name in {"path", "terraform"}:
            return self._surrounding(name, first), 1
        if name in {"each", "count", "self"}:
            return Unknown(f"{name}.{first} has no meaning here: nothing is repeated around it"), len(steps)
        return self._resource(name, first, steps)

    def _surrounding(self, name: str, attribute: str) -> Any:
        if name == "path" and attribute in {"module", "root"}:
            return "." if attribute == "root" else self.folder
        if (name, attribute) == ("terraform", "workspace"):
            return self.project.workspace or Unknown("terraform.workspace is not known: pass --workspace")
        return Unknown(f"{name}.{attribute} depends on where Terraform runs")

    @property
    def root(self) -> ModuleInstance:
        """The root module this one belongs to."""
        instance = self
        while instance.caller is not None:
            instance = instance.caller
        return instance

    @property
    def root_folder(self) -> str:
        """The folder of the root module."""
        return self.root.module.folder

    @property
    def folder(self) -> str:
        """``path.module``: the folder, from the root module's folder."""
        return posixpath.relpath(self.module.folder, self.root.module.folder)

    def _resource(self, name: str, first: str, steps: tuple[Step, ...]) -> tuple[Any, int]:
        mode, used = "managed", 1
        if name in {"data", "ephemeral"}:
            second = steps[1].name if len(steps) > 1 and isinstance(steps[1], AttributeStep) else ""
            mode, name, first, used = name, first, second, 2
        group = self.resources(mode, name, first)
        if group is None:
            label = _resource_address((mode, name, first))
            if mode == "ephemeral":
                return Unknown(f"{self.prefix}{label} is ephemeral: no plan ever holds it"), len(steps)
            return Unknown(f"{label} is not declared", ref=self.prefix + label), len(steps)
        return group.value, used

    def remembered(self, table: dict[str, Any], name: str, entry: Entry, work: Callable[[], Any]) -> Any:
        """The value of ``name``, worked out once. One that needs itself is unknown, and said aloud."""
        value = table.get(name, table)
        if value is _BUSY:
            return self._circular(entry)
        if value is not table:
            return value
        table[name] = _BUSY
        under_way = self.project.under_way
        under_way.append(entry)
        try:
            value = work()
        except (Fault, Exhausted) as error:
            value = failed(str(entry), error)
        under_way.pop()
        table[name] = value
        if self.limits.reached and self.limits.where is None:
            self.limits.where = entry.place
        return value

    def _circular(self, entry: Entry) -> Unknown:
        members = circle(self.project.under_way, entry)
        self.project.trouble("cycle", told(members), members[0].place)
        return Unknown(f"{entry} refers to itself")

    @property
    def prefix(self) -> str:
        """What addresses inside this module begin with."""
        return f"{self.address}." if self.address else ""

    def local(self, name: str) -> Any:
        """The value of ``local.name``."""
        declared = self.module.locals.get(name)
        if declared is None:
            return Unknown(f"local.{name} is not declared")
        if self.limits.depth > DEEP and name not in self._locals and not self._settling:
            self._settling = True
            settle(self, name)
            self._settling = False
        node = declared[0].expression
        return self.remembered(self._locals, name, Entry(self, f"local.{name}"), lambda: evaluate(node, Scope(self)))

    def label_of(self, key: str) -> str:
        """What a local, variable or output is called in messages."""
        return self.prefix + key

    def place_of(self, key: str) -> Place:
        """Where a local, variable or output is written."""
        kind, _, name = key.partition(".")
        if kind == "local":
            attribute, file = self.module.locals[name]
            return Place(file, attribute)
        definition = (self.module.variables if kind == "var" else self.module.outputs)[name]
        return Place(definition.file, definition.block)

    def has_local(self, name: str) -> bool:
        """Whether the value of a local is known by now, or being worked out."""
        return name in self._locals

    def refuse_circle(self, members: list[Entry]) -> None:
        """Tell a circle of locals, and let the last of them have no value."""
        first = members.index(min(members, key=order))
        self.project.trouble("cycle", told(members[first:] + members[:first]), members[first].place)
        last = members[-1]
        self._locals[last.key.removeprefix("local.")] = Unknown(f"{last} refers to itself")

    def variable(self, name: str) -> Any:
        """The value of ``var.name``, converted to its type."""
        definition = self.module.variables.get(name)
        if definition is None:
            return Unknown(f"var.{name} is not declared")
        entry = Entry(self, f"var.{name}")
        return self.remembered(self._variables, name, entry, lambda: self._given(name, definition))

    def _given(self, name: str, definition: Definition) -> Any:
        value = self._passed(name)
        nullable = definition.attributes.get("nullable")
        refuses_null = nullable is not None and attempt(nullable.expression, Scope(self)) is False
        default = definition.attributes.get("default")
        if isinstance(value, _Absent) or (refuses_null and is_null(reveal(value))):
            label = self.label_of(f"var.{name}")
            value = evaluate(default.expression, Scope(self)) if default else Unknown(f"{label} has no value")
        wanted = self.type_of(name, definition)
        if wanted is None:
            return Unknown(f"the type of {self.label_of(f'var.{name}')} is not understood")
        self.limits.spend(2 * work.elements(value) if wanted.kind != "any" else 0)
        value = convert(value, wanted)
        return secret(value) if definition.says("sensitive") or definition.says("ephemeral") else value

    def type_of(self, name: str, definition: Definition) -> Type | None:
        """The declared type of a variable; ``None`` when it is not understood."""
        if name not in self._types:
            declared = definition.attributes.get("type")
            try:
                self._types[name] = read_type(declared.expression, self._constant) if declared else Type("any")
            except Fault:
                self._types[name] = None
        return self._types[name]

    def _constant(self, node: Expression) -> Any:
        return attempt(node, Scope(self))

    def _passed(self, name: str) -> Any:
        """What the caller, or whoever sets root variables, gives; :class:`_Absent` when nothing."""
        if self.call is None or self.scope is None:
            return self.root_values.get(name, _ABSENT)
        attribute = self.call.attributes.get(name)
        return _ABSENT if attribute is None else evaluate(attribute.expression, self.scope)

    def output(self, name: str) -> Any:
        """The value of an output."""
        definition = self.module.outputs.get(name)
        value = definition.attributes.get("value") if definition else None
        if definition is None or value is None:
            return Unknown(f"{self.address or 'the root module'} has no output {name}")
        entry = Entry(self, f"output.{name}")
        found = self.remembered(self._outputs, name, entry, lambda: evaluate(value.expression, Scope(self)))
        return secret(found) if definition.says("sensitive") else found

    # blocks

    def resources(self, mode: str, kind: str, name: str) -> ResourceGroup | None:
        """The instances of a resource block, or ``None`` when it is not declared."""
        key = (mode, kind, name)
        group = self._expansions.get(key)
        if group is None:
            definition = self.module.resources.get(key)
            if definition is None:
                return None
            group = self._expansions[key] = ResourceGroup(self, definition, _resource_address(key))
        return group

    def group_of(self, definition: Definition) -> ResourceGroup:
        """The instances of a block that is known by no name, since its name is taken."""
        mode = RESOURCE_MODES[definition.block.type]
        return ResourceGroup(self, definition, _resource_address((mode, definition.type, definition.name)))

    def calls(self, name: str) -> CallGroup | None:
        """The instances of a module call, or ``None`` when it is not declared."""
        group = self._calls.get(name)
        if group is None:
            definition = self.module.calls.get(name)
            if definition is None:
                return None
            group = self._calls[name] = CallGroup(self, definition, f"module.{name}")
        return group

    def function(self, name: str, arguments: list[Any], scope: Scope) -> Any:
        """The value of a function; those that read files read them through the project."""
        if any(type(argument) is ModuleValue for argument in arguments):
            arguments = list(map(_whole, arguments))
        self.limits.spend(work.of_call(name, arguments))
        if name in _FILE_FUNCTIONS:
            from iacgate.lang.terraform import filefunctions

            return filefunctions.call(name, arguments, scope)
        return functions.call(name, arguments)


class _Absent:
    """No value was given, which is not the same as null."""


_ABSENT = _Absent()


class CallGroup(Group):
    """The instances of a module call. A module that is not at hand has one, of which nothing is known."""

    __slots__ = ("missing",)

    def __init__(self, owner: ModuleInstance, definition: Definition, label: str) -> None:
        super().__init__(owner, definition, label)
        self.missing = ""

    def make(self, key: Key, names: dict[str, Any]) -> ModuleInstance | None:
        module = self._module()
        if module is None or not self.owner.project.another_module(len(module.calls), self.place):
            return None
        scope = Scope(self.owner, names)
        address = self.address + format_key(key)
        made = ModuleInstance(
            self.owner.project, module, caller=self.owner, call=self.definition, scope=scope, address=address
        )
        made.symbolic = self.owner.symbolic or self.expansion.hole is not None
        return made

    def handle(self, member: Any) -> Any:
        return ModuleValue(self.address, member, self.missing)

    @property
    def origin(self) -> str | None:
        return None

    def _module(self) -> Module | None:
        """The module that is called, or ``None``; why not is said once for each source."""
        owner, project = self.owner, self.owner.project
        folder, source = folder_of_call(owner, self.definition), source_of_call(owner, self.definition)
        if folder is None:
            said = f"module {source} is not downloaded" if source else f"the source of {self.address} is not known"
            project.notice(f"{said}: run terraform init, or scan the plan")
            self.missing = f"{self.address} ({source}) is not downloaded" if source else said
            return None
        chain = owner
        for _ in range(MODULE_DEPTH):
            if chain.module.folder == folder:
                self.missing = f"{self.address} calls the module it is in, {source}"
                project.trouble("cycle", self.missing, self.place)
                return None
            if chain.caller is None:
                return self._found(folder)
            chain = chain.caller
        self.missing = f"{self.address} is more than {MODULE_DEPTH} modules deep"
        project.trouble("limit", self.missing, self.place)
        return None

    def _found(self, folder: str) -> Module | None:
        """The module in a folder. One that lies beside the caller and is not there would stop Terraform as well."""
        module = self.owner.project.module(folder)
        source = source_of_call(self.owner, self.definition)
        if module is None and is_local(source):
            self.missing = f"{self.address} calls {source}, where no module is that this scan may read"
            self.owner.project.trouble("unreadable", self.missing, self.place)
        return module


def folder_of_call(owner: ModuleInstance, call: Definition) -> str | None:
    """The folder of a called module: beside the caller, or where ``terraform init`` put it; ``None`` when unknown."""
    source = source_of_call(owner, call)
    if is_local(source):
        return local_folder(owner.module.folder, source)
    installed = owner.project.installed.get(".".join((*owner.path, call.name)))
    return None if installed is None else local_folder(owner.root.module.folder, installed)


def source_of_call(owner: ModuleInstance, call: Definition) -> str:
    """The source of a call. OpenTofu takes variables and locals there; "" where they are not known."""
    written = call.attributes.get("source")
    if written is None or isinstance(written.expression, Literal):
        return call.text_of("source")
    value = attempt(written.expression, Scope(owner))
    return value if isinstance(value, str) else ""


class ModuleValue(Opaque):
    """What a reference to a module instance is worth: its outputs, each worked out when asked for."""

    __slots__ = ("instance",)

    def __init__(self, address: str, instance: ModuleInstance | None, missing: str = "") -> None:
        why = f"the outputs of {address} are no single value"
        super().__init__(why if instance is not None else missing or f"the module of {address} is not at hand")
        self.instance = instance

    def attribute(self, name: str) -> Any:
        return Unknown(self.reason) if self.instance is None else self.instance.output(name)

    def element(self, key: Any) -> Any:
        return self.attribute(key) if isinstance(key, str) else Unknown(self.reason)

    def whole(self) -> dict[str, Any] | None:
        instance = self.instance
        return None if instance is None else {name: instance.output(name) for name in sorted(instance.module.outputs)}


def _whole(value: Any) -> Any:
    """A module that a function is given as it stands: the object of its outputs."""
    whole = value.whole() if isinstance(value, ModuleValue) else None
    return value if whole is None else whole


_FILE_FUNCTIONS = frozenset(
    [
        "file",
        "filebase64",
        "fileexists",
        "fileset",
        "templatefile",
        "templatestring",
        "basename",
        "dirname",
        "filemd5",
        "filesha1",
        "filesha256",
        "filesha512",
        "filebase64sha256",
        "filebase64sha512",
    ]
)


def _resource_address(key: tuple[str, str, str]) -> str:
    mode, kind, name = key
    return f"{kind}.{name}" if mode == "managed" else f"{mode}.{kind}.{name}"
