"""A part of an expression on the way of a value, and what tells values apart.

Room: ``lang``. In: expressions and the scopes they are evaluated in. Out: :class:`Spot`, which knows what it is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from iacgate.lang.terraform.expressions import attempt
from iacgate.lang.terraform.scope import Scope
from iacgate.lang.terraform.types import to_string
from iacgate.lang.terraform.values import Exhausted, Fault, bare, first_unknown, identity
from iacgate.model import reveal
from iacgate.syntax.hcl import File, nodes


class Same(NamedTuple):
    """A step to the element of a collection that has a value, where no index tells it (sets, sorted lists).

    ``or_key``: of a map the element at that key is meant (what ``each.key`` leads to, whatever ``for_each`` is).
    """

    value: Any
    or_key: bool = False


Way = tuple[str | int | Same, ...]


class Bound(NamedTuple):
    """What a name of a scope stands for: the element at ``key`` of a collection.

    ``record`` is true for ``each`` and the iterators of ``dynamic``, which have a ``key`` and a ``value``.
    """

    collection: Spot
    key: str | int | Same
    record: bool = False


class Spot(NamedTuple):
    """An expression, the way into its value, the file it is in, its scope, and what the names of that stand for."""

    node: nodes.Expression
    way: Way
    file: File
    scope: Scope
    names: Mapping[str, Bound]

    def at(self, node: nodes.Expression, way: Way) -> Spot:
        """Another part of the same expression."""
        return self._replace(node=node, way=way)

    def value(self, node: nodes.Expression | None = None) -> Any:
        """What the expression, or a part of it, is worth, itself without a mark of sensitivity."""
        node = self.node if node is None else node
        if type(node) is nodes.Literal or type(node) is nodes.Traversal:
            return reveal(attempt(node, self.scope))
        return self.remembered("value", node, lambda: reveal(attempt(node, self.scope)))

    def remembered(self, word: str, node: nodes.Node, work: Callable[[], Any]) -> Any:
        """What there is to find out of a node, found out once where no instance has its own answer."""
        if self.scope.local:
            return work()
        known: dict[tuple[str, int, int], Any] = self.scope.module.project.traced  # type: ignore[attr-defined]  # a module's
        key = (word, id(node), id(self.scope.module))
        if key not in known:
            known[key] = work()
        return known[key]


def same(left: Any, right: Any) -> bool:
    """Whether two values are certainly equal, ``22`` and ``"22"`` too."""
    if first_unknown(left) is not None or first_unknown(right) is not None:
        return False
    if identity(bare(left)) == identity(bare(right)):
        return True
    return text_of(left) == text_of(right) is not None


def text_of(value: Any) -> str | None:
    try:
        return to_string(bare(value))
    except (Fault, Exhausted):
        return None


def element_of(value: Any, key: Any) -> Any:
    """The member of a value at one step; :data:`NONE` where there is none."""
    if isinstance(key, Same):
        if key.or_key and isinstance(value, dict):
            return value.get(key.value, NONE)
        found = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
        return next((item for item in found if same(item, key.value)), NONE)
    if isinstance(value, dict):
        return value.get(str(key), NONE)
    if isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
        return value[key]
    return NONE


class _None:
    """Nothing there, which is not the same as null."""


NONE = _None()


def mark_of(value: Any) -> Any:
    """What equal values have in common, ``22`` and ``"22"`` too; nothing for what is not wholly known."""
    if first_unknown(value) is not None:
        return id(value)
    text = text_of(value)
    return identity(bare(value)) if text is None else text
