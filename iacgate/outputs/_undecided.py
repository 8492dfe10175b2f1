"""Part of the outputs room: what could not be decided, by what has to be known first.

In comes a report, out come the causes with the evaluations that wait for them, the most frequent first.
"""

from __future__ import annotations

from iacgate.model import Evaluation, Outcome, ScanReport
from iacgate.model.causes import Cause, causes_of
from iacgate.model.dataclass import dataclass, field

NAMES_SHOWN = 3


@dataclass(slots=True)
class Waiting:
    """One cause: what it is about, in the order met, and the evaluations it keeps undecided."""

    title: str
    help: str
    names: dict[str, None] = field(default_factory=dict)
    evaluations: list[Evaluation] = field(default_factory=list)

    @property
    def words(self) -> str:
        """``known after apply: aws_vpc.a.id, aws_vpc.b.id and 7 more``."""
        names = list(self.names)
        shown = ", ".join(names[:NAMES_SHOWN])
        more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
        return f"{self.title}: {shown}{more}" if names else self.title


def waiting(report: ScanReport) -> list[Waiting]:
    """The causes by how many evaluations wait for them. One that waits for several is counted at its first."""
    found: dict[str, Waiting] = {}
    for evaluation in report.evaluations:
        if evaluation.outcome is Outcome.UNKNOWN:
            cause = next(iter(causes_of(evaluation.detail)), Cause(title="no reason given"))
            group = found.setdefault(cause.title, Waiting(cause.title, cause.help))
            if cause.name:
                group.names.setdefault(cause.name)
            group.evaluations.append(evaluation)
    return sorted(found.values(), key=lambda group: (-len(group.evaluations), group.title))
