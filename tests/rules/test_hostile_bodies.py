"""No shipped rule crashes, whatever the body: each is shown values of every kind under the names it looks at."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iacgate.engines.native.library import load_file
from iacgate.engines.native.packs import read_file
from iacgate.lang.jmespath.syntax import walk
from iacgate.model import (
    Document,
    Doubt,
    Inventory,
    Location,
    NotApplicable,
    Partial,
    Resource,
    Secret,
    Undecided,
    Unknown,
    Violation,
)

ROOT = Path(__file__).resolve().parents[2]
RULES = sorted((ROOT / "rules").rglob("*.yaml"))
COMMON = [
    *(
        "spec",
        "template",
        "metadata",
        "name",
        "kind",
        "containers",
        "initContainers",
        "securityContext",
        "image",
        "rules",
    ),
    *(
        "ingress",
        "egress",
        "cidr_blocks",
        "from_port",
        "to_port",
        "protocol",
        "ports",
        "allow",
        "security_rule",
        "access",
    ),
    *("type", "policy", "Statement", "statement", "Effect", "Action", "Resource", "Principal", "Condition", "actions"),
    *("principals", "identifiers", "environment", "variables", "value", "direction"),
]
LEAVES = st.sampled_from(
    [
        *(None, True, False, 0, -1, 22, 1e300, "", "*", "0.0.0.0/0", "Allow", "Inbound", "ingress", "tcp", "{", "\x00"),
        *('{"Statement": [1]}', Unknown("why"), Unknown("why", prefix="arn:"), Unknown("why", ref="aws_x.y")),
        *(Secret("s"), Secret({"a": [1]}), Secret(["x"])),
    ]
)


def names_in(record):
    trees = [record[key] for key in ("where", "each", "deny", "require", "at") if key in record]
    trees += [part for part in record.get("message") or () if isinstance(part, list)]
    return {node[1] for tree in trees for node in walk(tree) if node[0] == "field"}


def bodies(names):
    keys = st.sampled_from(sorted({*names, *COMMON}))
    return st.recursive(
        LEAVES,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(keys, inner, max_size=4)
            | st.lists(inner, max_size=2).map(lambda items: Partial(items, maybe=Unknown("more")))
        ),
        max_leaves=12,
    )


def resource_of(kind, body):
    place = Location(file="x")
    document = Document(path="x", kind="x", body=None, locate=lambda _path: place)
    provider = "kubernetes" if kind == "workload" or kind[:1].isupper() else kind.split("_")[0]
    return Resource(
        address=f"{kind}.x", type=kind, provider=provider, name="x", body=body, adapter="test", document=document,
        locate=lambda _path: place,
    )  # fmt: skip


@pytest.mark.parametrize("file", RULES, ids=lambda file: file.stem)
def test_any_body_is_judged(file):
    rule = load_file(file, ROOT / "rules")
    record = read_file(file, ROOT / "rules")

    @given(st.dictionaries(st.sampled_from(sorted({*names_in(record), *COMMON})), bodies(names_in(record)), max_size=6))
    @settings(max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def judged(body):
        for kind in rule.on:
            subject = resource_of(kind, {"kind": "Pod", **body} if kind == "workload" else body)
            inventory = Inventory([subject], related=lambda _i, _r, kind: [resource_of(kind, body)])
            try:
                found = list(rule.check(subject, inventory))
            except Undecided:
                continue
            assert all(isinstance(one, Violation | Doubt | NotApplicable) for one in found)
            for one in found:
                assert isinstance(getattr(one, "path", ()), tuple)

    judged()
