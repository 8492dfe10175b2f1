"""The values of a root module's variables: from its own files, from named files, from the command.

In: documents of ``.tfvars`` files, the adapter's settings. Out: values by variable name. Source: the Terraform
documentation, "Variable Definition Precedence"; the environment is never read, so that every machine gets the same
answer.
"""

from __future__ import annotations

from typing import Any

from iacgate.errors import SyntaxFailure
from iacgate.inputs.terraform import read_document
from iacgate.inputs.terraform.library import Library
from iacgate.lang.terraform.definitions import Definition
from iacgate.lang.terraform.expressions import attempt
from iacgate.lang.terraform.instances import ModuleInstance
from iacgate.lang.terraform.scope import Scope
from iacgate.model import Trouble, Unknown
from iacgate.spi import InputContext
from iacgate.syntax.hcl import File, parse_expression
from iacgate.syntax.hcl.nodes import Traversal


class Values:
    """What the settings give to every root: the files they name, read once, and the values they spell."""

    def __init__(self, library: Library, context: InputContext) -> None:
        self._library = library
        self._context = context
        self._spelled: dict[str, Any] = dict(context.settings.get("variables") or {})
        self._named = [file for path in context.settings.get("var_files") or () if (file := self._opened(path))]

    def assign(self, root: ModuleInstance) -> None:
        """Set the values of a root module's variables."""
        folder, given = root.module.folder, root.project.given
        broken = self._library.broken_values(folder)
        if broken:
            for name in root.module.variables:
                root.root_values[name] = Unknown(f"var.{name} may be set in {broken}, which could not be read")
        files = [*(document.file for document in self._library.values(folder)), *self._named]
        for file in files:
            for name, attribute in file.body.attributes.items():
                root.root_values[name] = attempt(attribute.expression, Scope(root))
                given[name] = attribute, file
        for name, value in self._spelled.items():
            definition = root.module.variables.get(name)
            if definition is not None:
                root.root_values[name] = _spelled(value, definition, root)
                given.pop(name, None)

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
        from iacgate.lang.terraform.values import decimals

        return decimals(repr(value))
    return value
