"""The plan itself as a resource (type ``plan``), for rules that ask what a plan does as a whole.

Room: ``inputs``. In: a plan and its entries. Out: one resource; its body::

    {"format_version", "terraform_version", "errored", "complete", "applyable",
     "resource_changes": [{"address", "type", "name", "module", "provider", "actions", "action_reason", …}],
     "outputs": {"<name>": {"sensitive", "actions", "value"}}, "checks": […]}

An entry that ends an object also has ``before``; ``deposed`` and ``previous_address`` stand where the plan has them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from iacgate.inputs.terraform_plan import PlanDocument, name
from iacgate.inputs.terraform_plan.entries import Entry, provider_of, text
from iacgate.inputs.terraform_plan.merge import merge
from iacgate.model import Location, Path, Resource, Unknown

_PLAIN = ("format_version", "terraform_version", "errored", "complete", "applyable")


def plan_resource(
    document: PlanDocument, entries: Sequence[Entry], before: Callable[[], Sequence[Resource]]
) -> Resource:
    """The resource that stands for the plan; ``before`` gives what stood before its changes."""
    plan = document.body
    body = {key: plan.get(key) for key in _PLAIN}
    body["resource_changes"] = [_change(entry) for entry in entries]
    body["outputs"] = _outputs(plan)
    body["checks"] = plan.get("checks") or []
    return Resource(
        address=document.path,
        type="plan",
        provider="terraform",
        name=document.path,
        body=body,
        adapter=name,
        document=document,
        locate=partial(_locate, document, [entry.at for entry in entries]),
        category="plan",
        config_address=document.path,
        focus=document.focus,
        root=document.path,
        before=before,
    )


def _change(entry: Entry) -> dict[str, Any]:
    data, actions = entry.data, list(entry.actions)
    change: dict[str, Any] = {
        "address": entry.address,
        "type": text(data.get("type")),
        "name": text(data.get("name")),
        "module": entry.module,
        "provider": provider_of(data),
        "actions": actions,
        "action_reason": text(data.get("action_reason")),
    }
    if entry.deferred:
        change["deferred"] = True
    for key in ("deposed", "previous_address"):
        if data.get(key):
            change[key] = data[key]
    if "delete" in actions or "forget" in actions:
        change["before"] = entry.change.get("before")
    return change


def _outputs(plan: dict[str, Any]) -> dict[str, Any]:
    """The root module's outputs: their values after apply, sensitive ones wrapped."""
    planned = plan.get("planned_values")
    declared = planned.get("outputs") if isinstance(planned, dict) else None
    found: dict[str, Any] = {}
    for key, output in (declared if isinstance(declared, dict) else {}).items():
        if isinstance(output, dict):
            found[key] = {"sensitive": output.get("sensitive") is True, "value": output.get("value")}
    for key, change in (plan.get("output_changes") or {}).items():
        if isinstance(change, dict):
            value = _output_value(key, change)
            sensitive = change.get("after_sensitive") is True or found.get(key, {}).get("sensitive") is True
            found[key] = {"sensitive": sensitive, "actions": change.get("actions") or [], "value": value}
    return found


def _output_value(key: str, change: dict[str, Any]) -> Any:
    unknown = Unknown(f"known after apply: output.{key}")
    return merge(change.get("after"), change.get("after_unknown"), lambda _path: unknown)


def _locate(document: PlanDocument, places: Sequence[Path], path: Path) -> Location:
    """The plan's own line for a part of the body; keys of changes lead to their entry."""
    if len(path) > 1 and path[0] == "resource_changes" and isinstance(path[1], int) and path[1] < len(places):
        rest = path[2:]
        inside = ("change",) if rest[:1] in {("actions",), ("before",)} else ()
        return document.locate((*places[path[1]], *inside, *(rest or ("address",))))
    if path[:1] == ("outputs",):
        return document.locate(("output_changes", *path[1:2]))
    return document.locate(path)
