"""Kubernetes objects inside Terraform are resources of their own: the same findings as from HCL, plan and YAML."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iacgate.join import build_inventory
from iacgate.model import (
    Document,
    Inventory,
    Location,
    Outcome,
    Partial,
    Resource,
    ScanReport,
    Secret,
    Trouble,
    Unknown,
)
from iacgate.pipeline import Request, Taken, scan, take_inventory

TWINS = Path(__file__).parent / "kubernetes_twins"
TODAY = date(2026, 1, 1)

Answer = tuple[str, tuple[tuple[Any, ...], ...]]


def request(folder: Path, **changes: Any) -> Request:
    return Request(cwd=str(folder), today=TODAY, use_settings=False, use_gitignore=False, **changes)


def scanned(folder: Path, *names: str, **changes: Any) -> ScanReport:
    for name in names:
        shutil.copy(TWINS / name, folder / name)
    return scan([str(folder)], request(folder, ruleset="strict", **changes))


def answers(report: ScanReport) -> dict[tuple[str, str], Answer]:
    """For each object and rule: the outcome, and the paths of the findings."""
    found: dict[tuple[str, str], Answer] = {}
    for one in report.evaluations:
        subject = one.subject
        if isinstance(subject, Resource) and subject.type[:1].isupper():
            key = f"{subject.type} {subject.namespace}/{subject.name}", one.rule.id
            found[key] = one.outcome.value, tuple(sorted((each.path for each in one.findings), key=str))
    return found


def test_the_same_findings_from_hcl_plan_and_yaml(tmp_path: Path) -> None:
    found = {}
    for name in ("main.tf", "plan.json", "objects.yaml"):
        (folder := tmp_path / name.partition(".")[0]).mkdir()
        report = scanned(folder, name)
        assert (report.troubles, report.notices) == ((), ())
        found[name] = answers(report)
    assert found["plan.json"] == found["main.tf"]
    assert found["objects.yaml"] == found["main.tf"]
    failing = {rule for (_, rule), (outcome, _) in found["main.tf"].items() if outcome == Outcome.FAIL.value}
    assert len(failing) >= 40
    assert len({name for name, _ in found["main.tf"]}) >= 15


def test_plan_and_source_together_say_it_once(tmp_path: Path) -> None:
    alone, both = tmp_path / "alone", tmp_path / "both"
    alone.mkdir()
    both.mkdir()
    one, two = scanned(alone, "plan.json"), scanned(both, "plan.json", "main.tf")
    assert sorted(found_by(two)) == sorted(found_by(one))
    assert {each.finding.location.file for each in two.verdicts} == {"main.tf"}


def found_by(report: ScanReport) -> list[tuple[str, str, Any]]:
    return [(one.finding.rule.id, one.finding.subject.address, one.finding.path) for one in report.verdicts]


def test_a_finding_stands_at_its_attribute(tmp_path: Path) -> None:
    text = (TWINS / "main.tf").read_text().splitlines()
    for names in (["main.tf"], ["main.tf", "plan.json"]):
        report = scanned(tmp_path, *names, rules=("k8s-privileged-container", "k8s-host-ipc", "k8s-host-pid"))
        places = {
            (one.finding.subject.address, one.finding.rule.id): text[one.finding.location.line - 1].strip()
            for one in report.verdicts
        }
        assert places == {
            ("kubernetes_stateful_set_v1.db", "k8s-privileged-container"): "privileged  = true",
            ("kubernetes_stateful_set_v1.db", "k8s-host-ipc"): "host_ipc = true",
            ("kubernetes_stateful_set_v1.db", "k8s-host-pid"): "host_pid = true",
            ("kubernetes_daemon_set_v1.agent", "k8s-privileged-container"): "privileged = container.value",
            ("kubernetes_manifest.job", "k8s-privileged-container"): PRIVILEGED_JOB,
            ("kubectl_manifest.tail", "k8s-host-pid"): "hostPID: true",
        }
        assert report.resources[0].view_of is None


PRIVILEGED_JOB = next(
    line.strip() for line in (TWINS / "main.tf").read_text().splitlines() if "securityContext = {" in line
)


def test_one_resource_counts_once(tmp_path: Path) -> None:
    from iacgate.outputs._listing import counts

    report = scanned(tmp_path, "main.tf")
    assert counts(report)["resources"] == 21
    assert len(report.resources) == 42


def test_inline_and_filed_exceptions_are_written_for_the_terraform_resource(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'resource "kubernetes_pod" "a" {\n  metadata {\n    name = "a"\n  }\n  spec {\n'
        '    host_ipc = true # iacgate:allow k8s-host-ipc until=2026-03-01 owner=me reason="needed"\n'
        "    host_pid = true\n  }\n}\n"
    )
    (tmp_path / "exceptions.yaml").write_text(
        "exceptions:\n  - id: E1\n    rules: [k8s-host-pid]\n    match: {resource: kubernetes_pod.a}\n"
        "    reason: needed\n    owner: me\n    expires: 2026-03-01\n"
    )
    report = scan([str(tmp_path)], request(tmp_path, rules=("k8s-host-*",), exceptions="exceptions.yaml"))
    states = {one.finding.rule.id: one.state.value for one in report.verdicts}
    assert states == {"k8s-host-ipc": "excepted", "k8s-host-pid": "excepted"}


# what belongs together


def taken(folder: Path, terraform: str, yaml: str = "") -> Taken:
    (folder / "main.tf").write_text(terraform)
    if yaml:
        (folder / "objects.yaml").write_text(yaml)
    return take_inventory([str(folder)], request(folder))


def related(inventory: Inventory, address: str, kind: str) -> tuple[list[str], bool]:
    asked = next(one for one in inventory.resources if one.address == address and one.type[:1].isupper())
    found = inventory.related(asked, kind)
    return sorted(one.address for one in found), isinstance(found, Partial)


def policy(name: str, namespace: str) -> str:
    return f"""
