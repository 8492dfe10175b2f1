"""What a plan says of the versions its providers may have."""

from __future__ import annotations

import pytest

AWS = "registry.terraform.io/hashicorp/aws"


def _provider(constraint, full_name=AWS, **more):
    return {"name": "aws", "full_name": full_name, "version_constraint": constraint, **more}


@pytest.mark.parametrize(
    ("providers", "expected"),
    [
        ({"aws": _provider("~> 5.0")}, ("~> 5.0",)),
        ({"aws": _provider("~> 5.0"), "aws.us": _provider("~> 5.0", alias="us", expressions={})}, ("~> 5.0",)),
        (
            {"aws": _provider(">= 4.0"), "module.m:aws": _provider("~> 5.0", module_address="module.m")},
            (">= 4.0", "~> 5.0"),
        ),
        ({"aws": _provider("~> 5.0", "example.com/mine/aws")}, ()),
        ({"aws": {"name": "aws", "full_name": AWS}}, ()),
        ({"aws": _provider(5), "b": None, "c": _provider("1", []), "d": _provider("")}, ()),
        ([], ()),
        (None, ()),
    ],
)
def test_constraints_of_all_modules(plan_of, change, providers, expected):
    found = plan_of(change("aws_x.y", {"a": 1}), configuration={"provider_config": providers, "root_module": {}})
    assert found.by_address["aws_x.y"].versions() == expected
    for address in ("provider.aws.us",) if isinstance(providers, dict) and "aws.us" in providers else ():
        assert found.by_address[address].versions() == expected


def test_a_plan_without_configuration_asks_for_nothing(plan_of, change):
    assert plan_of(change("aws_x.y", {"a": 1})).by_address["aws_x.y"].versions() == ()
