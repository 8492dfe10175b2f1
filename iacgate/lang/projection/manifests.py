"""Manifests that are written out in Terraform: the object itself, or its text.

Room: ``lang``. In: the value of ``yaml_body``. Out: the objects in it. A hole in the text, where a value is not known,
becomes an unknown leaf; one that may bring more than a leaf makes the whole text unknown.
"""

from __future__ import annotations

from typing import Any

from iacgate.lang.projection.convert import marked
from iacgate.lang.terraform.values import Manifest, Text, filled, finish, spelled_lines
from iacgate.model import Secret, Unknown, reveal
from iacgate.syntax.yaml import load_all

_SHOWN = ("name", "namespace")


def objects(value: Any, name: str) -> list[Any] | Unknown:
    """The objects that a text spells, or the unknown that hides them. Raises ``SyntaxFailure``; ``name`` is the file's.

    What the text says of itself is secret where the text is; keys are not, nor what names the object, which the
    provider shows too.
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
    return [_hidden(body) if isinstance(value, Secret) else body for body in _documents(text, name)]


def _documents(text: str, name: str) -> list[Any]:
    loaded = load_all(text.encode("utf-8", "surrogatepass"), name)
    return [document.body for document in loaded if document.body is not None]


def _hidden(body: Any) -> Any:
    covered = marked(body)
    if not isinstance(body, dict):
        return covered
    covered.update((key, body[key]) for key in ("apiVersion", "kind") if key in body)
    metadata = body.get("metadata")
    if isinstance(metadata, dict):
        covered["metadata"].update((key, metadata[key]) for key in _SHOWN if key in metadata)
    return covered
