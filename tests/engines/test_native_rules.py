"""Rule files: what they mean when they run."""

from __future__ import annotations

from textwrap import dedent

import pytest

from iacgate.engines.native import NativeRules
from iacgate.engines.native.compile import compile_rule
from iacgate.engines.native.library import find_bound
from iacgate.engines.native.program import build_rule, shown
from iacgate.engines.native.select import Selection, may_select
from iacgate.engines.native.source import read_rule
from iacgate.errors import PolicyError
from iacgate.model import Doubt, Inventory, NotApplicable, Partial, Secret, Severity, Unknown, Violation

WHY = Unknown("var.x has no value")
HEAD = "id: x\ntitle: Something is wrong\nseverity: high\nwhy: Because.\nfix: Do it.\n"


def rule_of(body, on="[aws_thing]", **settings):
    text = f"{HEAD}on: {on}\n{dedent(body)}"
    return build_rule(compile_rule(read_rule(text, "x.yaml")), Selection(), find_bound, **settings)


def test_deny_and_require(make, judge):
    denies = rule_of("deny: open == `true`\nat: open\nmessage: it is {open}\n")
    assert judge(denies, make("aws_thing", {"open": True})) == [Violation(message="it is true", path=("open",))]
    assert judge(denies, make("aws_thing", {"open": False})) == []
    assert judge(denies, make("aws_thing", {})) == []
    requires = rule_of("require: closed == `true`\n")
    assert judge(requires, make("aws_thing", {"closed": "true"})) == []
    assert judge(requires, make("aws_thing", {})) == [Violation(message="something is wrong", path=())]


def test_an_unknown_gives_a_doubt_at_its_place(make, judge):
    rule = rule_of("deny: a.open == `true`\n")
    assert judge(rule, make("aws_thing", {"a": {"open": WHY}})) == [Doubt(reason=WHY.reason, path=("a", "open"))]
    assert judge(rule, make("aws_thing", WHY)) == [Doubt(reason=WHY.reason, path=())]


def test_each_judges_one_by_one(make, judge):
    rule = rule_of("each: parts\ndeny: bad\nmessage: '{name} is bad'\n")
    body = {"parts": [{"name": "a", "bad": True}, {"name": "b"}, {"name": "c", "bad": WHY}, WHY]}
    assert judge(rule, make("aws_thing", body)) == [
        Violation(message="a is bad", path=("parts", 0, "bad")),
        Doubt(reason=WHY.reason, path=("parts", 2, "bad")),
        Doubt(reason=WHY.reason, path=("parts", 3)),
    ]
    assert judge(rule, make("aws_thing", {})) == []
    assert judge(rule, make("aws_thing", {"parts": WHY})) == [Doubt(reason=WHY.reason, path=("parts",))]
    some = Partial([{"name": "a", "bad": True}], maybe=WHY)
    assert judge(rule, make("aws_thing", {"parts": some})) == [
        Violation(message="a is bad", path=("parts", 0, "bad")),
        Doubt(reason=WHY.reason, path=("parts",)),
    ]


@pytest.mark.parametrize("elements", [None, []])
def test_without_elements_nothing_violates_whether_the_rule_applies_or_not(make, judge, elements):
    """Not applicable or fine: neither is a violation, so there is nothing to doubt."""
    rule = rule_of("where: kind == 'a'\neach: elements\ndeny: bad\n")
    assert judge(rule, make("aws_thing", {"kind": WHY, "elements": elements})) == []
    [doubt] = judge(rule, make("aws_thing", {"kind": WHY, "elements": [{"bad": True}]}))
    assert isinstance(doubt, Doubt)
    assert doubt.path == ("kind",)


