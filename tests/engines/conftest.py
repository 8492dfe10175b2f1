"""Resources made by hand, for tests of engines."""

from __future__ import annotations

import pytest

from iacgate.model import Change, Document, Inventory, Location, Resource


def _locate(path):
    return Location(file="main.tf", line=1 + len(path))


@pytest.fixture
def make():
    """``make(type, body)`` gives a resource; ``actions`` make it a planned one."""

    def build(kind, body, *, provider="aws", name="x", actions=(), before=None, **more):
        document = Document(path="main.tf", kind="hcl", body=None, locate=_locate)
        change = Change(actions=tuple(actions), before=before) if actions else None
        return Resource(
            address=f"{kind}.{name}", type=kind, provider=provider, name=name, body=body, adapter="test",
            document=document, locate=_locate, change=change, **more,
        )  # fmt: skip

    return build


@pytest.fixture
def judge():
    """``judge(rule, *resources)`` gives what a rule's check yields on the first of them, in an inventory of all."""

    def run(rule, *resources, related=None, whole=True):
        inventory = Inventory(resources, related=related, whole=whole)
        return list(rule.check(resources[0], inventory))

    return run
