"""How many instances a block has: ``count`` and ``for_each``, and what a scan may make of them.

Room: ``lang``. In: a block's definition and the scope around it. Out: the keys, and the names each instance sees.
Where the keys are not known there is one *symbolic* instance that stands for all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from iacgate.lang.terraform.address import Key
from iacgate.lang.terraform.definitions import Definition, Module
from iacgate.lang.terraform.expressions import evaluate, failed
from iacgate.lang.terraform.scope import Limits, Scope
from iacgate.lang.terraform.types import to_bool, to_number
from iacgate.lang.terraform.underway import Entry, Place
from iacgate.lang.terraform.values import Exhausted, Fault, Set, bare, first_unknown, is_null
from iacgate.model import Secret, Unknown
from iacgate.model.dataclass import dataclass, field
from iacgate.syntax.hcl.file import File
from iacgate.syntax.hcl.nodes import Attribute

MODULE_DEPTH = 32
BLOCK_INSTANCES = 10_000
ALL_MODULES = 10_000
STEPS_OF_INSTANCE = 60
"""What each instance may cost on top: a block of a few arguments takes a third of that."""
STEPS_OF_CALL = 20
"""What it costs to look at one module call of a module instance."""


def _no_files(folder: str) -> list[str] | None:
    """What a project without folders has in one."""
    del folder
    return None


@dataclass(slots=True)
class Project:
    """What evaluation needs from outside.

    ``module`` gives the module of a folder (``None`` when it is not at hand), ``read`` the bytes of a file inside of
    what may be read, ``shown`` the name that reports have for it. ``installed`` maps dotted call names to folders for
    one root, ``files`` lists what is below a folder (``None`` when it may not be read), ``given`` root variables to
    where a file of values sets them. ``trouble`` (with its kind, and where) and ``notice`` are told what could not be
    done. ``traced`` is what is found out of expressions when values are followed back. ``under_way`` is what is being
    worked out, outermost first.
    """

    module: Callable[[str], Module | None]
    read: Callable[[str], bytes | None]
    trouble: Callable[[str, str, Place | None], None]
    notice: Callable[[str], None]
    installed: dict[str, str] = field(default_factory=dict)
    workspace: str = ""
    limits: Limits = field(default_factory=Limits)
    shown: Callable[[str], str] = str
    files: Callable[[str], list[str] | None] = _no_files
    given: dict[str, tuple[Attribute, File]] = field(default_factory=dict)
    traced: dict[tuple[str, int, int], Any] = field(default_factory=dict)
    under_way: list[Entry] = field(default_factory=list)
    crowded: bool = False

    def another_module(self, calls: int, place: Place) -> bool:
        """Whether one more module instance may be made, which itself calls so many: ten calls on each of eight levels
        make a hundred million."""
        limits = self.limits
        limits.modules += 1
        limits.steps -= STEPS_OF_CALL * calls
        if limits.modules > ALL_MODULES:
            self._too_many(f"more than {ALL_MODULES} module instances", place)
        elif limits.made > limits.instances or limits.steps < 0:
            self._too_many(f"more than {limits.instances} instances of blocks, or modules that call too many", place)
        else:
            return True
        return False

    def _too_many(self, what: str, place: Place) -> None:
        if not self.crowded:
            self.crowded = True
            self.trouble("limit", f"{what}, so not all of them are evaluated", place)

    def count(self, more: int, what: str, place: Place, *, inside: bool) -> bool:
        """Whether so many more instances may be made (``inside`` of a called module); says so aloud when not."""
        limits = self.limits
        said = ""
        if more > BLOCK_INSTANCES:
            said = f"{what} makes more than {BLOCK_INSTANCES} instances, it is evaluated as one"
        elif more > 1 and limits.made + more > limits.instances:
            said = f"{what} and what was made before are more than {limits.instances} instances, it is evaluated as one"
        if said:
            if limits.first_time(place.node):
                self.trouble("limit", said, place)
            return False
        if inside or more > 1:
            limits.made += more
            limits.grant(STEPS_OF_INSTANCE * more)
        return True


@dataclass(slots=True)
class Expansion:
    """The instances of a block. ``value`` is what a reference to the block gives."""

    keys: list[tuple[Key, dict[str, Any]]]
    hole: Unknown | None = None
    keyed: str = ""
    """"" for a single one, "count", "for_each", or "enabled" (one or none, without a key)."""
    size: int = 0
    """How many instances there would be, for ``count``."""


def expand(definition: Definition, scope: Scope) -> Expansion:
    """The keys of a block's instances, and the names (``count``, ``each``) each of them sees."""
    try:
        if "count" in definition.attributes:
            return _counted(bare(evaluate(definition.attributes["count"].expression, scope)), scope.module.limits)
        switch = _switch(definition)
        if switch is not None:
            return _switched(bare(evaluate(switch.expression, scope)))
        if "for_each" in definition.attributes:
            return _for_each(evaluate(definition.attributes["for_each"].expression, scope), scope)
    except (Fault, Exhausted) as error:
        word = next((name for name in ("count", "for_each") if name in definition.attributes), "enabled")
        why = failed(f"{word} of {'.'.join(definition.block.labels)}", error)
        if isinstance(error, Fault):
            attribute = definition.attributes.get(word)
            place = definition.file_of(attribute or definition.block).location(attribute or definition.block)
            scope.module.notice(f"{place}: {why.reason}; Terraform would refuse it, here it stands for any number")
        return open_ended(why, word)
    return Expansion([(None, {})])


