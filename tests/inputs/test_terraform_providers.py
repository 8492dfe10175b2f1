"""Which provider a resource is configured by: aliases, maps of calls, inheritance; seen in the region it is in."""

from __future__ import annotations

import datetime as dt

import pytest

from iacgate.model import Unknown, jsonable
from iacgate.pipeline import Request, take_inventory

ROOT = """
variable "where" { default = "eu-central-1" }
provider "aws" { region = "eu-west-1" }
provider "aws" {
  alias  = "us"
  region = "us-east-1"
}
provider "aws" {
  alias  = "given"
  region = var.where
}
data "aws_region" "here" {}
data "aws_region" "there" { provider = aws.us }
data "aws_region" "text" { provider = "aws.given" }
data "aws_region" "nowhere" { provider = aws.none }
data "aws_region" "asked" { region = "ca-west-1" }
data "aws_region" "named" { name = "ca-central-1" }
data "aws_region" "void" { region = null }
data "aws_region" "far" { endpoint = "ec2.sa-east-1.amazonaws.com" }
resource x_y asked { v = [data.aws_region.asked.name, data.aws_region.named.region, data.aws_region.void.name] }
resource x_y far { v = data.aws_region.far.name }
resource x_y r { v = [data.aws_region.here.name, data.aws_region.there.id, data.aws_region.text.region] }
resource x_y lost { v = data.aws_region.nowhere.name }
module "inherits" { source = "./m" }
module "mapped" {
  source    = "./m"
  providers = { aws = aws.us }
}
module "both" {
  source = "./two"
  providers = {
    aws       = aws
    aws.other = aws.given
  }
}
"""
MODULE = 'data "aws_region" "r" {}\nresource x_y r { v = data.aws_region.r.name }\n'
TWO = 'data "aws_region" "o" { provider = aws.other }\nresource x_y o { v = data.aws_region.o.name }\n' + MODULE
TWO += 'module "deep" {\n  source = "../m"\n  providers = { aws = aws.other }\n}\n'


@pytest.fixture
def values(tmp_path):
    for name, text in {"main.tf": ROOT, "m/main.tf": MODULE, "two/main.tf": TWO}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    taken = take_inventory([str(tmp_path)], Request(cwd=str(tmp_path), today=dt.date(2026, 1, 1)))
    return {one.address: one.body["v"] for one in taken.inventory.resources if one.type == "x_y"}


@pytest.mark.parametrize(
    ("address", "regions"),
    [
        ("x_y.r", ["eu-west-1", "us-east-1", "eu-central-1"]),
        ("module.inherits.x_y.r", "eu-west-1"),
        ("module.mapped.x_y.r", "us-east-1"),
        ("module.both.x_y.r", "eu-west-1"),
        ("module.both.x_y.o", "eu-central-1"),
        ("module.both.module.deep.x_y.r", "eu-central-1"),
    ],
)
def test_the_region_is_that_of_the_provider(values, address, regions):
    assert jsonable(values[address]) == regions


def test_a_region_that_is_asked_for_is_that_one(values):
    assert values["x_y.asked"] == ["ca-west-1", "ca-central-1", "eu-west-1"]


@pytest.mark.parametrize("address", ["x_y.lost", "x_y.far"])
def test_what_the_configuration_does_not_say_is_unknown(values, address):
    assert isinstance(values[address], Unknown)
