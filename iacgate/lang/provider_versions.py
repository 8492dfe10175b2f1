"""On which side of a version the provider is that makes a resource.

Room: ``lang``. In: a rule's subject, a version. Out: true, false, or null: both are possible, or nothing is said. Rules
ask where a default changed between two versions of a provider. What follows from null is for the rule to say; see
``docs/decisions/0019-defaults-of-which-version.md``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from iacgate.lang.semver import is_below
from iacgate.model import Resource

if TYPE_CHECKING:
    from iacgate.lang.jmespath.context import Context


def provider_below(context: Context, version: Any) -> bool | None:
    """Whether the provider that makes the subject is older than a version: true where all versions that the
    configuration asks for are, false where none is, null where both are possible or nothing is said."""
    subject = context.subject
    constraints = subject.versions() if isinstance(subject, Resource) else ()
    return _is_below(tuple(constraints), version) if constraints and isinstance(version, str) else None


def provider_at_least(context: Context, version: Any) -> bool | None:
    """Whether the provider that makes the subject has a version or a newer one: true where all versions that the
    configuration asks for do, false where none does, null where both are possible or nothing is said."""
    below = provider_below(context, version)
    return None if below is None else not below


@lru_cache(maxsize=64)
def _is_below(constraints: tuple[str, ...], version: str) -> bool | None:
    return is_below(constraints, version)
