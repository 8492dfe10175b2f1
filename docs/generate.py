"""Write the pages of the documentation that are made from the code: the reference, and a page for every rule.

    python docs/generate.py [FOLDER]

``FOLDER`` is ``docs`` when not given. Exit 1, naming all of them, when something has no description: a command, an
option, a settings key, a function, an output format, a rule.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from _generator import (  # noqa: E402  (found through the line above)
    Undocumented,
    commands,
    files,
    functions,
    rules,
    rulesets,
    small,
)

PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands.commands_page,
    "settings.md": files.settings_page,
    "exceptions-file.md": files.exceptions_page,
    "rule-file.md": files.rule_file_page,
    "report.md": files.report_page,
    "functions.md": functions.functions_page,
    "aliases.md": rules.aliases_page,
    "outputs.md": small.outputs_page,
    "exit-codes.md": small.exit_codes_page,
    "limits.md": small.limits_page,
}
"""File in ``reference/generated/`` → what makes it."""


def generate(folder: Path) -> list[str]:
    """Write all pages below a folder; what has no description."""
    missing: list[str] = []
    reference, rule_folder = folder / "reference" / "generated", folder / "rules"
    for made in (reference, rule_folder):
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
    for name, make in PAGES.items():
        try:
            (reference / name).write_text(make(), encoding="utf-8")
        except Undocumented as found:
            missing += found.things
    try:
        for name, text in {**rules.rule_pages(), **rulesets.ruleset_pages()}.items():
            (rule_folder / name).write_text(text, encoding="utf-8")
    except Undocumented as found:
        missing += found.things
    return missing


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Write the generated pages.")
    parser.add_argument("folder", nargs="?", type=Path, default=HERE, help="where docs/ lies (default: here)")
    missing = generate(parser.parse_args(words).folder)
    for thing in missing:
        sys.stderr.write(f"not documented: {thing}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
