"""Discovery: what a walk takes, what it leaves, and what it says of the rest."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from iacgate.discover import MAX_DEPTH, Discovery, changed_lines, discover, report_root
from iacgate.errors import CommandError
from iacgate.model import SourceStatus

ROOT_USER = os.geteuid() == 0
NOBODY = 65534


def wanted(name: str) -> bool:
    return name.endswith((".tf", ".yaml"))


def find(folder: Path, *paths: str, **options: object) -> Discovery:
    return discover(paths or (".",), cwd=str(folder), wanted=wanted, **options)  # type: ignore[arg-type]  # options of a table


def names(found: Discovery) -> list[str]:
    return [source.path for source in found.sources]


def write(folder: Path, *paths: str) -> None:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(f"# {path}\n")


def test_a_folder_gives_its_files_in_order_relative_to_the_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, "b/z.tf", "b/a.tf", "a.yaml", "readme.md", ".github/x.yaml", "node_modules/p/x.yaml")
    assert names(find(tmp_path)) == [".github/x.yaml", "a.yaml", "b/a.tf", "b/z.tf"]
    inner = discover(["."], cwd=str(tmp_path / "b"), wanted=wanted)
    assert names(inner) == ["b/a.tf", "b/z.tf"]
    assert inner.whole


def test_named_files_are_taken_whatever_is_ignored_and_are_no_whole_tree(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, "x.tf", "notes.txt")
    (tmp_path / ".gitignore").write_text("*.tf\n")
    assert names(find(tmp_path)) == []
    named = find(tmp_path, "x.tf", "notes.txt", "x.tf")
    assert names(named) == ["notes.txt", "x.tf"]
    assert not named.whole
    assert all(source.named for source in named.sources)
    assert named.sources[1].read() == b"# x.tf\n"


def test_gitignore_of_the_top_counts_below_it_and_can_be_switched_off(tmp_path: Path) -> None:
    (tmp_path / ".git" / "info").mkdir(parents=True)
    (tmp_path / ".git" / "info" / "exclude").write_text("secret.tf\n")
    (tmp_path / ".gitignore").write_text("build/\n!keep.tf\n")
    write(tmp_path, "sub/build/x.tf", "sub/x.tf", "sub/secret.tf")
    assert names(find(tmp_path, "sub")) == ["sub/x.tf"]
    assert names(find(tmp_path, "sub", use_gitignore=False)) == ["sub/build/x.tf", "sub/secret.tf", "sub/x.tf"]


def test_settings_leave_out_and_bring_back(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("made/\n")
    write(tmp_path, "vendor/a/x.tf", "made/y.tf", "z.tf")
    assert names(find(tmp_path, exclude=("**/vendor/**",))) == ["z.tf"]
    assert names(find(tmp_path, include=("made", "made/**"))) == ["made/y.tf", "vendor/a/x.tf", "z.tf"]


def test_links_are_followed_inside_the_tree_only_and_loops_end(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    (inside / ".git").mkdir(parents=True)
    write(inside, "real/x.tf")
    write(outside, "y.tf")
    (inside / "same.tf").symlink_to(inside / "real" / "x.tf")
    (inside / "away.tf").symlink_to(outside / "y.tf")
    (inside / "gone.tf").symlink_to(inside / "nowhere.tf")
    (inside / "loop").symlink_to(inside)
    (inside / "far").symlink_to(outside)
    (inside / "self.tf").symlink_to(inside / "self.tf")
    found = find(inside)
    assert names(found) == ["real/x.tf"]
    said = {record.path: record.status for record in found.records}
    assert said["away.tf"] is SourceStatus.SKIPPED
    assert said["far"] is SourceStatus.SKIPPED
    assert said["gone.tf"] is SourceStatus.UNREADABLE
    assert said["self.tf"] is SourceStatus.UNREADABLE


@pytest.fixture
def tree() -> Iterator[Path]:
    """A folder that every user may enter; the test runs as a user for whom permissions count."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_folder_that_cannot_be_listed_is_trouble(tree: Path) -> None:
    write(tree, "shut/x.tf", "y.tf")
    (tree / "shut").chmod(0)
    if ROOT_USER:
        os.seteuid(NOBODY)
    try:
        found = find(tree)
    finally:
        if ROOT_USER:
            os.seteuid(0)
        (tree / "shut").chmod(0o755)
    assert names(found) == ["y.tf"]
    assert [trouble.kind for trouble in found.troubles] == ["unreadable"]
    assert "shut: cannot list the folder: permission denied" in found.troubles[0].message


def test_a_tree_too_deep_is_said_and_the_rest_is_found(tmp_path: Path) -> None:
    write(tmp_path, "x.tf")
    deep = tmp_path / "/".join(["d"] * (MAX_DEPTH + 2))
    deep.mkdir(parents=True)
    (deep / "y.tf").write_text("")
    found = find(tmp_path)
    assert names(found) == ["x.tf"]
    assert "folders deep" in found.troubles[0].message


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("mian.tf", "did you mean 'main.tf'"),
        ("loop.tf", "leads back to itself"),
        ("ftp://host/x", "no such kind of place"),
    ],
)
def test_a_path_that_is_not_there_ends_the_command(tmp_path: Path, path: str, said: str) -> None:
    write(tmp_path, "main.tf")
    (tmp_path / "loop.tf").symlink_to(tmp_path / "loop.tf")
    with pytest.raises(CommandError) as raised:
        find(tmp_path, path)
    assert said in f"{raised.value.message} {raised.value.hint}"


def test_paths_outside_a_repository_are_relative_to_where_one_stands(tmp_path: Path) -> None:
    write(tmp_path, "a/x.tf")
    assert report_root(["a"], str(tmp_path)) == str(tmp_path)
    assert report_root([str(tmp_path / "a")], "/") == "/"
    assert report_root([str(tmp_path / "a")], "/usr") == str(tmp_path / "a")


def test_changed_lines_know_commits_edits_deletions_and_new_files(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(
            ["git", "-C", str(tmp_path), "-c", "user.name=t", "-c", "user.email=t@example.com", *words], check=True
        )

    git("init", "-q", "-b", "main")
    (tmp_path / "a b.tf").write_text("one\ntwo\nthree\nfour\n")
    (tmp_path / "gone.tf").write_text("x\n")
    git("add", ".")
    git("commit", "-qm", "first")
    (tmp_path / "a b.tf").write_text("one\nTWO\nfour\nfive\n")
    (tmp_path / "gone.tf").unlink()
    (tmp_path / "neü.tf").write_text("x\n")
    changed = changed_lines(str(tmp_path), "main")
    assert changed["a b.tf"] == [(2, 2), (4, 4)]
    assert "neü.tf" in changed
    assert "gone.tf" not in changed
    with pytest.raises(CommandError):
        changed_lines(str(tmp_path), "nosuch")
    with pytest.raises(CommandError):
        changed_lines(str(tmp_path), "--output=/tmp/x")
