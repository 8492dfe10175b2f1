"""What an expression sees and may spend: its names, the functions of its module, the limits of the scan.

Room: ``lang``. These are the seams between evaluation and modules.
"""

from __future__ import annotations

from typing import Any, Protocol

from iacgate.lang.terraform.underway import Place
from iacgate.lang.terraform.values import Exhausted
from iacgate.syntax.hcl.nodes import Step

STEPS = 1_500_000
"""Steps of evaluation that every scan may take, each about a microsecond; two more for each character of source, and
some for each instance."""
DEPTH = 3_000
"""Levels of evaluation inside each other."""
INSTANCES = 100_000
"""Instances that every scan may make by ``count``, ``for_each`` and calls; one more for every 20 characters of
source."""


class Limits:
    """What one scan may spend: steps of evaluation, levels of it inside each other, instances.

    Steps and instances grow with the source, so that a large tree may do more than a small one that is made to harm;
    steps with the instances, too.
    """

    __slots__ = ("_told", "depth", "instances", "made", "modules", "most", "reached", "steps", "where")

    STEPS = STEPS
    DEPTH = DEPTH
    INSTANCES = INSTANCES

    def __init__(self, source: int = 0) -> None:
        """``source`` is the length of all that is read, in characters."""
        self.most = self.steps = self.STEPS + 2 * source
        self.instances = self.INSTANCES + source // 20
        self.depth = 0
        self.reached = ""
        """Which limit ended an evaluation, "" when none did."""
        self.where: Place | None = None
        """The value whose evaluation ended so."""
        self.made = 0
        """Instances of blocks."""
        self.modules = 0
        """Instances of modules."""
        self._told: set[int] = set()

    def first_time(self, thing: object) -> bool:
        """Whether this is asked about a thing for the first time: what is wrong with a call is told once, not for
        each of its instances."""
        before = len(self._told)
        self._told.add(id(thing))
        return len(self._told) > before

    def spend(self, count: int) -> None:
        """Take ``count`` steps. Raises :class:`Exhausted` when there are none left."""
        self.steps -= count
        if self.steps < 0:
            self.refuse()

    def grant(self, count: int) -> None:
        """Allow ``count`` steps more: for instances, of which there are only so many."""
        self.steps += count
        self.most += count

    def refuse(self) -> None:
        """Raise :class:`Exhausted` for the limit that is reached."""
        if self.steps < 0:
            self.reached = f"the evaluation needs more than {self.most} steps"
        else:
            self.reached = f"the evaluation is more than {self.DEPTH} levels deep"
        raise Exhausted(self.reached)


class Names(Protocol):
    """Where the names of a module come from."""

    limits: Limits

    def resolve(self, name: str, steps: tuple[Step, ...], scope: Scope) -> tuple[Any, int]:
        """The value of a reference and how many of its steps that took. Raises ``Fault`` for what is not there."""

    def notice(self, message: str) -> None:
        """Say something to the user that changes no verdict."""

    def function(self, name: str, arguments: list[Any], scope: Scope) -> Any:
        """The value of a function. Raises ``Fault`` where Terraform would refuse the call."""


class Scope:
    """The names an expression sees: ``local`` ones (each, count, iterators, loop variables) before the module's."""

    __slots__ = ("local", "module")

    def __init__(self, module: Names, local: dict[str, Any] | None = None) -> None:
        self.module = module
        self.local = local or {}

    def inner(self, names: dict[str, Any]) -> Scope:
        """A scope inside this one with more names."""
        return Scope(self.module, {**self.local, **names})
