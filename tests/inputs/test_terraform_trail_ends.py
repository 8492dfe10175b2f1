"""A trail that is not followed to its end says so, and calls no place the origin that is none."""

from __future__ import annotations

from datetime import date

import pytest

from iacgate.lang.terraform.steps import CUT, DEFINED
from iacgate.lang.terraform.trail import MOST_HOPS
from iacgate.pipeline import Request, take_inventory


def resource_of(folder, length):
    chain = "".join(f"  l{n} = local.l{n + 1}\n" for n in range(length))
    text = f'resource "a_b" "r" {{\n  v = local.l0\n}}\nlocals {{\n{chain}  l{length} = "x"\n}}\n'
    (folder / "main.tf").write_text(text, encoding="utf-8")
    taken = take_inventory([str(folder)], Request(cwd=str(folder), today=date(2026, 1, 1)))
    (resource,) = taken.inventory.resources
    return resource


@pytest.mark.parametrize(
    ("length", "note"), [(3, DEFINED), (MOST_HOPS - 1, DEFINED), (MOST_HOPS, CUT), (MOST_HOPS + 20, CUT)]
)
def test_a_long_way_is_followed_so_far(tmp_path, length, note):
    resource = resource_of(tmp_path, length)
    assert resource.body == {"v": "x"}
    outermost = resource.at("v").via[0]
    assert outermost.note == note
    assert len(resource.at("v").via) <= MOST_HOPS


def test_a_scan_that_has_spent_all_it_may_says_so(tmp_path):
    resource = resource_of(tmp_path, 1)
    assert [step.note for step in resource.at("v").via] == [DEFINED, "passed here"]
    resource.locate._instance.owner.limits.steps = -1
    assert resource.at("v").via[0].note == CUT
