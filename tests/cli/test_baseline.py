"""``iacgate baseline`` and ``iacgate init``, on a small repository with a past."""

from __future__ import annotations

import json

import pytest

from iacgate.cli.entry import run

POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: prod}}
spec:
  containers:
    - name: app
      image: nginx
      securityContext: {{privileged: {privileged}}}
"""
NAME = ".iacgate-baseline.json"
RULE = ["--rule", "k8s-privileged-container"]


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Two privileged pods in two folders."""
    (tmp_path / ".git").mkdir()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pod.yaml").write_text(POD.format(name=name, privileged="true"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def accepted(repository):
    return [row["resource"] for row in json.loads((repository / NAME).read_text())["findings"]]


def mend(repository, name):
    (repository / name / "pod.yaml").write_text(POD.format(name=name, privileged="false"))


def test_create_accepts_what_is_there_and_then_only_new_findings_block(repository, capsys):
    assert run(["scan", *RULE]) == 1
    assert run(["baseline", "create", *RULE]) == 0
    assert accepted(repository) == ["Pod prod/a", "Pod prod/b"]
    assert f"add `baseline: {NAME}` to iacgate.yaml" in capsys.readouterr().err
    assert run(["scan", *RULE, "--baseline", NAME]) == 0
    (repository / "iacgate.yaml").write_text(f"baseline: {NAME}\n")
    assert run(["scan", *RULE]) == 0
    assert run(["scan", *RULE, "--no-baseline"]) == 1
    (repository / "c.yaml").write_text(POD.format(name="c", privileged="true"))
    assert run(["scan", *RULE]) == 1


def test_create_replaces_nothing_unless_told(repository, capsys):
    assert run(["baseline", "create", *RULE]) == 0
    assert run(["baseline", "create", *RULE]) == 2
    assert "is there already" in capsys.readouterr().err
    mend(repository, "a")
    assert run(["baseline", "create", "--force", *RULE]) == 0
    assert accepted(repository) == ["Pod prod/b"]


def test_update_only_shrinks(repository, capsys):
    run(["baseline", "create", *RULE])
    mend(repository, "a")
    (repository / "c.yaml").write_text(POD.format(name="c", privileged="true"))
    assert run(["baseline", "update", *RULE]) == 0
    assert accepted(repository) == ["Pod prod/b"]
    said = capsys.readouterr().err
    assert "1 gone, 0 added, 1 finding left" in said
    assert "1 new finding not accepted" in said
    assert run(["baseline", "update", "--grow", *RULE]) == 0
    assert accepted(repository) == ["Pod prod/b", "Pod prod/c"]


def test_update_of_a_part_leaves_the_rest(repository):
    run(["baseline", "create", *RULE])
    mend(repository, "a")
    mend(repository, "b")
    assert run(["baseline", "update", "a", *RULE]) == 0
    assert accepted(repository) == ["Pod prod/b"]


def test_a_deleted_file_is_gone_an_unreadable_one_is_not(repository):
    run(["baseline", "create", *RULE])
    (repository / "a/pod.yaml").unlink()
    (repository / "b/pod.yaml").write_text("kind: Pod\napiVersion: v1\nmetadata: [\n")
    assert run(["baseline", "update", *RULE]) == 3
    assert accepted(repository) == ["Pod prod/b"]


def test_the_same_findings_give_the_same_bytes(repository):
    run(["baseline", "create", *RULE])
    first = (repository / NAME).read_bytes()
    text = (repository / "a/pod.yaml").read_text()
    (repository / "a/pod.yaml").write_text("# a comment\n\n" + text)
    run(["baseline", "create", "--force", *RULE])
    assert (repository / NAME).read_bytes() == first


def test_show_prints_what_is_accepted(repository, capsys):
    assert run(["baseline", "show"]) == 2
    run(["baseline", "create", *RULE])
    capsys.readouterr()
    assert run(["baseline", "show"]) == 0
    out = capsys.readouterr().out
    assert "2  k8s-privileged-container" in out
    assert "2 findings accepted" in out
    assert run(["baseline", "show", "-o", "json"]) == 0
    assert capsys.readouterr().out == (repository / NAME).read_text()


def test_another_file_may_be_named(repository):
    assert run(["baseline", "create", "--file", "other.json", *RULE]) == 0
    assert not (repository / NAME).exists()
    assert run(["scan", *RULE, "--baseline", "other.json"]) == 0


def test_a_baseline_of_the_settings_that_is_not_there_is_told(repository, capsys):
    (repository / "iacgate.yaml").write_text(f"baseline: {NAME}\n")
    said = f"the baseline {NAME} of the settings is not there"
    assert run(["scan", *RULE]) == 1
    assert said in capsys.readouterr().out
    assert run(["baseline", "create", *RULE]) == 0
    capsys.readouterr()
    assert run(["scan", *RULE]) == 0
    assert said not in capsys.readouterr().out
