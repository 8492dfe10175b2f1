"""Terraform's encodings and digests. In: values. Out: strings, or what they decode to; ``Fault`` where Terraform
refuses."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from iacgate.lang.terraform.types import to_string
from iacgate.lang.terraform.values import (
    LARGEST_VALUE,
    LONGEST_TEXT,
    Encoded,
    Exhausted,
    Fault,
    List,
    Manifest,
    Text,
    bare,
    decimals,
    decoded_holes,
    filled,
    first_unknown,
    has_secret,
    number_text,
    secret,
    spelled_lines,
    unknown_from,
)
from iacgate.model import Unknown

_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def json_text(value: Any) -> str:
    """JSON as Go writes it: sorted keys, no spaces, ``<``, ``>`` and ``&`` escaped."""
    out: list[str] = []
    _write(value, out)
    return escaped("".join(out))


def escaped(text: str) -> str:
    """JSON text with the characters escaped that Go escapes."""
    for character, escape in _ESCAPED.items():
        if character in text:
            text = text.replace(character, escape)
    return text


def _write(value: Any, out: list[str]) -> None:
    if len(out) > LARGEST_VALUE:
        raise Exhausted("the document is too large")
    if isinstance(value, dict):
        lead = "{"
        for key in sorted(value):
            out.append(f"{lead}{_quoted(key)}:")
            _write(value[key], out)
            lead = ","
        out.append("}" if value else "{}")
    elif isinstance(value, list):
        lead = "["
        for item in value:
            out.append(lead)
            _write(item, out)
            lead = ","
        out.append("]" if value else "[]")
    else:
        out.append(_scalar(value))


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _jsonencode(value: Any) -> Any:
    hole = first_unknown(value)
    marked = has_secret(value)
    if hole is None:
        text = json_text(bare(value))
        if len(text) > LONGEST_TEXT:  # encoding what was encoded before doubles its backslashes each time
            raise Exhausted("the document is longer than 10 MiB")
        return secret(text) if marked else text
    return Encoded(value, hole) if isinstance(value, list | dict) else unknown_from(hole)


def _jsondecode(text: Any) -> Any:
    if isinstance(text, Encoded):
        return text.document
    if isinstance(text, Text):
        document = decoded_holes(text)
        return Unknown(text.reason) if document is None else document
    if isinstance(text, Unknown):
        return unknown_from(text)
    source = to_string(text)
    if len(source) > LONGEST_TEXT:
        raise Exhausted("the document is longer than 10 MiB")
    try:
        return json.loads(source, parse_float=decimals, parse_constant=_refused)
    except RecursionError as error:
        raise Exhausted("the document is nested too deeply") from error
    except ValueError as error:
        raise Fault("this is not JSON") from error


def _refused(word: str) -> Any:
    raise ValueError(word)


def _base64decode(text: Any) -> str:
    try:
        return base64.b64decode(to_string(text), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeError) as error:
        raise Fault("this is not text in base64") from error


def _base64encode(text: Any) -> str:
    return base64.b64encode(_bytes(text)).decode("ascii")


def _bytes(text: Any) -> bytes:
    return to_string(text).encode("utf-8", "surrogatepass")


def _digest(name: str) -> Any:
    def digest(text: Any) -> str:
        import hashlib

        return hashlib.new(name, _bytes(text), usedforsecurity=False).hexdigest()

    return digest


def _digest64(name: str) -> Any:
    def digest(text: Any) -> str:
        import hashlib

        return base64.b64encode(hashlib.new(name, _bytes(text), usedforsecurity=False).digest()).decode("ascii")

    return digest


_CHARSETS = {"utf-8": "utf-8", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}


def _charset(name: Any) -> str:
    found = _CHARSETS.get(to_string(name).lower())
    if found is None:
        raise Exhausted("this encoding is not evaluated here")
    return found


def _textencodebase64(text: Any, charset: Any) -> str:
    return base64.b64encode(to_string(text).encode(_charset(charset))).decode("ascii")


def _textdecodebase64(text: Any, charset: Any) -> str:
    try:
        return base64.b64decode(to_string(text), validate=True).decode(_charset(charset))
    except (binascii.Error, UnicodeError) as error:
        raise Fault("this is not text in base64") from error


def _csvdecode(text: Any) -> Any:
    import csv
    import io

    try:
        rows = list(csv.reader(io.StringIO(to_string(text)), strict=True))
    except csv.Error as error:
        raise Fault("this is not CSV") from error
    if not rows:
        raise Fault("CSV needs a line of names")
    names, *rest = [row for row in rows if row]
    if len(set(names)) != len(names) or any(len(row) != len(names) for row in rest):
        raise Fault("every line of CSV needs as many fields as there are names")
    return List([dict(zip(names, row, strict=True)) for row in rest])


def _uuidv5(namespace: Any, name: Any) -> str:
    import uuid

    named = {
        "dns": uuid.NAMESPACE_DNS,
        "url": uuid.NAMESPACE_URL,
        "oid": uuid.NAMESPACE_OID,
        "x500": uuid.NAMESPACE_X500,
    }
    space = to_string(namespace)
    try:
        return str(uuid.uuid5(named.get(space) or uuid.UUID(space), to_string(name)))
    except ValueError as error:
        raise Fault("this is not a UUID") from error


def _yamldecode(text: Any) -> Any:
    from iacgate.lang.terraform.functions.yaml import decode

    if isinstance(text, Encoded):
        return text.document
    if isinstance(text, Text):
        written = spelled_lines(text)
        return Unknown(text.reason) if written is None else filled(decode(written[0]), written[1])
    return unknown_from(text) if isinstance(text, Unknown) else decode(to_string(text))


def _yamlencode(value: Any) -> Any:
    from iacgate.lang.terraform.functions.yaml import encode

    hole = first_unknown(value)
    if hole is not None:
        return Manifest(value, hole) if isinstance(value, list | dict) else unknown_from(hole)
    text = encode(bare(value))
    return secret(text) if has_secret(value) else text


def _urlencode(text: Any) -> str:
    from urllib.parse import quote_plus

    return quote_plus(to_string(text))


FUNCTIONS: dict[str, Any] = {
    "base64decode": _base64decode,
    "base64encode": _base64encode,
    "base64sha256": _digest64("sha256"),
    "base64sha512": _digest64("sha512"),
    "csvdecode": _csvdecode,
    "jsondecode": _jsondecode,
    "jsonencode": _jsonencode,
    "md5": _digest("md5"),
    "sha1": _digest("sha1"),
    "sha256": _digest("sha256"),
    "sha512": _digest("sha512"),
    "textdecodebase64": _textdecodebase64,
    "textencodebase64": _textencodebase64,
    "urlencode": _urlencode,
    "uuidv5": _uuidv5,
    "yamldecode": _yamldecode,
    "yamlencode": _yamlencode,
}
