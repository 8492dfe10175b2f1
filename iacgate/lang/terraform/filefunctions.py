"""Terraform's functions that read files or take paths apart. Files are read through the project, which says which
may be.

Room: ``lang``. In: argument values and the scope of the call. Out: values; a file that is not at hand gives an
``Unknown``.
"""

from __future__ import annotations

import base64
import hashlib
import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from iacgate.errors import SyntaxFailure
from iacgate.lang.terraform.expressions import evaluate
from iacgate.lang.terraform.scope import Scope
from iacgate.lang.terraform.types import kind_of, to_string
from iacgate.lang.terraform.values import LONGEST_TEXT, Fault, bare, first_unknown, has_secret, secret, unknown_from
from iacgate.model import Unknown
from iacgate.syntax.hcl import parse_template

if TYPE_CHECKING:
    from iacgate.lang.terraform.instances import ModuleInstance

_DIGESTS = {"md5": "md5", "sha1": "sha1", "sha256": "sha256", "sha512": "sha512"}
_TEMPLATES = frozenset({"templatefile", "templatestring"})


def call(name: str, arguments: list[Any], scope: Scope) -> Any:
    """The value of ``name(arguments)``."""
    if not arguments or arguments[0] is None:
        raise Fault(f"an argument of {name} must not be null")
    head = first_unknown(arguments[0])
    if head is not None:
        return unknown_from(head)
    if name not in _TEMPLATES:
        rest = first_unknown(arguments)
        if rest is not None:
            return unknown_from(rest)
    marked = has_secret(arguments[0])
    value = _called(name, [bare(arguments[0]), *arguments[1:]], scope)
    return secret(value) if marked else value


def _called(name: str, arguments: list[Any], scope: Scope) -> Any:
    if name in {"basename", "dirname"}:
        return _part(name, to_string(arguments[0]))
    if name == "fileset":
        return Unknown("fileset lists a folder, which is not evaluated here")
    if name == "templatestring":
        return _rendered(to_string(arguments[0]), arguments, scope, "templatestring")
    path = to_string(arguments[0])
    data = _module(scope).project.read(_absolute(path, scope))
    if name == "fileexists":
        return True if data is not None else Unknown(f"whether {path} exists where Terraform runs")
    if data is None:
        return Unknown(f"the file {path} is not in the scanned folders")
    if len(data) > LONGEST_TEXT:
        return Unknown(f"the file {path} is larger than 10 MiB")
    return _content(name, data, arguments, scope)


def _content(name: str, data: bytes, arguments: list[Any], scope: Scope) -> Any:
    if name == "filebase64":
        return base64.b64encode(data).decode("ascii")
    if name.startswith("filebase64"):
        digest = hashlib.new(_DIGESTS[name.removeprefix("filebase64")], data, usedforsecurity=False).digest()
        return base64.b64encode(digest).decode("ascii")
    if name not in {"file", "templatefile"}:
        return hashlib.new(_DIGESTS[name.removeprefix("file")], data, usedforsecurity=False).hexdigest()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Fault(f"{arguments[0]} is not text in UTF-8") from error
    return text if name == "file" else _rendered(text, arguments, scope, to_string(arguments[0]))


def _rendered(text: str, arguments: list[Any], scope: Scope, path: str) -> Any:
    names = bare(arguments[1]) if len(arguments) > 1 else {}
    if isinstance(names, Unknown):
        return unknown_from(names)
    if not isinstance(names, dict):
        raise Fault(f"a template needs a map of names, not {kind_of(names)}")
    try:
        node = parse_template(text, path)
    except SyntaxFailure as error:
        raise Fault(f"the template {path} does not parse") from error
    names = arguments[1] if isinstance(arguments[1], dict) else names
    inner = cast("ModuleInstance", _Template(_module(scope)))
    return evaluate(node, Scope(inner, dict(names)))


class _Template:
    """The names of a template: only those it is given. It may call functions, but no further template."""

    def __init__(self, module: ModuleInstance) -> None:
        self.limits = module.limits
        self.project = module.project
        self.module = module.module
        self.root_folder = module.root_folder
        self._function: Callable[[str, list[Any], Scope], Any] = module.function

    def resolve(self, name: str, steps: Any, scope: Scope) -> tuple[Any, int]:
        del steps, scope
        raise Fault(f"the template is not given {name}")

    def function(self, name: str, arguments: list[Any], scope: Scope) -> Any:
        if name in _TEMPLATES:
            raise Fault("a template cannot render another template")
        return self._function(name, arguments, scope)


def _module(scope: Scope) -> ModuleInstance:
    return cast("ModuleInstance", scope.module)


def _absolute(path: str, scope: Scope) -> str:
    """Where a path of the configuration leads: it is relative to the root module's folder."""
    return posixpath.normpath(posixpath.join(_module(scope).root_folder, path))


def _part(name: str, path: str) -> str:
    """The last element of a path, or what is before it, as Go's ``filepath`` cuts them."""
    if name == "basename":
        return posixpath.basename(path.rstrip("/")) or ("/" if path else ".")
    folder = posixpath.dirname(path)
    return posixpath.normpath(folder) if folder else "."