def test_where(make, judge):
    rule = rule_of("where: kind == 'a'\ndeny: bad\n")
    assert isinstance(judge(rule, make("aws_thing", {"kind": "b", "bad": True}))[0], NotApplicable)
    assert isinstance(judge(rule, make("aws_thing", {"kind": "a", "bad": True}))[0], Violation)
    assert judge(rule, make("aws_thing", {"kind": WHY, "bad": True})) == [Doubt(reason=WHY.reason, path=("kind",))]
    assert judge(rule, make("aws_thing", {"kind": WHY, "bad": False})) == [], "it passes whether it applies or not"


def test_at_points_at_the_nearest_thing_that_is_there(make, judge):
    rule = rule_of("deny: '!a[0].b.c'\nat: a[0].b.c\n")
    assert judge(rule, make("aws_thing", {"a": [{"b": {}}]}))[0].path == ("a", 0, "b")
    assert judge(rule, make("aws_thing", {}))[0].path == ()


def test_parameters(make, judge):
    body = "params: {most: 3}\ndeny: count > param('most')\n"
    assert judge(rule_of(body), make("aws_thing", {"count": 4}))
    assert not judge(rule_of(body, params={"most": 5}), make("aws_thing", {"count": 4}))
    assert rule_of(body, severity=Severity.LOW).severity is Severity.LOW


def test_related_resources(make, judge):
    bucket, versioning = make("aws_bucket", {}), make("aws_versioning", {"on": True})
    rule = rule_of("deny: none(related('aws_versioning'), &on)\n", on="[aws_bucket]")
    assert judge(rule, bucket, related=lambda *_: [versioning]) == []
    assert judge(rule, bucket, related=lambda *_: [])
    unsure = judge(rule, bucket, related=lambda *_: Partial([], maybe=WHY))
    assert unsure == [Doubt(reason=WHY.reason, path=())]
    names = rule_of("deny: any(related('aws_versioning'), &on)\n", on="[aws_bucket]")
    assert judge(names, bucket, related=lambda *_: [versioning])[0].related == (versioning,)


def test_what_is_deleted_is_shown_only_to_rules_that_ask(make):
    gone, kept = make("aws_thing", {}, actions=["delete"]), make("aws_thing", {}, name="y", actions=["update"])
    inventory = Inventory([gone, kept])
    assert list(rule_of("deny: bad\n").selects(inventory)) == [kept]
    asking = rule_of("deny: contains(actions(), 'delete') && before().keep\n")
    assert list(asking.selects(inventory)) == [gone, kept]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["aws_thing"], ["aws_thing.x"]),
        (["aws_*"], ["aws_thing.x", "aws_other.x"]),
        (["aws_thing", "aws_*"], ["aws_thing.x", "aws_other.x"]),
        (["data.aws_thing"], ["aws_thing.data"]),
        (["provider.aws"], ["aws.main"]),
        (["workload"], ["Pod.x", "Rollout.x"]),
        (["ConfigMap"], ["ConfigMap.x"]),
        (["plan"], ["plan.x"]),
    ],
)
def test_selection(make, words, expected):
    pod = {"spec": {"containers": [{"name": "a"}]}}
    inventory = Inventory(
        [
            make("aws_thing", {}),
            make("aws_other", {}),
            make("aws_thing", {}, name="data", category="data"),
            make("aws", {}, name="main", category="provider"),
            make("Pod", {"kind": "Pod", **pod}, provider="kubernetes"),
            make("Rollout", {"kind": "Rollout", "spec": {"template": pod}}, provider="kubernetes"),
            make("ConfigMap", {"kind": "ConfigMap"}, provider="kubernetes"),
            make("plan", {}, category="plan"),
        ]
    )
    found = [one.address for one in Selection().selector(words)(inventory)]
    assert found == expected
    assert may_select(words, frozenset(inventory.types))


