"""Kubernetes objects that Terraform resources make: a small library that knows no inventory and no rules.

In: a resource type and its values, in the shape of a plan. Out: the objects as Kubernetes would be given them, and
where each part of them is written in the values. Two providers: ``hashicorp/kubernetes`` with a resource type for each
kind (:mod:`iacgate.lang.projection.table`) and ``kubernetes_manifest``; ``gavinbunney/kubectl`` and its forks with
``kubectl_manifest``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from iacgate.lang.projection.convert import converted, marked, origin
from iacgate.lang.projection.shapes import PREFIX, Kind, kind_of, types
from iacgate.model import Path, Secret, Unknown, reveal

__all__ = ["PREFIXES", "Projection", "object_types", "project"]

PREFIXES = (PREFIX, "kubectl_manifest")
"""How the types begin that may make an object."""

MANIFEST = "kubernetes_manifest"
TEXT = "kubectl_manifest"
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class Projection(NamedTuple):
    """An object, and the way from a path into it to the path into the values of the Terraform resource."""

    body: dict[str, Any]
    origin: Callable[[Path], Path]


def object_types() -> list[str]:
    """All resource types that make an object."""
    return [*types(), MANIFEST, TEXT]


def project(type_name: str, values: Any, file: str = "") -> list[Projection] | Unknown | None:
    """The objects that a resource makes; the unknown that hides them; ``None`` for a type that makes none.

    Raises :class:`~iacgate.errors.SyntaxFailure` for YAML that cannot be read; ``file`` is the name it is given.
    """
    if type_name in (MANIFEST, TEXT):
        if isinstance(values, Unknown):
            return values
        return _written(type_name, values if isinstance(values, dict) else {}, file)
    kind = kind_of(type_name)
    if kind is None:
        return None
    if not isinstance(values, dict):
        return values if isinstance(values, Unknown) else []
    return [Projection(_covered(_object(type_name, kind, values)), partial(origin, kind.shape, values))]


def _object(type_name: str, kind: Kind, values: dict[str, Any]) -> dict[str, Any]:
    body = {"apiVersion": kind.version, "kind": kind.kind, **converted(kind.shape, values)}
    metadata = body.setdefault("metadata", {})
    if isinstance(metadata, dict):
        if isinstance(metadata.get("name"), Unknown) and metadata.get("generateName") is not None:
            del metadata["name"]  # the cluster makes it up
        if type_name.startswith(f"{PREFIX}default_service_account"):
            metadata.setdefault("name", "default")
        if kind.namespaced:
            metadata.setdefault("namespace", "default")
    return body


def _written(type_name: str, values: dict[str, Any], file: str) -> list[Projection] | Unknown:
    """The objects that are written out in a resource."""
    if type_name == MANIFEST:
        return _of_object(values.get("manifest"))
    from iacgate.lang.projection.manifests import objects

    found = objects(values.get("yaml_body"), file, values.get("yaml_body_parsed"))
    if isinstance(found, Unknown):
        return found
    bodies = [_of_text(body, values) for body in found]
    ways: list[Callable[[Path], Path]] = [partial(_below, "yaml_body"), *[_whole_text] * len(bodies)]
    return [Projection(body, way) for body, way in zip(bodies, ways, strict=False) if _is_object(body)]


def _of_object(manifest: Any) -> list[Projection] | Unknown:
    if isinstance(manifest, Secret):
        manifest = _named(marked(manifest.reveal()))
    if isinstance(manifest, Unknown):
        return manifest
    return [Projection(_covered(manifest), partial(_below, "manifest"))] if _is_object(manifest) else []


def _below(attribute: str, path: Path) -> Path:
    return (attribute, *path) if path else ()


def _whole_text(_path: Path) -> Path:
    """Where an object stands that is not the first of its text, which the provider does not take."""
    return ("yaml_body",)


def _of_text(body: Any, values: dict[str, Any]) -> Any:
    """An object as the provider applies it: in another namespace where that is asked for."""
    if not _is_object(body):
        return body
    body = _covered(body)
    instead, metadata = values.get("override_namespace"), body.get("metadata")
    if instead is not None and isinstance(metadata, dict):
        body = {**body, "metadata": {**metadata, "namespace": reveal(instead)}}
    fields = values.get("sensitive_fields")
    for field in fields if isinstance(fields, list) else ():
        if isinstance(field, str):
            body = _with_secret(body, field.split("."))
    return body


def _with_secret(node: Any, steps: list[str]) -> Any:
    """The object with one of its fields marked secret; copied on the way there."""
    if not isinstance(node, dict) or steps[0] not in node:
        return node
    inner = node[steps[0]]
    return {**node, steps[0]: marked(inner) if len(steps) == 1 else _with_secret(inner, steps[1:])}


def _is_object(body: Any) -> bool:
    """Whether it says its API version and its kind, as Kubernetes spells kinds: in capitals."""
    if not isinstance(body, dict):
        return False
    version, kind = body.get("apiVersion"), body.get("kind")
    return isinstance(version, str | Unknown) and isinstance(kind, str) and kind[:1].isupper()


def _named(body: Any) -> Any:
    """A secret object whose version and kind are shown: what it is, is none of its secrets."""
    if not isinstance(body, dict):
        return body
    shown: dict[str, Any] = {key: reveal(body[key]) for key in ("apiVersion", "kind") if key in body}
    return {**body, **shown}


def _covered(body: dict[str, Any]) -> dict[str, Any]:
    """The object with the data of a Secret marked so, kubectl's copy of it in an annotation as well."""
    if body.get("kind") != "Secret":
        return body
    covered: dict[str, Any] = {**body}
    covered.update((key, marked(body[key])) for key in ("data", "stringData") if key in body)
    metadata = body.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if isinstance(metadata, dict) and isinstance(annotations, dict) and _LAST_APPLIED in annotations:
        copy = {**annotations, _LAST_APPLIED: marked(annotations[_LAST_APPLIED])}
        covered["metadata"] = {**metadata, "annotations": copy}
    return covered
