"""What a configuration asks of its own values: ``validation`` of variables and ``precondition`` of resources.

Room: ``lang``. In: an evaluated module. Out: the conditions that are known not to hold. Terraform would refuse the
configuration with these values; a condition that hangs on something unknown, or that fails itself, says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from iacgate.lang.terraform.definitions import Definition
from iacgate.lang.terraform.expressions import attempt
from iacgate.lang.terraform.instances import ModuleInstance
from iacgate.lang.terraform.resource import Instance
from iacgate.lang.terraform.scope import Scope
from iacgate.model import Secret
from iacgate.syntax.hcl.nodes import Block


class Broken(NamedTuple):
    """A condition that does not hold: the block that says it, in whose definition that is, and a sentence about it."""

    definition: Definition
    block: Block
    message: str


def broken(module: ModuleInstance, instances: Callable[[ModuleInstance], Iterable[Instance]]) -> Iterator[Broken]:
    """The conditions that a module's variables, and the instances of its resources, do not hold."""
    for definition in module.module.variables.values():
        blocks = [block for block in definition.blocks if block.type == "validation"]
        label = f"{module.prefix}var.{definition.name} breaks its validation, Terraform refuses the value"
        yield from _broken(definition, blocks, Scope(module), label)
    asking = [definition for definition in module.module.resources.values() if _preconditions(definition)]
    for instance in instances(module) if asking else ():
        label = f"{instance.address} fails its precondition, Terraform refuses it"
        yield from _broken(instance.definition, _preconditions(instance.definition), instance.scope, label)


def _preconditions(definition: Definition) -> list[Block]:
    cycles = [block for block in definition.blocks if block.type == "lifecycle"]
    return [inner for block in cycles for inner in block.body.blocks if inner.type == "precondition"]


def _broken(definition: Definition, blocks: Iterable[Block], scope: Scope, label: str) -> Iterator[Broken]:
    for block in blocks:
        condition = block.body.attributes.get("condition")
        answer = attempt(condition.expression, scope) if condition is not None else None
        if answer is False:
            yield Broken(definition, block, f"{label}: {_message(block, scope)}")
        elif isinstance(answer, Secret) and answer.reveal() is False:
            yield Broken(definition, block, f"{label}: it is sensitive")


def _message(block: Block, scope: Scope) -> str:
    """What the block tells the user, where that is text and known."""
    written = block.body.attributes.get("error_message")
    text = attempt(written.expression, scope) if written is not None else None
    return " ".join(text.split()) if isinstance(text, str) else "it says no more"
