"""Output ``dotenv``: variables for later GitLab jobs (``artifacts:reports:dotenv``). A report comes in, pairs go out.

GitLab takes neither blank lines nor values of several lines, at most 20 variables and 5 KiB.
"""

from __future__ import annotations

from iacgate.model import Gate, ScanReport, Severity, State
from iacgate.outputs._listing import change_counts, counts, troubles
from iacgate.outputs._plain import one_line, shorten
from iacgate.spi import OutputOptions

name = "dotenv"
extension = "env"

DECISIONS = {Gate.CLOSED: "block", Gate.INCOMPLETE: "error"}
WORDS = {State.WARNED: "WARN"}
LONGEST = 500
"""Characters of a free text: four bytes each, twice, still fit into the 5 KiB."""


def render(report: ScanReport, options: OutputOptions) -> str:  # noqa: ARG001  (every output takes the options)
    numbers = counts(report)
    values = {
        "IACGATE_DECISION": _decision(report),
        "IACGATE_GATE": report.gate.value,
        "IACGATE_EXIT_CODE": str(report.exit_code),
        "IACGATE_BECAUSE": _text(report.because),
        "IACGATE_BREAK_GLASS": _text(report.break_glass),
        "IACGATE_TOTAL": str(len(report.verdicts)),
        **{f"IACGATE_{severity.name}": str(_of(report, severity)) for severity in reversed(Severity)},
        **{f"IACGATE_{WORDS.get(state, state.name)}": str(numbers[state.value]) for state in State},
        "IACGATE_UNKNOWN": str(numbers["unknown"]),
        "IACGATE_INTRODUCED": str(change_counts(report).get("introduced", "")),
        "IACGATE_ERRORS": str(len(troubles(report))),
        "IACGATE_POLICY_VERSION": _text(report.version),
    }
    return "".join(f"{key}={value}\n" for key, value in values.items())


def _decision(report: ScanReport) -> str:
    """``pass``, ``warn``, ``block`` or ``error``."""
    open_word = "warn" if report.count(State.WARNED) or report.break_glass else "pass"
    return DECISIONS.get(report.gate, open_word)


def _of(report: ScanReport, severity: Severity) -> int:
    return sum(verdict.severity is severity for verdict in report.verdicts)


def _text(text: str) -> str:
    """Without ``$``: GitLab expands variables inside variables."""
    return shorten(one_line(text), LONGEST).replace("$", "").strip()
