"""Where pods are described: the pod specs and containers inside Kubernetes objects, whatever the kind.

Known kinds have one known place; in any other kind every object that holds ``containers`` beside a pod's usual
surroundings (``template.spec`` or ``spec`` of a template) counts, so that custom kinds are workloads too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from iacgate.lang.jmespath.context import remembered
from iacgate.lang.jmespath.logic import first, open_end
from iacgate.lang.places import Placed
from iacgate.model import Inventory, Partial, Path, Resource, Unknown, child, reveal

_TEMPLATE = ("spec", "template", "spec")
_PLACES: dict[str, Path] = {
    "Pod": ("spec",),
    "PodTemplate": ("template", "spec"),
    "Deployment": _TEMPLATE,
    "DaemonSet": _TEMPLATE,
    "StatefulSet": _TEMPLATE,
    "ReplicaSet": _TEMPLATE,
    "ReplicationController": _TEMPLATE,
    "Job": _TEMPLATE,
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
}
_CONTAINER_LISTS = ("containers", "initContainers", "ephemeralContainers")
_PLAIN = frozenset((
    "ClusterRole", "ClusterRoleBinding", "ConfigMap", "CustomResourceDefinition", "HorizontalPodAutoscaler",
    "Ingress", "LimitRange", "Namespace", "NetworkPolicy", "PersistentVolume", "PersistentVolumeClaim",
    "PodDisruptionBudget", "PriorityClass", "ResourceQuota", "Role", "RoleBinding", "Secret", "Service",
    "ServiceAccount", "StorageClass",
))  # fmt: skip
_MAX_DEPTH = 10
_MAX_NODES = 5_000


def is_workload(resource: Resource) -> bool:
    """Whether a resource describes a pod. A resource of Terraform does not, the Kubernetes object that it makes may."""
    if resource.provider != "kubernetes" or resource.category != "resource":
        return False
    if resource.type in _PLAIN and not _is_foreign(resource.body):
        return False
    if resource.adapter.startswith("terraform") and resource.view_of is None:
        return False
    if resource.type in _PLACES and not _is_foreign(resource.body):
        return True
    return next(_search(resource.body), None) is not None


def pod_paths(body: Any) -> list[Path] | Unknown:
    """The paths of the pod specs in an object; the unknown that hides them."""
    if isinstance(body, Unknown):
        return body
    kind = body.get("kind") if isinstance(body, dict) else None
    place = _PLACES.get(kind) if isinstance(kind, str) else None
    if place is None or _is_foreign(body):
        return list(_search(body))
    node = body
    for step in place:
        node = node.get(step) if isinstance(node, dict) else None
        if isinstance(node, Unknown):
            return node
    return [place] if isinstance(node, dict) else []


def _is_foreign(body: Any) -> bool:
    """Whether an object is of a group that is not Kubernetes' own: its ``Service`` or ``Job`` is another thing."""
    version = body.get("apiVersion") if isinstance(body, dict) else None
    group = version.partition("/")[0] if isinstance(version, str) and "/" in version else ""
    return "." in group and not group.endswith(".k8s.io")


def _search(body: Any) -> Iterator[Path]:
    """Pod specs by shape, nearest first: a ``spec`` with a list of containers, below anything but the object itself."""
    waiting: list[tuple[Path, Any]] = [((), body)]
    budget = _MAX_NODES
    while waiting and budget:
        level, waiting = waiting, []
        for path, node in level:
            budget -= 1
            if not budget:
                return
            if _is_pod_spec(path, node):
                yield path
            elif len(path) < _MAX_DEPTH:
                waiting.extend(_below(path, node))


def _is_pod_spec(path: Path, node: Any) -> bool:
    if not isinstance(node, dict) or len(path) < 2 or path[-1] != "spec":
        return False
    containers = node.get("containers")
    return isinstance(containers, list) and all(isinstance(one, dict) for one in containers) and bool(containers)


def _below(path: Path, node: Any) -> list[tuple[Path, Any]]:
    if isinstance(node, dict):
        return [((*path, key), held) for key, held in node.items() if isinstance(held, dict | list)]
    return [((*path, index), held) for index, held in enumerate(node) if isinstance(held, dict | list)]


