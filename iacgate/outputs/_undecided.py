"""Part of the outputs room: what could not be decided, by what has to be known first.

In comes a report, out come the causes with the evaluations that wait for them, the most frequent first.
"""

from __future__ import annotations

from iacgate.model import Evaluation, Outcome, ScanReport
from iacgate.model.causes import Cause, causes_of, phrase
from iacgate.model.dataclass import dataclass, field


@dataclass(slots=True)
class Waiting:
    """One cause: what it is about, in the order met, and the evaluations it keeps undecided."""

    title: str
    help: str
    names: dict[str, None] = field(default_factory=dict)
    evaluations: list[Evaluation] = field(default_factory=list)

    @property
    def words(self) -> str:
        return phrase(self.title, self.names)


def waiting(report: ScanReport) -> list[Waiting]:
    """The causes by how many evaluations wait for them. One that waits for several is counted at its first."""
    found: dict[str, Waiting] = {}
    undecided = Outcome.UNKNOWN
    for evaluation in report.evaluations:
        if evaluation.outcome is undecided:
            cause = next(iter(causes_of(evaluation.detail)), Cause(title="no reason given"))
            group = found.setdefault(cause.title, Waiting(cause.title, cause.help))
            if cause.name:
                group.names.setdefault(cause.name)
            group.evaluations.append(evaluation)
    return sorted(found.values(), key=lambda group: (-len(group.evaluations), group.title))
