"""Many instances: what is meant is found once for all of them, and what may be meant is listed once."""

from __future__ import annotations

import datetime as dt

import pytest

from iacgate.lang.terraform import leading
from iacgate.lang.terraform.scope import Limits
from iacgate.model import Partial
from iacgate.pipeline import Request, take_inventory


@pytest.fixture
def taken(tmp_path):
    def take(text, **more):
        for name, content in {"main.tf": text, **more}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        found = take_inventory([str(tmp_path)], Request(cwd=str(tmp_path), today=dt.date(2026, 1, 1)))
        resources = {one.address: one for one in found.inventory.resources}
        return resources, [one.message for one in found.troubles], found.inventory.related

    return take


def targets(resource):
    return [(relation.target, relation.certain) for relation in resource.relations()]


AMBIGUOUS = """
variable "which" {}
resource aws_s3_bucket b { count = 40 }
resource aws_s3_bucket_public_access_block p {
  count  = 3
  bucket = aws_s3_bucket.b[var.which].id
}
resource aws_s3_bucket other {}
"""


def test_one_of_many_is_named_by_its_block_and_any_of_them_may_be_meant(taken):
    found, _, related = taken(AMBIGUOUS)
    assert targets(found["aws_s3_bucket_public_access_block.p[1]"]) == [("aws_s3_bucket.b", False)]
    for address in ("aws_s3_bucket.b[0]", "aws_s3_bucket.b[39]"):
        blocks = related(found[address], "aws_s3_bucket_public_access_block")
        assert isinstance(blocks, Partial)
        assert list(blocks) == []
        assert "bucket of aws_s3_bucket_public_access_block.p[0] names several" in blocks.maybe.reason
    buckets = related(found["aws_s3_bucket_public_access_block.p[2]"], "aws_s3_bucket")
    assert isinstance(buckets, Partial)
    assert list(buckets) == []
    assert not isinstance(related(found["aws_s3_bucket.other"], "aws_s3_bucket_public_access_block"), Partial)


def test_one_of_many_inside_of_a_module_instance_is_one_of_that_instance(taken):
    found, _, related = taken(
        'module "m" {\n  for_each = { x = 1, y = 2 }\n  source   = "./m"\n}', **{"m/main.tf": AMBIGUOUS}
    )
    block = found['module.m["x"].aws_s3_bucket_public_access_block.p[0]']
    assert targets(block) == [('module.m["x"].aws_s3_bucket.b', False)]
    blocks = related(found['module.m["y"].aws_s3_bucket.b[7]'], "aws_s3_bucket_public_access_block")
    assert blocks.maybe.reason.startswith('module.m["y"].')


LOOPS = {
    "a set of names": ('toset([for i in range(30) : "n${i}"])', "each.value", []),
    "names of a local": ('toset(local.names)', "each.key", []),
    "a loop": ("{ for k, v in aws_s3_bucket.b : k => v }", "each.value.id", [('aws_s3_bucket.b["k7"]', True)]),
    "resources": ("aws_s3_bucket.b", "each.value.id", [('aws_s3_bucket.b["k7"]', True)]),
    "a local of resources": ("local.all", "each.value", [('aws_s3_bucket.b["k7"]', True)]),
    "an object": ("{ k7 = aws_s3_bucket.b[\"k3\"].id, k8 = 1 }", "each.value", [('aws_s3_bucket.b["k3"]', True)]),
}  # fmt: skip
LOOPED = """
locals {
  names = [for i in range(30) : "k${i}"]
  all   = { for k, v in aws_s3_bucket.b : k => v.arn }
}
resource aws_s3_bucket b { for_each = toset(local.names) }
"""


@pytest.mark.parametrize(("loop", "value", "expected"), LOOPS.values(), ids=LOOPS)
def test_what_a_loop_leads_to_is_the_one_of_its_key(taken, loop, value, expected):
    found, _, _ = taken(LOOPED + f"resource x_y z {{\n  for_each = {loop}\n  v = {value}\n}}")
    key = next(address for address in found if address in {'x_y.z["k7"]', 'x_y.z["n7"]'})
    assert targets(found[key]) == expected


def test_the_elements_of_a_set_that_are_resources_are_told_apart(taken):
    found, _, _ = taken(
        'resource x_y a { name = "one" }\nresource x_y b { name = "two" }\n'
        "resource x_y z {\n  for_each = toset([x_y.a.name, x_y.b.name])\n  v = each.value\n}"
    )
    assert targets(found['x_y.z["one"]']) == [("x_y.a", True)]
    assert targets(found['x_y.z["two"]']) == [("x_y.b", True)]


def test_the_rounds_of_a_loop_are_worked_out_once_for_all_instances(taken, monkeypatch):
    worked: list[object] = []
    rounds = leading._rounds
    monkeypatch.setattr(leading, "_rounds", lambda node, scope: worked.append(node) or rounds(node, scope))
    found, _, _ = taken(
        'resource x_y b {\n  for_each = toset([for i in range(30) : "k${i}"])\n  name     = each.key\n}\n'
        "resource x_y z {\n  for_each = { for k, v in x_y.b : k => v.name }\n  v = each.value\n}"
    )
    assert targets(found['x_y.z["k9"]']) == [('x_y.b["k9"]', True)]
    for resource in found.values():
        resource.relations()
    assert len(worked) == len({id(node) for node in worked}) == 1


def test_instances_bring_the_steps_they_need(taken, monkeypatch):
    monkeypatch.setattr(Limits, "STEPS", 20_000)
    found, said, _ = taken(
        "\n".join(
            f'resource x_y b{at} {{\n  for_each = toset([for i in range(300) : "n${{i}}"])\n'
            '  name = "a-${each.key}"\n}\n'
            f"resource x_y p{at} {{\n  for_each = x_y.b{at}\n  v = each.value.name\n w = upper(each.key)\n}}"
            for at in range(5)
        )
    )
    assert said == []
    assert len(found) == 3_000
    assert found['x_y.p4["n299"]'].body == {"v": "a-n299", "w": "N299"}
