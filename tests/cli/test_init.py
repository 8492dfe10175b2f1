"""``iacgate init``: what it writes, what it offers, and that it replaces nothing."""

from __future__ import annotations

import pytest

from iacgate.cli.entry import run
from iacgate.config import load_settings

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {containers: [{name: app, image: nginx, securityContext: {privileged: true}}]}
"""


@pytest.fixture
def repository(tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    (tmp_path / "sub").mkdir()
    (tmp_path / "pod.yaml").write_text(POD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_repository_with_a_past_starts_at_warn_with_a_baseline(repository, capsys):
    assert run(["init"]) == 0
    settings = load_settings(str(repository / "iacgate.yaml"), str(repository))
    assert (settings.enforcement.maturity, settings.baseline) == (1, ".iacgate-baseline.json")
    assert "maturity 1, nothing blocks yet" in capsys.readouterr().err
    assert run(["scan"]) == 0
    assert run(["scan", "--maturity", "2"]) == 0
    (repository / "new.yaml").write_text(POD.replace("name: a}", "name: b}"))
    assert run(["scan"]) == 0
    assert run(["scan", "--maturity", "2"]) == 1


def test_without_findings_there_is_no_baseline(repository):
    (repository / "pod.yaml").unlink()
    assert run(["init"]) == 0
    assert not (repository / ".iacgate-baseline.json").exists()
    assert load_settings(str(repository / "iacgate.yaml"), "").baseline == ""


def test_it_writes_to_the_top_and_accepts_nothing_when_told_so(repository):
    assert run(["init", "sub", "--no-baseline", "--maturity", "2"]) == 0
    assert load_settings(str(repository / "iacgate.yaml"), "").enforcement.maturity == 2
    assert not (repository / ".iacgate-baseline.json").exists()


@pytest.mark.parametrize("name", ["iacgate.yaml", ".iacgate.yaml", "pyproject.toml", ".iacgate-baseline.json"])
def test_it_replaces_nothing_unless_told(repository, capsys, name):
    text = "[tool.iacgate]\n" if name == "pyproject.toml" else "{}\n"
    (repository / name).write_text(text)
    assert run(["init"]) == 2
    assert f"{name} is there already" in capsys.readouterr().err
    assert (repository / name).read_text() == text
    assert [path.name for path in repository.iterdir() if path.name == "iacgate.yaml"] == (
        ["iacgate.yaml"] if name == "iacgate.yaml" else []
    )


def test_force_replaces(repository):
    (repository / "iacgate.yaml").write_text("maturity: 9")
    assert run(["init", "--force"]) == 0
    assert load_settings(str(repository / "iacgate.yaml"), "").enforcement.maturity == 1


def test_it_offers_what_the_repository_can_use(repository, capsys):
    run(["init", "--no-baseline"])
    assert capsys.readouterr().out == ""
    (repository / ".pre-commit-config.yaml").touch()
    (repository / ".gitlab-ci.yml").touch()
    (repository / ".github").mkdir()
    run(["init", "--no-baseline", "--force"])
    out = capsys.readouterr().out
    for file in (".pre-commit-config.yaml", ".gitlab-ci.yml", ".github/workflows/iacgate.yml"):
        assert file in out
