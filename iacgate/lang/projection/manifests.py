"""Manifests that are written out in Terraform: the object itself, or its text.

Room: ``lang``. In: the value of ``yaml_body``. Out: the objects in it. A hole in the text, where a value is not known,
becomes an unknown leaf; one that may bring more than a leaf makes the whole text unknown.
"""

from __future__ import annotations

from typing import Any

from iacgate.errors import SyntaxFailure
from iacgate.lang.terraform.values import Manifest, Text, filled, finish, spelled_lines
from iacgate.model import Secret, Unknown, reveal
from iacgate.syntax.yaml import load_all

_SHOWN = ("name", "namespace")


def objects(value: Any, name: str, shown: Any = None) -> list[Any] | Unknown:
    """The objects that a text spells, or the unknown that hides them. Raises ``SyntaxFailure``; ``name`` is the file's.

    What the text says of itself is secret where the text is; keys are not, nor what names the object, nor what the text
    ``shown`` says as well: the provider marks all of a manifest sensitive and shows a copy without its secrets.
    """
    if isinstance(value, dict):
        return [value]
    if isinstance(value, Manifest):
        return [finish(value.document)]
    if isinstance(value, Text):
        written = spelled_lines(value)
        if written is None:
            return Unknown(value.reason)
        return [finish(filled(body, written[1])) for body in _documents(written[0], name)]
    if isinstance(value, Unknown):
        return value
    text = reveal(value)
    if not isinstance(text, str):
        return Unknown("it is no text")
    bodies = _documents(text, name)
    if not isinstance(value, Secret):
        return bodies
    copies = _copies(shown, name)
    return [_hidden(body, copies[index] if index < len(copies) else None) for index, body in enumerate(bodies)]


def _copies(shown: Any, name: str) -> list[Any]:
    try:
        return _documents(shown, name) if isinstance(shown, str) else []
    except SyntaxFailure:
        return []


def _documents(text: str, name: str) -> list[Any]:
    loaded = load_all(text.encode("utf-8", "surrogatepass"), name)
    return [document.body for document in loaded if document.body is not None]


def _hidden(body: Any, shown: Any) -> Any:
    covered = _covered(body, shown)
    if not isinstance(body, dict):
        return covered
    covered.update((key, body[key]) for key in ("apiVersion", "kind") if key in body)
    metadata = body.get("metadata")
    if isinstance(metadata, dict):
        covered["metadata"].update((key, metadata[key]) for key in _SHOWN if key in metadata)
    return covered


def _covered(node: Any, shown: Any) -> Any:
    """A value with its leaves marked secret, but for those that stand in ``shown`` at the same place."""
    if isinstance(node, dict):
        beside = shown if isinstance(shown, dict) else {}
        return {key: _covered(item, beside.get(key)) for key, item in node.items()}
    if isinstance(node, list):
        others = shown if isinstance(shown, list) and len(shown) == len(node) else [None] * len(node)
        return [_covered(item, other) for item, other in zip(node, others, strict=True)]
    same = type(node) is type(shown) and node == shown
    return node if node is None or same else Secret(node)
