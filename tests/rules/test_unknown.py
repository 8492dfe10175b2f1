"""No rule guesses: each has an example of not knowing, and what it objects to, once not known, is no pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from iacgate.engines.native import NativeRules
from iacgate.engines.native.fixtures import cases
from iacgate.evaluate import evaluate
from iacgate.model import Doubt, Finding, Inventory, Outcome, Partial, Undecided, Unknown, Violation
from iacgate.model.dataclass import replace
from iacgate.pipeline import Request, take_inventory

ROOT = Path(__file__).resolve().parents[2]
STRICT = NativeRules.load(ruleset="strict", entry_points=False)
FIXTURES = sorted(folder for folder in (ROOT / "fixtures").iterdir() if folder.is_dir() and folder.name[0] != "_")
RULES = {file.stem: file for file in (ROOT / "rules").rglob("*.yaml")}
PROVIDERS = (
    "alicloud",
    "aws",
    "azure",
    "cloudstack",
    "digitalocean",
    "github",
    "gitlab",
    "google",
    "ibm",
    "linode",
    "ncloud",
    "nifcloud",
    "oci",
    "openstack",
    "panos",
    "tencentcloud",
    "yandex",
)
TERRAFORM = sorted(file for provider in PROVIDERS for file in (ROOT / "rules" / provider).rglob("*.yaml"))

WRITTEN = "it looks for what is written in the source; what comes from elsewhere is none of its business"
DECIDED: dict[str, str] = {
    "aws-datasync-secret": WRITTEN,
    "aws-ecs-secret-in-environment": WRITTEN,
    "aws-lambda-secret-in-environment": WRITTEN,
    "aws-provider-credentials": WRITTEN,
    "aws-ssm-parameter-plain": WRITTEN,
    "aws-ssm-parameter-sent-away": WRITTEN,
    "aws-user-data-secret": WRITTEN,
    "azure-vm-secret-in-custom-data": WRITTEN,
    "cloudstack-user-data-secret": WRITTEN,
    "digitalocean-user-data-secret": WRITTEN,
    "k8s-secret-in-configmap": WRITTEN,
    "openstack-provider-credentials": WRITTEN,
    "openstack-user-data-secret": WRITTEN,
    "tencentcloud-user-data-secret": WRITTEN,
    "terraform-secret-in-source": WRITTEN,
    "terraform-token-in-source": WRITTEN,
    "k8s-privileged-container": "in kinds of one's own, a list is one of containers by what stands in it",
}
"""Rules that pass where a value is not known → why that is right."""


HIDDEN = Unknown("masked")
OPEN = Partial([], maybe=HIDDEN)
"""What a dynamic block makes while nobody knows for what."""


def texts(folder: Path) -> str:
    return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in folder.rglob("*") if file.is_file())


@pytest.mark.parametrize("file", TERRAFORM, ids=lambda file: file.stem)
def test_a_rule_has_an_example_of_not_knowing(file):
    if file.stem in DECIDED:
        pytest.skip(DECIDED[file.stem])
    assert re.search(rf"unknown:? {file.stem}\b", texts(ROOT / "fixtures" / file.stem))


@pytest.mark.parametrize("file", TERRAFORM, ids=lambda file: file.stem)
def test_a_rule_about_several_resources_has_an_example_in_a_plan(file):
    record = yaml.safe_load(file.read_text(encoding="utf-8"))
    if "check" not in record and "related(" not in file.read_text(encoding="utf-8"):
        return
    plans = list((ROOT / "fixtures" / file.stem).rglob("*.json.expected"))
    assert plans, "links are other ones in a plan: add plan.json with its .expected"


def masked(body: Any, path: tuple[str | int, ...], by: Any = HIDDEN) -> Any:
    """The body with the last value there is on the path not known; ``None`` where the path leads nowhere."""
    if not path:
        return by
    key = place_in(body, path[0])
    if key is None:
        return None if isinstance(body, dict | list) else by
    inner = masked(body[key], path[1:], by)
    if inner is None:
        return None
    copy = dict(body) if isinstance(body, dict) else list(body)
    copy[key] = inner
    return copy


def place_in(body: Any, step: str | int) -> Any:
    """The key of a step of a path: elements with a name go by ``name=…``."""
    if isinstance(body, dict):
        return step if step in body else None
    if not isinstance(body, list):
        return None
    if isinstance(step, int):
        return step if step < len(body) else None
    name, _, value = step.partition("=")
    return next((n for n, one in enumerate(body) if isinstance(one, dict) and str(one.get(name)) == value), None)


@cache
def findings_in(folder: Path) -> list[tuple[Finding, Inventory]]:
    """What the rule finds in its own examples of Terraform: elsewhere nothing is unknown but what is written so."""
    found: list[tuple[Finding, Inventory]] = []
    for case in cases(folder.name, folder):
        asked = Request(
            cwd=str(ROOT), today=date(2026, 12, 1), use_settings=False, use_gitignore=False, render="never",
            exclude=case.without, callers=False,
        )  # fmt: skip
        inventory = take_inventory([case.folder], asked).inventory
        for one in evaluate([STRICT.rule(folder.name)], inventory):
            if one.outcome is Outcome.FAIL and getattr(one.subject, "adapter", "").startswith("terraform"):
                found += [(finding, inventory) for finding in one.findings if finding.path]
    return found


def passes(finding: Finding, body: Any, inventory: Inventory) -> bool:
    try:
        found = list(finding.rule.check(replace(finding.subject, body=body), inventory))
    except Undecided:
        return False
    return not any(isinstance(one, Violation | Doubt) for one in found)


def looks_around(folder: Path) -> bool:
    """Whether a rule judges other resources too: the place it points at need not be what decided."""
    text = RULES[folder.name].read_text(encoding="utf-8")
    return "related(" in text or "steps:" in text


@pytest.mark.parametrize("folder", FIXTURES, ids=lambda folder: folder.name)
def test_what_is_objected_to_is_no_pass_once_it_is_not_known(folder):
    if looks_around(folder):
        return
    guessed = []
    for finding, inventory in findings_in(folder):
        body = masked(finding.subject.body, finding.path)
        if body is not None and passes(finding, body, inventory):
            guessed.append(f"{finding.subject.address} {finding.path}")
    if folder.name in DECIDED:
        pytest.skip(DECIDED[folder.name])
    assert guessed == []


def with_open_lists(finding: Finding) -> Iterator[Any]:
    """The body of a finding's subject, each time with another of the lists on the way to the finding left open."""
    node = finding.subject.body
    for depth, step in enumerate(finding.path):
        key = place_in(node, step)
        if key is None:
            return
        if isinstance(node, list) and not isinstance(node, Partial):
            yield masked(finding.subject.body, finding.path[:depth], OPEN)
        node = node[key]


@pytest.mark.parametrize("folder", FIXTURES, ids=lambda folder: folder.name)
def test_blocks_that_may_be_there_are_no_pass(folder):
    if looks_around(folder):
        return
    if folder.name in DECIDED:
        pytest.skip(DECIDED[folder.name])
    found = findings_in(folder)
    guessed = [
        f"{one.subject.address} {one.path}"
        for one, inventory in found
        for body in with_open_lists(one)
        if passes(one, body, inventory)
    ]
    assert guessed == []


def test_no_reason_is_left_over():
    assert sorted(set(DECIDED) - set(STRICT.ids())) == []
