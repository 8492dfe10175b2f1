"""YAML as Kubernetes reads it: values, places, problems, refusals, comments."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from iacgate.errors import SyntaxFailure
from iacgate.syntax.yaml import build, load_all
from iacgate.syntax.yaml.document import YamlDocument

Path = tuple[str | int, ...]


def only(text: str) -> YamlDocument:
    (document,) = load_all(text.encode(), "f.yaml")
    return document


def failure(data: bytes | str) -> SyntaxFailure:
    with pytest.raises(SyntaxFailure) as caught:
        load_all(data if isinstance(data, bytes) else data.encode(), "f.yaml")
    return caught.value


TYPES = [
    *[(word, True) for word in ("y", "Y", "yes", "YES", "true", "True", "on", "ON")],
    *[(word, False) for word in ("n", "N", "no", "No", "false", "FALSE", "off", "Off")],
    *[(word, None) for word in ("", "~", "null", "NULL")],
    *[(word, word) for word in ("yEs", "nUll", "tRUE", "12:30:45", "2024-01-01", "2020-01-01T00:00:00Z", "1e999", "=")],
    *[(word, word) for word in ("0o8", "0b12", "._5", "1.2.3", "+", "0x", "1e", "--1", "٣", "+.nan")],
    *[("017", 15), ("0o17", 15), ("0x1F", 31), ("-0X1f", -31), ("0b101", 5), ("-0b11", -3), ("089", 89), ("08", 8)],
    *[("1_000", 1000), ("+1", 1), ("-0", 0), ("1__0", 10), ("-_1", -1), ("0x_1", 1), ("0", 0), ("00", 0)],
    *[
        ("1e3", 1000),
        ("1.0", 1),
        ("5.", 5),
        (".5", 0.5),
        ("-.5", -0.5),
        ("1.5", 1.5),
        ("1E-2", 0.01),
        ("1_0.5_0", 10.5),
    ],
    *[('"yes"', "yes"), ("'1'", "1"), ("!!str 123", "123"), ('!!int "3"', 3), ("!!float 3", 3), ("! 12", "12")],
    *[
        ("!local 12", "12"),
        ("!!timestamp 2020-01-01", "2020-01-01"),
        ("!!binary aGVsbG8=", "hello"),
        ("!!null ''", None),
    ],
    *[("18446744073709551616", 2**64), ("&a 7", 7), ("&a ! 7", "7"), ("&a !!str 7", "7"), ('! "no"', "no")],
]


@pytest.mark.parametrize(("text", "value"), TYPES)
def test_types_of_scalars(text: str, value: object) -> None:
    body = only(f"k: {text}").body
    assert body == {"k": value}
    assert type(body["k"]) is type(value)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        *[
            ("1", "1"),
            ("0x10", "16"),
            ("1.5", "1.5"),
            ("1e3", "1000"),
            ("yes", "true"),
            ("off", "false"),
            ("y", "true"),
        ],
        *[
            ("2020-01-01", "2020-01-01"),
            ('"yes"', "yes"),
            ("!!str 010", "010"),
            ("010", "8"),
            ("~", "null"),
            ("! 1", "1"),
        ],
    ],
)
def test_keys_become_text(text: str, key: str) -> None:
    assert only(f"{text}: v").body == {key: "v"}


def test_types_agree_with_kubectl(tmp_path) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed")
    words = [text for text, value in TYPES if not (isinstance(value, int) and abs(value) >= 2**63)]
    rows = "".join(f"  - {text}\n" for text in words)
    merges = "  l: &l {k: 1, m: 2}\n  a: {k: 5, <<: *l, m: 6}\n  b: {<<: [{p: 1}, {p: 2, q: 3}]}\n"
    keys = "  keys: {1: a, 1.5: b, on: c, 2020-01-01: d, 0x10: e, 1e3: f, 123456.5: g, 1e-7: h, 1e21: i, 1.5e300: j, "
    keys += "1e6: k, 1234567.5: l, 1e-5: m, 1e-4: n, 16777217.5: o, -1.5e300: p, 0.1: q, 100000.25: r, 33.3e2: s}\n"
    text = f"apiVersion: e.x/v1\nkind: T\nmetadata: {{name: x}}\nlist:\n{rows}spec:\n{merges}{keys}"
    (tmp_path / "f.yaml").write_text(text, encoding="utf-8")
    command = [kubectl, "annotate", "--local", "-f", str(tmp_path / "f.yaml"), "a=b", "-o", "json"]
    done = subprocess.run(
        command, capture_output=True, check=True, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    )
    theirs = json.loads(done.stdout)
    ours = only(text).body
    for word, mine, other in zip(words, ours["list"], theirs["list"], strict=True):
        assert (word, mine, type(mine)) == (word, other, type(other))
    assert ours["spec"] == theirs["spec"]


def test_merge_keys_like_kubectl() -> None:
    body = only(
        "b: &b {x: 1, q: 2}\nlater: {<<: *b, x: 9}\nearlier: {x: 9, <<: *b}\nmany: {<<: [*b, {q: 3, z: 4}]}"
    ).body
    assert body["later"] == {"x": 9, "q": 2}
    assert body["earlier"] == {"x": 1, "q": 2}
    assert body["many"] == {"x": 1, "q": 2, "z": 4}
    assert only('{"<<": 1}').body == {"<<": 1}
    assert only("a: [<<]").body == {"a": ["<<"]}


def test_documents_of_a_stream_keep_their_number() -> None:
    documents = load_all(b"---\na: 1\n---\n# nothing\n---\nb: 2\n...\n", "f")
    assert [(each.index, each.body) for each in documents] == [(0, {"a": 1}), (1, None), (2, {"b": 2})]
    assert documents[2].locate(("b",)).line == 6
    assert load_all(b"", "f") == load_all(b" \n\n", "f") == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings_and_places_in_them(encoding: str) -> None:
    (document,) = load_all("é: ü\nkey: [ñ, x]\n".encode(encoding), "f")
    assert document.body == {"é": "ü", "key": ["ñ", "x"]}
    place = document.locate(("key", 1))
    assert (place.line, place.column, place.end_column) == (2, 10, 11)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_endings(ending: str) -> None:
    document = only(ending.join(["a: 1", "b:", "  c: 2", ""]))
    assert str(document.locate(("b", "c"))) == "f.yaml:3:6"


SOURCE = """\
# head
apiVersion: v1   # iacgate
kind: Pod
metadata: {name: x, labels: {}}
base: &base
  shared: "a # b"
  text: |
    one # two
    three
