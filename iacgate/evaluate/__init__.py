"""Evaluation: rules meet subjects. The only place a check is called.

In: rules and an inventory. Out: exactly one :class:`~iacgate.model.Evaluation` for each rule and subject, whatever the
check does: a violation is a fail (and beats a doubt), a doubt or an undecided value is unknown, a crash is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from iacgate.model import (
    Document,
    Doubt,
    Evaluation,
    Finding,
    Inventory,
    Location,
    NotApplicable,
    Outcome,
    Path,
    Resource,
    Rule,
    Standing,
    Subject,
    Trouble,
    Undecided,
    Violation,
    stable_path,
)
from iacgate.model.dataclass import replace

_Said = Violation | Doubt | NotApplicable

# to ask an enumeration for a member takes a tenth of what a rule takes that passes
_PASS, _FAIL, _SKIP = Outcome.PASS, Outcome.FAIL, Outcome.SKIP


def evaluate(rules: Iterable[Rule], inventory: Inventory) -> Iterator[Evaluation]:
    """Every rule on every subject it selects and that is in focus, rule by rule."""
    for rule in rules:
        for subject in rule.selects(inventory):
            if subject.focus:
                yield judge(rule, subject, inventory)


def judge(rule: Rule, subject: Subject, inventory: Inventory) -> Evaluation:
    """One rule on one subject."""
    asked = inventory.asked
    try:
        try:
            said = rule.check(subject, inventory)
        except Undecided as undecided:
            said = (Doubt(reason=undecided.reason),)
        if said == ():  # most rules on most subjects
            alone = inventory.asked == asked
            return Evaluation(rule=rule, subject=subject, outcome=_PASS, alone=alone)
        return _judged(rule, subject, inventory, said, asked)
    except Exception as error:  # noqa: BLE001  (a rule is user material: its crash is data, and keeps the gate from green)
        return _crashed(rule, subject, error)


def _judged(rule: Rule, subject: Subject, inventory: Inventory, said: Iterable[_Said], asked: int) -> Evaluation:
    """The evaluation of what a check said; ``asked``: how often others had been asked about before it was called."""
    violations, doubts, skipped = _sorted_out(said)
    alone = inventory.asked == asked
    if skipped is not None:
        return Evaluation(rule=rule, subject=subject, outcome=_SKIP, detail=skipped.reason, alone=alone)
    if violations:
        found = tuple([_pointed(finding(rule, subject, item, inventory), item, inventory) for item in violations])
        about = _reasons(doubts) if doubts else ""
        return Evaluation(rule=rule, subject=subject, outcome=_FAIL, findings=found, detail=about, alone=alone)
    if doubts:
        places = tuple(dict.fromkeys(subject.at(*doubt.path) for doubt in doubts))
        about = _reasons(doubts)
        return Evaluation(rule=rule, subject=subject, outcome=Outcome.UNKNOWN, detail=about, places=places, alone=alone)
    return Evaluation(rule=rule, subject=subject, outcome=_PASS, alone=alone)


def answers(
    rule: Rule, subject: Subject, inventory: Inventory
) -> tuple[list[Violation], list[Doubt], NotApplicable | None]:
    """What a check says of a subject, before anything is placed. Raises what the check raises, but ``Undecided``."""
    try:
        said = rule.check(subject, inventory)
    except Undecided as undecided:
        return [], [Doubt(reason=undecided.reason)], None
    return _sorted_out(said)


def _sorted_out(said: Iterable[_Said]) -> tuple[list[Violation], list[Doubt], NotApplicable | None]:
    """What a check says, by its kind. Saying it may be what decides on an unknown value: that is a doubt as well.

    Raises :class:`_NoAnswer` for anything else: whoever yields it means something by it, so it must not pass.
    """
    violations: list[Violation] = []
    doubts: list[Doubt] = []
    if not hasattr(said, "__iter__"):
        raise _NoAnswer(said)
    try:
        for item in said:
            if isinstance(item, Violation):
                violations.append(item)
            elif isinstance(item, Doubt):
                doubts.append(item)
            elif isinstance(item, NotApplicable):
                return [], [], item
            else:
                raise _NoAnswer(item)
    except Undecided as undecided:
        doubts.append(Doubt(reason=undecided.reason))
    return violations, doubts, None


class _NoAnswer(TypeError):  # noqa: N818  (it names what was said)
    """A check said something that is no answer; the message names its type, the thing itself might be a secret."""

    def __init__(self, said: object) -> None:
        super().__init__(f"the check gave {type(said).__name__}, it has to yield Violation, Doubt or NotApplicable")


def without_twins(evaluations: Sequence[Evaluation]) -> list[Evaluation]:
    """A plan and its source, scanned together, say the same thing twice: what both say is reported on the plan only.

    Twins are findings of one rule on one address of one root module, at one line or at one path: a plan may lead from a
    rendered policy to the statement in it where the source stops at the attribute. A plan whose source is not known has
    a twin where only one root module has the address. What only the source says stays, for plans grow old.
    """
    if next(_of_adapter(evaluations, "terraform"), None) is None:
        return list(evaluations)
    planned = {key for found in _of_adapter(evaluations, "terraform-plan") for key in _twin_keys(found)}
    if not planned:
        return list(evaluations)
    alone = _in_one_root(evaluation.subject for evaluation in evaluations)
    return [_without(evaluation, planned, alone) for evaluation in evaluations]


def _of_adapter(evaluations: Sequence[Evaluation], adapter: str) -> Iterator[Finding]:
    for evaluation in evaluations:
        if evaluation.findings and isinstance(evaluation.subject, Resource) and evaluation.subject.adapter == adapter:
            yield from evaluation.findings


def _twin_keys(found: Finding) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    identity = (found.rule.id, found.subject.address, _root_folder(found.subject))
    return (*identity, found.location.file, found.location.line), (*identity, found.path)


def _root_folder(subject: Subject) -> str | None:
    """The folder of the root module, where the outermost call or the block itself stands; ``None`` for "in a plan"."""
    place = subject.at()
    outermost = place.via[0] if place.via else place
    in_plan = isinstance(subject, Resource) and outermost.file == subject.root
    return None if in_plan else outermost.file.rpartition("/")[0]


def _in_one_root(subjects: Iterable[Subject]) -> set[str]:
    """The addresses that only one root module has."""
    roots: dict[str, set[str]] = {}
    for subject in subjects:
        if isinstance(subject, Resource) and subject.adapter == "terraform":
            roots.setdefault(subject.address, set()).add(subject.root)
    return {address for address, names in roots.items() if len(names) == 1}


def _without(evaluation: Evaluation, planned: set[tuple[Any, ...]], alone: set[str]) -> Evaluation:
    subject = evaluation.subject
    if not evaluation.findings or not isinstance(subject, Resource) or subject.adapter != "terraform":
        return evaluation
    kept = tuple(found for found in evaluation.findings if not _is_planned(found, planned, alone))
    if len(kept) == len(evaluation.findings):
        return evaluation
    return replace(evaluation, findings=kept, detail=evaluation.detail or "reported on the plan")


def _is_planned(found: Finding, planned: set[tuple[Any, ...]], alone: set[str]) -> bool:
    address = found.subject.address
    without_source = (found.rule.id, address, None, found.path)
    return not planned.isdisjoint(_twin_keys(found)) or (address in alone and without_source in planned)


def rule_troubles(evaluations: Iterable[Evaluation]) -> list[Trouble]:
    """What crashed, as trouble for the report: one for each rule, naming its first subject."""
    first: dict[str, Evaluation] = {}
    crashed = Outcome.ERROR
    for evaluation in evaluations:
        if evaluation.outcome is crashed:
            first.setdefault(evaluation.rule.id, evaluation)
    return [
        Trouble(
            kind="rule-error",
            message=f"rule {rule_id} failed on {evaluation.subject.address}: {evaluation.detail}",
            hint="report it to the rule's author; disable the rule in the settings meanwhile",
            location=evaluation.places[0] if evaluation.places else None,
        )
        for rule_id, evaluation in first.items()
    ]


def finding(rule: Rule, subject: Subject, violation: Violation, inventory: Inventory) -> Finding:
    """A violation in its place. What is on a new resource is new."""
    path, location = _spot(subject, violation.path, inventory)
    return Finding(
        rule=rule,
        subject=subject,
        message=violation.message,
        path=path,
        location=violation.location or location,
        related=tuple([(other.at(), other.address) for other in violation.related]),
        excused=violation.excused,
        element=violation.element,
        change=_of_creation(subject),
    )


def _spot(subject: Subject, path: Path, inventory: Inventory) -> tuple[Path, Location]:
    """The stable form of a path and its place, looked up once: many rules point at the same container."""
    known = inventory.memo.get(("spots", id(subject)))
    if known is None:
        # with the subject itself, so that no other object can get its identity meanwhile
        known = inventory.memo["spots", id(subject)] = (subject, {}, {})
    spots: dict[Path, tuple[Path, Location]] = known[1]
    found = spots.get(path)
    if found is None:
        found = spots[path] = stable_path(subject.body, path, known[2]), subject.at(*path)
    return found


def _pointed(found: Finding, violation: Violation, inventory: Inventory) -> Finding:
    """The finding; where its value comes from elsewhere, led to the very element that is wrong."""
    adapter = found.subject.adapter if isinstance(found.subject, Resource) else ""
    if not adapter.startswith("terraform") or violation.location is not None or not violation.path:
        return found
    from iacgate.evaluate.culprit import pointed

    return pointed(found, violation.path, inventory)


def _of_creation(subject: Subject) -> Standing | None:
    """Introduced, where a plan creates the subject; only a comparison can tell what else is new."""
    if not isinstance(subject, Resource) or subject.category != "resource":
        return None
    change = (subject.view_of or subject).change
    created = change is not None and change.before is None and "create" in change.actions
    return Standing.INTRODUCED if created else None


def _crashed(rule: Rule, subject: Subject, error: Exception) -> Evaluation:
    """What went wrong without the value it went wrong on: that might be a secret."""
    detail = str(error) if isinstance(error, _NoAnswer) else f"{type(error).__name__}{_raised_in(error)}"
    return Evaluation(rule=rule, subject=subject, outcome=Outcome.ERROR, detail=detail, places=(_header(subject),))


def _raised_in(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f" in {trace.tb_frame.f_code.co_name}" if trace is not None else ""


def _header(subject: Subject) -> Location:
    try:
        return subject.at()
    except Exception:  # noqa: BLE001  (the place itself may be what crashed)
        return Location(file=subject.path if isinstance(subject, Document) else subject.document.path)


def _reasons(doubts: list[Doubt]) -> str:
    return "; ".join(dict.fromkeys(doubt.reason for doubt in doubts))
