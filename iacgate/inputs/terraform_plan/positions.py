"""Where a planned resource stands: in the HCL beside the plan, else in the plan file.

Room: ``inputs``. In: an address and a path into the body. Out: a :class:`~iacgate.model.Location`. The configuration
is looked for only when a place is asked for. Where it does not have the block, that is said as a notice, once for each
block; a place is never guessed.
"""

from __future__ import annotations

import os
from typing import Any

from iacgate.inputs.terraform_plan import PlanDocument
from iacgate.lang.terraform.address import Address
from iacgate.lang.terraform.source_map import SourceMap
from iacgate.lang.terraform.written import Written
from iacgate.model import Location, Path
from iacgate.spi import InputContext


class Positions:
    """Places for the resources of one plan."""

    __slots__ = ("_context", "_document", "_missing", "_source", "_started")

    def __init__(self, document: PlanDocument, context: InputContext) -> None:
        self._document = document
        self._context = context
        self._source: SourceMap | None = None
        self._started = False
        self._missing: set[str] = set()

    def locate(self, address: str, body: Any, at: Path, path: Path) -> Location:
        """The place of ``path`` of the resource at ``address``, whose values stand at ``at`` in the plan."""
        source = self._source_map()
        if source is not None and not source.is_empty:
            found = source.resource(address, path, body)
            if found is not None:
                return found
            self._say_missing(address, source)
        return self.in_plan(at, path)

    def locate_provider(self, module: tuple[str, ...], key: str, at: Path, path: Path) -> Location:
        """The place in a provider block: ``key`` is ``aws`` or ``aws.alias``."""
        source = self._source_map()
        found = source.provider(module, key, path) if source is not None else None
        return found or self.in_plan((*at, "expressions"), path)

    def local(self, module: tuple[str, ...], name: str) -> list[str] | None:
        """What a local value refers to: plans do not show locals, the source beside them does."""
        source = self._source_map()
        return source.local(module, name) if source is not None else None

    @property
    def has_source(self) -> bool:
        """Whether there is any configuration beside the plan."""
        source = self._source_map()
        return source is not None and not source.is_empty

    def written(self, address: Address) -> Written | None:
        """What the source sets of a resource, where the source has it."""
        source = self._source_map()
        return source.written(address) if source is not None else None

    def values(self, address: Address, path: Path) -> list[Any]:
        """What the source makes of an argument of an instance, in any of the blocks that it may be in."""
        source = self._source_map()
        return source.values(address, path) if source is not None else []

    def value_place(self, address: Address, path: Path, value: Any) -> Location | None:
        """Where the source spells the value out that an instance has at a path."""
        source = self._source_map()
        return source.value_place(address, path, value) if source is not None else None

    def in_plan(self, at: Path, path: Path) -> Location:
        """The place in the plan file; what is unknown stands under ``after_unknown``."""
        locate = self._document.locate
        if not path:
            return locate((*at[:-2], "address") if at[-1:] == ("after",) else (*at[:-1], "address"))
        place = locate((*at, *path))
        if at[-1:] == ("after",) and place == locate(at):
            return locate((*at[:-1], "after_unknown", *path))
        return place

    def _source_map(self) -> SourceMap | None:
        if not self._started:
            self._started = True
            folder = self._folder()
            if folder:
                self._source = SourceMap(folder, self._context.open, self._context.root, self._variables())
        return self._source

    def _variables(self) -> dict[str, Any]:
        """The values of the root module's variables; none where this is no plan, or not as Terraform writes it."""
        given = self._document.body.get("variables")
        items = given.items() if isinstance(given, dict) else ()
        return {name: entry["value"] for name, entry in items if isinstance(entry, dict) and "value" in entry}

    def _folder(self) -> str:
        """The folder of the configuration, ``""`` when there is none."""
        setting: Any = self._context.settings.get("source")
        if isinstance(setting, str) and setting:
            return os.path.normpath(os.path.join(self._context.root, setting))
        absolute = self._document.source.absolute
        return os.path.dirname(absolute) if absolute else ""

    def _say_missing(self, address: str, source: SourceMap) -> None:
        block = source.block_name(address)
        if block in self._missing:
            return
        self._missing.add(block)
        why = source.why_missing(address)
        self._context.notices.append(f"{self._document.path}: {block} has no place in the source: {why}")
