"""Plans that somebody damaged: read, or refused with a place; nothing else."""

from __future__ import annotations

import json
import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.errors import SyntaxFailure
from iacgate.inputs import terraform_plan
from iacgate.join import build_inventory
from iacgate.model import SourceFile, jsonable
from iacgate.spi import InputContext

JUNK = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    "",
    "x",
    "module.",
    [],
    {},
    [None],
    [[]],
    {"": {}},
    {"references": [None, 1, "a["]},
)


def used(data):
    """Everything the rest of the tool does with a plan."""
    source = SourceFile(path="plan.json", absolute="", read=lambda: data)
    if not terraform_plan.claims(source):
        return
    documents = list(terraform_plan.parse(source))
    context = InputContext(root="/", open=lambda path: None)
    resources = list(terraform_plan.normalise(documents, context))
    inventory = build_inventory(resources, documents, whole=True)
    for resource in resources:
        json.dumps(jsonable(resource.body))
        resource.relations()
        resource.at("a", 0)
        for kind in ("aws_s3_bucket", "aws_s3_bucket_acl", "aws_kms_key"):
            inventory.related(resource, kind)


def damaged(plan, seed):
    """The plan with up to three of its nodes replaced by junk."""
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 3)):
        node, steps = plan, chance.randint(0, 9)
        for _ in range(steps):
            inner = [
                item
                for item in (node.values() if isinstance(node, dict) else node)
                if item and isinstance(item, dict | list)
            ]
            if not inner:
                break
            node = chance.choice(inner)
        if node:
            key = chance.choice(list(node)) if isinstance(node, dict) else chance.randrange(len(node))
            node[key] = json.loads(json.dumps(chance.choice(JUNK)))
    return plan


@pytest.fixture(scope="module")
def whole(stack):
    return (stack / "plan.json").read_text()


@pytest.mark.parametrize("block", range(4))
def test_damaged_plans_are_read_or_refused(whole, block):
    for seed in range(block * 75, block * 75 + 75):
        attempt(json.dumps(damaged(json.loads(whole), seed)).encode())


def test_cut_and_spoiled_plans_are_read_or_refused(whole):
    text = whole.encode()
    for cut in range(0, len(text), 997):
        attempt(text[:cut])
        attempt(text[:cut] + b"\xff" + text[cut + 1 :])
        attempt(text[:cut] + b'"' + text[cut + 3 :])


def attempt(data):
    """Use the plan; a refusal must name the file."""
    try:
        used(data)
    except SyntaxFailure as failure:
        refused = failure
    else:
        return
    assert refused.location.file == "plan.json"


@given(st.binary(max_size=64))
def test_any_bytes(data):
    attempt(data)
    with suppress(SyntaxFailure):
        list(terraform_plan.parse(SourceFile(path="plan.json", absolute="", read=lambda: data)))


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"format_version":"1.2","resource_changes":['])
def test_two_hundred_thousand_levels(opening):
    data = b'{"format_version":"1.2","resource_changes":' + opening * 200_000
    with pytest.raises(SyntaxFailure):
        list(terraform_plan.parse(SourceFile(path="plan.json", absolute="", read=lambda: data)))
