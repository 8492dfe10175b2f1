"""Frameworks as they ship, and rule sets that are made of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from iacgate.engines.native import NativeRules
from iacgate.engines.native.frameworks import Frameworks, by_control
from iacgate.errors import PolicyError
from iacgate.model import Document, Inventory, Location, Resource
from iacgate.model.compliance import ControlState

ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(file.stem for file in (ROOT / "frameworks").glob("*.yaml"))


@pytest.fixture(scope="module")
def everything():
    return NativeRules.load(ruleset="strict", entry_points=False)


@pytest.mark.parametrize("name", NAMES)
def test_a_framework_says_what_a_reader_needs(everything, name):
    framework = everything.frameworks.get(name)
    assert framework.title
    assert framework.about.endswith(".")
    assert framework.url.startswith("https://")
    assert everything.frameworks.members(name), "a rule set without rules is a promise"
    titles = [control.title for control in framework.controls.values()]
    assert len(set(titles)) == len(titles)
    assert not [title for title in titles if title.endswith(".")]


def test_every_control_that_a_rule_names_is_there(everything):
    frameworks = everything.frameworks
    known = {frameworks.get(name).id: set(frameworks.get(name).controls) for name in frameworks.names}
    wrong = [
        f"{rule}: {framework} {control}"
        for rule in everything.ids()
        for framework, controls in (everything.record(rule).get("controls") or {}).items()
        for control in controls
        if control not in known.get(framework, ())
    ]
    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_what_cannot_be_judged_has_no_rules_and_crosswalks_lead_somewhere(everything, name):
    frameworks = everything.frameworks
    framework = frameworks.get(name)
    rules = frameworks.rules(name)
    assert [control.id for control in framework.controls.values() if control.manual and rules[control.id]] == []
    for control in framework.controls.values():
        for other, ids in control.through.items():
            assert set(ids) <= set(frameworks.get(other).controls)


@pytest.mark.parametrize("name", NAMES)
def test_every_control_has_rules_or_is_said_to_be_beyond_configuration(everything, name):
    rules = everything.frameworks.rules(name)
    controls = everything.frameworks.controls(name).values()
    assert [control.id for control in controls if not (control.manual or rules.get(control.id))] == []


def test_rule_sets_add_up(everything):
    both = NativeRules.load(ruleset="pss-baseline, cis-aws", entry_points=False).selected()
    assert set(both) == everything.frameworks.members("pss-baseline") | everything.frameworks.members("cis-aws")
    assert NativeRules.load(ruleset="cis-aws-3.0", entry_points=False).selected() == sorted(
        everything.frameworks.members("cis-aws")
    )


def test_baseline_is_the_grave_part_of_recommended(everything):
    baseline = NativeRules.load(ruleset="baseline", entry_points=False).selected()
    assert set(baseline) < set(NativeRules.load(entry_points=False).selected())
    assert {everything.record(rule)["severity"] for rule in baseline} == {"high", "critical"}


@pytest.mark.parametrize(
    ("typed", "meant"), [("cis-asw", "cis-aws"), ("pss-basline", "pss-baseline"), ("soc-2", "soc2")]
)
def test_an_unknown_rule_set_names_the_nearest(typed, meant):
    with pytest.raises(PolicyError) as raised:
        NativeRules.load(ruleset=f"recommended,{typed}", entry_points=False)
    assert meant in raised.value.hint


def test_rules_of_a_pack_speak_for_controls_too(tmp_path):
    (tmp_path / "own-rule.yaml").write_text(
        "id: own-rule\ntitle: Own\nseverity: low\non: [aws_s3_bucket]\ndeny: own == 'x'\nwhy: So.\nfix: No.\n"
        "controls: {nist-800-53: [SC-28]}\n"
    )
    rules = NativeRules.load(packs=[tmp_path], ruleset="hipaa", entry_points=False)
    assert "own-rule" in rules.selected()
    assert "own-rule" in rules.frameworks.rules("iso-27001")["A.8.24"]


def test_the_benchmark_of_kubernetes_is_known_whole(everything):
    frameworks = everything.frameworks
    controls, rules = frameworks.get("cis-kubernetes").controls, frameworks.rules("cis-kubernetes")
    assert {one.split(".")[0] for one in controls} == {"1", "2", "3", "4", "5"}
    flags = [one for one in controls if one.startswith(("1.2.", "1.3.", "1.4.", "2.", "4.2."))]
    assert len(flags) == 59
    assert [one for one in flags if not rules[one] and not controls[one].manual] == []
    files = [one for one in controls.values() if one.id.startswith(("1.1.", "4.1."))]
    assert len(files) == 31
    assert all(one.manual for one in files)


def test_rules_on_programs_say_nothing_of_clusters_that_others_run(everything):
    pod = {"kind": "Pod", "spec": {"containers": [{"name": "app", "command": ["app"]}]}}
    document = Document(path="a.yaml", kind="kubernetes", body=pod, locate=lambda _path: Location(file="a.yaml"))
    resource = Resource(
        address="Pod app", type="Pod", provider="kubernetes", name="app", body=pod, adapter="kubernetes",
        document=document, locate=document.locate,
    )  # fmt: skip
    asked = {rule.id for rule in everything.for_inventory(Inventory([resource]))}
    on_programs = {rule for rule in everything.ids() if everything.record(rule)["on"][0].startswith("program.")}
    assert len(on_programs) > 50
    assert not asked & on_programs
    assert "k8s-privileged-container" in asked


def test_a_control_that_no_rule_speaks_for_says_so(tmp_path):
    control = "    title: {0}\n    strength: direct\n"
    (tmp_path / "own.yaml").write_text(
        'id: own\ntitle: Own\ncontrols:\n  "1":\n' + control.format("Ruled") + '  "2":\n' + control.format("Bare")
    )
    frameworks = Frameworks({"own": {"1": ["some-rule"]}}, tmp_path)
    report = by_control(frameworks, "own", {"some-rule": ("Some rule", "low")}, ["some-rule"], [], [])
    assert [(one.control.id, one.state) for one in report.controls] == [
        ("1", ControlState.NOT_EVALUATED),
        ("2", ControlState.NO_RULE),
    ]
