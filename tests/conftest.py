"""What all tests share: where the project is, and where public test data may be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("IACGATE_TEST_DATA", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's top folder."""
    return ROOT


@pytest.fixture(scope="session")
def corpora() -> Path:
    """Public test data with expectations; tests that need it are skipped where it is not at hand."""
    folder = SHARED / "corpora"
    if not folder.is_dir():
        pytest.skip("no public test data: set IACGATE_TEST_DATA to a folder that holds corpora/ and schemas/")
    return folder


@pytest.fixture(scope="session")
def schemas() -> Path:
    """Official schemas of the formats we write; tests that need them are skipped where they are not at hand."""
    folder = SHARED / "schemas"
    if not folder.is_dir():
        pytest.skip("no official schemas: set IACGATE_TEST_DATA to a folder that holds corpora/ and schemas/")
    return folder
