"""Fingerprints outlive edits: only what a finding is about may change them. On the shop, its sample of everything."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from iacgate.model import ScanReport
from iacgate.outputs import FORMATS, output_format
from iacgate.pipeline import Request, scan
from iacgate.spi import OutputOptions

SOURCES = ("*.tf", "*.yaml", "Dockerfile")


@pytest.fixture
def shop(root: Path, tmp_path: Path) -> Path:
    """A copy of the shop without its plan: the plan's places would be those of a source that is edited here."""
    folder = tmp_path / "shop"
    shutil.copytree(root / "fixtures" / "_samples" / "shop", folder)
    (folder / "terraform" / "plan.json").unlink()
    return folder


def _scan(folder: Path, *paths: str) -> ScanReport:
    request = Request(cwd=str(folder), today=date(2026, 11, 21), use_settings=False, ruleset="strict")
    return scan(paths or (".",), request)


def _fingerprints(report: ScanReport) -> list[str]:
    return sorted(verdict.finding.fingerprint for verdict in report.verdicts)


def _edit(folder: Path, change: Callable[[str], str], *patterns: str) -> None:
    for pattern in patterns:
        for path in folder.rglob(pattern):
            if path.name not in {"iacgate.yaml", "exceptions.yaml"}:
                path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


def _remarked(text: str) -> str:
    """Blank lines and comments before everything that begins a line, except inside of a here-document."""
    return "\n\n# a remark\n\n" + re.sub(
        r"(?m)^(?=(?:resource|module|variable|FROM|RUN|---|spec:))", "# more\n\n", text
    )


def _wide(text: str) -> str:
    """Every indentation twice as deep."""
    return re.sub(r"(?m)^( +)", r"\1\1", text)


EDITS: dict[str, tuple[Callable[[str], str], tuple[str, ...]]] = {
    "blank lines and comments": (_remarked, SOURCES),
    "windows line ends": (lambda text: text.replace("\n", "\r\n"), SOURCES),
    "a byte order mark": (lambda text: "\ufeff" + text, SOURCES),
    "deeper indentation": (_wide, ("*.tf",)),
    "spaces at line ends": (lambda text: re.sub(r"(?m)(?<=[{}\]a-z])$", "  ", text), ("*.yaml",)),
    "a comment at each line's end": (lambda text: re.sub(r"(?m)^(  \w+ += \w+)$", r"\1 # why", text), ("*.tf",)),
    "another document in front": (lambda text: "kind: Other\nother: {}\n---\n" + text, ("*.yaml",)),
}


@pytest.mark.parametrize(("change", "patterns"), EDITS.values(), ids=EDITS.keys())
def test_edits_that_mean_nothing_change_no_fingerprint(change, patterns, shop):
    before = _fingerprints(_scan(shop))
    assert len(before) > 50
    assert len(set(before)) == len(before)
    _edit(shop, change, *patterns)
    after = _scan(shop)
    assert not after.troubles
    assert _fingerprints(after) == before


def test_moving_blocks_between_the_files_of_a_module_changes_none(shop):
    before = _fingerprints(_scan(shop))
    texts = [path.read_text() for path in sorted((shop / "terraform").glob("*.tf"))]
    for path in (shop / "terraform").glob("*.tf"):
        path.unlink()
    (shop / "terraform" / "everything.tf").write_text("\n".join(reversed(texts)))
    assert _fingerprints(_scan(shop)) == before


def test_moving_objects_between_documents_and_files_changes_none(shop):
    before = _fingerprints(_scan(shop))
    documents = [part for path in sorted((shop / "deploy").glob("*.yaml")) for part in _parts(path.read_text())]
    for path in (shop / "deploy").glob("*.yaml"):
        path.unlink()
    (shop / "deploy" / "all.yaml").write_text("---\n".join(reversed(documents)))
    assert _fingerprints(_scan(shop)) == before


def _parts(text: str) -> list[str]:
    return [part.strip("\n") + "\n" for part in re.split(r"(?m)^---\s*$", text) if part.strip()]


def test_moving_the_tree_changes_none(shop):
    before = _fingerprints(_scan(shop))
    moved = shop.rename(shop.parent / "boutique")
    assert _fingerprints(_scan(moved)) == before


def test_only_a_dockerfile_is_known_by_its_file(shop):
    """It has no other name: its address begins with the path."""
    before = set(_fingerprints(_scan(shop)))
    (shop / "web").rename(shop / "front")
    after = _scan(shop)
    moved = {verdict.finding for verdict in after.verdicts if verdict.finding.location.file.startswith("front/")}
    assert moved
    assert {finding.fingerprint for finding in moved} == set(_fingerprints(after)) - before


def test_a_file_alone_and_in_its_tree_say_the_same_of_it(shop):
    whole = _scan(shop)
    for pattern in SOURCES:
        for path in sorted(shop.rglob(pattern)):
            name = path.relative_to(shop).as_posix()
            if "/modules/" in name:
                continue  # alone it is a root module, and its resources have no caller in their addresses
            assert _known(_scan(shop, name), name) <= _known(whole, name), name


def _known(report: ScanReport, file: str) -> set[str]:
    return {each.finding.fingerprint for each in report.verdicts if each.finding.location.file == file}


def test_the_order_of_named_files_does_not_matter(shop):
    names = sorted(path.relative_to(shop).as_posix() for pattern in SOURCES for path in shop.rglob(pattern))
    forward, backward = _scan(shop, *names), _scan(shop, *reversed(names))
    assert [_rendered(forward, name) for name in FORMATS] == [_rendered(backward, name) for name in FORMATS]


@pytest.mark.parametrize("name", FORMATS)
def test_two_runs_give_the_same_bytes(name, shop):
    assert _rendered(_scan(shop), name) == _rendered(_scan(shop), name)


def _rendered(report: ScanReport, name: str) -> str:
    return output_format(name).render(report, OutputOptions(evaluations=True, include_suppressed=True))
