"""The library holds what was set out to be in it: every catalogued check, and the ones that other tools lack."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from iacgate.engines.native import NativeRules

ROOT = Path(__file__).resolve().parents[2]
RECORD = ROOT / "tests" / "conformance" / "library_record.yaml"
_CHOSEN = re.compile(r"^\| \d+ \| \w* *\| (CKV\w+) \|", re.MULTILINE)
_OTHERS = re.compile(r"^\| (CKV2?_(AWS|GCP)_\d+) \|", re.MULTILINE)

LACKING = {
    "sensitive folders of the host": ["k8s-host-path", "k8s-sensitive-host-path"],
    "the Pod Security Standards": ["k8s-proc-mount-unmasked", "k8s-shared-process-namespace", "k8s-unsafe-sysctl"],
    "host processes on Windows": ["k8s-windows-host-process"],
    "secrets in a Dockerfile": ["docker-secret-in-env", "docker-secret-in-arg", "docker-secret-file-copied"],
    "root by number, in the last stage": ["docker-root-user"],
    "images by an argument": ["docker-base-image-latest"],
    "programs piped into a shell, remote files": ["docker-download-piped-to-shell", "docker-add-remote-url"],
    "a plan that destroys data": ["plan-destroys-stateful-resource"],
    "versions": ["terraform-module-unpinned", "terraform-provider-unpinned"],
    "state": ["terraform-state-local", "terraform-state-plain-http", "terraform-state-unencrypted"],
}
"""What other tools do not look at → the rules that do."""


@pytest.fixture(scope="module")
def library():
    return NativeRules.load(ruleset="strict")


@pytest.fixture(scope="module")
def catalogue(corpora):
    page = corpora.parent / "spec" / "checks-catalogue.md"
    if not page.is_file():
        pytest.skip("no catalogue beside the public test data")
    return page.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def left_out():
    entries = yaml.safe_load(RECORD.read_text(encoding="utf-8"))["left_out"]
    return {check for entry in entries for check in entry["checks"]}


def test_every_chosen_check_has_a_rule(catalogue, library):
    chosen = _CHOSEN.findall(catalogue)
    assert len(chosen) == 237
    assert [check for check in chosen if check not in library.aliases] == []


@pytest.mark.parametrize(("platform", "number"), [("AWS", 333), ("GCP", 132)])
def test_every_other_check_has_a_rule_or_a_reason(catalogue, library, left_out, platform, number):
    others = [check for check, word in _OTHERS.findall(catalogue) if word == platform]
    assert len(others) == number
    assert [check for check in others if check not in library.aliases and check not in left_out] == []


@pytest.mark.parametrize("subject", LACKING)
def test_what_other_tools_lack(subject, library):
    assert sorted(set(LACKING[subject]) - set(library.ids())) == []
