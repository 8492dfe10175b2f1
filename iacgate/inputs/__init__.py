"""Inputs: one module for each adapter, listed here and nowhere else.

In: source files. Out: which adapter reads each. An adapter's module is loaded only when a file's name makes it a
candidate, so that a scan of manifests does not pay for Terraform. Third parties: the entry point ``iacgate.inputs``.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import NamedTuple, cast

from iacgate.model import SourceFile
from iacgate.spi import InputAdapter, plugins


class Entry(NamedTuple):
    """An adapter by name, its module, and the names it may be interested in (lower case)."""

    name: str
    module: str
    suffixes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


ADAPTERS = (
    Entry("terraform-plan", "iacgate.inputs.terraform_plan", (".json", ".tfplan", ".plan", ".tfstate")),
    Entry("terraform", "iacgate.inputs.terraform", (".tf", ".tofu", ".tfvars", ".json")),
    Entry("dockerfile", "iacgate.inputs.dockerfile", (), ("dockerfile", "containerfile")),
    Entry("kubernetes", "iacgate.inputs.kubernetes", (".yaml", ".yml", ".json")),
)
"""In the order they are asked: the first that claims a file reads it."""


class Registry:
    """The adapters of this run: ours, then those of plug-ins, each loaded when first asked."""

    def __init__(self) -> None:
        self._loaded: dict[str, InputAdapter] = {}
        self._plugins: list[tuple[str, InputAdapter]] | None = None

    def wants(self, name: str) -> bool:
        """Whether a file of this name (no folder) may be read by an adapter; no file is opened for it."""
        return any(_interested(entry, name.lower()) for entry in ADAPTERS) or bool(self._from_plugins())

    def claim(self, source: SourceFile) -> InputAdapter | None:
        """The adapter that reads this file, or ``None``. Raises ``OSError`` when its first bytes cannot be read."""
        for adapter in self._candidates(source):
            if adapter.claims(source):
                return adapter
        return None

    def _candidates(self, source: SourceFile) -> Iterator[InputAdapter]:
        """Those the name speaks for; for a file named by the user, then all others."""
        name = source.path.rpartition("/")[2].lower()
        likely = [entry for entry in ADAPTERS if _interested(entry, name)]
        yield from map(self._load, likely)
        for _, adapter in self._from_plugins():
            yield adapter
        if source.named:
            yield from (self._load(entry) for entry in ADAPTERS if entry not in likely)

    def _load(self, entry: Entry) -> InputAdapter:
        adapter = self._loaded.get(entry.name)
        if adapter is None:
            adapter = self._loaded[entry.name] = cast("InputAdapter", import_module(entry.module))
        return adapter

    def _from_plugins(self) -> list[tuple[str, InputAdapter]]:
        if self._plugins is None:
            self._plugins = list(plugins("iacgate.inputs"))
        return self._plugins


def _interested(entry: Entry, name: str) -> bool:
    return name.endswith(entry.suffixes) or any(word in name for word in entry.words)
