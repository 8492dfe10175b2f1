"""Templates and heredocs: what they say once their holes are filled. The results are those of Terraform 1.11."""

from __future__ import annotations

import pytest

from iacgate.syntax.hcl import nodes as n
from iacgate.syntax.hcl import parse, parse_template

RENDERED = [
    ('"$$${x}"', "$${x}"),
    ('"$$$${x}"', "$$${x}"),
    ('"%%%{if}"', "%%{if}"),
    ('"a$b%c"', "a$b%c"),
    ('"$$"', "$$"),
    ('"a ${~ "x" ~} b"', "axb"),
    ('"a ${~ "x" ~}${"y"} b"', "axy b"),
    ('"${"x"~} ${~"y"}"', "xy"),
    ('"a%{ if true ~} b %{~ else ~} c %{~ endif }d"', "abd"),
    ('"%{ for x in ["p","q"] ~} ${x} %{ endfor ~} z"', "p q z"),
    ('"\\u00e9\\U0001F600\\n\\t\\"\\\\"', '\xe9\U0001f600\n\t"\\'),
    ('"${"a${"b"}c"}"', "abc"),
    ('" ${~ "x"}"', "x"),
    ('"\\n ${~ "x" ~} \\n"', "x"),
    ("<<E\na\n b\nE\n", "a\n b\n"),
    ("<<-E\n  a\n    b\n  E\n", "a\n  b\n"),
    ("<<-E\n  a\n\n    b\n  E\n", "a\n\n  b\n"),
    ("<<-E\n    a\n  b\n      E\n", "  a\nb\n"),
    ("<<-E\n\ta\n  b\n E\n", "a\n b\n"),
    ('<<-E\n  ${"x"}\n    b\n  E\n', "x\n  b\n"),
    ('<<-E\n${"x"}\n    b\n  E\n', "x\n    b\n"),
    ('<<-E\n  a ${"x"}\n   ${"y"} b\n  E\n', "a x\n y b\n"),
    ('<<E\n%{ for x in ["p","q"] ~}\n  ${x}\n%{ endfor ~}\nz\nE\n', "  p\n  q\nz\n"),
    ("<<E\n  %{ if true ~}\n  a\n  %{ else ~}\n  b\n  %{ endif ~}\nE\n", "    a\n  "),
    ("<<-E\n  %{ if true ~}\n  a\n  %{ endif ~}\n  E\n", "  a\n"),
    ("<<-E\n    %{~ if true ~}\n    a\n  %{~ endif ~}\n  E\n", "    a\n"),
    ('<<E\n$${x} %%{x} \\n "q" $x\nE\n', '${x} %{x} \\n "q" $x\n'),
    ("<<E\na ${<<F\nin\nF\n}b\nE\n", "a in\nb\n"),
    ('<<E\n  ${~ "x" ~}  \n  y\nE\n', "x  y\n"),
    ("<<E\na\r\nb\r\nE\r\n", "a\r\nb\r\n"),
    ("<<-E\n  a\r\n   b\r\n  E\r\n", "a\r\n b\r\n"),
    ("<<E\n\nE\n", "\n"),
    ("<<E\nE\n", ""),
    ("<<-E\n   \n  a\n  E\n", "   \na\n"),
    ("<<-E\n     \n  E\n", "     \n"),
    ('<<-E\n  a\n ${"x"}\n  E\n', " a\nx\n"),
    ('<<E\n${"x"}E\nE\n', "xE\n"),
    ('<<E\n E${"x"}\n  E \n', " Ex\n"),
    ("<<-E\n\xa0 a\n\xa0 b\n E\n", "a\nb\n"),
    ('<<E\na${"x" ~}\n\n  b\nE\n', "ax\n  b\n"),
    ("<<-E\n  a\n  \n  b\n E\n", "a\n  \nb\n"),
    ('<<-E\n  %{ for x in ["p"] }\n    ${x}\n  %{ endfor }\n  E\n', "\n  p\n\n"),
    ('"${"x"}"', "x"),
    ('"${~"x"~}"', "x"),
    ('"%{if true}x%{endif}"', "x"),
    ('"%{ if false }x%{ endif }"', ""),
    ('<<E\n $${"a"}\nE\n', ' ${"a"}\n'),
    ('"a\\u0020 ${~"x"}"', "ax"),
    ("<<-E\n\\u0020 a\n  b\n  E\n", "\\u0020 a\n  b\n"),
]


