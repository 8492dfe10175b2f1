"""What the author of a plug-in imports: the three plug-in kinds and how they are found.

A plug-in package declares an entry point in the group ``iacgate.inputs``, ``iacgate.outputs``, ``iacgate.engines``,
``iacgate.checks`` or ``iacgate.packs``. Looking for them must not slow the hook down: the metadata library is only
loaded when some installed distribution names such a group at all.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

from iacgate.errors import CommandError
from iacgate.model import Document, Pack, Resource, ScanReport, SourceFile, SourceRecord, Trouble
from iacgate.model.dataclass import dataclass, field

__all__ = ["EngineSource", "InputAdapter", "InputContext", "OutputFormat", "OutputOptions", "PolicyEngine", "plugins"]


@dataclass(slots=True, kw_only=True)
class InputContext:
    """What an adapter may ask of the scan while it normalises.

    ``open`` gives a file by its absolute path if it lies inside the scanned root and is readable (``None``
    otherwise). ``settings`` are the adapter's own (``inputs.<name>`` of the settings). ``troubles`` and ``records``
    are where an adapter says aloud what it could not do; ``notices`` is for remarks that change no verdict.
    ``around`` gives the files of the project that were not scanned and whose name is wanted: what only some files of a
    tree belong to may lie there. It gives ``None`` when the project is too large to look through. ``claimed`` are the
    files the adapter claimed, also those it had to skip.
    """

    root: str
    open: Callable[[str], SourceFile | None]
    settings: dict[str, Any] = field(default_factory=dict)
    whole: bool = True
    troubles: list[Trouble] = field(default_factory=list)
    records: list[SourceRecord] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    around: Callable[[Callable[[str], bool]], Sequence[SourceFile] | None] = field(default=lambda _wanted: ())
    claimed: Sequence[SourceFile] = ()


class InputAdapter(Protocol):
    """Reads one kind of input. A module with these functions is an adapter."""

    name: str

    def claims(self, source: SourceFile) -> bool:
        """Whether this adapter reads the file, by its name and, where that is not enough, its first bytes."""

    def parse(self, source: SourceFile) -> Iterable[Document]:
        """The documents of one file. Raises :class:`~iacgate.errors.SyntaxFailure`. No document: not applicable."""

    def normalise(self, documents: Sequence[Document], context: InputContext) -> Iterable[Resource]:
        """The resources of all its documents at once."""

    def companions(self, source: SourceFile) -> Iterable[str]:
        """Absolute paths of further files that a scan of only this file has to know (its module)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputOptions:
    """What an output may need beside the report: only how to show it, never what to decide."""

    colour: bool = False
    width: int = 100
    evaluations: bool = False
    junit_flavour: str = "gitlab"
    junit_passes: bool = True
    include_suppressed: bool = False
    source: Callable[[str], str | None] = field(default=lambda _path: None)
    timestamp: str = ""


class OutputFormat(Protocol):
    """Writes a report in one format. A module with these names is an output."""

    name: str
    extension: str

    def render(self, report: ScanReport, options: OutputOptions) -> str:
        """The whole output as text, the same bytes for the same report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSource:
    """Policy text: where it is from and what it says."""

    path: str
    text: str


class PolicyEngine(Protocol):
    """Loads one policy language."""

    name: str

    def load(self, sources: Sequence[EngineSource]) -> Pack:
        """Compile all the files together. Raises :class:`~iacgate.errors.PolicyError`."""


def plugins(group: str) -> Iterator[tuple[str, Any]]:
    """The installed plug-ins of an entry point group such as ``iacgate.inputs``: (name, loaded object), by name.

    Raises :class:`~iacgate.errors.CommandError` for one that does not load: what it would have found is not known.
    """
    if not any(_names_group(folder, group) for folder in dict.fromkeys(sys.path)):
        return
    from importlib.metadata import entry_points

    for entry in sorted(entry_points(group=group), key=lambda entry: entry.name):
        try:
            loaded = entry.load()
        except Exception as error:
            message = f"the plug-in {entry.name!r} ({group}) does not load: {type(error).__name__}: {error}"
            raise CommandError(message, "install the version that fits, or uninstall it") from error
        yield entry.name, loaded


def _names_group(folder: str, group: str) -> bool:
    """Whether some distribution in this folder of ``sys.path`` declares the group; a listing and small reads only."""
    wanted = f"[{group}]".encode()
    try:
        names = os.listdir(folder or ".")
    except OSError:
        return False
    for name in names:
        if name.endswith((".dist-info", ".egg-info")):
            try:
                with open(os.path.join(folder, name, "entry_points.txt"), "rb") as stream:
                    if wanted in stream.read():
                        return True
            except OSError:
                continue
    return False
