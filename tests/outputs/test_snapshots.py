"""Every format, byte by byte, over one report that holds everything.

After a wanted change: ``IACGATE_UPDATE_SNAPSHOTS=1 pytest tests/outputs/test_snapshots.py``, then read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from iacgate.outputs import FORMATS, output_format
from iacgate.spi import OutputOptions

SNAPSHOTS = Path(__file__).with_name("snapshots")
VARIANTS = {
    "text.txt": ("text", {}),
    "text-colour-narrow.txt": ("text", {"colour": True, "width": 60, "evaluations": True}),
    "concise.txt": ("concise", {}),
    "report.json": ("json", {"evaluations": True}),
    "report.sarif": ("sarif", {"timestamp": "2026-11-21T00:00:00Z"}),
    "report-suppressed.sarif": ("sarif", {"include_suppressed": True}),
    "junit-gitlab.xml": ("junit", {"timestamp": "2026-11-21T00:00:00Z"}),
    "junit-jenkins-without-passes.xml": ("junit", {"junit_flavour": "jenkins", "junit_passes": False}),
    "codequality.json": ("gitlab-codequality", {}),
    "github.txt": ("github", {}),
    "summary.md": ("markdown", {}),
    "report.csv": ("csv", {}),
    "report.env": ("dotenv", {}),
    "report.html": ("html", {}),
}


@pytest.mark.parametrize("file", VARIANTS)
def test_output_is_as_the_snapshot(file, sink):
    format_name, options = VARIANTS[file]
    text = output_format(format_name).render(sink.full_report(), OutputOptions(source=sink.SOURCES.get, **options))
    path = SNAPSHOTS / file
    if os.environ.get("IACGATE_UPDATE_SNAPSHOTS"):
        path.write_bytes(text.encode())
    assert text.encode() == path.read_bytes()


def test_every_format_has_a_snapshot():
    assert {format_name for format_name, _ in VARIANTS.values()} == set(FORMATS)
    assert {path.name for path in SNAPSHOTS.iterdir()} == set(VARIANTS)


@pytest.mark.parametrize("format_name", FORMATS)
def test_order_of_the_report_does_not_matter(format_name, sink):
    report = sink.full_report()
    from iacgate.model.dataclass import replace

    turned = replace(
        report,
        verdicts=report.verdicts[::-1],
        evaluations=report.evaluations[::-1],
        sources=report.sources[::-1],
        stale_waivers=report.stale_waivers[::-1],
        rules=dict(reversed(report.rules.items())),
        resources=report.resources[::-1],
    )
    options = OutputOptions(source=sink.SOURCES.get, evaluations=True)
    render = output_format(format_name).render
    assert render(turned, options) == render(report, options)
