"""Which provider block configures a resource: by its ``provider`` argument, the ``providers`` maps of the calls around
it, and what modules inherit.

Room: ``lang``. In: an instance. Out: the provider block as an instance, or ``None`` where none is written. Source: the
language documentation, "Providers Within Modules".
"""

from __future__ import annotations

from iacgate.lang.terraform.definitions import Definition
from iacgate.lang.terraform.instances import ModuleInstance
from iacgate.lang.terraform.resource import Instance
from iacgate.syntax.hcl.nodes import AttributeStep, Expression, Literal, Object, Traversal

Name = tuple[str, str]
"""The local name of a provider and its alias, "" for the default one."""


def provider_of(instance: Instance) -> Instance | None:
    """The provider block that configures a resource or data source."""
    written = instance.definition.attributes.get("provider")
    name = _named(written.expression) if written else (instance.definition.type.partition("_")[0], "")
    return None if name is None else _configured(instance.owner, name)


def _configured(module: ModuleInstance, name: Name) -> Instance | None:
    inner: ModuleInstance | None = module
    wanted: Name | None = name
    while inner is not None and wanted is not None:
        definition = inner.module.providers.get(wanted)
        if definition is not None:
            return _block(inner, wanted, definition)
        wanted = _handed(inner.call, wanted) if inner.call is not None else None
        inner = inner.caller
    return None


def _block(module: ModuleInstance, name: Name, definition: Definition) -> Instance | None:
    if "for_each" in definition.attributes:
        return None  # which of them is meant only the key says
    label = f"{module.prefix}provider.{'.'.join(filter(None, name))}"
    return Instance(module, definition, label, None, {}, symbolic=module.symbolic)


def _handed(call: Definition, name: Name) -> Name | None:
    """What the caller calls the provider that a module knows by a name; default ones are inherited."""
    handed = call.attributes.get("providers")
    items = handed.expression.items if handed is not None and isinstance(handed.expression, Object) else ()
    for item in items:
        if _named(item.key) == name:
            return _named(item.value)
    return name if not name[1] and not items else None


def _named(node: Expression) -> Name | None:
    """``aws`` or ``aws.us``, also as text; ``None`` for anything else."""
    if isinstance(node, Literal) and isinstance(node.value, str):
        local, _, alias = node.value.partition(".")
        return local, alias
    if not isinstance(node, Traversal):
        return None
    if not node.steps:
        return node.name, ""
    step = node.steps[0]
    return (node.name, step.name) if len(node.steps) == 1 and isinstance(step, AttributeStep) else None
