"""Long chains of locals, worked out from their far end: thousands of links, and no more depth than one.

Room: ``lang``. In: a module instance, the name of a local. Out: nothing; what the local needs is worked out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from iacgate.lang.terraform.underway import Entry
from iacgate.syntax.hcl.nodes import AttributeStep, Traversal
from iacgate.syntax.hcl.walking import walk

if TYPE_CHECKING:
    from iacgate.lang.terraform.instances import ModuleInstance

DEEP = 200
"""From so many levels on, what a local needs is settled before it."""


def settle(module: ModuleInstance, name: str) -> None:
    """Work out the locals that ``name`` names, and those that they name; each after what it needs.

    A circle among them is told, and ends at the local that closes it.
    """
    path: list[str] = [name]
    pending: dict[str, Iterator[str]] = {name: iter(_named(module, name))}
    under_way = module.project.under_way
    under_way.append(_entry(module, name))
    while path:
        needed = next((each for each in pending[path[-1]] if not module.has_local(each)), None)
        if needed is None:
            under_way.pop()
            module.local(path.pop())
        elif needed in pending:  # and in the path: what left it has a value
            module.refuse_circle([_entry(module, each) for each in path[path.index(needed) :]])
        else:
            path.append(needed)
            under_way.append(_entry(module, needed))
            pending[needed] = iter(_named(module, needed))


def _named(module: ModuleInstance, name: str) -> dict[str, None]:
    """The locals that a local names, in the order of its text."""
    found: dict[str, None] = {}
    for node in walk(module.module.locals[name][0].expression):
        if isinstance(node, Traversal) and node.name == "local" and node.steps:
            first = node.steps[0]
            if isinstance(first, AttributeStep) and first.name in module.module.locals:
                found[first.name] = None
    return found


def _entry(module: ModuleInstance, name: str) -> Entry:
    return Entry(module, f"local.{name}")
