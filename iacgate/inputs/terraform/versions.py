"""What a root module and the modules it calls ask of the versions of their providers.

Room: ``inputs``. In: the modules below one root, the lock file beside it. Out: for an instance, the constraints on the
provider that makes it. Terraform chooses one version of a provider for the whole configuration, so the constraints of
all its modules hold; where ``.terraform.lock.hcl`` names a version that fulfils them, it is that one. Nothing is
gathered before somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterator

from iacgate.errors import SyntaxFailure
from iacgate.inputs.terraform.library import Library
from iacgate.lang.terraform.definitions import Module
from iacgate.lang.terraform.resource import Instance

LOCK = ".terraform.lock.hcl"
_DEFAULT_HOSTS = ("registry.terraform.io/", "registry.opentofu.org/")


class Versions:
    """The versions of providers below one root module."""

    __slots__ = ("_asked", "_folder", "_library", "_modules")

    def __init__(self, folder: str, library: Library) -> None:
        self._folder = folder
        self._library = library
        self._modules: dict[str, Module] = {}
        self._asked: dict[str, tuple[str, ...]] | None = None

    def heed(self, module: Module) -> None:
        """Take a module of this configuration into account."""
        if module.settings or module.providers:
            self._modules.setdefault(module.folder, module)

    def of(self, instance: Instance, local: str) -> tuple[str, ...]:
        """What is asked of the provider that a module knows under a local name."""
        if self._asked is None:
            self._asked = self._gathered()
        return self._asked.get(_source(instance.owner.module, local), ())

    def _gathered(self) -> dict[str, tuple[str, ...]]:
        from iacgate.lang.semver import satisfies
        from iacgate.lang.terraform.stack import deep

        asked: dict[str, dict[str, None]] = {}
        with deep():
            for module in self._modules.values():
                for source, constraint in _constraints(module):
                    asked.setdefault(source, {})[constraint] = None
            found = {source: tuple(constraints) for source, constraints in asked.items()}
            for source, version in self._locked():
                if all(satisfies(version, constraint) for constraint in found.get(source, ())):
                    found[source] = (version,)
        return found

    def _locked(self) -> Iterator[tuple[str, str]]:
        """What the lock file chose. One that Terraform would not read has chosen nothing."""
        from iacgate.syntax.hcl import parse
        from iacgate.syntax.hcl.nodes import Literal

        data = self._library.read(f"{self._folder}/{LOCK}") if self._folder else None
        try:
            blocks = parse(data, LOCK).body.blocks if data else []
        except SyntaxFailure:
            return
        for block in blocks:
            attribute = block.body.attributes.get("version")
            version = attribute.expression if attribute is not None else None
            if block.type == "provider" and len(block.labels) == 1 and isinstance(version, Literal):
                yield _full(block.labels[0]), str(version.value)


def _constraints(module: Module) -> Iterator[tuple[str, str]]:
    """What one module asks, by the source of the provider: in ``required_providers``, or in a ``provider`` block."""
    from iacgate.inputs.terraform.settings import TerraformSettings

    required = TerraformSettings(module).body.get("required_providers") or {}
    for local, asked in required.items():
        constraint = asked.get("version") if isinstance(asked, dict) else asked
        if isinstance(constraint, str):
            yield _source(module, local), constraint
    for (local, _alias), definition in module.providers.items():
        if constraint := definition.text_of("version"):
            yield _source(module, local), constraint


def _source(module: Module, local: str) -> str:
    return _full(module.sources.get(local) or local)


def _full(source: str) -> str:
    """A source address without what Terraform takes for granted: ``azurerm`` is ``hashicorp/azurerm``."""
    name = source.lower()
    for host in _DEFAULT_HOSTS:
        name = name.removeprefix(host)
    return name if "/" in name else f"hashicorp/{name}"
