"""``iacgate inventory``: the resource model as the gate sees it, to understand a rule or another tool's view."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from iacgate.cli.options import INPUT_OPTIONS, note, request_from, with_options
from iacgate.model import Resource, SourceRecord, jsonable

SCHEMA_VERSION = 1

EPILOG = """\b
Examples:
  iacgate inventory                       what is here, a line each
  iacgate inventory -o json plan.json     bodies, places and relations
  iacgate inventory --type 'aws_s3_*' ."""


@click.command("inventory", epilog=EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--type", "types", metavar="TYPE", multiple=True, help="Only resources of this type (name or glob).")
@with_options(INPUT_OPTIONS)
def command(paths: tuple[str, ...], output: str, types: tuple[str, ...], **values: Any) -> int:
    """Print the resources as the gate sees them.

    Unknown values read {"$unknown": why} and sensitive ones {"$secret": true}.
    """
    from iacgate.pipeline import take_inventory

    taken = take_inventory(paths or (".",), request_from(values))
    chosen = taken.inventory.of_type(*types) if types else taken.inventory.resources
    resources = [resource for resource in chosen if resource.category != "module"]
    for trouble in taken.troubles:
        note(f"error: {trouble.message}")
        if trouble.hint:
            note(f"  help: {trouble.hint}")
    if output == "json":
        _print_json(resources, taken.records)
    else:
        _print_text(resources)
    return 3 if taken.troubles else 0


def _print_json(resources: list[Resource], records: list[SourceRecord]) -> None:
    real = [resource for resource in resources if resource.category in {"resource", "data"}]
    settings = [resource for resource in resources if resource.category in {"provider", "plan"}]
    document = {
        "schema_version": SCHEMA_VERSION,
        "resources": [describe(resource) for resource in real],
        "context": [describe(resource) for resource in settings],
        "sources": [_source(record) for record in records],
    }
    json.dump(document, sys.stdout, indent=2, ensure_ascii=False, default=str)
    sys.stdout.write("\n")


def describe(resource: Resource) -> dict[str, Any]:
    """One resource for JSON: identity, place, body and relations."""
    place = resource.at()
    described: dict[str, Any] = {
        "address": resource.address,
        "type": resource.type,
        "provider": resource.provider,
        "name": resource.name,
        "namespace": resource.namespace,
        "adapter": resource.adapter,
        "category": resource.category,
        "location": {
            "file": place.file,
            "line": place.line,
            "column": place.column,
            "end_line": place.end_line,
            "end_column": place.end_column,
        },
        "body": jsonable(resource.body),
        "relations": [
            {"path": list(relation.path), "target": relation.target, "certain": relation.certain}
            for relation in resource.relations()
        ],
    }
    if resource.view_of is not None:
        described["view_of"] = resource.view_of.type
    if resource.symbolic:
        described["symbolic"] = True
    if resource.change is not None:
        described["actions"] = list(resource.change.actions)
    return described


def _source(record: SourceRecord) -> dict[str, str]:
    return {"path": record.path, "kind": record.kind, "status": record.status.value, "detail": record.detail}


def kubernetes_name(view: Resource) -> str:
    """A Kubernetes object that Terraform makes, as Kubernetes names it."""
    return f"{view.type} {view.namespace}/{view.name}" if view.namespace else f"{view.type} {view.name}"


def _print_text(resources: list[Resource]) -> None:
    width = max((len(resource.address) for resource in resources), default=0)
    shown: set[int] = set()
    for resource in resources:
        made_by = resource.view_of or resource
        if id(made_by) not in shown:
            shown.add(id(made_by))
            place = resource.at()
            sys.stdout.write(f"{resource.address:<{min(width, 80)}}  {place.file}:{place.line}\n")
        if resource.view_of is not None:
            sys.stdout.write(f"  as {kubernetes_name(resource)}\n")
    note(f"{len(shown)} resource{'' if len(shown) == 1 else 's'}")
