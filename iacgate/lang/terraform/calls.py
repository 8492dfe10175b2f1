"""The calls that lead to a module, as places. In: a module instance. Out: locations, each noted as a call.

Room: ``lang``.
"""

from __future__ import annotations

from iacgate.lang.terraform.instances import ModuleInstance
from iacgate.lang.terraform.steps import CALLED
from iacgate.model import Location


def called_through(module: ModuleInstance) -> tuple[Location, ...]:
    """The headers of the calls that lead to a module, outermost first."""
    return tuple(call_place(one) for one in reversed(callers(module)))


def callers(module: ModuleInstance) -> list[ModuleInstance]:
    """The module and those around it, as far as each is called by another, innermost first."""
    found: list[ModuleInstance] = []
    inner: ModuleInstance | None = module
    while inner is not None and inner.call is not None:
        found.append(inner)
        inner = inner.caller
    return found


def call_place(module: ModuleInstance) -> Location:
    """The header of the call that makes a module; for the root module its folder, which has none."""
    if module.call is None:
        return Location(file=module.module.folder)
    block = module.call.block
    return module.call.file.location(block.start, block.header_end).noted(CALLED)
