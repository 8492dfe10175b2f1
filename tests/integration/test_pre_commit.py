"""The pre-commit hooks: their file, what they match, and commits that the real pre-commit refuses or lets through."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
BUILT_FROM = (
    "pyproject.toml",
    "hatch_build.py",
    "README.md",
    "LICENSE",
    ".pre-commit-hooks.yaml",
    "iacgate",
    "rules",
    "frameworks",
)
GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull} | {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.com"))
}
BAD_POD = """\
apiVersion: v1
kind: Pod
metadata: {name: app, namespace: prod}
spec:
  containers:
    - name: app
      image: registry.example.com/app:1.2.3
      securityContext: {privileged: true}
"""
GOOD_POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: prod}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
"""
OPEN_PORT = """\
resource "aws_security_group" "web" {
  name        = "web"
  description = "web"
  ingress {
    description = "ssh"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = var.from
  }
}
"""


def plan(cidr: str) -> str:
    """A plan of one security group that lets ``cidr`` in on port 22."""
    rule = {"from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": [cidr], "description": "ssh"}
    values = {"name": "web", "description": "web", "ingress": [rule], "egress": [], "tags": {}}
    resource = {
        "address": "aws_security_group.web",
        "mode": "managed",
        "type": "aws_security_group",
        "name": "web",
        "provider_name": "registry.terraform.io/hashicorp/aws",
    }
    change = {"actions": ["create"], "before": None, "after": values, "after_unknown": {}}
    return json.dumps(
        {
            "format_version": "1.2",
            "terraform_version": "1.9.0",
            "planned_values": {"root_module": {"resources": [{**resource, "values": values}]}},
            "resource_changes": [{**resource, "change": change}],
            "configuration": {"root_module": {}},
        }
    )


def test_hooks_follow_the_official_schema(schemas):
    jsonschema.validate(HOOKS, json.loads((schemas / "pre-commit/pre-commit-hooks.json").read_text()))


def test_pre_commit_itself_accepts_the_file():
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")]
    assert subprocess.run(command, check=False).returncode == 0


@pytest.mark.parametrize(
    ("file", "hooks"),
    [
        ("main.tf", {"iacgate", "iacgate-all"}),
        ("a/b/main.tofu", {"iacgate", "iacgate-all"}),
        ("prod.tfvars", {"iacgate", "iacgate-all"}),
        ("a/main.tf.json", {"iacgate", "iacgate-all"}),
        ("deploy/web.yaml", {"iacgate", "iacgate-all"}),
        ("deploy/web.yml", {"iacgate", "iacgate-all"}),
        ("Dockerfile", {"iacgate", "iacgate-all"}),
        ("web/Dockerfile.prod", {"iacgate", "iacgate-all"}),
        ("web/prod.Dockerfile", {"iacgate", "iacgate-all"}),
        ("api.dockerfile", {"iacgate", "iacgate-all"}),
        ("Containerfile", {"iacgate", "iacgate-all"}),
        ("tfplan.json", {"iacgate", "iacgate-all", "iacgate-plan"}),
        ("out/plan.json", {"iacgate", "iacgate-all", "iacgate-plan"}),
        ("iacgate.yaml", {"iacgate", "iacgate-all", "iacgate-config"}),
        (".iacgate.yaml", {"iacgate", "iacgate-all", "iacgate-config"}),
        ("team/exceptions.yaml", {"iacgate", "iacgate-all", "iacgate-config"}),
        ("policy/aws/ours.yaml", {"iacgate", "iacgate-all", "iacgate-config"}),
        ("pyproject.toml", {"iacgate-config"}),
        ("package.json", {"iacgate-all"}),
        ("ui/package-lock.json", {"iacgate-all"}),
        ("dockerfile_parser.py", set()),
        ("docs/mydockerfile.md", set()),
        ("main.tf.bak", set()),
        ("README.md", set()),
    ],
)
def test_hooks_match(file, hooks):
    matching = {
        hook["id"]
        for hook in HOOKS
        if re.search(hook["files"], file) and not (hook.get("exclude") and re.search(hook["exclude"], file))
    }
    assert matching == hooks


def environment(store: Path) -> dict[str, str]:
    left_out = ("GITHUB_", "GITLAB_", "IACGATE_", "PRE_COMMIT", "GIT_", "PYTHON", "COV_", "COVERAGE")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(left_out)}
    return {**kept, **GIT, "PRE_COMMIT_HOME": str(store), "PRE_COMMIT_COLOR": "never"}


def call(folder: Path, store: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        cwd=folder,
        env=environment(store),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="session")
def store(tmp_path_factory, one_at_a_time):
    """The store of pre-commit with the hooks installed, and the repository they come from: once for all workers."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    hooks, home = base / "hooks", base / "pre-commit"
    with one_at_a_time(base / "pre-commit.lock"):
        if not home.exists():
            make_hook_repository(hooks, home)
            problem = install(base / "first", hooks, home)
            (home / "problem").write_text(problem)
    problem = (home / "problem").read_text()
    if re.search(r"No matching distribution|Could not find a version|ConnectionError|Network is unreachable", problem):
        pytest.skip(f"the package index cannot be reached: {problem[-300:]}")
    assert problem == ""
    return home, hooks


def make_hook_repository(hooks: Path, home: Path) -> None:
    """A repository of the files that a wheel is built from, as they are in the working tree."""
    hooks.mkdir()
    for name in BUILT_FROM:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, hooks / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", "_rules.json"))
        else:
            shutil.copy(source, hooks / name)
    for words in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "hooks")):
        done = call(hooks, home, "git", *words)
        assert done.returncode == 0, done.stdout


def install(first: Path, hooks: Path, home: Path) -> str:
    """Have pre-commit build the hooks' environment; what went wrong, else nothing."""
    first.mkdir()
    configure(first, hooks, home, *(hook["id"] for hook in HOOKS))
    done = call(first, home, sys.executable, "-m", "pre_commit", "install-hooks")
    return done.stdout if done.returncode else ""


