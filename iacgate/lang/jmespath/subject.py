"""Functions that look beyond the value: the rule's parameters, its subject, what stands in relation to it."""

from __future__ import annotations

from typing import Any

from iacgate.lang.jmespath.context import Context
from iacgate.model import Resource


def param(context: Context, name: Any) -> Any:
    """A parameter of the rule: what the settings say, else the rule's own default."""
    return context.params.get(name)


def related(context: Context, kind: Any) -> Any:
    """The bodies of the resources of a type (name or glob) that name the subject, or that it names."""
    return context.related(str(kind))


def element(context: Context) -> Any:
    """The element of ``each`` that is being judged: for use inside of ``&…``, where ``@`` is something else."""
    return context.element


def root(context: Context) -> Any:
    """The body of the subject: for expressions on an element that need what stands around it."""
    return context.subject.body if context.subject is not None else None


def subject(context: Context) -> Any:
    """What the gate knows of the subject beside its body: address, type, name, namespace, provider, labels, path …"""
    shown = context.subject
    if shown is None:
        return None
    facts: dict[str, Any] = {"address": shown.address, "type": shown.type, "provider": shown.provider}
    if not isinstance(shown, Resource):
        return {**facts, "path": shown.path, "kind": shown.kind}
    return {
        **facts,
        "name": shown.name,
        "namespace": shown.namespace,
        "category": shown.category,
        "adapter": shown.adapter,
        "path": shown.document.path,
        "labels": dict(shown.labels),
        "annotations": dict(shown.annotations),
        "actions": actions(context),
    }


def actions(context: Context) -> list[str]:
    """What the plan does to the subject: ``create``, ``update``, ``delete``, ``read``, ``no-op``; else nothing."""
    change = getattr(context.subject, "change", None)
    return list(change.actions) if change is not None else []


def before(context: Context) -> Any:
    """The subject's body before the planned change; null when it is created or there is no plan."""
    change = getattr(context.subject, "change", None)
    return change.before if change is not None else None
