"""Reports by control: what each state means, and that the four formats say the same."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import jsonschema
import pytest

from iacgate.cli.entry import run
from iacgate.outputs.compliance import FORMATS, MEANINGS, WORDS, schema

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostNetwork: true
  hostPID: true # iacgate:allow k8s-host-pid until=2999-01-01 owner=web reason="measures"
  volumes: [{name: data, hostPath: {path: /srv}}] # iacgate:allow k8s-host-path until=2999-01-01 owner=web reason="ok"
  containers:
    - name: app
      image: registry.example.com/web:1.0
"""
SETTINGS = "version: 1\nrules: {disable: [k8s-host-port]}\n"
NAME = "data-of-<b>orders</b>"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "pod.yaml").write_text(POD)
    (tmp_path / "iacgate.yaml").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def by_control(capsys, *words):
    run(["scan", "--compliance", "pss-baseline", "--today", "2026-01-01", *words])
    return capsys.readouterr().out


def test_states_of_controls(folder, capsys):
    told = json.loads(by_control(capsys, "-o", "json"))
    jsonschema.validate(told, schema())
    (framework,) = told["frameworks"]
    states = {one["id"]: one["state"] for one in framework["controls"]}
    assert states["host-namespaces"] == "failed"
    assert states["host-path-volumes"] == "excepted"
    assert states["privileged-containers"] == "passed"
    assert states["host-ports"] == "not-evaluated"
    rules = {rule["id"]: rule for one in framework["controls"] for rule in one["rules"]}
    assert rules["k8s-host-port"]["ran"] is False
    assert rules["k8s-host-network"]["failing"] == [{"resource": "Pod web", "place": "pod.yaml:5:16"}]
    assert (rules["k8s-host-pid"]["failed"], rules["k8s-host-pid"]["excepted"]) == (0, 1)
    assert framework["summary"]["failed"] == 1


def test_unknown_and_manual(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.tf").write_text(
        'variable "open" {}\nresource "aws_db_instance" "a" {\n  publicly_accessible = var.open\n}\n'
    )
    run(["scan", "--compliance", "cis-aws", "--no-config", "-o", "json"])
    states = {one["id"]: one["state"] for one in json.loads(capsys.readouterr().out)["frameworks"][0]["controls"]}
    assert states["2.3.3"] == "unknown"
    assert states["1.5"] == "manual"


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_the_same(folder, capsys, name):
    text = by_control(capsys, "-o", name)
    shown = text_of(text) if name == "html" else text
    for word in ("host-namespaces", "k8s-host-network", "Pod web", "pod.yaml:5:16", "k8s-host-port"):
        assert word in shown.replace("\\", "")
    if name != "json":
        assert "switched off in the settings" in shown
        assert "1 failed, 1 excepted, 9 passed, 1 not evaluated" in shown


def test_other_formats_stay_what_they_are_and_nothing_but_them_is_refused(folder, capsys):
    run(["scan", "--compliance", "pss-baseline", "-o", "json=by-control.json", "-o", "concise"])
    assert "pod.yaml:5:16" in capsys.readouterr().out
    assert "frameworks" in json.loads((folder / "by-control.json").read_text())
    assert run(["scan", "--compliance", "pss-baseline", "-o", "sarif"]) == 2
    assert "-o text" in capsys.readouterr().err


def test_an_unknown_framework_is_exit_2_with_the_nearest(folder, capsys):
    assert run(["scan", "--compliance", "pci-dss-4"]) == 2
    assert "pci-dss-4.0" in capsys.readouterr().err


def test_what_is_scanned_cannot_write_the_report(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pod.yaml").write_text(POD.replace("name: web", f"name: {NAME!r}", 1).replace("/srv", "/srv"))
    run(["scan", "--compliance", "pss-baseline", "--no-config", "-o", "html"])
    assert "<b>" not in capsys.readouterr().out
    run(["scan", "--compliance", "pss-baseline", "--no-config", "-o", "markdown"])
    assert "<b>" not in capsys.readouterr().out.replace(f"`Pod {NAME}`", "")


def test_every_state_has_its_words():
    assert set(WORDS) == set(MEANINGS)


def text_of(page):
    parts = []
    parser = HTMLParser()
    parser.handle_data = parts.append
    parser.feed(page)
    return "".join(parts)