def render(node, names=None) -> str:
    """The text of a template whose holes hold texts, true, false, and loops over lists of texts."""
    match node:
        case n.Literal(value):
            return value
        case n.Interpolation(n.Traversal(name, ())):
            return names[name]
        case n.Interpolation(expression):
            return render(expression, names)
        case n.Template(parts):
            return "".join(render(part, names) for part in parts)
        case n.TemplateIf(n.Literal(condition), then, otherwise):
            return "".join(render(part, names) for part in (then if condition else otherwise))
        case n.TemplateFor(_, name, n.Tuple(items), body):
            return "".join(render(part, {name: item.value}) for item in items for part in body)
    raise AssertionError(node)


@pytest.mark.parametrize(("text", "result"), RENDERED)
def test_rendered_as_terraform_does(text, result):
    file = parse(f"a = {text.rstrip()}\n", "x.tf")
    assert render(file.body.attributes["a"].expression) == result


@pytest.mark.parametrize("text", [text for text, _ in RENDERED if text.startswith("<<")])
def test_the_same_in_a_function_call(text):
    """The line break after the end word of a heredoc is no part of it, also where line breaks do not count."""
    alone = parse(f"a = {text.rstrip()}\n", "x.tf").body.attributes["a"].expression
    file = parse(f"a = f({text.rstrip()}\n, 1)\n", "x.tf")
    call = file.body.attributes["a"].expression
    assert render(call.arguments[0]) == render(alone)
    assert call.arguments[1].value == 1


@pytest.mark.parametrize(
    ("text", "kind", "heredoc"),
    [
        ("<<E\na\nE\n", n.Literal, None),
        ("<<E\n${a}\nE\n", n.Template, "<<"),
        ("<<-E\n  ${a}\n  E\n", n.Template, "<<-"),
        ('"${a}b"', n.Template, ""),
        ('"a"', n.Literal, None),
    ],
)
def test_kind(text, kind, heredoc):
    node = parse(f"a = {text.rstrip()}\n", "x.tf").body.attributes["a"].expression
    assert type(node) is kind
    assert heredoc is None or node.heredoc == heredoc


def test_a_heredoc_with_only_one_interpolation_is_still_text():
    node = parse("a = <<E\n${a}\nE\n", "x.tf").body.attributes["a"].expression
    assert node.wrapped is None


def test_spans():
    text = 'a = "x${b.c}y%{ if d }z%{ endif }"\n'
    file = parse(text, "x.tf")
    node = file.body.attributes["a"].expression
    assert file.slice(node) == '"x${b.c}y%{ if d }z%{ endif }"'
    assert [file.slice(part) for part in node.parts] == ["x", "${b.c}", "y", "%{ if d }z%{ endif }"]
    assert file.slice(node.parts[1].expression) == "b.c"


def test_span_of_a_heredoc():
    text = "a = <<-E\n  x ${b}\n  E\nc = 1\n"
    file = parse(text, "x.tf")
    node = file.body.attributes["a"].expression
    assert file.slice(node) == "<<-E\n  x ${b}\n  E"
    assert file.slice(node.parts[1]) == "${b}"
    location = file.location(node.parts[1])
    assert (location.line, location.column, location.end_line, location.end_column) == (2, 5, 2, 9)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", "''"),
        ("plain \\n text", "'plain \\\\n text'"),
        ("${a}", "T(${a})"),
        ('a "quoted" ${b["c"]}\nd', "T('a \"quoted\" ', ${b['c']}, '\\nd')"),
        ("$${a}%%{b}", "'${a}%{b}'"),
        ("$$ %", "'$$ %'"),
        ("%{ for x in y }${x},%{ endfor }", "T(for(x in y: ${x}, ','))"),
    ],
)
def test_template_without_quotes(text, tree, show):
    assert show(parse_template(text, "x.tf")) == tree
