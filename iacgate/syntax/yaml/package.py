"""PyYAML as this project imports it: without compiling what only its Python half needs.

The package compiles ten regular expressions when it is imported, a seventh of what a scan of one manifest costs, and
libyaml uses none of them. Imported from here, they wait until somebody asks them something. Nothing else changes: who
uses PyYAML in the same process gets the same matches. See ``docs/decisions/0008-patterns-of-pyyaml.md``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


class Deferred:
    """A regular expression that is compiled when it is first asked for something, and then answers itself."""

    def __init__(self, *arguments: Any) -> None:
        self._arguments = arguments

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        answer = getattr(re.compile(*self._arguments), name)
        setattr(self, name, answer)
        return answer


def yaml_package() -> ModuleType:
    """The module ``yaml``."""
    if "yaml" in sys.modules:
        import yaml

        return yaml
    with _deferring():
        import yaml
    return yaml


@contextmanager
def _deferring() -> Iterator[None]:
    """For the modules of PyYAML ``re.compile`` puts off; for all others it does what it does."""
    compile_now = re.compile

    def compile_later(*arguments: Any) -> Any:
        caller = sys._getframe(1).f_globals.get("__name__", "")  # noqa: SLF001  (the one way to see who asks)
        return Deferred(*arguments) if caller.startswith("yaml.") else compile_now(*arguments)

    re.compile = compile_later  # type: ignore[assignment]  # undone below
    try:
        yield
    finally:
        re.compile = compile_now
