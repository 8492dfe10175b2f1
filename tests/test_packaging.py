"""What is built is what is used: the wheel, and the wheel made from the source distribution, work on their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PARTS = (
    "iacgate", "rules", "frameworks", "fixtures", "tests", "README.md", "LICENSE", "CHANGELOG.md",
    "hatch_build.py", "pyproject.toml",
)  # fmt: skip
MADE = shutil.ignore_patterns("__pycache__", "_rules.json", "_examples.json", ".*_cache", ".hypothesis")

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A source distribution and a wheel of the project, and the wheel of that source distribution, by name."""
    work = tmp_path_factory.mktemp("build")
    tools = work / "tools"
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(tools)]
    subprocess.run([*pip, *needed], check=True)
    source = work / "source"
    source.mkdir()
    for part in PARTS:
        place = ROOT / part
        if place.is_dir():
            shutil.copytree(place, source / part, ignore=MADE)
        else:
            shutil.copy(place, source / part)
    _build(source, tools, work / "first", "sdist", "wheel")
    sdist = next((work / "first").glob("*.tar.gz"))
    with tarfile.open(sdist) as archive:
        archive.extractall(work / "unpacked", filter="data")
    _build(next((work / "unpacked").iterdir()), tools, work / "second", "wheel")
    return {
        "sdist": sdist,
        "wheel": next((work / "first").glob("*.whl")),
        "wheel of the sdist": next((work / "second").glob("*.whl")),
    }


def _build(source: Path, tools: Path, out: Path, *targets: str) -> None:
    words = [word for target in targets for word in ("-t", target)]
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(out), *words]
    environment = {**os.environ, "PYTHONPATH": str(tools)}
    done = subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """Run the command of the unpacked wheel from another folder; gives the finished process."""
    site = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(built["wheel"]) as wheel:
        wheel.extractall(site)
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    def run(*words: str):
        command = [sys.executable, "-c", "import sys; from iacgate.cli.entry import main; sys.exit(main())", *words]
        environment = {**os.environ, "PYTHONPATH": str(site)}
        return subprocess.run(command, cwd=elsewhere, env=environment, capture_output=True, text=True, check=False)

    return run


def rule_files() -> list[str]:
    return sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "rules").rglob("*.yaml"))


def test_the_wheel_holds_rules_index_types_and_licence(built):
    with zipfile.ZipFile(built["wheel"]) as wheel:
        names = wheel.namelist()
        licence = next(name for name in names if name.endswith(".dist-info/licenses/LICENSE"))
        assert wheel.read(licence) == (ROOT / "LICENSE").read_bytes()
    assert {"iacgate/_rules.json", "iacgate/_examples.json", "iacgate/py.typed"} <= set(names)
    frameworks = [f"frameworks/{file.name}" for file in (ROOT / "frameworks").iterdir()]
    data = sorted(f"iacgate/{name}" for name in (*rule_files(), *frameworks))
    assert sorted(name for name in names if name.endswith(".yaml")) == data
    assert [name for name in names if not name.startswith(("iacgate/", "iacgate-"))] == []


def test_the_source_distribution_makes_the_same_wheel(built):
    assert built["wheel"].read_bytes() == built["wheel of the sdist"].read_bytes()


def test_the_installed_command_knows_its_version_and_all_rules(built, installed):
    version = built["wheel"].name.split("-")[1]
    assert installed("--version").stdout.strip() == f"iacgate {version}"
    listed = json.loads(installed("rules", "list", "--ruleset", "strict", "-o", "json").stdout)["rules"]
    assert sorted(listed) == sorted(Path(name).stem for name in rule_files())
    shown = installed("rules", "show", "aws-sg-ssh-open", "-o", "yaml").stdout
    assert shown == (ROOT / "rules/aws/ec2/aws-sg-ssh-open.yaml").read_text()
    explained = installed("explain", "aws-sg-ssh-open").stdout
    assert "the rule points here" in explained.partition("## Examples")[2]


def test_the_installed_command_finds_what_the_source_tree_finds(installed, tmp_path):
    words = ["scan", "--today", "2026-12-01", "-o", "json", str(ROOT / "fixtures/_samples/shop")]
    here = subprocess.run(
        [sys.executable, "-m", "iacgate.cli.entry", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    there = installed(*words)
    assert (there.returncode, here.returncode) == (1, 1)
    found, expected = json.loads(there.stdout), json.loads(here.stdout)
    assert found["findings"] == expected["findings"]
    assert found["summary"] == expected["summary"]


def test_what_only_a_source_tree_has_is_asked_for_in_words(installed):
    done = installed("rules", "test")
    assert (done.returncode, done.stderr) == (
        2,
        "error: this installation has no fixtures\n  help: name the folder of your rules\n",
    )
