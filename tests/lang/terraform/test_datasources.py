"""Data sources worked out without a provider: policies, templates, files; and how the answers of others begin."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from iacgate.inputs import terraform
from iacgate.model import Partial, Secret, SourceFile, Unknown
from iacgate.spi import InputContext


@pytest.fixture
def bodies(tmp_path):
    """The bodies of a configuration by address, with files beside it."""

    def make(text, **files):
        for name, content in files.items():
            (tmp_path / name).write_text(content)
        path = tmp_path / "main.tf"
        path.write_text(text)

        def source(file):
            return SourceFile(path=Path(file).name, absolute=str(file), read=Path(file).read_bytes)

        def opened(file):
            return source(file) if Path(file).is_file() and Path(file).is_relative_to(tmp_path) else None

        context = InputContext(root=str(tmp_path), open=opened)
        return {item.address: item.body for item in terraform.normalise(list(terraform.parse(source(path))), context)}

    return make


def google(blocks):
    return f'variable "later" {{}}\ndata "google_iam_policy" "p" {{\n{blocks}\n}}\n'


def binding(role, members, more=""):
    return f'binding {{\nrole = "{role}"\nmembers = {members}\n{more}\n}}\n'


CONDITION = 'condition {\ntitle = "till may"\nexpression = "request.time < x"\n}'


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        pytest.param(
            binding("roles/b", '["user:b", "user:a", "user:b"]'),
            '{"bindings":[{"members":["user:a","user:b"],"role":"roles/b"}]}',
            id="members are a set",
        ),
        pytest.param(
            binding("roles/b", '["user:b"]') + binding("roles/a", '["user:c"]') + binding("roles/b", '["user:a"]'),
            '{"bindings":[{"members":["user:c"],"role":"roles/a"},{"members":["user:a","user:b"],"role":"roles/b"}]}',
            id="one binding for each role",
        ),
        pytest.param(
            binding("roles/b", '["user:b"]', CONDITION),
            '{"bindings":[{"condition":{"expression":"request.time \\u003c x","title":"till may"},'
            '"members":["user:b"],"role":"roles/b"}]}',
            id="a condition",
        ),
        pytest.param(
            'audit_config {\nservice = "allServices"\naudit_log_configs {\nlog_type = "DATA_READ"\n'
            'exempted_members = ["user:a"]\n}\n}\n' + binding("roles/b", '["user:b"]'),
            '{"auditConfigs":[{"auditLogConfigs":[{"exemptedMembers":["user:a"],"logType":"DATA_READ"}],'
            '"service":"allServices"}],"bindings":[{"members":["user:b"],"role":"roles/b"}]}',
            id="audit logs",
        ),
        pytest.param("", '{"bindings":[]}', id="nothing"),
    ],
)
def test_the_text_of_a_google_policy(bodies, blocks, expected):
    assert bodies(google(blocks))["data.google_iam_policy.p"]["policy_data"] == expected


def test_unknown_leaves_of_a_google_policy(bodies):
    body = bodies(google(binding("roles/b", '["user:b", var.later]') + binding("roles/a", '["allUsers"]')))
    first, second = body["data.google_iam_policy.p"]["policy_data"]["bindings"]
    assert (first["role"], first["members"][0], second["members"]) == ("roles/b", "user:b", ["allUsers"])
    assert isinstance(first["members"][1], Unknown)


def test_an_unknown_number_of_bindings(bodies):
    blocks = 'dynamic "binding" {\nfor_each = var.later\ncontent {\nrole = binding.value\n}\n}\n'
    body = bodies(google(binding("roles/b", '["user:b"]') + blocks))
    bindings = body["data.google_iam_policy.p"]["policy_data"]["bindings"]
    assert isinstance(bindings, Partial)
    assert [item["role"] for item in bindings] == ["roles/b"]


def test_an_unknown_number_of_audit_logs_is_no_known_text(bodies):
    blocks = 'dynamic "audit_config" {\nfor_each = var.later\ncontent {\nservice = "x"\n}\n}\n'
    found = bodies(google(blocks))["data.google_iam_policy.p"]["policy_data"]
    assert isinstance(found["auditConfigs"], Unknown)


@pytest.mark.parametrize("first", ["", 'statement {\nactions = ["s3:Get"]\n}\n'])
def test_an_unknown_number_of_statements(bodies, first):
    blocks = first + 'dynamic "statement" {\nfor_each = var.later\ncontent {\nactions = ["s3:Put"]\n}\n}\n'
    found = bodies(f'variable "later" {{}}\ndata "aws_iam_policy_document" "d" {{\n{blocks}\n}}\n')
    statements = found["data.aws_iam_policy_document.d"]["json"]["Statement"]
    assert isinstance(statements, Partial)
    assert [item["Action"] for item in statements] == ([["s3:Get"]] if first else [])


FILE = 'data "%s" "f" {\nfilename = "${path.module}/policy.json"\n}\nresource "aws_x" "x" {\nv = data.%s.f.content\n}\n'


def test_the_content_of_a_file(bodies):
    found = bodies(FILE % ("local_file", "local_file"), **{"policy.json": '{"a": 1}'})
    assert json.loads(found["aws_x.x"]["v"]) == {"a": 1}
    assert found["data.local_file.f"]["content"] == '{"a": 1}'


def test_the_content_of_a_sensitive_file(bodies):
    found = bodies(FILE % ("local_sensitive_file", "local_sensitive_file"), **{"policy.json": "hunter2"})
    assert found["aws_x.x"]["v"] == "hunter2"
    assert isinstance(found["aws_x.x"]["v"], Secret)


@pytest.mark.parametrize("name", ["missing.json", "../outside.json", "/etc/hostname"])
def test_a_file_that_may_not_be_read(bodies, name):
    found = bodies((FILE % ("local_file", "local_file")).replace("${path.module}/policy.json", name))
    assert isinstance(found["aws_x.x"]["v"], Unknown)


def test_a_template(bodies):
    text = 'data "template_file" "t" {\ntemplate = "hi $${name}"\nvars = { name = "you" }\n}\n'
    assert bodies(text)["data.template_file.t"]["rendered"] == "hi you"


@pytest.mark.parametrize(
    ("kind", "name", "prefix"),
    [
        ("aws_partition", "partition", "aws"),
        ("aws_caller_identity", "arn", "arn:aws"),
        ("aws_caller_identity", "account_id", ""),
        ("aws_region", "name", ""),
        ("cloudinit_config", "rendered", ""),
        ("http", "response_body", ""),
    ],
)
def test_how_the_answers_of_others_begin(bodies, kind, name, prefix):
    value = bodies(f'data "{kind}" "d" {{}}\nresource "aws_x" "x" {{\nv = data.{kind}.d.{name}\n}}\n')["aws_x.x"]["v"]
    assert isinstance(value, Unknown)
    assert value.prefix == prefix


def test_a_policy_of_the_provider_is_known_in_any_partition(bodies):
    text = 'data "aws_partition" "p" {}\nresource "aws_iam_role_policy_attachment" "a" {\n'
    text += 'policy_arn = "arn:${data.aws_partition.p.partition}:iam::aws:policy/AdministratorAccess"\n}\n'
    value = bodies(text)["aws_iam_role_policy_attachment.a"]["policy_arn"]
    assert (value.prefix, value.suffix) == ("arn:aws", ":iam::aws:policy/AdministratorAccess")
