"""Scripts to commands: what runs, with which words, where it stands, who reads its output."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iacgate.lang.shell import MAX_COMMANDS, ShellWord, command_line, commands, follow


def outline(script: str) -> list[str]:
    """Each command as ``prefix name word word``."""
    return [" ".join([*c.prefix, c.name, *c.texts]) for c in commands(script)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("a b c", ["a b c"]),
        ("a && b || c; d & e\nf", ["a", "b", "c", "d", "e", "f"]),
        ("a | b |& c", ["a", "b", "c"]),
        ("a 'b c' \"d e\" f\\ g", ["a b c d e f g"]),
        ("a 'it''s' \"x\\\"y\" $'t'", ['a its x"y t']),
        ("a b # c\nd#e", ["a b", "d#e"]),
        ("a \\\n  b", ["a b"]),
        ("(a; b) && { c; d; }", ["a", "b", "c", "d"]),
        ("if a; then b; elif c; then d; else e; fi", ["a", "b", "c", "d", "e"]),
        ("for i in x $(a) y; do b $i; done", ["b $i", "a"]),
        ("for i\ndo b; done", ["b"]),
        ("while read l; do a; done < <(b)", ["read l", "a", "b"]),
        ("until a; do b; done", ["a", "b"]),
        ("case $x in a|b) c;; (d) e ;; *) f; esac; g", ["c", "e", "f", "g"]),
        ("f() { a; }; function g { b; }; function h() { c; }", ["a", "b", "c"]),
        ("! a", ["a"]),
        ("[ -f x ] && [[ a < b && c ]] && d", ["[ -f x ]", "[[ a < b & & c ]]", "d"]),
        ("a > f 2>&1 < g &> h >> i", ["a"]),
        ("$(a b)", ["$(a b)", "a b"]),
        ("a `b c`", ["a `b c`", "b c"]),
        ('a "x $(b "y z") `c`"', ['a x $(b "y z") `c`', "b y z", "c"]),
        ("a $((1 << 2)) ${b:-$(c)}", ["a $((1 << 2)) ${b:-$(c)}", "c"]),
        ("((i++)); a", ["a"]),
        ("sh -c 'a b; c'", ["sh -c a b; c", "a b", "c"]),
        ('bash -o pipefail -ec "a | b"', ["bash -o pipefail -ec a | b", "a", "b"]),
        ("su -c 'a' user", ["su -c a user", "a"]),
        ("eval 'a b'", ["eval a b", "a b"]),
        ('sh -c "$(a)"', ["sh -c $(a)", "a", "$(a)"]),
        ("bash <(a)", ["bash <(a)", "a"]),
        ("sh <<E\na b\nE\nc", ["sh", "c", "a b"]),
        ("cat <<-'E' | bash\n\ta\n\tE\nc", ["cat", "bash", "c", "a"]),
        ("cat <<E > f\n$(a)\nb\nE\nc", ["cat", "c", "a"]),
        ("cat <<'E' > f\n$(a)\nb\nE\nc", ["cat", "c"]),
        ("cat <<A <<B\nx\nA\ny\nB\nc", ["cat", "c"]),
        ("sudo -u x -E a -b", ["sudo a -b"]),
        ("sudo", [" sudo".strip()]),
        ("env A=b -u C a", ["env -u C a"]),
        ("env -u C A=b a x", ["env a x"]),
        ("timeout -s KILL 5 nice -n 3 /usr/bin/a x", ["timeout nice a x"]),
        ("command -v a", ["command -v a"]),
        ("xargs -0 -n 1 sudo rm -f", ["xargs sudo rm -f"]),
        ("time a", ["time a"]),
        ("A=b", [""]),
    ],
)
def test_commands(script, expected):
    assert outline(script) == expected


def test_assignments_and_declarations():
    first, second = commands("A=1 B='x y' a C=2; export D=4 E")
    assert {name: word.text for name, word in first.assignments.items()} == {"A": "1", "B": "x y"}
    assert first.texts == ["C=2"]
    assert {name: word.text for name, word in second.assignments.items()} == {"D": "4"}
    assert commands("sudo A=1 a")[0].assignments["A"].text == "1"


def test_redirects():
    (one,) = commands("a >> 'f g' 2>&1")
    assert [(item.operator, item.target.text) for item in one.redirects] == [(">>", "f g"), ("2>&", "1")]


@pytest.mark.parametrize(
    ("script", "source", "readers"),
    [
        ("curl x | sh", "curl", ["sh"]),
        ("curl x | tee f | sudo bash -s", "curl", ["tee", "bash"]),
        ("{ curl x; echo; } | sh", "curl", ["sh"]),
        ("(cd y && curl x) | sh", "curl", ["sh"]),
        ("if a; then curl x; fi | sh", "curl", ["sh"]),
        ("curl x |\n  sh", "curl", ["sh"]),
        ("curl x | (tee f; b)", "curl", ["tee"]),
        ("curl x && sh", "curl", []),
        ("curl x; sh", "curl", []),
        ("curl x\nsh", "curl", []),
    ],
)
def test_who_reads_the_output(script, source, readers):
    found = commands(script)
    index = next(index for index, one in enumerate(found) if one.name == source)
    assert [one.name for one in follow(found, index)] == readers


@pytest.mark.parametrize(
    ("script", "outer", "how"),
    [
        ("sh -c 'a'", "sh", "script"),
        ('sh -c "$(a)"', "sh", "substitution"),
        ("bash <(a)", "bash", "substitution"),
        ("sh <<E\na\nE", "sh", "heredoc"),
        ("x=$(a)", "", "substitution"),
    ],
)
def test_what_a_command_belongs_to(script, outer, how):
    found = commands(script)
    inner = next(one for one in found if one.name == "a")
    assert (found[inner.parent].name, inner.how) == (outer, how)


@pytest.mark.parametrize(
    ("script", "word"),
    [
        ("x && curl -k y", "-k"),
        ("sh -c 'curl -k y'", "-k"),
        ('sh -c "a; curl -k y"', "-k"),
        ("a $(curl -k y)", "-k"),
        ('a "b $(curl -k y)"', "-k"),
        ("a `curl -k y`", "-k"),
        ("a <<E\n$(curl -k y)\nE", "-k"),
        ("bash <<E\n  curl -k y\nE", "-k"),
        ("A='-k' curl", "-k"),
    ],
)
def test_words_know_their_places(script, word):
    curl = next(one for one in commands(script) if one.name == "curl")
    found = next(item for item in [*curl.words, *curl.assignments.values()] if item.text == word)
    assert script[found.start : found.end].strip("'") == word


def test_places_that_are_not_exact_are_those_of_the_word_around():
    script = 'sh -c "curl \\"-k\\" y"'
    curl = commands(script)[1]
    assert (curl.name, curl.texts) == ("curl", ["-k", "y"])
    assert (curl.words[0].start, curl.words[0].end) == (6, len(script))


@pytest.mark.parametrize(
    ("script", "says"),
    [("a;" * 30_000, "commands"), ("a $(" * 30 + ")" * 30, "nests"), ("a $(b $(c))", ""), ("a\n" * 1_000, "")],
    ids=["many", "deep", "nested", "long"],
)
def test_what_is_left_out_is_said(script, says):
    found = commands(script)
    assert says in found.left_out
    assert bool(found.left_out) is bool(says)


def test_expansions_are_not_literal():
    words = commands('a b $c \'$d\' "$e" "f" `g` \\$h')[0].words
    assert [word.literal for word in words] == [True, False, True, False, True, False, True]


def test_a_list_of_words_is_a_command_too():
    words = [
        ShellWord(text, f'"{text}"', at, at + len(text) + 2, literal=True)
        for text, at in (("sh", 1), ("-c", 7), ("curl -k", 13))
    ]
    outer, inner = command_line(words)
    assert (outer.name, inner.name, inner.texts, inner.how) == ("sh", "curl", ["-k"], "script")
    assert (inner.start, inner.words[0].start) == (14, 19)
    assert command_line([]) == []


HOSTILE = """$( ` " ( a| {_ \\ ${ "$( <<a_ cat_<<a| case_x_in_ if_a;_then_ <( x= sudo_ sh_-c_'sh_-c_"x"'; } ) fi; ;; &
    [[_ a()_ $(( # for_ function_ }|"""


@pytest.mark.parametrize("piece", [*HOSTILE.split(), "a <<b\n"])
def test_hostile_scripts_are_read(piece):
    text = piece.replace("_", " ")
    assert len(commands(text * (30_000 // len(text)))) <= MAX_COMMANDS + 1


WORDS = ["$(", "${", "<<E\n", "\nE\n", " if ", " fi ", " case x in ", " esac ", " sh -c ", " sudo ", "<("]
SCRIPTS = st.lists(st.sampled_from([*"ab=1 \n;&|()<>{}'\"`$\\#-", *WORDS]), max_size=60).map("".join)


@settings(max_examples=500, deadline=None)
@given(SCRIPTS)
def test_any_script_gives_commands_inside_it(script):
    found = commands(script)
    for index, one in enumerate(found):
        assert 0 <= one.start <= one.end <= len(script)
        assert one.parent is None or one.parent < index
        assert one.piped_to is None or one.piped_to > index
        for word in one.words:
            assert one.start <= word.start <= word.end <= one.end
