"""Config room: the exceptions file → :class:`~iacgate.model.Waiver`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from iacgate.errors import ExceptionsError
from iacgate.model import Location, Scope, Settings, Waiver

if TYPE_CHECKING:
    from iacgate.config.loading import Values


def load_exceptions(settings: Settings, today: date, root: str = "") -> tuple[Waiver, ...]:
    """The exceptions that the settings name; none when they name no file. Raises ``ExceptionsError``."""
    named = settings.exceptions.file
    if not named:
        return ()
    path = settings.resolve(named)
    file = os.path.relpath(path, root).replace(os.sep, "/") if root else named
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except OSError as broken:
        where = settings.places.get("exceptions.file")
        raise ExceptionsError(f"cannot read {named}: {broken.strerror}", "create it, or name another", where) from None
    return read_exceptions(data, file, today, settings.exceptions.max_days)


def read_exceptions(data: bytes, file: str, today: date, max_days: int) -> tuple[Waiver, ...]:
    """The exceptions in the bytes of a file, expired ones too.

    Raises :class:`~iacgate.errors.ExceptionsError` for what is not one: a missing or unknown key, an id used twice, a
    ``match`` that names no place, a last day that is more than ``max_days`` after today.
    """
    from iacgate.config.loading import checked, decode
    from iacgate.config.located import read_yaml
    from iacgate.config.shape import EXCEPTIONS

    tree = read_yaml(decode(data, file, ExceptionsError), file, ExceptionsError)
    values = checked(tree, EXCEPTIONS, file, ExceptionsError)
    entries = values.body.get("exceptions", [])
    first: dict[str, int] = {}
    for index, entry in enumerate(entries):
        _check(values, index, entry, today, max_days)
        earlier = first.setdefault(entry["id"], index)
        if earlier != index:
            line = values.location("exceptions", earlier, "id").line
            raise values.fail(f"exception {entry['id']!r} is there twice (first in line {line})", *_at(index, "id"))
    return tuple(_waiver(entry, values.location("exceptions", index)) for index, entry in enumerate(entries))


def _check(values: Values, index: int, entry: Mapping[str, Any], today: date, max_days: int) -> None:
    name = entry["id"]
    if not Scope.of(entry["match"]):
        hint = "name a resource, paths, namespaces, environments or owners"
        raise values.fail(f"exception {name!r} matches everything", *_at(index, "match"), hint=hint)
    days = (entry["expires"] - today).days
    if days > max_days:
        message = (
            f"exception {name!r} expires {entry['expires']}, {days} days from {today}: at most {max_days} are allowed"
        )
        hint = "choose an earlier date; `exceptions.max_days` in the settings is the limit"
        raise values.fail(message, *_at(index, "expires"), hint=hint)


def _at(index: int, key: str) -> tuple[str, int, str]:
    return "exceptions", index, key


def _waiver(entry: Mapping[str, Any], location: Location) -> Waiver:
    return Waiver(
        id=entry["id"],
        rules=tuple(entry["rules"]),
        reason=entry["reason"],
        source="file",
        match=Scope.of(entry["match"]).as_match(),
        owner=entry["owner"],
        approved_by=entry.get("approved_by", ""),
        ticket=entry.get("ticket", ""),
        expires=entry["expires"],
        location=location,
    )