def pods(context: Any, body: Any) -> Any:
    """The pod specs of an object."""
    return context.once("pods", body, lambda: _pods(body))


def containers(context: Any, body: Any) -> Any:
    """All containers of an object: ordinary, init and ephemeral, of every pod it describes."""
    return context.once("containers", body, lambda: all_containers(body))


def all_containers(body: Any) -> Any:
    """All containers of an object as ``containers()`` gives them, with their places; the unknown that hides them."""
    return _listed(body, _CONTAINER_LISTS)


def spoken(inventory: Inventory, body: Any) -> str:
    """What the containers of an object say of what they run, as one text: to see at a glance what none of them runs."""
    listed = remembered(inventory, ("containers", id(body)), lambda: all_containers(body))
    if not isinstance(listed, list):
        return ""
    said: list[Any] = []
    for placed in listed:
        if type(placed.value) is dict:
            said.append(placed.value.get("image"))
            for key in ("command", "args"):
                held = placed.value.get(key)
                said += held if isinstance(held, list) else ()
    return "\n".join([text for text in map(reveal, said) if type(text) is str])


def main_containers(context: Any, body: Any) -> Any:
    """The ordinary containers of an object, without init and ephemeral ones."""
    return context.once("main_containers", body, lambda: _listed(body, _CONTAINER_LISTS[:1]))


def pod(context: Any) -> Any:
    """The pod that the element of ``each`` belongs to: a container, or the security context of one or of the pod."""
    body = context.subject.body if context.subject is not None else None
    found = pods(context, body)
    if isinstance(found, Unknown) or not found:
        return found or None
    if len(found) == 1:
        return found[0].value
    return next((one.value for one in found if _holds(one.value, context.element)), None)


def pod_metadata(context: Any, body: Any) -> Any:  # noqa: ARG001  (the shape of functions with places)
    """The metadata of every pod an object describes: its own, or that of its pod templates."""
    paths = pod_paths(body)
    if isinstance(paths, Unknown):
        return paths
    places = [(*path[:-1], "metadata") for path in paths]
    return [Placed(place, held) for place in places if (held := _at_or_none(body, place)) is not None]


def security_contexts(context: Any, body: Any) -> Any:
    """The security contexts as written: of every pod an object describes, and of all containers of it."""
    return context.once("security_contexts", body, lambda: _security_contexts(context, body))


def _security_contexts(context: Any, body: Any) -> Any:
    listed, held = pods(context, body), containers(context, body)
    if isinstance(listed, Unknown):
        return listed
    found = [
        Placed((*one.path, "securityContext"), one.value["securityContext"])
        for one in (*listed, *held)
        if isinstance(one.value, dict) and one.value.get("securityContext") is not None
    ]
    return Partial(found, maybe=held.maybe) if isinstance(held, Partial) else found


def _holds(spec: Any, element: Any) -> bool:
    """Whether an element stands in this pod; the very object, for two pods may look the same."""
    lists = (spec.get(key) for key in _CONTAINER_LISTS)
    within = [spec, *(one for held in lists if isinstance(held, list) for one in held)]
    return any(one is element or child(one, "securityContext") is element for one in within)


def _pods(body: Any) -> Any:
    paths = pod_paths(body)
    return paths if isinstance(paths, Unknown) else [Placed(path, _at(body, path)) for path in paths]


def _listed(body: Any, lists: tuple[str, ...]) -> Any:
    paths = pod_paths(body)
    if isinstance(paths, Unknown):
        return paths
    found: list[Placed] = []
    maybe: Unknown | None = None
    for path in paths:
        spec = _at(body, path)
        for key in lists:
            held = spec.get(key)
            if isinstance(held, Unknown):
                maybe = first(maybe, held)
            elif isinstance(held, list):
                maybe = first(maybe, open_end(held))
                found.extend(Placed((*path, key, index), one) for index, one in enumerate(held) if one is not None)
    return found if maybe is None else Partial(found, maybe=maybe)


def _at(body: Any, path: Path) -> Any:
    node = body
    for step in path:
        node = node[step]
    return node


def _at_or_none(body: Any, path: Path) -> Any:
    node = body
    for step in path:
        node = child(node, step)
    return node
