"""Triage room: breaking the glass: one change goes through, and everybody is told.

In: ``--break-glass TICKET --reason …``, or the annotation ``iacgate.dev/break-glass: TICKET`` on a Kubernetes object
(the reason in ``iacgate.dev/break-glass-reason``). Out: the waiver that it is. Findings go through; files that could
not be read do not: nobody knows what they would have let through.
"""

from __future__ import annotations

from iacgate.errors import CommandError
from iacgate.model import Finding, Resource, Settings, Subject, Waiver
from iacgate.model.dataclass import dataclass

ANNOTATION = "iacgate.dev/break-glass"
REASON = "iacgate.dev/break-glass-reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlass:
    """The option: a ticket and a reason."""

    ticket: str
    reason: str


def checked_glass(ticket: str, reason: str, settings: Settings) -> BreakGlass | None:
    """What the options ask for; ``None`` when they do not. Raises :class:`~iacgate.errors.CommandError`."""
    if not ticket.strip():
        if reason.strip():
            raise CommandError("--reason explains nothing without --break-glass", "add `--break-glass TICKET`")
        return None
    if not settings.break_glass.command:
        place = settings.places.get("break_glass")
        raise CommandError("--break-glass is forbidden by the settings", "ask for an exception instead", place)
    if not reason.strip():
        raise CommandError("--break-glass needs a reason", 'add `--reason "why this cannot wait"`')
    return BreakGlass(ticket=ticket.strip(), reason=reason.strip())


def glass_waiver(finding: Finding, option: BreakGlass | None, settings: Settings) -> tuple[Waiver | None, str]:
    """The waiver that lets a finding through, or a note on why its annotation does not."""
    if option is not None:
        return _waiver(option.ticket, option.reason), ""
    if not isinstance(finding.subject, Resource) or not is_annotated(finding.subject):
        return None, ""
    value = finding.subject.annotations[ANNOTATION]
    if not settings.break_glass.annotation:
        return None, f"the annotation {ANNOTATION} is forbidden by the settings"
    if not isinstance(value, str) or not value.strip():
        return None, f"the annotation {ANNOTATION} names no ticket"
    reason = finding.subject.annotations.get(REASON)
    return _waiver(value.strip(), reason.strip() if isinstance(reason, str) else "no reason given"), ""


def is_annotated(subject: Subject) -> bool:
    """Whether an object asks for the glass to be broken."""
    return isinstance(subject, Resource) and ANNOTATION in subject.annotations


def _waiver(ticket: str, reason: str) -> Waiver:
    return Waiver(id=f"break-glass {ticket}", rules=("*",), reason=reason, source="break-glass", ticket=ticket)


def glass_text(waivers: dict[str, tuple[Waiver, int]]) -> str:
    """The loud sentence for every output; "" when no glass was broken."""
    parts = [
        f"{waiver.ticket} ({waiver.reason}) let {count} finding{'' if count == 1 else 's'} through"
        for _, (waiver, count) in sorted(waivers.items())
    ]
    return "; ".join(parts)
