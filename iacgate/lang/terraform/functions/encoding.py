"""Terraform's encodings. In: values that fit the signatures below. Out: strings, or what they decode to."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from iacgate.lang.terraform.functions.signature import Function
from iacgate.lang.terraform.functions.text import affordable_text
from iacgate.lang.terraform.numbers import decimals, number_text
from iacgate.lang.terraform.strings import normal, safe_prefix
from iacgate.lang.terraform.types import ANY, BOOL, NUMBER, STRING, Type, type_of
from iacgate.lang.terraform.values import (
    LARGEST_VALUE,
    LONGEST_TEXT,
    Encoded,
    Exhausted,
    Fault,
    List,
    Manifest,
    Text,
    Typed,
    bare,
    decoded_holes,
    filled,
    first_unknown,
    has_secret,
    is_null,
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
    if is_null(value):
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = number_text(value)
    if text.endswith("Inf"):
        raise Fault("JSON has no word for infinity")
    return text


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _jsonencode(value: Any) -> Any:
    hole = first_unknown(value)
    if hole is None:
        text = json_text(bare(value))
        affordable_text(len(text))  # encoding what was encoded before doubles its backslashes each time
        return secret(text) if has_secret(value) else text
    if isinstance(value, list | dict):
        return Encoded(value, hole)
    prefix = '"' if hole.present and type_of(hole) == STRING else ""
    return Typed(STRING, hole.reason, prefix=prefix)


def _decoded_type(text: Any) -> Type:
    """What the beginning of an unknown document tells of its type."""
    known = safe_prefix(text.prefix).strip() if isinstance(text, Unknown) else ""
    if not known or known[0] in "{[n":
        return ANY
    if known[0] == '"':
        return STRING
    if known[0] in "tf":
        return BOOL
    if known[0] in "-.0123456789":
        return NUMBER
    raise Fault("this is not JSON")


def _jsondecode(text: Any) -> Any:
    if isinstance(text, Encoded):
        return plainly(text.document)
    if isinstance(text, Unknown):
        document = decoded_holes(text) if isinstance(text, Text) else None
        wanted = _decoded_type(text)
        if document is None:
            return Unknown(text.reason) if wanted is ANY else Typed(wanted, text.reason, present=False)
        return document
    if len(text) > LONGEST_TEXT:
        raise Exhausted("the document is longer than 10 MiB")
    try:
        return json.loads(text, parse_float=decimals, parse_int=decimals, parse_constant=_refused, cls=_Strings)
    except RecursionError as error:
        raise Exhausted("the document is nested too deeply") from error
    except ValueError as error:
        raise Fault("this is not JSON") from error


def plainly(value: Any) -> Any:
    """A value as its own JSON spells it: tuples and objects, whatever collections it was made of."""
    if isinstance(value, dict):
        return {key: plainly(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [plainly(item) for item in value]
    return None if is_null(value) else value


class _Strings(json.JSONDecoder):
    """Reads strings as Go does: in normal form, half of a surrogate pair as a replacement character."""

    def decode(self, s: str, *args: Any) -> Any:
        return _tidy(super().decode(s, *args))


def _tidy(value: Any) -> Any:
    if isinstance(value, str):
        if value.isascii():
            return value
        return normal(value.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if isinstance(value, dict):
        return {_tidy(key): _tidy(item) for key, item in value.items()}
    return value


def _refused(word: str) -> Any:
    raise ValueError(word)


def unbase64(text: str) -> bytes:
    """The bytes that a base64 text spells; line breaks in it are passed over."""
    digits = text.replace("\r", "").replace("\n", "")
    if len(digits) % 4:
        raise Fault("this is not base64")
    try:
        return base64.b64decode(digits, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Fault("this is not base64") from error


def _base64decode(text: str) -> str:
    try:
        return normal(unbase64(text).decode("utf-8"))
    except UnicodeError as error:
        raise Fault("this is not text in base64") from error


def _base64encode(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode("ascii")


def _base64gzip(text: str) -> Any:
    """How Go compresses is its own: only the header is known."""
    return Typed(STRING, f"the compressed form of {len(text)} characters", prefix="H4sIAAAAAAAA/")


def _base64gunzip(text: str) -> str:
    """OpenTofu's: the text that was compressed."""
    import zlib

    unpacker = zlib.decompressobj(wbits=31)
    try:
        found = unpacker.decompress(unbase64(text), LONGEST_TEXT)
        if unpacker.unconsumed_tail:
            raise Exhausted("the decompressed text is longer than 10 MiB")
        return normal(found.decode("utf-8"))
    except (zlib.error, UnicodeError) as error:
        raise Fault("this is not text compressed by gzip") from error


