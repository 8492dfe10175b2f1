"""Terraform's functions on types, marks and paths. In: values. Out: values; ``Fault`` where Terraform refuses."""

from __future__ import annotations

import posixpath
from typing import Any

from iacgate.lang.terraform.functions.signature import WORDS, Function, unknown_result
from iacgate.lang.terraform.types import ANY, BOOL, STRING, Type, convert
from iacgate.lang.terraform.values import Typed, secret, unknown_from
from iacgate.model import Secret, Unknown


def _to(wanted: Type) -> Any:
    def to(value: Any) -> Any:
        found = convert(value, wanted)
        if isinstance(found, Typed) and wanted.element is not None:
            return Typed(wanted, found.reason, ref=found.ref, present=False)  # of elements that are still open
        return found

    return to


def _nonsensitive(value: Any) -> Any:
    return value.reveal() if isinstance(value, Secret) else value


def _issensitive(value: Any) -> Any:
    return unknown_from(value, BOOL) if isinstance(value, Unknown) else isinstance(value, Secret)


def _ephemeralasnull(value: Any) -> Any:
    """Whether a value is ephemeral is not told apart from its being sensitive: then nothing is said about it."""
    return Unknown("whether this value is ephemeral is not evaluated here") if isinstance(value, Secret) else value


def _pathexpand(path: str) -> Any:
    if path.startswith("~"):
        return unknown_result(STRING, Unknown("the home folder depends on where Terraform runs"))
    return path


def _abspath(path: str) -> Any:
    if path.startswith("/"):
        return _clean(path)
    return unknown_result(STRING, Unknown("absolute paths depend on where Terraform runs"))


def _clean(path: str) -> str:
    cleaned = posixpath.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def _basename(path: str) -> str:
    """The last element of a path, as Go's ``filepath.Base`` cuts it."""
    if not path:
        return "."
    return posixpath.basename(path.rstrip("/")) or "/"


def _dirname(path: str) -> str:
    """What is before the last element of a path, as Go's ``filepath.Dir`` cuts it."""
    return _clean(path[: path.rfind("/") + 1] or ".")


FUNCTIONS: dict[str, Function] = {
    "abspath": Function("string -> string", _abspath),
    "basename": Function("string -> string", _basename),
    "dirname": Function("string -> string", _dirname),
    "ephemeralasnull": Function("any?~!^ -> any?", _ephemeralasnull),
    "issensitive": Function("any?~!^ -> bool", _issensitive),
    "nonsensitive": Function("any?~!^ -> any?", _nonsensitive),
    "pathexpand": Function("string -> string", _pathexpand),
    "sensitive": Function("any?~!^ -> any?", secret),
    **{
        f"to{name}": Function("any?~!^ -> any?", _to(kind))
        for name, kind in {**{word: WORDS[word] for word in ("bool", "number", "string")}, "list": Type("list", ANY),
                           "map": Type("map", ANY), "set": Type("set", ANY)}.items()
    },
}  # fmt: skip
