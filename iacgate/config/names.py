"""Config room: do the rules that settings and exceptions name exist? Asked once all rule packs are loaded."""

from __future__ import annotations

from collections.abc import Iterator

from iacgate.errors import ExceptionsError, SettingsError, did_you_mean
from iacgate.model import Location, RuleNames, Settings, Waiver


def check_setting_names(settings: Settings, names: RuleNames) -> None:
    """Raise :class:`~iacgate.errors.SettingsError` for the first rule name that no rule has."""
    for word, place in _named(settings):
        if not names.knows(word):
            raise SettingsError(unknown_rule(word, names), _HINT, place)


def check_exception_names(waivers: tuple[Waiver, ...], names: RuleNames) -> None:
    """Raise :class:`~iacgate.errors.ExceptionsError` for the first rule name that no rule has."""
    for waiver in waivers:
        for word in waiver.rules:
            if not names.knows(word):
                raise ExceptionsError(f"{unknown_rule(word, names)} (exception {waiver.id!r})", _HINT, waiver.location)


_HINT = "`iacgate rules list` names all rules"


def unknown_rule(word: str, names: RuleNames) -> str:
    """The sentence about a rule that is not there."""
    near = did_you_mean(word, names.words)
    return f"unknown rule {word!r}: {near}" if near else f"unknown rule {word!r}"


def _named(settings: Settings) -> Iterator[tuple[str, Location | None]]:
    places = settings.places
    for entry in settings.enforcement.rollout:
        yield from ((word, entry.location) for word in entry.rules)
    for index, word in enumerate(settings.rules.disable):
        yield word, places.get(f"rules.disable.{index}")
    for word in settings.enforcement.severity:
        yield word, places.get(f"rules.severity.{word}")
    for word in settings.rules.params:
        yield word, places.get(f"rules.params.{word}")
