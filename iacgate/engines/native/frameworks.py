"""Frameworks: sets of controls that rules name, and what a scan says about them.

One file a framework in ``frameworks/``, read when it is asked for. Each is also a rule set of its file's name: the
rules that name one of its controls, or one that speaks for it (``through``), and those of the frameworks it includes.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Mapping
from typing import Any

from iacgate.engines.native.index import AnyPath, shipped_folder
from iacgate.errors import PolicyError, did_you_mean
from iacgate.model import Evaluation, Finding, Location, Outcome, Path, State, Verdict
from iacgate.model.compliance import Compliance, Control, ControlResult, ControlState, Framework, RuleResult

Table = Mapping[str, Mapping[str, Iterable[str]]]
"""What rules name: framework id → control → rules."""

_STRENGTHS = ("direct", "support")
_MOST_FAILING = 50


class Frameworks:
    """The frameworks of a folder, and which rules speak for their controls."""

    def __init__(self, table: Table, folder: AnyPath | None = None) -> None:
        self._table = table
        self._folder = os.fspath(folder) if folder is not None else shipped_folder("frameworks")
        self._read: dict[str, Framework] = {}
        self._sets: dict[str, set[str]] = {}

    @property
    def names(self) -> list[str]:
        """The names of all frameworks, sorted."""
        if not os.path.isdir(self._folder):
            return []
        return sorted(name.removesuffix(".yaml") for name in os.listdir(self._folder) if name.endswith(".yaml"))

    def find(self, name: str) -> Framework | None:
        """A framework by its name or its id; ``None`` when there is no such one."""
        names = self.names
        if name in names:
            return self.get(name)
        return next((one for one in map(self.get, names) if one.id == name), None)

    def get(self, name: str) -> Framework:
        """A framework by its name. Raises :class:`~iacgate.errors.PolicyError`."""
        if name not in self._read:
            if name not in self.names:
                raise PolicyError(f"unknown framework {name!r}", did_you_mean(name, self.names))
            self._read[name] = read_framework(os.path.join(self._folder, f"{name}.yaml"), name)
        return self._read[name]

    def rules(self, name: str) -> dict[str, list[str]]:
        """The rules that speak for each control of a framework, those of included frameworks among them."""
        framework = self.get(name)
        found: dict[str, list[str]] = {}
        for other in framework.includes:
            for included, rules in self.rules(other).items():
                found.setdefault(included, []).extend(rules)
        for control in framework.controls.values():
            found.setdefault(control.id, []).extend(self._own_rules(framework, control))
        return {control: sorted(set(rules)) for control, rules in found.items()}

    def controls(self, name: str) -> dict[str, Control]:
        """The controls of a framework and of those it includes; where both have one, its own."""
        framework = self.get(name)
        found: dict[str, Control] = {}
        for other in framework.includes:
            found.update(self.controls(other))
        return {**found, **framework.controls}

    def members(self, name: str) -> set[str]:
        """All rules of a framework: its rule set."""
        if name not in self._sets:
            self._sets[name] = {rule for rules in self.rules(name).values() for rule in rules}
        return self._sets[name]

    def of_rule(self, rule: str) -> list[str]:
        """The names of the frameworks whose rule set a rule is in."""
        return [name for name in self.names if rule in self.members(name)]

    def _own_rules(self, framework: Framework, control: Control) -> list[str]:
        found = list(self._table.get(framework.id, {}).get(control.id, ()))
        for other, ids in control.through.items():
            found.extend(rule for one in ids for rule in self._table.get(other, {}).get(one, ()))
        return found


def read_framework(file: AnyPath, name: str) -> Framework:
    """A framework of a file. Raises :class:`~iacgate.errors.PolicyError` with the place."""
    from iacgate.engines.native.source import read_rule

    with open(file, encoding="utf-8") as stream:
        text = read_rule(stream.read(), os.path.basename(file))
    values = text.values
    for key in ("id", "title", "controls"):
        if not values.get(key):
            raise text.error(f"{key!r} is missing", hint="a framework says its id, title and controls")
    controls = {str(one): _control(str(one), said) for one, said in values["controls"].items()}
    bad = next((one for one in controls.values() if one.strength not in _STRENGTHS or not one.title), None)
    if bad is not None:
        raise text.error(f"control {bad.id!r} needs a title, and a strength of {' or '.join(_STRENGTHS)}", "controls")
    return Framework(
        name=name,
        id=str(values["id"]),
        title=str(values["title"]),
        version=str(values.get("version", "")),
        url=str(values.get("url", "")),
        about=str(values.get("about", "")),
        includes=tuple(values.get("includes") or ()),
        controls=controls,
    )


def _control(name: str, said: Mapping[str, Any]) -> Control:
    return Control(
        id=name,
        title=str(said.get("title", "")),
        strength=str(said.get("strength", "support")),
        manual=bool(said.get("manual", False)),
        through={other: tuple(map(str, ids)) for other, ids in (said.get("through") or {}).items()},
    )


def by_control(
    frameworks: Frameworks,
    name: str,
    facts: Mapping[str, tuple[str, str]],
    ran: Iterable[str],
    evaluations: Iterable[Evaluation],
    verdicts: Iterable[Verdict],
) -> Compliance:
    """A framework after a scan.

    ``facts`` are title and severity of every rule there is, ``ran`` the rules the settings left on. A finding that an
    exception covers is excepted, whatever the gate does about the others.
    """
    tallies = _tallies(evaluations, verdicts)
    switched_on = set(ran)
    results = {
        rule: _rule_result(rule, facts.get(rule, ("", "")), rule in switched_on, tallies.get(rule, _Tally()))
        for rule in frameworks.members(name)
    }
    rules = frameworks.rules(name)
    controls = [
        _control_result(control, [results[rule] for rule in rules[control.id]])
        for control in frameworks.controls(name).values()
    ]
    return Compliance(framework=frameworks.get(name), controls=tuple(controls))


class _Tally:
    """What became of one rule on all its subjects."""

    __slots__ = ("excepted", "failed", "failing", "passed", "unknown")

    def __init__(self) -> None:
        self.passed = self.failed = self.unknown = self.excepted = 0
        self.failing: list[tuple[str, str]] = []

    def add(self, evaluation: Evaluation, excused: Container[tuple[str, int, Path, Location]]) -> None:
        if evaluation.outcome is Outcome.PASS:
            self.passed += 1
        elif evaluation.outcome in {Outcome.UNKNOWN, Outcome.ERROR}:
            self.unknown += 1
        elif evaluation.outcome is Outcome.FAIL and evaluation.findings:
            open_ones = [finding for finding in evaluation.findings if _place(finding) not in excused]
            if not open_ones:
                self.excepted += 1
                return
            self.failed += 1
            if len(self.failing) < _MOST_FAILING:
                self.failing.append((evaluation.subject.address, str(open_ones[0].location)))

    @property
    def state(self) -> ControlState:
        counted = (
            (self.failed, ControlState.FAILED),
            (self.unknown, ControlState.UNKNOWN),
            (self.excepted, ControlState.EXCEPTED),
            (self.passed, ControlState.PASSED),
        )
        return next((state for count, state in counted if count), ControlState.NOT_EVALUATED)


def _tallies(evaluations: Iterable[Evaluation], verdicts: Iterable[Verdict]) -> dict[str, _Tally]:
    excused = {_place(verdict.finding) for verdict in verdicts if verdict.state in {State.EXCEPTED, State.BASELINED}}
    found: dict[str, _Tally] = {}
    for evaluation in evaluations:
        found.setdefault(evaluation.rule.id, _Tally()).add(evaluation, excused)
    return found


def _place(finding: Finding) -> tuple[str, int, Path, Location]:
    """What tells a finding from others of the same scan; triage hands on copies that know more."""
    return finding.rule.id, id(finding.subject), finding.path, finding.location


def _rule_result(rule: str, facts: tuple[str, str], ran: bool, tally: _Tally) -> RuleResult:  # noqa: FBT001  (a fact)
    return RuleResult(
        rule=rule,
        title=facts[0],
        severity=facts[1],
        state=tally.state,
        ran=ran,
        passed=tally.passed,
        failed=tally.failed,
        unknown=tally.unknown,
        excepted=tally.excepted,
        failing=tuple(tally.failing),
    )


_WORST_FIRST = (ControlState.FAILED, ControlState.UNKNOWN, ControlState.EXCEPTED, ControlState.PASSED)


def _control_result(control: Control, rules: list[RuleResult]) -> ControlResult:
    states = {one.state for one in rules}
    state = next((one for one in _WORST_FIRST if one in states), ControlState.NOT_EVALUATED)
    if not rules:
        state = ControlState.MANUAL if control.manual else ControlState.NO_RULE
    return ControlResult(control=control, state=state, rules=tuple(rules))
