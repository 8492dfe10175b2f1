"""click as this project imports it: without ``inspect`` and ``uuid``, of which a scan asks nothing.

To import them, and with them ``ast``, ``dis``, ``tokenize`` and ``platform``, takes an eighth of what a hook on one
small file takes. click has the one clean the help texts of options, which are one line, and names a class of the other
in the type of a parameter that we do not have. While click is imported stand-ins are in their place, and click keeps
those. Nothing else changes: other modules get the real ones. See ``docs/decisions/0016-click-without-inspect.md``.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class StandIn(ModuleType):
    """Answers as the module of its name does: it lets that one answer, which is imported then."""

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self.__name__), name)


class Inspect(StandIn):
    """Cleans one line by itself."""

    def cleandoc(self, doc: str) -> str:
        """As ``inspect.cleandoc``, which of one line only takes the blanks in front."""
        if "\n" in doc or "\t" in doc:
            cleaned: str = import_module(self.__name__).cleandoc(doc)
            return cleaned
        return doc.lstrip()


class Uuid(StandIn):
    """Has a class to name while click is imported; to what is asked later, the real one is the answer."""

    def __getattr__(self, name: str) -> Any:
        if name == "UUID" and sys.modules.get(self.__name__) is self:
            return object
        return super().__getattr__(name)


_STAND_INS = {"inspect": Inspect, "uuid": Uuid}


def import_click() -> None:
    """Import click, unless it is there already."""
    if "click" in sys.modules:
        return
    put = {name: kind(name) for name, kind in _STAND_INS.items() if name not in sys.modules}
    sys.modules.update(put)
    try:
        import_module("click")
    finally:
        for name, stand_in in put.items():
            if sys.modules.get(name) is stand_in:
                del sys.modules[name]
