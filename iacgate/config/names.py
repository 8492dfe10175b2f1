"""Config room: is what settings and exceptions name there? Asked before and once all rule packs are loaded."""

from __future__ import annotations

import os
from collections.abc import Iterator

from iacgate.errors import ExceptionsError, PolicyError, SettingsError, did_you_mean
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


def check_packs(settings: Settings) -> None:
    """Raise :class:`~iacgate.errors.SettingsError` for the first rule pack that is not there."""
    for index, pack in enumerate(settings.rules.packs):
        if not os.path.exists(settings.resolve(pack)):
            place = settings.places.get(f"rules.packs.{index}")
            raise SettingsError(f"rule pack {pack!r} does not exist", "name a folder of rule files", place)


def about_parameters(error: PolicyError, settings: Settings) -> SettingsError | None:
    """The error of a rule that was given a parameter it does not take, with the place in the settings that gives it."""
    for rule in settings.rules.params if error.location is None else ():
        if error.message.startswith(f"rule {rule!r} "):
            return SettingsError(error.message, error.hint, settings.places.get(f"rules.params.{rule}"))
    return None


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
