"""``iacgate init``: settings that warn first, a baseline for a repository with a past, and what to put into CI."""

from __future__ import annotations

import os
from collections.abc import Iterator

import click

from iacgate import __version__
from iacgate.cli.baseline import counted, open_findings, scan_without_baseline, write
from iacgate.cli.options import note, working_folder
from iacgate.config import find_settings
from iacgate.decide import ENFORCING
from iacgate.errors import CommandError
from iacgate.triage import Accepted, Baseline

SETTINGS_FILE = "iacgate.yaml"
BASELINE_FILE = ".iacgate-baseline.json"

TEMPLATE = """\
# iacgate settings. Every key: `iacgate schema settings`. Check this file: `iacgate exceptions lint`.
version: 1

# 0 observe: recorded only; 1 warn: shown, nothing blocks; 2 enforce: tiers and rollout apply
maturity: {maturity}

# what each severity means once maturity is 2
tiers: {{critical: enforce, high: enforce, medium: warn, low: audit, info: audit}}

# modes of single rules, in single places, until a day; the last entry that covers a finding counts
# rollout:
#   - {{rules: [k8s-memory-limit-missing], mode: warn, until: 2027-01-31, match: {{namespaces: [payments]}}}}

# rules: {{disable: [], severity: {{}}, params: {{}}, packs: [./policy]}}

# agreed exceptions, each with an owner, a reason and a last day: `iacgate exceptions add`
# exceptions: {{file: exceptions.yaml, max_days: 180, announce_days: 14, inline: require-expiry}}
{baseline}
# inputs: {{exclude: ["**/vendor/**"], terraform: {{var_files: [prod.tfvars]}}}}
# environments: {{prod: ["deploy/prod/**"]}}
# owner: {{label: team}}
"""

WITH_BASELINE = f"""
# findings that were there on the first day; only new ones count: `iacgate baseline update` makes it smaller
baseline: {BASELINE_FILE}
"""

PRE_COMMIT = f"""\
to run on every commit, add to .pre-commit-config.yaml:
  - repo: <where iacgate's repository is for you>
    rev: v{__version__}
    hooks: [{{id: iacgate}}]"""

GITHUB = f"""\
to run on every pull request, add .github/workflows/iacgate.yml:
  name: iacgate
  on: [pull_request]
  permissions: {{contents: read}}
  jobs:
    iacgate:
      runs-on: ubuntu-latest
      steps:
        - uses: actions/checkout@v4
        - run: pipx run iacgate=={__version__} scan -o text -o github -o markdown=$GITHUB_STEP_SUMMARY"""

GITLAB = f"""\
to run on every merge request, add to .gitlab-ci.yml:
  iacgate:
    image: python:3.12-slim
    script:
      - pip install iacgate=={__version__}
      - iacgate scan -o junit=iacgate-junit.xml -o gitlab-codequality=gl-code-quality-report.json
    artifacts:
      when: always
      reports: {{junit: iacgate-junit.xml, codequality: gl-code-quality-report.json}}"""


EPILOG = """\b
Examples:
  iacgate init                   settings that warn first, and a baseline of what is there
  iacgate init --maturity 2      block from the first day, new findings only
  iacgate init --no-baseline     for a repository without a past"""


@click.command("init", epilog=EPILOG)
@click.argument("folder", default=".", metavar="[FOLDER]", type=click.Path(exists=True, file_okay=False))
@click.option(
    "--maturity", type=click.IntRange(0, 4), default=1, show_default=True, help="0 observe, 1 warn, 2 enforce."
)
@click.option("--no-baseline", is_flag=True, help="Accept nothing of what is there.")
@click.option("--force", is_flag=True, help="Replace settings and a baseline that are there.")
def command(folder: str, maturity: int, *, no_baseline: bool, force: bool) -> int:
    """Write iacgate.yaml at maturity 1, and a baseline of what is there now.

    Both go to the top of the repository. Nothing that is there is replaced without --force.
    """
    from iacgate.discover import report_root

    top = report_root((folder,), working_folder())
    _refuse_existing(top, force=force)
    entries = 0 if no_baseline else _accept(top, folder)
    settings = TEMPLATE.format(maturity=maturity, baseline=WITH_BASELINE if entries else "")
    _write_new(os.path.join(top, SETTINGS_FILE), settings)
    effect = "" if maturity >= ENFORCING else ", nothing blocks yet"
    note(f"{_shown(top, SETTINGS_FILE)}: maturity {maturity}{effect}")
    if entries:
        note(f"{_shown(top, BASELINE_FILE)}: {counted(entries, 'finding')} accepted; only new ones count from now on")
    for snippet in _snippets(top):
        click.echo(snippet)
    return 0


def _refuse_existing(top: str, *, force: bool) -> None:
    if force:
        return
    found = find_settings(top, top)
    if found is not None:
        raise CommandError(f"{_shown(top, os.path.basename(found))} is there already", "edit it, or add --force")
    if os.path.exists(os.path.join(top, BASELINE_FILE)):
        raise CommandError(f"{_shown(top, BASELINE_FILE)} is there already", "use it, or add --force")


def _accept(top: str, folder: str) -> int:
    """Write the baseline of what is there; how many findings it holds. Without findings there is none."""
    report = scan_without_baseline((folder,), {"no_config": True})
    for trouble in report.troubles:
        note(f"not understood: {trouble.message}")
    baseline = Baseline(tuple(Accepted.of(finding) for finding in open_findings(report)))
    if baseline.entries:
        write(os.path.join(top, BASELINE_FILE), baseline)
    return len(baseline.entries)


def _write_new(path: str, text: str) -> None:
    try:
        with open(path, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as broken:
        raise CommandError(f"cannot write {path}: {broken.strerror}") from None


def _snippets(top: str) -> Iterator[str]:
    """What to put where, for what the repository already uses."""
    if os.path.exists(os.path.join(top, ".pre-commit-config.yaml")):
        yield PRE_COMMIT
    if os.path.isdir(os.path.join(top, ".github")):
        yield GITHUB
    if os.path.exists(os.path.join(top, ".gitlab-ci.yml")):
        yield GITLAB


def _shown(top: str, name: str) -> str:
    return os.path.relpath(os.path.join(top, name)).replace(os.sep, "/")
