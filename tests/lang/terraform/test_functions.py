"""Functions beyond the console at hand, what becomes of unknown values, and input that is made to harm."""

from __future__ import annotations

import pytest

from iacgate.lang.terraform.definitions import read_module
from iacgate.lang.terraform.expansion import Project
from iacgate.lang.terraform.expressions import attempt, evaluate
from iacgate.lang.terraform.instances import ModuleInstance
from iacgate.lang.terraform.scope import Limits, Scope
from iacgate.lang.terraform.values import finish, has_secret
from iacgate.model import Unknown
from iacgate.syntax.hcl import parse, parse_expression

SCOPE = """
variable "u" { type = string }
variable "list" { type = list(string) }
variable "secret" {
  default   = "hush"
  sensitive = true
}
resource "x_y" "r" {}
"""


def scope_with(text: str = SCOPE) -> Scope:
    def refuse(*_: object) -> None:
        return None

    project = Project(module=refuse, read=refuse, trouble=refuse, notice=refuse)
    return Scope(ModuleInstance(project, read_module("/stack", [parse(text, "main.tf")])))


def worth(text: str):
    return finish(evaluate(parse_expression(text, "expression"), scope_with()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # OpenTofu's additions
        ('base64gunzip("H4sIAAAAAAACA8s4vPLwSgBXc+ySBQAAAA==")', "héé"),
        ('cidrcontains("10.0.0.0/8", "10.1.2.3")', True),
        ('cidrcontains("10.0.0.0/8", "10.1.0.0/16")', True),
        ('cidrcontains("10.1.0.0/16", "10.0.0.0/8")', False),
        ('cidrcontains("10.0.0.0/8", "11.0.0.1")', False),
        ('urldecode("a+b%2Fc")', "a b/c"),
        ('urldecode(urlencode("é &="))', "é &="),
        # since Terraform 1.15
        ('convert("5", number)', 5),
        ("convert([1, true], list(string))", ["1", "true"]),
        ('convert(["b", "a", "b"], set(string))', ["a", "b"]),
        ("convert({ a = 1 }, object({ a = string, b = optional(number, 7) }))", {"a": "1", "b": 7}),
        ('can(convert("x", number))', False),
        # of the AWS provider
        ('provider::aws::arn_build("aws", "iam", "", "123456789012", "role/r")', "arn:aws:iam::123456789012:role/r"),
        ('provider::aws::arn_parse("arn:aws:s3:::b/k:l").resource', "b/k:l"),
        ('provider::aws::arn_parse("arn:aws:iam::123456789012:role/r").account_id', "123456789012"),
        ('can(provider::aws::arn_parse("nothing"))', False),
        (
            'provider::aws::trim_iam_role_path("arn:aws:iam::123456789012:role/a/b/r")',
            "arn:aws:iam::123456789012:role/r",
        ),
    ],
)
def test_functions_the_console_does_not_have(text, expected):
    found = worth(text)
    assert found == expected
    assert type(found) is type(expected)


U = "x_y.r.id"
KNOWN = {
    f"true ? 1 : {U}": 1,
    f'length(["a", {U}])': 2,
    f"length({{ a = {U} }})": 1,
    f'lookup({{ a = {U}, b = "k" }}, "b", "d")': "k",
    f"keys({{ a = {U} }})": ["a"],
    f"merge({{ a = 1 }}, {{ b = {U} }}).a": 1,
    f'length([for x in ["a", {U}] : upper(x)])': 2,
    f'startswith("arn:${{{U}}}", "arn:")': True,
    f'"arn:${{{U}}}" != null': True,
}
UNKNOWN = [
    f"{U} + 1", f'"a${{{U}}}"', f"upper({U})", f"{U} ? 1 : 2", "[for x in var.list : x]", "var.list[*]",
    "length(var.u)",
    f'contains(["a"], {U})', f'join(",", ["a", {U}])', f'coalesce({U}, "z")', f'try({U}, "z")', f"can({U})",
    f'!{U}', f'{U} == "x"', "{}.a", '"x${null}"', "1 + null", f'{{ (upper({U})) = 1 }}',
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), KNOWN.items(), ids=KNOWN)
def test_what_is_known_in_spite_of_an_unknown(text, expected):
    assert worth(text) == expected


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_an_unknown_makes_unknown_and_never_null(text):
    found = finish(attempt(parse_expression(text, "expression"), scope_with()))
    assert isinstance(found, Unknown)
    assert found.reason


