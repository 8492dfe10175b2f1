"""Build hook: compile ``rules/`` into the index that ships in the wheel (``iacgate/_rules.json``), and pick the
examples that ``iacgate explain`` shows out of ``fixtures/``, which does not ship (``iacgate/_examples.json``).
"""

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

            if self.target_name == "wheel" and version != "editable" and (root / "fixtures").is_dir():
                _write_examples(root)
            write_index(root / "rules", root / "iacgate" / "_rules.json")  # last: who loads rules here stamps the index
        finally:
            sys.path.remove(self.root)


def _write_examples(root: Path) -> None:
    from iacgate.engines.native import NativeRules
    from iacgate.engines.native.examples import write_examples

    rules = NativeRules.load(ruleset="strict", entry_points=False)
    write_examples(map(rules.rule, rules.ids()), root / "fixtures", root / "iacgate" / "_examples.json")
