"""Values that know how certain they are.

Three kinds of value need care everywhere, so they are values and not conventions:

* :class:`Unknown`: not known until apply (or not given). Comparing with it gives it back; *deciding* on it
  raises :class:`Undecided`.
* :class:`Secret`: known, compares like what it holds, but prints as ``***`` wherever it goes.
* :class:`Partial`: a list of which at least these elements are known; there may be more.
* :class:`Choice`: an unknown that is one of several known values.

Null and absent are the same: ``None``.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

REDACTED: Final = "***"


class Undecided(Exception):  # noqa: N818  (it is an outcome, not an error)
    """A decision was asked of an unknown value. ``reason`` says what would have to be known."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unknown:
    """A value that is not known, and why.

    ``reason`` is one phrase for people ("known after apply: aws_vpc.main.id", "var.env has no value").
    ``ref`` is the address this value will come from, when there is one (``aws_vpc.main``): relations use it.
    ``prefix`` and ``suffix`` are the known ends of a string with a hole in it. ``present`` says that it will not be
    null, whatever it will be.
    """

    __slots__ = ("prefix", "present", "reason", "ref", "suffix")

    def __init__(
        self,
        reason: str = "not known",
        *,
        ref: str | None = None,
        prefix: str = "",
        suffix: str = "",
        present: bool = False,
    ) -> None:
        self.reason = reason
        self.ref = ref
        self.prefix = prefix
        self.suffix = suffix
        self.present = present

    def __eq__(self, other: object) -> Unknown:  # type: ignore[override]  # comparison with unknown is unknown
        return self

    def __ne__(self, other: object) -> Unknown:  # type: ignore[override]  # comparison with unknown is unknown
        return self

    def __lt__(self, other: object) -> Unknown:
        return self

    def __le__(self, other: object) -> Unknown:
        return self

    def __gt__(self, other: object) -> Unknown:
        return self

    def __ge__(self, other: object) -> Unknown:
        return self

    def __hash__(self) -> int:
        return id(self)

    def __bool__(self) -> NoReturn:
        raise Undecided(self.reason)

    def __len__(self) -> NoReturn:
        raise Undecided(self.reason)

    def __iter__(self) -> NoReturn:
        raise Undecided(self.reason)

    def __contains__(self, item: object) -> NoReturn:
        raise Undecided(self.reason)

    def __repr__(self) -> str:
        return f"Unknown({self.reason!r})"

    def __str__(self) -> str:
        return "(unknown)"


UNKNOWN: Final = Unknown()


class Choice(Unknown):
    """One of these values, not known which: whatever holds for each of them holds. Null may be one of them."""

    __slots__ = ("among",)

    def __init__(self, among: list[Any], reason: str, *, ref: str | None = None) -> None:
        super().__init__(reason, ref=ref, present=all(one is not None for one in among))
        self.among = among


class Secret:
    """A known value that its source marks sensitive. Compares like the value; prints as ``***``."""

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value: Any = reveal(value)

    def reveal(self) -> Any:
        """The value itself, for a check to look at; never for output."""
        return self._value

    def __eq__(self, other: object) -> Any:
        return self._value == reveal(other)

    def __ne__(self, other: object) -> Any:
        return self._value != reveal(other)

    def __hash__(self) -> int:
        return hash(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __len__(self) -> int:
        return len(self._value)

    def __repr__(self) -> str:
        return REDACTED

    def __str__(self) -> str:
        return REDACTED

    def __format__(self, spec: str) -> str:
        return REDACTED

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret value is never serialised")


class Hidden(Secret):
    """A value that is secret for where it stands: its type or its name say so, its source does not mark it."""

    __slots__ = ()


class Partial(list[Any]):
    """A list known to hold at least its elements; ``maybe`` says why there may be more.

    ``like`` says what those look like: there are none, or any number of each of these. Without it (``None``) nothing is
    known of them.

    Kleene logic over it: *any* is true when a known element satisfies, *all* is false when a known element fails; else
    they are unknown, but where what the others look like answers as the known ones do. Its length, its emptiness and
    equality are unknown (an empty check on a non-empty one is known to be false).
    """

    __slots__ = ("like", "maybe")

    def __init__(self, items: Any = (), *, maybe: Unknown = UNKNOWN, like: list[Any] | None = None) -> None:
        super().__init__(items)
        self.maybe = maybe
        self.like = like


def is_unknown(value: object) -> bool:
    """Whether the value itself is unknown (not whether it has unknown parts)."""
    return isinstance(value, Unknown)


def reveal(value: Any) -> Any:
    """The value behind a :class:`Secret`, or the value itself."""
    return value.reveal() if isinstance(value, Secret) else value


def jsonable(value: Any) -> Any:
    """``value`` for a JSON report: ``{"$unknown": why}`` and ``{"$secret": true}`` in place of what has no JSON."""
    if isinstance(value, dict):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        items = [jsonable(item) for item in value]
        if isinstance(value, Partial):
            like = {} if value.like is None else {"like": jsonable(value.like)}
            items.append({"$unknown": value.maybe.reason, **like})
        return items
    if isinstance(value, Unknown):
        return {"$unknown": value.reason}
    if isinstance(value, Secret):
        return {"$secret": True}
    return value
