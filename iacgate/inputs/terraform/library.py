"""The modules of a scan by folder: from the files that were scanned, or read when a call leads out of them.

In: documents, and the scan's way to open files. Out: :class:`~iacgate.lang.terraform.definitions.Module`, and which
folders are roots.
"""

from __future__ import annotations

import os

from iacgate.errors import SyntaxFailure
from iacgate.inputs.terraform import HclDocument, read_document
from iacgate.lang.terraform import layout
from iacgate.lang.terraform.definitions import Definition, Module, read_module
from iacgate.model import SourceFile, Trouble
from iacgate.spi import InputContext
from iacgate.syntax.hcl import File


class Library:
    """Modules by folder, each read once."""

    def __init__(self, documents: list[HclDocument], context: InputContext) -> None:
        self._context = context
        self._folders: dict[str, dict[str, HclDocument]] = {}
        self._modules: dict[str, Module | None] = {}
        self._owners: dict[int, HclDocument] = {}
        for document in documents:
            self._folders.setdefault(document.folder, {})[document.filename] = document

    def module(self, folder: str) -> Module | None:
        """The module in a folder, or ``None`` when there is none that may be read."""
        if folder not in self._modules:
            self._modules[folder] = self._read(folder)
        return self._modules[folder]

    def document_of(self, file: File) -> HclDocument:
        """The document that a file was parsed for."""
        return self._owners[id(file)]

    def scanned(self) -> list[str]:
        """The folders that hold configuration among the scanned files, in order."""
        return sorted(folder for folder, files in self._folders.items() if layout.module_files(files))

    def roots(self) -> list[str]:
        """The scanned folders that no scanned module calls. Where modules only call each other, all of them."""
        folders = self.scanned()
        called = {target for folder in folders for target in self._targets(folder)}
        return [folder for folder in folders if folder not in called] or folders

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

    def _targets(self, folder: str) -> list[str]:
        module = self.module(folder)
        calls = module.calls.values() if module else ()
        return [target for call in calls if (target := self._target(folder, call)) != folder]

    def _target(self, folder: str, call: Definition) -> str:
        source = call.text_of("source")
        return layout.local_folder(folder, source) if layout.is_local(source) else ""

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
            return read_document(source)
        except SyntaxFailure as failure:
            message, location = f"{failure.location}: {failure.message}", failure.location
        except OSError as error:
            message, location = f"{source.path}: cannot be read: {error.strerror}", None
        self._context.troubles.append(Trouble(kind="unreadable", message=message, location=location))
        return None


def _names(folder: str) -> list[str]:
    """The names in a folder, none when it cannot be listed."""
    try:
        return os.listdir(folder) if folder else []
    except OSError:
        return []
