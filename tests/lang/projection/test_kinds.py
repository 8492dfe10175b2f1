"""Every resource type of the Kubernetes providers, in kinds.tf, and the object that it makes, in kinds.yaml."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from iacgate.lang.projection import object_types
from iacgate.lang.projection.shapes import camel, kind_of, shape
from iacgate.lang.projection.table import SHAPES
from iacgate.model import Resource, reveal
from iacgate.pipeline import Request, take_inventory

HERE = Path(__file__).parent
EXPECTED = [one for one in yaml.safe_load_all((HERE / "kinds.yaml").read_text()) if one]


@pytest.fixture(scope="module")
def made() -> list[Resource]:
    request = Request(cwd=str(HERE), today=date(2026, 1, 1), use_settings=False)
    taken = take_inventory([str(HERE / "kinds.tf")], request)
    assert (taken.troubles, taken.notices) == ([], [])
    return [one for one in taken.inventory.resources if one.view_of is not None]


def test_all_types_are_here(made: list[Resource]) -> None:
    here = {one.view_of.type for one in made if one.view_of}
    alike = [kind_of(name) for name in here]
    assert [name for name in object_types() if name not in here and kind_of(name) not in alike] == []
    for name in object_types():
        if name.endswith("_v1") and name.removesuffix("_v1") in object_types():
            old, new = kind_of(name.removesuffix("_v1")), kind_of(name)
            assert old is not None
            assert new is not None
            assert old.kind == new.kind


@pytest.mark.parametrize(
    "index", range(len(EXPECTED)), ids=[f"{one['kind']}-{index}" for index, one in enumerate(EXPECTED)]
)
def test_what_a_type_makes(made: list[Resource], index: int) -> None:
    assert plain(made[index].body) == EXPECTED[index]
    assert made[index].type == EXPECTED[index]["kind"]
    assert len(made) == len(EXPECTED)


FILLED_IN = {"apiVersion", "kind", "namespace", "name", "automountServiceAccountToken", "allowPrivilegeEscalation"}
"""What a type says, and the provider's defaults: not written anywhere."""


def test_every_value_has_its_own_place(made: list[Resource]) -> None:
    """What stands where a path leads is the value itself, in Terraform's spelling."""
    lines = (HERE / "kinds.tf").read_text().splitlines()
    placed = 0
    for one in made:
        for path, value in leaves(one.body):
            place = one.at(*path)
            written = lines[place.line - 1][place.column - 1 : place.end_column - 1].strip('"')
            if written == spelt(value) or (written.isdigit() and int(written, 8) == value):
                placed += 1
            else:
                assert path[-1] in FILLED_IN, (one.address, path, written)
    assert placed > 500


def test_every_shape_is_used_and_there() -> None:
    names = {line.split("=")[0].strip() for line in SHAPES.splitlines() if line and not line.startswith(" ")}
    used: set[str] = set()
    waiting = [
        field.shape for name in object_types() if (kind := kind_of(name)) for field in kind.shape.fields.values()
    ]
    while waiting:
        name = waiting.pop()
        if name and name not in used:
            used.add(name)
            waiting.extend(field.shape for field in shape(name).fields.values())
    assert used == names


@pytest.mark.parametrize(
    ("name", "spelled"), [("name", "name"), ("image_pull_policy", "imagePullPolicy"), ("_x", "X"), ("", "")]
)
def test_camel_case(name: str, spelled: str) -> None:
    assert camel(name) == spelled


@pytest.mark.parametrize(
    "name", ["kubernetes_labels", "kubernetes_config_map_v1_data", "kubernetes_node_taint", "kubernetes_", "aws_vpc"]
)
def test_types_that_make_no_object_of_their_own(name: str) -> None:
    assert kind_of(name) is None


def plain(value: Any) -> Any:
    value = reveal(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    value = reveal(value)
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in leaves(item, (*path, key))]
    if isinstance(value, list):
        return [leaf for index, item in enumerate(value) for leaf in leaves(item, (*path, index))]
    return [(path, value)]


def spelt(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
