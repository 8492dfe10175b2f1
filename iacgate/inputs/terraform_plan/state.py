"""Resources of a state, and of the state inside a plan: everything is known, nothing has configuration.

Room: ``inputs``. In: ``values`` of ``show -json``. Out: entries, and for a state of its own its resources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from iacgate.inputs.terraform_plan import PlanDocument
from iacgate.inputs.terraform_plan.entries import Entry, make_resource, not_understood, text
from iacgate.inputs.terraform_plan.positions import Positions
from iacgate.model import Path, Resource
from iacgate.spi import InputContext


def state_entries(values: Any, at: Path, odd: Callable[[Path], None] = lambda _path: None) -> Iterator[Entry]:
    """The entries below ``root_module`` and its child modules; objects on their way out (deposed) are left out.

    ``odd`` is told the path of what is no resource or module as Terraform writes it.
    """
    stack: list[tuple[Path, Any, str]] = [((*at, "root_module"), _member(values, "root_module"), "")]
    while stack:
        path, module, address = stack.pop()
        for index, data in enumerate(_list_of(module, "resources", path, odd)):
            if not (isinstance(data, dict) and text(data.get("type"))):
                odd((*path, "resources", index))
            if isinstance(data, dict) and not data.get("deposed_key"):
                yield Entry((*path, "resources", index), {"module_address": address, **data})
        found = enumerate(_list_of(module, "child_modules", path, odd))
        stack.extend(
            reversed([((*path, "child_modules", i), child, text(_member(child, "address"))) for i, child in found])
        )


def state_resources(document: PlanDocument, context: InputContext) -> Iterator[Resource]:
    """The resources of a state document."""
    positions = Positions(document, context)
    empty = True
    odd = partial(not_understood, document, context)
    for entry in state_entries(document.body.get("values"), ("values",), odd):
        empty = False
        body = entry.data.get("values")
        locate = partial(positions.locate, entry.address, body, (*entry.at, "values"))
        yield make_resource(document, entry, body, locate)
    if empty:
        context.notices.append(f"{document.path}: the state is empty")


def _list_of(module: Any, key: str, path: Path, odd: Callable[[Path], None]) -> list[Any]:
    if not isinstance(module, dict | None):
        if key == "resources":  # told once
            odd(path)
        return []
    found = _member(module, key)
    if not isinstance(found, list | None):
        odd((*path, key))
        return []
    return found or []


def _member(node: Any, key: str) -> Any:
    return node.get(key) if isinstance(node, dict) else None
