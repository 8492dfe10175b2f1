"""The modules of a scan by folder: from the files that were scanned, or read when a call leads out of them.

In: documents, and the scan's way to open files. Out: :class:`~iacgate.lang.terraform.definitions.Module`, and which
folders are roots.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from iacgate.errors import SyntaxFailure
from iacgate.inputs.terraform import HclDocument, read_document
from iacgate.inputs.terraform.callers import calling
from iacgate.lang.terraform import layout
from iacgate.lang.terraform.definitions import Definition, Module, read_module
from iacgate.lang.terraform.expansion import Project
from iacgate.lang.terraform.instances import ModuleInstance, source_of_call
from iacgate.model import SourceFile, Trouble
from iacgate.spi import InputContext
from iacgate.syntax.hcl import File

MOST_FILES = 20_000
"""The most files that are listed below one folder."""


class Library:
    """Modules by folder, each read once."""

    def __init__(self, documents: list[HclDocument], context: InputContext) -> None:
        self._context = context
        self._folders: dict[str, dict[str, HclDocument]] = {}
        self._modules: dict[str, Module | None] = {}
        self._owners: dict[int, HclDocument] = {}
        self._calls: dict[str, list[str]] | None = None
        for document in documents:
            self._folders.setdefault(document.folder, {})[document.filename] = document
        self._scanned = self._configured()
        for source in calling(self._scanned, context):
            found = self._document(source)
            if found is not None:
                self._folders.setdefault(found.folder, {})[found.filename] = found

    def module(self, folder: str) -> Module | None:
        """The module in a folder, or ``None`` when there is none that may be read."""
        if folder not in self._modules:
            self._modules[folder] = self._read(folder)
        return self._modules[folder]

    def document_of(self, file: File) -> HclDocument:
        """The document that a file was parsed for."""
        return self._owners[id(file)]

    def size(self) -> int:
        """How long the text is of all that was scanned, in characters."""
        return sum(len(document.file.text) for files in self._folders.values() for document in files.values())

    def scanned(self) -> list[str]:
        """The folders that hold configuration among the scanned files, in order."""
        return self._scanned

    def roots(self) -> list[str]:
        """The folders to start from: scanned ones that no module calls, and those from which calls lead to a scanned
        one. Modules that only call each other are started from too: none of them is left unseen."""
        calls = self._graph()
        called = {target for targets in calls.values() for target in targets}
        wanted = self.leading()
        roots = [folder for folder in calls if folder not in called and folder in wanted]
        seen = _reached(roots, calls)
        lost = [folder for folder in self._scanned if folder not in seen]
        return sorted([*roots, *(folder for folder in lost if folder in _reached(calls[folder], calls))])

    def leading(self) -> set[str]:
        """The scanned folders, and all from which calls lead to one of them."""
        callers: dict[str, list[str]] = {}
        for folder, targets in self._graph().items():
            for target in targets:
                callers.setdefault(target, []).append(folder)
        return _reached(self._scanned, callers)

    def _graph(self) -> dict[str, list[str]]:
        """Which folders the modules of each folder call."""
        if self._calls is None:
            self._calls = {folder: self._targets(folder) for folder in self._configured()}
        return self._calls

    def _configured(self) -> list[str]:
        return sorted(folder for folder, files in self._folders.items() if layout.module_files(files))

    def shown(self, folder: str) -> str:
        """A scanned folder as reports name it: from their root, ``.`` for the root itself, ``-`` for standard input."""
        documents = self._folders[folder].values()
        return next(document.path.rpartition("/")[0] for document in documents) or ("." if folder else "-")

    def hidden(self, folder: str) -> list[str]:
        """The scanned files of a folder that Terraform would read and OpenTofu does not, as reports name them."""
        files = self._folders[folder]
        return [files[name].path for name in layout.hidden_files(files)]

    def values(self, folder: str) -> list[HclDocument]:
        """The files of variable values that a root reads by itself, lowest precedence first."""
        files = self._folders.get(folder, {})
        return [files[name] for name in layout.variable_files(files)]

    def broken_values(self, folder: str) -> str:
        """The name of a file of variable values in this folder that does not parse; "" when there is none.

        A file that parses and yet is not among the documents was left out by the user: it counts for nothing.
        """
        known = self._folders.get(folder, {})
        for name in layout.variable_files(_names(folder)):
            source = None if name in known else self.open(f"{folder}/{name}")
            try:
                if source is not None:
                    read_document(source)
            except (SyntaxFailure, OSError):
                return name
        return ""

    def open(self, path: str) -> SourceFile | None:
        """A file inside of what may be read."""
        return self._context.open(path.replace("/", os.sep))

    def read(self, path: str) -> bytes | None:
        """The bytes of a file inside of what may be read."""
        source = self.open(path)
        try:
            return source.read() if source is not None else None
        except OSError:
            return None

    def files(self, folder: str) -> list[str] | None:
        """The files below a folder, by their path from it; ``None`` where something in it may not be read.

        A folder that no scanned one encloses may hold what this scan does not see: that is no answer either.
        """
        place = os.path.realpath(folder)
        if not any(f"{place}{os.sep}".startswith(f"{os.path.realpath(known)}{os.sep}") for known in self._folders):
            return None
        found: list[str] = []
        for where, folders, names in os.walk(place):
            if any(os.path.islink(os.path.join(where, name)) for name in folders) or len(found) > MOST_FILES:
                return None
            paths = [os.path.join(where, name) for name in names]
            if any(os.path.islink(path) and self.open(path) is None for path in paths):
                return None
            found.extend(os.path.relpath(path, place).replace(os.sep, "/") for path in paths if os.path.isfile(path))
        return found

    def _targets(self, folder: str) -> list[str]:
        module = self.module(folder)
        calls = module.calls.values() if module else ()
        return [target for call in calls if (target := self._target(folder, call)) not in {folder, ""}]

    def _target(self, folder: str, call: Definition) -> str:
        source = call.text_of("source") or self._early(folder, call)
        return layout.local_folder(folder, source) if layout.is_local(source) else ""

    def _early(self, folder: str, call: Definition) -> str:
        """A source that is no plain text, as the defaults of variables make it in OpenTofu; "" when it is not known."""
        module = self._modules.get(folder)
        if module is None or "source" not in call.attributes:
            return ""
        project = Project(
            module=lambda _folder: None,
            read=lambda _path: None,
            trouble=lambda _kind, _message, _place: None,
            notice=lambda _message: None,
        )
        return source_of_call(ModuleInstance(project, module), call)

    def _read(self, folder: str) -> Module | None:
        files = self._folders.get(folder)
        if files is None:
            files = self._opened(folder)
        chosen = layout.module_files(files)
        if not chosen:
            return None
        for document in files.values():
            self._owners[id(document.file)] = document
        return read_module(
            folder, [files[name].file for name in chosen.primary], [files[name].file for name in chosen.override]
        )

    def _opened(self, folder: str) -> dict[str, HclDocument]:
        """The configuration of a folder that was not scanned, as far as it parses."""
        found: dict[str, HclDocument] = {}
        for name in layout.module_files(_names(folder)):
            source = self.open(f"{folder}/{name}")
            document = self._document(source) if source else None
            if document is not None:
                found[name] = document
        return found

    def _document(self, source: SourceFile) -> HclDocument | None:
        try:
            document = read_document(source)
        except SyntaxFailure as failure:
            message, location = f"{failure.location}: {failure.message}", failure.location
        except OSError as error:
            message, location = f"{source.path}: cannot be read: {error.strerror}", None
        else:
            self._context.troubles.extend(document.troubles)
            return document
        self._context.troubles.append(Trouble(kind="unreadable", message=message, location=location))
        return None


def _reached(start: Iterable[str], calls: dict[str, list[str]]) -> set[str]:
    """These folders, and all that calls lead to from them."""
    reached = set(start)
    pending = list(reached)
    while pending:
        fresh = [target for target in calls.get(pending.pop(), ()) if target not in reached]
        reached.update(fresh)
        pending.extend(fresh)
    return reached


def _names(folder: str) -> list[str]:
    """The names in a folder, none when it cannot be listed."""
    try:
        return os.listdir(folder) if folder else []
    except OSError:
        return []