def _textencodebase64(text: str, charset: str) -> str:
    from iacgate.lang.terraform.functions.charsets import encode

    return base64.b64encode(encode(text, charset)).decode("ascii")


def _textdecodebase64(text: str, charset: str) -> str:
    from iacgate.lang.terraform.functions.charsets import decode

    return normal(decode(unbase64(text), charset))


def _csvdecode(text: str) -> Any:
    from iacgate.lang.terraform.functions.records import records

    rows = records(text)
    if not rows:
        raise Fault("CSV needs a line of names")
    names, *rest = rows
    if len(set(names)) != len(names) or any(len(row) != len(names) for row in rest):
        raise Fault("every line of CSV needs as many fields as there are names")
    element = Type("object", attributes={normal(name): (STRING, False, None) for name in names})
    made = [dict(zip(map(normal, names), map(normal, row), strict=True)) for row in rest]
    return List(made, element)


def _yamldecode(text: Any) -> Any:
    from iacgate.lang.terraform.functions.yaml import decode

    if isinstance(text, Encoded):
        return plainly(text.document)
    if isinstance(text, Text):
        written = spelled_lines(text)
        return Unknown(text.reason) if written is None else filled(decode(written[0]), written[1])
    return Unknown(text.reason) if isinstance(text, Unknown) else decode(text)


def _yamlencode(value: Any) -> Any:
    from iacgate.lang.terraform.functions.yamlencode import encode

    hole = first_unknown(value)
    if hole is not None:
        return Manifest(value, hole) if isinstance(value, list | dict) else unknown_from(hole, STRING)
    text = normal(encode(bare(value)))
    return secret(text) if has_secret(value) else text


def _urlencode(text: str) -> str:
    from urllib.parse import quote_plus

    return quote_plus(text)


def _urldecode(text: str) -> str:
    """OpenTofu's: the text that was encoded."""
    import re
    from urllib.parse import unquote_to_bytes

    if re.search("%(?![0-9a-fA-F]{2})", text):
        raise Fault("this is not encoded for a URL")
    try:
        return normal(unquote_to_bytes(text.replace("+", " ")).decode("utf-8"))
    except UnicodeError as error:
        raise Fault("this is not encoded for a URL") from error


FUNCTIONS: dict[str, Function] = {
    "base64decode": Function("string -> string", _base64decode),
    "base64encode": Function("string -> string", _base64encode),
    "base64gunzip": Function("string -> string", _base64gunzip),
    "base64gzip": Function("string -> string", _base64gzip),
    "csvdecode": Function("string -> any", _csvdecode),
    "jsondecode": Function("string~ -> any?", _jsondecode),
    "jsonencode": Function("any?~!^ -> string", _jsonencode),
    "textdecodebase64": Function("string string -> string", _textdecodebase64),
    "textencodebase64": Function("string string -> string", _textencodebase64),
    "urldecode": Function("string -> string", _urldecode),
    "urlencode": Function("string -> string", _urlencode),
    "yamldecode": Function("string~ -> any?", _yamldecode),
    "yamlencode": Function("any?~!^ -> string?", _yamlencode),
}
