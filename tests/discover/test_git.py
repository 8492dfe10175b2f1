"""What git says has changed, when content, names and attributes are made to mislead."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from iacgate.discover import changed_lines
from iacgate.errors import CommandError

Git = Callable[..., None]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """git in a repository of its own, in the folder ``repository``."""
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "somebody")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "somebody@example.com")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    (tmp_path / "repository").mkdir()

    def call(*words: str) -> None:
        subprocess.run(["git", *words], cwd=tmp_path / "repository", check=True, capture_output=True)

    call("init", "-b", "main")
    return call


@pytest.fixture
def home(git: Git, tmp_path: Path) -> Path:
    return tmp_path / "repository"


def commit(home: Path, git: Git, name: str | bytes, data: bytes) -> None:
    path = os.path.join(os.fsencode(home), os.fsencode(name))
    with open(path, "wb") as stream:
        stream.write(data)
    git("add", "-A")
    git("commit", "-m", "x")


@pytest.mark.parametrize(
    "disguise",
    [
        b"++ b/other.yaml\n",
        b"++ b/other.yaml\r\n",
        b"x\x0c+++ b/other.yaml\n",
        b"x\n\\ No newline at end of file\n",
    ],
)
def test_no_content_passes_for_the_header_of_another_file(home: Path, git: Git, disguise: bytes) -> None:
    commit(home, git, "a.yaml", b"1\n2\n3\n4\n5\n6\n")
    commit(home, git, "a.yaml", disguise + b"2\n3\n4\n5\nnew\n")
    changed = changed_lines(str(home), "HEAD~1")
    assert list(changed) == ["a.yaml"]
    first, last = changed["a.yaml"][-1]
    assert first <= 5 + disguise.count(b"\n") <= last


def test_lines_that_were_taken_out_are_counted_off_too(home: Path, git: Git) -> None:
    commit(home, git, "a.sql", b"-- b/x\n++ b/x\n1\n2\n3\n")
    commit(home, git, "a.sql", b"1\n2\n3\nnew\n")
    assert changed_lines(str(home), "HEAD~1") == {"a.sql": [(1, 1), (4, 4)]}


def test_attributes_do_not_hide_a_change(home: Path, git: Git) -> None:
    commit(home, git, "a.tf", b"1\n2\n")
    commit(home, git, ".gitattributes", b"*.tf -diff\n*.yaml binary\n")
    commit(home, git, "a.tf", b"1\nnew\n")
    assert changed_lines(str(home), "HEAD~1") == {"a.tf": [(2, 2)]}


def test_a_file_that_moved_has_changed_where_its_lines_have(home: Path, git: Git) -> None:
    commit(home, git, "a.yaml", b"".join(b"%d\n" % number for number in range(40)))
    git("mv", "a.yaml", "b.yaml")
    commit(home, git, "b.yaml", b"".join(b"%d\n" % number for number in range(39)) + b"new\n")
    assert changed_lines(str(home), "HEAD~1") == {"b.yaml": [(40, 40)]}


@pytest.mark.parametrize(("old", "new"), [("note.txt", "a.yaml"), ("a.yaml.off", "a.yaml"), ("notes", "Dockerfile")])
def test_a_file_that_became_one_of_another_kind_has_changed_as_a_whole(
    home: Path, git: Git, old: str, new: str
) -> None:
    commit(home, git, old, b"".join(b"%d\n" % number for number in range(40)))
    git("mv", old, new)
    git("commit", "-m", "x")
    ((first, last),) = changed_lines(str(home), "HEAD~1")[new]
    assert first == 1
    assert last > 1000


@pytest.mark.parametrize("name", [b'a"', b'"a"', b"a\tb", b"a\\", b"a\n+++ b", "ä ö".encode(), b"a b", b"a\xff"])
def test_names_of_every_kind(home: Path, git: Git, name: bytes) -> None:
    commit(home, git, name, b"1\n")
    commit(home, git, name, b"1\n2\n")
    assert changed_lines(str(home), "HEAD~1") == {os.fsdecode(name): [(2, 2)]}


def test_the_repository_is_the_one_around_the_files(home: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(home, git, "a.yaml", b"1\n")
    commit(home, git, "a.yaml", b"1\n2\n")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_WORK_TREE", "/nowhere")
    assert changed_lines(str(home), "HEAD~1") == {"a.yaml": [(2, 2)]}


def test_what_cannot_be_compared_says_why(home: Path, git: Git, tmp_path: Path) -> None:
    commit(home, git, "a.yaml", b"1\n")
    git("checkout", "--orphan", "alone")
    commit(home, git, "b.yaml", b"1\n")
    with pytest.raises(CommandError, match="main and HEAD have no common history"):
        changed_lines(str(home), "main")
    with pytest.raises(CommandError, match="--changed-since '': not a revision"):
        changed_lines(str(home), "")
    with pytest.raises(CommandError, match="there is no git repository around"):
        changed_lines(str(tmp_path), "main")


def test_a_file_whose_lines_end_in_ways_of_its_own_has_changed_as_a_whole(home: Path, git: Git) -> None:
    commit(home, git, "a.yaml", b"# x\r# y\r\n1\n")
    commit(home, git, "b.yaml", b"# x\r\n1\r\n")
    commit(home, git, "a.yaml", b"# x\r# y\r\n1\n2\n")
    commit(home, git, "b.yaml", b"# x\r\n1\r\n2\r\n")
    changed = changed_lines(str(home), "HEAD~2")
    assert changed["a.yaml"][0][0] == 1
    assert changed["b.yaml"] == [(3, 3)]


@pytest.fixture
def submodule(home: Path, git: Git, tmp_path: Path) -> Path:
    """A submodule ``sub`` with a file of twelve lines, committed."""
    other = tmp_path / "other"
    other.mkdir()
    subprocess.run(["git", "init", "-b", "main"], cwd=other, check=True, capture_output=True)
    (other / "p.yaml").write_bytes(b"".join(b"%d\n" % number for number in range(12)))
    subprocess.run(["git", "add", "-A"], cwd=other, check=True)
    subprocess.run(["git", "commit", "-m", "x"], cwd=other, check=True, capture_output=True)
    git("-c", "protocol.file.allow=always", "submodule", "add", str(other), "sub")
    git("commit", "-m", "x")
    return home / "sub"


def test_what_changed_in_a_submodule_has_changed(home: Path, git: Git, submodule: Path) -> None:
    with open(submodule / "p.yaml", "ab") as stream:
        stream.write(b"\n++ b/x\nnew\n")
    (submodule / "q.yaml").write_bytes(b"\x00binary")
    subprocess.run(["git", "add", "-A"], cwd=submodule, check=True)
    subprocess.run(["git", "commit", "-m", "x"], cwd=submodule, check=True, capture_output=True)
    commit(home, git, "a.yaml", b"1\n")
    changed = changed_lines(str(home), "HEAD~1")
    assert sorted(changed) == ["a.yaml", "sub/p.yaml", "sub/q.yaml"]
    ((first, last),) = changed["sub/p.yaml"]
    assert 1 < first <= 13
    assert last == 15
    assert changed["sub/q.yaml"][0][0] == 1


def test_a_submodule_whose_past_is_not_there_has_changed_as_a_whole(home: Path, git: Git, submodule: Path) -> None:
    git("update-index", "--cacheinfo", f"160000,{'1' * 40},sub")
    git("commit", "-m", "a commit that nobody fetched")
    assert list(changed_lines(str(home), "HEAD")) == ["sub/p.yaml"]