spec:
  <<: *base
  containers:
  - name: app
    image: !!str "nginx"
    args: [a, 'b']
  - &second
    name: side
    image:
  empty:
    - - deep
  alias: *second
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ((), (2, 1, 2, 15)),
        (("kind",), (3, 7, 3, 10)),
        (("metadata",), (4, 1, 4, 9)),
        (("metadata", "name"), (4, 18, 4, 19)),
        (("metadata", "labels"), (4, 21, 4, 27)),
        (("base", "shared"), (6, 11, 6, 18)),
        (("base", "text"), (7, 9, 9, 10)),
        (("spec", "shared"), (6, 11, 6, 18)),
        (("spec", "containers"), (12, 3, 12, 13)),
        (("spec", "containers", 0), (13, 5, 13, 14)),
        (("spec", "containers", "name=app", "image"), (14, 18, 14, 25)),
        (("spec", "containers", 0, "args", 1), (15, 15, 15, 18)),
        (("spec", "containers", "name=side"), (17, 5, 17, 15)),
        (("spec", "containers", 1, "image"), (18, 5, 18, 10)),
        (("spec", "containers", 1, "absent", "x"), (17, 5, 17, 15)),
        (("spec", "containers", 7), (12, 3, 12, 13)),
        (("spec", "containers", -1, "name"), (17, 11, 17, 15)),
        (("spec", "containers", "name=none"), (12, 3, 12, 13)),
        (("spec", "empty", 0), (20, 7, 20, 8)),
        (("spec", "empty", 0, 0), (20, 9, 20, 13)),
        (("spec", "alias"), (21, 3, 21, 8)),
        (("spec", "alias", "name"), (17, 11, 17, 15)),
        (("nope",), (2, 1, 2, 15)),
        (("kind", "below"), (3, 7, 3, 10)),
    ],
)
def test_places(path: Path, place: tuple[int, int, int, int]) -> None:
    found = only(SOURCE).locate(path)
    assert (found.line, found.column, found.end_line, found.end_column) == place


