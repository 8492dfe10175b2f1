"""The expression language: what it shares with JMESPath, what it adds, and what it says of mistakes."""

from __future__ import annotations

import jmespath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iacgate.lang.jmespath import Context, ExpressionError, Located, compile_condition, compile_value, locate, parse
from iacgate.lang.jmespath.logic import truth
from iacgate.model import Partial, Secret, Unknown

WHY = Unknown("var.x has no value")
BODY = {
    "name": "web",
    "count": 3,
    "on": True,
    "text_on": "true",
    "text_off": "false",
    "nothing": None,
    "list": [1, 2, 3],
    "words": ["b", "a"],
    "rules": [{"port": 22, "open": True}, {"port": 443, "open": False}, {"port": None}],
    "nested": {"a": {"b": {"c": "deep"}}},
    "who": WHY,
    "arn": Unknown("known after apply", prefix="arn:aws:s3:::", suffix="/*"),
    "key": Unknown("known after apply: aws_kms_key.k.arn", ref="aws_kms_key.k"),
    "data": Unknown("known after apply: data.aws_kms_key.k.arn", ref="data.aws_kms_key.k"),
    "given": Unknown("var.x has no value", present=True),
    "some": Partial([1, 2], maybe=WHY),
    "perhaps": Partial([], maybe=WHY),
    "mixed": [1, WHY],
    "password": Secret("hunter2"),
    "secrets": Secret({"a": "b"}),
}


def value_of(expression, body=None, params=None):
    tree, context = parse(expression), Context(params=params or {})
    body = BODY if body is None else body
    fast = compile_value(tree)(body, context)
    slow = locate(tree, Located(body, ()), context).value
    assert repr(fast) == repr(slow), "the located form gives what the fast form gives"
    return fast


def answer_of(expression, body=None):
    answer = compile_condition(parse(expression))(BODY if body is None else body, Context())
    assert answer is True or answer is False or isinstance(answer, Unknown)
    return "unknown" if isinstance(answer, Unknown) else answer


