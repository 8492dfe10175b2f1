"""``iacgate query``: what an expression gives on each resource; for writing rules, and for looking around."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from iacgate.cli.options import INPUT_OPTIONS, note, request_from, with_options
from iacgate.errors import CommandError

if TYPE_CHECKING:
    from iacgate.lang.jmespath import Located, Node
    from iacgate.model import Inventory, Resource

SCHEMA_VERSION = 1

EPILOG = """\b
Examples:
  iacgate query 'containers(@)[*].image' deploy/
  iacgate query --type 'aws_s3_*' 'bucket' infra/
  iacgate query -o json 'ingress_rules(@)[?open_to_world(@)].from_port' plan.json"""


@click.command("query", epilog=EPILOG)
@click.argument("expression")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--type", "types", metavar="TYPE", multiple=True, help="Only resources of this type (name or glob).")
@click.option("--all", "everything", is_flag=True, help="Show resources on which it gives null as well.")
@with_options(INPUT_OPTIONS)
def command(
    expression: str,
    paths: tuple[str, ...],
    output: str,
    types: tuple[str, ...],
    everything: bool,  # noqa: FBT001  (click's signature)
    **values: Any,
) -> int:
    """Evaluate an expression on each resource.

    An unknown value reads (unknown: why), a sensitive one ***.
    """
    from iacgate.pipeline import take_inventory

    tree = _parsed(expression)
    taken = take_inventory(paths or (".",), request_from(values))
    for trouble in taken.troubles:
        note(f"error: {trouble.message}")
    chosen = taken.inventory.of_type(*types) if types else taken.inventory.resources
    found = [(one, _evaluate(tree, one, taken.inventory)) for one in chosen if one.category != "module"]
    told = [(one, result) for one, result in found if everything or result.value is not None]
    if output == "json":
        _print_json(expression, told)
    else:
        _print_text(told)
        note(f"{len(told)} of {len(found)} resource{'' if len(found) == 1 else 's'}")
    return 3 if taken.troubles else 0


def _parsed(expression: str) -> Node:
    from iacgate.lang.jmespath import ExpressionError, parse

    try:
        return parse(expression)
    except ExpressionError as error:
        raise CommandError(f"expression, column {error.offset + 1}: {error.message}", error.hint) from None


def _evaluate(tree: Node, resource: Resource, inventory: Inventory) -> Located:
    from iacgate.lang.jmespath import Context, Located, locate

    return locate(tree, Located(resource.body, ()), Context(resource, inventory))


def _print_text(told: list[tuple[Resource, Located]]) -> None:
    from iacgate.engines.native.explain import worded

    named = [(_shown(one), result) for one, result in told]
    width = min(max((len(name) for name, _ in named), default=0), 60)
    for name, result in named:
        sys.stdout.write(f"{name:<{width}}  {worded(result.value)}\n")


def _shown(one: Resource) -> str:
    """The address; of a Kubernetes object that Terraform makes, its kind as well: the resource has that address too."""
    return one.address if one.view_of is None else f"{one.address} ({one.type})"


def _print_json(expression: str, told: list[tuple[Resource, Located]]) -> None:
    from iacgate.model import jsonable

    results = [
        {
            "address": one.address,
            "type": one.type,
            "location": str(one.at(*(result.path or ()))),
            "value": jsonable(result.value),
        }
        for one, result in told
    ]
    document = {"schema_version": SCHEMA_VERSION, "expression": expression, "results": results}
    json.dump(document, sys.stdout, indent=2, ensure_ascii=False, default=str)
    sys.stdout.write("\n")