def test_key_and_whole_value() -> None:
    document = only(SOURCE)
    assert str(document.key(("spec", "containers", 0, "image"))) == "f.yaml:14:5"
    whole = document.value(("spec", "containers"))
    assert (whole.line, whole.end_line) == (13, 18)


def test_comments_know_their_block_and_skip_scalars() -> None:
    found = [(each.line, each.text, each.alone, each.until) for each in only(SOURCE).comments()]
    assert found == [(1, "head", True, 21), (2, "iacgate", False, 21)]
    text = "a:\n  # one\n  # two\n  - b: 1\n    c: 2 # three\n  - 'x # no'#no\n#last\n".replace("#no", "")
    found = [(each.line, each.text, each.alone, each.until) for each in only(text).comments()]
    assert found == [(2, "one", True, 5), (3, "two", True, 5), (5, "three", False, 0), (7, "last", True, 0)]
    assert only("a: b#c\nd: 'e' #\n").comments()[0].text == ""


def test_comments_belong_to_their_document() -> None:
    first, second = load_all(b"a: 1 # x\n---\n# y\nb: 2\n", "f")
    assert [each.line for each in first.comments()] == [1]
    assert [each.line for each in second.comments()] == [3]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a: 1\nb: 2\na: 3\n", [("3:1", "1:1")]),
        ("x:\n- {k: 1, 'k': 2, k: 3}\n", [("2:10", "2:4"), ("2:18", "2:10")]),
        ("yes: 1\ntrue: 2\n", [("2:1", "1:1")]),
        ("m: &m {a: 1}\nn: {<<: *m, a: 2}\n", []),
        ("m: &m {a: 1}\nn: {<<: *m, a: 2, a: 3}\n", [("2:19", "2:13")]),
        ("a: {a: 1}\nb: {a: 1}\n", []),
    ],
)
def test_repeated_keys_are_problems_with_both_places(text: str, places: list[tuple[str, str]]) -> None:
    found = [(str(each.location)[7:], str(each.related)[7:]) for each in only(text).problems]
    assert found == places


