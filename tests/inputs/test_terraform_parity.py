"""The same configuration as source and as plan: the same addresses, and never another value."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from iacgate.inputs import terraform, terraform_plan
from iacgate.model import Partial, Resource, Secret, SourceFile, Unknown, jsonable, reveal
from iacgate.spi import InputContext

JUDGED = ("resource", "data")


def source_file(path: Path, root: Path) -> SourceFile:
    return SourceFile(path=path.relative_to(root).as_posix(), absolute=str(path), read=path.read_bytes)


def configured(root: Path, files: list[Path], settings: dict[str, Any]) -> dict[str, Resource]:
    sources = [source_file(path, root) for path in files]
    documents = [document for source in sources if terraform.claims(source) for document in terraform.parse(source)]

    def opened(path: str) -> SourceFile | None:
        return source_file(Path(path), root) if os.path.isfile(path) and path.startswith(str(root)) else None

    context = InputContext(root=str(root), open=opened, settings=settings)
    made = terraform.normalise(documents, context)
    assert context.troubles == []
    return {resource.address: resource for resource in made if resource.category in JUDGED}


def planned(path: Path) -> dict[str, Resource]:
    documents = list(terraform_plan.parse(source_file(path, path.parent)))
    made = terraform_plan.normalise(documents, InputContext(root=str(path.parent), open=lambda _: None))
    return {resource.address: resource for resource in made if resource.category in JUDGED}


def compare(ours: Any, theirs: Any, path: tuple[Any, ...], wrong: list[Any], counts: Counter[str]) -> None:
    """Walk two values. What we know must be what the plan says; JSON with holes is more than a plan can say."""
    if isinstance(ours, Unknown):
        counts["both unknown" if isinstance(theirs, Unknown) else "lost"] += 1
        return
    if isinstance(theirs, Unknown):
        if not isinstance(ours, dict | list) and ours is not None:
            wrong.append((path, ours, theirs))
        return
    if isinstance(ours, Secret) != isinstance(theirs, Secret):
        wrong.append((path, "sensitive", type(ours), type(theirs)))
    ours, theirs = reveal(ours), reveal(theirs)
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in ours:
            compare(ours[key], theirs.get(key), (*path, key), wrong, counts)
    elif isinstance(ours, list) and isinstance(theirs, list):
        if isinstance(ours, Partial) != isinstance(theirs, Partial) or len(ours) != len(theirs):
            wrong.append((path, ours, theirs))
        for index, (left, right) in enumerate(zip(ours, theirs, strict=False)):
            compare(left, right, (*path, index), wrong, counts)
    elif spelled(ours) != spelled(theirs):
        wrong.append((path, ours, theirs))
    else:
        counts["same"] += 1


def spelled(value: Any) -> Any:
    """A primitive as text: what type an attribute has is for the provider to say."""
    return json.dumps(value).strip('"') if isinstance(value, bool | int | float | str) else value


def differences(ours: dict[str, Resource], theirs: dict[str, Resource]) -> tuple[list[Any], Counter[str]]:
    wrong: list[Any] = []
    counts: Counter[str] = Counter()
    for kind in ("resource",):
        left = {address for address, resource in ours.items() if resource.category == kind}
        right = {address for address, resource in theirs.items() if resource.category == kind}
        wrong.extend(sorted(left ^ right))
    for address in ours.keys() & theirs.keys():
        compare(ours[address].body, theirs[address].body, (address,), wrong, counts)
    return wrong, counts


SETTINGS = {"hcl-edge": {"variables": {"env_only": "from-env"}, "workspace": "default"}}


@pytest.mark.parametrize(
    ("folder", "same", "lost"),
    [("basics", 12, 0), ("modules", 26, 0), ("hcl-edge", 137, 3), ("aws", 45, 0), ("scale-2000", 2000, 0)],
)
def test_source_and_plan_agree(corpora, folder, same, lost):
    root = (corpora / "plans/made" / folder).resolve()
    ours = configured(root, sorted(root.rglob("*")), SETTINGS.get(folder, {}))
    wrong, counts = differences(ours, planned(root / "plan.json"))
    assert wrong == []
    assert counts["same"] >= same
    assert counts["lost"] <= lost


def test_snippets_and_their_plans_agree(corpora):
    rows = [json.loads(line) for line in (corpora / "trivy/truth.jsonl").read_text().splitlines()]
    counts: Counter[str] = Counter()
    wrong: list[Any] = []
    for row in rows:
        if row.get("plan"):
            path = (corpora / "trivy" / row["file"]).resolve()
            found, more = differences(configured(path.parent, [path], {}), planned(corpora / "trivy" / row["plan"]))
            wrong.extend((row["file"], item) for item in found)
            counts += more
    assert wrong == []
    assert counts["lost"] == 0
    assert counts["same"] > 400


def test_every_result_of_the_edge_cases_is_the_one_of_terraform(corpora, tmp_path):
    rows = [json.loads(line) for line in (corpora / "eval/hcl-edge.jsonl").read_text().splitlines()]
    root = tmp_path.resolve() / "edge"
    shutil.copytree(corpora / "plans/made/hcl-edge", root, ignore=shutil.ignore_patterns("plan.*"))
    probes = "".join(f'resource "x_y" "p{at}" {{\n  v = {read(row["source"])}\n}}\n' for at, row in enumerate(rows))
    (root / "probes.tf").write_text(probes)
    ours = configured(root, sorted(root.rglob("*")), SETTINGS["hcl-edge"])
    wrong = []
    for at, row in enumerate(rows):
        value = ours[f"x_y.p{at}"].body.get("v")
        if row["kind"] == "sensitive":
            right = isinstance(value, Secret)
        elif row["kind"] == "unknown":
            right = isinstance(value, Unknown) or row["name"] in KNOWN_HERE
        else:
            plain = jsonable(value) if row["kind"] == "value" else value
            right = plain == row["value"] if row["kind"] == "value" else has_hole(value)
        if not right and row["name"] not in UNKNOWN_HERE:
            wrong.append((row["name"], row["kind"], row["value"], value))
    assert wrong == []
    assert len(rows) == 89


def read(source: str) -> str:
    """A result's place as an expression: the last name of some is none that Terraform takes behind a dot."""
    front, _, name = source.rpartition(".")
    return source if name.isidentifier() else f'{front}["{name}"]'


def has_hole(value: Any) -> bool:
    return any(isinstance(item, Unknown) for item in (value.values() if isinstance(value, dict) else value))


UNKNOWN_HERE = {
    "exists",  # whether a file is there where Terraform runs
    "unknowns.notnull",  # only the provider says that an id is never null
}
KNOWN_HERE = {"unknowns.json"}
"""The text of JSON with holes: its parts are known."""