resource "kubernetes_network_policy" "{name}" {{
  metadata {{
    name      = "{name}"
    namespace = {namespace}
  }}
  spec {{
    pod_selector {{}}
    policy_types = ["Ingress"]
  }}
}}
"""


NAMESPACE = 'resource "kubernetes_namespace" "a" {\n  metadata {\n    name = %s\n  }\n}\nvariable "x" {}\n'


@pytest.mark.parametrize(
    ("namespace", "policy_in", "found", "maybe"),
    [
        ('"a"', '"a"', True, False),
        ('"a"', "kubernetes_namespace.a.metadata[0].name", True, False),
        ('"a"', '"b"', False, False),
        ('"a"', "null", False, False),
        ('"default"', "null", True, False),
        ('"a"', "var.x", False, True),
        ("var.x", '"a"', False, True),
        ("var.x", "kubernetes_namespace.a.metadata[0].name", False, True),
    ],
)
def test_the_policy_of_a_namespace(tmp_path: Path, namespace: str, policy_in: str, found: bool, maybe: bool) -> None:
    inventory = taken(tmp_path, NAMESPACE % namespace + policy("p", policy_in)).inventory
    assert related(inventory, "kubernetes_namespace.a", "NetworkPolicy") == (
        ["kubernetes_network_policy.p"] if found else [], maybe
    )  # fmt: skip


OBJECTS = """
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: a}
spec: {podSelector: {}}
"""


def test_terraform_and_yaml_belong_together(tmp_path: Path) -> None:
    inventory = taken(tmp_path, NAMESPACE % '"a"' + policy("p", '"shop"'), OBJECTS).inventory
    assert related(inventory, "Namespace shop", "NetworkPolicy") == (["kubernetes_network_policy.p"], False)
    assert related(inventory, "kubernetes_namespace.a", "NetworkPolicy") == (["NetworkPolicy a/deny"], False)


ACCOUNT = 'resource "kubernetes_service_account" "a" {\n  metadata {\n    name = %s\n    namespace = "n"\n  }\n}\n'
POD = """
resource "kubernetes_manifest" "p" {
  manifest = {
    apiVersion = "v1", kind = "Pod"
    metadata   = { name = "p", namespace = "n", labels = { app = "p" } }
    spec       = { serviceAccountName = %s, containers = [] }
  }
}
variable "x" {}
"""


@pytest.mark.parametrize(
    ("account", "named", "found", "maybe"),
    [
        ('"a"', '"a"', True, False),
        ('"a"', '"b"', False, False),
        ('"a"', "var.x", False, True),
        ("var.x", '"a"', False, True),
    ],
)
def test_names_that_are_not_known(tmp_path: Path, account: str, named: str, found: bool, maybe: bool) -> None:
    inventory = taken(tmp_path, ACCOUNT % account + POD % named).inventory
    expected = ["kubernetes_service_account.a"] if found else []
    assert related(inventory, "kubernetes_manifest.p", "ServiceAccount") == (expected, maybe)
    back = ["kubernetes_manifest.p"] if found else []
    assert related(inventory, "kubernetes_service_account.a", "Pod") == (back, maybe)
    assert related(inventory, "kubernetes_service_account.a", "workload") == (back, maybe)


def test_terraform_rules_see_terraform_only(tmp_path: Path) -> None:
    inventory = taken(tmp_path, NAMESPACE % '"a"' + policy("p", "kubernetes_namespace.a.metadata[0].name")).inventory
    native = next(one for one in inventory.resources if one.type == "kubernetes_namespace")
    assert [one.type for one in inventory.related(native, "kubernetes_*")] == ["kubernetes_network_policy"]
    assert inventory.related(native, "NetworkPolicy") == []


# instances and identity


def test_instances_modules_and_unknown_counts(tmp_path: Path) -> None:
    (tmp_path / "pods").mkdir()
    pod = "metadata {\n    name = %s\n  }\n  spec {\n    host_ipc = true\n  }\n}\n"
    (tmp_path / "pods" / "main.tf").write_text(
        'variable "name" {}\nresource "kubernetes_pod" "p" {\n  for_each = toset(["a", "b"])\n  '
        + pod % '"${var.name}-${each.key}"'
    )
    root = (
        'module "m" {\n  source = "./pods"\n  name = "x"\n}\nvariable "n" {}\n'
        'resource "kubernetes_pod" "q" {\n  count = var.n\n  ' + pod % '"q"'
    )
    views = [one for one in taken(tmp_path, root).inventory.resources if one.view_of is not None]
    assert {(one.address, one.name, one.symbolic) for one in views} == {
        ('module.m.kubernetes_pod.p["a"]', "x-a", False),
        ('module.m.kubernetes_pod.p["b"]', "x-b", False),
        ("kubernetes_pod.q[*]", "q", True),
    }
    for one in views:
        assert (one.type, one.namespace, one.provider, one.adapter) == ("Pod", "default", "kubernetes", "terraform")
        assert one.view_of is not None
        assert one.at() == one.view_of.at()
        assert one.config_address == one.view_of.config_address


def test_the_object_before_a_planned_change(tmp_path: Path) -> None:
    plan = json.loads((TWINS / "plan.json").read_text())
    plan["resource_changes"] = [one for one in plan["resource_changes"] if one["address"] == "kubernetes_pod.loose"]
    change = plan["resource_changes"][0]["change"]
    change["actions"] = ["update"]
    change["before"] = {**change["after"], "spec": [{"host_ipc": True}]}
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    inventory = take_inventory([str(tmp_path / "plan.json")], request(tmp_path)).inventory
    view = next(one for one in inventory.resources if one.type == "Pod")
    assert view.change is not None
    assert view.change.actions == ("update",)
    assert view.change.before["spec"] == {"hostIPC": True, "automountServiceAccountToken": True}
    assert "hostIPC" not in view.body["spec"]


def test_a_view_is_made_once(tmp_path: Path) -> None:
    inventory = taken(tmp_path, NAMESPACE % '"a"').inventory
    again = build_inventory(inventory.resources, (), whole=True)
    assert [id(one) for one in again.resources] == [id(one) for one in inventory.resources]
    natives = [one for one in inventory.resources if one.view_of is None]
    seen = build_inventory(natives, (), whole=True, seen=inventory.resources)
    assert [id(one) for one in seen.resources] == [id(one) for one in inventory.resources]


def test_what_cannot_be_seen_is_said(tmp_path: Path) -> None:
    text = (
        'variable "x" {}\nresource "kubectl_manifest" "a" {\n  yaml_body = "a: ["\n}\n'
        'resource "kubectl_manifest" "b" {\n  yaml_body = var.x\n}\n'
        'resource "kubernetes_manifest" "c" {\n  manifest = { a = 1 }\n}\n'
        'resource "kubernetes_labels" "d" {\n  labels = { a = 1 }\n}\n'
    )
    made = taken(tmp_path, text)
    assert [one.kind for one in made.troubles] == ["unreadable"]
    assert isinstance(made.troubles[0], Trouble)
    assert "the manifest of kubectl_manifest.a cannot be read" in made.troubles[0].message
    assert str(made.troubles[0].location) == "main.tf:3:15"
    assert made.notices == [
        "kubectl_manifest.b: no Kubernetes rule looks at its manifest: var.x has no value",
        "kubernetes_manifest.c: no Kubernetes rule looks at its manifest: it names no kind of Kubernetes",
    ]
    assert all(one.view_of is None for one in made.inventory.resources)


def test_data_sources_make_no_object(tmp_path: Path) -> None:
    text = 'data "kubernetes_secret" "a" {\n  metadata {\n    name = "a"\n  }\n}\n'
    assert [one.type for one in taken(tmp_path, text).inventory.resources] == ["kubernetes_secret"]


def test_other_terraform_is_left_alone(tmp_path: Path) -> None:
    """What finds no object of Kubernetes does not load what would make one."""
    (tmp_path / "main.tf").write_text('resource "aws_s3_bucket" "a" {}\n')
    script = (
        "import sys, datetime\nfrom iacgate.pipeline import Request, take_inventory\n"
        f"request = Request(cwd={str(tmp_path)!r}, today=datetime.date(2026, 1, 1), use_settings=False)\n"
        f"taken = take_inventory([{str(tmp_path)!r}], request)\n"
        "print([one.type for one in taken.inventory.resources], [m for m in sys.modules if 'projection' in m])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['aws_s3_bucket'] []"


# hostile values

NOT_KNOWN = Unknown("not known")
LEAVES = st.sampled_from(
    [None, True, 1, "", "a", "ServiceAccount", NOT_KNOWN, Secret("a"), Partial([], maybe=NOT_KNOWN)]
)
MEMBERS = """metadata spec name namespace labels selector type template kind subject role_ref container volume secret
match_labels match_expressions key operator values service_account_name backend rule data pod_selector"""
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(MEMBERS.split()), inner, max_size=4),
    max_leaves=15,
)
KINDS = "pod service network_policy pod_disruption_budget role_binding namespace manifest"
TYPES = st.sampled_from([f"kubernetes_{name}" for name in KINDS.split()])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(TYPES, VALUES), max_size=4))
def test_relations_of_hostile_objects(bodies: list[tuple[str, Any]]) -> None:
    resources = [native(index, *one) for index, one in enumerate(bodies)]
    inventory = build_inventory(resources, (), whole=True)
    for one in inventory.resources:
        one.relations()
        for kind in ("workload", "Service", "NetworkPolicy", "ServiceAccount", "Namespace", "kubernetes_*", "*"):
            for other in inventory.related(one, kind):
                assert other is not one


def native(index: int, kind: str, body: Any) -> Resource:
    if kind == "kubernetes_manifest":
        kind_written = {"apiVersion": "v1", "kind": "Service" if index % 2 else "Pod"}
        body = {"manifest": {**body, **kind_written} if isinstance(body, dict) else body}
    document = Document(path="main.tf", kind="terraform", body=None, locate=lambda _path: Location(file="main.tf"))
    return Resource(
        address=f"{kind}.r{index}",
        type=kind,
        provider="kubernetes",
        name=f"r{index}",
        body=body,
        adapter="terraform",
        document=document,
        locate=document.locate,
        root=".",
    )


# places in manifests that are written as text


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (["yaml_body = <<-EOT", "  ---", "  apiVersion: v1", "  kind: Pod", "  spec:", "    hostIPC: true", "EOT"], 6),
        (["yaml_body = <<EOT", "# ${var.x}", "apiVersion: v1", "kind: Pod", "spec: {", "hostIPC: true}", "EOT"], 6),
        (["yaml_body = <<EOT", '{"apiVersion": "v1",', '"kind": "Pod", "spec":', '{"hostIPC": true}}', "EOT"], 4),
        (["yaml_body = yamlencode({", 'apiVersion = "v1"', 'kind = "Pod"', "spec = {", "hostIPC = true }", "})"], 5),
        (["yaml_body = jsonencode({", 'apiVersion = "v1"', 'kind = "Pod"', "spec = {", "hostIPC = true }", "})"], 5),
        (["yaml_body = yamlencode({", 'apiVersion = "v1"', 'kind = "Pod", metadata = { name = var.x }', "spec = {",
          "hostIPC = true }", "})"], 5),
        (["yaml_body = local.text", "}", "locals {", "text = <<EOT", "apiVersion: v1", "kind: Pod", "spec:",
          "  hostIPC: true", "EOT"], 8),
        (["yaml_body = file(\"${path.module}/pod.yaml\")"], 1),
        (['yaml_body = "apiVersion: v1\\nkind: Pod\\nspec:\\n  hostIPC: true"'], 1),
    ],
)  # fmt: skip
def test_where_a_written_manifest_says_it(tmp_path: Path, lines: list[str], line: int) -> None:
    (tmp_path / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nspec:\n  hostIPC: true\n")
    text = ["", *lines, "}", 'variable "x" {}']
    text[0] = 'resource "kubectl_manifest" "a" {'
    (tmp_path / "main.tf").write_text("\n".join(text) + "\n")
    report = scan([str(tmp_path / "main.tf")], request(tmp_path, rules=("k8s-host-ipc",)))
    assert [(one.finding.subject.address, one.finding.location.line) for one in report.verdicts] == [
        ("kubectl_manifest.a", line + 1)
    ]
    assert report.troubles == ()


def test_a_decoded_manifest_says_it_where_it_is_written(tmp_path: Path) -> None:
    text = 'resource "kubernetes_manifest" "a" {\n  manifest = yamldecode(<<-EOT\n    apiVersion: v1\n    kind: Pod\n'
    text += '    metadata:\n      name: ${var.x}\n    spec:\n      hostIPC: true\n  EOT\n  )\n}\nvariable "x" {}\n'
    (tmp_path / "main.tf").write_text(text)
    report = scan([str(tmp_path)], request(tmp_path, rules=("k8s-host-ipc",)))
    assert [str(one.finding.location) for one in report.verdicts] == ["main.tf:8:16"]


DEPLOYMENT = """
resource "kubernetes_deployment" "web" {
  metadata {
    name = "web"
  }
  spec {
    template {
      spec {
        %s
        container {
          name  = "web"
          image = "web"
        }
      }
    }
  }
}
resource "kubernetes_service_account" "web" {
  metadata {
    name = "web"
  }
}
"""


@pytest.mark.parametrize(
    ("version", "said", "mounted"),
    [
        ("~> 1.13", "", False),
        ("~> 1.13", "automount_service_account_token = null", False),
        ("~> 1.13", "automount_service_account_token = true", True),
        (">= 1.13", "", True),
        ("~> 2.0", "", True),
        ("~> 2.0", "automount_service_account_token = false", False),
    ],
)
def test_tokens_are_mounted_by_the_default_of_the_version(
    tmp_path: Path, version: str, said: str, mounted: bool
) -> None:
    asked = f'terraform {{\n required_providers {{\n kubernetes = {{ version = "{version}" }}\n }}\n}}\n'
    (tmp_path / "main.tf").write_text(asked + DEPLOYMENT % said)
    inventory = take_inventory([str(tmp_path)], request(tmp_path)).inventory
    pod = inventory.of_type("Deployment")[0].body["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is mounted
    assert inventory.of_type("ServiceAccount")[0].body["automountServiceAccountToken"] is True


def test_blocks_and_lists_of_objects_make_the_same_object(tmp_path: Path) -> None:
    """Version 4 of the provider takes some blocks of version 3 as arguments."""
    blocks = 'image_pull_secrets {\n name = "s"\n}\ncontainer {\n resources {\n limits = { cpu = "1" }\n }\n}\n'
    lists = 'image_pull_secrets = [{ name = "s" }]\ncontainer {\n resources = [{ limits = { cpu = "1" } }]\n}\n'
    text = 'resource "kubernetes_pod_v1" "%s" {\n metadata {}\n spec {\n %s }\n}\n'
    (tmp_path / "main.tf").write_text(text % ("a", blocks) + text % ("b", lists))
    one, two = take_inventory([str(tmp_path)], request(tmp_path)).inventory.of_type("Pod")
    assert one.body["spec"]["containers"][0]["resources"] == {"limits": {"cpu": "1"}}
    assert one.body["spec"] == two.body["spec"]
