"""Build hook: compile ``rules/`` into the index that ships in the wheel (``iacgate/_rules.json``)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RulesIndexHook(BuildHookInterface[Any]):
    """Runs for wheels and editable installs; in a source tree the index is kept fresh at run time as well."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  (hatchling's signature)
        root = Path(self.root)
        if not (root / "rules").is_dir():
            return
        sys.path.insert(0, self.root)
        try:
            from iacgate.engines.native.index import write_index

            write_index(root / "rules", root / "iacgate" / "_rules.json")
        finally:
            sys.path.remove(self.root)
