"""What a plan asks of the versions of its providers.

Room: ``inputs``. In: ``configuration.provider_config``, which gives each module's constraints. Out: constraints by the
full name of a provider. One version of a provider serves the whole configuration, so those of all modules hold.
"""

from __future__ import annotations

from typing import Any


class Asked:
    """The constraints of a plan's configuration, gathered when they are asked for."""

    __slots__ = ("_body", "_found")

    def __init__(self, body: Any) -> None:
        self._body = body
        self._found: dict[str, tuple[str, ...]] | None = None

    def of(self, provider: str) -> tuple[str, ...]:
        """What is asked of a provider, by its full name (``registry.terraform.io/hashicorp/aws``)."""
        if self._found is None:
            self._found = _gathered(self._body)
        return self._found.get(provider, ())


def _gathered(body: Any) -> dict[str, tuple[str, ...]]:
    configuration = body.get("configuration") if isinstance(body, dict) else None
    providers = configuration.get("provider_config") if isinstance(configuration, dict) else None
    found: dict[str, dict[str, None]] = {}
    for provider in providers.values() if isinstance(providers, dict) else ():
        if not isinstance(provider, dict):
            continue
        name, constraint = provider.get("full_name"), provider.get("version_constraint")
        if isinstance(name, str) and isinstance(constraint, str) and constraint:
            found.setdefault(name, {})[constraint] = None
    return {name: tuple(constraints) for name, constraints in found.items()}
