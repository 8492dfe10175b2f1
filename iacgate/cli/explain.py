"""``iacgate explain``: what a rule means, and on a resource the value of every part of its expression."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from iacgate.cli.options import INPUT_OPTIONS, note, request_from, with_options
from iacgate.errors import CommandError, did_you_mean

if TYPE_CHECKING:
    from iacgate.engines.native import NativeRules
    from iacgate.engines.native.explain import Step
    from iacgate.evaluate.change import Worlds
    from iacgate.model import Evaluation, Inventory, Subject

SCHEMA_VERSION = 1
GONE = "gone"
"""In place of an outcome, where nothing of a resource remains after a planned change."""

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
    worlds = _worlds(taken.inventory)
    explained = [one for name in names for one in _on(rules, name, address, taken.inventory, worlds)]
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
        known = Counter((one["rule"], one["resource"]) for one in explained)
        click.echo("\n".join(_told(one, known[one["rule"], one["resource"]]) for one in explained), nl=False)
    return 3 if taken.troubles else 0


def _worlds(inventory: Inventory) -> Worlds | None:
    """What stood before the plans' changes and what stands after, where there is a plan."""
    if all(one.category != "plan" for one in inventory.resources):
        return None
    from iacgate.evaluate.change import Worlds
    from iacgate.join.before import before_inventory

    return Worlds(inventory, before_inventory(inventory))


def _on(
    rules: NativeRules, name: str, address: str, inventory: Inventory, worlds: Worlds | None
) -> Iterator[dict[str, Any]]:
    """How a rule judges what is there, and what a plan takes away."""
    from iacgate.model import matches_address

    for subject in _subjects(rules, name, address, inventory):
        yield _explained(rules, name, subject, inventory, worlds)
    for gone in worlds.gone(rules.rule(name)) if worlds is not None else ():
        if worlds is not None and matches_address(address, gone.address):
            yield {
                **_head(name, gone),
                "outcome": GONE,
                "because": [],
                "steps": [],
                "before": _judged(rules, name, gone, worlds),
            }


def _subjects(rules: NativeRules, name: str, address: str, inventory: Inventory) -> list[Subject]:
    from iacgate.model import matches_address

    return [one for one in rules.rule(name).selects(inventory) if matches_address(address, one.address)]


def _nearby(rules: NativeRules, names: tuple[str, ...], inventory: Inventory, address: str) -> str:
    there = [one.address for name in names for one in rules.rule(name).selects(inventory)]
    others = f"it looks at {', '.join(there[:3])}" if there else "`iacgate inventory` shows what is here"
    return did_you_mean(address, there, others)


def _explained(
    rules: NativeRules, name: str, subject: Subject, inventory: Inventory, worlds: Worlds | None
) -> dict[str, Any]:
    from iacgate.engines.native.explain import explain
    from iacgate.evaluate import judge

    evaluation = judge(rules.rule(name), subject, inventory)
    steps = explain(rules.record(name), rules.params(name), subject, inventory)
    earlier = worlds.earlier(subject) if worlds is not None and not evaluation.rule.about_change else None
    return {
        **_head(name, subject),
        "outcome": evaluation.outcome.value,
        "because": _because(evaluation),
        "steps": [_step(step, subject) for step in steps],
        "before": _judged(rules, name, earlier, worlds) if worlds is not None and earlier is not None else None,
    }


def _head(name: str, subject: Subject) -> dict[str, Any]:
    adapter = getattr(subject, "adapter", subject.provider)
    return {"rule": name, "resource": subject.address, "adapter": adapter, "location": str(subject.at())}


def _judged(rules: NativeRules, name: str, earlier: Subject, worlds: Worlds) -> dict[str, Any]:
    """The verdict on what stood before the change. Messages have no place: the source shows what stands after it."""
    from iacgate.evaluate import judge

    evaluation = judge(rules.rule(name), earlier, worlds.before)
    because = [finding.message for finding in evaluation.findings]
    return {
        "outcome": evaluation.outcome.value,
        "because": because + ([evaluation.detail] if evaluation.detail else []),
    }


def _because(evaluation: Evaluation) -> list[str]:
    told = [f"{finding.location}: {finding.message}" for finding in evaluation.findings]
    return told + ([evaluation.detail] if evaluation.detail else [])


def _step(step: Step, subject: Subject) -> dict[str, Any]:
    place = str(subject.at(*step.path)) if step.path else None
    return {"depth": step.depth, "label": step.label, "expression": step.text, "value": step.value, "location": place}


def _told(explained: dict[str, Any], namesakes: int) -> str:
    """``namesakes``: how many of this address are explained; a plan and its source may both have it."""
    place = f"{explained['location']}, {explained['adapter']}" if namesakes > 1 else explained["location"]
    lines = [f"{explained['rule']} on {explained['resource']} ({place}): {explained['outcome']}"]
    for step in explained["steps"]:
        indent = "  " * (step["depth"] + 1)
        label = f"{step['label']} " if step["label"] else ""
        text = f"{step['expression']} = " if step["expression"] else ""
        place = f"   at {step['location'].partition(':')[2]}" if step["location"] else ""
        lines.append(f"{indent}{label}{text}{step['value']}{place}")
    lines += [f"  => {reason}" for reason in explained["because"]]
    if explained["before"] is not None:
        lines.append(f"  before the change: {explained['before']['outcome']}")
        lines += [f"    => {reason}" for reason in explained["before"]["because"]]
    return "\n".join(lines) + "\n"
