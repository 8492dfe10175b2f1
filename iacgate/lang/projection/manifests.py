"""Manifests that are written out in Terraform: the object itself, or its text.

Room: ``lang``. In: the value of ``yaml_body``. Out: the objects in it. A hole in the text, where a value is not known,
becomes an unknown leaf; one that may bring more than a leaf makes the whole text unknown.
"""

from __future__ import annotations

from typing import Any

from iacgate.lang.terraform.values import Encoded, Text, finish
from iacgate.model import Secret, Unknown, reveal
from iacgate.syntax.yaml import load_all

_OPEN, _CLOSE = "\ue000", "\ue001"
_DEEPEST = 200


def objects(value: Any, name: str) -> list[Any] | Unknown:
    """The objects that a text spells, or the unknown that hides them. Raises ``SyntaxFailure``; ``name`` is the file's.

    What the text says of itself is secret where the text is; keys are not, nor what names the object, which the
    provider shows too.
    """
    if isinstance(value, Text):
        return _with_holes(value, name)
    if isinstance(value, Unknown):
        return value
    if isinstance(value, dict):
        return [value]
    text = reveal(value)
    if not isinstance(text, str):
        return Unknown("it is no text")
    found = [document.body for document in load_all(text.encode("utf-8", "surrogatepass"), name)]
    return [_hidden(body) if isinstance(value, Secret) else body for body in found if body is not None]


def _with_holes(text: Text, name: str) -> list[Any] | Unknown:
    spelled, holes = _spelled(text)
    if any(_OPEN in part for part in text.parts if isinstance(part, str)):
        return Unknown(text.reason)
    if any(_alone(line) for line in spelled.splitlines()):
        return Unknown(text.reason)
    found = [document.body for document in load_all(spelled.encode("utf-8", "surrogatepass"), name)]
    return [_filled(body, holes) for body in found if body is not None]


def _spelled(text: Text) -> tuple[str, list[Unknown]]:
    parts: list[str] = []
    holes: list[Unknown] = []
    for part in text.parts:
        if isinstance(part, str):
            parts.append(part)
        else:
            parts.append(f"{_OPEN}{len(holes)}{_CLOSE}")
            holes.append(part)
    return "".join(parts), holes


def _alone(line: str) -> bool:
    """Whether nothing but a hole stands on a line: it may bring any number of lines."""
    return line.strip().startswith(_OPEN) and line.strip().endswith(_CLOSE)


def _filled(node: Any, holes: list[Unknown], depth: int = 0) -> Any:
    if depth > _DEEPEST:
        return Unknown("it is nested too deeply")
    if isinstance(node, dict):
        if any(isinstance(key, str) and _OPEN in key for key in node):
            return Unknown("a key of it is not known")
        return {key: _filled(item, holes, depth + 1) for key, item in node.items()}
    if isinstance(node, list):
        return [_filled(item, holes, depth + 1) for item in node]
    return _leaf(node, holes) if isinstance(node, str) and _OPEN in node else node


def _leaf(node: str, holes: list[Unknown]) -> Any:
    """A text with holes: the one that it is, or what is known of its ends."""
    prefix, _, rest = node.partition(_OPEN)
    number, _, suffix = rest.rpartition(_CLOSE)
    first = number.partition(_CLOSE)[0]
    hole = holes[int(first)] if first.isdigit() and int(first) < len(holes) else Unknown("not known")
    if not prefix and not suffix and number == first:
        return finish(hole.document) if isinstance(hole, Encoded) else finish(hole)
    return Unknown(hole.reason, prefix=prefix, suffix=suffix)


_SHOWN = ("name", "namespace")


def _hidden(body: Any) -> Any:
    from iacgate.lang.projection.convert import marked

    covered = marked(body)
    if not isinstance(body, dict):
        return covered
    covered.update((key, body[key]) for key in ("apiVersion", "kind") if key in body)
    metadata = body.get("metadata")
    if isinstance(metadata, dict):
        covered["metadata"].update((key, metadata[key]) for key in _SHOWN if key in metadata)
    return covered
