"""Label selectors of Kubernetes: which pods an object means. Three-valued: ``None`` is "not known".

In: bodies. Out: :class:`Selector`, and whether it matches labels. The meaning of an empty and of an absent selector
differs by kind, as the API reference of each says:

======================  ==================  =================
kind                    empty ``{}``        absent or null
======================  ==================  =================
Service                 no pod              no pod
NetworkPolicy           every pod           every pod
PodDisruptionBudget     every pod           no pod
  policy/v1beta1        no pod              no pod
CiliumNetworkPolicy     every pod           no pod
======================  ==================  =================
"""

from __future__ import annotations

from typing import Any, NamedTuple

from iacgate.lang.pods import pod_paths
from iacgate.model import Unknown, child, reveal

SELECTING = frozenset((
    "Service", "NetworkPolicy", "PodDisruptionBudget", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy",
))  # fmt: skip
"""Kinds that mean pods by their labels."""


class Selector(NamedTuple):
    """``labels`` must all be there, ``expressions`` (as written) hold; ``unsure`` when a part of it is not known."""

    labels: dict[str, Any]
    expressions: tuple[Any, ...] = ()
    unsure: bool = False


def selector_of(body: Any) -> Selector | None:
    """The pods that an object of a :data:`SELECTING` kind means; ``None`` when it means none."""
    if not isinstance(body, dict):
        return None
    kind, spec = body.get("kind"), body.get("spec")
    if isinstance(spec, Unknown):
        return Selector({}, unsure=True)
    spec = spec if isinstance(spec, dict) else {}
    if kind == "Service":
        return _of_service(spec)
    if kind == "NetworkPolicy":
        if "projectcalico.org" in str(body.get("apiVersion")):
            return _of_calico(spec)
        wanted = spec.get("podSelector")
        return _labelled({} if wanted is None else wanted)
    if kind == "PodDisruptionBudget":
        return _of_budget(spec.get("selector"), str(body.get("apiVersion")))
    if kind in ("CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"):
        return _of_cilium(spec)
    return None


def pod_labels(body: Any) -> list[dict[str, Any] | Unknown]:
    """The labels of each pod that an object describes."""
    paths = pod_paths(body)
    if isinstance(paths, Unknown):
        return [paths]
    found: list[dict[str, Any] | Unknown] = []
    for path in paths:
        node = body
        for step in (*path[:-1], "metadata", "labels"):
            node = node if isinstance(node, Unknown) else child(node, step)
        found.append(node if isinstance(node, dict | Unknown) else {})
    return found


def matches(selector: Selector, labels: dict[str, Any] | Unknown) -> bool | None:
    """Whether these labels are meant: a definite "no" of one requirement beats what is not known of another."""
    if isinstance(labels, Unknown):
        return None if selector.unsure or selector.labels or selector.expressions else True
    answers = [_same(labels.get(key), value) for key, value in selector.labels.items()]
    answers += [_holds(expression, labels) for expression in selector.expressions]
    if any(answer is False for answer in answers):
        return False
    return None if selector.unsure or None in answers else True


def _of_service(spec: dict[str, Any]) -> Selector | None:
    selector = spec.get("selector")
    if isinstance(selector, Unknown):
        return Selector({}, unsure=True)
    kind = reveal(spec.get("type"))
    if not isinstance(selector, dict) or not selector or (isinstance(kind, str) and kind == "ExternalName"):
        return None
    return Selector(selector, unsure=isinstance(kind, Unknown))


def _of_budget(selector: Any, version: str) -> Selector | None:
    if selector is None or (isinstance(selector, dict) and not selector and version == "policy/v1beta1"):
        return None
    return _labelled(selector)


def _of_calico(spec: dict[str, Any]) -> Selector:
    """Calico writes an expression of its own, which is only understood where it says "all"."""
    written = reveal(spec.get("selector"))
    return Selector({}, unsure=written is not None and not (isinstance(written, str) and written in ("", "all()")))


def _of_cilium(spec: dict[str, Any]) -> Selector | None:
    if spec.get("endpointSelector") is None:
        return None
    selector = _labelled(spec["endpointSelector"])
    plain = {key.removeprefix("k8s:").removeprefix("any:"): value for key, value in selector.labels.items()}
    foreign = any(key.startswith("io.kubernetes.") or ":" in key for key in plain)
    kept = {key: value for key, value in plain.items() if not (key.startswith("io.kubernetes.") or ":" in key)}
    return Selector(kept, selector.expressions, selector.unsure or foreign)


def _labelled(selector: Any) -> Selector:
    """A ``LabelSelector``: ``matchLabels`` and ``matchExpressions``."""
    if not isinstance(selector, dict):
        return Selector({}, unsure=True)
    labels, expressions = selector.get("matchLabels"), selector.get("matchExpressions")
    unsure = isinstance(labels, Unknown) or isinstance(expressions, Unknown)
    return Selector(
        labels if isinstance(labels, dict) else {}, tuple(expressions) if isinstance(expressions, list) else (), unsure
    )


def _same(ours: Any, wanted: Any) -> bool | None:
    ours, wanted = reveal(ours), reveal(wanted)
    if isinstance(ours, Unknown) or isinstance(wanted, Unknown):
        return None
    return bool(ours == wanted) and ours is not None


def _holds(expression: Any, labels: dict[str, Any]) -> bool | None:
    """One of ``matchExpressions``; ``NotIn`` also holds where the label is absent."""
    if not isinstance(expression, dict):
        return None
    key, operator, values = expression.get("key"), expression.get("operator"), expression.get("values")
    if isinstance(key, Unknown) or isinstance(operator, Unknown):
        return None
    if operator == "Exists":
        return key in labels
    if operator == "DoesNotExist":
        return key not in labels
    if operator not in ("In", "NotIn") or not isinstance(values, list):
        return None
    answers = [_same(labels[key], value) for value in values] if key in labels else [False]
    among = True if True in answers else None if None in answers else False
    return among if operator == "In" or among is None else not among
