"""The static configuration inside a plan, and where its references lead.

Room: ``inputs``. In: ``configuration`` of a plan and the addresses of its instances. Out: for an attribute of an
instance, the resource instances its expression names (:class:`Found`), through module inputs and outputs, ``for_each``
chains, ``count`` and literal indexes. Everything is looked up when asked and remembered; a scan that asks nothing pays
nothing. The configuration is not expanded: one entry for each block, keys stripped; contents of ``dynamic`` blocks are
not in it, and a local value (``local.x``)
hides what it refers to unless the source is at hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from iacgate.lang.terraform.address import (
    Address,
    Key,
    Step,
    format_key,
    parse_module,
    split_key,
)
from iacgate.model import Path

DEPTH = 64
"""Module boundaries that are followed for one reference."""

_T = TypeVar("_T")
_EXPRESSION = frozenset(("constant_value", "references"))
_NO_BLOCK: dict[str, Any] = {}


class Found(NamedTuple):
    """One resource an expression names: its address, the attributes behind it (``.id``), and whether it is the one."""

    address: str
    tail: str
    certain: bool


class Answer(NamedTuple):
    """What the references of one expression lead to; ``loose`` are those that lead nowhere we can see."""

    found: tuple[Found, ...] = ()
    loose: tuple[str, ...] = ()


class _Ask(NamedTuple):
    """From where a reference is looked at: module instance, the block and its key, and the depth so far.

    ``follow`` is the key that a chained ``for_each`` asks for on whatever it finally runs over.
    """

    scope: tuple[Step, ...]
    block: dict[str, Any]
    key: Key
    depth: int = 0
    follow: Key = None


class Instances:
    """The instances of a plan by block, and the module instances they are in."""

    __slots__ = ("_addresses", "_blocks", "_modules")

    def __init__(self, addresses: Callable[[], Iterable[tuple[str, str]]]) -> None:
        """``addresses`` gives pairs of resource address and module address."""
        self._addresses = addresses
        self._blocks: dict[str, list[tuple[Key, str]]] | None = None
        self._modules: dict[tuple[tuple[Step, ...], str], list[Step]] = {}

    def of_block(self, base: str) -> Sequence[tuple[Key, str]]:
        """Key and address of each instance of a block (``module.a["x"].aws_s3_bucket.b``)."""
        return self._index().get(base, ())

    def of_call(self, scope: tuple[Step, ...], name: str) -> Sequence[Step]:
        self._index()
        return self._modules.get((scope, name), ())

    def _index(self) -> dict[str, list[tuple[Key, str]]]:
        if self._blocks is None:
            self._blocks = {}
            modules: dict[str, None] = {}
            for address, module in self._addresses():
                base, key = split_key(address)
                self._blocks.setdefault(base, []).append((key, address))
                modules[module] = None
            for module in modules:
                self._register(module)
        return self._blocks

    def _register(self, module: str) -> None:
        steps = parse_module(module)
        for depth, step in enumerate(steps):
            known = self._modules.setdefault((steps[:depth], step.name), [])
            if step not in known:
                known.append(step)


class Configuration:
    """The configuration of one plan."""

    __slots__ = ("_answers", "_blocks", "_instances", "_local", "_root")

    def __init__(
        self,
        root: dict[str, Any],
        instances: Instances,
        local: Callable[[tuple[str, ...], str], list[str] | None] = lambda _module, _name: None,
    ) -> None:
        """``local`` gives the references of a local value of a module (its call names), where the source is at hand."""
        self._local = local
        self._root = root
        self._instances = instances
        self._blocks: dict[tuple[str, ...], dict[str, dict[str, Any]]] = {}
        self._answers: dict[tuple[str, Path], Answer] = {}

    def block(self, address: Address) -> dict[str, Any]:
        """The entry of a resource's block; empty when there is none."""
        return self._blocks_of(address.module_path).get(address.local, {})

    def entry(self, module: tuple[str, ...], data: dict[str, Any]) -> dict[str, Any]:
        """The same for what says its own ``mode``, ``type`` and ``name``, in a module (its call names)."""
        return self._blocks_of(module).get(_local(data), {})

    def _blocks_of(self, path: tuple[str, ...]) -> dict[str, dict[str, Any]]:
        if path not in self._blocks:
            resources = self.module(path).get("resources")
            blocks = resources if isinstance(resources, list) else []
            self._blocks[path] = {_local(block): block for block in blocks if isinstance(block, dict)}
        return self._blocks[path]

    def module(self, path: tuple[str, ...]) -> dict[str, Any]:
        module = self._root
        for name in path:
            module = _mapping(_mapping(_mapping(module.get("module_calls")).get(name)).get("module"))
        return module

    def expressions(self, address: Address) -> Iterator[tuple[Path, list[str]]]:
        """Every attribute of the block that refers to something, with its references."""
        stack: list[tuple[Path, Any]] = [((), self.block(address).get("expressions"))]
        while stack:
            path, node = stack.pop()
            if isinstance(node, list):
                stack.extend(((*path, index), node[index]) for index in reversed(range(len(node))))
            elif isinstance(node, dict):
                if is_expression(node):
                    references = references_of(node)
                    if references:
                        yield path, references
                else:
                    stack.extend(((*path, name), node[name]) for name in reversed(node))

    def expression(self, address: Address, path: Path) -> dict[str, Any] | None:
        """The expression that gives the value at ``path``: its own, or that of the attribute it is a part of."""
        node: Any = self.block(address).get("expressions")
        for step in path:
            if isinstance(node, dict) and not (is_expression(node) and node) and isinstance(step, str):
                node = node.get(step)
            elif isinstance(node, list) and isinstance(step, int):
                node = node[step] if step < len(node) else None
        return node if isinstance(node, dict) and is_expression(node) else None

    def counted(self, address: Address, path: Path, count: int) -> bool:
        """Whether the list at ``path`` is written out with ``count`` elements, or is the value of one expression."""
        node: Any = self.block(address).get("expressions")
        for step in path:
            if isinstance(node, dict) and node and is_expression(node):
                return True
            if isinstance(node, dict):
                node = node.get(step)
            elif isinstance(node, list):
                node = node[step] if isinstance(step, int) and step < len(node) else None
        if isinstance(node, list):
            return len(node) >= count
        return isinstance(node, dict) and bool(node) and (is_expression(node) or count == 1)

    def answer(self, address: Address, path: Path) -> Answer:
        """What the expression behind an attribute leads to."""
        key = (str(address), path)
        if key not in self._answers:
            expression = self.expression(address, path)
            self._answers[key] = self.resolve(address, references_of(expression)) if expression else Answer()
        return self._answers[key]

    def resolve(self, address: Address, references: list[str]) -> Answer:
        """Follow the references of an expression in the block of ``address``."""
        ask = _Ask(address.modules, self.block(address), address.key)
        found: dict[str, Found] = {}
        loose: dict[str, None] = {}
        for step in self._follow(ask, references, set()):
            if isinstance(step, str):
                loose[step] = None
            elif step.address not in found or step.certain:
                found[step.address] = step
        return Answer(tuple(found.values()), tuple(loose))

    def _follow(self, ask: _Ask, references: Sequence[str], seen: set[tuple[Any, ...]]) -> Iterator[Found | str]:
        by_key = any(reference in {"each.key", "count.index"} for reference in references)
        key = ask.key if by_key else ask.follow
        for reference in longest(references):
            mark = (ask.scope, id(ask.block), reference)
            if mark not in seen and ask.depth <= DEPTH:
                seen.add(mark)
                yield from self._step(ask, reference, key, seen)

    def _step(self, ask: _Ask, reference: str, key: Key, seen: set[tuple[Any, ...]]) -> Iterator[Found | str]:
        parts = traversal(reference)
        first = parts[0] if parts else ""
        if first in {"count", "path", "terraform", "self", "tofu"} or reference == "each.key":
            return
        if first == "var" and len(parts) > 1:
            yield from self._up(ask, parts[1], None, seen)
        elif first == "each":
            yield from self._each(ask, parts[2:], seen)
        elif first == "module" and len(parts) > 1:
            yield from self._down(ask, parts[1:], key, seen)
        elif first == "local" and len(parts) > 1:
            yield from self._through_local(ask, reference, parts[1], seen)
        elif first in {"local", "module"} or len(parts) < 2:
            yield reference
        else:
            yield from self._resource(ask, parts, key, reference)

    def _up(self, ask: _Ask, name: str, follow: Key, seen: set[tuple[Any, ...]]) -> Iterator[Found | str]:
        """An input variable: what the caller passes. A variable of the root module is a constant of the plan."""
        if not ask.scope:
            return
        *outer, last = ask.scope
        caller = self.module(tuple(step.name for step in outer))
        call = _mapping(_mapping(caller.get("module_calls")).get(last.name))
        references = references_of(_mapping(call.get("expressions")).get(name))
        yield from self._follow(_Ask(tuple(outer), call, last.key, ask.depth + 1, follow), references, seen)

    def _through_local(self, ask: _Ask, reference: str, name: str, seen: set[tuple[Any, ...]]) -> Iterator[Found | str]:
        """A local value: what its expression in the source refers to, if there is source and it leads anywhere."""
        references = self._local(tuple(step.name for step in ask.scope), name) or []
        found = list(self._follow(_Ask(ask.scope, _NO_BLOCK, None, ask.depth + 1), references, seen))
        targets = [item for item in found if isinstance(item, Found)]
        yield from targets or (reference,)

    def _each(self, ask: _Ask, rest: list[str], seen: set[tuple[Any, ...]]) -> Iterator[Found | str]:
        """``each.value``: the instance with the same key of whatever ``for_each`` runs over."""
        for reference in longest(references_of(ask.block.get("for_each_expression"))):
            parts = traversal(reference)
            if parts[:1] == ["var"] and len(parts) > 1:
                yield from self._up(ask, parts[1], ask.key, seen)
            elif parts[:1] == ["module"] and len(parts) == 2:
                yield from self._down(ask, [parts[1], *rest], ask.key, seen)
            elif parts[:1] == ["local"] and len(parts) > 1:
                yield from self._through_local(ask, reference, parts[1], seen)
            elif len(parts) >= 2 and parts[0] not in {"each", "count", "path", "terraform", "module"}:
                whole = len(parts) == _block_length(parts)
                yield from self._resource(ask, [*parts, *rest], ask.key if whole else None, reference)

    def _down(self, ask: _Ask, parts: list[str], key: Key, seen: set[tuple[Any, ...]]) -> Iterator[Found | str]:
        """An output of a module: what its expression refers to, inside."""
        name, *rest = parts
        literal = rest.pop(0) if rest and rest[0].startswith("[") else ""
        candidates = [(step.key, step) for step in self._instances.of_call(ask.scope, name)]
        chosen, certain = _choose(candidates, literal, key)
        for step in chosen:
            scope = (*ask.scope, step)
            outputs = _mapping(self.module(tuple(inner.name for inner in scope)).get("outputs"))
            led = self._output(ask, scope, outputs, rest[0], seen) if rest else self._some(ask, scope, outputs, seen)
            for found in led:
                yield found if isinstance(found, str) else found._replace(certain=found.certain and certain)

    def _output(
        self, ask: _Ask, scope: tuple[Step, ...], outputs: Mapping[str, Any], name: str, seen: set[tuple[Any, ...]]
    ) -> Iterator[Found | str]:
        references = references_of(_mapping(outputs.get(name)).get("expression"))
        yield from self._follow(_Ask(scope, _NO_BLOCK, None, ask.depth + 1), references, seen)

    def _some(
        self, ask: _Ask, scope: tuple[Step, ...], outputs: Mapping[str, Any], seen: set[tuple[Any, ...]]
    ) -> Iterator[Found | str]:
        """Some output of a module: a plan does not say which where the instance is chosen by an expression
        (``module.m[each.key].id``). Opaque as soon as one of them is."""
        found = [step for name in outputs for step in self._output(ask, scope, outputs, name, seen)]
        targets = {step.address: step for step in found if isinstance(step, Found)}
        if not targets or any(isinstance(step, str) for step in found):
            yield f"module.{scope[-1].name}"
            return
        alone = len(targets) == 1 and all(isinstance(step, Found) and step.certain for step in found)
        for address, step in targets.items():
            yield Found(address, step.tail if len(outputs) == 1 else "", alone)

    def _resource(self, ask: _Ask, parts: list[str], key: Key, reference: str) -> Iterator[Found | str]:
        length = _block_length(parts)
        if len(parts) < length:
            yield reference
            return
        rest = parts[length:]
        literal = rest.pop(0) if rest and rest[0].startswith("[") else ""
        base = ".".join((*map(str, ask.scope), *parts[:length]))
        chosen, certain = _choose(self._instances.of_block(base), literal, key)
        tail = "".join(part if part.startswith("[") else f".{part}" for part in rest)
        for address in chosen:
            yield Found(address, tail, certain)


