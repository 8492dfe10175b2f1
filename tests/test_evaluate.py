"""What one rule on one subject comes to, whatever the check does, and which findings are told once."""

from __future__ import annotations

import pytest

from iacgate.evaluate import evaluate, judge, rule_troubles, without_twins
from iacgate.model import (
    Document,
    Doubt,
    Inventory,
    Location,
    NotApplicable,
    Outcome,
    Resource,
    Rule,
    Severity,
    Undecided,
    Unknown,
    Violation,
)


def place(file, line=1, via=()):
    return Location(file=file, line=line, via=via)


def resource(address="aws_s3_bucket.b", body=None, *, adapter="terraform", root=".", at=None, focus=True):
    document = Document(path="main.tf", kind=adapter, body=None, locate=lambda path: place("main.tf"))
    where = at or place("main.tf")
    return Resource(
        address=address,
        type="aws_s3_bucket",
        provider="aws",
        name=address.rpartition(".")[2],
        body=body or {},
        adapter=adapter,
        document=document,
        locate=lambda path: where,
        focus=focus,
        root=root,
    )


def rule(check, name="aws-bucket-wrong"):
    return Rule(
        id=name,
        title="Bucket is wrong",
        severity=Severity.HIGH,
        selects=lambda inventory: inventory.of_type("aws_s3_bucket"),
        check=check,
    )


def yields(*items):
    return lambda subject, inventory: iter(items)


def raises_after(error, *items):
    def check(subject, inventory):
        yield from items
        raise error

    return check


def decides_on_unknown(subject, inventory):
    if subject.get("acl") == "public-read":
        yield Violation(message="public")


EXPECTED = "it has to yield Violation, Doubt or NotApplicable"
WRONG, DOUBT = Violation(message="wrong"), Doubt(reason="acl is not known", path=("acl",))


@pytest.mark.parametrize(
    ("check", "outcome", "findings", "detail"),
    [
        (yields(), Outcome.PASS, 0, ""),
        (yields(WRONG), Outcome.FAIL, 1, ""),
        (yields(WRONG, WRONG), Outcome.FAIL, 2, ""),
        (yields(DOUBT), Outcome.UNKNOWN, 0, "acl is not known"),
        (yields(DOUBT, WRONG), Outcome.FAIL, 1, "acl is not known"),
        (yields(DOUBT, DOUBT, Doubt(reason="so is tags")), Outcome.UNKNOWN, 0, "acl is not known; so is tags"),
        (yields(NotApplicable(reason="no bucket of ours")), Outcome.SKIP, 0, "no bucket of ours"),
        (raises_after(Undecided("count is not known")), Outcome.UNKNOWN, 0, "count is not known"),
        (raises_after(Undecided("count is not known"), WRONG), Outcome.FAIL, 1, "count is not known"),
        (decides_on_unknown, Outcome.UNKNOWN, 0, "known after apply"),
        (raises_after(KeyError("hunter2")), Outcome.ERROR, 0, "KeyError in check"),
        (raises_after(ZeroDivisionError("hunter2"), WRONG), Outcome.ERROR, 0, "ZeroDivisionError in check"),
        (yields("public"), Outcome.ERROR, 0, f"the check gave str, {EXPECTED}"),
        (lambda subject, inventory: None, Outcome.ERROR, 0, f"the check gave NoneType, {EXPECTED}"),
        (raises_after(RecursionError()), Outcome.ERROR, 0, "RecursionError in check"),
    ],
)
def test_every_check_comes_to_exactly_one_evaluation(check, outcome, findings, detail):
    subject = resource(body={"acl": Unknown("known after apply")})
    [found] = evaluate([rule(check)], Inventory([subject]))
    assert (found.outcome, len(found.findings), found.detail) == (outcome, findings, detail)


def test_a_subject_out_of_focus_is_seen_and_not_judged():
    seen = []

    def counts(subject, inventory):
        seen.append(len(inventory.of_type("aws_s3_bucket")))
        return iter(())

    inventory = Inventory([resource(), resource("aws_s3_bucket.c", focus=False)])
    assert [found.subject.address for found in evaluate([rule(counts)], inventory)] == ["aws_s3_bucket.b"]
    assert seen == [2]


