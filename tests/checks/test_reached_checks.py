"""Checks that look at what a resource leads to, is used by, or is kept by."""

from __future__ import annotations

from datetime import date

import pytest

from iacgate.checks.aws_use import BackupParams, UseParams, backup_missing, nothing_attached
from iacgate.checks.reached import ReachedParams, reached_resource
from iacgate.model import Doubt, NotApplicable, Violation
from iacgate.pipeline import Request, take_inventory

GROUPS = """
variable "open" {
  type = bool
}

resource "aws_db_instance" "a" {
  engine               = "postgres"
  parameter_group_name = aws_db_parameter_group.on.name
}

resource "aws_db_parameter_group" "on" {
  name = "on"
  parameter {
    name  = "tls"
    value = "1"
  }
}

resource "aws_db_instance" "b" {
  engine               = "postgres"
  parameter_group_name = aws_db_parameter_group.off.name
}

resource "aws_db_parameter_group" "off" {
  name = "off"
  parameter {
    name  = "tls"
    value = "0"
  }
}

resource "aws_db_instance" "c" {
  engine               = "postgres"
  parameter_group_name = aws_db_parameter_group.later.name
}

resource "aws_db_parameter_group" "later" {
  name = "later"
  parameter {
    name  = "tls"
    value = var.open
  }
}

resource "aws_db_instance" "d" {
  engine = "mysql"
}

resource "aws_db_instance" "e" {
  engine   = "mysql"
  multi_az = var.open
}
"""


def taken(tmp_path, text):
    (tmp_path / "main.tf").write_text(text)
    request = Request(cwd=str(tmp_path), today=date(2026, 1, 1), use_settings=False)
    return take_inventory([str(tmp_path)], request).inventory


def kinds(found):
    return [type(one).__name__ for one in found]


def params(**more):
    values = {"steps": ("aws_db_parameter_group",), "message": "no TLS", "at": "parameter", **more}
    return ReachedParams(**values)


ASKED = "any(parameter, &name == 'tls' && value == '1')"


@pytest.mark.parametrize(
    ("name", "more", "expected"),
    [
        ("a", {"require": ASKED}, []),
        ("b", {"require": ASKED}, ["Violation"]),
        ("c", {"require": ASKED}, ["Doubt"]),
        ("d", {"require": ASKED}, []),
        ("d", {"require": ASKED, "nothing": "fail"}, ["Violation"]),
        ("d", {"require": ASKED, "nothing": "skip"}, ["NotApplicable"]),
        ("d", {"require": ASKED, "nothing": "fail", "where": "engine == 'postgres'"}, ["NotApplicable"]),
        ("d", {"require": ASKED, "nothing": "fail", "where": "engine == 'postgres'", "otherwise": "pass"}, []),
        ("e", {"require": ASKED, "nothing": "fail", "where": "multi_az"}, ["Doubt"]),
        ("e", {"require": ASKED, "nothing": "skip", "where": "multi_az"}, ["NotApplicable"]),
        ("e", {"require": ASKED, "nothing": "pass", "where": "multi_az"}, []),
        ("a", {"deny": ASKED}, ["Violation"]),
        ("b", {"deny": ASKED}, []),
        ("c", {"deny": ASKED}, ["Doubt"]),
        ("a", {"steps": ("aws_db_parameter_group", "aws_none"), "nothing": "fail"}, ["Violation"]),
        ("a", {"steps": ("aws_none|aws_db_parameter_group",), "nothing": "fail"}, []),
    ],
)
def test_reached(tmp_path, name, more, expected):
    inventory = taken(tmp_path, GROUPS)
    subject = inventory.by_address(f"aws_db_instance.{name}")
    assert kinds(reached_resource.function(subject, inventory, params(**more))) == expected


def test_a_finding_points_at_what_was_reached(tmp_path):
    inventory = taken(tmp_path, GROUPS)
    subject = inventory.by_address("aws_db_instance.b")
    (violation,) = reached_resource.function(subject, inventory, params(require=ASKED))
    assert isinstance(violation, Violation)
    assert [one.address for one in violation.related] == ["aws_db_parameter_group.off"]
    assert GROUPS.splitlines()[violation.location.line - 1].strip() == "parameter {"


@pytest.mark.parametrize(("name", "more"), [("b", {"require": ASKED}), ("d", {"require": ASKED, "nothing": "fail"})])
def test_a_finding_points_at_the_subject_where_that_is_to_be_mended(tmp_path, name, more):
    inventory = taken(tmp_path, GROUPS)
    subject = inventory.by_address(f"aws_db_instance.{name}")
    (violation,) = reached_resource.function(subject, inventory, params(here="engine", **more))
    assert (violation.path, violation.location) == (("engine",), None)


USES = """
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_security_group" "used" {
  vpc_id = aws_vpc.v.id
}

resource "aws_security_group" "idle" {
  vpc_id = aws_vpc.v.id
}

resource "aws_lb" "l" {
  security_groups = [aws_security_group.used.id]
}

resource "aws_eip" "mine" {
  instance = aws_instance.i.id
}

resource "aws_instance" "i" {
  ami = "x"
}
"""


@pytest.mark.parametrize(
    ("address", "attributes", "expected"),
    [
        ("aws_security_group.used", (), []),
        ("aws_security_group.idle", (), ["Violation"]),
        ("aws_eip.mine", ("instance",), []),
    ],
)
def test_nothing_attached(tmp_path, address, attributes, expected):
    inventory = taken(tmp_path, USES)
    given = UseParams(message="idle", besides=("aws_vpc",), attributes=attributes)
    assert kinds(nothing_attached.function(inventory.by_address(address), inventory, given)) == expected


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ("resources = [aws_ebs_volume.v.arn]", []),
        ('resources = ["*"]', []),
        ('resources = ["arn:aws:ec2:*:*:volume/*"]', []),
        ('resources = ["arn:aws:rds:*:*:cluster:*"]', ["Violation"]),
        ('selection_tag {\n type = "STRINGEQUALS"\n key = "keep"\n value = "yes"\n}', []),
        ('selection_tag {\n type = "STRINGEQUALS"\n key = "keep"\n value = "no"\n}', ["Violation"]),
        ('selection_tag {\n type = "STRINGEQUALS"\n key = "keep"\n value = var.x\n}', ["Doubt"]),
        ("resources = [var.x]", ["Doubt"]),
    ],
)
def test_backup_missing(tmp_path, selection, expected):
    text = (
        'variable "x" {\n type = string\n}\n'
        'resource "aws_ebs_volume" "v" {\n size = 1\n tags = { keep = "yes" }\n}\n'
        f'resource "aws_backup_selection" "s" {{\n plan_id = "p"\n name = "s"\n iam_role_arn = "r"\n {selection}\n}}\n'
    )
    inventory = taken(tmp_path, text)
    subject = inventory.by_address("aws_ebs_volume.v")
    found = list(backup_missing.function(subject, inventory, BackupParams(service="ec2")))
    assert kinds(found) == expected
    assert all(isinstance(one, Violation | Doubt | NotApplicable) for one in found)
