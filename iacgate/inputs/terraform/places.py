"""Where the parts of a resource are written. In: an instance, a path into its body. Out: a place.

A module of its own, since most resources are never asked.
"""

from __future__ import annotations

from iacgate.lang.terraform.calls import called_through
from iacgate.lang.terraform.inside import follow
from iacgate.lang.terraform.resource import Instance
from iacgate.lang.terraform.spots import Spot
from iacgate.lang.terraform.stack import deep
from iacgate.lang.terraform.steps import USED
from iacgate.lang.terraform.trail import Declared, names_of, trail
from iacgate.model import Location, Path


def place(instance: Instance, path: Path) -> Location | None:
    """The place of a path that is not empty, and how its value got there; ``None`` when only the header stands for it.

    A part of a rendered policy is at the place it is written, reached through the references to it.
    """
    with deep():
        source = instance.source(path)
        if source is None:
            return None
        file, calls = instance.definition.file_of(source.top), called_through(instance.owner)
        if source.header is not None:
            return file.location(*source.header.header_span).through(calls)
        found = follow(file, source.node, source.rest, Declared(instance.owner))
        if found.way:
            return found.location.through((*calls, *(step.noted(USED) for step in found.way)))
        scope = source.scope or instance.scope
        names = names_of(instance, source.node, scope)
        start = Spot(source.node, source.rest, file, scope, names)  # type: ignore[arg-type]  # what an attribute holds
        return found.location.through(trail(start, found.location, instance.owner))
