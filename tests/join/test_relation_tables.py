"""Every row of the tables of relations, in every way that a configuration can write it: in HCL and in a plan the same.

For each row a parent and a child are written; what names what must be found from both ends, certain where it is, and a
doubt (never an absence) where it is not.
"""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import pytest

from iacgate.inputs import terraform, terraform_plan
from iacgate.join import build_inventory
from iacgate.join.terraform_tables import AWS, AZURE, GOOGLE, OTHER, links_of
from iacgate.model import Partial, SourceFile
from iacgate.spi import InputContext

COMPUTED = frozenset({
    "id", "arn", "self_link", "key_id", "unique_id", "number", "email", "zone_id", "url", "allocation_id", "node_id",
    "primary_network_interface_id", "qualified_arn", "versionless_id", "resource_id", "folder_id", "client_id",
    "role_definition_resource_id", "bucket_domain_name", "bucket_regional_domain_name", "dns_name", "default_vpc_id",
})  # fmt: skip
"""Keys that a provider computes: not written in a configuration."""


class Row(NamedTuple):
    """A child, the path of its attribute, a parent and its keys."""

    child: str
    steps: tuple[str, ...]
    parent: str
    keys: tuple[str, ...]
    also: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.child}.{'.'.join(self.steps)}={self.parent}"


def rows(*, every_child: bool) -> list[Row]:
    """Each line of the tables with all its attributes and parents, for all its children or one of them."""
    found: dict[str, Row] = {}
    for line in filter(None, f"{AWS}{AZURE}{GOOGLE}{OTHER}".splitlines()):
        words, attributes, parents = line.split(" | ")
        children = [child.replace("*", "sample") for word in words.split() for child in expanded(word)]
        for child in children if every_child else children[:1]:
            for attribute in attributes.split():
                for part in parents.split(";") if attribute != "-" else ():
                    row = row_of(child, attribute, part)
                    found.setdefault(row.name, row)
    return list(found.values())


def expanded(word: str) -> list[str]:
    """``a_{b,c}`` as ``a_b`` and ``a_c``."""
    match = re.search(r"\{([^{}]*)\}", word)
    if match is None:
        return [word]
    return [
        one for middle in match[1].split(",") for one in expanded(word[: match.start()] + middle + word[match.end() :])
    ]


def row_of(child: str, attribute: str, parent: str) -> Row:
    kind, _, keys = parent.strip().partition(":")
    plain = tuple(key.partition("&")[0] for key in keys.split())
    also = tuple(other for key in keys.split() for other in key.split("&")[1:])
    return Row(child, tuple(attribute.removeprefix("**").split(".")), kind.replace("*", "sample"), plain, also)


ROWS = rows(every_child=False)
EVERY_CHILD = rows(every_child=True)
TABLED = ("by_value", "unresolved")
"""Ways that lead nowhere without the tables: they are walked for every child."""


# one row written in HCL and as a plan


class Written(NamedTuple):
    """A row in one way: files of HCL, a plan, and the pairs (child, parent) that belong together."""

    files: dict[str, str]
    plan: dict[str, Any]
    pairs: tuple[tuple[str, str], ...]
    certain: bool = True


def nested(steps: tuple[str, ...], expression: str) -> str:
    """``a.b.c`` as blocks around an argument."""
    *blocks, last = steps
    return " {\n".join([*blocks, f"{last} = {expression}"]) + "\n}" * len(blocks)


def at(steps: tuple[str, ...], value: Any) -> dict[str, Any]:
    """The same in the shape of a plan."""
    for step in reversed(steps[1:]):
        value = [{step: value}]
    return {steps[0]: value}


def reference(row: Row, index: str = "") -> str:
    first, *rest = row.keys[0].split(".")
    return f"{row.parent}.p{index}.{first}" + "".join(f"[0].{one}" for one in rest)


def references(*written: str) -> list[str]:
    """References as a plan lists them: each again without its last steps."""
    found: list[str] = []
    for one in written:
        parts = one.replace("[", ".[").split(".")
        found.extend(".".join(parts[:length]).replace(".[", "[") for length in range(len(parts), 1, -1))
    return list(dict.fromkeys(found))


