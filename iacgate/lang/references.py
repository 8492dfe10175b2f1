"""How Kubernetes objects name each other: body in, references out. Knows no inventory.

In: the body of an object. Out: :class:`Reference` for each place that names another object: service accounts, roles,
config maps, secrets, volume claims, scale targets, backends of an Ingress, owners of a pod's template.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from iacgate.lang.pods import pod_paths
from iacgate.model import Path, Unknown, child, reveal

CLUSTER_SCOPED = frozenset((
    "APIService", "CSIDriver", "CSINode", "CertificateSigningRequest", "ClusterPolicy", "ClusterRole",
    "ClusterRoleBinding", "ComponentStatus", "CustomResourceDefinition", "FlowSchema", "IngressClass",
    "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "MutatingWebhookConfiguration", "Namespace", "Node",
    "PersistentVolume", "PriorityClass", "PriorityLevelConfiguration", "RuntimeClass", "StorageClass",
    "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration",
    "VolumeAttachment",
))  # fmt: skip
"""Kinds of Kubernetes' own that live in no namespace."""

UNSURE = "?"
"""In place of a name or namespace that is not known; no object is called so."""

_WITHOUT_PODS = CLUSTER_SCOPED | {
    "ConfigMap", "HorizontalPodAutoscaler", "Ingress", "LimitRange", "NetworkPolicy", "PersistentVolumeClaim",
    "PodDisruptionBudget", "ResourceQuota", "Role", "RoleBinding", "Secret", "Service", "ServiceAccount",
}  # fmt: skip


class Reference(NamedTuple):
    """The place ``path`` names an object. ``namespace`` is ``None`` for the object's own, ``""`` for cluster scope."""

    path: Path
    kind: str
    name: str
    namespace: str | None = None


def references(body: Any) -> list[Reference]:
    """All references of an object by name; nothing twice at one place. An unknown name reads :data:`UNSURE`."""
    if not isinstance(body, dict):
        return []
    kind = body.get("kind")
    kind = kind if isinstance(kind, str) else ""
    found = list(_of_kind(kind, body))
    if kind in _WITHOUT_PODS:
        return found
    paths = pod_paths(body)
    if not isinstance(paths, Unknown):
        for path in paths:
            found.extend(_of_pod(path, _at(body, path)))
    return found


def _of_kind(kind: str, body: dict[str, Any]) -> Iterator[Reference]:
    if kind in ("RoleBinding", "ClusterRoleBinding"):
        yield from _of_binding(body)
    elif kind == "HorizontalPodAutoscaler":
        yield from _typed(body, ("spec", "scaleTargetRef"))
    elif kind == "VerticalPodAutoscaler":
        yield from _typed(body, ("spec", "targetRef"))
    elif kind == "Ingress":
        yield from _of_ingress(body)
    elif kind == "ServiceAccount":
        yield from _named_items(body, ("secrets",), "name", "Secret")
        yield from _named_items(body, ("imagePullSecrets",), "name", "Secret")
    elif kind == "PersistentVolumeClaim":
        yield from _named(body, ("spec", "volumeName"), "PersistentVolume", "")
        yield from _named(body, ("spec", "storageClassName"), "StorageClass", "")
    elif kind == "StatefulSet":
        yield from _named(body, ("spec", "serviceName"), "Service")


def _of_binding(body: dict[str, Any]) -> Iterator[Reference]:
    for reference in _typed(body, ("roleRef",)):
        yield reference._replace(namespace="" if reference.kind == "ClusterRole" else None)
    for path, subject in _items(body, ("subjects",)):
        if _spelled(subject.get("kind")) == "ServiceAccount":
            own = _spelled(subject.get("namespace")) or None
            yield from _named(body, (*path, "name"), "ServiceAccount", own)


def _of_ingress(body: dict[str, Any]) -> Iterator[Reference]:
    yield from _backend(body, ("spec", "defaultBackend"))
    yield from _backend(body, ("spec", "backend"))
    for rule_path, _ in _items(body, ("spec", "rules")):
        for path, _ in _items(body, (*rule_path, "http", "paths")):
            yield from _backend(body, (*path, "backend"))
    yield from _named_items(body, ("spec", "tls"), "secretName", "Secret")
    yield from _named(body, ("spec", "ingressClassName"), "IngressClass", "")


def _backend(body: dict[str, Any], path: Path) -> Iterator[Reference]:
    yield from _named(body, (*path, "service", "name"), "Service")
    yield from _named(body, (*path, "serviceName"), "Service")


def _of_pod(path: Path, spec: dict[str, Any]) -> Iterator[Reference]:
    account = "serviceAccountName" if _spelled(spec.get("serviceAccountName")) else "serviceAccount"
    for below in _named(spec, (account,), "ServiceAccount"):
        yield _under(path, below)
    for below in (
        *_named_items(spec, ("imagePullSecrets",), "name", "Secret"),
        *_named(spec, ("priorityClassName",), "PriorityClass", ""),
        *_named(spec, ("runtimeClassName",), "RuntimeClass", ""),
        *_of_volumes(spec),
        *_of_containers(spec),
    ):
        yield _under(path, below)


def _of_volumes(spec: dict[str, Any]) -> Iterator[Reference]:
    for path, _ in _items(spec, ("volumes",)):
        yield from _named(spec, (*path, "configMap", "name"), "ConfigMap")
        yield from _named(spec, (*path, "secret", "secretName"), "Secret")
        yield from _named(spec, (*path, "persistentVolumeClaim", "claimName"), "PersistentVolumeClaim")
        for source, _ in _items(spec, (*path, "projected", "sources")):
            yield from _named(spec, (*source, "configMap", "name"), "ConfigMap")
            yield from _named(spec, (*source, "secret", "name"), "Secret")


def _of_containers(spec: dict[str, Any]) -> Iterator[Reference]:
    for kind in ("containers", "initContainers", "ephemeralContainers"):
        for path, _ in _items(spec, (kind,)):
            for source, _ in _items(spec, (*path, "envFrom")):
                yield from _named(spec, (*source, "configMapRef", "name"), "ConfigMap")
                yield from _named(spec, (*source, "secretRef", "name"), "Secret")
            for variable, _ in _items(spec, (*path, "env")):
                yield from _named(spec, (*variable, "valueFrom", "configMapKeyRef", "name"), "ConfigMap")
                yield from _named(spec, (*variable, "valueFrom", "secretKeyRef", "name"), "Secret")


def _typed(body: Any, path: Path) -> Iterator[Reference]:
    kind = _spelled(_at(body, (*path, "kind")))
    if kind:
        yield from _named(body, (*path, "name"), kind)


def _named(body: Any, path: Path, kind: str, namespace: str | None = None) -> Iterator[Reference]:
    name = _spelled(_at(body, path))
    if name:
        yield Reference(path, kind, name, namespace)


def _spelled(name: Any) -> str:
    """A name as text, :data:`UNSURE` for one that is not known, "" for none."""
    if isinstance(name, Unknown):
        return UNSURE
    name = reveal(name)
    return name if isinstance(name, str) else ""


def _named_items(body: Any, path: Path, key: str, kind: str) -> Iterator[Reference]:
    for item, _ in _items(body, path):
        yield from _named(body, (*item, key), kind)


def _items(body: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    held = _at(body, path)
    if isinstance(held, list):
        for index, item in enumerate(held):
            if isinstance(item, dict):
                yield (*path, index), item


def _under(path: Path, reference: Reference) -> Reference:
    return reference._replace(path=(*path, *reference.path))


def _at(node: Any, path: Path) -> Any:
    for step in path:
        if node is None:
            return None
        node = child(node, step)
    return node