@pytest.mark.parametrize(
    "expression",
    [
        "name", "nested.a.b.c", "nested.x.y", "list[0]", "list[-1]", "list[9]", "list[1:]", "list[::-1]",
        "rules[*].port",
        "rules[].port", "rules[?open].port", "rules[?port == `22`] | [0].open", "rules[?port > `100`].port",
        "nested.*.b.c",
        "[name, count]", "{n: name, c: count}", "nothing || name", "name && count", "!on", "!nothing", "count > `2`",
        "name == 'web'", "length(list)", "length(name)", "keys(nested)", "max(list)", "min(words)", "sort(words)",
        "join(',', words)", "sum(list)", "avg(list)", "reverse(list)", "to_string(list)", "to_number('12')",
        "type(list)",
        "contains(list, `2`)", "contains(name, 'e')", "starts_with(name, 'w')", "ends_with(name, 'b')", "abs(`-3`)",
        "ceil(`1.2`)", "floor(`1.8`)", "not_null(nothing, name)", "map(&port, rules)", "max_by(rules[:2], &port).port",
        "min_by(rules[:2], &port).port", "sort_by(rules[:2], &port)[1].port", "merge(nested, {z: name})",
        "values(nested.a)",
        "to_array(name)", "rules[*].[port, open]", "list[*] | [1]", "@.name", "rules[?port].port | length(@)",
    ],
)  # fmt: skip
def test_reads_as_jmespath_reads(expression):
    known = {key: value for key, value in BODY.items() if isinstance(value, str | int | bool | list | dict | None)}
    assert value_of(expression) == jmespath.search(expression, known)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("on == `true`", True),
        ("text_on == `true`", True),
        ("text_off == `false`", True),
        ("text_off", False),
        ("!text_off", True),
        ("count == '3'", True),
        ("on == `1`", False),
        ("nothing == absent", True),
        ("list == `[1, 2, 3]`", True),
        ("list == `[1, 2]`", False),
        ('nested == `{"a": {"b": {"c": "deep", "d": null}}}`', True),
        ("count < '4'", True),
        ("name < `4`", False),
        ("nothing < `4`", False),
        # an unknown answers unknown, unless the answer does not depend on it
        ("who", "unknown"),
        # "not" reaches over the whole path that follows
        ("!nested.a", False),
        ("!nested.x", True),
        ("!nested.a.b.c && on", False),
        ("!rules[*].port", False),
        ("!rules[?port == `1`].port", True),
        ("!rules[0].open == `false`", True),
        ("who == 'x'", "unknown"),
        ("who != 'x'", "unknown"),
        ("who > `1`", "unknown"),
        ("who == null_is_not_special", "unknown"),
        ("!who", "unknown"),
        ("who && nothing", False),
        ("nothing && who", False),
        ("who || on", True),
        ("who && on", "unknown"),
        ("who || nothing", "unknown"),
        ("who.deep[0] == 'x'", "unknown"),
        ("(who || 'x') == 'x'", "unknown"),
        ("(who == 'a' || on == `true`) == `true`", True),
        # what is known of an unknown counts
        ("arn == 'arn:aws:iam::1:role/x'", False),
        ("starts_with(arn, 'arn:')", True),
        ("starts_with(arn, 'arn:aws:s3:::logs')", "unknown"),
        ("starts_with(arn, 'https')", False),
        ("ends_with(arn, '/*')", True),
        ("ends_with(arn, 'x')", False),
        ("contains(arn, 's3')", True),
        ("contains(arn, 'logs')", "unknown"),
        ("arn", True),
        ("arn == nothing", False),
        # a managed resource will give a value: it is there, only not known
        ("key", True),
        ("!key", False),
        ("key != nothing", True),
        ("key == 'x'", "unknown"),
        ("key.part", "unknown"),
        ("data", "unknown"),
        ("data != nothing", "unknown"),
        ("has(@, 'key')", True),
        ("has(@, 'who')", "unknown"),
        ("has(@, 'nothing')", False),
        # it is not null, whatever it will be; empty or false it may be
        ("given != null", True),
        ("given == null", False),
        ("given != `null`", True),
        ("null == given", False),
        ("given != nothing", True),
        ("has(@, 'given')", True),
        ("not_null(given, 'x') != null", True),
        ("default(given, 'x') == null", False),
        ("given", "unknown"),
        ("!given", "unknown"),
        ("given == ''", "unknown"),
        ("given == `false`", "unknown"),
        ("given == 'x'", "unknown"),
        ("given == `[]`", "unknown"),
        # what is in it may be null
        ("given.part != null", "unknown"),
        ("given[0] != null", "unknown"),
        ("has(given, 'part')", "unknown"),
        ("map(&part, given) != null", "unknown"),
        ("(given == 'x') == null", "unknown"),
        # lists of which more may come
        ("any(some, &@ == `2`)", True),
        ("any(some, &@ == `7`)", "unknown"),
        ("all(some, &@ == `1`)", False),
        ("all(some, &@ < `7`)", "unknown"),
        ("none(some, &@ == `2`)", False),
        ("some", True),
        ("some == `[]`", False),
        ("perhaps == `[]`", "unknown"),
        ("perhaps", "unknown"),
        ("length(some) == `2`", "unknown"),
        ("some[0] == `1`", "unknown"),
        ("contains(some, `2`)", True),
        ("contains(some, `9`)", "unknown"),
        ("in(`1`, some)", True),
        ("in(who, list)", "unknown"),
        ("in(name, ['web', 'api'])", True),
        ("in(arn, ['x', 'y'])", False),
        ("intersects(list, `[9, 3]`)", True),
        ("any(mixed, &@ == `1`)", True),
        ("any(mixed, &@ == `2`)", "unknown"),
        ("all(mixed, &@ == `2`)", False),
        ("length(mixed[?@ == `1`]) == `1`", "unknown"),
        ("any(rules, &open)", True),
        ("all(rules, &open)", False),
        ("none(rules, &port == `80`)", True),
        ("any(absent, &x)", False),
        ("all(absent, &x)", True),
        ("any(who, &x)", "unknown"),
        ("any([on, nothing])", True),
        ("any(name, &@ == 'web')", True),
        ("default(nothing, `5`) == `5`", True),
        ("default(who, `5`) == `5`", "unknown"),
        ("not_null(who, name) == 'web'", "unknown"),
        ("matches(name, '^w.b$')", True),
        ("matches(who, 'x')", "unknown"),
        ("is_unknown(who)", True),
        ("to_bool(text_on)", True),
        # secrets compare
        ("password == 'hunter2'", True),
        ("password == 'x'", False),
        ("length(password) > `8`", False),
        ("starts_with(password, 'hunt')", True),
        ("secrets.a == 'b'", True),
        # hostile types make nothing, and no crash
        ("length(`3`)", False),
        ("lower(list)", False),
        ("sort(rules)", False),
        ("join(',', `5`)", False),
        ("list.name", False),
        ("name[0]", False),
        ("max(rules)", False),
        ("items(name)", False),
    ],
)
def test_answers(expression, expected):
    assert answer_of(expression) == expected


