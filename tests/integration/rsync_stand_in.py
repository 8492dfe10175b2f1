"""Stands in for ``rsync`` where it is not installed: the few forms in which gitlab-ci-local copies files.

``-a SRC/. DEST`` copies what is in a folder, ``-Ra SRC... DEST`` keeps the sources' own relative paths. Excluded are
top-level names, given by ``--exclude=NAME`` or a file of them. Nothing is ever deleted.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


def main(words: list[str]) -> int:
    excluded, operands, relative = set(), [], False
    while words:
        word = words.pop(0)
        name, _, value = word.partition("=")
        if name == "--exclude":
            excluded.add((value or words.pop(0)).strip("/").removesuffix("/**"))
        elif name == "--exclude-from":
            excluded |= {line.strip().strip("/") for line in Path(value).read_text().splitlines()}
        elif not word.startswith("-"):
            operands.append(word)
        elif not word.startswith("--"):
            relative = "R" in word
    *sources, target = operands
    for source in map(Path, sources):
        if not source.exists():
            return 23
        copy(source, Path(target) / source if relative else Path(target), excluded)
    return 0


def copy(source: Path, target: Path, excluded: set[str]) -> None:
    if source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
        return
    target.mkdir(parents=True, exist_ok=True)
    for item in source.iterdir():
        if item.name not in excluded and item.resolve() not in {target.resolve(), *target.resolve().parents}:
            copy(item, target / item.name, set())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
