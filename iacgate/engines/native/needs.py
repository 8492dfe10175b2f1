"""What must be written in a resource before a rule can object to it: keys, found out when the rule is compiled.

Most rules object to something that is there (``hostPID: true``), and most resources do not have it. Of such a rule the
tree says which keys its answer hangs on; where one of them is nowhere in the body the rule passes, and is not run.

What is found is a list of sets: of each set at least one key must be there. Only what follows for certain is used: a
comparison with null, a default, a function of one's own all say nothing. Where anything in a body is unknown, secret or
not whole, keys may be hidden in it, and the rule runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from iacgate.model import Inventory, Partial, Secret, Unknown

if TYPE_CHECKING:
    from iacgate.lang.jmespath.syntax import Node

Needs = list[list[str]]
_Sets = list[frozenset[str]]

OF_THE_BODY = frozenset(("containers", "main_containers", "pod", "pod_metadata", "pods", "root", "security_contexts"))
"""Functions that give parts of the body as they stand in it."""
_NULL_OF_NULL = frozenset(("items", "keys", "length", "lower", "upper", "values"))
_FALSE_OF_NULL = frozenset(("contains", "ends_with", "intersects", "matches", "starts_with"))
_EVERYWHERE = frozenset(("apiVersion", "containers", "image", "kind", "metadata", "name", "spec", "instruction"))
_MOST = 3
_NULL: Node = ["field", "null"]
_PLAIN = frozenset((str, int, float, bool, type(None)))
_UNCERTAIN = (Unknown, Secret, Partial)


def needed(record: Mapping[str, Any]) -> Needs:
    """The keys that the judgement of a compiled rule hangs on; empty where nothing is certain."""
    if "check" in record or "where" in record:
        return []
    each = record.get("each")
    verdict = record["deny"] if "deny" in record else ["not", record["require"]]
    sets = [] if each is None else _present(each)
    if each is None or _is_of_the_body(each):
        sets = [*sets, *_when_true(verdict)]
    telling = [keys for keys in dict.fromkeys(sets) if keys and not keys & _EVERYWHERE]
    return [sorted(keys) for keys in telling[-_MOST:]]


def are_missing(needs: Iterable[frozenset[str]], body: Any, inventory: Inventory) -> bool:
    """Whether a body lacks all keys of one of the sets."""
    place = ("keys", id(body))
    keys = inventory.memo.get(place)
    if keys is None:
        keys = inventory.memo[place] = _keys(body)
    if not keys:
        return False
    return any(map(keys.isdisjoint, needs))


def _keys(body: Any) -> frozenset[str]:
    """All keys of a body at any depth; none where some may be hidden."""
    found: set[str] = set()
    waiting = [body]
    for node in waiting:
        kind = type(node)
        if kind is dict:
            found.update(node)
            waiting.extend(node.values())
        elif kind is list:
            waiting.extend(node)
        elif kind not in _PLAIN and isinstance(node, _UNCERTAIN):
            return frozenset()
    return frozenset(found)


def _when_true(node: Node) -> _Sets:
    """What must be there for a condition to hold."""
    kind = node[0]
    if kind == "and":
        return [*_when_true(node[1]), *_when_true(node[2])]
    if kind == "or":
        return _either(_when_true(node[1]), _when_true(node[2]))
    if kind == "not":
        return _when_false(node[1])
    if kind == "compare":
        return _compared(node[1], node[2], node[3])
    return _called(node[1], node[2]) if kind == "call" else _present(node)


def _when_false(node: Node) -> _Sets:
    """What must be there for a condition not to hold: little, for most do not hold on nothing."""
    if node[0] == "or":
        return [*_when_false(node[1]), *_when_false(node[2])]
    if node[0] == "and":
        return _either(_when_false(node[1]), _when_false(node[2]))
    if node[0] == "not":
        return _when_true(node[1])
    opposite = {"eq": "ne", "ne": "eq"}
    if node[0] == "compare" and node[1] in opposite:
        return _compared(opposite[node[1]], node[2], node[3])
    return []


def _either(left: _Sets, right: _Sets) -> _Sets:
    return [left[-1] | right[-1]] if left and right else []


def _compared(operator: str, left: Node, right: Node) -> _Sets:
    if left[0] == "literal" or left == _NULL:
        left, right = right, left
    if operator == "ne":
        return _present(left) if right in (_NULL, ["literal", None]) else _not_the_default(left, right)
    if right in (_NULL, ["literal", None]):
        return []
    if operator == "eq":
        return _present(left) if right[0] == "literal" else []
    return [*_present(left), *(_present(right) if right[0] != "literal" else [])]


def _not_the_default(left: Node, right: Node) -> _Sets:
    """``default(x, L) != L`` holds where there is an x."""
    same = left[0] == "call" and left[1] == "default" and left[2][1] == right and right[0] == "literal"
    return _present(left[2][0]) if same else []


def _called(name: str, arguments: list[Node]) -> _Sets:
    if name in _FALSE_OF_NULL:
        return _present(arguments[0])
    if name == "in":
        return _present(arguments[0]) if _without_null(arguments[1]) else []
    if name == "any":
        inside = _when_true(arguments[1][1]) if len(arguments) == 2 and _is_of_the_body(arguments[0]) else []
        return [*_present(arguments[0]), *inside]
    return []


def _without_null(choices: Node) -> bool:
    return choices[0] == "list" and all(one[0] == "literal" and one[1] is not None for one in choices[1])


def _present(node: Node) -> _Sets:
    """What must be there for an expression to give anything."""
    kind = node[0]
    if kind == "field":
        return [] if node == _NULL else [frozenset((node[1],))]
    if kind == "chain":
        return _chained(node[1]) if all(map(_is_step, node[1])) else []
    if kind in {"each", "filter", "flatten"}:
        return _present(node[1])
    if kind == "call" and node[1] in _NULL_OF_NULL:
        return _present(node[2][0])
    return []


def _chained(steps: list[Node]) -> _Sets:
    return [found for step in steps for found in _present(step)]


def _is_step(node: Node) -> bool:
    return node[0] in {"field", "index", "current"} or _is_of_the_body(node)


def _is_of_the_body(node: Node) -> bool:
    """Whether what an expression gives stands in the body, so that its keys are keys of the body."""
    kind = node[0]
    if kind in {"field", "current", "index"}:
        return True
    if kind in {"chain", "list"}:
        return all(map(_is_of_the_body, node[1]))
    if kind == "each":
        return _is_of_the_body(node[1]) and _is_of_the_body(node[2])
    if kind in {"filter", "flatten"}:
        return _is_of_the_body(node[1])
    return kind == "call" and node[1] in OF_THE_BODY