def test_rules_that_cannot_match_are_not_loaded():
    assert not may_select(["aws_thing", "azurerm_*"], frozenset(["Pod"]))
    assert not may_select(["program.etcd"], frozenset(["aws_thing"]))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("program.etcd", ["Pod.etcd"]),
        ("program.kube-apiserver", ["Rollout.api", "Pod.hyper"]),
        ("program.kubelet", []),
    ],
)
def test_workloads_are_chosen_by_what_they_run(make, word, expected):
    def runs(*command):
        return {"spec": {"containers": [{"name": "c", "command": list(command)}]}}

    inventory = Inventory(
        [
            make("Pod", {"kind": "Pod", **runs("etcd", "--a=kube-apiserver")}, provider="kubernetes", name="etcd"),
            make("Pod", {"kind": "Pod", **runs("etcdctl", "kubelet")}, provider="kubernetes", name="other"),
            make("Pod", {"kind": "Pod", "spec": Unknown("why")}, provider="kubernetes", name="hidden"),
            make(
                "Rollout",
                {"kind": "Rollout", "spec": {"template": runs("kube-apiserver")}},
                provider="kubernetes",
                name="api",
            ),
            make("Pod", {"kind": "Pod", **runs("/hyperkube", "apiserver")}, provider="kubernetes", name="hyper"),
        ]
    )
    selects = Selection().selector([word])
    assert [one.address for one in selects(inventory)] == expected
    assert [one.address for one in selects(inventory)] == expected
    assert selects(Inventory()) == []


def test_words_of_programs_that_nothing_names_are_idle(make):
    words = ["program.etcd", "program.kubelet", "program.api", "workload"]
    said = {"image": "quay.io/coreos/etcd:v3", "args": ["a", Secret("--x=kubelet"), Unknown("why"), 3]}
    pod = make("Pod", {"kind": "Pod", "spec": {"containers": [said, {}]}}, provider="kubernetes")
    hidden = make("Pod", {"kind": "Pod", "spec": Unknown("why")}, provider="kubernetes", name="hidden")
    assert Selection().idle(Inventory([pod, hidden]), words) == {"program.api"}
    launcher = make(
        "Job",
        {"kind": "Job", "spec": {"template": {"spec": {"containers": [{"command": ["hyperkube"]}]}}}},
        provider="kubernetes",
    )
    assert Selection().idle(Inventory([launcher]), words) == set()
    assert Selection().idle(Inventory([make("aws_thing", {})]), words) == set()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\nb\x1b[31m", "a b [31m"),
        (["a", 1, True], "a, 1, true"),
        ([], "nothing"),
        (None, "nothing"),
        (Secret("x"), "***"),
        ([Secret("x"), WHY], "***, (unknown)"),
        ({"a": Secret("x")}, "a: ***"),
        (1.5, "1.5"),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_values_in_messages(value, text):
    assert shown(value) == text


def test_messages_hold_expressions_and_braces(make, judge):
    rule = rule_of("deny: bad\nmessage: '{{x}} {length(parts)} {parts[?a == `1`] | [0].{n: name}.n}'\n")
    body = {"bad": True, "parts": [{"a": 1, "name": "one"}]}
    assert judge(rule, make("aws_thing", body))[0].message == "{x} 1 one"


@pytest.mark.parametrize(
    ("body", "message", "line", "column", "hint"),
    [
        ("deny: lenght(a) == `1`\n", "deny: unknown function 'lenght'", 7, 7, "length"),
        ("deny: a && lenght(b)\n", "deny: unknown function 'lenght'", 7, 12, "length"),
        ("deny: 'a && lenght(b)'\n", "deny: unknown function 'lenght'", 7, 13, "length"),
        ("dney: a\n", "unknown key 'dney'", 7, 1, "deny"),
        ("deny: a\nrequire: b\n", "a rule has one of deny, require and check: here are deny and require", 7, 7, ""),
        ("at: a\n", "a rule has one of deny, require and check: none is there", 1, 1, ""),
        ("deny: a\ndeny: b\n", "'deny' is written twice", 8, 1, "remove"),
        ("deny: a\nmessage: 'x {b'\n", "message: '{' is never closed", 8, 13, "{{"),
        ("deny: a\nmessage: 'x {length(}'\n", "message: ", 8, 0, ""),
        ("deny: count > param('mots')\nparams: {most: 1}\n", "deny: unknown parameter 'mots'", 7, 7, "most"),
        ("deny: true\n", "'deny' must be text, here it is True", 7, 7, "quotes"),
        ("check: x\neach: a\n", "a rule with check has no each", 8, 7, ""),
        ("deny: a\nprecision: perfect\n", "unknown precision 'perfect'", 8, 12, "high"),
        ("deny: [a\n", "not YAML", 8, 1, ""),
        ("deny: &x a\nat: *x\n", "aliases are not read", 8, 5, ""),
    ],
)
def test_mistakes_name_their_place(body, message, line, column, hint):
    with pytest.raises(PolicyError) as caught:
        rule_of(body)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.location.line == line
    assert column in {0, caught.value.location.column}


@pytest.mark.parametrize(
    ("head", "message", "hint"),
    [
        (HEAD.replace("high", "hgih"), "unknown severity 'hgih'", "high"),
        (HEAD.replace("id: x", "id: X_1"), "'X_1' is no rule id", "letters"),
        (HEAD.replace("id: x", "id: y"), "rule 'y' stands in x.yaml", "named as the rule"),
        (HEAD.replace("why: Because.\n", ""), "'why' is missing", "why"),
        (HEAD.replace("severity: high", "severity: 3"), "'severity' must be text", "quotes"),
    ],
)
def test_mistakes_in_the_head(head, message, hint):
    with pytest.raises(PolicyError) as caught:
        compile_rule(read_rule(f"{head}on: [aws_thing]\ndeny: a\n", "x.yaml"))
    assert message in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("word", "hint"), [("workloads", "workload"), ("dockerfile_stages", "dockerfile_stage"), ("pod", ""), ("a b", "")]
)
def test_mistakes_in_on(word, hint):
    with pytest.raises(PolicyError, match="unknown resource word") as caught:
        rule_of("deny: a\n", on=f"[{word}]")
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    "text", ["", "- a\n", "a\n", "a: 1\n---\nb: 2\n", "\x00", "a: " + "[" * 5_000, "? [a]\n: b\n", "x" * 300_000]
)
def test_files_that_are_no_rule(text):
    with pytest.raises(PolicyError):
        compile_rule(read_rule(text, "x.yaml"))


