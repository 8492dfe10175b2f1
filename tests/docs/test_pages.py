"""The documentation says what is true: shown commands run and print what is shown, nothing of the code is left out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "fixtures" / "_samples" / "shop"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGES = [page for page in PAGES if not {"_build", "generated", "rules"} & set(page.relative_to(ROOT).parts)]

_MARKED = re.compile(
    r"^<!-- (?P<kind>run|file): (?P<words>[^\n]+?) -->\n(?:<!-- file: (?P<also>\S+) -->\n)?```\w+\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


class Block(NamedTuple):
    """A marked block: ``file`` is the file it shows, "" for commands; ``space`` the folder the commands run in."""

    file: str
    space: str
    exit_code: int
    text: str


def blocks(page: Path) -> Iterator[Block]:
    """``<!-- run: SPACE [from shop] [exit N] -->`` and ``<!-- file: PATH -->`` above a fenced block.

    SPACE ``shop`` is a fresh copy of the sample for each block; any other name is a folder that lasts for the page.
    """
    for match in _MARKED.finditer(page.read_text(encoding="utf-8")):
        words = match["words"].split()
        if match["kind"] == "file":
            yield Block(words[0], "", 0, match["text"])
            continue
        code = int(words[words.index("exit") + 1]) if "exit" in words else 0
        space = words[0] + ("+shop" if "from" in words else "")
        yield Block(match["also"] or "", space, code, match["text"])


class Workshop:
    """Folders in which the commands of one page run. A file that is shown belongs to the next commands' folder."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.count = 0
        self.waiting: list[Block] = []
        shim = base / "bin" / "iacgate"
        shim.parent.mkdir()
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m iacgate.cli.entry "$@"\n', encoding="utf-8")
        shim.chmod(0o755)

    def folder(self, space: str) -> Path:
        name, _, sample = space.partition("+")
        self.count += 1
        folder = self.base / (f"shop{self.count}" if name == "shop" else name)
        if not folder.exists():
            if name == "shop" or sample:
                shutil.copytree(SHOP, folder)
            else:
                folder.mkdir()
            subprocess.run(["git", "init", "-q", str(folder)], check=True)
        return folder

    def use(self, block: Block) -> None:
        if block.file:
            self.waiting.append(block)
        if not block.space:
            return
        folder = self.folder(block.space)
        for shown in self.waiting:
            target = folder / shown.file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(shown.text, encoding="utf-8")
        self.waiting.clear()
        if not block.file:
            self.type(folder, block)

    def type(self, folder: Path, block: Block) -> None:
        environment = {
            **os.environ, "PATH": f"{self.base / 'bin'}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT),
            "NO_COLOR": "1",
        }  # fmt: skip
        for command, shown in typed(block.text):
            ran = subprocess.run(
                ["sh", "-c", f"{command} 2>&1"],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert ran.returncode == block.exit_code, f"{command}: exit {ran.returncode}\n{ran.stdout}"
            assert_shown(command, shown, ran.stdout.splitlines())


def typed(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of a console block with the lines shown under it."""
    command, shown = "", list[str]()
    for line in text.splitlines():
        if line.startswith("$ "):
            if command:
                yield command, shown
            command, shown = line.removeprefix("$ "), []
        else:
            shown.append(line)
    if command:
        yield command, shown


def assert_shown(command: str, shown: list[str], printed: list[str]) -> None:
    """Every line shown was printed, in this order; ``…`` stands for anything, a line's end or lines."""
    remaining = iter(printed)
    for line in shown:
        if line.strip() == "…":
            continue
        pattern = re.compile(re.escape(line.rstrip()).replace("…", ".*") + r"\s*\Z")
        assert any(pattern.match(one) for one in remaining), f"{command}\nshows: {line}\nprints:\n" + "\n".join(printed)


RUN = [page for page in PAGES if "<!-- run:" in page.read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", RUN, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_print_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    workshop = Workshop(tmp_path)
    for block in blocks(page):
        workshop.use(block)


def test_every_console_block_is_run() -> None:
    """A block with a prompt but without a mark would rot unseen."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        shown = len(re.findall(r"^```console$", text, re.MULTILINE))
        assert shown == sum(not block.file for block in blocks(page)), page.relative_to(ROOT)


@pytest.mark.parametrize("target", ["demo", "test"])
def test_the_commands_of_the_project_are_targets(target: str) -> None:
    assert f"make {target} " in (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def _links(page: Path) -> Iterator[str]:
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    yield from re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Files that are written here; Sphinx looks at the generated ones, and at anchors."""
    for link in _links(page):
        path = link.partition("#")[0]
        if path and "://" not in path and not {"generated", "rules"} & set(Path(path).parts):
            assert (page.parent / path).exists(), link


FORBIDDEN = re.compile(
    r"(?<![\w$])/(work|root|home|Users)/|pypi\.org|pythonhosted|registry\.npmjs|proxy\.golang", re.IGNORECASE
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_names_a_machine_or_a_registry(page: Path) -> None:
    found = FORBIDDEN.search(page.read_text(encoding="utf-8"))
    assert found is None, found


def test_decisions_are_numbered_without_gaps_and_say_what_they_cost() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    assert [int(page.name[:4]) for page in decisions] == list(range(1, len(decisions) + 1))
    for page in decisions:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(page.name[:4])}. "), page.name
        assert all(f"**{word}.**" in text for word in ("Context", "Choice", "Cost")), page.name


HEADINGS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security", "Rules"}


def test_the_changelog_keeps_its_form() -> None:
    """Keep a Changelog: versions newest first, each with a date but the unreleased one; known headings only."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[([^\]]+)\](.*)$", text, re.MULTILINE)
    assert text.startswith("# Changelog\n")
    assert versions
    for name, rest in versions:
        dated = re.fullmatch(r" - \d{4}-\d{2}-\d{2}", rest)
        assert (name == "Unreleased" and not rest) or (re.fullmatch(r"\d+\.\d+\.\d+", name) and dated), name
    numbers = [tuple(map(int, name.split("."))) for name, _ in versions if name != "Unreleased"]
    assert numbers == sorted(numbers, reverse=True)
    assert set(re.findall(r"^### (.*)$", text, re.MULTILINE)) <= HEADINGS


def test_pages_of_workflows_name_what_the_action_and_the_component_take() -> None:
    import yaml

    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "start" / "github-action.md").read_text(encoding="utf-8")
    assert [name for name in (*action["inputs"], *action["outputs"]) if f"`{name}`" not in page] == []
    component = next(yaml.safe_load_all((ROOT / "templates" / "iacgate.yml").read_text(encoding="utf-8")))
    page = (ROOT / "docs" / "start" / "gitlab-ci.md").read_text(encoding="utf-8")
    assert [name for name in component["spec"]["inputs"] if f"| `{name}` |" not in page] == []
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "start" / "pre-commit.md").read_text(encoding="utf-8")
    assert [hook["id"] for hook in hooks if f"`{hook['id']}`" not in page] == []
