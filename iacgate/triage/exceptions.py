"""Triage room: which exceptions cover a finding, and which are expired, unused or about to expire.

In: waivers (of the exceptions file, or that policies carry), findings. Out: the waivers that cover one, and
:class:`~iacgate.model.StaleWaiver` s. An exception works through its last day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from iacgate.model import Finding, Rule, Scope, StaleWaiver, Waiver, names_rule


def is_expired(waiver: Waiver, today: date) -> bool:
    """Whether the last day of an exception is over."""
    return waiver.expires is not None and waiver.expires < today


class Exceptions:
    """Waivers with their scopes made ready; which of them name a rule is found out once for each rule."""

    __slots__ = ("_by_rule", "_items")

    def __init__(self, waivers: Iterable[Waiver]) -> None:
        self._items: Sequence[tuple[Waiver, Scope]] = [(waiver, Scope.of(waiver.match)) for waiver in waivers]
        self._by_rule: dict[str, Sequence[tuple[Waiver, Scope]]] = {}

    def covering(self, finding: Finding) -> list[Waiver]:
        """The exceptions that cover a finding, expired ones too, in the order of the file."""
        return [waiver for waiver, scope in self._naming(finding.rule) if scope.covers(finding)]

    def _naming(self, rule: Rule) -> Sequence[tuple[Waiver, Scope]]:
        if rule.id not in self._by_rule:
            self._by_rule[rule.id] = [
                item for item in self._items if any(names_rule(word, rule) for word in item[0].rules)
            ]
        return self._by_rule[rule.id]


def stale(waiver: Waiver, today: date, announce_days: int, *, used: bool, whole: bool) -> StaleWaiver | None:
    """What is to be said of an exception: it expired, it is unused, it expires soon; ``None`` when nothing.

    ``used``: it covered a finding (an expired one: would have). Unused ones are only named when all was scanned.
    """
    if is_expired(waiver, today):
        gone = "; nothing that it covered is left: delete it" if whole else ""
        rest = "; what it covered is back" if used else gone
        return StaleWaiver(waiver=waiver, status="expired", note=f"expired on {waiver.expires}{rest}")
    if not used and whole:
        return StaleWaiver(waiver=waiver, status="unused", note="covers nothing: delete it")
    if waiver.expires is not None and (waiver.expires - today).days <= announce_days:
        days = (waiver.expires - today).days
        when = "today" if days == 0 else f"in {days} day{'' if days == 1 else 's'}, on {waiver.expires}"
        return StaleWaiver(waiver=waiver, status="expiring", note=f"expires {when}")
    return None


def called(waiver: Waiver) -> str:
    """How sentences name an exception: by its id, or as the comment in a line of a file."""
    if waiver.source == "inline":
        return f"the comment in {waiver.id}"
    return f"exception {waiver.id}"
