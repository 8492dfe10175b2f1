"""The exceptions file at work: scopes, expiry, what is said of stale ones."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from iacgate.model import Location, Scope, matches_address, matches_paths
from iacgate.model.dataclass import replace

MANIFEST = "kind: DaemonSet\nmetadata: {namespace: kube-system, name: falco}\nspec: {}\n"


@pytest.fixture
def daemon(kit):
    bench = kit.bench()
    (subject,) = bench.add(kit.kubernetes, MANIFEST, "deploy/falco.yaml")
    return bench, bench.finding(subject, 3, ("spec",))


SCOPES = [
    ({"resources": ("DaemonSet kube-system/falco",)}, True),
    ({"resources": ("DaemonSet kube-system/falco*",)}, True),
    ({"resource": ("DaemonSet kube-system/falc?",)}, True),
    ({"resources": ("DaemonSet kube-system/falc",)}, False),
    ({"resources": ("Deployment x", "DaemonSet *")}, True),
    ({"paths": ("deploy/**",)}, True),
    ({"paths": ("deploy/*.yaml",)}, True),
    ({"paths": ("deploy",)}, True),
    ({"paths": ("deploy/",)}, True),
    ({"paths": ("*.yaml",)}, False),
    ({"paths": ("**/*.yaml",)}, True),
    ({"paths": ("deploy/**", "!deploy/falco.yaml")}, False),
    ({"paths": ("deploy/**", "!deploy/falco.yaml", "**/falco.yaml")}, True),
    ({"namespaces": ("kube-system",)}, True),
    ({"namespaces": ("kube-*",)}, True),
    ({"namespaces": ("default",)}, False),
    ({"environments": ("prod",)}, True),
    ({"environments": ("staging", "prod")}, True),
    ({"environments": ("dev",)}, False),
    ({"owners": ("@acme/platform",)}, True),
    ({"owners": ("acme/platform",)}, True),
    ({"owners": ("Platform",)}, True),
    ({"owners": ("plat",)}, False),
    ({"resources": ("DaemonSet *",), "environments": ("dev",)}, False),
    ({"resources": ("DaemonSet *",), "paths": ("deploy/**",), "environments": ("prod",)}, True),
]


@pytest.mark.parametrize(("match", "covers"), SCOPES)
def test_every_word_of_a_scope_must_match_and_of_a_words_patterns_one(daemon, match, covers):
    _, finding = daemon
    placed = replace(finding, environment="prod", owner="@acme/platform @acme/security")
    assert Scope.of(match).covers(placed) is covers


def test_an_empty_scope_covers_everything_and_says_so(daemon):
    assert Scope().covers(daemon[1])
    assert not Scope()


def test_without_environment_or_owner_a_scope_that_names_one_does_not_cover(daemon):
    assert not Scope(environments=("*",)).covers(daemon[1])
    assert not Scope(owners=("*",)).covers(daemon[1])


def test_a_plan_is_covered_by_its_own_path_and_by_its_sources(daemon):
    _, finding = daemon
    moved = replace(finding, location=Location(file="modules/x/main.tf"))
    assert Scope(paths=("modules/**",)).covers(moved)
    assert Scope(paths=("deploy/**",)).covers(moved)


ADDRESSES = [
    ('aws_s3_bucket.b["k"]', 'aws_s3_bucket.b["k"]', True),
    ('aws_s3_bucket.b["k"]', "aws_s3_bucket.b", False),
    ("aws_s3_bucket.b", 'aws_s3_bucket.b["k"]', False),
    ("aws_s3_bucket.b[*]", 'aws_s3_bucket.b["k"]', True),
    ('aws_s3_bucket.b["*"]', 'aws_s3_bucket.b["k"]', True),
    ("aws_s3_bucket.b[0]", "aws_s3_bucket.b[0]", True),
    ("aws_s3_bucket.b[0]", "aws_s3_bucket.b0", False),
    ("aws_s3_bucket.?", "aws_s3_bucket.b", True),
    ("aws_s3_bucket.?", "aws_s3_bucket.", False),
    ("module.*.aws_s3_bucket.b", "module.a.module.c.aws_s3_bucket.b", True),
    ("aws.s3", "awsxs3", False),
    ("*" * 60 + "z", "a" * 5000, False),
    ("*a" * 40 + "z", "a" * 3000, False),
    ("a\nb*", "a\nbc", True),
]


@pytest.mark.parametrize(("pattern", "address", "matches"), ADDRESSES)
def test_addresses_are_literal_but_for_star_and_question_mark(pattern, address, matches):
    assert matches_address(pattern, address) is matches


PATHS = [
    ("**/vendor/**", "vendor/a.tf", True),
    ("**/vendor/**", "x/y/vendor/z/a.tf", True),
    ("**/vendor/**", "vendored/a.tf", False),
    ("deploy/prod/**", "deploy/prod/a/b.yaml", True),
    ("deploy/prod/**", "deploy/production/b.yaml", False),
    ("./deploy/*", "deploy/a", True),
    ("/deploy/*", "deploy/a", True),
    ("deploy/*", "deploy/a/b", False),
    ("a?c.tf", "abc.tf", True),
    ("a?c.tf", "a/c.tf", False),
    ("a[b].tf", "a[b].tf", True),
    ("a[b].tf", "ab.tf", False),
    ("**", "any/thing", True),
    ("main.tf", "main.tf", True),
    ("main.tf", "x/main.tf", False),
]


@pytest.mark.parametrize(("pattern", "path", "matches"), PATHS)
def test_path_globs_begin_at_the_root(pattern, path, matches):
    assert matches_paths([pattern], path) is matches


def test_an_exception_works_through_its_last_day_and_then_the_finding_is_back_with_a_note(kit, daemon):
    bench, finding = daemon
    agreed = kit.waiver("EXC-2026-014", match={"resources": ("DaemonSet *",)}, expires=date(2026, 11, 21))
    on_last_day = bench.run([finding], waivers=[agreed], today=date(2026, 11, 21))
    assert on_last_day.triaged[0].waiver is agreed
    assert on_last_day.applied == (agreed,)
    after = bench.run([finding], waivers=[agreed], today=date(2026, 11, 22))
    assert after.triaged[0].waiver is None
    assert after.triaged[0].note == "exception EXC-2026-014 expired on 2026-11-21"
    assert after.applied == ()
    assert [(item.status, item.note) for item in after.stale] == [
        ("expired", "expired on 2026-11-21; what it covered is back")
    ]


def test_a_live_exception_wins_over_an_expired_one(kit, daemon):
    bench, finding = daemon
    old, new = kit.waiver("OLD", expires=date(2026, 1, 1)), kit.waiver("NEW")
    item = bench.run([finding], waivers=[old, new]).triaged[0]
    assert item.waiver is new
    assert item.note == ""


STALE = [
    # days from today to the last day, covers something, what is said of it
    (-1, True, "expired"),
    (-1, False, "expired"),
    (0, True, "expiring"),
    (14, True, "expiring"),
    (15, True, None),
    (15, False, "unused"),
    (3, False, "unused"),
]


@pytest.mark.parametrize(("days", "used", "status"), STALE)
def test_stale_exceptions_are_named(kit, daemon, days, used, status):
    bench, finding = daemon
    agreed = kit.waiver("EXC-9", expires=kit.today + timedelta(days=days))
    result = bench.run([finding] if used else [], waivers=[agreed])
    assert [item.status for item in result.stale] == ([status] if status else [])
    assert all(item.waiver is agreed for item in result.stale)


def test_a_part_of_the_tree_says_nothing_about_unused_exceptions(kit, daemon):
    assert daemon[0].run([], waivers=[kit.waiver()], whole=False).stale == ()


RULES = [
    ("bucket-public", True),
    ("bucket-*", True),
    ("*", True),
    ("CKV_AWS_20", True),
    ("ckv_aws_20", True),
    ("AWS-0086", True),
    ("AVD-AWS-0086", True),
    ("bucket", False),
    ("CKV_AWS_2", False),
    ("CKV_AWS_*", False),
    ("AWS086", False),
]


@pytest.mark.parametrize(("word", "named"), RULES)
def test_rules_are_named_by_id_by_alias_or_by_glob_over_ids(kit, daemon, word, named):
    bench, finding = daemon
    result = bench.run([finding], waivers=[kit.waiver(rules=(word,))])
    assert (result.triaged[0].waiver is not None) is named


@pytest.mark.parametrize(
    ("word", "alias"),
    [("KSV001", "AVD-KSV-0001"), ("ksv-0001", "KSV001"), ("DS002", "AVD-DS-0002"), ("AVD-DS-0002", "DS-0002")],
)
def test_families_that_are_spelt_in_several_ways_are_one(kit, word, alias):
    from iacgate.model import RuleNames, names_rule

    rule = kit.rule(aliases=(alias,))
    assert names_rule(word, rule)
    assert RuleNames.of([rule]).knows(word)
