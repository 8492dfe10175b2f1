"""What expressions are worth, family by family. Every answer was given by the real terraform console."""

from __future__ import annotations

import pytest

from iacgate.lang.terraform.definitions import read_module
from iacgate.lang.terraform.expansion import Project
from iacgate.lang.terraform.expressions import attempt, evaluate
from iacgate.lang.terraform.instances import ModuleInstance
from iacgate.lang.terraform.scope import Scope
from iacgate.lang.terraform.values import Encoded, Fault, Text, bare, finish, has_secret
from iacgate.model import Unknown
from iacgate.syntax.hcl import parse, parse_expression

SCOPE = """
variable "secret" {
  default   = "hush"
  sensitive = true
}
variable "u" {}
variable "list" {
  type    = list(string)
  default = ["a", "b"]
}
variable "map" {
  type    = map(number)
  default = { b = 2, a = 1 }
}
variable "set" {
  type    = set(object({ n = number, s = string }))
  default = [{ n = 10, s = "x" }, { n = 9, s = "y" }, { n = 9, s = "b" }]
}
resource "x_y" "r" { name = "n" }
resource "x_y" "many" {
  count = 2
  name  = "n${count.index}"
}
resource "x_y" "each" {
  for_each = { p = 1, q = 2 }
  name     = each.key
}
"""


def scope() -> Scope:
    def refuse(*_: object) -> None:
        return None

    project = Project(module=refuse, read=refuse, trouble=refuse, notice=refuse)
    return Scope(ModuleInstance(project, read_module("/stack", [parse(SCOPE, "main.tf")])))


