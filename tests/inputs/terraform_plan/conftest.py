"""Plans for the tests of the adapter: read from a file, or made of a few entries."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from iacgate.inputs import terraform_plan
from iacgate.model import SourceFile
from iacgate.spi import InputContext


def _source(path, root):
    name = os.path.relpath(path, root).replace(os.sep, "/")
    return SourceFile(path=name, absolute=str(path), read=lambda: Path(path).read_bytes())


def _normalised(source, root, settings):
    def open_file(absolute):
        return _source(absolute, root) if os.path.isfile(absolute) else None

    context = InputContext(root=str(root), open=open_file, settings=settings)
    documents = list(terraform_plan.parse(source))
    resources = list(terraform_plan.normalise(documents, context))
    return SimpleNamespace(
        documents=documents,
        resources=resources,
        context=context,
        by_address={resource.address: resource for resource in resources},
        live=[item for item in resources if item.category in {"resource", "data"}],
        plan=next((item for item in resources if item.category == "plan"), None),
    )


@pytest.fixture(scope="session")
def read_plan():
    """Reads a plan file; the report's root is its folder unless another is given."""

    def read(path, root=None, **settings):
        root = root or os.path.dirname(path)
        return _normalised(_source(path, root), root, settings)

    return read


@pytest.fixture(scope="session")
def plan_of():
    """A plan of these top-level keys, or of these changes."""

    def make(*changes, **top):
        body = {"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": list(changes), **top}
        data = json.dumps(body).encode()
        source = SourceFile(path="plan.json", absolute="", read=lambda: data)
        return _normalised(source, "/nowhere", {})

    return make


@pytest.fixture(scope="session")
def change():
    """One entry of ``resource_changes``."""

    def make(address, after=None, unknown=None, *, actions=("create",), before=None, sensitive=None, **more):
        kind, _, name = address.rpartition("].")[2].split("[")[0].rpartition(".")
        return {
            "address": address,
            "mode": "managed",
            "type": kind.rpartition(".")[2],
            "name": name,
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {
                "actions": list(actions),
                "before": before,
                "after": after,
                "after_unknown": unknown or {},
                "before_sensitive": False,
                "after_sensitive": sensitive or {},
            },
            **more,
        }

    return make


@pytest.fixture(scope="session")
def stack():
    """Where the configuration and its plan lie: references of all kinds, secrets, unknown values."""
    return Path(__file__).parent / "stack"