def change(address: str, after: Any, unknown: Any) -> dict[str, Any]:
    module, _, local = address.rpartition("module.m.")
    kind, name = local.partition("[")[0].split(".")
    entry = {"address": address, "mode": "managed", "type": kind, "name": name}
    if module or address != local:
        entry["module_address"] = "module.m"
    entry["change"] = {"actions": ["create"], "before": None, "after": after, "after_unknown": unknown}
    return entry


def child_at(row: Row, address: str) -> dict[str, Any]:
    return change(address, at(row.steps, None) if len(row.steps) > 1 else {}, at(row.steps, True))


def parent_at(row: Row, address: str) -> dict[str, Any]:
    return change(address, {}, at(tuple(row.keys[0].split(".")), True))


def block(kind: str, name: str, expressions: Any = None, **more: Any) -> dict[str, Any]:
    return {"mode": "managed", "type": kind, "name": name, "expressions": expressions or {}, **more}


def planned(changes: list[Any], *blocks: Any, calls: Any = None) -> dict[str, Any]:
    root = {"resources": list(blocks), "module_calls": calls or {}}
    return {"format_version": "1.2", "resource_changes": changes, "configuration": {"root_module": root}}


def uses(row: Row, *names: str) -> dict[str, Any]:
    return at(row.steps, {"references": references(*names)})


def by_reference(row: Row) -> Written:
    child, parent = f"{row.child}.c", f"{row.parent}.p"
    text = f'resource "{row.parent}" "p" {{}}\nresource "{row.child}" "c" {{\n{nested(row.steps, reference(row))}\n}}\n'
    plan = planned(
        [child_at(row, child), parent_at(row, parent)],
        block(row.parent, "p"),
        block(row.child, "c", uses(row, reference(row))),
    )
    return Written({"main.tf": text}, plan, ((child, parent),))


def by_value(row: Row) -> Written | None:
    key = next((key for key in row.keys if key not in COMPUTED), None)
    if key is None:
        return None
    also = "\n".join(f'{name} = "group"' for name in row.also)
    value = f'"{row.steps[-1]}-7"'
    text = (
        f'resource "{row.parent}" "p" {{\n{nested(tuple(key.split(".")), value)}\n{also}\n}}\n'
        f'resource "{row.child}" "c" {{\n{nested(row.steps, value)}\n{also}\n}}\n'
    )
    group = dict.fromkeys(row.also, "group")
    child, parent = f"{row.child}.c", f"{row.parent}.p"
    known = json.loads(value)
    plan = planned(
        [
            change(child, {**at(row.steps, known), **group}, {}),
            change(parent, {**at(tuple(key.split(".")), known), **group}, {}),
        ],
        block(row.parent, "p", at(tuple(key.split(".")), {"constant_value": known})),
        block(row.child, "c", at(row.steps, {"constant_value": known})),
    )
    return Written({"main.tf": text}, plan, ((child, parent),))


def by_chained_for_each(row: Row) -> Written:
    each = "each.value." + reference(row).split(".", 2)[2]
    text = (
        f'resource "{row.parent}" "p" {{\nfor_each = toset(["a", "b"])\n}}\n'
        f'resource "{row.child}" "c" {{\nfor_each = {row.parent}.p\n{nested(row.steps, each)}\n}}\n'
    )
    pairs = tuple((f'{row.child}.c["{key}"]', f'{row.parent}.p["{key}"]') for key in "ab")
    plan = planned(
        [item for child, parent in pairs for item in (child_at(row, child), parent_at(row, parent))],
        block(row.parent, "p", for_each_expression={}),
        block(row.child, "c", uses(row, each), for_each_expression={"references": [f"{row.parent}.p"]}),
    )
    return Written({"main.tf": text}, plan, pairs)


def by_key(row: Row) -> Written:
    text = (
        f'resource "{row.parent}" "p" {{\nfor_each = toset(["a", "b"])\n}}\n'
        f'resource "{row.child}" "c" {{\nfor_each = toset(["a", "b"])\n'
        f"{nested(row.steps, reference(row, '[each.key]'))}\n}}\n"
    )
    pairs = tuple((f'{row.child}.c["{key}"]', f'{row.parent}.p["{key}"]') for key in "ab")
    plan = planned(
        [item for child, parent in pairs for item in (child_at(row, child), parent_at(row, parent))],
        block(row.parent, "p", for_each_expression={}),
        block(row.child, "c", uses(row, f"{row.parent}.p", "each.key"), for_each_expression={}),
    )
    return Written({"main.tf": text}, plan, pairs)


