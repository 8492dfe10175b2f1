"""Container image references: registry, repository, tag and digest.

Part of ``lang``. The grammar is the one of the distribution project (``distribution/reference``): without a registry it
is ``docker.io``, a single name there lies under ``library/``, and names have no capitals. A reference with a hole in it
(:class:`~iacgate.model.Unknown` with known ends) gives what its ends say for certain.
"""

from __future__ import annotations

import re

from iacgate.model import Unknown
from iacgate.model.dataclass import dataclass

DEFAULT_REGISTRY = "docker.io"
MAX_NAME = 255

_TAG = r"(?a)\w[\w.-]{0,127}\Z"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}\Z"
_COMPONENT = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*\Z"
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_REGISTRY = rf"(?:{_HOST}(?:\.{_HOST})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?\Z"
_IDENTIFIER = r"[a-f0-9]{64}\Z"


class BadReference(ValueError):  # noqa: N818  (it names what is bad)
    """The text is no image reference; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The parts of a reference. ``tag`` and ``digest`` are ``None`` when it names none."""

    registry: str | Unknown
    repository: str | Unknown
    tag: str | Unknown | None = None
    digest: str | Unknown | None = None

    @property
    def familiar(self) -> str | Unknown:
        """The name as people write it: ``nginx`` for ``docker.io/library/nginx``."""
        if isinstance(self.registry, Unknown):
            return self.registry
        if isinstance(self.repository, Unknown) or self.registry != DEFAULT_REGISTRY:
            return self.repository if isinstance(self.repository, Unknown) else f"{self.registry}/{self.repository}"
        return self.repository.removeprefix("library/")


def parse_image(reference: str | Unknown) -> Image:
    """The parts of a reference. Raises :class:`BadReference`."""
    if isinstance(reference, Unknown):
        return _from_ends(reference)
    name, tag, digest = _cut(reference)
    if tag is not None and not re.match(_TAG, tag):
        raise BadReference(f'"{tag}" is no tag: letters, digits, "_", "." and "-", at most 128')
    if digest is not None and not re.match(_DIGEST, digest):
        raise BadReference(f'"{digest}" is no digest, expected sha256: and 64 hexadecimal digits')
    registry, repository = _name(name)
    return Image(registry=registry, repository=repository, tag=tag, digest=digest)


def _cut(reference: str) -> tuple[str, str | None, str | None]:
    """Name, tag and digest, unchecked. A colon before the last slash belongs to a port."""
    name, at, digest = reference.partition("@")
    colon = name.rfind(":")
    tag = None
    if colon > name.rfind("/"):
        name, tag = name[:colon], name[colon + 1 :]
    return name, tag, digest if at else None


def _name(name: str) -> tuple[str, str]:
    if not name:
        raise BadReference("the reference names no image")
    if re.match(_IDENTIFIER, name):
        raise BadReference("64 hexadecimal digits are an image's id, not its name")
    registry, path = _registry(name)
    if len(registry) + len(path) + 1 > MAX_NAME:
        raise BadReference(f"the name is longer than {MAX_NAME} characters")
    if registry != DEFAULT_REGISTRY and not re.match(_REGISTRY, registry):
        raise BadReference(f'"{registry}" is no registry')
    if registry == DEFAULT_REGISTRY and "/" not in path:
        path = f"library/{path}"
    for component in path.split("/"):
        if not re.match(_COMPONENT, component):
            why = "names have no capitals" if component.lower() != component else "it is no name"
            raise BadReference(f'"{component}" cannot stand in an image\'s name: {why}')
    return registry, path


def _registry(name: str) -> tuple[str, str]:
    """The first part is a registry when it looks like a host: a dot, a port, ``localhost``, or a capital."""
    first, slash, rest = name.partition("/")
    if not slash or not _is_host(first):
        return DEFAULT_REGISTRY, name
    return (DEFAULT_REGISTRY if first == "index.docker.io" else first), rest


def _is_host(first: str) -> bool:
    return "." in first or ":" in first or first == "localhost" or first.lower() != first


def _from_ends(reference: Unknown) -> Image:
    """What the known ends of a reference say. A hole may hold anything, so only whole parts outside it count."""
    hole = Unknown(reference.reason, ref=reference.ref)
    prefix, suffix = reference.prefix, reference.suffix
    registry: str | Unknown = hole
    repository: str | Unknown = hole
    name, tag, _ = _cut(prefix)
    if "/" in prefix and not (tag is None and "/" not in name):
        registry = _registry(prefix)[0]
    port = "/" in suffix and "/" not in prefix
    if "@" in prefix or (tag is not None and not port):
        registry, repository = _name(name)
    return Image(registry=registry, repository=repository, tag=_tag(prefix, suffix, hole), digest=_digest(suffix, hole))


def _digest(suffix: str, hole: Unknown) -> str | Unknown:
    digest = suffix.partition("@")[2]
    return digest if re.match(_DIGEST, digest) else hole


def _tag(prefix: str, suffix: str, hole: Unknown) -> str | Unknown | None:
    if "@" in prefix:
        return _cut(prefix)[1]
    before = suffix.partition("@")[0]
    _, colon, tag = before.rpartition(":")
    if colon and "/" not in tag:
        return tag if re.match(_TAG, tag) else hole
    begins = _cut(prefix)[1]
    if begins is None or "/" in before:
        return hole
    return Unknown(hole.reason, ref=hole.ref, prefix=begins, suffix=before)
