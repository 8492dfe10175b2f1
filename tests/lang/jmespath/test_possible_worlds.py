"""What is answered of lists that may hold more and of values that may be one of several is so in every case."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.lang.jmespath import Context, Located, compile_condition, compile_value, locate, parse
from iacgate.lang.jmespath.logic import one_of, truth
from iacgate.model import Choice, Partial, Unknown, jsonable

WHY = Unknown("var.x has no value")
BLOCK = {"open": True, "port": 22, "ways": [{"to": "a"}]}


def perhaps(*like, known=()):
    return Partial(known, maybe=WHY, like=list(like))


def answer_of(expression, body):
    tree = parse(expression)
    answer = compile_condition(tree)(body, Context())
    placed = truth(locate(tree, Located(body, ()), Context()).value)
    assert type(answer) in (bool, Unknown)
    assert placed is answer or isinstance(placed, Unknown)
    return "unknown" if isinstance(answer, Unknown) else answer


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("any(x, &open)", "unknown"),
        ("any(x, &port == `80`)", False),
        ("all(x, &port == `22`)", True),
        ("all(x, &port == `80`)", "unknown"),
        ("none(x, &port == `80`)", True),
        ("x[?port == `80`]", False),
        ("length(x[?port == `80`]) == `0`", True),
        ("x[?port == `22`]", "unknown"),
        ("x[0].port == `80`", False),
        ("x[0].port == `22`", "unknown"),
        ("default(x[0].port, `22`) == `22`", True),
        ("in(x[0].port, [`22`, null])", True),
        ("contains(x[*].port, `80`)", False),
        ("all(x[].ways[], &to == 'a')", True),
        ("any(x[].ways[].to, &@ == 'b')", False),
        ("all(x[*].ways[*].to | [], &starts_with(@, 'a'))", True),
        ("x[?open].ways[] | [?to == 'b']", False),
        ("has(x[0], 'none')", False),
        ("not_null(x[0].port, `22`) == `22`", True),
        ("to_number(x[0].port) == `80`", False),
        ("lower(x[0].ways[0].to) == 'b'", False),
        ("all(map(&port, x), &@ == `22`)", True),
        ("x", "unknown"),
    ],
)
def test_both_possibilities_may_agree(expression, expected):
    assert answer_of(expression, {"x": perhaps(BLOCK)}) == expected


def test_what_elements_are_like_is_nothing_to_go_by_where_it_is_not_known():
    assert answer_of("any(x, &port == `80`)", {"x": Partial([], maybe=WHY)}) == "unknown"
    assert answer_of("x[0].port == `80`", {"x": Partial([BLOCK], maybe=WHY)}) == "unknown"


def test_elements_of_which_a_condition_is_not_known_are_what_there_may_be():
    body = {"x": [{"on": WHY, "port": 22}, {"on": False, "port": 80}]}
    assert answer_of("any(x[?on], &port == `80`)", body) is False
    assert answer_of("any(x[?on], &port == `22`)", body) == "unknown"


def test_what_there_may_be_is_shown():
    assert jsonable(perhaps({"a": 1})) == [{"$unknown": WHY.reason, "like": [{"a": 1}]}]
    assert jsonable(Partial([1], maybe=WHY)) == [1, {"$unknown": WHY.reason}]


def test_of_very_many_values_none_is_looked_at():
    assert type(one_of(list(range(100)), "many")) is Unknown
    assert one_of(["a", "a"], "same") == "a"
    assert one_of([Choice(["a", None], "one"), "b"], "flat").among == ["a", None, "b"]


# In every world


def worlds(value) -> list:
    """All that a value may turn out to be, as far as few elements go."""
    if isinstance(value, Choice):
        return [world for one in value.among for world in worlds(one)]
    if isinstance(value, dict):
        return [dict(zip(value, made, strict=True)) for made in product(*map(worlds, value.values()))]
    if not isinstance(value, list):
        return [value]
    known = [list(made) for made in product(*map(worlds, value))]
    if not isinstance(value, Partial):
        return known
    more = [[]]
    for like in value.like:
        more = [[*some, *extra] for some in more for extra in ([], *([world] for world in worlds(like)))]
    twice = [[world, world] for like in value.like for world in worlds(like)]
    return [made for some in known for extra in [*more, *twice] for made in ([*some, *extra], [*extra, *some])]


SCALARS = st.sampled_from([1, 2, "1", "a", "b", "", True, False, None])
CHOICES = st.lists(SCALARS, min_size=2, max_size=2, unique_by=repr).map(lambda among: Choice(among, WHY.reason))
LEAVES = st.one_of(SCALARS, CHOICES)
ITEMS = st.fixed_dictionaries({"p": LEAVES}, optional={"q": LEAVES, "r": st.lists(SCALARS, max_size=2)})


def lists(elements):
    partial = st.tuples(st.lists(elements, max_size=1), st.lists(elements, min_size=1, max_size=1)).map(
        lambda made: Partial(made[0], maybe=WHY, like=made[1])
    )
    return st.one_of(st.lists(elements, max_size=2), partial)


BODIES = st.fixed_dictionaries({
    "x": lists(ITEMS),
    "y": st.one_of(lists(LEAVES), LEAVES, st.tuples(SCALARS, ITEMS).map(lambda pair: Choice(pair, WHY.reason))),
    "z": LEAVES,
})  # fmt: skip

TERMS = (
    "z",
    "y",
    "x[0].p",
    "x[0]",
    "x[-1].q",
    "x[*].p",
    "x[].p",
    "x[].r",
    "x[].r[]",
    "x[?p == `1`].q",
    "x[?q].p",
    "y.p",
    "y[0]",
    "y[]",
    "y[*]",
    "x[1:]",
    "x[?p] | [0].p",
    "default(z, 'a')",
    "default(x[0].q, 'a')",
    "not_null(z, y, 'b')",
    "length(x)",
    "length(z)",
    "to_bool(z)",
    "to_number(z)",
    "to_string(z)",
    "lower(z)",
    "map(&p, x)",
    "to_array(y)",
    "to_array(z)",
    "x.*",
    "x[0].*",
    "values(x[0])",
    "[z, x[0].p]",
    "{p: z}.p",
    "z || x[0].p",
    "z && y",
    "type(z)",
    "join(',', ['a', z])",
    "max_by(x, &to_number(p)).q",
    "sort_by(x, &to_string(p))[0].p",
    "keys(y)",
    "contains(y, z)",
)
QUESTIONS = (
    "{0}",
    "!{0}",
    "{0} == {1}",
    "{0} != {1}",
    "{0} == `null`",
    "{0} == `1`",
    "{0} == 'a'",
    "{0} == `true`",
    "{0} < `2`",
    "{0} >= {1}",
    "in({0}, ['a', 'b', `1`])",
    "in({0}, {1})",
    "contains({0}, {1})",
    "contains({0}, 'a')",
    "has({0}, 'p')",
    "any({0})",
    "all({0})",
    "none({0})",
    "any({0}, &@ == 'a')",
    "all({0}, &@ == {1})",
    "all({0}, &p == `1`)",
    "none({0}, &p || q)",
    "any({0}, &p != `null`)",
    "starts_with({0}, 'a')",
    "ends_with({0}, {1})",
    "intersects({0}, {1})",
    "{0} && {1}",
    "{0} || {1}",
    "!({0} && {1} == 'a')",
    "to_bool({0})",
    "any({0}[?@ == 'a'])",
    "all(x, &in(p, {0}))",
    "matches({0}, '^a')",
    "!to_bool({0})",
    "any(to_array({0}), &@ == `1`)",
)
EXPRESSIONS = st.builds(
    lambda question, one, other: question.format(one, other),
    st.sampled_from(QUESTIONS), st.sampled_from(TERMS), st.sampled_from(TERMS),
)  # fmt: skip


@given(EXPRESSIONS, BODIES)
def test_an_answer_holds_in_every_world(expression, body):
    tree = parse(expression)
    condition = compile_condition(tree)
    answer = condition(body, Context())
    assert type(answer) in (bool, Unknown)
    if isinstance(answer, bool):
        for world in worlds(body):
            assert condition(world, Context()) is answer, world
    value = compile_value(tree)(body, Context())
    assert repr(value) == repr(locate(tree, Located(body, ()), Context()).value)