def test_an_unknown_says_why():
    answer = compile_condition(parse("nothing || (on && who == 'x')"))(BODY, Context())
    assert isinstance(answer, Unknown)
    assert answer.reason == "var.x has no value"


@pytest.mark.parametrize(
    "expression",
    ["lower(password)", "join('', [password, 'x'])", "secrets.a", "split(password, 'n')", "to_string(password)"],
)
def test_what_is_made_of_a_secret_is_secret(expression):
    assert str(value_of(expression)) == "***"


@pytest.mark.parametrize(
    ("expression", "path"),
    [
        ("nested.a.b.c", ("nested", "a", "b", "c")),
        ("nested.a.x.y", ("nested", "a")),
        ("rules[1].port", ("rules", 1, "port")),
        ("rules[-1].port", ("rules", 2)),
        ("rules[?port == `443`] | [0].open", ("rules", 1, "open")),
        ("rules[].port | [1]", ("rules", 1, "port")),
        ("nested.*.b | [0].c", ("nested", "a", "b", "c")),
        ("count > `2`", ("count",)),
        ("on && name == 'web'", ("name",)),
        ("name == 'api' || count == `3`", ("count",)),
        ("!nothing", ()),
        ("any(rules, &port == `443`)", ("rules", 1, "port")),
        ("all(rules, &port == `22`)", ("rules", 1, "port")),
        ("any(mixed, &@ == `2`)", ("mixed", 1)),
        ("on && who == 'x'", ("who",)),
        ("in(name, ['web'])", ("name",)),
        ("{a: rules[0], b: name}.a.port", ("rules", 0, "port")),
        ("items(nested)[0]", ("nested", "a")),
        ("items(nested)[?key == 'a'] | [0].value.b", ("nested", "a", "b")),
        ("items(nested)[0].key", ("nested", "a")),
    ],
)
def test_places(expression, path):
    assert locate(parse(expression), Located(BODY, ()), Context()).path == path


def test_shared_objects_keep_their_own_places():
    shared = {"x": 1}
    body = {"a": shared, "b": shared, "list": [shared, shared]}
    found = locate(parse("list[*].x"), Located(body, ()), Context())
    assert [part.path for part in found.elements()] == [("list", 0, "x"), ("list", 1, "x")]
    assert locate(parse("b.x"), Located(body, ()), Context()).path == ("b", "x")


@pytest.mark.parametrize(
    ("expression", "message", "offset", "hint"),
    [
        ("", "expression is empty", 0, ""),
        ("a ==", "expression ends too early", 4, ""),
        ("length(a", "expression ends too early", 8, "close the parenthesis"),
        ("lenght(a)", "unknown function 'lenght'", 0, "did you mean 'length'?"),
        ("a && opentoworld(b)", "unknown function 'opentoworld'", 5, "did you mean 'open_to_world'?"),
        ("length(a, b)", "length() takes 1 argument, here it is given 2", 0, ""),
        ("covers_port(@, 22)", "a bare number", 15, "write numbers between backticks: `22`"),
        ('a == "b"', '"b" names a field, it is no string', 5, "strings are written in single quotes: 'b'"),
        ("a = 'b'", "unexpected '='", 2, "compare with =="),
        ("any(a b)", "unexpected 'b'", 6, "an operator or a comma is missing"),
        ("a ? b", "unexpected '?'", 2, ""),
        ("'open", "", 0, ""),
        ("&a", "& stands only in calls", 0, ""),
        ("&a < b", "& stands only in calls", 0, ""),
        ("x && length(&a)", "& stands only in calls", 5, ""),
        ("any(list, a == b)", "any() takes an expression with &", 0, "any(list, &expression)"),
        ("map(list, &a)", "", 0, ""),
        ("a" * 10_001, "expression of 10001 characters, at most 10000 are read", 0, ""),
        ("!" * 5_000 + "a", "expression is nested too deeply", 0, ""),
        ("(" * 4_000, "", None, ""),
    ],
)
def test_mistakes_are_told(expression, message, offset, hint):
    with pytest.raises(ExpressionError) as caught:
        parse(expression)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert offset is None or caught.value.offset == offset