def value(text: str):
    return evaluate(parse_expression(text, "expression"), scope())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # operators and conversion
        ("1 + 2 * 3", 7), ("7 % -3", 1), ("10 / 4", 2.5), ('"4" * 2', 8), ("!false && 1 < 2", True), ("-(2 - 5)", 3),
        ('1 == "1"', False), ("[] == []", True), ("var.list == []", False), ("{} == {}", True), ("null == null", True),
        # conditions unify their arms
        ('true ? 1 : "a"', "1"), ("true ? [] : [1]", []), ("true ? { a = 1 } : { b = \"x\" }", {"a": "1"}),
        ("true ? [1] : [\"a\", \"b\"]", ["1"]), ("false ? var.u : 3", 3), ("true ? null : 3", None),
        ('false ? toset([]) : ["b", "a", "b"]', ["a", "b"]), ("true ? {} : var.map", {}),
        # templates
        ('"${1}"', 1), ('"a${1}b${true}"', "a1btrue"), ('"%{ for x in [1, 2] }${x},%{ endfor }"', "1,2,"),
        ('"%{ if false }a%{ else }b%{ endif }"', "b"), ('"$${x}"', "${x}"),
        # access
        ("var.list[1]", "b"), ('var.map["a"]', 1), ("var.list.0", "a"), ("[{ a = 1 }, { a = 2 }][*].a", [1, 2]),
        ("x_y.many[*].name", ["n0", "n1"]), ("x_y.many[1].name", "n1"), ('x_y.each["q"].name', "q"),
        ("[for k, v in x_y.each : v.name]", ["p", "q"]), ("values(x_y.each)[*].name", ["p", "q"]),
        ("x_y.r[*].name", ["n"]),
        # loops
        ("[for i, x in var.list : \"${i}${x}\" if x != \"a\"]", ["1b"]),
        ("{ for x in var.list : x => 1... }", {"a": [1], "b": [1]}),
        ("[for k, v in var.map : k]", ["a", "b"]), ("[for x in var.set : x.s]", ["x", "b", "y"]),
        # collections
        ("merge({ a = 1 }, null, { a = 2 })", {"a": 2}), ("lookup({ a = 1 }, \"b\", 9)", 9),
        ("keys(var.map)", ["a", "b"]),
        ("concat([1], [2, 3])", [1, 2, 3]), ("flatten([[1, [2]], []])", [1, 2]), ("element([1, 2, 3], 4)", 2),
        ('coalesce(null, "", "x")', "x"), ("coalescelist([], [1])", [1]), ("zipmap([\"a\"], [1])", {"a": 1}),
        ("toset([\"b\", \"a\", \"b\"])", ["a", "b"]), ("distinct([1, 1, 2])", [1, 2]), ("slice([1, 2, 3], 1, 2)", [2]),
        ("one([])", None), ("alltrue([])", True), ("anytrue([false, true])", True), ("contains([\"a\"], \"a\")", True),
        ("length(\"héé\")", 3), ("length({ a = 1 })", 1), ("index([\"a\", \"b\"], \"b\")", 1),
        ("compact([\"\", \"a\"])", ["a"]),
        ("setproduct([1], [2, 3])", [[1, 2], [1, 3]]), ("setintersection([1, 2], [2, 3])", [2]),
        ("tolist([1, \"a\"])", ["1", "a"]), ("tomap({ a = 1, b = \"x\" })", {"a": "1", "b": "x"}),
        ("reverse([1, 2])", [2, 1]),
        ("max([1, 3]...)", 3), ("sum([1, 2.5])", 3.5), ("range(1, 7, 2)", [1, 3, 5]),
        ("chunklist([1, 2, 3], 2)", [[1, 2], [3]]),
        ("matchkeys([1, 2], [\"a\", \"b\"], [\"b\"])", [2]), ("transpose({ a = [\"x\"] })", {"x": ["a"]}),
        ("sort([\"b\", \"B\"])", ["B", "b"]),
        # strings
        ('format("%s-%03d-%v", "a", 7, [1])', "a-007-[1]"), ('join("-", ["a", 1])', "a-1"),
        ('split(",", "a,b")', ["a", "b"]),
        ('replace("aXbX", "X", "-")', "a-b-"), ('replace("hello", "/l+/", "L")', "heLo"), ('upper("ß")', "ß"),
        ('title("a b-c")', "A B-C"), ('trim("xxaxx", "x")', "a"), ('trimspace("  a ")', "a"),
        ('substr("hello", -3, 2)', "ll"),
        ('indent(2, "a\\nb")', "a\n  b"), ('regex("([a-z]+)([0-9]+)", "ab12")', ["ab", "12"]),
        ('regex("(?P<x>a)", "ba")', {"x": "a"}), ('regexall("a.", "abac")', ["ab", "ac"]), ('chomp("a\\n")', "a"),
        ('formatlist("%s!", ["a", "b"])', ["a!", "b!"]), ('startswith("abc", "ab")', True), ('strrev("abc")', "cba"),
        # encodings
        ('jsonencode({ b = [1, null], a = "<" })', '{"a":"\\u003c","b":[1,null]}'), ('jsondecode("[1.50]")', [1.5]),
        ('base64decode(base64encode("é"))', "é"), ('yamldecode("a: [1, yes, ~]")', {"a": [1, True, None]}),
        ('yamldecode("[1e3, y, on, 1_000, !!str 5]")', [1000, True, True, "1_000", "5"]),
        ("yamlencode({ a = [\"x\", 1], b = {} })", '"a":\n- "x"\n- 1\n"b": {}\n'), ('urlencode("a b/c")', "a+b%2Fc"),
        ('csvdecode("a,b\\n1,2")', [{"a": "1", "b": "2"}]), ('md5("x")', "9dd4e461268c8034f5c8564e155c67a6"),
        # addresses and time
        ('cidrsubnet("10.0.0.0/16", 8, 2)', "10.0.2.0/24"), ('cidrhost("10.0.0.0/24", -1)', "10.0.0.255"),
        ('cidrnetmask("172.16.0.0/12")', "255.240.0.0"),
        ('cidrsubnets("10.1.0.0/16", 4, 8)', ["10.1.0.0/20", "10.1.16.0/24"]),
        ('timeadd("2024-01-31T00:00:00Z", "24h")', "2024-02-01T00:00:00Z"),
        ('formatdate("YYYY-MM-DD hh:mm", "2024-02-03T04:05:06Z")', "2024-02-03 04:05"),
        # errors that try and can see
        ('try({}.a, "z")', "z"), ("can(1 + null)", False), ("try([1][5], null)", None), ('can(tonumber("1"))', True),
    ],
)  # fmt: skip
def test_known_values(text, expected):
    found = finish(value(text))
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "text",
    ["var.list[7]", '"x${null}"', "upper(null)", "merge([])", "length(5)", 'tonumber("x")', "[for x in 5 : x]",
    "slice([1], 0, 9)",
     "null ? 1 : 2", "{}.a", "one([1, 2])", 'regex("a", "b")', "sum([])", "1 + []", 'cidrhost("10.0.0.0/30", 9)',
     "{ for x in [1, 1] : \"k\" => x }", "join(\",\", [null])", "coalesce(null, \"\")", "upper()", 'format("%d", "x")'],
)  # fmt: skip
def test_errors(text):
    with pytest.raises(Fault):
        value(text)


