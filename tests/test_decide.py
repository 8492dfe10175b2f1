"""Decisions: one row for each sentence of the documentation, and what holds for any finding."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.decide import decide, fixed, gate, mode_of, severity_of
from iacgate.model import (
    Document,
    Enforcement,
    Evaluation,
    Finding,
    Gate,
    Location,
    Mode,
    Outcome,
    Resource,
    RolloutEntry,
    Rule,
    Scope,
    Severity,
    Standing,
    State,
    Triaged,
    Trouble,
    Waiver,
)
from iacgate.model.dataclass import replace

TODAY = date(2026, 11, 21)
DOCUMENT = Document(
    path="deploy/app.yaml", kind="kubernetes", body={}, locate=lambda _: Location(file="deploy/app.yaml")
)
SUBJECT = Resource(
    address="Deployment payments/app",
    type="Deployment",
    provider="kubernetes",
    name="app",
    body={},
    adapter="kubernetes",
    document=DOCUMENT,
    locate=lambda _: Location(file="deploy/app.yaml", line=4),
    namespace="payments",
)


def a_rule(severity=Severity.HIGH, declared=None, rule_id="r"):
    return Rule(
        id=rule_id,
        title="t",
        severity=severity,
        selects=lambda _: (),
        check=lambda *_: (),
        aliases=("CKV_1",),
        declared_mode=declared,
    )


def a_finding(severity=Severity.HIGH, declared=None, **more):
    where = Location(file="deploy/app.yaml", line=4)
    return Finding(rule=a_rule(severity, declared), subject=SUBJECT, message="m", path=(), location=where, **more)


def entry(mode, until=None, then=Mode.ENFORCE, rules=("r",), **scope):
    where = Location(file="iacgate.yaml", line=5)
    return RolloutEntry(
        rules=rules, mode=mode, until=until, then=then, scope=Scope(**scope), location=where, reason="window"
    )


def one(finding, plan, today=TODAY, **triaged):
    verdicts = decide([Triaged(finding=finding, **triaged)], plan, today).verdicts
    return verdicts[0] if verdicts else None


CRITICAL, HIGH, MEDIUM, LOW, INFO = (Severity[name] for name in ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFO"))
OFF, AUDIT, WARN, ENFORCE = Mode
JAN = date(2027, 1, 31)

MODES = [
    # what it shows, severity, declared, plan, today, mode, part of the sentence
    ("default tier", CRITICAL, None, {}, TODAY, ENFORCE, "critical blocks (tiers: defaults)"),
    ("default tier", HIGH, None, {}, TODAY, ENFORCE, "high blocks"),
    ("default tier", MEDIUM, None, {}, TODAY, WARN, "medium warns"),
    ("default tier", LOW, None, {}, TODAY, AUDIT, "low is only recorded"),
    ("default tier", INFO, None, {}, TODAY, AUDIT, "info is only recorded"),
    (
        "own tier",
        HIGH,
        None,
        {"tiers": {HIGH: WARN}, "origin": {"tiers": "iacgate.yaml:3"}},
        TODAY,
        WARN,
        "(tiers: iacgate.yaml:3)",
    ),
    ("tiers come before the declared mode", HIGH, AUDIT, {}, TODAY, ENFORCE, "tiers"),
    (
        "a severity that own tiers leave out: declared",
        HIGH,
        AUDIT,
        {"tiers": {LOW: WARN}},
        TODAY,
        AUDIT,
        "declares audit",
    ),
    ("nothing declared: default tier", HIGH, None, {"tiers": {LOW: WARN}}, TODAY, ENFORCE, "leave high out"),
    (
        "rollout before tiers",
        HIGH,
        None,
        {"rollout": (entry(WARN),)},
        TODAY,
        WARN,
        "warns: rollout entry in iacgate.yaml:5 (window)",
    ),
    ("rollout by alias", HIGH, None, {"rollout": (entry(WARN, rules=("ckv_1",)),)}, TODAY, WARN, "rollout"),
    ("rollout by glob", HIGH, None, {"rollout": (entry(WARN, rules=("*",)),)}, TODAY, WARN, "rollout"),
    ("rollout of another rule", HIGH, None, {"rollout": (entry(WARN, rules=("x",)),)}, TODAY, ENFORCE, "tiers"),
    (
        "rollout in this namespace",
        HIGH,
        None,
        {"rollout": (entry(WARN, namespaces=("payments",)),)},
        TODAY,
        WARN,
        "rollout",
    ),
    ("rollout elsewhere", HIGH, None, {"rollout": (entry(WARN, namespaces=("web",)),)}, TODAY, ENFORCE, "tiers"),
    ("rollout by path", HIGH, None, {"rollout": (entry(WARN, paths=("deploy/**",)),)}, TODAY, WARN, "rollout"),
    ("the last entry wins", HIGH, None, {"rollout": (entry(AUDIT), entry(WARN))}, TODAY, WARN, "warns"),
    (
        "an entry that does not cover is passed over",
        HIGH,
        None,
        {"rollout": (entry(AUDIT), entry(WARN, paths=("x",)))},
        TODAY,
        AUDIT,
        "",
    ),
    ("dated, before", HIGH, None, {"rollout": (entry(WARN, JAN),)}, TODAY, WARN, "warns until 2027-01-31, then blocks"),
    ("dated, the last day", HIGH, None, {"rollout": (entry(WARN, JAN),)}, JAN, WARN, "warns until 2027-01-31"),
    (
        "dated, the day after",
        LOW,
        None,
        {"rollout": (entry(WARN, JAN),)},
        date(2027, 2, 1),
        ENFORCE,
        "blocks since 2027-01-31 has passed",
    ),
    (
        "dated, then a mode of its own",
        HIGH,
        None,
        {"rollout": (entry(AUDIT, JAN, WARN),)},
        date(2027, 2, 1),
        WARN,
        "warns since",
    ),
    (
        "maturity 0 caps at audit",
        CRITICAL,
        None,
        {"maturity": 0},
        TODAY,
        AUDIT,
        "but at maturity 0 it is only recorded",
    ),
    ("maturity 1 caps at warn", CRITICAL, None, {"maturity": 1}, TODAY, WARN, "but at maturity 1 it warns"),
    ("maturity 1 leaves audit", LOW, None, {"maturity": 1}, TODAY, AUDIT, "low is only recorded (tiers: defaults)"),
    (
        "maturity caps a rollout entry too",
        HIGH,
        None,
        {"maturity": 1, "rollout": (entry(ENFORCE),)},
        TODAY,
        WARN,
        "maturity 1",
    ),
    ("maturity says where it is set", HIGH, None, {"maturity": 1, "origin": {"maturity": "f:2"}}, TODAY, WARN, "(f:2)"),
    ("maturity 3 is as 2", HIGH, None, {"maturity": 3}, TODAY, ENFORCE, ""),
    ("maturity 4 is as 2", HIGH, None, {"maturity": 4}, TODAY, ENFORCE, ""),
    (
        "fail_on replaces the tiers: at it",
        LOW,
        None,
        {"fail_on": LOW},
        TODAY,
        ENFORCE,
        "low blocks: it reaches fail_on low",
    ),
    ("fail_on replaces the tiers: above it", HIGH, None, {"fail_on": LOW}, TODAY, ENFORCE, "reaches"),
    (
        "fail_on replaces the tiers: below it",
        HIGH,
        None,
        {"fail_on": CRITICAL},
        TODAY,
        WARN,
        "is below fail_on critical",
    ),
    ("maturity still caps fail_on", HIGH, None, {"fail_on": LOW, "maturity": 1}, TODAY, WARN, "maturity 1"),
    (
        "rollout still comes before fail_on",
        HIGH,
        None,
        {"fail_on": LOW, "rollout": (entry(AUDIT),)},
        TODAY,
        AUDIT,
        "rollout",
    ),
    ("severity by id", HIGH, None, {"severity": {"r": LOW}}, TODAY, AUDIT, "low is only recorded"),
    ("severity by alias", LOW, None, {"severity": {"CKV_1": CRITICAL}}, TODAY, ENFORCE, "critical blocks"),
    ("severity by id before alias", LOW, None, {"severity": {"r": MEDIUM, "CKV_1": CRITICAL}}, TODAY, WARN, "medium"),
]


@pytest.mark.parametrize(("shows", "severity", "declared", "plan", "today", "mode", "said"), MODES)
def test_the_mode_of_a_finding(shows, severity, declared, plan, today, mode, said):
    verdict = one(a_finding(severity, declared), Enforcement(**plan), today)
    assert verdict.mode is mode, shows
    assert said in verdict.because
    assert verdict.state is {ENFORCE: State.BLOCKED, WARN: State.WARNED, AUDIT: State.RECORDED}[mode]


NEW, OLD = Standing.INTRODUCED, Standing.EXISTING


@pytest.mark.parametrize(
    ("change", "plan", "mode", "said"),
    [
        (
            OLD,
            {"existing": WARN},
            WARN,
            "high blocks (tiers: defaults), but it was there before the change and so warns",
        ),
        (OLD, {"existing": AUDIT, "origin": {"existing": "iacgate.yaml:9"}}, AUDIT, "only recorded (iacgate.yaml:9)"),
        (OLD, {"existing": AUDIT, "tiers": {HIGH: AUDIT}}, AUDIT, "high is only recorded"),
        (OLD, {"existing": AUDIT, "rollout": (entry(ENFORCE),)}, AUDIT, "blocks: rollout entry in iacgate.yaml:5"),
        (OLD, {"existing": WARN, "maturity": 0}, AUDIT, "and so warns, but at maturity 0 it is only recorded"),
        (OLD, {"existing": AUDIT, "fail_on": LOW}, AUDIT, "it was there before"),
        (OLD, {}, ENFORCE, "high blocks"),
        (NEW, {"existing": AUDIT}, ENFORCE, "high blocks"),
        (None, {"existing": AUDIT}, ENFORCE, "high blocks"),
        (OLD, {"rollout": (entry(AUDIT, change=OLD),)}, AUDIT, "rollout entry"),
        (NEW, {"rollout": (entry(AUDIT, change=OLD),)}, ENFORCE, "tiers"),
        (None, {"rollout": (entry(AUDIT, change=OLD),)}, ENFORCE, "tiers"),
        (NEW, {"rollout": (entry(WARN, change=NEW, namespaces=("payments",)),)}, WARN, "rollout entry"),
        (NEW, {"rollout": (entry(WARN, change=NEW, namespaces=("other",)),)}, ENFORCE, "tiers"),
    ],
)
def test_what_a_planned_change_has_to_do_with_a_finding_can_decide(change, plan, mode, said):
    verdict = one(a_finding(HIGH, change=change), Enforcement(**plan))
    assert verdict.mode is mode
    assert said in verdict.because


def test_what_was_there_before_can_be_off():
    decision = decide([Triaged(finding=a_finding(change=OLD))], Enforcement(existing=OFF), TODAY)
    assert "it was there before the change and so is off" in decision.declined[0].reason


def test_what_is_fixed_has_the_severity_of_the_team_and_is_nothing_where_its_rule_is_off():
    found = [a_finding(LOW)]
    assert [one.severity for one in fixed(found, Enforcement(severity={"r": CRITICAL}), TODAY)] == [CRITICAL]
    assert fixed(found, Enforcement(rollout=(entry(OFF),)), TODAY) == ()


def test_a_finding_whose_mode_is_off_is_declined_aloud():
    decision = decide([Triaged(finding=a_finding())], Enforcement(rollout=(entry(OFF),)), TODAY)
    assert decision.verdicts == ()
    assert decision.declined[0].what == "r on Deployment payments/app"
    assert "is off: rollout entry in iacgate.yaml:5" in decision.declined[0].reason


def test_the_severity_of_a_verdict_is_the_teams():
    verdict = one(a_finding(HIGH), Enforcement(severity={"r": LOW}))
    assert verdict.severity is LOW


def excuse(source, **more):
    values = {"id": "EXC-1", "rules": ("r",), "reason": "agreed", "owner": "sec", "expires": JAN}
    return Waiver(**{**values, **more}, source=source)


EXCUSES = [
    (excuse("file"), State.EXCEPTED, "exception EXC-1 of sec until 2027-01-31: agreed"),
    (
        excuse("inline", id="main.tf:4"),
        State.EXCEPTED,
        "allowed by the comment in main.tf:4 of sec until 2027-01-31: agreed",
    ),
    (excuse("policy", expires=None), State.EXCEPTED, "excused by the policy itself: agreed"),
    (excuse("break-glass", ticket="SEC-1", expires=None), State.EXCEPTED, "glass broken for SEC-1: agreed"),
    (excuse("baseline", id="b.json"), State.BASELINED, "accepted in b.json"),
]


@pytest.mark.parametrize(("waiver", "state", "because"), EXCUSES)
def test_what_is_excused_blocks_nothing_and_says_by_what(waiver, state, because):
    verdict = one(a_finding(CRITICAL), Enforcement(), waiver=waiver)
    assert (verdict.state, verdict.because, verdict.mode) == (state, because, ENFORCE)
    assert gate([verdict], [], Enforcement(), TODAY).exit_code == 0


def test_a_note_begins_the_sentence():
    bare = one(a_finding(), Enforcement(), note="exception EXC-1 expired on 2026-01-01")
    assert bare.because == "exception EXC-1 expired on 2026-01-01, so high blocks (tiers: defaults)"
    known = one(
        a_finding(), Enforcement(), note="exception EXC-1 expired on 2026-01-01", waiver=excuse("baseline", id="b")
    )
    assert known.because == "exception EXC-1 expired on 2026-01-01; accepted in b"


UNREADABLE = Trouble(kind="unreadable", message="bad", location=Location(file="x.tf"))
GATES = [
    # severity (None: no finding), troubles, maturity, gate, exit code, part of the sentence
    (None, 0, 2, Gate.OPEN, 0, "no findings"),
    (LOW, 0, 2, Gate.OPEN, 0, "no finding blocks"),
    (HIGH, 0, 2, Gate.CLOSED, 1, "1 finding blocks"),
    (HIGH, 0, 1, Gate.OPEN, 0, "nothing blocks at maturity 1"),
    (HIGH, 0, 0, Gate.OPEN, 0, "nothing blocks at maturity 0"),
    (None, 1, 2, Gate.INCOMPLETE, 3, "not understood: x.tf"),
    (None, 1, 3, Gate.INCOMPLETE, 3, "not understood: x.tf"),
    (None, 1, 1, Gate.OPEN, 0, "not understood: x.tf"),
    (None, 1, 0, Gate.OPEN, 0, "not understood: x.tf"),
    (HIGH, 1, 2, Gate.CLOSED, 1, "1 finding blocks; not understood: x.tf"),
    (HIGH, 1, 1, Gate.OPEN, 0, "not understood: x.tf"),
    (LOW, 1, 2, Gate.INCOMPLETE, 3, "not understood: x.tf"),
]


@pytest.mark.parametrize(("severity", "troubles", "maturity", "answer", "code", "said"), GATES)
def test_the_gate(severity, troubles, maturity, answer, code, said):
    plan = Enforcement(maturity=maturity)
    verdicts = [] if severity is None else [one(a_finding(severity), plan)]
    result = gate(verdicts, [UNREADABLE] * troubles, plan, TODAY)
    assert (result.gate, result.exit_code) == (answer, code)
    assert said in result.because


def test_many_unreadable_files_are_named_in_part_and_counted():
    troubles = [replace(UNREADABLE, location=Location(file=f"{n}.tf")) for n in range(5)]
    troubles.append(Trouble(kind="limit", message="too deep"))
    assert gate([], troubles, Enforcement(), TODAY).because == "not understood: 0.tf, 1.tf, 2.tf and 3 more"


UNKNOWNS = [
    # setting, severity of the rule, maturity, exit code
    (OFF, HIGH, 2, 0),
    (AUDIT, HIGH, 2, 0),
    (WARN, HIGH, 2, 0),
    (ENFORCE, HIGH, 2, 1),
    (ENFORCE, MEDIUM, 2, 0),
    (ENFORCE, HIGH, 1, 0),
]


@pytest.mark.parametrize(("setting", "severity", "maturity", "code"), UNKNOWNS)
def test_an_undecided_rule_blocks_only_where_the_team_says_so(setting, severity, maturity, code):
    plan = Enforcement(unknown=setting, maturity=maturity)
    undecided = [Evaluation(rule=a_rule(severity), subject=SUBJECT, outcome=Outcome.UNKNOWN)]
    passed = [Evaluation(rule=a_rule(severity), subject=SUBJECT, outcome=Outcome.PASS)]
    result = gate([], [], plan, TODAY, undecided)
    assert result.exit_code == code
    assert ("could not be decided" in result.because) is bool(code)
    assert gate([], [], plan, TODAY, passed).exit_code == 0


modes = st.sampled_from(list(Mode))
severities = st.sampled_from(list(Severity))
entries = st.builds(
    entry,
    modes,
    st.none() | st.dates(date(2026, 11, 1), date(2026, 12, 1)),
    modes,
    namespaces=st.sampled_from([(), ("payments",), ("web",)]),
)
plans = st.builds(
    Enforcement,
    maturity=st.integers(0, 4),
    tiers=st.dictionaries(severities, modes),
    rollout=st.lists(entries, max_size=3).map(tuple),
    fail_on=st.none() | severities,
    unknown=modes,
)
findings = st.builds(a_finding, severities, st.none() | modes)


def stricter(plan, raised):
    """The plan with every mode raised to at least ``raised``."""
    raise_all = {severity: max(plan.tiers.get(severity, OFF), raised) for severity in Severity}
    rollout = tuple(replace(item, mode=max(item.mode, raised), then=max(item.then, raised)) for item in plan.rollout)
    return replace(plan, tiers=raise_all if plan.fail_on is None else plan.tiers, rollout=rollout)


@given(st.lists(findings, max_size=4), plans)
def test_a_stricter_mode_never_opens_the_gate(items, plan):
    triaged = [Triaged(finding=finding) for finding in items]
    before = gate(decide(triaged, plan, TODAY).verdicts, [], plan, TODAY)
    tighter = stricter(plan, ENFORCE)
    after = gate(decide(triaged, tighter, TODAY).verdicts, [], tighter, TODAY)
    assert after.exit_code >= before.exit_code


@given(st.lists(findings, max_size=4), plans, st.integers(0, 4))
def test_a_higher_maturity_never_opens_the_gate(items, plan, maturity):
    triaged = [Triaged(finding=finding) for finding in items]
    higher = replace(plan, maturity=max(plan.maturity, maturity))
    codes = [
        gate(decide(triaged, each, TODAY).verdicts, [UNREADABLE], each, TODAY).exit_code for each in (plan, higher)
    ]
    assert not (codes[0] and not codes[1])


@given(findings, plans, severities)
def test_a_worse_severity_is_never_milder_with_fail_on(finding, plan, limit):
    plan = replace(plan, fail_on=limit, rollout=())
    worse = [replace(finding, rule=a_rule(severity, finding.rule.declared_mode)) for severity in sorted(Severity)]
    ruled = [mode_of(each, plan, TODAY) for each in worse]
    assert ruled == sorted(ruled)


@given(findings, plans)
def test_every_verdict_says_why(finding, plan):
    verdict = one(finding, plan)
    assert verdict is None or (verdict.because and "\n" not in verdict.because)
    assert severity_of(finding, plan) is finding.rule.severity


def test_an_empty_scan_that_was_asked_about_is_incomplete_at_any_maturity() -> None:
    empty = Trouble(kind="empty", message="nothing to scan")
    for maturity in range(5):
        answer = gate([], [empty], Enforcement(maturity=maturity), TODAY)
        assert (answer.gate, answer.exit_code) == (Gate.INCOMPLETE, 3)
