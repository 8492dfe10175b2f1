"""What a command that failed leaves in a pipe, or in the file it should have written, must not open the gate."""

from __future__ import annotations

import io
import sys
from datetime import date

import pytest

from iacgate.pipeline import Request, scan


def _scan_input(data: bytes, monkeypatch: pytest.MonkeyPatch, folder: str):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    return scan(["-"], Request(cwd=folder, today=date(2026, 6, 1), use_settings=False))


@pytest.mark.parametrize("data", [b"", b"\n", b"null", b"{}", b"[1, 2]", b"Error: no plan", b"# nothing\n", b"\0\1\2"])
def test_nothing_that_is_understood_is_incomplete(data, monkeypatch, tmp_path):
    report = _scan_input(data, monkeypatch, str(tmp_path))
    assert report.exit_code == 3
    assert [trouble.kind for trouble in report.troubles] == ["unreadable"]
    assert len(report.sources) == 1


@pytest.mark.parametrize(
    "data",
    [
        b'{"format_version": "1.2", "planned_values": {"root_module": {}}, "resource_changes": []}',
        b"apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n",
        b"locals {\n  a = 1\n}\nterraform {\n}\n",
        b"FROM scratch\n",
    ],
)
def test_what_is_understood_is_not(data, monkeypatch, tmp_path):
    assert not _scan_input(data, monkeypatch, str(tmp_path)).troubles


def test_a_named_file_that_is_something_else_stays_not_applicable(tmp_path):
    (tmp_path / "notes.json").write_text("{}")
    report = scan(["notes.json"], Request(cwd=str(tmp_path), today=date(2026, 6, 1), use_settings=False))
    assert (report.exit_code, report.troubles) == (0, ())


def test_an_empty_plan_that_is_named_is_incomplete(tmp_path):
    (tmp_path / "plan.json").write_text("")
    report = scan(["plan.json"], Request(cwd=str(tmp_path), today=date(2026, 6, 1), use_settings=False))
    assert report.exit_code == 3
    assert "terraform show" in report.troubles[0].hint
