"""Every form of expression, as the tree it gives."""

from __future__ import annotations

from decimal import Decimal

import pytest

from iacgate.errors import SyntaxFailure
from iacgate.syntax.hcl import nodes as n
from iacgate.syntax.hcl import parse, parse_expression

FORMS = [
    # literals
    ("1", "1"),
    ("007", "7"),
    ("12345678901234567890", "12345678901234567890"),
    ("1.50", "1.50"),
    ("1.e5", "1E+5"),
    ("1.5E+3", "1.5E+3"),
    ("2e-3", "0.002"),
    ("true", "true"),
    ("null", "null"),
    ('""', "''"),
    ('"a b"', "'a b'"),
    ('"$"', "'$'"),
    ('"5%"', "'5%'"),
    ('"a\tb"', "'a\\tb'"),
    # names and steps
    ("a", "a"),
    ("a-b", "a-b"),
    ("_a", "_a"),
    ("été-x", "été-x"),
    ("truely", "truely"),
    ("var.x", "var.x"),
    ("a.b.c", "a.b.c"),
    ("a . b", "a.b"),
    ("a.b-1", "a.b-1"),
    ("a[0]", "a[0]"),
    ("a [ 0 ]", "a[0]"),
    ('a["k"].c', "a['k'].c"),
    ("a[each.key].id", "a[each.key].id"),
    ("a.b[0][1].c.d", "a.b[0][1].c.d"),
    ("a.0", "a<.0>"),
    ("a.0.b", "a<.0>.b"),
    ("a[*]", "a[*]{}"),
    ("a[*].b", "a[*]{.b}"),
    ("a[ * ].b", "a[*]{.b}"),
    ("a[*].b[0].c", "a[*]{.b[0].c}"),
    ("a[*].b[*].c", "a[*]{.b[*]{.c}}"),
    ("a.*", "a.*{}"),
    ("a.*.b.c", "a.*{.b.c}"),
    ("a.*.b.0", "a.*{.b<.0>}"),
    ("a.*.b[0]", "a.*{.b}[0]"),
    ("a.*.b[*].c", "a.*{.b}[*]{.c}"),
    ("a[*].b.*.c", "a[*]{.b.*{.c}}"),
    ("f(x).id", "<f(x)>.id"),
    ("(a).b", "<a>.b"),
    ("(a[*]).b", "<a[*]{}>.b"),
    ("[1, 2][0]", "<[1, 2]>[0]"),
    ("{}.a", "<{}>.a"),
    ('"x"[*]', "<'x'>[*]{}"),
    ("true.a", "<true>.a"),
    ("1.a", "<1>.a"),
    ("1 .5", "<1><.5>"),
    # calls
    ("f()", "f()"),
    ("f (1)", "f(1)"),
    ("f(1, a.b)", "f(1, a.b)"),
    ("f(1,)", "f(1)"),
    ("f(a...)", "f(a...)"),
    ("f(1, a...)", "f(1, a...)"),
    ("f(\n1\n,\n2\n)", "f(1, 2)"),
    ("true(1)", "true(1)"),
    ("core::upper(a)", "core::upper(a)"),
    ("provider :: aws :: arn_parse(a)", "provider::aws::arn_parse(a)"),
    ("f(g(h(1)))", "f(g(h(1)))"),
    # operators
    ("-1", "(-1)"),
    ("- a.b", "(-a.b)"),
    ("!!a", "(!(!a))"),
    ("!-a", "(!(-a))"),
    ("-a + b", "((-a) + b)"),
    ("a + b - c", "(a + b - c)"),
    ("a + b * c", "(a + (b * c))"),
    ("a * b + c", "((a * b) + c)"),
    ("a * b / c % d", "(a * b / c % d)"),
    ("a - (b - c)", "(a - (b - c))"),
    ("a + b * c - d / e", "(a + (b * c) - (d / e))"),
    ("a == b != c", "(a == b != c)"),
    ("a < b == c >= d", "((a < b) == (c >= d))"),
    ("a || b && c || d", "(a || (b && c) || d)"),
    ("a && b || c && d", "((a && b) || (c && d))"),
    ("!a && b", "((!a) && b)"),
    ("a || b && c == d < e + f * -g", "(a || (b && (c == (d < (e + (f * (-g)))))))"),
    ("a * b == c + d && e", "(((a * b) == (c + d)) && e)"),
    ("a-1", "a-1"),
    ("a -1", "(a - 1)"),
    ("a ? b : c", "(a ? b : c)"),
    ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
    ("a ? b ? c : d : e", "(a ? (b ? c : d) : e)"),
    ("a == b ? c + d : e || f", "((a == b) ? (c + d) : (e || f))"),
    ("(a ? b : c) ? d : e", "((a ? b : c) ? d : e)"),
    ("(a\n+ b)", "(a + b)"),
    ("((a))", "a"),
    # collections
    ("[]", "[]"),
    ("[\n]", "[]"),
    ("[1, 2,]", "[1, 2]"),
    ('["a", "b"]', "['a', 'b']"),
    ("[a.b, true, null, 1.5]", "[a.b, true, null, 1.5]"),
    ("[1 # one\n, // two\n 2 /* three */]", "[1, 2]"),
    ("[a\n.b]", "[a.b]"),
    ("[[1], [f(x), [2]]]", "[[1], [f(x), [2]]]"),
    ("{}", "{}"),
    ("{\n\n}", "{}"),
    ("{a = 1}", "{a = 1}"),
    ("{a : 1, b = 2,}", "{a = 1, b = 2}"),
    ('{"a" = 1, "b c" : x}', "{'a' = 1, 'b c' = x}"),
    ("{\n a = 1\n b = f(x) # c\n\n c = {d = e}\n}", "{a = 1, b = f(x), c = {d = e}}"),
    ('{a = "x", b = "y"\n c = "z"}', "{a = 'x', b = 'y', c = 'z'}"),
    ("{(a) = 1}", "{(a) = 1}"),
    ("{(a).b = 1}", "{(<a>.b) = 1}"),
    ("{a.b = 1}", "{a.b = 1}"),
    ("{1 = 2}", "{1 = 2}"),
    ("{true = 1, null = 2}", "{true = 1, null = 2}"),
    ("{f(x) = 1}", "{f(x) = 1}"),
    ("{a ? b : c : 1}", "{(a ? b : c) = 1}"),
    ('{"${a}" = 1}', "{T(${a}) = 1}"),
    ("{a = b ? c : d}", "{a = (b ? c : d)}"),
    ("{for-each = 1}", "{for-each = 1}"),
    ('{"for" = 1}', "{'for' = 1}"),
    # for
    ("[for x in y : x]", "[for x in y : x]"),
    ("[for k, v in y : v if k]", "[for k, v in y : v if k]"),
    ("[\nfor x\nin y\n:\nx\n]", "[for x in y : x]"),
    ("{for x in y : x => z}", "{for x in y : x => z}"),
    ("{for k, v in y : v => k... if v != null}", "{for k, v in y : v => k... if (v != null)}"),
    ("{\nfor x in y : x => { a = x\n b = 1\n }\n}", "{for x in y : x => {a = x, b = 1}}"),
    ("[for x in [for y in z : y] : {for a in b : a => x}]", "[for x in [for y in z : y] : {for a in b : a => x}]"),
    # templates
    ('"a${b}c"', "T('a', ${b}, 'c')"),
    ('"${b}"', "T(${b})"),
    ('"${"${b}"}"', "T(${T(${b})})"),
    ('"${a}${b}"', "T(${a}, ${b})"),
    ('" ${~ a ~} "', "T('', ${a}both, '')"),
    ('"${a ~} b ${~ c}"', "T(${a}right, 'b', ${c}left)"),
    ('"${{a = 1}.a}}"', "T(${<{a = 1}>.a}, '}')"),
    ('"${f("}")}"', "T(${f('}')})"),
    ('"${\na\n}"', "T(${a})"),
    ('"%{ if a }b%{ else }c%{ endif }"', "T(if(a: 'b' else 'c'))"),
    ('"%{ if a }%{ endif }"', "T(if(a: ))"),
    ('"x%{ for k, v in m }${k}=${v}%{ endfor }"', "T('x', for(k, v in m: ${k}, '=', ${v}))"),
    ('"%{if a}%{for x in y}${x}%{endfor}%{else}%{if b}c%{endif}%{endif}"',
     "T(if(a: for(x in y: ${x}) else if(b: 'c')))"),
    ('"\\n\\r\\t\\"\\\\\\u00e9\\U0001F600"', "'\\n\\r\\t\"\\\\é😀'"),
    ('"$${a} %%{b}"', "'${a} %{b}'"),
    ('"\\u0024{a}"', "'${a}'"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "tree"), FORMS)
