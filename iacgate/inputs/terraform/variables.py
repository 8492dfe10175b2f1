"""The values of a root module's variables: from its own files, from named files, from the command.

In: documents of ``.tfvars`` files, the adapter's settings. Out: values by variable name. Source: the Terraform
documentation, "Variable Definition Precedence". The environment counts only where the user asks for it, so that every
machine gets the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from iacgate.errors import SyntaxFailure, did_you_mean
from iacgate.inputs.terraform import read_document
from iacgate.inputs.terraform.library import Library
from iacgate.lang.terraform.definitions import Definition
from iacgate.lang.terraform.expressions import attempt
from iacgate.lang.terraform.instances import ModuleInstance
from iacgate.lang.terraform.scope import Scope
from iacgate.model import Trouble, Unknown
from iacgate.model.dataclass import dataclass, field
from iacgate.spi import InputContext
from iacgate.syntax.hcl import File, parse_expression
from iacgate.syntax.hcl.nodes import Traversal

MOST_NAMED = 3
"""So many variables of one file are named that no module declares."""


@dataclass(slots=True)
class _Given:
    """A value for the variable of a name, or a file of values: whether a root wanted it, and what they declare."""

    name: str
    value: Any
    used: bool = False
    declared: set[str] = field(default_factory=set)


class Values:
    """What settings and command line give to every root: the files they name, read once, and the values they spell."""

    def __init__(self, library: Library, context: InputContext) -> None:
        self._library = library
        self._context = context
        self._environment: dict[str, str] = dict(context.settings.get("environment") or {})
        self._given: list[_Given] = []
        for path in context.settings.get("var_files") or ():
            self._add_file(path)
        self._given += [_Given(name, value) for name, value in (context.settings.get("variables") or {}).items()]
        self._assigned = len(self._given)
        for name, value in context.settings.get("assigned") or ():
            if name:
                self._given.append(_Given(name, value))
            else:
                self._add_file(value)

    def assign(self, root: ModuleInstance) -> None:
        """Set the values of a root module's variables."""
        folder, declared = root.module.folder, root.module.variables
        for name in declared.keys() & self._environment.keys():
            root.root_values[name] = _spelled(self._environment[name], declared[name], root)
        broken = self._library.broken_values(folder)
        if broken:
            for name in declared:
                root.root_values[name] = Unknown(f"var.{name} may be set in {broken}, which could not be read")
        for document in self._library.values(folder):
            self._set_all(root, document.file)
            self._say_undeclared(document.file, declared)
        for given in self._given:
            if isinstance(given.value, File):
                given.declared.update(declared)
                self._set_all(root, given.value)
            elif given.name in declared:
                given.used = True
                root.root_values[given.name] = _spelled(given.value, declared[given.name], root)
                root.project.given.pop(given.name, None)
            else:
                given.declared.update(declared)

    def finish(self) -> None:
        """Say which values no root module wanted, once all have been given theirs."""
        for at, given in enumerate(self._given):
            if isinstance(given.value, File):
                self._say_undeclared(given.value, given.declared)
            elif not given.used:
                where = "--var" if at >= self._assigned else "inputs.terraform.variables"
                hint = did_you_mean(given.name, given.declared)
                said = f"{where} {given.name}: no root module that was scanned declares such a variable"
                self._context.notices.append(f"{said}: {hint}" if hint else said)

    def _set_all(self, root: ModuleInstance, file: File) -> None:
        for name, attribute in file.body.attributes.items():
            root.root_values[name] = attempt(attribute.expression, Scope(root))
            root.project.given[name] = attribute, file

    def _say_undeclared(self, file: File, declared: Iterable[str]) -> None:
        known = set(declared)
        lost = {name: attribute for name, attribute in file.body.attributes.items() if name not in known}
        for name, attribute in list(lost.items())[:MOST_NAMED]:
            hint = did_you_mean(name, known)
            said = f"{file.location(attribute)}: no root module that reads this declares the variable {name}"
            self._context.notices.append(f"{said}: {hint}" if hint else said)
        if len(lost) > MOST_NAMED:
            self._context.notices.append(f"{file.path}: {len(lost) - MOST_NAMED} more variables that nobody declares")

    def _add_file(self, path: str) -> None:
        file = self._opened(path)
        if file is not None:
            self._given.append(_Given("", file))

    def _opened(self, path: str) -> File | None:
        source = self._library.open(path)
        message = f"the variable file {path} is not inside of what is scanned"
        if source is not None:
            try:
                return read_document(source).file
            except SyntaxFailure as failure:
                message = f"{failure.location}: {failure.message}"
            except OSError as error:
                message = f"{path}: cannot be read: {error.strerror}"
        self._context.troubles.append(Trouble(kind="unreadable", message=message, hint="check --var-file"))
        return None


def _spelled(value: Any, definition: Definition, root: ModuleInstance) -> Any:
    """A value given as text is that text for a primitive variable, an expression for any other, as ``-var`` has it.

    Terraform refuses text that is no expression for ``any``; from a settings file it is meant as text.
    """
    if not isinstance(value, str):
        return _native(value)
    declared = definition.attributes.get("type")
    if declared is None:
        return value
    word = declared.expression.name if isinstance(declared.expression, Traversal) else ""
    if word in {"string", "number", "bool"}:
        return value
    try:
        given = attempt(parse_expression(value, f"--var {definition.name}"), Scope(root))
    except SyntaxFailure as failure:
        given = Unknown(f"the value given for var.{definition.name} does not parse: {failure.message}")
    return value if word == "any" and isinstance(given, Unknown) else given


def _native(value: Any) -> Any:
    """A value of the settings file as an expression's value."""
    if isinstance(value, dict):
        return {str(key): _native(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_native(item) for item in value]
    if isinstance(value, float):
        from iacgate.lang.terraform.numbers import decimals

        return decimals(repr(value))
    return value
