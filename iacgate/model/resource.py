"""What is scanned: files, documents, resources, and the inventory of them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal

from iacgate.model.dataclass import dataclass, field
from iacgate.model.place import Location, Path, child
from iacgate.model.values import Unknown
from iacgate.model.words import SourceStatus

if TYPE_CHECKING:
    from iacgate.model.report import Trouble

Category = Literal["resource", "data", "provider", "module", "plan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file that was found, not yet read.

    ``path`` is how reports name it: relative to the report's root, forward slashes. ``absolute`` is where it lies
    ("" when it lies nowhere, as standard input or an object store). ``focus`` is false for files that are only read
    because a scanned file needs them: nothing is reported on them. ``named`` is true for a file given by name.
    """

    path: str
    absolute: str
    read: Callable[[], bytes] = field(compare=False, repr=False)
    focus: bool = True
    named: bool = False

    def head(self, size: int = 4096) -> bytes:
        """The first bytes; raises ``OSError`` when the file cannot be read."""
        if not self.absolute:
            return self.read()[:size]
        with open(self.absolute, "rb") as stream:
            return stream.read(size)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """What became of a file, for the report: nothing is silently dropped."""

    path: str
    kind: str
    status: SourceStatus
    detail: str = ""
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment of a document: its line (1-based), its text without the comment mark, and what it stands beside.

    ``alone`` is true when nothing else is on the line. ``until`` is the last line of the block that a comment on a
    block's first line speaks for (0: only its own line and the next).
    """

    line: int
    text: str
    alone: bool = True
    until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One parsed unit of a file: a YAML document, an HCL file, a Dockerfile, a plan.

    ``troubles`` say what of it could not be read, where the rest could.
    """

    path: str
    kind: str
    body: Any = field(compare=False, repr=False)
    locate: Callable[[Path], Location] = field(compare=False, repr=False)
    comments: Callable[[], Sequence[Comment]] = field(default=tuple, compare=False, repr=False)
    text: Callable[[], str] = field(default=str, compare=False, repr=False)
    index: int = 0
    focus: bool = True
    troubles: tuple[Trouble, ...] = field(default=(), compare=False, repr=False)

    @property
    def address(self) -> str:
        return self.path if self.index == 0 else f"{self.path}#{self.index}"

    @property
    def type(self) -> str:
        return "document"

    @property
    def provider(self) -> str:
        return self.kind

    def get(self, *path: str | int, default: Any = None) -> Any:
        return _get(self.body, path, default)

    def at(self, *path: str | int) -> Location:
        return self.locate(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """Attribute ``path`` of a resource names the resource ``target`` (its address).

    ``certain`` is false when several resources may be meant, or the target could not be resolved (``target`` is then
    the best known spelling of it).
    """

    path: Path
    target: str
    certain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a plan does to a resource. ``before`` is the body before the change (``None`` on create)."""

    actions: tuple[str, ...]
    before: Any = field(default=None, compare=False, repr=False)
    reason: str = ""
    previous_address: str = ""
    replace_paths: tuple[Path, ...] = ()


def _nowhere(_path: Path) -> Location | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resource:
    """One configured thing, in its source's own shape.

    ``body`` is the Kubernetes object as written, or the Terraform attributes as planned (nested blocks are lists of
    objects). Unknown and secret values are :class:`~iacgate.model.values.Unknown` and ``Secret``. ``locate`` gives the
    place of a path into ``body``, of the nearest enclosing thing when the path itself is not in the source, and of the
    resource's header for ``()``. ``config_address`` is the address without instance keys (Terraform). ``category``
    tells real resources from data sources and from settings that rules may look at (provider blocks, a plan). ``root``
    names the plan or the root module inside which addresses are unique; equal names in two of them are two things.
    ``view_of`` is, for a second view of a resource that is in the inventory as well, this resource: the Kubernetes
    object that a Terraform resource makes has its address, and is not one more thing. ``before``, of the resource that
    stands for a plan, gives the real resources as they stood before the change: under the addresses they have after
    it, and the very same object where nothing of it changes. ``written`` gives the place where the value at a path is
    spelled out in the source, through whatever it is passed on; ``None`` where it comes from elsewhere, or that is not
    known. ``versions`` gives what is asked of the version of the provider that makes it: constraints as Terraform
    writes them, all of which hold; nothing where nothing is said.
    """

    address: str
    type: str
    provider: str
    name: str
    body: Any = field(repr=False)
    adapter: str
    document: Document = field(repr=False)
    locate: Callable[[Path], Location] = field(repr=False)
    namespace: str | None = None
    category: Category = "resource"
    config_address: str = ""
    labels: Mapping[str, Any] = field(default_factory=dict, repr=False)
    annotations: Mapping[str, Any] = field(default_factory=dict, repr=False)
    relations: Callable[[], Sequence[Relation]] = field(default=tuple, repr=False)
    change: Change | None = None
    symbolic: bool = False
    focus: bool = True
    root: str = ""
    before: Callable[[], Sequence[Resource]] = field(default=tuple, repr=False)
    view_of: Resource | None = field(default=None, repr=False)
    written: Callable[[Path], Location | None] = field(default=_nowhere, repr=False)
    versions: Callable[[], Sequence[str]] = field(default=tuple, repr=False)

    def get(self, *path: str | int, default: Any = None) -> Any:
        """The value at a path, ``default`` when absent or null; unknown when the way there is unknown."""
        return _get(self.body, path, default)

    def at(self, *path: str | int) -> Location:
        """The place of a path in the source."""
        return self.locate(path)


Subject = Resource | Document
"""What a rule is shown, and all it may report on."""


class Inventory:
    """All resources and documents of a scan, and how they hang together.

    ``whole`` is false when only some files of a tree were read: absence of another resource is then unknown.
    ``related`` is given by the join room: the resources of a type that name this one, or that it names; a
    :class:`~iacgate.model.values.Partial` list when there may be more. ``memo`` is where functions keep what they found
    out about a resource, so that fifty rules do not look for the same containers fifty times. ``asked`` counts the
    questions about other resources: a check that asks none depends on its subject alone. Whoever takes from ``memo``
    what was found out by asking others has asked as well, and counts it.
    """

    __slots__ = ("_by_address", "_by_type", "_documents", "_related", "_resources", "asked", "memo", "whole")

    def __init__(
        self,
        resources: Iterable[Resource] = (),
        documents: Iterable[Document] = (),
        *,
        related: Callable[[Inventory, Resource, str], list[Resource]] | None = None,
        whole: bool = True,
    ) -> None:
        self._resources = tuple(resources)
        self._documents = tuple(documents)
        self.asked = 0
        self.whole = whole
        self._related = related
        self._by_type: dict[str, list[Resource]] = {}
        for resource in self._resources:
            self._by_type.setdefault(resource.type, []).append(resource)
        self._by_address: dict[str, Resource] = {}
        self.memo: dict[tuple[str, int], Any] = {}

    @property
    def resources(self) -> tuple[Resource, ...]:
        self.asked += 1
        return self._resources

    @property
    def documents(self) -> tuple[Document, ...]:
        self.asked += 1
        return self._documents

    @property
    def types(self) -> Iterable[str]:
        self.asked += 1
        return self._by_type.keys()

    def of_type(self, *patterns: str) -> list[Resource]:
        """Resources whose type is one of these names or globs, in inventory order for each type."""
        self.asked += 1
        found: list[Resource] = []
        for pattern in dict.fromkeys(patterns):
            if "*" in pattern or "?" in pattern:
                for name, resources in self._by_type.items():
                    if fnmatchcase(name, pattern):
                        found.extend(resources)
            else:
                found.extend(self._by_type.get(pattern, ()))
        return found

    def by_address(self, address: str) -> Resource | None:
        """The first resource at an address; other roots may have one of their own there."""
        self.asked += 1
        if not self._by_address:
            self._by_address = {resource.address: resource for resource in reversed(self._resources)}
        return self._by_address.get(address)

    def related(self, resource: Resource, kind: str) -> list[Resource]:
        """Resources of type ``kind`` (name or glob) that name this resource or that it names."""
        self.asked += 1
        return [] if self._related is None else self._related(self, resource, kind)


def _get(body: Any, path: Iterable[str | int], default: Any) -> Any:
    node = body
    for step in path:
        if isinstance(node, Unknown):
            return node
        node = child(node, step)
        if node is None:
            return default
    return node
