"""The exception tree.

::

    IacgateError                 the user's command or its configuration is broken: exit 2
    ├── CommandError             an option, a path, an unknown name
    ├── SettingsError            iacgate.yaml or [tool.iacgate]
    ├── ExceptionsError          the exceptions file
    └── PolicyError              a rule file or pack that does not load
    SyntaxFailure                a scanned file that does not parse: data in the report, the scan goes on
    SourceSkipped                a scanned file that is known, and not read as it is (a chart's template): data as well

:class:`iacgate.model.Undecided` stands apart: it is an outcome, not an error.
"""

from __future__ import annotations

from collections.abc import Iterable

from iacgate.model import Location, Trouble, nearest


class IacgateError(Exception):
    """What is wrong, where (``location``), and what to type instead (``hint``)."""

    def __init__(self, message: str, hint: str = "", location: Location | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.location = location

    def __str__(self) -> str:
        return f"{self.location}: {self.message}" if self.location else self.message


class CommandError(IacgateError):
    """The command line asks for something that is not there."""


class SettingsError(IacgateError):
    """The settings do not load."""


class ExceptionsError(IacgateError):
    """The exceptions file does not load."""


class PolicyError(IacgateError):
    """A rule file, or a pack, does not load."""


class SyntaxFailure(Exception):  # noqa: N818  (the user's text fails, not we)
    """A scanned file does not parse. ``message`` says what was found and what was expected."""

    def __init__(self, location: Location, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.location = location
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.location}: {self.message}"

    def trouble(self) -> Trouble:
        """The failure as reports tell it."""
        return Trouble(kind="unreadable", message=str(self), hint=self.hint, location=self.location)


class SourceSkipped(Exception):  # noqa: N818  (nothing failed)
    """A scanned file that its adapter knows but does not read as it is. ``detail`` says why, and what to do."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """The hint ``did you mean 'x'?`` with the known word most like ``word``; ``otherwise`` when none is like it."""
    near = nearest(word, known)
    return f"did you mean {near!r}?" if near else otherwise