def _block_length(parts: list[str]) -> int:
    """How many steps of a reference name the block: ``data.aws_ami.this`` 3, ``aws_s3_bucket.b`` 2."""
    return 3 if parts[0] in {"data", "ephemeral"} else 2


def is_expression(node: dict[str, Any]) -> bool:
    """Whether this is an attribute's expression and not a nested block. ``{}`` is an expression without references."""
    return node.keys() <= _EXPRESSION


def longest(references: Sequence[str]) -> Iterator[str]:
    """The references as written, each once: Terraform lists every one again without its last steps, one by one."""
    last = ""
    seen = set()
    for reference in references:
        shortened = last.startswith(reference) and last[len(reference) : len(reference) + 1] in {".", "["}
        last = reference
        if not shortened and reference not in seen:
            seen.add(reference)
            yield reference


def traversal(reference: str) -> list[str]:
    """The steps of a reference; an index keeps its brackets: ``module.m["k"].id`` → module, m, ["k"], id."""
    return re.findall(r'\[(?:[^"\]]|"(?:[^"\\]|\\.)*")*\]|[^.\[\]]+', reference)


def _choose(candidates: Sequence[tuple[Key, _T]], literal: str, key: Key) -> tuple[list[_T], bool]:
    """The instances that may be meant, and whether it is the one: by literal index, by the same key, or the only."""
    if literal:
        return [item for own, item in candidates if format_key(own) == literal], True
    if key is not None:
        same = [item for own, item in candidates if own == key and type(own) is type(key)]
        if same:
            return same, True
    return [item for _, item in candidates], len(candidates) == 1


def references_of(expression: Any) -> list[str]:
    """The references of an expression, shortened forms and all."""
    references = expression.get("references") if isinstance(expression, dict) else None
    return [name for name in references if isinstance(name, str)] if isinstance(references, list) else []


def _local(block: dict[str, Any]) -> str:
    mode = block.get("mode")
    head = f"{mode}." if mode in ("data", "ephemeral") else ""
    return f"{head}{block.get('type')}.{block.get('name')}"


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