def test_form(text, tree, show):
    assert show(parse_expression(text, "x.tf")) == tree


@pytest.mark.parametrize(
    ("text", "tree"), [(text, tree) for text, tree in FORMS if "\n" not in text or text[0] in "[{("]
)
def test_form_as_the_value_of_an_argument(text, tree, show):
    """Most of these take another way through the parser: whole lines are matched at once where they are simple."""
    for source in (f"a = {text}\n", f"a   =   {text} # remark\n", f"b {{\n  a = {text}\n}}\n", f"b {{ a = {text} }}\n"):
        body = parse(source, "x.tf").body
        holder = body.blocks[0].body if body.blocks else body
        assert show(holder.attributes["a"].expression) == tree


@pytest.mark.parametrize(("text", "tree"), [(text, tree) for text, tree in FORMS if "\n" not in text])
def test_form_inside_collections(text, tree, show):
    assert show(parse_expression(f"[x, {text}, {text}]", "x.tf")) == f"[x, {tree}, {tree}]"
    assert show(parse_expression(f'{{k = {text}, "l" : {text}\n m = {text}\n}}', "x.tf")) == (
        f"{{k = {tree}, 'l' = {tree}, m = {tree}}}"
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", 1), ("1.0", Decimal("1.0")), ("0.1", Decimal("0.1")), ("1e3", Decimal(1000)), ("-1", None)],
)
def test_numbers_are_exact(text, value):
    node = parse_expression(text, "x.tf")
    assert getattr(node, "value", None) == value
    assert value is None or type(node.value) is type(value)


def test_a_number_of_many_digits_is_exact():
    digits = "9" * 20_000
    assert parse_expression(digits, "x.tf").value == Decimal(digits)


def test_a_template_of_one_interpolation_is_told_apart():
    assert isinstance(parse_expression('"${a}"', "x.tf").wrapped, n.Traversal)
    for text in ('"${a} "', '" ${~ a}"', '"${a}${b}"', '"%{if a}b%{endif}"'):
        assert parse_expression(text, "x.tf").wrapped is None


def test_long_chains_do_not_nest():
    plus = parse_expression(" + ".join(["a"] * 100_000), "x.tf")
    assert isinstance(plus, n.Binary)
    assert len(plus.operands) == 100_000
    steps = parse_expression("a" + ".b[0]" * 50_000, "x.tf")
    assert isinstance(steps, n.Traversal)
    assert len(steps.steps) == 100_000


def test_nothing_may_follow_an_expression():
    with pytest.raises(SyntaxFailure, match="expected the end of the expression, found"):
        parse_expression("a b", "x.tf")
