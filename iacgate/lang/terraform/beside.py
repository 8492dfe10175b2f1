"""The configuration beside a plan, evaluated as far as one place needs it: where the values of a plan come from.

Room: ``lang``. In: the modules of a configuration, the values of its root variables as planned, an instance's address,
an expression of its block. Out: the places the value was passed through. Nothing is evaluated before a place is asked
for. What the evaluation does not find has no trail, and what it finds is only believed where it fits the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from typing import Any

from iacgate.lang.terraform.address import Address, Key
from iacgate.lang.terraform.blocks import Entry, body_of, entries, iterator_of
from iacgate.lang.terraform.definitions import Module
from iacgate.lang.terraform.expansion import Project
from iacgate.lang.terraform.expressions import attempt
from iacgate.lang.terraform.groups import Group
from iacgate.lang.terraform.instances import ModuleInstance
from iacgate.lang.terraform.numbers import decimals
from iacgate.lang.terraform.resource import Instance
from iacgate.lang.terraform.scope import Scope
from iacgate.lang.terraform.spots import Same, Spot, Way, same
from iacgate.lang.terraform.stack import deep
from iacgate.lang.terraform.trail import dynamics, keyed, names_of, trail
from iacgate.lang.terraform.values import first_unknown
from iacgate.model import Location, Path, Unknown, child, reveal
from iacgate.syntax.hcl import File, nodes

Variables = Mapping[str, Any]
"""The values of root variables by name, as JSON."""


MOST_ELEMENTS = 200
"""So many elements are looked through for the one that a plan means."""


class Beside:
    """One configuration with the variables of one plan."""

    __slots__ = ("_root",)

    def __init__(
        self, project: Project, module: Module, variables: Variables, values: Callable[[], list[File]]
    ) -> None:  # fmt: skip
        """``values`` gives the files of variable values that lie beside it, those read by themselves last."""
        self._root = ModuleInstance(project, module)
        _assign(self._root, variables, values)

    def trail(
        self, address: Address, file: File, node: nodes.Node, way: Path, primary: Location, planned: tuple[Any, Path]
    ) -> tuple[Location, ...] | None:  # fmt: skip
        """The way of the value that an expression of a resource has; ``None`` when the instance is not found.

        ``planned`` are the body of the resource and the whole path into it.
        """
        with deep():
            instance = self._instance(address)
            if instance is None:
                return None
            scope = _scope_at(instance, node, *planned)
            names = names_of(instance, node, scope)
            start = Spot(node, _way(way, *planned), file, scope, names)  # type: ignore[arg-type]  # of an attribute
            return trail(start, primary, instance.owner)

    def values(self, address: Address, path: Path) -> list[Any]:
        """What the source makes of a path into an instance's body: of any element where the path says which, since a
        plan may have blocks in its own order. None where the source has no such instance."""
        with deep():
            instance = self._instance(address)
            nodes: list[Any] = [instance.body()] if instance is not None else []
        for step in path:
            if isinstance(step, int):
                nodes = [item for node in nodes if type(node) is list for item in node]
            else:
                nodes = [node[step] for node in nodes if isinstance(node, dict) and step in node]
        return nodes

    def written(self, address: Address, path: Path, value: Any) -> Location | None:
        """Where the value that an instance has at a path is spelled out, in whichever of its blocks that is."""
        from iacgate.lang.terraform.literals import written

        with deep():
            instance = self._instance(address)
            if instance is None:
                return None
            body = instance.body()
            for found in _paths(body, path):
                place = written(instance, found) if same(reduce(child, found, body), value) else None
                if place is not None:
                    return place
        return None

    def _instance(self, address: Address) -> Instance | None:
        module: Any = self._root
        for step in address.modules:
            module = _member(module.calls(step.name), step.key) if module is not None else None
        group = module.resources(address.mode, address.type, address.name) if module is not None else None
        found = _member(group, address.key)
        return found if isinstance(found, Instance) else None


def _paths(body: Any, path: Path) -> list[Path]:
    """The path itself, and those that lead through other elements of the same lists."""
    found: list[tuple[Path, Any]] = [((), body)]
    for step in path:
        if isinstance(step, int):
            found = [
                ((*way, at), item) for way, node in found if isinstance(node, list) for at, item in enumerate(node)
            ]
        else:
            found = [((*way, step), node[step]) for way, node in found if isinstance(node, dict) and step in node]
    ways = [way for way, _ in found[:MOST_ELEMENTS]]
    return sorted(ways, key=lambda way: way != path)


def _member(group: Group | None, key: Key) -> Any:
    """The member with a key; the one that stands for all where the keys are not known from the source."""
    if group is None or not group.members:
        return None
    if group.expansion.hole is not None:
        return group.members[0]
    return keyed(group, key)


def _assign(root: ModuleInstance, variables: Variables, values: Callable[[], list[File]]) -> None:
    """Set the variables as planned. One whose default or file of values says the same has its place there."""
    files: list[File] | None = None
    for name, definition in root.module.variables.items():
        if name not in variables:
            continue
        given = _native(reveal(variables[name]))
        planned = _converted(root, name, {name: given})
        if "default" in definition.attributes and _alike(_converted(root, name, {}), planned):
            continue
        root.root_values[name] = given
        files = values() if files is None else files
        for file in files:
            attribute = file.body.attributes.get(name)
            value = attempt(attribute.expression, Scope(root)) if attribute is not None else None
            if attribute is not None and _alike(_converted(root, name, {name: value}), planned):
                root.project.given[name] = attribute, file


def _converted(root: ModuleInstance, name: str, values: dict[str, Any]) -> Any:
    """The value that a variable of the root module has where these values are given, in its declared type."""
    return ModuleInstance(root.project, root.module, root_values=values).variable(name)


def _native(value: Any) -> Any:
    """A JSON value as an expression's value."""
    if isinstance(value, dict):
        return {str(key): _native(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_native(item) for item in value]
    return decimals(repr(value)) if isinstance(value, float) else value


def _scope_at(instance: Instance, node: nodes.Node, body: Any, path: Path) -> Scope:
    """The scope of a node of a block: that of the instance, with the iterators of the ``dynamic`` blocks around it.

    A plan does not say which element made a block: the one that fits the planned values best is taken, if one does.
    """
    scope = instance.scope
    for block in dynamics(instance.definition.blocks, node):
        element, path = _element(body, path, block.labels[0])
        rows = list(entries([block], scope))
        scores = [_agreement(row, element) for row in rows]
        if not rows or (len(rows) > 1 and (max(scores) <= 0 or scores.count(max(scores)) > 1)):
            break
        name = iterator_of(block)
        scope = scope.inner({name: rows[scores.index(max(scores))].scope.local[name]})
        body = element
    return scope


def _element(body: Any, path: Path, kind: str) -> tuple[Any, Path]:
    """The planned block of a type on the way along a path, and the rest of the path."""
    while path:
        step, path = path[0], path[1:]
        body = _inside(body, step)
        if step == kind:
            if path and isinstance(path[0], int):
                return _inside(body, path[0]), path[1:]
            return body, path
    return None, ()


def _inside(body: Any, step: Any) -> Any:
    if isinstance(body, dict):
        return body.get(step)
    return body[step] if isinstance(body, list) and isinstance(step, int) and 0 <= step < len(body) else None


def _agreement(row: Entry, element: Any) -> int:
    """How many arguments of a block are as planned, those that are not counted against it."""
    score = 0
    made = body_of(row.body.attributes, row.body.blocks, row.scope) if isinstance(element, dict) else {}
    for name, value in made.items():
        planned = element.get(name)
        if planned is not None and first_unknown(planned) is None and first_unknown(value) is None:
            score += 1 if _alike(value, planned) else -10
    return score


def _alike(value: Any, planned: Any) -> bool:
    """Equality across conversions, whatever the order of lists: sets come sorted in a plan."""
    return bool(_plain(value) == _plain(planned))


def _plain(value: Any) -> Any:
    value = reveal(value)
    if isinstance(value, Unknown):
        return ("unknown", id(value))
    if isinstance(value, dict):
        return {key: made for key, item in value.items() if (made := _plain(item)) is not None}
    if isinstance(value, list):
        return sorted(map(_plain, value), key=repr)
    if isinstance(value, bool):
        return str(value).lower()
    return value if value is None or isinstance(value, str) else _number(value)


def _number(value: Any) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _way(way: Path, body: Any, path: Path) -> Way:
    """The way into a value. Elements of a plain list are found by value: a plan may have them in its own order."""
    if len(way) != 1 or not isinstance(way[0], int):
        return way
    for step in path:
        body = _inside(body, step)
    value = reveal(body)
    return (Same(_native(value)),) if isinstance(value, str | int | float) else way


def value_files(names: list[str], automatic: tuple[str, ...]) -> Iterator[str]:
    """The names of the files of values among those of a folder, those that are read by themselves last."""
    named = (name for name in sorted(names) if name.endswith((".tfvars", ".tfvars.json")) and name not in automatic)
    yield from named
    yield from automatic
