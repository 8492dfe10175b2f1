"""Every file of the parsers corpus, from bytes to exit code: read, refused at its place, or named as a template."""

from __future__ import annotations

import json
import shutil
import tracemalloc
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from iacgate.model import ScanReport, SourceRecord, SourceStatus
from iacgate.pipeline import Request, scan

NAMES = {"hcl": "main.tf", "yaml": "manifest.yaml", "helm-template": "deploy.yaml", "json": "any.json"}
"""What a file is called when it is scanned, by format: the corpus names some so that no adapter would look at them."""

EVERY = 4
"""Of the plain files to accept, one in this many is scanned in a normal run; all refusals are."""

DECLINED = frozenset({
    # kubectl would refuse these: a key stands twice, which the corpus' judge does not look at
    "yaml/kubernetes+examples/_archived/openshift-origin/etcd-controller.yaml",
    "yaml/kubernetes+examples/_archived/persistent-volume-provisioning/quobyte/quobyte-admin-secret.yaml",
    # a fragment for the parser alone: every builder refuses an instruction before FROM
    "dockerfile/moby+buildkit/frontend/dockerfile/parser/testfiles/jeztah-invalid-json-single-quotes/Dockerfile",
})  # fmt: skip
"""Files that the corpus accepts and that we refuse on purpose."""

NO_SIGN_OF_A_PLAN = frozenset({"made/plan/not-an-object.json"})
"""JSON without anything of ours in it: not applicable, as any other JSON in a repository."""


def _rows(corpora: Path, *expectations: str) -> list[dict[str, Any]]:
    lines = (corpora / "parsers/manifest.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["expect"] in expectations]


def _scan(path: Path, cwd: Path) -> ScanReport:
    return scan([str(path)], Request(cwd=str(cwd), today=date(2026, 6, 1), use_settings=False, ruleset="strict"))


def _copied(row: dict[str, Any], corpora: Path, folder: Path) -> Path:
    """The file alone in a folder of its own, under a name that says its format."""
    place = folder / str(abs(hash(row["file"])))
    place.mkdir(exist_ok=True)
    origin = corpora / "parsers" / row["file"]
    name = NAMES.get(row["format"], "Dockerfile" if row["format"] == "dockerfile" else origin.name)
    shutil.copyfile(origin, place / name)
    return place / name


def _outcome(row: dict[str, Any], corpora: Path, folder: Path) -> tuple[ScanReport, SourceRecord]:
    path = _copied(row, corpora, folder)
    report = _scan(path, path.parent)
    own = [record for record in report.sources if record.path == path.name]
    assert len(own) == 1, f"{row['file']}: {report.sources}"
    return report, own[0]


def _wrong(rows: Iterable[dict[str, Any]], corpora: Path, folder: Path, allowed: set[SourceStatus]) -> list[str]:
    wrong = []
    for row in rows:
        _, record = _outcome(row, corpora, folder)
        if record.status not in allowed and row["file"] not in DECLINED:
            wrong.append(f"{row['file']}: {record.status.value} {record.detail}")
    return wrong


def test_what_must_parse_is_read(corpora: Path, tmp_path: Path) -> None:
    rows = _rows(corpora, "accept", "accept-assumed")
    stated = [row for row in rows if row["judged_by"] == "stated"]
    chosen = [*stated, *(row for row in rows[::EVERY] if row not in stated)]
    assert not _wrong(chosen, corpora, tmp_path, {SourceStatus.READ, SourceStatus.NOT_APPLICABLE})


def test_what_must_be_refused_is_named_with_its_place_and_closes_the_gate(corpora: Path, tmp_path: Path) -> None:
    wrong = []
    for row in _rows(corpora, "reject"):
        if row["file"] in NO_SIGN_OF_A_PLAN:
            continue
        report, record = _outcome(row, corpora, tmp_path)
        place = record.location
        told = any(trouble.location == place for trouble in report.troubles)
        placed = place is not None and place.file == record.path and place.line >= 1 and place.column >= 1
        if record.status is not SourceStatus.UNREADABLE or not placed or not told or report.exit_code not in {1, 3}:
            wrong.append(f"{row['file']}: {record} exit {report.exit_code}")
    assert not wrong


def test_what_we_refuse_on_purpose_is_refused(corpora: Path, tmp_path: Path) -> None:
    rows = [row for row in _rows(corpora, "accept", "accept-assumed") if row["file"] in DECLINED]
    assert len(rows) == len(DECLINED)
    assert all(_outcome(row, corpora, tmp_path)[0].troubles for row in rows)


def test_raw_chart_templates_are_skipped_under_a_chart_with_the_hint_to_render(corpora: Path, tmp_path: Path) -> None:
    templates = tmp_path / "chart" / "templates"
    templates.mkdir(parents=True)
    (tmp_path / "chart" / "Chart.yaml").write_text("apiVersion: v2\nname: any\nversion: 1.0.0\n", encoding="utf-8")
    rows = _rows(corpora, "reject-as-yaml")
    for index, row in enumerate(rows):
        shutil.copyfile(corpora / "parsers" / row["file"], templates / f"{index}.yaml")
    report = _scan(tmp_path, tmp_path)
    found = [record for record in report.sources if "/templates/" in record.path]
    assert len(found) == len(rows)
    assert {record.status for record in found} == {SourceStatus.SKIPPED}
    assert all("--render" in record.detail for record in found)
    assert not report.troubles


def test_raw_chart_templates_elsewhere_are_called_templates(corpora: Path, tmp_path: Path) -> None:
    wrong = []
    for row in _rows(corpora, "reject-as-yaml")[::EVERY]:
        report, record = _outcome(row, corpora, tmp_path)
        if record.status is SourceStatus.UNREADABLE and "template" in record.detail and report.exit_code in {1, 3}:
            continue
        if record.status is SourceStatus.SKIPPED and "template" in record.detail:
            continue
        wrong.append(f"{row['file']}: {record} exit {report.exit_code}")
    assert not wrong


def test_bombs_are_refused_or_read_within_200_megabytes(corpora: Path, tmp_path: Path) -> None:
    for row in _rows(corpora, "limit"):
        tracemalloc.start()
        report, record = _outcome(row, corpora, tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 200_000_000, row["file"]
        refused = record.status is SourceStatus.UNREADABLE and report.exit_code == 3
        assert refused or record.status is SourceStatus.READ, record


def test_plans_that_hold_only_a_part_or_are_no_plans_keep_the_gate_from_opening(corpora: Path, tmp_path: Path) -> None:
    for row in _rows(corpora, "flag-incomplete"):
        report, _ = _outcome(row, corpora, tmp_path)
        assert (report.exit_code, report.troubles[0].kind) == (3, "incomplete-plan"), row["file"]
    for row in _rows(corpora, "not-a-plan"):
        _, record = _outcome(row, corpora, tmp_path)
        assert record.detail or record.status is SourceStatus.READ, record