def by_count(row: Row) -> Written:
    text = (
        f'resource "{row.parent}" "p" {{\ncount = 2\n}}\n'
        f'resource "{row.child}" "c" {{\ncount = 2\n{nested(row.steps, reference(row, "[count.index]"))}\n}}\n'
    )
    pairs = tuple((f"{row.child}.c[{key}]", f"{row.parent}.p[{key}]") for key in (0, 1))
    entries = [item for child, parent in pairs for item in (child_at(row, child), parent_at(row, parent))]
    for entry in entries:
        entry["index"] = int(entry["address"][-2])
    plan = planned(
        entries,
        block(row.parent, "p", count_expression={"constant_value": 2}),
        block(row.child, "c", uses(row, f"{row.parent}.p", "count.index"), count_expression={"constant_value": 2}),
    )
    return Written({"main.tf": text}, plan, pairs)


def through_input(row: Row) -> Written:
    inside = f'variable "given" {{}}\nresource "{row.child}" "c" {{\n{nested(row.steps, "var.given")}\n}}\n'
    text = f'resource "{row.parent}" "p" {{}}\nmodule "m" {{\nsource = "./m"\ngiven = {reference(row)}\n}}\n'
    child, parent = f"module.m.{row.child}.c", f"{row.parent}.p"
    call = {
        "source": "./m",
        "expressions": {"given": {"references": references(reference(row))}},
        "module": {"resources": [block(row.child, "c", uses(row, "var.given"))]},
    }
    plan = planned([child_at(row, child), parent_at(row, parent)], block(row.parent, "p"), calls={"m": call})
    return Written({"main.tf": text, "m/main.tf": inside}, plan, ((child, parent),))


def through_output(row: Row) -> Written:
    inside = f'resource "{row.parent}" "p" {{}}\noutput "out" {{\nvalue = {reference(row)}\n}}\n'
    text = (
        f'module "m" {{\nsource = "./m"\n}}\nresource "{row.child}" "c" {{\n{nested(row.steps, "module.m.out")}\n}}\n'
    )
    child, parent = f"{row.child}.c", f"module.m.{row.parent}.p"
    call = {
        "source": "./m",
        "module": {
            "resources": [block(row.parent, "p")],
            "outputs": {"out": {"expression": {"references": references(reference(row))}}},
        },
    }
    changes = [child_at(row, child), parent_at(row, parent)]
    plan = planned(changes, block(row.child, "c", uses(row, "module.m.out")), calls={"m": call})
    return Written({"main.tf": text, "m/main.tf": inside}, plan, ((child, parent),))


def through_local(row: Row) -> Written:
    text = (
        f'locals {{\ngiven = {reference(row)}\n}}\nresource "{row.parent}" "p" {{}}\n'
        f'resource "{row.child}" "c" {{\n{nested(row.steps, "local.given")}\n}}\n'
    )
    child, parent = f"{row.child}.c", f"{row.parent}.p"
    changes = [child_at(row, child), parent_at(row, parent)]
    plan = planned(changes, block(row.parent, "p"), block(row.child, "c", uses(row, "local.given")))
    return Written({"main.tf": text}, plan, ((child, parent),))


def ambiguous(row: Row) -> Written:
    either = f"var.first ? {reference(row, '[0]')} : {reference(row, '[1]')}"
    text = (
        f'variable "first" {{\ntype = bool\n}}\nresource "{row.parent}" "p" {{\ncount = 2\n}}\n'
        f'resource "{row.child}" "c" {{\n{nested(row.steps, either)}\n}}\n'
    )
    child, parents = f"{row.child}.c", [f"{row.parent}.p[{key}]" for key in (0, 1)]
    named = [reference(row, f"[{key}]") for key in (0, 1)]
    plan = planned(
        [child_at(row, child), *(parent_at(row, parent) for parent in parents)],
        block(row.parent, "p", count_expression={"constant_value": 2}),
        block(row.child, "c", uses(row, *named)),
    )
    return Written({"main.tf": text}, plan, tuple((child, parent) for parent in parents), certain=False)


