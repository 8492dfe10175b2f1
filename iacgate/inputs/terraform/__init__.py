"""Terraform configuration (HCL, its JSON syntax, OpenTofu): the adapter.

Room: ``inputs``. In: ``.tf``, ``.tofu`` and their JSON twins, and files of variable values. Out: one Document for each
file, and the resources that Terraform would plan, with attributes in the shape of a plan: nested blocks as lists of
objects, what is not set absent, what is not known an ``Unknown``. Modules are evaluated through their callers; a
folder nobody calls is a root.

Settings: ``var_files`` (absolute paths, later ones win), ``variables`` (values of root variables), over both
``assigned`` ((name, text), or ("", absolute path); later ones win), below all ``environment`` (texts by name);
``workspace``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Final

from iacgate.errors import SyntaxFailure
from iacgate.lang.terraform import layout
from iacgate.model import Document, Location, Path, Resource, SourceFile
from iacgate.model.dataclass import dataclass, field
from iacgate.spi import InputContext
from iacgate.syntax.garbage import collector_paused
from iacgate.syntax.hcl import File

name: Final = "terraform"
__all__ = ["HclDocument", "claims", "companions", "name", "normalise", "parse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HclDocument(Document):
    """A parsed file of configuration or of variable values, and where it is from."""

    file: File = field(compare=False, repr=False)
    source: SourceFile = field(compare=False, repr=False)

    @property
    def folder(self) -> str:
        """The folder the file lies in, absolute, with ``/`` between; "" for standard input."""
        return os.path.dirname(self.source.absolute).replace(os.sep, "/")

    @property
    def filename(self) -> str:
        return self.path.rpartition("/")[2]


def claims(source: SourceFile) -> bool:
    """Whether this is Terraform configuration or a file of variable values, by its name."""
    filename = source.path.rpartition("/")[2]
    return layout.is_configuration(filename) or layout.is_variables(filename)


def parse(source: SourceFile) -> Iterable[Document]:
    """The document of one file. Raises ``SyntaxFailure`` where nothing of it can be read."""
    return [read_document(source)]


def read_document(source: SourceFile) -> HclDocument:
    """A file as a document. Raises ``SyntaxFailure`` and ``OSError``."""
    file = _parsed(source)
    return HclDocument(
        path=source.path,
        kind=name,
        body=None,
        locate=_Start(source.path),
        comments=file.remarks,
        text=lambda: file.text,
        focus=source.focus,
        troubles=tuple(failure.trouble() for failure in file.failures),
        file=file,
        source=source,
    )


def _parsed(source: SourceFile) -> File:
    if layout.is_json(source.path):
        from iacgate.syntax.hcl import parse_json

        return parse_json(source.read(), source.path)
    from iacgate.syntax.hcl import parse

    data = source.read()
    try:
        return parse(data, source.path)
    except SyntaxFailure:
        if layout.is_variables(source.path.rpartition("/")[2]):
            raise
        from iacgate.syntax.hcl.recovery import recover

        return recover(data, source.path)


def normalise(documents: Sequence[Document], context: InputContext) -> Iterable[Resource]:
    """The resources of all modules that these files make."""
    from iacgate.inputs.terraform.resources import resources

    with collector_paused():
        return resources([document for document in documents if isinstance(document, HclDocument)], context)


def companions(source: SourceFile) -> Iterable[str]:
    """The other files of the module that a file belongs to, and its variable values."""
    if not source.absolute:
        return ()
    folder = os.path.dirname(source.absolute)
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return ()
    chosen = {*layout.module_files(names), *layout.variable_files(names)}
    return [os.path.join(folder, item) for item in names if item in chosen]


class _Start:
    """Every path of a document leads to its first line: its body is not given."""

    __slots__ = ("_path",)

    def __init__(self, path: str) -> None:
        self._path = path

    def __call__(self, path: Path) -> Location:
        del path
        return Location(file=self._path)
