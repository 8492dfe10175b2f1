"""Resources of a state, and of the state inside a plan: everything is known, nothing has configuration.

Room: ``inputs``. In: ``values`` of ``show -json``. Out: entries, and for a state of its own its resources.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from iacgate.inputs.terraform_plan import PlanDocument
from iacgate.inputs.terraform_plan.entries import Entry, make_resource, text
from iacgate.inputs.terraform_plan.positions import Positions
from iacgate.model import Path, Resource
from iacgate.spi import InputContext


def state_entries(values: Any, at: Path) -> Iterator[Entry]:
    """The entries below ``root_module`` and its child modules; objects on their way out (deposed) are left out."""
    stack: list[tuple[Path, Any, str]] = [((*at, "root_module"), _member(values, "root_module"), "")]
    while stack:
        path, module, address = stack.pop()
        resources = _member(module, "resources")
        for index, data in enumerate(resources if isinstance(resources, list) else ()):
            if isinstance(data, dict) and not data.get("deposed_key"):
                yield Entry((*path, "resources", index), {"module_address": address, **data})
        children = _member(module, "child_modules")
        found = enumerate(children if isinstance(children, list) else ())
        stack.extend(
            reversed([((*path, "child_modules", i), child, text(_member(child, "address"))) for i, child in found])
        )


def state_resources(document: PlanDocument, context: InputContext) -> Iterator[Resource]:
    """The resources of a state document."""
    positions = Positions(document, context)
    empty = True
    for entry in state_entries(document.body.get("values"), ("values",)):
        empty = False
        body = entry.data.get("values")
        locate = partial(positions.locate, entry.address, body, (*entry.at, "values"))
        yield make_resource(document, entry, body, locate)
    if empty:
        context.notices.append(f"{document.path}: the state is empty")


def _member(node: Any, key: str) -> Any:
    return node.get(key) if isinstance(node, dict) else None
