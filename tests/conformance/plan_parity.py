"""How far source and plan give the same model and the same answers: counts, and every difference with its reason.

In: pairs of a configuration and the plan made of it, ours (``parity/``) and those of the public test data. Each side
goes through ``iacgate inventory`` and ``iacgate scan``, the plan once alone and once with its source beside it. Out: a
:class:`Parity`; run as a script it writes the record that ``test_plan_parity.py`` holds everything to.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from iacgate.cli.entry import run

HERE = Path(__file__).resolve().parent
RECORD = HERE / "plan_parity.md"
MADE = ("basics", "modules", "lifecycle", "hcl-edge", "aws", "scale-2000")
VARIABLES = {"hcl-edge": ("--var", "env_only=from-env")}
SOURCES = ("*.tf", "*.tf.json", "*.tfvars", "*.tfvars.json", "*.tftpl", "*.json")
NOT_SOURCE = ("plan*.json", "state*.json", "src1", "generated.tf", "*.tfstate*", "*.txt")

NO_EXPRESSIONS = "what an unknown text is made of, an unknown block or a conditional, is in the source alone"
JSON_WITH_HOLES = (
    "the text of JSON with something unknown in it is unknown as a whole in a plan; its parts are in the source"
)
READ = "a data source that was read while planning: the source cannot know the answer"
PLACE = "depends on where Terraform runs, not on the configuration"
KIND = "which type an attribute has is for the provider to say: the same text"
NOT_NULL = "whether something that is not known yet is null"
GENERATED = "configuration that the import generated is in the plan only"
STAND_IN = "the stand-in provider of these plans answers with a made-up text"
UNEXPLAINED = "UNEXPLAINED"


class Pair(NamedTuple):
    """A configuration, its plan, and options for the source."""

    name: str
    source: Path
    plan: Path
    options: tuple[str, ...] = ()


class Difference(NamedTuple):
    """What the sides do not agree on: an attribute (its path dotted) or the answer of a rule."""

    pair: str
    reading: str
    resource: str
    what: str
    source: str
    plan: str
    because: str


Group = tuple[str, str]
"""Where a configuration is from, and whether the plan was read alone or beside its source."""


@dataclass
class Parity:
    """Attributes that the source sets, those equal, answers of rules, those equal, and what is not."""

    attributes: Counter[Group] = field(default_factory=Counter)
    equal: Counter[Group] = field(default_factory=Counter)
    answers: Counter[Group] = field(default_factory=Counter)
    same: Counter[Group] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)


def pairs(corpora: Path | None) -> Iterator[Pair]:
    """All pairs; those of the public test data where it is at hand."""
    for folder in sorted((HERE / "parity").iterdir()):
        yield Pair(f"ours/{folder.name}", folder, folder / "plan.json")
    if corpora is None:
        return
    for name in MADE:
        folder = corpora / "plans/made" / name
        yield Pair(f"made/{name}", folder, folder / "plan.json", VARIABLES.get(name, ()))
    for line in (corpora / "trivy/truth.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row.get("plan"):
            name = f"snippets/{Path(row['file']).parent.name}"
            yield Pair(name, corpora / "trivy" / row["file"], corpora / "trivy" / row["plan"])


def measure(every: Iterator[Pair]) -> Parity:
    """Compare all pairs."""
    found = Parity()
    for pair in every:
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            source, plan = _copied(pair, folder)
            ours = [str(source), *pair.options]
            sides = [_Side("source", _resources(ask("inventory", *ours)), _answers(ask(*SCAN, *ours)))]
            for name in ("alone", "beside"):
                if name == "beside":
                    plan = Path(shutil.move(plan, source / "plan.json"))
                there = str(plan)
                sides.append(_Side(name, _resources(ask("inventory", there)), _answers(ask(*SCAN, there))))
        for side in sides[1:]:
            _compare_models(pair, sides[0], side, found)
            _compare_answers(pair, sides[0], side, found)
    return found


SCAN = ("scan", "--evaluations", "--ruleset", "strict", "--today", "2026-11-21")


class _Side(NamedTuple):
    """What one reading gives: resources by address, answers by rule and resource."""

    name: str
    resources: dict[str, Any]
    answers: dict[tuple[str, str], tuple[str, tuple[str, ...]]]


def _copied(pair: Pair, folder: Path) -> tuple[Path, Path]:
    """Copies of the source and of the plan that do not lie beside each other."""
    source, plan = folder / "source", folder / "plan.json"
    shutil.copy(pair.plan, plan)
    if pair.source.is_dir():
        shutil.copytree(pair.source, source, ignore=shutil.ignore_patterns(*NOT_SOURCE))
    else:
        source.mkdir()
        shutil.copy(pair.source, source / "main.tf")
    return source, plan


def ask(*arguments: str) -> Any:
    """The JSON that a command prints."""
    printed = _Held(io.BytesIO(), encoding="utf-8", write_through=True)
    kept = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = printed, io.StringIO()
    try:
        run([*arguments, "-o", "json", "--no-config", "--no-gitignore"])
        printed.flush()
        return json.loads(printed.buffer.getvalue())  # type: ignore[attr-defined]  # it is the BytesIO above
    finally:
        sys.stdout, sys.stderr = kept


class _Held(io.TextIOWrapper):
    """Standard output of a command run in this process."""

    def close(self) -> None:
        """Stay open: what was printed is read afterwards."""


# the models


def _compare_models(pair: Pair, source: _Side, plan: _Side, found: Parity) -> None:
    ours, theirs = source.resources, plan.resources
    group = pair.name.partition("/")[0], plan.name
    for address in sorted(ours.keys() ^ theirs.keys()):
        sides = ("", "there") if address in theirs else ("there", "")
        because = GENERATED if pair.name == "made/lifecycle" and address in theirs else UNEXPLAINED
        found.differences.append(Difference(pair.name, plan.name, address, "", *sides, because))
    for address in sorted(ours.keys() & theirs.keys()):
        for name, value in ours[address]["body"].items():
            for path, mine, other in _leaves(value, theirs[address]["body"].get(name), (name,)):
                found.attributes[group] += 1
                if mine == other or (_kind(mine) == _kind(other) != "known"):
                    found.equal[group] += 1
                    continue
                what = ".".join(map(str, path))
                sides = _kind(mine), _kind(other)
                because = _reason(mine, other, address, what)
                found.differences.append(Difference(pair.name, plan.name, address, what, *sides, because))


def _resources(inventory: Any) -> dict[str, Any]:
    return {
        item["address"]: item
        for item in inventory["resources"]
        if item["type"] not in {"module", "plan"} and not item["type"].startswith("provider.")
    }


def _leaves(ours: Any, theirs: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any, Any]]:
    """What the source sets, value by value, with what the plan says there."""
    ours, theirs = _data(ours), _data(theirs)
    if ours is None:
        return
    if (
        isinstance(ours, dict)
        and ours
        and _kind(ours) == "known"
        and isinstance(theirs, dict)
        and _kind(theirs) == "known"
    ):
        for key in ours:
            yield from _leaves(ours[key], theirs.get(key), (*path, key))
    elif isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs) or not ours:
            yield (*path, "length"), len(ours), len(theirs)
        for index, (mine, other) in enumerate(zip(ours, theirs, strict=False)):
            yield from _leaves(mine, other, (*path, index))
    elif isinstance(ours, dict | list) and _kind(ours) == "known" and ours:
        items = ours.items() if isinstance(ours, dict) else enumerate(ours)
        for key, mine in items:
            yield from _leaves(mine, theirs if _kind(theirs) != "known" else None, (*path, key))
    else:
        yield path, ours, theirs


def _kind(value: Any) -> str:
    if isinstance(value, dict) and (len(value) == 1 or value.keys() == {"$unknown", "like"}):
        return {"$unknown": "unknown", "$secret": "secret"}.get(next(iter(value)), "known")
    return "absent" if value is None else "known"


def _reason(ours: Any, theirs: Any, address: str, what: str) -> str:
    sides = _kind(ours), _kind(theirs)
    if sides == ("known", "unknown"):
        return JSON_WITH_HOLES
    if sides == ("known", "known") and _spelled(ours) == _spelled(theirs):
        return KIND
    if sides == ("known", "known"):
        made_up = "aws_iam_policy_document" in address or str(theirs).startswith("read-") or "polic" in what
        return STAND_IN if made_up else UNEXPLAINED
    if sides == ("unknown", "known"):
        why = ours["$unknown"]
        if "data." in why.replace("terraform_data.", ""):
            return READ
        if any(word in why for word in ("where Terraform runs", "fileset", "terraform.workspace")):
            return PLACE
        return NOT_NULL if isinstance(theirs, bool) else UNEXPLAINED
    return UNEXPLAINED


def _spelled(value: Any) -> str:
    return json.dumps(value).strip('"')


def _data(text: Any) -> Any:
    """A JSON text as data, anything else as it is: how a document is spaced is for the provider to say."""
    if isinstance(text, str) and text.lstrip().startswith("{"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


# the answers


def _compare_answers(pair: Pair, source: _Side, plan: _Side, found: Parity) -> None:
    group = pair.name.partition("/")[0], plan.name
    for rule, resource in sorted(source.answers.keys() & plan.answers.keys()):
        mine, other = source.answers[rule, resource], plan.answers[rule, resource]
        found.answers[group] += 1
        if mine == other:
            found.same[group] += 1
            continue
        because = _why_answers_differ(mine[0], other[0], plan.name)
        if because == UNEXPLAINED:
            sides = ("; ".join((mine[0], *mine[1])), "; ".join((other[0], *other[1])))
            line = Difference(pair.name, plan.name, resource, rule, *sides, because)
        else:
            line = Difference(pair.name, plan.name, resource, "rules", "decided", "unknown", because)
        found.differences.append(line)


def _answers(report: Any) -> dict[tuple[str, str], tuple[str, tuple[str, ...]]]:
    """The outcome of each rule on each resource, and the paths of its findings."""
    paths: dict[tuple[str, str], list[str]] = {}
    for item in report["findings"]:
        if item["state"] != "unknown":
            path = ".".join(map(str, item["path"]))
            paths.setdefault((item["rule"], item["resource"]["address"]), []).append(path)
    return {
        (item["rule"], item["resource"]): (
            item["outcome"],
            tuple(sorted(paths.get((item["rule"], item["resource"]), ()))) if item["outcome"] == "fail" else (),
        )
        for item in report["evaluations"]
    }


def _why_answers_differ(ours: str, theirs: str, reading: str) -> str:
    return NO_EXPRESSIONS if theirs == "unknown" and ours != "unknown" and reading == "alone" else UNEXPLAINED


# the record


def written(parity: Parity) -> str:
    """The record as Markdown."""
    lines = [
        "# Source and plan",
        "",
        "The same configuration read from its source and from its plan; the plan once alone, once beside its source.",
        "Attributes are those that the source sets, value by value, unknown and sensitive marks included; answers are",
        "those of every rule on every resource, findings with their paths. Written by `plan_parity.py`, held by",
        "`test_plan_parity.py`.",
        "",
        "| configurations | plan | attributes | equal | | answers | the same | |",
        "|--|--|--|--|--|--|--|--|",
    ]
    tables = (parity.attributes, parity.equal, parity.answers, parity.same)
    lines += [_row(*group, [table[group] for table in tables]) for group in sorted(parity.attributes)]
    for reading in ("alone", "beside"):
        sums = [sum(number for (_, name), number in table.items() if name == reading) for table in tables]
        lines.append(_row("**all**", reading, sums))
    lines += [
        "",
        "## What differs, and why",
        "",
        "| configuration | plan | resource | what | source | plan says | because |",
    ]
    lines.append("|--|--|--|--|--|--|--|")
    lines += [_cells(*item) for item in sorted(set(parity.differences))]
    return "\n".join(lines) + "\n"


def _row(name: str, reading: str, row: list[int]) -> str:
    attributes, equal, answers, same = row
    return _cells(name, reading, attributes, equal, _share(equal, attributes), answers, same, _share(same, answers))


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else ""


def _cells(*cells: Any) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    data = Path(os.environ.get("IACGATE_TEST_DATA", HERE.parent.parent.parent / "shared")) / "corpora"
    RECORD.write_text(written(measure(pairs(data if data.is_dir() else None))), encoding="utf-8")
