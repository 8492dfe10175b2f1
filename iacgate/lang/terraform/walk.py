"""Everything a root module makes. In: a root :class:`ModuleInstance`. Out: module instances and what is in them, in
source order.

Room: ``lang``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from iacgate.lang.terraform.address import Wildcard
from iacgate.lang.terraform.definitions import RESOURCE_MODES
from iacgate.lang.terraform.expansion import expand
from iacgate.lang.terraform.instances import CallGroup, ModuleInstance
from iacgate.lang.terraform.resource import Instance
from iacgate.lang.terraform.scope import Scope


def modules(
    root: ModuleInstance, enters: Callable[[CallGroup], bool] = lambda _group: True
) -> Iterator[ModuleInstance]:
    """The module itself and every instance of the modules it calls, callers first; of calls that ``enters`` agrees
    to."""
    pending = [root]
    while pending:
        module = pending.pop()
        yield module
        entered = [group for group in groups(module) if enters(group)]
        pending.extend(reversed([child for group in entered for child in group.members if child is not None]))


def own_instances(module: ModuleInstance) -> Iterator[Instance]:
    """The provider blocks, resources and data sources of one module instance."""
    for (name, alias), definition in module.module.providers.items():
        label = module.prefix + (f"provider.{name}.{alias}" if alias else f"provider.{name}")
        found = expand(definition, Scope(module))  # OpenTofu lets providers have for_each
        open_ended = found.hole is not None
        for key, names in found.keys:
            shown = Wildcard.ANY if open_ended else key
            yield Instance(module, definition, label, shown, names, symbolic=module.symbolic or open_ended)
    for mode, kind, name in module.module.resources:
        group = module.resources(mode, kind, name)
        yield from group.members if group else ()
    for definition in module.module.repeated:
        if definition.block.type in RESOURCE_MODES:
            yield from module.group_of(definition).members


def groups(module: ModuleInstance) -> Iterator[CallGroup]:
    """The module calls of a module instance."""
    for name in module.module.calls:
        group = module.calls(name)
        if group is not None:
            yield group
