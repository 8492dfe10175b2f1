"""Plans of the world: every one is read, with the counts that its index states."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from iacgate.errors import SyntaxFailure
from iacgate.inputs import terraform_plan
from iacgate.model import Partial, SourceFile, is_unknown, jsonable, reveal

MADE = ("basics", "modules", "lifecycle", "hcl-edge", "aws", "scale-2000")


@pytest.fixture(scope="module")
def plans(corpora):
    return corpora / "plans"


def test_every_public_plan_is_read_with_the_counts_of_the_index(plans, read_plan):
    for line in (plans / "index.jsonl").read_text().splitlines():
        row = json.loads(line)
        plan = read_plan(plans / row["copy"])
        for resource in plan.resources:
            json.dumps(jsonable(resource.body))
            resource.relations()
            resource.at()
        if row["kind"] == "state":
            assert len(plan.live) == row["planned_resources"], row["copy"]
            continue
        changes = plan.plan.body["resource_changes"]
        assert len(changes) == row["resource_changes"], row["copy"]
        assert Counter("+".join(item["actions"]) for item in changes) == row["actions"], row["copy"]
        planned = [item for item in plan.live if item.change is not None]
        if changes:
            assert len(planned) == row["planned_resources"], row["copy"]
        else:
            assert plan.context.troubles or plan.context.notices, row["copy"]
        if row["with_unknown"]:
            assert [lost for item in planned for lost in lost_unknowns(item)] == [], row["copy"]


def lost_unknowns(resource):
    """Attributes that the configuration refers to something for, unknown in the plan and not in the body."""
    entries = resource.document.body["resource_changes"]
    change = next(item["change"] for item in entries if item.get("address") == resource.address)
    block = configured(resource)
    for name, mark in (change.get("after_unknown") or {}).items():
        if mark is True and name in block and name not in resource.body:
            yield resource.address, name


def configured(resource):
    module = resource.document.body.get("configuration", {}).get("root_module", {})
    *calls, _, _ = re.sub(r"\[[^\]]*\]", "", resource.address).replace("data.", "").split(".")
    for name in calls[1::2]:
        module = module.get("module_calls", {}).get(name, {}).get("module", {})
    found = [block for block in module.get("resources", ()) if block["address"] == f"{resource.type}.{resource.name}"]
    return found[0].get("expressions") or {} if found else {}


@pytest.mark.parametrize("name", MADE)
def test_our_own_configurations_give_the_values_and_marks_of_their_plan(plans, read_plan, name):
    file = plans / "made" / name / "plan.json"
    raw = {item["address"]: item["change"] for item in json.loads(file.read_text())["resource_changes"]}
    plan = read_plan(file)
    seen = 0
    for resource in plan.live:
        if resource.change is not None:
            change = raw[resource.address]
            compare(resource.body, change["after"], change["after_unknown"], resource.address)
            seen += 1
    assert seen == sum(item["actions"] not in (["delete"], ["forget"]) for item in raw.values())


def compare(body, after, unknown, where):
    """A body against the plan's own two structures: unknown exactly where marked, the same values elsewhere."""
    if unknown is True:
        policy = isinstance(body, dict) and "Statement" in body
        assert policy or is_unknown(body), where
    elif body is None and after == []:
        pass  # no block of a type: absent, as in the source
    elif isinstance(body, Partial):
        assert any(isinstance(mark, dict) and True in mark.values() for mark in unknown), where
    elif isinstance(body, dict):
        marks = unknown if isinstance(unknown, dict) else {}
        for key in body.keys() | (after or {}).keys():
            compare(body.get(key), (after or {}).get(key), marks.get(key), f"{where}.{key}")
    elif isinstance(body, list):
        marks = unknown if isinstance(unknown, list) else [None] * len(body)
        for index, item in enumerate(body):
            compare(item, after[index], marks[index], f"{where}[{index}]")
    else:
        assert reveal(body) == after, where


@pytest.mark.parametrize("name", MADE)
def test_every_resource_of_our_own_configurations_has_a_place_in_the_source(plans, read_plan, name):
    plan = read_plan(plans / "made" / name / "plan.json")
    places = {resource.at().file for resource in plan.live[:200]}
    assert all(place.endswith((".tf", ".tf.json")) for place in places), places
    assert plan.context.notices == []


@pytest.mark.parametrize(
    ("file", "count", "notice"),
    [("plan-destroy.json", 0, "only destroys"), ("plan-refresh-only.json", 0, "refresh-only"), ("state1.json", 14, "")],
)
def test_the_other_documents_of_a_life_cycle(plans, read_plan, file, count, notice):
    read = read_plan(plans / "made/lifecycle" / file)
    live = [item for item in read.live if item.category == "resource"]
    assert len(live) == count
    assert notice in "".join(read.context.notices)
    assert read.context.troubles == []


def test_a_raw_state_is_refused_with_advice(plans, read_plan):
    with pytest.raises(SyntaxFailure) as caught:
        read_plan(plans / "made/lifecycle/raw-state1.json")
    assert "show -json" in caught.value.hint


def test_the_judged_files(corpora):
    """Files that somebody judged: accepted, refused, or told to be incomplete."""
    for line in (corpora / "parsers/manifest.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["format"] != "plan":
            continue
        data = (corpora / "parsers" / row["file"]).read_bytes()
        source = SourceFile(path="a.tfplan.json", absolute="", read=lambda data=data: data)
        assert terraform_plan.claims(source)
        if row["expect"] == "reject":
            with pytest.raises(SyntaxFailure):
                list(terraform_plan.parse(source))
        else:
            assert list(terraform_plan.parse(source)), row["file"]
