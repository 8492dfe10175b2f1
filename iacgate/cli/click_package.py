"""click as this project imports it: without ``inspect``, of which a scan asks nothing.

To import ``inspect``, and with it ``ast``, ``dis`` and ``tokenize``, takes a tenth of what a hook on one small file
takes; click has it clean the help texts of options, which are one line. While click is imported a stand-in is in its
place, and click keeps that. Nothing else changes: other modules get the real one. See
``docs/decisions/0016-click-without-inspect.md``.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

_NAME = "inspect"


class StandIn(ModuleType):
    """Answers as ``inspect`` does. Asked for anything but to clean one line, it lets the real one answer."""

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(_NAME), name)

    def cleandoc(self, doc: str) -> str:
        """As ``inspect.cleandoc``, which of one line only takes the blanks in front."""
        if "\n" in doc or "\t" in doc:
            cleaned: str = import_module(_NAME).cleandoc(doc)
            return cleaned
        return doc.lstrip()


def import_click() -> None:
    """Import click, unless it is there already."""
    if "click" in sys.modules or _NAME in sys.modules:
        return
    stand_in = sys.modules[_NAME] = StandIn(_NAME)
    try:
        import_module("click")
    finally:
        if sys.modules.get(_NAME) is stand_in:
            del sys.modules[_NAME]