@pytest.mark.parametrize(
    "text",
    ["var.u", "x_y.r.id", "x_y.r.tags.a.b", 'try(x_y.r.id, "z")', 'coalesce(x_y.r.id, "z")', "can(x_y.r.id)",
    "false && x_y.r.ok",
     'x_y.r.id == "x"', "x_y.r.id + 1", 'upper("${x_y.r.id}")', 'contains(["a"], x_y.r.id)', "length(x_y.r.id)",
     "[for x in var.u : x]", 'var.u ? "a" : "a"', "timestamp()", "uuid()", "provider::x::y(1)", "nope(1)", "local.nope",
     "x_y.nope.id", "terraform.workspace", "path.cwd", "merge({ a = 1 }, var.u)",
     '{ "${x_y.r.id}" = 1 }', "keys(x_y.r)",
     "toset(var.u)", "[for x in [1, 2] : x if x_y.r.id == x]", 'try({ a = x_y.r.id }, {})', "each.value",
     "pow(2, 1.5)"],
)  # fmt: skip
def test_unknown_values(text):
    assert isinstance(attempt(parse_expression(text, "expression"), scope()), Unknown)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("length([x_y.r.id, 1])", 2), ('lookup({ a = x_y.r.id, b = "k" }, "b", "d")', "k"),
        ("keys({ a = x_y.r.id })", ["a"]),
        ("merge({ a = x_y.r.id }, { a = 1 })", {"a": 1}), ('startswith("arn:${x_y.r.id}", "arn:")', True),
        ('startswith("arn:${x_y.r.id}", "zzz")', False), ('endswith("${x_y.r.id}/*", "/*")', True),
        ('"a-${x_y.r.id}" != null', True), ("true ? 1 : x_y.r.id", 1), ('contains(["a", x_y.r.id], "a")', True),
        ("alltrue([false, x_y.r.ok])", False), ("anytrue([true, x_y.r.ok])", True),
        ("jsondecode(jsonencode({ a = x_y.r.id, b = 2 })).b", 2), ("concat([1], [x_y.r.id])[0]", 1),
    ],
)  # fmt: skip
def test_what_is_known_beside_the_unknown(text, known):
    assert value(text) == known


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("var.u ? [1] : []", None), ('var.u ? "a" : ""', None), ("var.u ? { a = 1 } : null", None),
        ("var.u ? x_y.r.id : null", None), ('var.u ? x_y.r.id : ""', None), ('var.u ? x_y.r.id : "a"', None),
        ("var.u ? x_y.r.id : x_y.r.id", "x_y.r"),
    ],
)  # fmt: skip
def test_a_choice_comes_from_a_resource_only_where_both_arms_do(text, ref):
    """What comes from a managed resource counts as being there, so an arm that is null must not be forgotten."""
    assert value(text).ref == ref


def test_unknown_strings_remember_what_they_know():
    text = value('"arn:aws:s3:::${x_y.r.bucket}/*"')
    assert isinstance(text, Text)
    assert (text.prefix, text.suffix, text.ref) == ("arn:aws:s3:::", "/*", "x_y.r")
    joined = value('join(",", ["a", x_y.r.id])')
    assert joined.prefix == "a,"
    encoded = value("jsonencode({ a = x_y.r.id })")
    assert isinstance(encoded, Encoded)
    assert finish(encoded)["a"].ref == "x_y.r"


@pytest.mark.parametrize(
    "text",
    ["var.secret", '"a${var.secret}"', "[var.secret]", "jsonencode([var.secret])",
    'var.secret == "x"', "upper(var.secret)",
     'join(",", [var.secret])', "{ a = { b = var.secret } }", 'var.secret == "x" ? 1 : 2',
     "[for c in [var.secret] : c]",
     "split(\",\", var.secret)", 'format("%s", var.secret)', "sensitive(1)", "merge({ a = var.secret }, { b = 1 })",
     '{ (var.secret) = 1 }["hush"] == 1 ? var.secret : ""'],
)  # fmt: skip
def test_sensitivity_spreads(text):
    found = value(text)
    assert has_secret(found)
    assert "hush" not in repr(found)


@pytest.mark.parametrize("text", ["nonsensitive(var.secret)", "issensitive(var.secret)", "length([var.secret])"])
def test_sensitivity_ends(text):
    assert not has_secret(value(text))


def test_no_reason_quotes_a_sensitive_value():
    for text in ("tonumber(var.secret)", "[1][var.secret]", "{}[var.secret]", 'cidrhost(var.secret, 1)', "var.secret.x",
                 "parseint(var.secret, 10)", "tobool(var.secret)", "timecmp(var.secret, var.secret)",
                 "{ for x in [1, 2] : var.secret => x }"):  # fmt: skip
        found = attempt(parse_expression(text, "expression"), scope())
        assert isinstance(found, Unknown)
        assert "hush" not in found.reason


def test_marks_come_off_for_comparison():
    assert bare(value('[var.secret, "a"]')) == ["hush", "a"]
