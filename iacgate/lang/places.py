"""Values that know where they were found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from iacgate.model import Path

_NO_PLACES: Mapping[str, Path] = {}


class Placed(NamedTuple):
    """A value found below some body: the path from there, and the paths of members that come from somewhere else.

    ``places`` is for values that were put together (a normalised firewall rule): member name to the path of the text it
    was read from. A member that is not named there is expected at ``path + (name,)``.
    """

    path: Path
    value: Any
    places: Mapping[str, Path] = _NO_PLACES
