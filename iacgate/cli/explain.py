"""``iacgate explain``: what a rule means, and on a resource the value of every part of its expression."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from iacgate.cli.options import INPUT_OPTIONS, note, request_from, with_options
from iacgate.errors import CommandError, did_you_mean

if TYPE_CHECKING:
    from iacgate.engines.native import NativeRules
    from iacgate.engines.native.explain import Step
    from iacgate.model import Evaluation, Inventory, Subject

SCHEMA_VERSION = 1

EPILOG = """\b
Examples:
  iacgate explain k8s-privileged-container        why, how to fix it, examples
  iacgate explain CKV_AWS_24                      by the name another tool gives it
  iacgate explain aws-sg-ssh-open --on aws_security_group.web infra/
  iacgate explain aws-sg-ssh-open --on '*' .      on everything it looks at"""


@click.command("explain", epilog=EPILOG)
@click.argument("rule")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--on", "address", metavar="ADDRESS", help="Show how it judges this resource (* and ? are wildcards).")
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--pack", "packs", metavar="DIR", multiple=True, help="A folder of your own rules.")
@with_options(INPUT_OPTIONS)
def command(rule: str, paths: tuple[str, ...], address: str | None, output: str, **values: Any) -> int:
    """Explain a rule; with --on, how it judges a resource."""
    from iacgate.cli.rules import load_rules, print_pages

    if address is None and paths:
        raise CommandError("a path without --on", f"type `iacgate explain {rule} --on ADDRESS {paths[0]}`")
    rules = load_rules({**values, "ruleset": "strict"})
    names = rules.resolve(rule)
    if address is None:
        print_pages(rules, names, output)
        return 0
    from iacgate.pipeline import take_inventory

    taken = take_inventory(paths or (".",), request_from({**values, "ruleset": "strict"}))
    for trouble in taken.troubles:
        note(f"error: {trouble.message}")
    explained = [_explained(rules, name, subject, taken.inventory)
                 for name in names for subject in _subjects(rules, name, address, taken.inventory)]  # fmt: skip
    if not explained:
        raise CommandError(
            f"{rule} looks at nothing named {address!r} here", _nearby(rules, names, taken.inventory, address)
        )
    if output == "json":
        json.dump(
            {"schema_version": SCHEMA_VERSION, "explanations": explained}, sys.stdout, indent=2, ensure_ascii=False
        )
        click.echo()
    else:
        click.echo("\n".join(_told(one) for one in explained), nl=False)
    return 3 if taken.troubles else 0


def _subjects(rules: NativeRules, name: str, address: str, inventory: Inventory) -> list[Subject]:
    from iacgate.model import matches_address

    return [one for one in rules.rule(name).selects(inventory) if matches_address(address, one.address)]


def _nearby(rules: NativeRules, names: tuple[str, ...], inventory: Inventory, address: str) -> str:
    there = [one.address for name in names for one in rules.rule(name).selects(inventory)]
    others = f"it looks at {', '.join(there[:3])}" if there else "`iacgate inventory` shows what is here"
    return did_you_mean(address, there, others)


def _explained(rules: NativeRules, name: str, subject: Subject, inventory: Inventory) -> dict[str, Any]:
    from iacgate.engines.native.explain import explain
    from iacgate.evaluate import judge

    evaluation = judge(rules.rule(name), subject, inventory)
    steps = explain(rules.record(name), rules.params(name), subject, inventory)
    return {
        "rule": name,
        "resource": subject.address,
        "location": str(subject.at()),
        "outcome": evaluation.outcome.value,
        "because": _because(evaluation),
        "steps": [_step(step, subject) for step in steps],
    }


def _because(evaluation: Evaluation) -> list[str]:
    told = [f"{finding.location}: {finding.message}" for finding in evaluation.findings]
    return told + ([evaluation.detail] if evaluation.detail else [])


def _step(step: Step, subject: Subject) -> dict[str, Any]:
    place = str(subject.at(*step.path)) if step.path else None
    return {"depth": step.depth, "label": step.label, "expression": step.text, "value": step.value, "location": place}


def _told(explained: dict[str, Any]) -> str:
    lines = [f"{explained['rule']} on {explained['resource']} ({explained['location']}): {explained['outcome']}"]
    for step in explained["steps"]:
        indent = "  " * (step["depth"] + 1)
        label = f"{step['label']} " if step["label"] else ""
        text = f"{step['expression']} = " if step["expression"] else ""
        place = f"   at {step['location'].partition(':')[2]}" if step["location"] else ""
        lines.append(f"{indent}{label}{text}{step['value']}{place}")
    lines += [f"  => {reason}" for reason in explained["because"]]
    return "\n".join(lines) + "\n"
