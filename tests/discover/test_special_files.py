"""What is no regular file: pipes that nobody writes to, sockets, links to nothing. None may hang a scan."""

from __future__ import annotations

import os
import socket
from datetime import date

import pytest

from iacgate.model import SourceStatus
from iacgate.pipeline import Request, scan

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: nginx}]}\n"
NAMES = [
    "main.tf",
    "other.yaml",
    "plan.json",
    "Dockerfile",
    "terraform.tfvars",
    ".gitignore",
    ".dockerignore",
    "CODEOWNERS",
    "iacgate.yaml",
    "pyproject.toml",
    "kustomization.yaml",
    "Chart.yaml",
    ".git/HEAD",
    ".git/info/exclude",
]


def _scan(folder):
    return scan(["."], Request(cwd=str(folder), today=date(2026, 6, 1)))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_nobody_writes_to_is_not_waited_for(name, tmp_path):
    (tmp_path / "pod.yaml").write_text(POD)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(tmp_path / name)
    report = _scan(tmp_path)
    assert [resource.address for resource in report.resources] == ["Pod a"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_with_the_name_of_an_input_is_listed_as_skipped(tmp_path):
    os.mkfifo(tmp_path / "main.tf")
    (record,) = _scan(tmp_path).sources
    assert (record.path, record.status) == ("main.tf", SourceStatus.SKIPPED)
    assert "pipe" in record.detail


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no such sockets")
def test_so_is_a_socket(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("manifest.yaml")
        (record,) = _scan(tmp_path).sources
    assert (record.path, record.status) == ("manifest.yaml", SourceStatus.SKIPPED)


def test_a_file_that_vanishes_between_listing_and_reading_is_reported(tmp_path):
    for name, text in {"pod.yaml": POD, "main.tf": "locals {}\n", "Dockerfile": "FROM scratch\n"}.items():
        (tmp_path / name).write_text(text)

    def vanish(_done: int, _total: int, path: str) -> None:
        (tmp_path / path).unlink()

    report = scan(["."], Request(cwd=str(tmp_path), today=date(2026, 6, 1), progress=vanish))
    assert report.exit_code == 3
    assert sorted(record.path for record in report.sources) == ["Dockerfile", "main.tf", "pod.yaml"]
    assert {record.status for record in report.sources} == {SourceStatus.UNREADABLE}