def _counted(value: Any, limits: Limits) -> Expansion:
    if isinstance(value, Unknown):
        return open_ended(value, "count")
    number = None if is_null(value) or isinstance(value, bool) else to_number(value)
    if type(number) is not int or number < 0:
        raise Fault("count is not a whole number")
    if number > BLOCK_INSTANCES or (number > 1 and limits.made + number > limits.instances):
        return Expansion([], keyed="count", size=number)  # refused presently: no list of keys is made for that
    return Expansion([(at, {"count": {"index": at}}) for at in range(number)], keyed="count", size=number)


def _switch(definition: Definition) -> Attribute | None:
    """OpenTofu's ``lifecycle { enabled = ... }``."""
    for block in definition.blocks:
        if block.type == "lifecycle" and "enabled" in block.body.attributes:
            return block.body.attributes["enabled"]
    return None


def _switched(value: Any) -> Expansion:
    if isinstance(value, Unknown):
        return open_ended(value, "enabled")
    if is_null(value):
        raise Fault("enabled must not be null")
    return Expansion([(None, {})] if to_bool(value) else [], keyed="enabled")


def _for_each(value: Any, scope: Scope) -> Expansion:
    if isinstance(value, Secret) or (isinstance(value, list) and any(isinstance(item, Secret) for item in value)):
        raise Fault("for_each is sensitive, and keys are shown in addresses")
    hole = _unknown_keys(value)
    if hole is not None:
        return open_ended(hole, "for_each")
    if isinstance(value, dict):
        pairs = [(key, value[key]) for key in sorted(value)]
    elif isinstance(value, list) and all(isinstance(item, str) for item in value):
        pairs = [(item, item) for item in (value if isinstance(value, Set) else dict.fromkeys(value))]
    else:
        raise Fault("for_each is neither a map nor a set of strings")
    scope.module.limits.spend(len(pairs))
    return Expansion([(key, {"each": {"key": key, "value": item}}) for key, item in pairs], keyed="for_each")


def _unknown_keys(value: Any) -> Unknown | None:
    if isinstance(value, Unknown):
        return value
    return first_unknown(value) if isinstance(value, list) else None


def open_ended(hole: Unknown, keyed: str) -> Expansion:
    """The one symbolic instance of a block whose keys are not known."""
    unknown = Unknown(hole.reason, ref=hole.ref)
    each = {"each": {"key": unknown, "value": unknown}}
    names: dict[str, dict[str, Any]] = {"count": {"count": {"index": unknown}}, "enabled": {}}.get(keyed, each)
    return Expansion([(None, names)], hole=unknown, keyed=keyed)
