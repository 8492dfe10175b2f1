"""The index of shipped rules, packs, and what settings make of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.engines.native import NativeRules
from iacgate.engines.native.index import Index, fresh_index, load_index, write_index
from iacgate.engines.native.packs import gather
from iacgate.engines.native.select import is_one_type, may_select
from iacgate.errors import PolicyError
from iacgate.model import Inventory, Pack, Rule, Severity

RULE = """\
id: {id}
title: Something is wrong
severity: high
on: [{on}]
deny: bad == `true`
why: Because.
fix: Do it.
aliases: [{alias}]
params: {{most: 1}}
{more}
"""


def write(folder, rule, on="aws_thing", alias="X_1", more=""):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{rule}.yaml").write_text(RULE.format(id=rule, on=on, alias=alias, more=more))


@pytest.fixture
def shipped(tmp_path):
    rules = tmp_path / "rules"
    write(rules / "aws" / "s3", "a-rule")
    write(rules / "aws" / "ec2", "b-rule", on="aws_other", alias="X_2")
    write(rules / "kubernetes" / "pod", "c-rule", on="workload", more="rulesets: [strict, pss]")
    write_index(rules, tmp_path / "index.json")
    return Index((tmp_path / "index.json").read_bytes(), rules)


def test_only_what_may_match_is_read(shipped):
    assert list(shipped.ids) == ["a-rule", "b-rule", "c-rule"]
    assert shipped.for_types(frozenset(["aws_thing"])) == ["a-rule"]
    assert shipped.for_types(frozenset(["Pod"])) == ["c-rule"]
    assert shipped.record("b-rule")["provider"] == "aws"
    assert shipped.record("b-rule")["service"] == "ec2"
    assert shipped.aliases["X_2"] == ["b-rule"]


def test_rules_on_programs_that_nothing_names_are_not_read(tmp_path, make):
    write(tmp_path / "rules" / "kubernetes" / "etcd", "e-rule", on="program.etcd")
    write(tmp_path / "rules" / "kubernetes" / "pod", "w-rule", on="workload")
    write(tmp_path / "pack", "own-rule", on="program.etcd")
    write_index(tmp_path / "rules", tmp_path / "index.json")
    index = Index((tmp_path / "index.json").read_bytes(), tmp_path / "rules")
    rules = NativeRules.load(index=index, packs=[tmp_path / "pack"], entry_points=False)

    def pod(command):
        body = {"kind": "Pod", "spec": {"containers": [{"command": [command]}]}}
        return Inventory([make("Pod", body, provider="kubernetes")])

    assert [rule.id for rule in rules.for_inventory(pod("nginx"))] == ["w-rule"]
    assert [rule.id for rule in rules.for_inventory(pod("etcd"))] == ["e-rule", "own-rule", "w-rule"]
    assert [rule.id for rule in rules.for_inventory(pod("etcd"), known={"w-rule"})] == ["e-rule", "own-rule"]


def test_rule_sets(shipped):
    load = lambda **more: NativeRules.load(index=shipped, entry_points=False, **more).selected()  # noqa: E731  (a word for the table)
    assert load() == ["a-rule", "b-rule"]
    assert load(ruleset="strict") == ["a-rule", "b-rule", "c-rule"]
    assert load(ruleset="pss") == ["c-rule"]
    assert load(ruleset="pss, recommended") == ["a-rule", "b-rule", "c-rule"]
    assert load(disable=["X_1"]) == ["b-rule"]
    assert load(disable=["*-rule"]) == []
    with pytest.raises(PolicyError, match="unknown rule set 'strcit'") as caught:
        load(ruleset="strcit")
    assert "strict" in caught.value.hint


def test_settings_reach_the_rules(shipped):
    rules = NativeRules.load(
        index=shipped, entry_points=False, severity={"X_1": Severity.LOW}, params={"a-rule": {"most": 7}}
    )
    (rule,) = rules.for_types(["aws_thing"])
    assert rule.severity is Severity.LOW
    assert rule.params == {"most": 7}
    assert rules.metadata("b-rule")["severity"] == "high"


@pytest.mark.parametrize(
    ("settings", "message", "hint"),
    [
        ({"disable": ["a-rul"]}, "unknown rule 'a-rul'", "a-rule"),
        ({"severity": {"nothing-like-it": Severity.LOW}}, "unknown rule", "rules list"),
        ({"params": {"a-rule": {"msot": 1}}}, "has no parameter 'msot'", "most"),
    ],
)
def test_unknown_names_in_settings(shipped, settings, message, hint):
    with pytest.raises(PolicyError, match=message) as caught:
        NativeRules.load(index=shipped, entry_points=False, **settings)
    assert hint in caught.value.hint


def test_the_index_is_never_stale(tmp_path):
    rules, file = tmp_path / "rules", tmp_path / "_rules.json"
    write(rules / "aws" / "s3", "a-rule")
    assert list(fresh_index(rules, file).ids) == ["a-rule"]
    before = file.stat().st_mtime_ns
    fresh_index(rules, file)
    assert file.stat().st_mtime_ns == before, "nothing changed, nothing written"
    write(rules / "aws" / "s3", "b-rule")
    assert list(fresh_index(rules, file).ids) == ["a-rule", "b-rule"]
    write(rules / "aws" / "s3", "b-rule", on="aws_new")
    assert fresh_index(rules, file).record("b-rule")["on"] == ["aws_new"]
    (rules / "aws" / "s3" / "a-rule.yaml").unlink()
    assert list(fresh_index(rules, file).ids) == ["b-rule"]
    file.write_bytes(b'{"format": 0}\n')
    assert list(fresh_index(rules, file).ids) == ["b-rule"]
    file.write_bytes(b"garbage")
    assert list(fresh_index(rules, file).ids) == ["b-rule"]


def test_the_same_rules_give_the_same_bytes(tmp_path):
    rules = tmp_path / "rules"
    write(rules / "aws" / "s3", "a-rule")
    write_index(rules, tmp_path / "one.json")
    os.utime(rules / "aws" / "s3" / "a-rule.yaml", (1, 1))
    write_index(rules, tmp_path / "two.json")
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_a_place_that_cannot_be_written_does_not_matter(tmp_path):
    write(tmp_path / "rules" / "aws" / "s3", "a-rule")
    assert list(fresh_index(tmp_path / "rules", tmp_path / "missing" / "_rules.json").ids) == ["a-rule"]


def test_a_broken_rule_stops_the_index(tmp_path):
    write(tmp_path / "rules" / "aws" / "s3", "a-rule", more="dney: x")
    with pytest.raises(PolicyError, match="unknown key 'dney'") as caught:
        write_index(tmp_path / "rules", tmp_path / "out.json")
    assert str(caught.value.location) == "rules/aws/s3/a-rule.yaml:10:1"


def test_two_files_of_one_name(tmp_path):
    for service in ("s3", "ec2"):
        write(tmp_path / "rules" / "aws" / service, "a-rule")
    with pytest.raises(PolicyError, match="two files"):
        write_index(tmp_path / "rules", tmp_path / "out.json")


def test_shipped_rules_load_without_their_parsers():
    load_index()
    code = (
        "import sys, iacgate.engines.native as n; rules = n.NativeRules.load(entry_points=False);"
        "built = rules.for_types(['Pod', 'aws_security_group', 'aws_s3_bucket', 'dockerfile_instruction']);"
        "assert built; heavy = {'yaml', 'jmespath', 'pydantic', 'click'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_many_writers_leave_a_whole_file(tmp_path):
    rules, file = tmp_path / "rules", tmp_path / "_rules.json"
    for number in range(20):
        write(rules / "aws" / "s3", f"rule-{number}")
    code = (
        "import sys; from pathlib import Path; from iacgate.engines.native.index import fresh_index;"
        "folder, file = map(Path, sys.argv[1:]);"
        "[(file.unlink(missing_ok=True), fresh_index(folder, file)) for _ in range(5)]"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(rules), str(file)]) for _ in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert len(list(Index(file.read_bytes(), rules).ids)) == 20
    assert [name for name in os.listdir(tmp_path) if name.startswith(".")] == []


def test_packs(tmp_path, shipped):
    pack = tmp_path / "policy"
    write(pack, "team-rule", alias="T_1")
    write(pack / "fixtures" / "team-rule", "not-a-rule", more="nonsense: 1")
    (pack / "kyverno.yaml").write_text("apiVersion: kyverno.io/v1\nkind: ClusterPolicy\n")
    rules = NativeRules.load(packs=[pack], index=shipped, entry_points=False)
    assert rules.selected() == ["a-rule", "b-rule", "team-rule"]
    assert rules.aliases["T_1"] == ("team-rule",)
    assert [rule.id for rule in rules.for_types(["aws_thing"])] == ["a-rule", "team-rule"]
    assert rules.source("team-rule") == pack / "team-rule.yaml"
    assert [declined.what for declined in rules.declined] == [(pack / "kyverno.yaml").as_posix()]


@pytest.mark.parametrize(
    ("rule", "more", "message"),
    [
        ("a-rule", "", "is shipped with iacgate"),
        ("team-rule", "sevrity: low", "unknown key 'sevrity'"),
        ("team-rule", "since: 1", "'since' must be text"),
        ("team-rule", "controls: {soc2: CC6}", "'controls.soc2'"),
        ("team-rule", "controls: {cis: [5.10]}", "'controls.cis.0' must be text"),
        ("team-rule", "references: ['http://x']", "references.0"),
        ("team-rule", "check: nothing-of-the-kind", "a rule has one of deny"),
    ],
)
def test_a_pack_that_does_not_load(tmp_path, shipped, rule, more, message):
    write(tmp_path / "policy", rule, more=more)
    with pytest.raises(PolicyError, match=message):
        NativeRules.load(packs=[tmp_path / "policy"], index=shipped, entry_points=False)


@pytest.mark.parametrize(
    ("params", "message", "hint"),
    [
        ("", "unknown check 'iam-privilege-escalatoin'", "iam-privilege-escalation"),
        ("params: {atribute: x}\n", "has no parameter 'atribute'", "attribute"),
        ("params: {attribute: 5}\n", "'attribute' cannot be 5", "str"),
    ],
)
def test_a_check_that_does_not_fit(tmp_path, params, message, hint):
    name = "iam-privilege-escalation" if params else "iam-privilege-escalatoin"
    text = RULE.format(id="team-rule", on="aws_thing", alias="T", more="")
    text = text.replace("deny: bad == `true`", f"check: {name}").replace("params: {most: 1}\n", params)
    (tmp_path / "team-rule.yaml").write_text(text)
    with pytest.raises(PolicyError, match=message) as caught:
        gather([tmp_path], entry_points=False)
    assert hint in caught.value.hint
    assert caught.value.location.line == 5


def test_a_pack_that_is_not_there(tmp_path):
    with pytest.raises(PolicyError, match="does not exist"):
        gather([tmp_path / "nothing"], entry_points=False)


def test_installed_packs(tmp_path, shipped, monkeypatch):
    team = Rule(id="python-rule", title="T", severity=Severity.LOW, selects=lambda _i: [], check=lambda _s, _i: ())
    write(tmp_path / "policy", "team-rule")
    brought = [("one", Pack(rules=(team,))), ("two", lambda: str(tmp_path / "policy"))]
    monkeypatch.setattr("iacgate.engines.native.packs.plugins", lambda _group: iter(brought))
    rules = NativeRules.load(index=shipped)
    assert {"python-rule", "team-rule"} <= set(rules.selected())
    assert rules.rule("python-rule") is team


def test_the_schema_of_rule_files_is_json():
    from iacgate.engines.native.schema import json_schema

    schema = json.loads(json.dumps(json_schema()))
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == {"id", "title", "severity", "on", "why", "fix"}


SHIPPED = load_index()
ON = {rule: SHIPPED.record(rule)["on"] for rule in SHIPPED.ids}
TYPES = (
    "aws_s3_bucket",
    "aws_security_group",
    "Deployment",
    "Pod",
    "data.aws_ami",
    "provider.aws",
    "aws_ami",
    "module",
)


@given(types=st.frozensets(st.sampled_from(TYPES) | st.text(min_size=1, max_size=20)))
def test_rules_are_found_by_type_as_by_their_words(types):
    """Looked up by type, as one finds them who goes through the words of every rule."""
    expected = [rule for rule, words in ON.items() if may_select(words, types)]
    assert SHIPPED.for_types(types) == expected


def test_the_words_of_all_rules_are_known():
    assert sorted(SHIPPED.words) == sorted({word for words in ON.values() for word in words})
    assert not any(map(is_one_type, SHIPPED.wide))


@pytest.mark.parametrize("ruleset", ["strict", "recommended"])
def test_tables_of_all_rules_are_not_read_to_choose_some(ruleset):
    index = load_index()
    rules = NativeRules.load(index=index, entry_points=False, ruleset=ruleset)
    assert "aws-s3-versioning-off" in {rule.id for rule in rules.for_types(["aws_s3_bucket"])}
    assert {"_rules", "aliases", "controls", "words"}.isdisjoint(vars(index))
