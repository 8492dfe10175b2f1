"""``scan`` and ``explain`` on a plan that changes things: the summary, the reports, the gate, the settings."""

from __future__ import annotations

import csv
import io
import json
import shutil
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from iacgate.cli.entry import run
from iacgate.model import Standing
from iacgate.outputs import FORMATS, report_schema
from iacgate.pipeline import Request, scan

CHANGED = Path(__file__).parents[1] / "inputs" / "terraform_plan" / "changed"
INTRODUCED = {
    ("aws-ebs-volume-unencrypted", "aws_ebs_volume.fresh"),
    ("aws-s3-public-access-block-missing", "aws_s3_bucket.data"),
    ("aws-sg-rdp-open", "aws_security_group.web"),
    ("plan-destroys-stateful-resource", "plan.json"),
}
FIXED = {
    ("aws-ebs-volume-unencrypted", "aws_ebs_volume.v"),
    ("aws-s3-public-access-block-missing", "aws_s3_bucket.logs"),
}
RULES = sorted({rule for rule, _ in INTRODUCED | FIXED} | {"aws-sg-ssh-open", "aws-s3-versioning-off"})
SUMMARY = "introduces 4, fixes 2, 3 were there before"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the changed stack to run in, outside of any repository; only some rules run there."""
    shutil.copytree(CHANGED, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def told(folder, capsysbinary):
    """Runs a command on the plan; its exit code and what it prints."""

    def tell(*words, command="scan", rules=RULES):
        options = [f"--rule={rule}" for rule in rules] if command == "scan" else []
        code = run([command, *words, *options])
        return code, capsysbinary.readouterr().out.decode()

    return tell


def report_of(*words, **more):
    return scan(words or ("plan.json",), Request(cwd=".", today=date(2026, 11, 21), rules=tuple(RULES), **more))


def test_a_change_introduces_fixes_and_finds_findings(folder):
    report = report_of()
    by = {standing: set() for standing in (*Standing, None)}
    for verdict in report.verdicts:
        by[verdict.finding.change].add((verdict.finding.rule.id, verdict.finding.subject.address))
    assert by[Standing.INTRODUCED] == INTRODUCED
    assert by[Standing.EXISTING] == {
        ("aws-sg-ssh-open", "aws_security_group.web"),
        ("aws-s3-versioning-off", "aws_s3_bucket.data"),
        ("aws-s3-versioning-off", "aws_s3_bucket.logs"),
    }
    assert by[None] == set()
    assert {(one.finding.rule.id, one.finding.subject.address) for one in report.fixed} == FIXED


def test_what_a_plan_ends_is_fixed(folder):
    report = scan(("plan.json",), Request(cwd=".", today=date(2026, 11, 21), rules=("aws-rds-public",)))
    assert [(one.finding.subject.address, str(one.severity)) for one in report.fixed] == [
        ("aws_db_instance.gone", "critical")
    ]
    assert set(report.rules) == {"aws-rds-public"}  # though no such database remains


def test_only_what_is_new_counts_and_is_shown(told):
    code, text = told("plan.json", "--plan-new-only", "-o", "concise")
    *lines, last = text.splitlines()
    assert code == 1
    assert len(lines) == 4
    assert all(line.endswith("(blocked, introduced)") for line in lines)
    assert last.endswith(f"4 blocked, 3 recorded; the change {SUMMARY} (not listed)")


def test_the_gate_is_open_where_only_what_is_new_counts_and_nothing_is(told):
    assert told("plan.json", "-q", rules=["aws-sg-ssh-open"])[0] == 1
    code, text = told("plan.json", "--plan-new-only", rules=["aws-sg-ssh-open"])
    assert code == 0
    assert "1 was there before (not listed)" in text
    assert "aws-sg-ssh-open" not in text


def test_what_no_plan_knows_of_counts_all_the_same(told):
    code, text = told("main.tf", "--plan-new-only", rules=["aws-sg-ssh-open"])
    assert (code, text.count("critical[aws-sg-ssh-open]")) == (1, 1)
    assert "no Terraform plan was scanned, so every finding counts" in text


def test_the_verdict_says_in_one_sentence_why_it_does_not_count(folder):
    [verdict] = [one for one in report_of(plan_new_only=True).verdicts if one.finding.rule.id == "aws-sg-ssh-open"]
    assert verdict.because == (
        "critical blocks (tiers: defaults), but it was there before the change and so is only recorded "
        "(--plan-new-only)"
    )


def test_settings_cap_what_was_there_before(folder, told):
    (folder / "iacgate.yaml").write_text("version: 1\nexisting: warn\n")
    code, text = told("plan.json", "-o", "json", rules=["aws-sg-ssh-open"])
    [finding] = json.loads(text)["findings"]
    assert (code, finding["state"]) == (0, "warned")
    assert finding["because"].endswith("but it was there before the change and so warns (iacgate.yaml:2)")


def test_rollout_entries_may_cover_only_what_is_introduced(folder, told):
    (folder / "iacgate.yaml").write_text(
        "version: 1\n"
        "tiers: {critical: audit}\n"
        'rollout: [{rules: ["aws-sg-*"], mode: enforce, match: {change: introduced}, reason: no more of these}]\n'
    )
    _, text = told("plan.json", "-o", "json", rules=["aws-sg-ssh-open", "aws-sg-rdp-open"])
    states = {one["rule"]: (one["state"], one["because"]) for one in json.loads(text)["findings"]}
    assert states["aws-sg-ssh-open"][0] == "recorded"
    assert states["aws-sg-rdp-open"] == ("blocked", "blocks: rollout entry in iacgate.yaml:3 (no more of these)")


def test_the_summary_of_each_format(told):
    said = {name: told("plan.json", "-o", name)[1] for name in FORMATS}
    for name in ("text", "concise", "markdown", "html", "github", "csv", "sarif", "junit"):
        assert SUMMARY in said[name], name
    assert "IACGATE_INTRODUCED=4\n" in said["dotenv"]
    assert "introduce" not in said["gitlab-codequality"]
    summary = json.loads(said["json"])["summary"]
    assert (summary["introduced"], summary["fixed"], summary["existing"]) == (4, 2, 3)
    assert "hunter2" not in "".join(said.values())


def test_json_says_it_of_each_finding_and_lists_what_is_fixed(told):
    body = json.loads(told("plan.json", "-o", "json")[1])
    changes = {(one["rule"], one["resource"]["address"]): one["change"] for one in body["findings"]}
    assert {key for key, change in changes.items() if change == "introduced"} == INTRODUCED
    assert {(one["rule"], one["resource"]["address"]) for one in body["fixed"]} == FIXED
    assert {one["rule"] for one in body["fixed"]} <= set(body["rules"])


def test_sarif_says_new_or_unchanged_and_has_no_result_for_what_is_gone(told):
    run_of = json.loads(told("plan.json", "-o", "sarif")[1])["runs"][0]
    states = {one["message"]["text"].partition(":")[0]: one["baselineState"] for one in run_of["results"]}
    assert states["aws_ebs_volume.fresh"] == "new"
    assert states["aws_s3_bucket.logs"] == "unchanged"
    assert "aws_ebs_volume.v" not in states
    source = json.loads(told("main.tf", "-o", "sarif")[1])["runs"][0]
    assert source["results"]
    assert all("baselineState" not in one for one in source["results"])


def test_reports_are_valid_by_their_schemas(told, schemas):
    jsonschema.Draft202012Validator(report_schema()).validate(json.loads(told("plan.json", "-o", "json")[1]))
    sarif = json.loads((schemas / "sarif" / "sarif-schema-2.1.0.json").read_text())
    jsonschema.validate(json.loads(told("plan.json", "-o", "sarif")[1]), sarif)


def test_csv_has_rows_for_what_is_fixed(told):
    rows = list(csv.DictReader(io.StringIO(told("plan.json", "-o", "csv")[1])))
    assert {(one["rule"], one["address"]) for one in rows if one["record"] == "fixed"} == FIXED
    assert {one["change"] for one in rows if one["record"] == "finding"} == {"introduced", "existing"}


def test_text_lists_what_is_fixed_below_the_findings(told):
    _, text = told("plan.json")
    assert "fixed by this change (2)" in text
    assert "aws_security_group.web   (there before this change)" in text


def test_the_report_level_counts_for_what_is_fixed_too(told):
    body = json.loads(told("plan.json", "-o", "json", "--report-level", "critical")[1])
    assert (body["fixed"], body["summary"]["fixed"]) == ([], 2)


def test_rules_that_are_off_fix_nothing(folder, told):
    (folder / "iacgate.yaml").write_text("version: 1\nrollout: [{rules: [aws-ebs-volume-unencrypted], mode: off}]\n")
    body = json.loads(told("plan.json", "-o", "json")[1])
    assert {one["rule"] for one in body["fixed"]} == {"aws-s3-public-access-block-missing"}


def test_a_plan_and_its_source_give_one_finding_each_with_its_label(told):
    both = json.loads(told(".", "-o", "json")[1])
    alone = json.loads(told("plan.json", "-o", "json")[1])
    assert [(one["rule"], one["change"]) for one in both["findings"]] == [
        (one["rule"], one["change"]) for one in alone["findings"]
    ]


def plan_file(folder, **top):
    plan = {"format_version": "1.2", "terraform_version": "1.11.4", **top}
    (folder / "plan.json").write_text(json.dumps(plan))


def volume(actions, before, after):
    return {
        "address": "aws_ebs_volume.v",
        "mode": "managed",
        "type": "aws_ebs_volume",
        "name": "v",
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {"actions": actions, "before": before, "after": after, "after_unknown": {}},
    }


def system(actions, before, after):
    """What no other resource, perhaps missing from a part of a plan, could encrypt."""
    return {
        **volume(actions, before, after),
        "address": "aws_efs_file_system.f",
        "type": "aws_efs_file_system",
        "name": "f",
    }


OPEN, CLOSED = {"encrypted": False}, {"encrypted": True}


@pytest.mark.parametrize(
    ("top", "line"),
    [
        ({"resource_changes": [volume(["delete"], OPEN, None)]}, "introduces 1, fixes 1, 0 were there before"),
        ({"resource_changes": [volume(["forget"], OPEN, None)]}, "introduces 0, fixes 1, 0 were there before"),
        ({"resource_changes": [volume(["delete", "create"], OPEN, OPEN)]}, "introduces 1, fixes 0, 1 was there before"),
        ({"resource_changes": [volume(["no-op"], OPEN, OPEN)]}, "introduces 0, fixes 0, 1 was there before"),
        ({"resource_changes": [volume(["create"], None, OPEN)]}, "introduces 1, fixes 0, 0 were there before"),
        ({"resource_changes": [volume(["update"], None, OPEN)]}, "introduces 0, fixes 0, 0 were there before, of 1"),
        ({"resource_changes": [volume(["no-op"], CLOSED, CLOSED)]}, ""),
        ({"resource_drift": [volume(["update"], CLOSED, OPEN)]}, ""),
        ({"resource_changes": []}, ""),
        ({"errored": True, "resource_changes": [system(["update"], OPEN, CLOSED)]}, "fixes 1, 0 were there before"),
        ({"values": {"root_module": {"resources": [{**volume([], {}, {}), "values": OPEN}]}}}, ""),
    ],
)
def test_plans_of_other_kinds(folder, told, top, line):
    plan_file(folder, **top)
    rules = ["aws-ebs-volume-unencrypted", "aws-efs-unencrypted", "plan-destroys-stateful-resource"]
    _, text = told("plan.json", "-o", "concise", rules=rules)
    assert (f"the change {line}" if line.startswith("intro") else line) in text
    assert ("the change" in text) == bool(line)


def deployment(name, actions, before, after):
    """A Kubernetes deployment in Terraform; ``before`` and ``after`` are its containers: name → privileged."""

    def values(containers):
        written = [{"name": one, "security_context": [{"privileged": is_}]} for one, is_ in containers.items()]
        pod = {"metadata": [{"labels": {"app": "web"}}], "spec": [{"container": written}]}
        return {"metadata": [{"name": "web", "namespace": "prod"}], "spec": [{"template": [pod]}]}

    sides = [None if side is None else values(side) for side in (before, after)]
    return {
        "address": f"kubernetes_deployment.{name}",
        "mode": "managed",
        "type": "kubernetes_deployment",
        "name": name,
        "provider_name": "registry.terraform.io/hashicorp/kubernetes",
        "change": {"actions": actions, "before": sides[0], "after": sides[1], "after_unknown": {}},
    }


def test_kubernetes_objects_in_a_plan_are_compared_too(folder, told):
    changes = [
        deployment("same", ["no-op"], {"app": True}, {"app": True}),
        deployment("worse", ["update"], {"app": True}, {"side": True, "app": True}),
        deployment("better", ["update"], {"app": True}, {"app": False}),
        deployment("new", ["create"], None, {"app": True}),
        deployment("gone", ["delete"], {"app": True}, None),
    ]
    plan_file(folder, resource_changes=changes)
    body = json.loads(told("plan.json", "-o", "json", rules=["k8s-privileged-container"])[1])
    found = {(one["resource"]["address"].partition(".")[2], one["path"][-3]): one["change"] for one in body["findings"]}
    assert found == {
        ("same", "name=app"): "existing",
        ("worse", "name=app"): "existing",
        ("worse", "name=side"): "introduced",
        ("new", "name=app"): "introduced",
    }
    assert {one["resource"]["address"].partition(".")[2] for one in body["fixed"]} == {"better", "gone"}


def firewall_rule(name, actions, before, after):
    def values(access, priority):
        ports = {"source_port_range": "*", "destination_port_range": "22", "destination_address_prefix": "*"}
        owner = {"network_security_group_name": "nsg", "resource_group_name": "rg", "source_address_prefix": "*"}
        traffic = {"direction": "Inbound", "protocol": "Tcp", "access": access, "priority": priority}
        return {"name": name, **owner, **traffic, **ports}

    head = {"address": f"azurerm_network_security_rule.{name}", "type": "azurerm_network_security_rule", "name": name}
    sides = {"before": before and values(*before), "after": after and values(*after), "after_unknown": {}}
    return {**volume(actions, None, None), **head, "provider_name": "hashicorp/azurerm"} | {
        "change": {"actions": actions, **sides}
    }


@pytest.mark.parametrize("more", [0, 2])
def test_what_stays_is_new_where_a_neighbour_no_longer_covers_it(folder, told, more):
    allowed = [
        firewall_rule(f"ssh{number}", ["no-op"], ("Allow", 200 + number), ("Allow", 200 + number))
        for number in range(1 + more)
    ]
    denied = firewall_rule("deny", ["delete"], ("Deny", 100), None)
    plan_file(folder, resource_changes=[*allowed, denied])
    body = json.loads(told("plan.json", "-o", "json", rules=["azure-nsg-ssh-open"])[1])
    assert [one["change"] for one in body["findings"]] == ["introduced"] * (1 + more)
    denied["change"]["actions"], denied["change"]["after"] = ["no-op"], denied["change"]["before"]
    plan_file(folder, resource_changes=[*allowed, denied])
    assert json.loads(told("plan.json", "-o", "json", rules=["azure-nsg-ssh-open"])[1])["findings"] == []


def manifest(actions, before, after, unknown):
    def pod(name):
        container = {"name": "app", "image": "app:1", "securityContext": {"privileged": True}}
        return {
            "manifest": {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": name},
                "spec": {"containers": [container]},
            }
        }

    change = {"before": before and pod(before), "after": after and pod(after), "after_unknown": unknown}
    return {**deployment("x", actions, None, {}), "address": "kubernetes_manifest.x", "type": "kubernetes_manifest"} | {
        "change": {"actions": actions, **change}
    }


@pytest.mark.parametrize(
    ("entry", "changes", "fixed"),
    [
        (manifest(["delete", "create"], "old", "new", {}), ["existing"], 0),  # another name, the same resource
        (manifest(["update"], "old", None, {"manifest": True}), [], 0),  # what it will be is not known
        (manifest(["delete"], "old", None, {}), [], 1),
        (manifest(["create"], None, "new", {}), ["introduced"], 0),
    ],
)
def test_manifests_in_a_plan_are_compared_as_far_as_they_are_known(folder, told, entry, changes, fixed):
    plan_file(folder, resource_changes=[entry])
    body = json.loads(told("plan.json", "-o", "json", rules=["k8s-privileged-container"])[1])
    assert [one["change"] for one in body["findings"]] == changes
    assert len(body["fixed"]) == fixed


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("name", ["text", "markdown", "html", "junit"])
def test_what_was_secret_before_is_not_shown_from_the_plan_file(folder, told, name, indent):
    (folder / "main.tf").unlink()
    before = {"encrypted": False, "snapshot_id": "old-token-value"}
    entry = volume(["update"], before, {"encrypted": False, "snapshot_id": "new-token-value"})
    marks = {"before_sensitive": {"snapshot_id": True}, "after_sensitive": {"snapshot_id": True}}
    entry["change"] = {"actions": ["update"], **marks, **entry["change"]}
    plan = json.dumps({"format_version": "1.2", "resource_changes": [entry]}, indent=indent)
    for text in (plan, plan.replace('{"format', '{\n"format')):
        (folder / "plan.json").write_text(text)
        said = told("plan.json", "-o", name, rules=["aws-ebs-volume-unencrypted"])[1]
        assert "not encrypted" in said
        assert "token-value" not in said


def test_explain_shows_before_and_after(told):
    code, text = told("aws-ebs-volume-unencrypted", "--on", "aws_ebs_volume.v", "plan.json", command="explain")
    assert code == 0
    assert text.startswith("aws-ebs-volume-unencrypted on aws_ebs_volume.v (main.tf:")
    assert "): pass\n" in text
    assert "before the change: fail\n    => the volume is not encrypted\n" in text


def test_explain_shows_what_is_gone(told):
    _, text = told("aws-rds-public", "--on", "aws_db_instance.gone", "plan.json", "-o", "json", command="explain")
    [one] = json.loads(text)["explanations"]
    assert (one["outcome"], one["before"]["outcome"], one["adapter"]) == ("gone", "fail", "terraform-plan")


def test_explain_names_the_adapters_of_twins(told):
    _, text = told("aws-ebs-volume-unencrypted", "--on", "aws_ebs_volume.fresh", ".", command="explain")
    heads = [line for line in text.splitlines() if line.startswith("aws-ebs")]
    assert [head.rpartition(", ")[2] for head in heads] == ["terraform): fail", "terraform-plan): fail"]
    assert "before the change" not in text  # it is created
