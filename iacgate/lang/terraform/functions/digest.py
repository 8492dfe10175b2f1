"""Terraform's digests and what is different on every run. In: values that fit the signatures below. Out: strings."""

from __future__ import annotations

import base64
from typing import Any

from iacgate.lang.terraform.functions.signature import Function
from iacgate.lang.terraform.types import STRING
from iacgate.lang.terraform.values import Fault, Typed


def later(name: str) -> Any:
    """A function whose result is known only when it runs: never null, always a string."""

    def run(*_: Any) -> Any:
        return Typed(STRING, f"{name}() is only known when it runs")

    return run


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _hexadecimal(name: str) -> Any:
    def digest(text: str) -> str:
        import hashlib

        return hashlib.new(name, _bytes(text), usedforsecurity=False).hexdigest()

    return digest


def _base64(name: str) -> Any:
    def digest(text: str) -> str:
        import hashlib

        return base64.b64encode(hashlib.new(name, _bytes(text), usedforsecurity=False).digest()).decode("ascii")

    return digest


def _uuidv5(namespace: str, name: str) -> str:
    import re
    import uuid

    named = {
        "dns": uuid.NAMESPACE_DNS,
        "url": uuid.NAMESPACE_URL,
        "oid": uuid.NAMESPACE_OID,
        "x500": uuid.NAMESPACE_X500,
    }
    space = named.get(namespace)
    if space is None:
        dashed = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
        if not re.fullmatch(rf"(?i:urn:uuid:){dashed}|{dashed}|.{dashed}.|[0-9a-fA-F]{{32}}", namespace, re.DOTALL):
            raise Fault("this is not a UUID")
        digits = namespace[9:] if len(namespace) == 45 else namespace[1:-1] if len(namespace) == 38 else namespace
        space = uuid.UUID(digits)
    return str(uuid.uuid5(space, name))


def _bcrypt(*arguments: Any) -> Any:
    if len(arguments) > 2:
        raise Fault("bcrypt takes no more than two arguments")
    return later("bcrypt")()


FUNCTIONS: dict[str, Function] = {
    "base64sha256": Function("string -> string", _base64("sha256")),
    "base64sha512": Function("string -> string", _base64("sha512")),
    "bcrypt": Function("string number* -> string", _bcrypt),
    "md5": Function("string -> string", _hexadecimal("md5")),
    "rsadecrypt": Function("string string -> string", later("rsadecrypt")),
    "sha1": Function("string -> string", _hexadecimal("sha1")),
    "sha256": Function("string -> string", _hexadecimal("sha256")),
    "sha512": Function("string -> string", _hexadecimal("sha512")),
    "uuid": Function("-> string", later("uuid")),
    "uuidv5": Function("string string -> string", _uuidv5),
}
