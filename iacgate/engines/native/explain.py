"""Why a rule fires: the value of every sub-expression, on one subject."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from iacgate.engines.native.program import shown
from iacgate.lang.jmespath import Context, Located, locate
from iacgate.lang.jmespath.logic import items, truth
from iacgate.lang.jmespath.syntax import Node, children
from iacgate.lang.jmespath.unparse import unparse
from iacgate.model import Inventory, Partial, Path, Subject, Unknown

_QUIET = frozenset(("literal", "current", "lambda", "index", "slice"))
_OPEN = frozenset(("compare", "call", "and", "or", "not", "filter", "each", "values", "flatten"))
"""Nodes whose parts are shown below them; a path is shown as a whole."""
_MANY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of an explanation: a sub-expression, what it gives (in words), and where that was read."""

    depth: int
    label: str
    text: str
    value: str
    path: Path | None = None


def explain(
    record: Mapping[str, Any], params: Mapping[str, Any], subject: Subject, inventory: Inventory
) -> Iterator[Step]:
    """How a rule of expressions comes to its answer on a subject. For a rule with ``check`` only ``where`` is shown."""
    context = Context(subject, inventory, params)
    whole = Located(subject.body, ())
    if "where" in record:
        yield from trace("where", record["where"], whole, context, 0)
    judge = next((key for key in ("deny", "require") if key in record), None)
    if judge is None:
        yield Step(depth=0, label="check", text=str(record["check"]), value="(a Python check, see its message)")
        return
    if "each" not in record:
        yield from trace(judge, record[judge], whole, context, 0)
        return
    found = locate(record["each"], whole, context)
    yield Step(depth=0, label="each", text=unparse(record["each"]), value=_amount(found.value), path=found.path)
    for index, element in enumerate(found.elements()):
        yield Step(depth=1, label=f"[{index}]", text="", value=_named(element.value), path=element.path)
        context.element = element.value
        yield from trace(judge, record[judge], element, context, 2)


def trace(label: str, tree: Node, value: Located, context: Context, depth: int) -> Iterator[Step]:
    """A condition, and below it the value of every sub-expression."""
    seen: dict[int, list[Located]] = {}
    result = locate(["not", tree], value, context, lambda node, found: seen.setdefault(id(node), []).append(found))
    answer = truth(result.value)
    judged: Any = answer if isinstance(answer, Unknown) else not answer
    yield Step(depth=depth, label=label, text=unparse(tree), value=worded(judged))
    if tree[0] in _OPEN or tree[0] == "chain":
        for child in _shown_below(tree):
            yield from _steps(child, seen, depth + 1)
    else:
        yield from _steps(tree, seen, depth + 1)


def _steps(node: Node, seen: Mapping[int, list[Located]], depth: int) -> Iterator[Step]:
    found = seen.get(id(node))
    if found is None:
        yield Step(depth=depth, label="", text=unparse(node), value="(not looked at)")
        return
    values = ", ".join(worded(one.value) for one in found[:_MANY]) + (", …" if len(found) > _MANY else "")
    path = found[0].path if len(found) == 1 else None
    yield Step(depth=depth, label="", text=unparse(node), value=values, path=path)
    for child in _shown_below(node):
        yield from _steps(child, seen, depth + 1)


def _shown_below(node: Node) -> Iterator[Node]:
    if node[0] == "chain":
        for step in node[1]:
            if step[0] in _OPEN:
                yield from _shown_below(step)
        return
    for child in children(node) if node[0] in _OPEN else ():
        inner = child[1] if child[0] == "lambda" else child
        if inner[0] not in _QUIET:
            yield inner


def worded(value: Any) -> str:
    """A value in a few words: strings in quotes, objects by their keys, unknowns with their reason."""
    if value is None:
        return "null"
    if isinstance(value, Unknown):
        return f"(unknown: {value.reason})"
    if isinstance(value, str):
        return f"'{shown(value)}'"
    if isinstance(value, dict):
        return "{" + ", ".join(map(str, list(value)[:8])) + (", …}" if len(value) > 8 else "}")
    if isinstance(value, list):
        inner = ", ".join(worded(item) for item in value[:_MANY])
        more = f" and maybe more ({value.maybe.reason})" if isinstance(value, Partial) else ""
        return f"[{inner}{', …' if len(value) > _MANY else ''}]{more}"
    return shown(value)


def _named(value: Any) -> str:
    name = value.get("name") if isinstance(value, dict) else None
    return str(name) if isinstance(name, str) else worded(value)


def _amount(value: Any) -> str:
    listed = items(value)
    if isinstance(listed, list):
        return f"{len(listed)} element{'' if len(listed) == 1 else 's'}"
    return "nothing to judge" if listed is None else worded(listed)
