"""Triage as a whole: precedence, broken glass, the policy's own exceptions, identity, and what holds for any input."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iacgate.errors import CommandError
from iacgate.model import BreakGlassSettings, OwnerSettings, Settings
from iacgate.model.dataclass import replace
from iacgate.triage import Accepted, Baseline, BreakGlass, checked_glass, parse_codeowners

COMMENT = "# iacgate:allow bucket-public until=2027-01-01 owner=web reason=public\n"
SOURCES = ("break-glass", "file", "inline", "policy", "baseline")
"""From the one that wins to the one that gives way."""


@pytest.mark.parametrize("first", range(len(SOURCES)))
@pytest.mark.parametrize("second", range(len(SOURCES)))
def test_precedence(kit, first, second):
    present = {SOURCES[first], SOURCES[second]}
    bench = kit.bench()
    text = (COMMENT if "inline" in present else "") + 'resource "aws_s3_bucket" "a" {}\n'
    (bucket,) = bench.add(kit.terraform, text)
    finding = bench.finding(bucket, text.count("\n"), excused="approved" if "policy" in present else None)
    result = bench.run(
        [finding],
        waivers=[kit.waiver()] if "file" in present else [],
        baseline=Baseline((Accepted.of(finding),), "b.json") if "baseline" in present else None,
        break_glass=BreakGlass(ticket="SEC-1", reason="fire") if "break-glass" in present else None,
    )
    assert result.triaged[0].waiver.source == SOURCES[min(first, second)]
    assert result.triaged[0].is_new is ("baseline" not in present)
    assert result.stale == ()


def test_without_anything_a_finding_is_new_and_bare(kit):
    bench = kit.bench()
    (bucket,) = bench.add(kit.terraform, 'resource "aws_s3_bucket" "a" {}\n')
    item = bench.run([bench.finding(bucket, 1)]).triaged[0]
    assert (item.waiver, item.is_new, item.note) == (None, True, "")


def test_a_policys_own_exception_names_the_rule_and_the_reason(kit):
    bench = kit.bench()
    (bucket,) = bench.add(kit.terraform, 'resource "aws_s3_bucket" "a" {}\n')
    waiver = bench.run([bench.finding(bucket, 1, excused="PolicyException web")]).triaged[0].waiver
    assert (waiver.source, waiver.rules, waiver.reason) == ("policy", ("bucket-public",), "PolicyException web")


def pod(name, annotation=""):
    extra = f"\n  annotations: {{{annotation}}}" if annotation else ""
    return f"kind: Pod\nmetadata:\n  name: {name}{extra}\n"


GLASS = [
    ("iacgate.dev/break-glass: SEC-9", True, True, ""),
    ("iacgate.dev/break-glass: SEC-9", False, False, "forbidden by the settings"),
    ("iacgate.dev/break-glass: ' '", True, False, "names no ticket"),
    ("iacgate.dev/break-glass: 7", True, False, "names no ticket"),
    ("iacgate.dev/broken: SEC-9", True, False, ""),
]


@pytest.mark.parametrize(("annotation", "permitted", "through", "note"), GLASS)
def test_the_annotation_lets_its_own_object_through_and_nothing_else(kit, annotation, permitted, through, note):
    bench = kit.bench()
    first, second = bench.add(kit.kubernetes, f"{pod('a', annotation)}---\n{pod('b')}")
    team = Settings(break_glass=BreakGlassSettings(annotation=permitted))
    result = bench.run([bench.finding(first, 3), bench.finding(second, 8)], settings=team)
    assert [item.waiver is not None for item in result.triaged] == [through, False]
    assert note in result.triaged[0].note
    assert result.break_glass == ("SEC-9 (no reason given) let 1 finding through" if through else "")


def test_the_option_lets_everything_through_and_says_so(kit):
    bench = kit.bench()
    first, second = bench.add(kit.kubernetes, f"{pod('a')}---\n{pod('b')}")
    glass = BreakGlass(ticket="SEC-9", reason="outage")
    result = bench.run([bench.finding(first, 3), bench.finding(second, 7)], break_glass=glass)
    assert {item.waiver.source for item in result.triaged} == {"break-glass"}
    assert result.break_glass == "SEC-9 (outage) let 2 findings through"
    assert [waiver.ticket for waiver in result.applied] == ["SEC-9"]


def test_the_option_is_asked_for_a_reason_and_can_be_forbidden():
    team = Settings()
    assert checked_glass("", "", team) is None
    assert checked_glass("SEC-1", "fire", team) == BreakGlass(ticket="SEC-1", reason="fire")
    with pytest.raises(CommandError, match="needs a reason"):
        checked_glass("SEC-1", " ", team)
    with pytest.raises(CommandError, match="without --break-glass"):
        checked_glass("", "fire", team)
    with pytest.raises(CommandError, match="forbidden"):
        checked_glass("SEC-1", "fire", Settings(break_glass=BreakGlassSettings(command=False)))


def test_environment_by_the_first_mapping_that_covers_the_path_unless_one_is_named(kit):
    bench = kit.bench()
    team = Settings(environments=(("prod", ("deploy/prod/**",)), ("any", ("deploy/**",))))
    inputs = [("deploy/prod/a.yaml", "prod"), ("deploy/dev/a.yaml", "any"), ("other/a.yaml", "")]
    for path, expected in inputs:
        (subject,) = bench.add(kit.kubernetes, pod("a"), path)
        finding = bench.finding(subject, 1)
        assert bench.run([finding], settings=team).triaged[0].finding.environment == expected
        named = bench.run([finding], settings=team, environment="stage").triaged[0].finding
        assert named.environment == "stage"


OWNERS = [
    (OwnerSettings(), "@acme/all"),
    (OwnerSettings(label="team"), "web"),
    (OwnerSettings(annotation="acme.com/owner"), "api"),
    (OwnerSettings(annotation="acme.com/owner", label="team"), "api"),
    (OwnerSettings(label="absent"), "@acme/all"),
    (OwnerSettings(tag="team"), "web"),
]


@pytest.mark.parametrize(("team", "owner"), OWNERS)
def test_the_owner_is_what_the_resource_says_else_what_codeowners_says(kit, team, owner):
    bench = kit.bench()
    text = "kind: Pod\nmetadata:\n  name: a\n  labels: {team: web}\n  annotations: {acme.com/owner: api}\n"
    (subject,) = bench.add(kit.kubernetes, text)
    result = bench.run(
        [bench.finding(subject, 1)], settings=Settings(owner=team), codeowners=parse_codeowners("* @acme/all")
    )
    assert result.triaged[0].finding.owner == owner


def test_same_named_objects_in_several_files_are_told_apart_by_the_file(kit):
    bench = kit.bench()
    (first,) = bench.add(kit.kubernetes, pod("a"), "base/a.yaml")
    (second,) = bench.add(kit.kubernetes, pod("a"), "overlay/a.yaml")
    (other,) = bench.add(kit.kubernetes, pod("b"), "base/b.yaml")
    findings = [item.finding for item in bench.run([bench.finding(each, 1) for each in (first, second, other)]).triaged]
    assert [finding.qualifier for finding in findings] == ["base/a.yaml", "", "overlay/a.yaml"]
    assert len({finding.fingerprint for finding in findings}) == 3


def test_same_addresses_in_two_root_modules_are_told_apart_by_the_root_not_by_the_file(kit):
    bench = kit.bench()
    subjects = []
    for root, file in (("a", "a/main.tf"), ("b", "b/main.tf")):
        (subject,) = kit.terraform('resource "aws_s3_bucket" "x" {}\n', file)[1]
        subjects.append(replace(subject, root=root))
    bench.resources = subjects
    before = [item.finding.fingerprint for item in bench.run([bench.finding(each, 1) for each in subjects]).triaged]
    moved = replace(subjects[0], document=replace(subjects[0].document, path="a/other.tf"))
    bench.resources = [moved, subjects[1]]
    after = [
        item.finding.fingerprint for item in bench.run([bench.finding(each, 1) for each in bench.resources]).triaged
    ]
    assert before == after
    assert len(set(before)) == 2


def test_findings_with_one_identity_are_numbered_by_place(kit):
    bench = kit.bench()
    (bucket,) = bench.add(kit.terraform, 'resource "aws_s3_bucket" "a" {}\n')
    findings = [bench.finding(bucket, line, ("acl",)) for line in (9, 3, 5)]
    result = [item.finding for item in bench.run(findings).triaged]
    assert [(item.location.line, item.occurrence) for item in result] == [(3, 1), (5, 2), (9, 3)]
    assert result[1].fingerprint == f"{result[0].fingerprint}:2"


def test_lines_messages_and_order_change_no_fingerprint(kit):
    bench = kit.bench()
    (bucket,) = bench.add(kit.terraform, 'resource "aws_s3_bucket" "a" {}\n')
    first = bench.run([bench.finding(bucket, 1, ("acl",))]).triaged[0].finding
    other = bench.run([bench.finding(bucket, 70, ("acl",), message="else", environment="x")]).triaged[0].finding
    assert first.fingerprint == other.fingerprint


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4), st.sampled_from(["acl", "tags"])), max_size=12),
    st.randoms(),
)
def test_triage_is_idempotent_and_order_free(kit, specs, chance):
    bench = kit.bench()
    subjects = bench.add(kit.terraform, 'resource "aws_s3_bucket" "a" {}\nresource "aws_s3_bucket" "b" {}\n')
    subjects += bench.add(kit.terraform, 'resource "aws_s3_bucket" "a" {}\n', "other/main.tf")
    findings = [bench.finding(subjects[which], line, (path,)) for which, line, path in specs]
    waivers = [kit.waiver(match={"resources": ("aws_s3_bucket.b",)}), kit.waiver("OLD", expires=date(2026, 1, 1))]
    once = bench.run(findings, waivers=waivers)
    shuffled = list(findings)
    chance.shuffle(shuffled)
    assert bench.run(shuffled, waivers=waivers).triaged == once.triaged
    assert bench.run([item.finding for item in once.triaged], waivers=waivers).triaged == once.triaged
    assert len(once.triaged) == len(findings)


def test_what_is_out_of_focus_gives_no_comments(kit):
    bench = kit.bench()
    bench.add(kit.terraform, COMMENT + 'resource "aws_s3_bucket" "a" {}\n')
    bench.documents = [replace(bench.documents[0], focus=False)]
    assert bench.run([]).stale == ()


def test_blank_lines_and_comments_change_no_fingerprint_of_an_instruction(kit):
    prints = []
    for text in ("FROM a:1\nRUN x\nRUN y\n", "# c\n\nFROM a:1\n# c\n\nRUN x\n\nRUN y\n"):
        bench = kit.bench()
        run = bench.add(kit.docker, text)[1]
        subject = replace(run, config_address="Dockerfile#0:RUN~1")
        prints.append(bench.run([bench.finding(subject, run.at().line)]).triaged[0].finding.fingerprint)
    assert prints[0] == prints[1]
