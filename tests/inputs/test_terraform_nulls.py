"""Null, with a type and without: what it means for instances, blocks, variables and references."""

from __future__ import annotations

import datetime as dt

import pytest

from iacgate.lang.terraform.values import bare, native
from iacgate.model import Partial, Secret, Unknown, jsonable
from iacgate.pipeline import Request, take_inventory

NULLS = {
    "null": "null",
    "a typed null": "var.nothing",
    "a condition": 'true ? null : ["a"]',
    "a typed condition": 'true ? var.nothing : ["a"]',
    "a conversion": "tolist(null)",
}
HEAD = 'variable "nothing" {\n  type    = list(string)\n  default = null\n}\n'


@pytest.fixture
def taken(tmp_path):
    def take(text, **more):
        for name, content in {"main.tf": text, **more}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        found = take_inventory([str(tmp_path)], Request(cwd=str(tmp_path), today=dt.date(2026, 1, 1)))
        return {one.address: one for one in found.inventory.resources}, [str(one) for one in found.notices]

    return take


@pytest.mark.parametrize("null", ["null", "var.n", "true ? var.n : 3", "tonumber(null)", "local.n"])
def test_count_of_null_is_refused_and_stands_for_any_number(taken, null):
    found, said = taken(
        'variable "n" {\n  type    = number\n  default = null\n}\nlocals { n = var.n }\n'
        f"resource x_y z {{ count = {null} }}"
    )
    assert list(found) == ["x_y.z[*]"]
    assert [one for one in said if "count is not a whole number; Terraform would refuse it" in one]


@pytest.mark.parametrize("null", NULLS.values(), ids=NULLS)
def test_for_each_of_null_is_refused_and_stands_for_any_number(taken, null):
    found, said = taken(HEAD + f"resource x_y z {{ for_each = {null} }}")
    assert list(found) == ["x_y.z[*]"]
    assert [one for one in said if "Terraform would refuse it" in one]


def test_for_each_of_null_or_an_object_takes_the_object(taken):
    found, _ = taken("resource x_y z { for_each = false ? null : { a = 1 } }")
    assert list(found) == ['x_y.z["a"]']


@pytest.mark.parametrize("null", NULLS.values(), ids=NULLS)
def test_a_dynamic_block_over_null_is_refused_so_there_may_be_any_number(taken, null):
    found, _ = taken(
        HEAD + f"resource x_y z {{\n dynamic rule {{\n  for_each = {null}\n  content {{ v = rule.value }}\n }}\n}}"
    )
    rules = found["x_y.z"].body["rule"]
    assert isinstance(rules, Partial)
    assert len(rules) == 0
    assert rules.maybe.reason.endswith("cannot loop over null")


@pytest.mark.parametrize("null", NULLS.values(), ids=NULLS)
def test_an_attribute_that_is_null_is_not_set_and_known_after_apply_to_others(taken, null):
    found, _ = taken(HEAD + f"resource x_y z {{ v = {null} }}\nresource x_y other {{ v = x_y.z.v }}")
    assert found["x_y.z"].body == {}
    assert isinstance(found["x_y.other"].body["v"], Unknown)
    assert found["x_y.other"].body["v"].ref == "x_y.z"


def test_a_typed_null_in_a_block_is_known_after_apply_to_others(taken):
    found, _ = taken(HEAD + "resource x_y z {\n b { v = var.nothing }\n}\nresource x_y other { v = x_y.z.b[0].v }")
    assert found["x_y.other"].body["v"].ref == "x_y.z"


MODULE = """
variable "inner" {
  type     = string
  nullable = NULLABLE
  default  = "default"
}
resource x_y z { v = var.inner }
"""


@pytest.mark.parametrize("null", ["null", "var.outer", "local.outer", 'true ? var.outer : "x"', "sensitive(var.outer)"])
@pytest.mark.parametrize(("nullable", "value"), [("true", None), ("false", "default")])
def test_a_variable_that_refuses_null_takes_its_default(taken, null, nullable, value):
    found, _ = taken(
        'variable "outer" {\n  type    = string\n  default = null\n}\nlocals { outer = var.outer }\n'
        f'module "m" {{\n  source = "./m"\n  inner = {null}\n}}',
        **{"m/main.tf": MODULE.replace("NULLABLE", nullable)},
    )
    assert jsonable(found["module.m.x_y.z"].body).get("v") == value


POLICY = """
variable "sid" {
  type    = string
  default = null
}
variable "principals" {
  type    = list(string)
  default = null
}
data aws_iam_policy_document d {
  source_policy_documents = var.principals
  policy_id               = var.sid
  statement {
    sid           = var.sid
    effect        = var.sid
    actions       = ["s3:GetObject"]
    not_actions   = var.principals
    resources     = ["*"]
    not_resources = var.principals
  }
}
"""


def test_typed_nulls_in_a_policy_document_are_arguments_that_are_not_given(taken):
    found, _ = taken(POLICY)
    document = jsonable(found["data.aws_iam_policy_document.d"].body["json"])
    assert "Id" not in document
    assert '"Effect": "Allow"' in document
    assert "Not" not in document
    assert "Sid" not in document


@pytest.mark.parametrize("change", [bare, native])
def test_a_list_that_may_grow_stays_one_without_its_marks(change):
    found = change({"rows": Partial([Secret("hush"), 1], maybe=Unknown("why"))})["rows"]
    assert isinstance(found, Partial)
    assert list(found) == ["hush", 1]
    assert found.maybe.reason == "why"
