"""What a planned change has to do with findings: it brings them in, mends them, or they were there before.

In: the evaluations of a scan, the rules, the inventory, and the inventory as it stood before the plans' changes. Out:
the same evaluations with labelled findings, and what the change mends. A rule is judged a second time only where the
answer can differ: not on what stays as it is, unless the rule looked at other resources and some of those change.

What is not known stays so: where a rule could not be decided on one side, its findings on the other are neither
introduced nor mended, and carry no label.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from iacgate.evaluate import answers, finding
from iacgate.evaluate.matching import matched
from iacgate.model import Evaluation, Finding, Inventory, Outcome, Resource, Rule, Standing, Subject, Violation
from iacgate.model.dataclass import dataclass, replace

_DECIDED = frozenset((Outcome.PASS, Outcome.SKIP, Outcome.FAIL))


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """``evaluations`` in the order given, with labelled findings.

    ``fixed`` holds evaluations of what stood before, each with the findings that the change mends.
    """

    evaluations: list[Evaluation]
    fixed: tuple[Evaluation, ...] = ()


def compare(
    evaluations: Sequence[Evaluation], rules: Iterable[Rule], after: Inventory, before: Inventory
) -> Comparison:
    """Label what the plans of a scan introduce. ``before`` is what :func:`iacgate.join.before_inventory` gives."""
    worlds = Worlds(after, before)
    labelled = list(evaluations)
    places: dict[str, list[int]] = {}
    for index, evaluation in enumerate(labelled):
        if worlds.stood or evaluation.findings:  # beside nothing, only what is found can be labelled
            places.setdefault(evaluation.rule.id, []).append(index)
    fixed: list[Evaluation] = []
    for rule in rules:
        judge = _Judge(rule, worlds)
        for index in places.get(rule.id, ()):
            labelled[index] = judge.label(labelled[index])
        fixed.extend(judge.gone())
        fixed.extend(judge.fixed)
    return Comparison(evaluations=labelled, fixed=tuple(fixed))


class Worlds:
    """What stood before and what stands after, resource by resource. Resources are keyed by ``id()``."""

    def __init__(self, after: Inventory, before: Inventory) -> None:
        self.before = before
        self.roots = {one.root for one in after.resources if one.category == "plan"}
        stood = _by_key(one for one in before.resources if self.is_planned(one))
        stands = _by_key(one for one in after.resources if self.is_planned(one)) if stood else {}
        self._pairs = {id(one): stood[key] for key, one in stands.items() if key in stood}
        same = {key for key, one in stands.items() if key in stood and _stays(stood[key], one)}
        self._changed = {key[0] for key in (stood.keys() | stands.keys()) - same}
        hidden = _hidden(stands)
        self.stood = {id(one) for key, one in stood.items() if one.view_of is None or key[:2] not in hidden}

    def is_planned(self, subject: Subject) -> bool:
        """Whether a plan says what the subject was before."""
        return isinstance(subject, Resource) and subject.category == "resource" and subject.root in self.roots

    def earlier(self, subject: Subject) -> Resource | None:
        """What a subject was before the change; ``None`` where it was not there, or no plan says so."""
        return self._pairs.get(id(subject))

    def gone(self, rule: Rule) -> list[Subject]:
        """What a rule looks at of what stood before and of which nothing remains."""
        kept = {id(one) for one in self._pairs.values()}
        chosen = () if rule.about_change else rule.selects(self.before)
        return [one for one in chosen if id(one) in self.stood and id(one) not in kept]

    def is_same(self, evaluation: Evaluation, earlier: Resource) -> bool:
        """Whether the rule would say the same of what stood before: it looks at nothing that changes."""
        return _stays(earlier, evaluation.subject) and (evaluation.alone or earlier.root not in self._changed)


_Key = tuple[str, str, str, int]
"""Root, address, type, and a number for several of these: one Terraform resource may make many objects."""


def _by_key(resources: Iterable[Resource]) -> dict[_Key, Resource]:
    counts: Counter[tuple[str, str, str]] = Counter()
    found: dict[_Key, Resource] = {}
    for one in resources:
        name = one.root, one.address, one.type
        found[*name, counts[name]] = one
        counts[name] += 1
    return found


def _hidden(stands: dict[_Key, Resource]) -> set[tuple[str, str]]:
    """The resources that stand after the change without a second view: what they make then is not known."""
    seen = {key[:2] for key, one in stands.items() if one.view_of is not None}
    return {key[:2] for key in stands} - seen


def _stays(earlier: Resource, subject: Subject) -> bool:
    """Whether a resource stays as it is: the same object, or the same second view of one."""
    if earlier is subject:
        return True
    return isinstance(subject, Resource) and subject.view_of is not None and subject.view_of is earlier.view_of


class _Judge:
    """One rule on what stood before."""

    def __init__(self, rule: Rule, worlds: Worlds) -> None:
        self.rule = rule
        self.fixed: list[Evaluation] = []
        self._worlds = worlds
        self._seen: set[int] = set()
        self._chosen: dict[int, Subject] | None = None

    def label(self, evaluation: Evaluation) -> Evaluation:
        """The evaluation with labelled findings; what it mends is remembered."""
        subject = evaluation.subject
        if not isinstance(subject, Resource) or subject.root not in self._worlds.roots:
            return evaluation
        if subject.category == "plan" or self.rule.about_change:
            return _labelled(evaluation, Standing.INTRODUCED)
        if subject.category != "resource":
            return evaluation
        earlier = self._worlds.earlier(subject)
        if earlier is None:
            return evaluation  # what is created has its label
        self._seen.add(id(earlier))
        if self._worlds.is_same(evaluation, earlier):
            return _labelled(evaluation, Standing.EXISTING)
        return self._compared(evaluation, earlier) if evaluation.outcome in _DECIDED else evaluation

    def gone(self) -> Iterable[Evaluation]:
        """What is mended since its resource goes, or is nothing the rule looks at any more."""
        if self.rule.about_change:
            return
        for subject in self._subjects().values():
            if id(subject) not in self._seen and isinstance(subject, Resource):
                before = self._answers(subject)
                if before is not None and before[0]:
                    yield self._mended(subject, before[0])

    def _compared(self, evaluation: Evaluation, earlier: Resource) -> Evaluation:
        known = self._answers(earlier)
        if known is None:
            return evaluation
        violations, is_whole = known
        pairs = matched(evaluation.findings, evaluation.subject.body, violations, earlier.body)
        same = set(pairs.values())
        left = [violation for index, violation in enumerate(violations) if index not in same]
        if left and not (evaluation.findings and evaluation.detail):  # with doubts, what is gone may still be there
            self.fixed.append(self._mended(earlier, left))
        if not evaluation.findings:
            return evaluation
        new = Standing.INTRODUCED if is_whole else None
        return replace(
            evaluation,
            findings=tuple(
                _of(found, Standing.EXISTING if index in pairs else new)
                for index, found in enumerate(evaluation.findings)
            ),
        )

    def _answers(self, earlier: Resource) -> tuple[list[Violation], bool] | None:
        """The violations of before, and whether those are all of them; ``None`` where the rule could not be decided."""
        if id(earlier) not in self._subjects():
            return [], True
        try:
            violations, doubts, _ = answers(self.rule, earlier, self._worlds.before)
        except Exception:  # noqa: BLE001  (as in judge(): the crash of a rule is data; what was before is then not known)
            return None
        return (violations, not doubts) if violations or not doubts else None

    def _subjects(self) -> dict[int, Subject]:
        """What the rule looks at of what stood before the changes."""
        if self._chosen is None:
            chosen = self.rule.selects(self._worlds.before) if self._worlds.stood else ()
            self._chosen = {id(one): one for one in chosen if one.focus and id(one) in self._worlds.stood}
        return self._chosen

    def _mended(self, earlier: Resource, violations: Iterable[Violation]) -> Evaluation:
        found = tuple(finding(self.rule, earlier, violation, self._worlds.before) for violation in violations)
        return Evaluation(rule=self.rule, subject=earlier, outcome=Outcome.FAIL, findings=found)


def _labelled(evaluation: Evaluation, standing: Standing) -> Evaluation:
    if not evaluation.findings:
        return evaluation
    return replace(evaluation, findings=tuple(_of(found, standing) for found in evaluation.findings))


def _of(found: Finding, standing: Standing | None) -> Finding:
    return found if standing is None else replace(found, change=standing)
