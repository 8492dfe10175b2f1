"""Whatever comes in: a tree whose spans are right, or a SyntaxFailure with a place inside the text."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from iacgate.errors import SyntaxFailure
from iacgate.syntax.hcl import nodes as n
from iacgate.syntax.hcl import parse, parse_expression, parse_json, parse_template, walk

WORDS = (
    'a b x_1 for in if else endif endfor true null 1 2.5 1e3 " "s" "${ ${ %{ } ~} { [ ] ( ) = == => , . ... * [*] .* .0'
)
SIGNS = "? : :: + - ! && <<E\n <<-E\n E\n #c\n /*c*/ //c\n \\ \\n $ % $${ é \x00"
PIECES = [*WORDS.split(" "), *SIGNS.split(" "), "\n", "\n", " ", "  ", "\r\n", "\u00a0"]

VALID = """\
resource "aws_x" "y" { # note
  count = var.n > 0 ? 1 : 0
  name  = "p-${var.name}-%{ if var.a ~} x %{ endif }"
  text  = <<-EOT
    line ${var.b[0].c}
      more
  EOT
  tags  = merge(local.tags, { a = 1, "b" : [for k, v in m : upper(k) if v != null] })
  dynamic "z" {
    for_each = { for s in var.set : s.id => s... }
    content { w = z.value.*.q }
  }
}
"""

scraps = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
mutated = st.builds(
    lambda at, length, new: VALID[:at] + new + VALID[at + length :],
    st.integers(0, len(VALID)),
    st.integers(0, 12),
    st.lists(st.sampled_from(PIECES), max_size=4).map("".join),
)


def check_place(failure: SyntaxFailure, text: str) -> None:
    lines = text.split("\n")
    place = failure.location
    assert 1 <= place.line <= len(lines)
    assert 1 <= place.column <= len(lines[place.line - 1]) + 1


def check(text: str) -> None:
    """Parse; every node lies in its parent; what a span cuts out parses to the same kind of node again."""
    try:
        file = parse(text, "x.tf")
    except SyntaxFailure as failure:
        check_place(failure, text)
        return
    spans = [(node.start, node.end) for node in walk(file.body)]
    assert all(0 <= start <= end <= len(file.text) for start, end in spans)
    assert list(file.comments) == sorted(set(file.comments))
    texts = {id(part) for node in walk(file.body) for part in text_parts(node)}
    for node in walk(file.body):
        if isinstance(node, n.Expression) and id(node) not in texts and not getattr(node, "bare", False):
            again = parse_expression(closed(file.slice(node)), "x.tf")
            assert repr(again) == repr(node)


def text_parts(node: n.Node) -> tuple:
    """What is text between holes, and no expression of its own."""
    match node:
        case n.Template(parts) | n.TemplateFor(_, _, _, parts):
            return parts
        case n.TemplateIf(_, then, otherwise):
            return (*then, *otherwise)
    return ()


def closed(text: str) -> str:
    """A heredoc needs the line break after its end word, which is no part of it."""
    return text + "\n" if "<<" in text else text


@given(st.binary(max_size=200))
def test_any_bytes(data):
    try:
        parse(data, "x.tf")
    except SyntaxFailure:
        return


@given(st.text(max_size=200))
def test_any_text(text):
    check(text)


@settings(max_examples=300)
@given(scraps)
def test_scraps(text):
    check(f"a = {text}\n")


@settings(max_examples=300)
@given(mutated)
def test_mutated(text):
    check(text)


@given(scraps)
def test_scraps_of_expressions_and_templates(text):
    for read in (parse_expression, parse_template):
        try:
            read(text, "x.tf")
        except SyntaxFailure as failure:
            check_place(failure, text)


json_scraps = st.lists(
    st.sampled_from(
        [*'{}[]:,"1 \n', '"a"', "null", '"${b}"', '"\\n${', '}"', "-1.5e3", '"resource"', '"//"', "\\u00e9"]
    ),
    max_size=30,
).map("".join)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet='ab$%{}\\"\né😀', max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet="ab/", max_size=2), inner, max_size=3),
    max_leaves=12,
)


@given(json_scraps | st.text(max_size=100))
def test_json_scraps(text):
    try:
        parse_json(text, "x.tf.json")
    except SyntaxFailure as failure:
        check_place(failure, text)


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), values))
def test_variable_values_are_read_as_json_reads_them(data):
    import json

    def plain(node):
        match node:
            case n.Literal(value):
                return value
            case n.Tuple(items):
                return [plain(item) for item in items]
            case n.Object(items):
                return {item.key.value: plain(item.value) for item in items}
        raise AssertionError(node)

    for ascii_only in (True, False):
        text = json.dumps(data, ensure_ascii=ascii_only)
        body = parse_json(text, "x.tfvars.json").body
        assert {name: plain(attribute.expression) for name, attribute in body.attributes.items()} == data


@given(st.text(alphabet='ab \t\\"$%{}~\né😀', max_size=30))
def test_any_text_can_be_quoted(text):
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    quoted = quoted.replace("${", "$${").replace("%{", "%%{")
    node = parse(f'a = "{quoted}"\n', "x.tf").body.attributes["a"].expression
    assert node.value == text


@given(st.lists(st.sampled_from(["\n", "# c\n", "  \n", "/* c */\n"]), max_size=5).map("".join))
def test_blank_lines_and_comments_change_nothing(noise):
    between = VALID.replace("\n  tags", f"\n{noise}  tags").replace("{ # note\n", f"{{ # note\n{noise}")
    for text in (noise + VALID + noise, between):
        assert repr(parse(text, "x.tf").body) == repr(parse(VALID, "x.tf").body)
