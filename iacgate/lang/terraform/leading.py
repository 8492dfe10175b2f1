"""What following an expression can be spared: whether it leads to a resource at all, which rounds of a loop are meant.

Room: ``lang``. In: an expression as it stands in a module. Out: answers that are found once and remembered, since every
instance of a block asks them of the same expression.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from iacgate.lang.terraform.expressions import attempt
from iacgate.lang.terraform.values import bare
from iacgate.model import Unknown
from iacgate.syntax.hcl import children
from iacgate.syntax.hcl.nodes import AttributeStep, Expression, ForObject, ForTuple, Node, Object, Traversal

if TYPE_CHECKING:
    from iacgate.lang.terraform.instances import ModuleInstance
    from iacgate.lang.terraform.scope import Scope

MOST_LOOKED_AT = 5_000
"""Nodes of the expressions behind one, after which it counts as one that may lead anywhere."""
_NOWHERE = frozenset({"path", "terraform", "count"})


def remembered(word: str, node: Node, scope: Scope, work: Callable[[], Any]) -> Any:
    """What ``work`` finds out of a node, found out once where no instance has its own answer."""
    if scope.local:
        return work()
    module: Any = scope.module
    key = (word, id(node), id(module))
    known = module.project.traced
    if key not in known:
        known[key] = work()
    return known[key]


def leads(node: Node, module: ModuleInstance) -> bool:
    """Whether an expression of a module may lead to a resource, through locals and variables."""
    key = ("leads", id(node), id(module))
    known = module.project.traced
    if key not in known:
        known[key] = _leads(node, module)
    return bool(known[key])


def _leads(start: Node, owner: ModuleInstance) -> bool:
    none: frozenset[str] = frozenset()
    pending: list[tuple[Node, ModuleInstance, frozenset[str]]] = [(start, owner, none)]
    seen: set[tuple[int, int]] = set()
    for _ in range(MOST_LOOKED_AT):
        if not pending:
            return False
        node, module, bound = pending.pop()
        if isinstance(node, Traversal) and node.name not in bound and node.name not in _NOWHERE:
            behind = _behind(node, module)
            if behind is None:
                return True
            pending.extend((inner, there, none) for inner, there in behind if (id(inner), id(there)) not in seen)
            seen.update((id(inner), id(there)) for inner, there in behind)
        if isinstance(node, ForTuple | ForObject):
            bound = bound | {node.key or "", node.value}
        pending.extend((inner, module, bound) for inner in children(node))
    return True


def _behind(node: Traversal, module: ModuleInstance) -> list[tuple[Node, ModuleInstance]] | None:
    """The expression that a local or variable stands for, if any; ``None`` for what may be a resource."""
    name = node.steps[0].name if node.steps and isinstance(node.steps[0], AttributeStep) else ""
    if node.name == "local":
        declared = module.module.locals.get(name)
        return [(declared[0].expression, module)] if declared else []
    if node.name == "var":
        given = module.call.attributes.get(name) if module.call is not None else None
        return [(given.expression, module.caller)] if given is not None and module.caller is not None else []
    return None


class Rounds(NamedTuple):
    """The rounds of a loop: position and value of each, by the key that each makes, and those that may make any."""

    rows: list[tuple[Any, Any]]
    by_key: dict[str, list[int]]
    open: list[int]

    def making(self, key: Any) -> list[tuple[Any, Any]]:
        """The rounds that may make the element at a key; all where it is not known."""
        if key is None:
            return self.rows
        found = self.by_key.get(str(key), [])
        return [self.rows[at] for at in (sorted([*found, *self.open]) if self.open else found)]


def rounds(node: ForTuple | ForObject, scope: Scope) -> Rounds | None:
    """The rounds of a loop; ``None`` where they are not known."""
    found: Rounds | None = remembered("rounds made", node, scope, lambda: _rounds(node, scope))
    return found


def _rounds(node: ForTuple | ForObject, scope: Scope) -> Rounds | None:
    collection = bare(attempt(node.collection, scope))
    if not isinstance(collection, dict | list):
        return None
    made = Rounds(sorted(collection.items()) if isinstance(collection, dict) else list(enumerate(collection)), {}, [])
    for at, (position, value) in enumerate(made.rows):
        names = {node.value: value} if not node.key else {node.key: position, node.value: value}
        key = bare(attempt(node.key_expression, scope.inner(names))) if isinstance(node, ForObject) else position
        if isinstance(key, Unknown):
            made.open.append(at)
        else:
            made.by_key.setdefault(str(key), []).append(at)
    return made


def positions(node: Expression, scope: Scope) -> dict[Any, list[int]]:
    """Where each text stands in the list that an expression makes; empty where not all of it is known text."""
    found: dict[Any, list[int]] = remembered("positions", node, scope, lambda: _positions(attempt(node, scope)))
    return found


def _positions(value: Any) -> dict[Any, list[int]]:
    found: dict[Any, list[int]] = {}
    if not isinstance(value, list):
        return found
    for at, item in enumerate(value):
        if not isinstance(item, str):
            return {}
        found.setdefault(item, []).append(at)
    return found


def items_of(node: Object, scope: Scope) -> Callable[[Any], list[Any]]:
    """What gives the items of an object that may be at a key; all of them for ``None``."""
    made: Callable[[Any], list[Any]] = remembered("items", node, scope, lambda: _items(node, scope))
    return made


def _items(node: Object, scope: Scope) -> Callable[[Any], list[Any]]:
    by_key: dict[str, list[int]] = {}
    unknown: list[int] = []
    for at, item in enumerate(node.items):
        key = bare(attempt(item.key, scope))
        if isinstance(key, Unknown):
            unknown.append(at)
        else:
            by_key.setdefault(str(key), []).append(at)

    def at_key(key: Any) -> list[Any]:
        if key is None:
            return list(node.items)
        return [node.items[at] for at in sorted([*by_key.get(str(key), ()), *unknown])]

    return at_key
