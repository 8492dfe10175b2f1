"""What tells long names apart."""

from __future__ import annotations

import hashlib

import pytest

from iacgate.model import digest as module
from iacgate.model.digest import digest


@pytest.mark.parametrize("text", ["", "iacgate/v1\0k8s-privileged\0\0Pod a", "ü€😀", "\udce4"])
@pytest.mark.parametrize("homes", [module._HOMES, ("no_such_module", "hashlib")], ids=["own", "fallback"])
def test_it_is_sha_256_from_wherever(text: str, homes: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_HOMES", homes)
    module._sha256.cache_clear()
    try:
        assert digest(text) == hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    finally:
        module._sha256.cache_clear()
