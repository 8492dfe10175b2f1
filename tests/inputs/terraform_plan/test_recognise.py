"""What is claimed, what is refused and with which advice."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from iacgate.errors import SyntaxFailure
from iacgate.inputs import terraform_plan
from iacgate.model import SourceFile

PLAN = {"format_version": "1.2", "planned_values": {"root_module": {}}, "resource_changes": []}


def source_of(data, name="plan.json"):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    return SourceFile(path=f"deploy/{name}", absolute="", read=lambda: data)


def archive():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("tfplan", b"\x00\x01")
        file.writestr("tfstate", b"{}")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (PLAN, "plan.json"),
        (PLAN, "out.plan"),
        (PLAN, "stdin.json"),
        (json.dumps(PLAN, indent=2).encode("utf-8-sig"), "plan.json"),
        (json.dumps(PLAN).encode("utf-16"), "plan.json"),
        (json.dumps(PLAN).encode("utf-16-le"), "plan.json"),
        ({"terraform_version": "1.1", "format_version": "1.0", "values": {}}, "state.json"),
        ({"checks": [], "configuration": {}, "format_version": "1.2"}, "sorted.json"),
        ({"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "x"}, "terraform.tfstate"),
        (b'{"@level":"info","@message":"Terraform 1.11.4"}\n{"@level":"info"}\n', "log.json"),
        (archive(), "any.bin"),
        (b"", "prod.tfplan"),
    ],
)
def test_plans_and_what_people_mistake_for_one_are_claimed(data, name):
    assert terraform_plan.claims(source_of(data, name))


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ({"apiVersion": "v1", "kind": "ConfigMap", "data": {"format_version": "1"}}, "cm.json"),
        ({"resource": {"aws_s3_bucket": {}}, "terraform": {}}, "main.tf.json"),
        ({"format_version": "1.0"}, "main.tf.json"),
        ({"name": "app", "version": "1.0.0"}, "package.json"),
        ({"version": 2, "configuration": {}}, "settings.json"),
        ([1, 2, 3], "list.json"),
        (b"", "empty.json"),
        (b"PK\x03\x04 something else", "x.zip"),
        (b"kind: Plan\n", "notes.plan"),
    ],
)
def test_other_files_are_left_to_others(data, name):
    assert not terraform_plan.claims(source_of(data, name))


@pytest.mark.parametrize(
    ("data", "message", "hint"),
    [
        (archive(), "binary plan", "terraform show -json PLAN"),
        (b'{"@level":"info","@message":"x"}\n{"@level":"info"}\n', "log", "terraform show -json PLAN"),
        ({"version": 4, "lineage": "x", "serial": 2}, "raw state", "terraform show -json"),
        ({**PLAN, "format_version": "2.0"}, "format_version 2.0", "newer iacgate"),
        ({"planned_values": {}}, "no format_version", "terraform show"),
        ({**PLAN, "resource_changes": {}}, "a list under", "terraform show"),
        ({**PLAN, "configuration": []}, "an object under", "terraform show"),
        ([1], "object", "terraform show"),
        (json.dumps(PLAN).encode()[:60], "ends too early", "cut off"),
        (b'{"format_version":"1.2","planned_val', "not closed", "cut off"),
        (b"", "empty", "cut off or empty"),
        (json.dumps(PLAN).encode() + b" x", "one JSON value only", ""),
        (b"\xff\xfe\x00\xd8{", "", ""),
    ],
)
def test_what_cannot_be_read_is_refused_with_advice(data, message, hint):
    with pytest.raises(SyntaxFailure) as caught:
        list(terraform_plan.parse(source_of(data)))
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.location.file == "deploy/plan.json"


@pytest.mark.parametrize(
    "data",
    [
        {"format_version": "1.0", "provider_schemas": {}},
        {"format_version": "1.0", "valid": True, "diagnostics": []},
        {"terraform_version": "1.11.4", "platform": "linux"},
    ],
)
def test_other_json_that_terraform_writes_is_not_applicable(data):
    assert list(terraform_plan.parse(source_of(data))) == []


@pytest.mark.parametrize("version", ["0.1", "0.2", "1.0", "1.2", "1.99"])
def test_known_majors_are_read_and_unknown_properties_ignored(version):
    documents = list(terraform_plan.parse(source_of({**PLAN, "format_version": version, "from_the_future": 1})))
    assert [document.form for document in documents] == ["plan"]


def test_integers_stay_exact(plan_of, change):
    plan = plan_of(change("aws_x.a", {"n": 12345678901234567890}))
    assert plan.by_address["aws_x.a"].get("n") == 12345678901234567890