def test_a_finding_stands_where_the_policy_says_or_where_the_value_is():
    subject = resource(body={"containers": [{"name": "app", "image": "x"}]})
    named = place("policy.rego", 7)
    first = Violation(message="a", path=("containers", 0, "image"), related=(resource("aws_s3_bucket.c"),))
    found = judge(rule(yields(first, Violation(message="b", location=named))), subject, Inventory([subject]))
    assert [finding.path for finding in found.findings] == [("containers", "name=app", "image"), ()]
    assert [finding.location for finding in found.findings] == [place("main.tf"), named]
    assert found.findings[0].related == ((place("main.tf"), "aws_s3_bucket.c"),)


def test_a_crash_is_one_trouble_for_a_rule_and_never_shows_the_value():
    subjects = [resource(), resource("aws_s3_bucket.c")]
    crashing = rule(raises_after(ValueError("hunter2")))
    evaluations = list(evaluate([crashing, rule(yields(), name="aws-bucket-fine")], Inventory(subjects)))
    [trouble] = rule_troubles(evaluations)
    assert trouble.kind == "rule-error"
    assert trouble.message == "rule aws-bucket-wrong failed on aws_s3_bucket.b: ValueError in check"
    assert trouble.location == place("main.tf")


def test_a_place_that_crashes_does_not_hide_the_crash():
    def nowhere(path):
        raise OSError("gone")

    document = Document(path="k.yaml", kind="kubernetes", body={}, locate=nowhere)
    found = judge(rule(raises_after(ValueError())), document, Inventory())
    assert (found.outcome, found.places) == (Outcome.ERROR, (Location(file="k.yaml"),))


PROD, DEV = place("prod/main.tf", 3), place("dev/main.tf", 3)
MODULE = place("modules/store/main.tf", 9)
PLAN = place("plan.json", 400)


def planned(at, **more):
    return resource(adapter="terraform-plan", root="plan.json", at=at, **more)


@pytest.mark.parametrize(
    ("subjects", "reported"),
    [
        pytest.param([resource(at=PROD, root="prod")], ["prod"], id="source alone"),
        pytest.param([planned(PROD), resource(at=PROD, root="prod")], ["plan.json"], id="plan and its source"),
        pytest.param(
            [planned(PROD), resource(at=PROD, root="prod"), resource(at=DEV, root="dev")],
            ["plan.json", "dev"],
            id="another root with the same address is no twin",
        ),
        pytest.param([planned(PLAN), resource(at=PROD, root="prod")], ["plan.json"], id="plan without its source"),
        pytest.param(
            [planned(PLAN), resource(at=PROD, root="prod"), resource(at=DEV, root="dev")],
            ["plan.json", "prod", "dev"],
            id="whose plan it is cannot be told",
        ),
        pytest.param(
            [
                planned(place(MODULE.file, 9, via=(PROD,))),
                resource(at=place(MODULE.file, 9, via=(PROD,)), root="prod"),
                resource(at=place(MODULE.file, 9, via=(DEV,)), root="dev"),
            ],
            ["plan.json", "dev"],
            id="two roots that call one module",
        ),
        pytest.param(
            [planned(PROD), resource("aws_s3_bucket.new", at=PROD, root="prod")],
            ["plan.json", "prod"],
            id="what only the source says stays",
        ),
    ],
)
def test_what_a_plan_and_its_source_both_say_is_reported_on_the_plan(subjects, reported):
    inventory = Inventory(subjects)
    evaluations = without_twins(list(evaluate([rule(yields(WRONG))], inventory)))
    assert [finding.subject.root for found in evaluations for finding in found.findings] == reported
    assert {found.outcome for found in evaluations} == {Outcome.FAIL}


def test_twins_may_share_the_path_and_not_the_line():
    """A plan leads from a rendered policy into the document it was made from."""
    deep = Violation(message="wrong", path=("policy",), location=place("prod/iam.tf", 12))
    subjects = [planned(PROD), resource(at=PROD, root="prod")]
    found = [
        judge(rule(yields(deep)), subjects[0], Inventory(subjects)),
        judge(rule(yields(Violation(message="wrong", path=("policy",)))), subjects[1], Inventory(subjects)),
    ]
    kept, dropped = without_twins(found)
    assert (len(kept.findings), dropped.findings, dropped.detail) == (1, (), "reported on the plan")