@pytest.mark.parametrize("text", ["{}.a", '"x${null}"', "1 + null"])
def test_what_terraform_refuses_is_seen_by_try(text):
    assert worth(f'try({text}, "refused")') == "refused"
    assert worth(f"can({text})") is False


@pytest.mark.parametrize("text", ["[var.secret, x_y.r.id]", 'true ? var.secret : ""', "try(var.secret, 1)"])
def test_sensitivity_spreads_beside_the_unknown(text):
    assert has_secret(evaluate(parse_expression(text, "expression"), scope_with()))


DOUBLED = "locals {\n  l0 = [1, 1]\n" + "".join(
    f"  l{n} = concat(local.l{n - 1}, local.l{n - 1})\n" for n in range(1, 60)
)
HOSTILE = {
    "a regex that backtracks": ('regex("^(a+)+$", "${local.as}b")', ""),
    "a regex of nested repeats": ('regexall("((a{0,99}){0,99}){0,99}", local.as)', ""),
    "a replace by such": ('replace(local.as, "/(a|aa)+$/", "b")', ""),
    "a range": ("range(1000000000)", ""),
    "a range of small steps": ("range(0, 1, 0.0000000001)", ""),
    "a product of sets": ("setproduct(range(1000), range(1000), range(1000))", ""),
    "a wide format": ('format("%1000000000d", 1)', ""),
    "a precise format": ('format("%.1000000000f", 1)', ""),
    "a power": ("pow(10, 1000000000)", ""),
    "a power of powers": ("pow(pow(9999, 9999), 9999)", ""),
    "doubling lists": ("length(local.l59)", DOUBLED + "}\n"),
    "a join of a long text": ("join(local.as, range(1000))", ""),
    "replaces that grow": ('replace(local.as, "a", local.as)', ""),
    "an indent": ('indent(1000000000, "a\\nb")', ""),
    "an indent of many lines": ('indent(100000, replace(local.as, "a", "\\n"))', ""),
    "subnets": ('cidrsubnets("::/0", [for i in range(1000) : 128]...)', ""),
    "a subnet": ('cidrsubnet("::/0", 128, pow(2, 500))', ""),
    "repeated text": ('join("", [for i in range(1000) : local.as])', ""),
}
AS = 'locals {\n  ten = "aaaaaaaaaa"\n  as  = join("", [for i in range(1000) : "${local.ten}${local.ten}"])\n}\n'


@pytest.mark.parametrize(("text", "more"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_calls_end_within_their_steps(text, more, monkeypatch):
    monkeypatch.setattr(Limits, "STEPS", 200_000)
    scope = scope_with(AS + more)
    found = finish(attempt(parse_expression(text, "expression"), scope))
    assert scope.module.limits.steps > -20_000_000
    if isinstance(found, Unknown):
        assert found.reason
    else:
        assert len(str(found)) < 25_000_000


HUGE = ["a range", "a range of small steps", "a product of sets", "doubling lists", "replaces that grow", "an indent"]


@pytest.mark.parametrize("name", HUGE)
def test_what_would_fill_the_memory_is_unknown_with_a_reason(name, monkeypatch):
    monkeypatch.setattr(Limits, "STEPS", 200_000)
    text, more = HOSTILE[name]
    found = attempt(parse_expression(text, "expression"), scope_with(AS + more))
    assert isinstance(found, Unknown)
    assert found.reason
