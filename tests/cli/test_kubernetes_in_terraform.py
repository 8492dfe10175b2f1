"""A Kubernetes object that Terraform makes, in the commands that show resources: beside its resource, counted once."""

from __future__ import annotations

import json

import pytest

from iacgate.cli.entry import run

POD = """\
resource "kubernetes_pod" "web" {
  metadata {
    name = "web"
  }
  spec {
    container {
      name  = "app"
      image = "registry.example.com/web:1.0"
      security_context {
        privileged = true
      }
    }
  }
}
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    (tmp_path / "main.tf").write_text(POD)
    monkeypatch.chdir(tmp_path)


def test_inventory_shows_the_object_under_its_resource(capsys):
    for words in ([], ["--type", "Pod"]):
        assert run(["inventory", *words]) == 0
        shown = capsys.readouterr()
        assert shown.out == "kubernetes_pod.web  main.tf:1\n  as Pod default/web\n"
        assert shown.err == "1 resource\n"


def test_inventory_for_programs_tells_the_two_apart(capsys):
    assert run(["inventory", "-o", "json"]) == 0
    resources = json.loads(capsys.readouterr().out)["resources"]
    assert [(one["type"], one.get("view_of"), one["name"], one["namespace"]) for one in resources] == [
        ("kubernetes_pod", None, "web", None),
        ("Pod", "kubernetes_pod", "web", "default"),
    ]
    assert resources[0]["address"] == resources[1]["address"] == "kubernetes_pod.web"


def test_query_names_the_kind(capsys):
    assert run(["query", "spec.containers[*].image"]) == 0
    assert capsys.readouterr().out == "kubernetes_pod.web (Pod)  ['registry.example.com/web:1.0']\n"


def test_explain_is_asked_by_the_terraform_address(capsys):
    assert run(["explain", "k8s-privileged-container", "--on", "kubernetes_pod.web", "."]) == 0
    shown = capsys.readouterr().out
    assert "k8s-privileged-container on kubernetes_pod.web (main.tf:1:1): fail" in shown
    assert "at 10:22" in shown


def test_doctor_says_what_makes_what(capsys):
    assert run(["doctor", "."]) == 0
    shown = capsys.readouterr().out
    assert "1 kubernetes_pod\n" in shown
    assert "1 Pod (made by kubernetes_pod)\n" in shown


def test_a_scan_counts_one_resource(capsys):
    assert run(["scan", "-o", "json", "--today", "2026-01-01"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["summary"]["resources"] == 1
    found = next(one for one in report["findings"] if one["rule"] == "k8s-privileged-container")
    assert found["resource"]["address"] == "kubernetes_pod.web"
    assert found["path"] == ["spec", "containers", "name=app", "securityContext", "privileged"]
    assert (found["location"]["line"], found["location"]["column"]) == (10, 22)


def test_comments_of_other_tools_count(capsys, tmp_path):
    (tmp_path / "iacgate.yaml").write_text("version: 1\nexceptions: {inline: allow}\n")
    (tmp_path / "main.tf").write_text(POD.replace("  metadata {", "  #checkov:skip=CKV_K8S_16: asked\n  metadata {", 1))
    run(["scan", "-o", "json", "--today", "2026-01-01", "--rule", "k8s-privileged-container"])
    report = json.loads(capsys.readouterr().out)
    assert [(one["rule"], one["state"]) for one in report["findings"]] == [("k8s-privileged-container", "excepted")]
