"""``yamldecode`` and ``yamlencode``. In: YAML text, or values. Out: values, or YAML as Terraform writes it.

Plain words that readers of YAML disagree on (``on``, ``1_000``, dates) are not decided here: ``Exhausted``.
"""

from __future__ import annotations

import re
from typing import Any

from iacgate.lang.terraform.functions.encoding import json_text
from iacgate.lang.terraform.values import LONGEST_TEXT, Exhausted, Fault, decimals

_WORDS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None, "true": True, "True": True, "TRUE": True, "yes":
    True, "false": False, "False": False, "FALSE": False, "no": False,
}  # fmt: skip
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?")
_HEX = re.compile(r"0x[0-9a-fA-F]{1,15}")
_DISPUTED = re.compile(
    r"(?i:y|n|yes|no|on|off|[-+]?\.inf|\.nan|<<|=)|[-+.]?[0-9][-+.:_0-9a-fA-FxobeEtTzZ ]*|[-+]?\.[0-9].*"
)
_TEXT = "tag:yaml.org,2002:str"
"""What the reader calls plain text, whether it was tagged so or only looks so to YAML 1.1."""
MOST_NODES = 200_000


def decode(text: str) -> Any:
    """The value of one YAML document."""
    import yaml

    if len(text) > LONGEST_TEXT // 10:
        raise Exhausted("the YAML is too long to evaluate")
    try:
        node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise Fault("this is not YAML") from error
    return None if node is None else _Decoder().value(node, 0)


class _Decoder:
    """One decoding; counts the nodes that aliases multiply."""

    def __init__(self) -> None:
        self.left = MOST_NODES

    def value(self, node: Any, depth: int) -> Any:
        self.left -= 1
        if self.left < 0 or depth > 200:
            raise Exhausted("the YAML is too large to evaluate")
        if node.id == "scalar":
            return _scalar(node)
        if node.id == "sequence":
            return [self.value(item, depth + 1) for item in node.value]
        return self._mapping(node, depth)

    def _mapping(self, node: Any, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, item in node.value:
            if key.id != "scalar" or key.value == "<<":
                raise Exhausted("this YAML mapping is not evaluated here")
            name = key.value
            if name in result:
                raise Exhausted("a YAML mapping has a key twice")
            result[name] = self.value(item, depth + 1)
        return result


def _scalar(node: Any) -> Any:
    text: str = node.value
    if node.style or node.tag == "!":
        return text
    if node.tag == _TEXT and (text in _WORDS or _NUMBER.fullmatch(text) or _HEX.fullmatch(text)):
        raise Exhausted("readers of YAML disagree on a word of this document")
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.fullmatch(text):
        return decimals(text.removeprefix("+"))
    if _HEX.fullmatch(text):
        return int(text, 16)
    if _DISPUTED.fullmatch(text) or not node.tag.startswith("tag:yaml.org,2002:"):
        raise Exhausted("readers of YAML disagree on a word of this document")
    return text


def encode(value: Any) -> str:
    """YAML as Terraform writes it: block style, quoted strings, sorted keys."""
    lines: list[str] = []
    _block(value, "", lines)
    return "".join(lines)


def _block(value: Any, indent: str, lines: list[str]) -> None:
    if isinstance(value, dict) and value:
        for key in sorted(value):
            lines.append(f"{indent}{_text(key)}:")
            _member(value[key], lines, inner=indent + ("" if isinstance(value[key], list) else "  "))
    elif isinstance(value, list) and value:
        for item in value:
            _item(item, indent, lines)
    else:
        lines.append(f"{indent}{_flow(value)}\n")


def _member(value: Any, lines: list[str], *, inner: str) -> None:
    if isinstance(value, dict | list) and value:
        lines.append("\n")
        _block(value, inner, lines)
    else:
        lines.append(f" {_flow(value)}\n")


def _item(value: Any, indent: str, lines: list[str]) -> None:
    if not isinstance(value, dict | list) or not value:
        lines.append(f"{indent}- {_flow(value)}\n")
        return
    at = len(lines)
    _block(value, indent + "  ", lines)
    lines[at] = f"{indent}- {lines[at][len(indent) + 2 :]}"


def _flow(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    return json_text(value)


def _text(text: str) -> str:
    if "\n" in text:
        raise Exhausted("text of several lines is not written as YAML here")
    return json_text(text).replace("\\u003c", "<").replace("\\u003e", ">").replace("\\u0026", "&")