def test_of_repeated_keys_the_last_one_counts() -> None:
    assert only("a: 1\na: {b: 2}\n").body == {"a": {"b": 2}}


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("~: 1", "1:1", "null"),
        ("a: {{ name }}", "1:5", "template that was not rendered"),
        ("? [x, y]\n: d", "1:3", "stands as a key"),
        ("a: .inf", "1:4", "does not have"),
        ("a: !!float .nan", "1:4", "does not have"),
        ("a: &x {}\n? *x\n: 1", "2:3", "stands as a key"),
    ],
)
def test_what_kubernetes_refuses_is_a_problem(text: str, place: str, says: str) -> None:
    (problem,) = only(text).problems
    assert str(problem.location) == f"f.yaml:{place}"
    assert says in problem.message


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("a:\n\tb: 1", "2:1", "a tab stands"),
        ("a: [1, 2\nb: 3\n", "2:2", "list"),
        ('a: "x\nb: 1\n', "3:1", "closing quote"),
        ("a:\n  b: 1\n c: 2\n", "3:2", "indentation"),
        ("a: b: c", "1:5", "':' is not allowed here"),
        ("a: *nope", "1:4", "names no anchor"),
        ("a: &a [*a]", "1:8", "stands inside"),
        ("<<: 1", "1:5", "needs a mapping"),
        ("<<: [1]", "1:5", "needs a mapping"),
        ("a: &a x\nb: {<<: *a}", "2:9", "needs a mapping"),
        ("a: !!int x", "1:4", "not an integer"),
        ("a: !!bool 1", "1:4", "not a boolean"),
        ("a: !!int true", "1:4", "not an integer"),
        ("a: !!binary '*'", "1:4", "base64"),
        ("a: @x", "1:4", "put the value in quotes"),
        ('a: "\\q"', "1:5", "escape"),
        ("a: \x07", "1:4", "U+0007"),
        ("é: '\x00'", "1:5", "U+0000"),
        ("a: 1\n<<<<<<< HEAD\nb: 1\n=======\n", "2:1", "merge conflict"),
        ("{{- if .x }}\na: 1\n{{- end }}\n", "1:1", "Helm or Go template"),
        ("a: {{ .x }}-y\n", "1:4", "Helm or Go template"),
        ("{% if x %}\na: 1\n", "1:1", "Jinja template"),
        ("%YAML 9.0\n---\na: 1", "1:1", "YAML version"),
        ("a: !x!y 1", "1:4", "tag"),
    ],
)
def test_refusals_say_where_and_what(text: str, place: str, says: str) -> None:
    caught = failure(text)
    assert str(caught).startswith(f"f.yaml:{place}: "), caught
    assert says in f"{caught.message} {caught.hint}"


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 200_000,
        b"{a: " * 200_000,
        b"- " * 200_000,
        b"? " * 200_000,
        b"".join(b" " * depth + b"a:\n" for depth in range(400)),
        b"".join(b"a%d: &a%d [%s]\n" % (n, n, b"*a%d" % (n - 1) if n else b"x") for n in range(300)),
    ],
)
def test_too_deep_is_refused(data: bytes) -> None:
    assert "nested more than 200 levels" in failure(data).message


def test_alias_bombs_are_refused_and_honest_aliases_are_not() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"{c}: &{c} [{', '.join([f'*{p}'] * 10)}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True))
    assert "stand for more than" in failure(bomb).message
    assert "stand for more than" in failure("a: &a {k: v}\nb: [" + "*a, " * 130_000 + "]").message
    many = "---\na: &a [1, 2, 3, 4, 5, 6, 7, 8, 9]\nb: [" + "*a, " * 1000 + "]\n"
    assert "stand for more than" in failure(many * 30).message
    body = only("a: &a {k: v}\nb: [" + "*a, " * 1000 + "]").body
    assert len(body["b"]) == 1000


def test_more_values_than_a_manifest_has_are_refused(monkeypatch) -> None:
    monkeypatch.setattr(build, "NODES", 1000)
    assert "more than 1000 values" in failure("[" + "a," * 1000 + "]").message
    assert "more than 1000 values" in failure("a: 1\n---\n" * 300).message


def test_huge_files_are_refused() -> None:
    assert "larger than" in failure(b"a" * (build.MAX_BYTES + 1)).message


def test_reads_the_same_without_the_c_extension(monkeypatch) -> None:
    expected = only(SOURCE)
    monkeypatch.setattr(build, "_events", build._pure_events)
    document = only(SOURCE)
    assert document.body == expected.body
    for path in [(), ("spec", "containers", 0), ("base", "text"), ("spec", "alias")]:
        assert document.locate(path) == expected.locate(path)
    for text, place in [("a: \x07", "1:4"), ("a: b: c", "1:5"), ("é: '\x00'", "1:5")]:
        assert str(failure(text)).startswith(f"f.yaml:{place}: ")


def untyped(data: str) -> list[Any]:
    """The structure with every scalar as text, by PyYAML's own constructor."""
    return list(pyyaml.load_all(data, getattr(pyyaml, "CBaseLoader", pyyaml.BaseLoader)))


