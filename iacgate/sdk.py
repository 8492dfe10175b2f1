"""What the author of a Python check imports.

A check is a function over one subject, used where logic needs a loop, or by many rules::

    @dataclass(frozen=True)
    class PortParams:
        port: int

    @check("security-group-opens-port", params=PortParams)
    def security_group_opens_port(subject: Resource, inventory: Inventory, params: PortParams) -> Iterator[Outcome]:
        yield from each(ingress(subject), lambda rule: rule.covers(params.port), message=…)

It may look at the whole inventory but reports only on its subject. An unknown value raises
:class:`~iacgate.model.Undecided` when it is decided on: the outcome is then *unknown*, unless a violation was found as
well. :func:`each` keeps an unknown to its element.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from iacgate.errors import PolicyError, did_you_mean
from iacgate.model import (
    Doubt,
    Inventory,
    NotApplicable,
    Partial,
    Path,
    Resource,
    Subject,
    Undecided,
    Unknown,
    Violation,
)
from iacgate.model.dataclass import arguments, dataclass, field

__all__ = [
    "CheckSpec",
    "Doubt",
    "Inventory",
    "NoParams",
    "NotApplicable",
    "Partial",
    "Resource",
    "Subject",
    "Undecided",
    "Unknown",
    "Violation",
    "check",
    "each",
    "find_check",
    "walk",
]

Params = TypeVar("Params")
Item = TypeVar("Item")
Outcome = Violation | Doubt | NotApplicable
Function = Callable[[Any, Inventory, Params], Iterable[Outcome]]


@dataclass(frozen=True)
class NoParams:
    """The parameters of a check that takes none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec(Generic[Params]):
    """A check: its name, the dataclass of its parameters, and the function. Calling it calls the function."""

    name: str
    params: type[Params]
    function: Function[Params] = field(repr=False)

    def __call__(self, subject: Any, inventory: Inventory, params: Params) -> Iterable[Outcome]:
        return self.function(subject, inventory, params)

    def bind(self, values: Mapping[str, Any]) -> Callable[[Subject, Inventory], Iterable[Outcome]]:
        """The check with its parameters. Raises :class:`~iacgate.errors.PolicyError` when they do not fit."""
        given = _build(self.params, values, self.name)
        return lambda subject, inventory: self.function(subject, inventory, given)


def check(name: str, *, params: type[Params] = NoParams) -> Callable[[Function[Params]], CheckSpec[Params]]:  # type: ignore[assignment]  # a default for a type variable
    """Declare a check. Nothing is registered: rules find it by its module (``iacgate.checks``) or an entry point."""
    return lambda function: CheckSpec(name=name, params=params, function=function)


def find_check(module: ModuleType, name: str) -> CheckSpec[Any] | None:
    """The check of that name among a module's members."""
    for member in vars(module).values():
        if isinstance(member, CheckSpec) and member.name == name:
            return member
    return None


def each(
    places: Iterable[tuple[Path, Item]], judge: Callable[[Item], Any], message: Callable[[Item], str] | str
) -> Iterator[Violation | Doubt]:
    """Judge elements one by one: a violation where ``judge`` says true, a doubt where it meets an unknown.

    ``places`` are (path below the subject's body, element); a :class:`~iacgate.model.Partial` list of them gives a
    doubt for what is not in it.
    """
    for path, item in places:
        try:
            if judge(item):
                yield Violation(message=message if isinstance(message, str) else message(item), path=path)
        except Undecided as undecided:
            yield Doubt(reason=undecided.reason, path=path)
    if isinstance(places, Partial) and may_hold(places, judge):
        yield Doubt(reason=places.maybe.reason)


def may_hold(listed: Partial, judge: Callable[[Any], Any]) -> bool:
    """Whether an element that may be there beside the known ones may be one of which ``judge`` says true."""
    return listed.like is None or not all(_is_settled(judge, item) for item in listed.like)


def _is_settled(judge: Callable[[Any], Any], item: Any) -> bool:
    try:
        return not judge(item)
    except Undecided:
        return False


def walk(body: Any, *steps: str) -> list[tuple[Path, Any]]:
    """All values at the end of a path, with their own paths: ``*`` stands for every element or member.

    ``walk(body, "ingress", "*", "cidr_blocks", "*")``. A partial list on the way gives a partial list; an unknown on
    the way stands in for what is below it.
    """
    found: list[tuple[Path, Any]] = [((), body)]
    maybe: Unknown | None = None
    for step in steps:
        below: list[tuple[Path, Any]] = []
        for path, node in found:
            if isinstance(node, Unknown):
                below.append((path, node))
                continue
            if isinstance(node, Partial):
                maybe = node.maybe if maybe is None else maybe
            below.extend(((*path, key), held) for key, held in _members(node, step) if held is not None)
        found = below
    return found if maybe is None else Partial(found, maybe=maybe)


def _members(node: Any, step: str) -> Iterable[tuple[str | int, Any]]:
    if step != "*":
        return [(step, node.get(step))] if isinstance(node, dict) else []
    if isinstance(node, dict):
        return node.items()
    return enumerate(node) if isinstance(node, list) else []


def _build(kind: type[Params], values: Mapping[str, Any], name: str) -> Params:
    """The parameters of a check as its dataclass, from a rule's ``params``."""
    if kind is NoParams and not values:
        return kind()
    known = _arguments(kind)
    hints = get_type_hints(kind)
    for key, value in values.items():
        if key not in known:
            hint = did_you_mean(key, known, f"known: {', '.join(known) or 'none'}")
            raise PolicyError(f"check {name!r} has no parameter {key!r}", hint)
        if not _fits(value, hints[key]):
            raise PolicyError(
                f"check {name!r}: parameter {key!r} cannot be {value!r}", f"it takes {_words(hints[key])}"
            )
    for key, is_needed in known.items():
        if is_needed and key not in values:
            raise PolicyError(f"check {name!r} needs the parameter {key!r}", f"params: {{{key}: …}}")
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})


def _arguments(kind: type[Any]) -> dict[str, bool]:
    """The parameters that a data class holds, a standard one or one of ours, and whether each must be given."""
    own = arguments(kind)
    if own is not None:
        return own
    from dataclasses import MISSING, fields, is_dataclass

    known = fields(kind) if is_dataclass(kind) else ()
    return {one.name: one.default is MISSING and one.default_factory is MISSING for one in known}


def _fits(value: Any, hint: Any) -> bool:
    """Whether a JSON value fits a type: ``int``, ``str | None``, ``tuple[str, ...]``, ``Literal["a", "b"]``."""
    if hint is Any:
        return True
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (tuple, list):
        return isinstance(value, list | tuple) and all(_fits(item, inner[0]) for item in value)
    if origin in (dict, Mapping):
        return isinstance(value, dict)
    if isinstance(hint, type):
        return isinstance(value, hint) and (hint is bool or not isinstance(value, bool))
    return any(_fits(value, one) if isinstance(one, type) or get_origin(one) else value == one for one in inner)


def _words(hint: Any) -> str:
    return getattr(hint, "__name__", str(hint)).replace("typing.", "")