def test_on_and_off_are_words():
    assert read_rule("on: off\nyes: no\na: 010\nb: 1.5\nc: ~\n", "x.yaml").values == {
        "on": "off",
        "yes": "no",
        "a": "010",
        "b": 1.5,
        "c": None,
    }


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Pood", "Pod"),
        ("Deploymnet", "Deployment"),
        ("aws_s3_buckt", "aws_s3_bucket"),
        ("aws_db_instances", "aws_db_instance"),
    ],
)
def test_a_type_that_is_misspelt_is_said_aloud(tmp_path, written, meant):
    (tmp_path / "own-rule.yaml").write_text(OWN_RULE.replace("TYPE", written))
    (declined,) = NativeRules.load(packs=[tmp_path], entry_points=False).declined
    assert declined.what == "rule own-rule"
    assert f"{written!r}, did you mean {meant!r}?" in declined.reason


@pytest.mark.parametrize(
    "written", ["Pod", "Widget", "aws_s3_bucket_metric", "azurerm_kusto_database", "aws_*", "workload"]
)
def test_a_type_that_nobody_knows_is_not_in_question(tmp_path, written):
    (tmp_path / "own-rule.yaml").write_text(OWN_RULE.replace("TYPE", written))
    assert NativeRules.load(packs=[tmp_path], entry_points=False).declined == ()


OWN_RULE = "id: own-rule\ntitle: Own\nseverity: low\non: ['TYPE']\ndeny: own == 'x'\nwhy: So.\nfix: No.\n"