@pytest.mark.filterwarnings("ignore:deprecated string literal")
@given(st.text(alphabet="abc.[]()*&|!=<>'`\"@?:,{} 0", max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_text_parses_or_is_refused(text):
    try:
        tree = parse(text)
    except ExpressionError:
        return
    value_of(text, {"a": [1, {"b": WHY}], "b": {"c": Partial([1], maybe=WHY)}, "c": Secret("x")})
    assert tree


KEYS = st.sampled_from("abc")
LEAVES = st.sampled_from([None, True, False, 0, 1, 2, "", "x", "xy", "true", "false", "1"])
HOLE = object()


def bodies(leaves):
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
    )


@st.composite
def expressions(draw, depth=3):
    if depth == 0:
        return draw(st.sampled_from(["a", "b", "c", "@", "a.b", "b[0]", "c.a", "'x'", "`1`", "`true`", "`[]`"]))
    inner = expressions(depth - 1)
    form = draw(
        st.sampled_from(
            ["{} && {}", "{} || {}", "!{}", "{} == {}", "{} != {}", "{} < {}", "{} >= {}", "{}[*] | [0]", "{}[?{}]",
             "any({}, &{})",
             "all({}, &{})", "none({}, &{})", "contains({}, {})", "in({}, {})", "length({})", "{}[]", "has({}, 'a')",
             "starts_with({}, 'x')",
             "ends_with({}, 'y')", "not_null({}, {})", "default({}, {})", "to_bool({})", "lower({})", "({}).a",
             "({})[1]"]
        )
    )  # fmt: skip
    parts = [f"({draw(inner)})" for _ in range(form.count("{}"))]
    return form.format(*parts)


def filled(value, content):
    if value is HOLE:
        return content
    if isinstance(value, list):
        return [filled(item, content) for item in value]
    return {key: filled(item, content) for key, item in value.items()} if isinstance(value, dict) else value


@given(bodies(LEAVES | st.just(HOLE)), expressions(), bodies(LEAVES))
@settings(max_examples=400, deadline=None)
def test_an_answer_given_in_spite_of_an_unknown_holds_whatever_its_value_is(body, expression, content):
    condition = compile_condition(parse(expression))
    answer = condition(filled(body, WHY), Context())
    if not isinstance(answer, Unknown):
        assert condition(filled(body, content), Context()) is answer, "decided too early"


@given(bodies(LEAVES | st.just(HOLE)), expressions(), st.sampled_from(["x", "xy", "xzzy"]))
@settings(max_examples=250, deadline=None)
def test_the_same_for_a_string_of_which_the_ends_are_known(body, expression, content):
    condition = compile_condition(parse(expression))
    partly = Unknown("a hole", prefix="x", suffix="y" if content.endswith("y") else "")
    answer = condition(filled(body, partly), Context())
    if not isinstance(answer, Unknown):
        assert condition(filled(body, content), Context()) is answer


@given(bodies(LEAVES | st.sampled_from([WHY, Secret("x")])), expressions())
@settings(max_examples=250, deadline=None)
def test_both_forms_agree(body, expression):
    tree, context = parse(expression), Context()
    fast, slow = compile_value(tree)(body, context), locate(tree, Located(body, ()), context)
    assert repr(fast) == repr(slow.value)
    answer = compile_condition(tree)(body, context)
    known = truth(slow.value)
    if not isinstance(known, Unknown) and not isinstance(slow.value, Unknown):
        assert answer is known
    if isinstance(fast, list):
        assert [repr(part.value) for part in slow.elements()] == [repr(item) for item in fast]


class LookedUpLater(Unknown):
    """An unknown of an adapter's own kind, as a plan has them."""

    __slots__ = ()


@pytest.mark.parametrize("function", ["lower({})", "split({}, ',')", "join(',', [{}, 'a'])", "trim({})"])
def test_a_function_of_any_kind_of_unknown_is_unknown(function):
    body = {"one": LookedUpLater("known after apply"), "plain": WHY}
    for name in body:
        found = value_of(function.format(name), body)
        assert isinstance(found, Unknown), (function, name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: {b: [1, yes]}\n", {"a": {"b": [1, True]}}),
        ('{"a": 1}', {"a": 1}),
        ("a: [1", None),
        ("", None),
        ("\ud800: x", None),
        (7, 7),
        ("[" * 100_000, None),
    ],
)
def test_from_yaml(text, expected):
    from iacgate.lang.jmespath.text import from_yaml

    said = from_yaml(text)
    assert said == expected if expected is not None else not isinstance(said, list)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("mixed[]", True),
        ("holes[]", "unknown"),
        ("(holes[])[]", "unknown"),
        ("texts[]", True),
    ],
)
def test_an_unknown_element_may_flatten_to_nothing(expression, expected):
    body = {"mixed": [1, WHY], "holes": [WHY], "texts": [Unknown("later", prefix="arn:")]}
    value_of(expression, body)
    answer = answer_of(expression, body)
    assert answer == expected
