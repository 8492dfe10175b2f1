"""The modules of a project that call the modules which were scanned.

Room: ``inputs``. In: folders of scanned modules, the scan's way to the rest of the project. Out: the files of every
module that calls one of them, directly or through others. A module that is scanned alone is evaluated through these,
so that it has the addresses and values a scan of the whole tree gives it.

Files are looked through as text: nothing is parsed that does not name a scanned folder as a source.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Sequence

from iacgate.inputs.terraform import claims
from iacgate.lang.terraform import layout
from iacgate.model import SourceFile
from iacgate.spi import InputContext

MAX_BYTES = 10 * 1024 * 1024
"""A larger file is not looked through: no configuration that a person writes is."""
_SOURCE = rb"""\bsource"?\s*[:=]\s*"(\.\.?(?:[/\\][^"$%]*)?)\""""


def calling(scanned: Sequence[str], context: InputContext) -> list[SourceFile]:
    """The files of the modules that call these folders' modules, and of those that call them."""
    folders = [folder for folder in scanned if folder]
    if not folders:
        return []
    around = context.around(lambda name: layout.is_configuration(name) or layout.is_variables(name))
    if around is None:
        shown = os.path.relpath(folders[0], context.root).replace(os.sep, "/")
        context.notices.append(
            f"{shown}: who calls this module was not looked for, the project has too many folders: "
            "scan the folder that holds its callers as well"
        )
        return []
    files = _by_folder(around)
    reached = _closure(folders, {folder: _targets(folder, files[folder]) for folder in files if folder not in folders})
    return [source for folder in sorted(reached) for source in files[folder] if claims(source)]


def _by_folder(sources: Iterable[SourceFile]) -> dict[str, list[SourceFile]]:
    files: dict[str, list[SourceFile]] = {}
    for source in sources:
        files.setdefault(os.path.dirname(source.absolute).replace(os.sep, "/"), []).append(source)
    return files


def _targets(folder: str, files: list[SourceFile]) -> set[str]:
    """The folders that the files of a folder name as sources of modules."""
    named: set[str] = set()
    for source in files:
        if layout.is_variables(source.path):
            continue
        try:
            text = source.read() if os.path.getsize(source.absolute) <= MAX_BYTES else b""
        except OSError:
            continue
        if b'"..' in text or b'"./' in text:
            named.update(match.decode("utf-8", "replace") for match in re.findall(_SOURCE, text))
    return {posixpath.normpath(layout.local_folder(folder, source)) for source in named}


def _closure(folders: Iterable[str], targets: dict[str, set[str]]) -> set[str]:
    """The folders from which a way of calls leads to one of ``folders``."""
    callers: dict[str, list[str]] = {}
    for folder, called in targets.items():
        for target in called:
            callers.setdefault(target, []).append(folder)
    reached: set[str] = set()
    pending = list(folders)
    while pending:
        for caller in callers.get(pending.pop(), ()):
            if caller not in reached:
                reached.add(caller)
                pending.append(caller)
    return reached