def same_structure(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, dict):
        return (
            isinstance(theirs, dict)
            and len(ours) == len(theirs)
            and all(map(same_structure, ours.values(), theirs.values()))
        )
    if isinstance(ours, list):
        return isinstance(theirs, list) and len(ours) == len(theirs) and all(map(same_structure, ours, theirs))
    return isinstance(theirs, str) and (not isinstance(ours, str) or ours == theirs)


def corpus(folder, *expectations: str) -> list[tuple[str, str, bytes]]:
    lines = (folder / "parsers/manifest.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["format"] in ("yaml", "helm-template")]
    rows = [row for row in rows if row["expect"] in expectations]
    assert rows
    return [(row["file"], row["expect"], (folder / "parsers" / row["file"]).read_bytes()) for row in rows]


def test_the_corpus_is_accepted_with_the_structure_pyyaml_sees(corpora) -> None:
    for file, _, data in corpus(corpora, "accept"):
        ours = [each.body for each in load_all(data, file)]
        if file.endswith(("non-string-keys.yaml", "anchors-merge.yaml")) or b"{{" in data:
            continue
        theirs = untyped(data.decode("utf-8-sig"))
        pairs = zip([each for each in ours if each], [each for each in theirs if each], strict=True)
        assert all(same_structure(mine, yours) for mine, yours in pairs), file


def test_the_corpus_is_refused_where_it_should_be(corpora) -> None:
    for file, expect, data in corpus(corpora, "reject", "reject-as-yaml", "limit"):
        with pytest.raises(SyntaxFailure) as caught:
            load_all(data, file)
        assert caught.value.location.file == file
        assert expect != "reject-as-yaml" or "template" in caught.value.message


PRINTABLE = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff")
)
BODIES = st.recursive(
    PRINTABLE | st.integers(-(2**60), 2**60) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PRINTABLE, inner, max_size=4),
    max_leaves=15,
)


def scalars(body: Any, path: Path = ()) -> list[tuple[Path, Any]]:
    if isinstance(body, dict):
        return [found for key, value in body.items() for found in scalars(value, (*path, key))]
    if isinstance(body, list):
        return [found for index, value in enumerate(body) for found in scalars(value, (*path, index))]
    return [(path, body)]


def cut(text: str, place) -> str:
    rows = text.split("\n")[place.line - 1 : place.end_line]
    rows[-1] = rows[-1][: place.end_column - 1]
    rows[0] = rows[0][place.column - 1 :]
    return "\n".join(rows)


@given(BODIES, st.sampled_from([None, True, False]), st.booleans())
def test_slicing_the_text_at_a_scalars_place_gives_the_scalar(body: Any, flow: bool | None, unicode: bool) -> None:
    text = pyyaml.safe_dump(body, default_flow_style=flow, allow_unicode=unicode, sort_keys=False, width=60)
    (document,) = load_all(text.encode(), "f")
    if not document.problems:
        assert same_structure(document.body, pyyaml.load(text, pyyaml.BaseLoader))
    for path, scalar in scalars(document.body):
        assert only("- " + cut(text, document.locate(path)).replace("\n", "\n  ")).body == [scalar] or "\n" in str(
            scalar
        )


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@,?\n \t~<1.", max_size=40))
def test_any_text_gives_documents_or_a_refusal(text: str) -> None:
    try:
        documents = load_all(text.encode(), "f")
    except SyntaxFailure as caught:
        assert caught.location.line <= text.count("\n") + 2  # noqa: PT017  (either outcome is right)
        return
    for document in documents:
        document.comments()
        for path, _ in scalars(document.body):
            document.locate(path)
            document.value(path[:-1])


@given(st.binary(max_size=60))
def test_any_bytes_give_documents_or_a_refusal(data: bytes) -> None:
    try:
        load_all(data, "f")
    except SyntaxFailure as caught:
        assert caught.message  # noqa: PT017  (either outcome is right)
