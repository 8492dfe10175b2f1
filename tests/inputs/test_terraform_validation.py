"""What a configuration asks of its own values is told where it is known not to hold, and stops nothing."""

from __future__ import annotations

from datetime import date

import pytest

from iacgate.pipeline import Request, take_inventory

VARIABLE = """variable "v" {{
{declared}
  validation {{
    condition     = {condition}
    error_message = {message}
  }}
}}
resource "aws_thing" "t" {{
  v = var.v
}}
"""


def notices(folder, text, **variables):
    (folder / "main.tf").write_text(text, encoding="utf-8")
    request = Request(cwd=str(folder), today=date(2026, 1, 1), variables=variables)
    taken = take_inventory([str(folder)], request)
    assert taken.inventory.resources, "nothing is left out for it"
    assert not taken.troubles
    return taken.notices


def validated(folder, condition, declared="  default = 1", message='"No, ${var.v}."', **variables):
    return notices(folder, VARIABLE.format(declared=declared, condition=condition, message=message), **variables)


def test_a_value_that_breaks_its_validation_is_told_with_what_the_author_says(tmp_path):
    said = "main.tf:3:3: var.v breaks its validation, Terraform refuses the value: No, 1."
    assert validated(tmp_path, "var.v > 1") == [said]
    assert validated(tmp_path, "var.v > 1", declared="", v="0") == [said.replace("1.", "0.")]


@pytest.mark.parametrize(
    ("condition", "declared"),
    [
        ("var.v == 1", "  default = 1"),
        ("var.v > 1", ""),
        ("var.v.no.such", "  default = 1"),
        ("var.other", "  default = 1"),
        ("null", "  default = 1"),
    ],
    ids=["holds", "no value", "fails itself", "not declared", "null"],
)
def test_what_does_not_hold_for_certain_is_not_told(tmp_path, condition, declared):
    assert validated(tmp_path, condition, declared) == []


def test_a_sensitive_value_is_not_in_what_is_told(tmp_path):
    (said,) = validated(tmp_path, 'var.v == "a"', '  sensitive = true\n  default = "hunter2"')
    assert said.endswith("Terraform refuses the value: it is sensitive")
    (said,) = validated(tmp_path, "var.v == 2", message='"${sensitive("hunter2")}"')
    assert said.endswith("Terraform refuses the value: it says no more")


def test_variables_of_modules_and_preconditions_of_instances(tmp_path):
    (tmp_path / "m").mkdir()
    (tmp_path / "m/main.tf").write_text(VARIABLE.format(declared="", condition="var.v > 1", message='"Too few."'))
    text = """module "m" {
  source = "./m"
  count  = 2
  v      = count.index + 1
}
resource "aws_thing" "two" {
  count = 2
  lifecycle {
    precondition {
      condition     = count.index == 0
      error_message = <<-EOT
        Only
        one.
      EOT
    }
  }
}
"""
    assert notices(tmp_path, text) == [
        "main.tf:9:5: aws_thing.two[1] fails its precondition, Terraform refuses it: Only one.",
        "m/main.tf:3:3: module.m[0].var.v breaks its validation, Terraform refuses the value: Too few.",
    ]
