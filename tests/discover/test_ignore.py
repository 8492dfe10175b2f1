"""The ignore patterns, against git itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iacgate.discover.ignore import IgnoreStack, glob, read_patterns

TABLE = [
    # pattern, path, folder, ignored
    ("*.tf", "a.tf", False, True),
    ("*.tf", "deep/er/a.tf", False, True),
    ("/a.tf", "b/a.tf", False, False),
    ("vendor/", "vendor", True, True),
    ("vendor/", "vendor", False, False),
    ("a/**/b", "a/b", False, True),
    ("a/**/b", "a/x/y/b", False, True),
    ("**/b", "x/b", False, True),
    ("a/**", "a/x/y", False, True),
    ("a/**", "a", True, False),
    ("a?c", "abc", False, True),
    ("a?c", "a/c", False, False),
    ("[a-c]x", "bx", False, True),
    ("[!a-c]x", "bx", False, False),
    ("\\#x", "#x", False, True),
    ("\\!x", "!x", False, True),
    ("# comment", "# comment", False, False),
    ("trailing   ", "trailing", False, True),
    ("doc/*.txt", "doc/a/b.txt", False, False),
    ("[", "[", False, False),
    ("/**", "a/b", False, True),
    ("*.tf", "a/b.tf", False, True),
    ("*.tf", "a/b.tf.json", False, False),
    ("*.tf", ".tf", False, True),
    ("name", "a/surname", False, False),
    ("a/b", "x/a/b", False, False),
]


@pytest.mark.parametrize(("pattern", "path", "folder", "ignored"), TABLE)
def test_each_form_of_a_pattern(pattern: str, path: str, folder: bool, ignored: bool) -> None:
    stack = IgnoreStack().within("", read_patterns([pattern]))
    assert stack.ignores(path, folder=folder) is ignored


def test_a_later_pattern_and_a_deeper_file_win() -> None:
    stack = IgnoreStack().within("", read_patterns(["*.yaml", "!keep.yaml"]))
    assert not stack.ignores("keep.yaml")
    deeper = stack.within("sub/", read_patterns(["keep.yaml", "!other.yaml"]))
    assert deeper.ignores("sub/keep.yaml")
    assert not deeper.ignores("sub/other.yaml")
    assert deeper.ignores("other.yaml")


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("**/vendor/**", "a/vendor/x.tf", True),
        ("**/vendor/**", "vendor/x/y.tf", True),
        ("deploy/prod", "deploy/prod", True),
        ("deploy", "x/deploy", False),
    ],
)
def test_globs_of_the_settings_are_anchored(pattern: str, path: str, matches: bool) -> None:
    assert bool(glob(pattern).fullmatch(path)) is matches


PIECES = st.sampled_from(["a", "b", "ab", "*", "**", "?", "[ab]", "[!a]", "a*", "*.b", "\\*", "!", "/", "/", "#", " "])
PATTERNS = st.lists(st.lists(PIECES, min_size=1, max_size=5).map("".join), min_size=1, max_size=4)
NAMES = ["a", "b", "ab", "a.b", "aa", "*", "!a", "a b", "#a"]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("git"):
        pytest.skip("git is not on PATH")
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    for first in NAMES:
        (folder / first).mkdir()
        for second in NAMES:
            (folder / first / second).write_text("")
    return folder


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(patterns=PATTERNS)
def test_git_ignores_the_same_files(repository: Path, patterns: list[str]) -> None:
    (repository / ".gitignore").write_text("\n".join(patterns) + "\n")
    paths = [f"{first}/{second}" for first in NAMES for second in NAMES]
    said = subprocess.run(
        ["git", "-C", str(repository), "check-ignore", "--stdin", "-z", "--no-index"],
        input="\0".join(paths), capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}, check=False,
    )  # fmt: skip
    theirs = {path for path in said.stdout.split("\0") if path}
    stack = IgnoreStack().within("", read_patterns(patterns))
    ours = {path for path in paths if stack.ignores(path.split("/")[0], folder=True) or stack.ignores(path)}
    assert ours == theirs
