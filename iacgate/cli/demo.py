"""``python -m iacgate.cli.demo``: scan the sample shop of a source checkout, and say what to try next.

In: ``fixtures/_samples/shop`` with its own settings and exceptions, judged as of one day: everybody sees the same.
Out: the text report, what the verdict means, and commands to go on with. Exit 0 whatever the verdict: nothing failed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from iacgate.cli.entry import EXIT_USAGE, run

SHOP = Path(__file__).resolve().parents[2] / "fixtures" / "_samples" / "shop"
TODAY = "2026-12-01"
"""One exception of the shop is live on this day, one has expired, and one covers nothing."""

MEANINGS = {
    0: "The gate is open: nothing in the shop blocks.",
    1: "The gate is closed: what blocks must be mended or excepted before this change goes in.",
    3: "The gate is incomplete: something in the shop was not understood, so it does not say green.",
}
"""What the exit code of the scan means, in a sentence."""

TRY_NEXT = (
    ("why a rule is there, and how to mend it", "explain k8s-privileged-container"),
    ("the Terraform findings from a plan, at the same lines", "scan terraform/plan.json"),
    ("what will block once the live exception has run out", "scan --today 2027-05-01"),
    ("a report for code scanning, and one for people", "scan -o sarif=/tmp/shop.sarif -o html=/tmp/shop.html"),
    ("settings and a baseline for a repository of your own", "init --help"),
)


def main(folder: Path = SHOP) -> int:
    """Scan the folder, and explain. 0, except where the sample is not there or the scan itself failed."""
    if not folder.is_dir():
        sys.stderr.write(f"error: {folder}: no such folder\n  help: the demo runs from a source checkout of iacgate\n")
        return EXIT_USAGE
    os.chdir(folder)
    words = ["scan", "--today", TODAY]
    _tell(f"$ iacgate {' '.join(words)}\n")
    code = run(words)
    if code not in MEANINGS:
        return code
    _tell(f"\n{MEANINGS[code]}", *_what_happened(code), "", *_next_steps(folder))
    return 0


def _what_happened(code: int) -> tuple[str, ...]:
    """What a reader may wonder about: the exit code, and the three exceptions of the shop."""
    return (
        f"In a pipeline this run would have exited with {code}; the demo itself succeeds.",
        "Of the shop's three exceptions (exceptions.yaml) one holds; one has expired, so that what it covered is back;",
        "one covers nothing and can go. The report names each.",
    )


def _next_steps(folder: Path) -> list[str]:
    return [
        f"Try next, in {os.path.relpath(folder, SHOP.parents[2])}:",
        *(f"  iacgate {command}\n      {purpose}" for purpose, command in TRY_NEXT),
        "",
        "Not on your PATH yet? From here: `. .venv/bin/activate`.",
    ]


def _tell(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
