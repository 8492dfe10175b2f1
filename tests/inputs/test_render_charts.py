"""Charts: a template that is named alone, comments in templates, templates that are no file, what helm says."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from iacgate.cli.entry import run

CHART = {
    "app/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "app/values.yaml": "image: nginx\n",
    "app/templates/pod.yaml": "{{ if .x }}\nkind: Pod\nspec:\n  hostPID: true\n  hostNetwork: true\n{{ end }}\n",
    "app/templates/job.yaml": "kind: Job\n",
    "app/templates/_parts.yaml": "{{ define `x` }}{{ end }}\n",
    "app/charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
    "app/charts/db/templates/pod.yaml": "kind: Pod\nspec:\n  hostIPC: true\n",
}
HELM = """\
#!/bin/sh
[ "$1 $2" = "template shop" ] && [ -f "$3/Chart.yaml" ] || exit 9
cat <<'END'
---
# Source: shop/templates/pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {hostPID: true, hostNetwork: true}
---
# Source: shop/templates/job.yaml
apiVersion: batch/v1
kind: Job
metadata: {name: job}
spec: {template: {spec: {hostPID: true}}}
---
# Source: shop/charts/db/templates/pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: db}
spec: {hostIPC: true}
---
# Source: shop/charts/alias/templates/pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: alias}
spec: {hostIPC: true}
END
"""


@pytest.fixture
def chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A chart in a folder of its own, the working folder, with a helm of ours on the PATH."""
    home = tmp_path / "repository"
    for path, text in CHART.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text, encoding="utf-8")
    helm_says(tmp_path, HELM)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.chdir(home)
    return home


def helm_says(folder: Path, script: str) -> None:
    helm = folder / "helm"
    helm.write_text(script, encoding="utf-8")
    helm.chmod(helm.stat().st_mode | stat.S_IXUSR)


def report_on(capfdbinary: Any, *words: str) -> dict[str, Any]:
    run(["scan", "-o", "json", "--rule", "k8s-host-*", *words])
    report: dict[str, Any] = json.loads(capfdbinary.readouterr().out)
    return report


def findings(report: dict[str, Any]) -> list[str]:
    return [
        f"{each['location']['file']}:{each['location']['line']} {each['rule']} {each['state']}"
        for each in report["findings"]
    ]


def sources(report: dict[str, Any]) -> dict[str, str]:
    return {each["path"]: f"{each['status']} {each.get('detail') or ''}".strip() for each in report["sources"]}


def test_a_template_that_is_named_alone_is_judged_by_what_its_chart_renders_from_it(
    chart: Path, capfdbinary: Any
) -> None:
    report = report_on(capfdbinary, "app/templates/pod.yaml", "--render", "auto")
    assert findings(report) == [
        "app/templates/pod.yaml:4 k8s-host-pid blocked",
        "app/templates/pod.yaml:5 k8s-host-network blocked",
    ]
    assert sources(report) == {"app/templates/pod.yaml": "read rendered from app/Chart.yaml"}


def test_the_template_of_a_subchart_is_rendered_by_the_chart_around_it(chart: Path, capfdbinary: Any) -> None:
    report = report_on(capfdbinary, "app/charts/db/templates/pod.yaml", "--render", "auto")
    assert findings(report) == ["app/charts/db/templates/pod.yaml:3 k8s-host-ipc blocked"]


def test_a_named_template_is_skipped_where_nobody_asks_to_render(chart: Path, capfdbinary: Any) -> None:
    report = report_on(capfdbinary, "app/templates/pod.yaml")
    assert findings(report) == []
    assert sources(report)["app/templates/pod.yaml"].startswith("skipped a template of a Helm chart")


def test_a_template_of_which_nothing_is_rendered_says_so(chart: Path, capfdbinary: Any) -> None:
    said = "skipped a template from which its chart renders nothing with these values"
    assert sources(report_on(capfdbinary, "app", "--render", "auto"))["app/templates/_parts.yaml"] == said
    alone = report_on(capfdbinary, "app/templates/_parts.yaml", "--render", "auto")
    assert sources(alone) == {"app/templates/_parts.yaml": said}
    assert findings(alone) == []


def test_what_comes_from_no_file_of_the_tree_is_placed_at_the_chart(chart: Path, capfdbinary: Any) -> None:
    report = report_on(capfdbinary, "app", "--render", "auto")
    assert "app/Chart.yaml:1 k8s-host-ipc blocked" in findings(report)
    assert not [each for each in findings(report) if "alias" in each]


@pytest.mark.parametrize(
    "comment",
    [
        "  hostPID: true # iacgate:allow k8s-host-pid until=2027-01-01 owner=me reason=x",
        "  # iacgate:allow k8s-host-pid until=2027-01-01 owner=me reason=x\n  hostPID: true",
        "  {{- /* iacgate:allow k8s-host-pid until=2027-01-01 owner=me reason=x */}}\n  hostPID: true",
    ],
)
@pytest.mark.parametrize("scanned", ["app", "app/templates/pod.yaml"])
def test_a_comment_in_a_template_speaks_for_what_is_rendered_there(
    chart: Path, capfdbinary: Any, comment: str, scanned: str
) -> None:
    template = chart / "app/templates/pod.yaml"
    template.write_text(CHART["app/templates/pod.yaml"].replace("  hostPID: true", comment), encoding="utf-8")
    report = report_on(capfdbinary, scanned, "--render", "auto", "--today", "2026-12-01")
    states = {
        each["rule"]: each["state"] for each in report["findings"] if each["location"]["file"].endswith("s/pod.yaml")
    }
    assert states["k8s-host-pid"] == "excepted"
    assert states["k8s-host-network"] == "blocked"
    assert "app/templates/job.yaml:1 k8s-host-pid excepted" not in findings(report)


def test_a_chart_that_does_not_render_says_why_and_its_templates_are_skipped(
    chart: Path, capfdbinary: Any, tmp_path: Path
) -> None:
    warning = "WARNING: Kubernetes configuration file is group-readable. This is insecure. Location: /dev/null"
    helm_says(tmp_path, f"#!/bin/sh\necho '{warning}' >&2\necho 'Error: no such value' >&2\nexit 1\n")
    report = report_on(capfdbinary, "app/templates/pod.yaml", "--render", "auto")
    assert report["gate"] == "incomplete"
    assert [each["message"] for each in report["errors"]] == ["app/Chart.yaml: helm failed: Error: no such value"]
    assert sources(report)["app/templates/pod.yaml"] == "skipped a template of a Helm chart that could not be rendered"
