"""Ignore comments: what they cover, what the setting says of them, and what is said when they do not count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.model import ExceptionSettings, Settings
from iacgate.triage.remark import annotation_remarks, parse_allow, remarks

GOOD = 'iacgate:allow bucket-public until=2027-01-01 owner=web reason="public site"'

HCL = """{above}
resource "aws_s3_bucket" "a" {{{header}
{inside}
  acl = "public-read"{line}
}}

resource "aws_s3_bucket" "b" {{
  acl = "public-read"
}}
"""


def hcl_case(kit, where, text):
    """The two buckets with a comment in one place; their values are in lines 4 and 8."""
    places = dict.fromkeys(("above", "header", "inside", "line"), "")
    places[where] = f" # {text}"
    bench = kit.bench()
    first, second = bench.add(kit.terraform, HCL.format(**places))
    return bench, [bench.finding(first, 4, ("acl",)), bench.finding(second, 8, ("acl",))]


@pytest.mark.parametrize("where", ["above", "header", "inside", "line"])
def test_a_comment_speaks_for_its_line_the_next_and_the_block_it_begins(kit, where):
    bench, findings = hcl_case(kit, where, GOOD)
    first, second = bench.run(findings).triaged
    assert first.waiver is not None
    assert first.waiver.source == "inline"
    assert (first.waiver.owner, first.waiver.reason, str(first.waiver.expires)) == ("web", "public site", "2027-01-01")
    assert second.waiver is None


def test_a_comment_inside_a_block_is_no_comment_on_the_block(kit):
    bench = kit.bench()
    (bucket,) = bench.add(
        kit.terraform, f'resource "aws_s3_bucket" "a" {{\n  # {GOOD}\n  x = 1\n  acl = "public"\n}}\n'
    )
    assert bench.run([bench.finding(bucket, 4)]).triaged[0].waiver is None
    assert bench.run([bench.finding(bucket, 3)]).triaged[0].waiver is not None


def test_a_checkov_comment_anywhere_in_a_block_speaks_for_the_block_only(kit):
    bench, findings = hcl_case(kit, "inside", "checkov:skip=CKV_AWS_20:a public site")
    third = bench.finding(findings[0].subject, 2)
    result = bench.run([*findings, third], inline="allow").triaged
    assert [item.waiver is not None for item in result] == [True, True, False]
    assert result[0].waiver.reason == "a public site"


TOOLS = [
    ("trivy:ignore:AVD-AWS-0086", True),
    ("trivy:ignore:AWS-0086", True),
    ("trivy:ignore:aws-0086", True),
    ("trivy:ignore:AVD-AWS-0001 trivy:ignore:AVD-AWS-0086", True),
    ("tfsec:ignore:AWS-0086", True),
    ("tfsec:ignore:AWS086", False),
    ("trivy:ignore:*", True),
    ("trivy:ignore:AVD-AWS-0086:exp:2026-12-01", True),
    ("trivy:ignore:AVD-AWS-0086:exp:2026-11-21", True),
    ("trivy:ignore:AVD-AWS-0086:exp:2026-11-20", False),
    ("trivy:ignore:AVD-AWS-0086:exp:soon", False),
    ("trivy:ignore:AVD-AWS-0086:ws:production", False),
    ("trivy:ignore:AVD-AWS-0086[name=a]", False),
    ("checkov:skip=CKV_AWS_21:other", False),
    ("checkov:skip=CKV_AWS_21,CKV_AWS_20:both", True),
    ("bridgecrew:skip=CKV_AWS_20:old name", True),
    ("kics-scan ignore-line", True),
    ("kics-scan ignore-block", True),
    ("nothing to see", False),
]


@pytest.mark.parametrize(("text", "counts"), TOOLS)
def test_comments_of_other_tools_are_understood_through_aliases(kit, text, counts):
    bench, findings = hcl_case(kit, "above" if "checkov" not in text and "bridge" not in text else "inside", text)
    first, second = bench.run(findings, inline="allow").triaged
    assert (first.waiver is not None) is counts
    assert second.waiver is None


def test_hadolint_comments_speak_for_the_instruction_below_and_global_ones_for_the_file(kit):
    text = "FROM a:1\n# hadolint ignore=DL3001,DL3002\nRUN x && \\\n  y\nUSER root\n"
    bench = kit.bench()
    instructions = bench.add(kit.docker, text)
    findings = [bench.finding(instructions[1], 4), bench.finding(instructions[2], 5)]
    assert [item.waiver is not None for item in bench.run(findings, inline="allow").triaged] == [True, False]
    other = kit.bench()
    user = other.add(kit.docker, "# hadolint global ignore=DL3002\nFROM a:1\nUSER root\n")[1]
    assert other.run([other.finding(user, 3)], inline="allow").triaged[0].waiver is not None


def test_a_checkov_comment_in_a_manifest_speaks_for_its_object_and_not_for_the_next(kit):
    text = (
        "kind: Pod\nmetadata: {name: a}\n# checkov:skip=CKV_AWS_20:x\nspec: {}\n---\nkind: Pod\nmetadata: {name: b}\n"
    )
    bench = kit.bench()
    first, second = bench.add(kit.kubernetes, text)
    result = bench.run([bench.finding(first, 1), bench.finding(second, 6)], inline="allow").triaged
    assert [item.waiver is not None for item in result] == [True, False]


ANNOTATIONS = [
    ("ignore-check.kube-linter.io/run-as-root", "needs it", "allow", True),
    ("kube-linter.io/ignore-all", "legacy", "allow", True),
    ("checkov.io/skip1", "CKV_AWS_20=legacy", "allow", True),
    ("checkov.io/skip1", "CKV_AWS_21=legacy", "allow", False),
    ("checkov.io/skip1", "CKV_AWS_20=legacy", "require-expiry", False),
    ("iacgate.dev/allow", "bucket-public until=2027-01-01 owner=a reason=b", "require-expiry", True),
    (
        "iacgate.dev/allow-2",
        "other until=2027-01-01; bucket-public until=2027-01-01 owner=a reason=b",
        "require-expiry",
        True,
    ),
    ("iacgate.dev/allow", "bucket-public until=2027-01-01 owner=a reason=b", "forbid", False),
    ("iacgate.dev/allowed", "bucket-public until=2027-01-01 owner=a reason=b", "allow", False),
]


@pytest.mark.parametrize(("key", "value", "inline", "counts"), ANNOTATIONS)
def test_annotations_speak_for_their_object(kit, key, value, inline, counts):
    annotated = f"kind: Pod\nmetadata:\n  name: a\n  annotations:\n    {key}: '{value}'\n"
    text = f"{annotated}---\nkind: Pod\nmetadata: {{name: b}}\n"
    bench = kit.bench()
    first, second = bench.add(kit.kubernetes, text)
    result = bench.run([bench.finding(first, 1), bench.finding(second, 7)], inline=inline).triaged
    assert [item.waiver is not None for item in result] == [counts, False]


SETTINGS = [
    # comment, setting, counts, what the note says, what a notice says
    (GOOD, "allow", True, "", ""),
    (GOOD, "warn", True, "", ""),
    (GOOD, "require-expiry", True, "", ""),
    (GOOD, "forbid", False, "forbidden", "does not count"),
    ("iacgate:allow bucket-public owner=web reason=x", "allow", True, "", ""),
    ("iacgate:allow bucket-public owner=web reason=x", "warn", True, "", "lacks a date"),
    ("iacgate:allow bucket-public owner=web reason=x", "require-expiry", False, "lacks a date", "lacks a date"),
    ("iacgate:allow bucket-public until=2027-01-01 reason=x", "require-expiry", False, "lacks owner=", "lacks owner="),
    (
        "iacgate:allow bucket-public until=2027-01-01",
        "require-expiry",
        False,
        "owner= and reason=",
        "owner= and reason=",
    ),
    ("iacgate:allow bucket-public until=2026-11-20 owner=w reason=x", "allow", False, "expired on 2026-11-20", ""),
    ("iacgate:allow bucket-public until=2026-11-21 owner=w reason=x", "allow", True, "", ""),
    (
        "iacgate:allow bucket-public until=2029-01-01 owner=w reason=x",
        "require-expiry",
        True,
        "",
        "longer than the 180 days",
    ),
    ("trivy:ignore:AWS-0086", "allow", True, "", ""),
    ("trivy:ignore:AWS-0086", "warn", True, "", "counts, but lacks a date"),
    ("trivy:ignore:AWS-0086", "require-expiry", False, "lacks a date", ""),
    ("trivy:ignore:AWS-0086:exp:2027-01-01", "require-expiry", True, "", ""),
    ("trivy:ignore:AWS-0086:exp:2027-01-01", "forbid", False, "forbidden", ""),
]


@pytest.mark.parametrize(("text", "inline", "counts", "note", "notice"), SETTINGS)
def test_the_setting_says_which_comments_count(kit, text, inline, counts, note, notice):
    bench, findings = hcl_case(kit, "line", text)
    result = bench.run(findings, inline=inline)
    first = result.triaged[0]
    assert (first.waiver is not None) is counts
    assert note in first.note
    assert bool(first.note) is bool(note)
    said = [line for line in result.notices if notice in line] if notice else result.notices
    assert bool(said) is bool(notice)


MALFORMED = [
    ("iacgate:allow", "names no rule"),
    ("iacgate:allow until=2027-01-01", "names no rule"),
    ("iacgate:allow * until=2027-01-01 owner=a reason=b", "name the rules"),
    ("iacgate:allow bucket-public until=01.01.2027 owner=a reason=b", "is no date"),
    ("iacgate:allow bucket-public until=2027-02-30 owner=a reason=b", "is no date"),
    ("iacgate:allow bucket-public untl=2027-01-01", "did you mean 'until'?"),
    ('iacgate:allow bucket-public until=2027-01-01 reason="no end', "quote text"),
    ("iacgate:allow bucket-public until=2027-01-01 reason=two words", "quote text"),
    ("iacgate:allow bucket-public until=2027-01-01 until=2029-01-01", "written twice"),
    ("iacgate:ignore bucket-public", "write `iacgate:allow RULE"),
]


@pytest.mark.parametrize(("text", "said"), MALFORMED)
@pytest.mark.parametrize("inline", ["allow", "require-expiry"])
def test_malformed_comments_never_count_and_are_told(kit, text, said, inline):
    bench, findings = hcl_case(kit, "line", text)
    result = bench.run(findings, inline=inline)
    assert result.triaged[0].waiver is None
    assert any(said in notice and notice.startswith("main.tf:4: ") for notice in result.notices)


def test_an_unknown_rule_is_told_with_the_nearest_and_the_others_still_count(kit):
    text = GOOD.replace("bucket-public", "bucket-pubic, bucket-public")
    bench, findings = hcl_case(kit, "line", text)
    result = bench.run(findings)
    assert result.triaged[0].waiver is not None
    assert "main.tf:4: unknown rule 'bucket-pubic': did you mean 'bucket-public'?" in result.notices


def test_ids_of_other_tools_that_no_rule_knows_are_no_news(kit):
    bench, findings = hcl_case(kit, "inside", "checkov:skip=CKV_AWS_999:x")
    assert bench.run(findings, inline="allow").notices == ()


def test_a_finding_reached_through_a_module_call_is_covered_at_the_call(kit):
    from iacgate.model import Location
    from iacgate.model.dataclass import replace

    bench, findings = hcl_case(kit, "line", GOOD)
    inner = Location(file="modules/b/main.tf", line=1, via=(Location(file="main.tf", line=4),))
    moved = replace(findings[1], location=inner)
    assert bench.run([moved]).triaged[0].waiver is not None


def test_unused_comments_of_ours_are_named_those_of_other_tools_are_not(kit):
    bench, _ = hcl_case(kit, "line", GOOD)
    assert [item.status for item in bench.run([]).stale] == ["unused"]
    assert bench.run([], whole=False).stale == ()
    other, _ = hcl_case(kit, "line", "trivy:ignore:AWS-0086")
    assert other.run([], inline="allow").stale == ()


def test_expired_and_expiring_comments_are_named(kit):
    settings = Settings(exceptions=ExceptionSettings(announce_days=14))
    for until, status in (("2026-11-20", "expired"), ("2026-12-05", "expiring"), ("2026-12-06", None)):
        bench, findings = hcl_case(kit, "line", GOOD.replace("2027-01-01", until))
        stale = bench.run(findings, settings=settings).stale
        assert [item.status for item in stale] == ([status] if status else [])


def test_values_may_be_quoted_in_either_way_and_in_any_order():
    remark = parse_allow(""" a-rule,b-rule reason='it "is" so' owner="two words" until=2027-01-01 ticket=X-1""")
    assert (remark.rules, remark.owner, remark.reason, remark.ticket) == (
        ("a-rule", "b-rule"),
        "two words",
        'it "is" so',
        "X-1",
    )
    assert remark.problem == ""


def test_a_mention_of_the_tool_is_no_comment_for_it():
    assert list(remarks("see https://example.com/iacgate:allow and docs/iacgate:notes")) == []
    assert list(remarks("checked by iacgate: fine")) == []


@given(st.text(max_size=200))
def test_any_text_is_read_or_told_never_a_crash(text):
    for prefix in ("iacgate:allow ", "checkov:skip=", "trivy:ignore:", "hadolint ignore=", "kics-scan "):
        for remark in remarks(prefix + text):
            assert remark.rules or remark.problem


@given(st.text(max_size=80))
def test_any_annotation_is_read_or_told(text):
    for remark in annotation_remarks("iacgate.dev/allow", text):
        assert remark.rules or remark.problem


HEREDOC = """resource "aws_s3_bucket" "a" {
  policy = <<EOF
{
}
EOF
  # checkov:skip=CKV_AWS_20:after a brace in the first column
  acl = "public-read"
}
"""


def test_where_a_block_ends_too_early_a_comment_covers_less_never_more(kit):
    bench = kit.bench()
    (bucket,) = bench.add(kit.terraform, HEREDOC)
    assert bench.run([bench.finding(bucket, 7)], inline="allow").triaged[0].waiver is None


def test_a_checkov_comment_between_blocks_speaks_for_none(kit):
    bench = kit.bench()
    block = 'resource "aws_s3_bucket" "{}" {{\n  acl = "public-read"\n}}\n'
    first, second = bench.add(kit.terraform, f"{block.format('a')}\n# checkov:skip=CKV_AWS_20:x\n{block.format('b')}")
    result = bench.run([bench.finding(first, 2), bench.finding(second, 7)], inline="allow").triaged
    assert [item.waiver for item in result] == [None, None]


def test_each_finding_meets_the_comments_of_its_own_lines_in_a_long_file(kit):
    bench = kit.bench()
    block = 'resource "aws_s3_bucket" "b{0}" {{\n  acl = "x" # trivy:ignore:AWS-0086\n  tag = {0}\n}}\n'
    subjects = bench.add(kit.terraform, "".join(map(block.format, range(300))))
    findings = [bench.finding(each, each.at().line + step) for each in subjects for step in (1, 2)]
    result = bench.run(findings, inline="allow").triaged
    assert [item.waiver is not None for item in result] == [True, False] * 300
    lines = [item.finding.location.line for item in result if item.waiver]
    assert [item.waiver.location.line for item in result if item.waiver] == lines


def test_a_comment_on_a_long_block_speaks_for_all_of_it(kit):
    bench = kit.bench()
    body = "".join(f"  a{number} = {number}\n" for number in range(200))
    (bucket,) = bench.add(kit.terraform, f'resource "aws_s3_bucket" "a" {{ # {GOOD}\n{body}}}\n')
    result = bench.run([bench.finding(bucket, 150)])
    assert result.triaged[0].waiver is not None