def unresolved(row: Row) -> Written:
    text = (
        f'variable "given" {{}}\nresource "{row.parent}" "p" {{}}\n'
        f'resource "{row.child}" "c" {{\n{nested(row.steps, "var.given")}\n}}\n'
    )
    child, parent = f"{row.child}.c", f"{row.parent}.p"
    changes = [child_at(row, child), parent_at(row, parent)]
    plan = planned(changes, block(row.parent, "p"), block(row.child, "c", uses(row, "local.lost")))
    return Written({"main.tf": text}, plan, ((child, parent),), certain=False)


WAYS = (
    by_reference,
    by_value,
    by_chained_for_each,
    by_key,
    by_count,
    through_input,
    through_output,
    ambiguous,
    unresolved,
)


# reading them


def read_source(folder: str, files: dict[str, str]) -> list[Any]:
    def source(name: str, text: str) -> SourceFile:
        path = PurePosixPath("/made", folder, name)
        return SourceFile(path=f"{folder}/{name}", absolute=str(path), read=text.encode)

    documents = [document for name, text in files.items() for document in terraform.parse(source(name, text))]
    context = InputContext(root="/made", open=lambda _: None)
    made = list(terraform.normalise(documents, context))
    assert context.troubles == []
    return made


def read_plan(folder: str, plan: dict[str, Any], beside: str = "") -> list[Any]:
    data = json.dumps(plan).encode()
    absolute = f"{beside}/plan.json" if beside else ""
    source = SourceFile(path=f"{folder}/plan.json", absolute=absolute, read=lambda: data)

    def opened(path: str) -> SourceFile | None:
        from pathlib import Path

        file = Path(path)
        return SourceFile(path=file.name, absolute=path, read=file.read_bytes) if file.is_file() else None

    return list(terraform_plan.normalise(list(terraform_plan.parse(source)), InputContext(root=beside, open=opened)))


def wrong(row: Row, written: Written, resources: list[Any]) -> list[str]:
    """What is not as it should be, from both ends."""
    inventory = build_inventory(resources, (), whole=True)
    at_address = {item.address: item for item in resources}
    found: list[str] = []
    for child, parent in written.pairs:
        for one, other, kind in ((child, parent, row.parent), (parent, child, row.child)):
            related = inventory.related(at_address[one], kind)
            names = [item.address for item in related if row.child != row.parent or item.address == other]
            expected = [other] if written.certain else []
            if names != expected or isinstance(related, Partial) is written.certain:
                doubt = f", perhaps: {related.maybe.reason}" if isinstance(related, Partial) else ""
                found.append(f"{row.name}: {one} is related to {names or 'nothing'}{doubt}")
    return found


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("side", ["source", "plan"])
def test_every_row(way, side):
    found: list[str] = []
    for number, row in enumerate(EVERY_CHILD if way.__name__ in TABLED else ROWS):
        written = way(row)
        if written is None:
            continue
        folder = f"r{number}"
        resources = read_source(folder, written.files) if side == "source" else read_plan(folder, written.plan)
        found.extend(wrong(row, written, resources))
    assert found == []


def test_through_a_local_value():
    found: list[str] = []
    for number, row in enumerate(ROWS):
        written = through_local(row)
        found.extend(wrong(row, written, read_source(f"r{number}", written.files)))
        alone = written._replace(certain=False)
        found.extend(wrong(row, alone, read_plan(f"r{number}", alone.plan)))
    assert found == []


@pytest.mark.parametrize("row", ROWS[::10], ids=lambda row: row.name)
def test_through_a_local_value_of_the_source_beside_a_plan(row, tmp_path):
    written = through_local(row)
    (tmp_path / "main.tf").write_text(written.files["main.tf"])
    assert wrong(row, written, read_plan("r", written.plan, str(tmp_path))) == []


def test_the_tables_are_all_here():
    assert len(ROWS) > 350
    assert len(EVERY_CHILD) > 1_000
    assert all(links_of(row.child).own or links_of(row.child).anywhere for row in EVERY_CHILD)


def test_what_is_no_row_is_not_found():
    row = Row("aws_s3_bucket_versioning", ("bucket",), "aws_sqs_queue", ("name",), ())
    assert len(wrong(row, by_value(row), read_source("r", by_value(row).files))) == 2
    assert len(wrong(row, unresolved(row), read_plan("r", unresolved(row).plan))) == 2