def configure(folder: Path, hooks: Path, home: Path, *ids: str) -> None:
    """A repository that uses these hooks, with nothing committed."""
    revision = call(hooks, home, "git", "rev-parse", "HEAD").stdout.strip()
    config = {"repos": [{"repo": str(hooks), "rev": revision, "hooks": [{"id": identifier} for identifier in ids]}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    for words in (("init", "-q", "-b", "main"), ("add", ".")):
        assert call(folder, home, "git", *words).returncode == 0


class Repository:
    """A repository whose commits go through the named hooks."""

    def __init__(self, folder: Path, store: tuple[Path, Path], *ids: str) -> None:
        self.folder = folder
        self.home, hooks = store
        configure(folder, hooks, self.home, *ids)
        done = call(folder, self.home, sys.executable, "-m", "pre_commit", "install")
        assert done.returncode == 0, done.stdout

    def commit(self, files: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
        for name, text in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text)
        call(self.folder, self.home, "git", "add", "-A")
        return call(self.folder, self.home, "git", "commit", "-m", "change", *words)


@pytest.fixture
def repository(tmp_path, store):
    def make(*ids: str) -> Repository:
        return Repository(tmp_path, store, *ids)

    return make


def test_bad_commit_is_refused_and_a_good_one_passes(repository):
    repo = repository("iacgate")
    refused = repo.commit({"deploy/app.yaml": BAD_POD})
    assert refused.returncode != 0
    assert "critical[k8s-privileged-container]" in refused.stdout
    assert "deploy/app.yaml:8" in refused.stdout
    assert "gate closed (exit 1)" in refused.stdout
    passed = repo.commit({"deploy/app.yaml": GOOD_POLICY})
    assert passed.returncode == 0, passed.stdout
    assert "iacgate (changed files)" in passed.stdout


def test_only_changed_files_are_judged_with_their_module_known(repository):
    repo = repository("iacgate")
    module = {"variables.tf": 'variable "from" {\n  default = ["0.0.0.0/0"]\n}\n'}
    old = {"web.tf": OPEN_PORT, "deploy/old.yaml": BAD_POD}
    assert repo.commit({**module, **old}, "--no-verify").returncode == 0
    passed = repo.commit({"other.tf": 'resource "aws_vpc" "a" {\n  cidr_block = "10.0.0.0/16"\n}\n'})
    assert passed.returncode == 0, passed.stdout
    refused = repo.commit({"web.tf": OPEN_PORT.replace('"ssh"', '"ssh for us"')})
    assert refused.returncode != 0
    assert "aws-sg-ssh-open" in refused.stdout
    assert "old.yaml" not in refused.stdout


def test_files_that_are_no_infrastructure_pass(repository):
    repo = repository("iacgate")
    done = repo.commit(
        {
            "settings.json": '{"editor.tabSize": 2}',
            ".github/workflows/ci.yml": "on: push\njobs: {}\n",
            "compose.yaml": "services: {web: {image: nginx}}\n",
            "package.json": "{ not json",
            "dockerfile_parser.py": "FROM = 1\n",
        }
    )
    assert done.returncode == 0, done.stdout


def test_what_cannot_be_read_is_refused(repository):
    refused = repository("iacgate").commit({"main.tf": 'resource "a" "b" {\n'})
    assert refused.returncode != 0
    assert "main.tf:1" in refused.stdout


def test_whole_repository_is_judged_whatever_changed(repository):
    repo = repository("iacgate-all")
    assert repo.commit({"deploy/old.yaml": BAD_POD}, "--no-verify").returncode == 0
    refused = repo.commit({"deploy/new.yaml": GOOD_POLICY})
    assert refused.returncode != 0
    assert "deploy/old.yaml:8" in refused.stdout
    (repo.folder / "deploy/old.yaml").unlink()
    assert repo.commit({"deploy/new.yaml": GOOD_POLICY + "---\n"}).returncode == 0


def test_plan_with_an_open_port_is_refused(repository):
    repo = repository("iacgate-plan")
    refused = repo.commit({"out/tfplan.json": plan("0.0.0.0/0")})
    assert refused.returncode != 0
    assert "aws-sg-ssh-open" in refused.stdout
    passed = repo.commit({"out/tfplan.json": plan("10.0.0.0/8")})
    assert passed.returncode == 0, passed.stdout


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"iacgate.yaml": "maturty: 2\n"}, "maturity"),
        ({"sub/iacgate.yaml": "tiers: {high: blok}\n"}, "sub/iacgate.yaml:1"),
        (
            {"iacgate.yaml": "exceptions: {file: exceptions.yaml}\n", "exceptions.yaml": "exceptions: [{id: A}]\n"},
            "exceptions.yaml:1",
        ),
        ({"iacgate.yaml": "rules: {packs: [policy]}\n", "policy/ours.yaml": "id: ours\n"}, "policy/ours.yaml"),
    ],
    ids=["key", "value-in-a-subfolder", "exception", "own-rule"],
)
def test_settings_that_do_not_load_are_refused(repository, files, said):
    refused = repository("iacgate-config").commit(files)
    assert refused.returncode != 0
    assert said in refused.stdout


def test_settings_that_load_pass(repository):
    passed = repository("iacgate-config").commit(
        {"iacgate.yaml": "maturity: 2\n", "pyproject.toml": '[project]\nname = "x"\n'}
    )
    assert passed.returncode == 0, passed.stdout
    assert "iacgate (settings and exceptions)" in passed.stdout
