"""Terraform's functions that read files, or render templates. Files are read through the project, which says which may
be.

Room: ``lang``. In: argument values and the scope of the call. Out: values; a file that is not at hand gives an
``Unknown``.
"""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from iacgate.errors import SyntaxFailure
from iacgate.lang.terraform.equality import make_set
from iacgate.lang.terraform.expressions import evaluate
from iacgate.lang.terraform.functions.signature import Function, invoke
from iacgate.lang.terraform.globs import matching
from iacgate.lang.terraform.scope import Scope
from iacgate.lang.terraform.strings import normal
from iacgate.lang.terraform.types import BOOL, STRING, Type, convert, kind_of
from iacgate.lang.terraform.values import LONGEST_TEXT, Fault, Typed, bare, is_null, secret
from iacgate.model import Secret, Unknown
from iacgate.syntax.hcl import parse_template

if TYPE_CHECKING:
    from iacgate.lang.terraform.instances import ModuleInstance

_DIGESTS = {
    "filebase64sha256": "sha256", "filebase64sha512": "sha512", "filemd5": "md5", "filesha1": "sha1",
    "filesha256": "sha256", "filesha512": "sha512",
}  # fmt: skip
_TEMPLATES = frozenset({"templatefile", "templatestring"})
_READERS = frozenset({"file", "filebase64", "fileexists", "fileset", *_DIGESTS})
_IDENTIFIER = re.compile(r"[^\W\d][\w-]*")


def call(name: str, arguments: list[Any], scope: Scope) -> Any:
    """The value of ``name(arguments)``."""
    if name in _TEMPLATES:
        return invoke(name, Function("string~! any~!^ -> string?", _renderer(name, scope)), arguments)
    if name == "fileset":
        return invoke(
            name,
            Function("string string -> stringset", lambda folder, pattern: _fileset(folder, pattern, scope)),
            arguments,
        )
    if name in _READERS:
        result = "bool" if name == "fileexists" else "string"
        return invoke(name, Function(f"string -> {result}", lambda path: _read(name, path, scope)), arguments)
    from iacgate.lang.terraform import functions

    return functions.call(name, arguments)


def _read(name: str, path: str, scope: Scope) -> Any:
    wanted = BOOL if name == "fileexists" else STRING
    data = None if path.startswith("~") else _module(scope).project.read(_absolute(path, scope))
    if name == "fileexists":
        return True if data is not None else Typed(wanted, f"whether {path} exists where Terraform runs")
    if data is None:
        return Typed(wanted, f"the file {path} is not in the scanned folders")
    if len(data) > LONGEST_TEXT:
        return Typed(wanted, f"the file {path} is larger than 10 MiB")
    if name == "file":
        return _text(path, data)
    if name == "filebase64":
        return base64.b64encode(data).decode("ascii")
    digest = hashlib.new(_DIGESTS[name], data, usedforsecurity=False)
    return base64.b64encode(digest.digest()).decode("ascii") if "base64" in name else digest.hexdigest()


def _text(path: str, data: bytes) -> str:
    try:
        return normal(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Fault(f"{path} is not text in UTF-8") from error


def _fileset(folder: str, pattern: str, scope: Scope) -> Any:
    wanted = Type("set", STRING)
    if folder.startswith("~"):
        return Typed(wanted, f"the folder {folder} is not in the scanned folders")
    names = _module(scope).project.files(_absolute(folder, scope))
    if names is None:
        return Typed(wanted, f"the folder {folder} is not in the scanned folders")
    return make_set([normal(name) for name in matching(pattern, names)], STRING)


def _renderer(name: str, scope: Scope) -> Callable[[Any, Any], Any]:
    def render(source: Any, names: Any) -> Any:
        marked = isinstance(source, Secret) or isinstance(names, Secret)
        source, given = bare(source), names.reveal() if isinstance(names, Secret) else names
        hole = source if isinstance(source, Unknown) else given if isinstance(given, Unknown) else None
        if hole is not None:
            return Typed(STRING, hole.reason)
        if not isinstance(given, dict):
            raise Fault(f"a template needs a map of names, not {kind_of(given)}")
        text = source if name == "templatestring" else _template_of(source, scope)
        if isinstance(text, Unknown):
            return text
        value = _rendered(text, given, scope, name if name == "templatestring" else source)
        if name == "templatestring":
            value = convert(value, STRING)
        return secret(value) if marked else value

    return render


def _template_of(path: str, scope: Scope) -> Any:
    found = _read("file", path, scope)
    return Typed(STRING, found.reason) if isinstance(found, Unknown) else found


def _rendered(text: str, names: dict[str, Any], scope: Scope, path: str) -> Any:
    for name in names:
        if not _IDENTIFIER.fullmatch(name):
            raise Fault(f'"{name}" is no name that a template can use')
    try:
        node = parse_template(text, path)
    except SyntaxFailure as error:
        raise Fault(f"the template {path} does not parse") from error
    inner = cast("ModuleInstance", _Template(_module(scope), files=path != "templatestring"))
    value = evaluate(node, Scope(inner, dict(names)))
    if is_null(value):
        raise Fault(f"the template {path} renders null")
    return value


class _Template:
    """The names of a template: only those it is given. It may call functions, but no further template."""

    def __init__(self, module: ModuleInstance, *, files: bool) -> None:
        self.limits = module.limits
        self.project = module.project
        self.module = module.module
        self.root_folder = module.root_folder
        self._files = files
        self._function: Callable[[str, list[Any], Scope], Any] = module.function

    def resolve(self, name: str, steps: Any, scope: Scope) -> tuple[Any, int]:
        del steps, scope
        raise Fault(f"the template is not given {name}")

    def function(self, name: str, arguments: list[Any], scope: Scope) -> Any:
        if name in _TEMPLATES:
            raise Fault("a template cannot render another template")
        if name in _READERS and not self._files:
            raise Fault("a template that is no file cannot read files")
        return self._function(name, arguments, scope)


def _module(scope: Scope) -> ModuleInstance:
    return cast("ModuleInstance", scope.module)


def _absolute(path: str, scope: Scope) -> str:
    """Where a path of the configuration leads: it is relative to the root module's folder."""
    return posixpath.normpath(posixpath.join(_module(scope).root_folder, path))
