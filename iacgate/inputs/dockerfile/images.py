"""Where a stage or a copied file comes from: another stage, ``scratch``, an image. Part of the Dockerfile adapter."""

from __future__ import annotations

from typing import Any

from iacgate.lang.image import BadReference, Image, parse_image
from iacgate.model import Unknown

Value = str | Unknown


def origin(raw: str, resolved: Value, stages: dict[str, str]) -> dict[str, Any]:
    """The description that bodies carry. ``stages`` maps names that may be meant to their labels."""
    stage = None if isinstance(resolved, Unknown) else stages.get(resolved.lower())
    described: dict[str, Any] = {"raw": raw, "image": resolved, "stage": stage, "scratch": False}
    if stage is None and not isinstance(resolved, Unknown) and resolved == "scratch":
        described["scratch"] = True
    parts = None if stage is not None or described["scratch"] else _parts(resolved)
    described |= {
        "name": parts.familiar if parts else None,
        "registry": parts.registry if parts else None,
        "repository": parts.repository if parts else None,
        "tag": parts.tag if parts else None,
        "digest": parts.digest if parts else None,
    }
    return described


def _parts(resolved: Value) -> Image:
    try:
        return parse_image(resolved)
    except BadReference as problem:
        why = Unknown(str(problem))
        return Image(registry=why, repository=why, tag=why, digest=why)
