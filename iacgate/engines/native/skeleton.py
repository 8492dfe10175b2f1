"""A new rule to start from: a rule file and fixtures that run, to be changed line by line."""

from __future__ import annotations

from pathlib import Path

from iacgate.engines.native.compile import ID_PATTERN
from iacgate.errors import CommandError

_RULE = """\
id: {id}
title: Say in one line what is wrong
severity: medium                # critical high medium low info
on: [{on}]
# where: expression             # whether the rule applies at all
{judge}
why: Say what an attacker gains, or what breaks.
fix: Say what to write instead.
controls: {{}}                    # soc2: [CC6.1]
aliases: []                     # what other tools call it
since: "0.1"
"""

_TERRAFORM = """\
deny: public == `true`          # a violation where this is true (or require: a violation where it is false)
at: public
message: "public is {public}"\
"""
_WORKLOAD = """\
each: containers(@)
deny: stdin == `true`           # a violation where this is true (or require: a violation where it is false)
at: stdin
message: 'container "{name}" keeps stdin open'\
"""
_DOCKERFILE = """\
deny: instruction == 'MAINTAINER'   # a violation where this is true (or require: a violation where it is false)
message: "MAINTAINER {value} is deprecated"\
"""

_TERRAFORM_FIXTURE = """\
resource "{on}" "good" {{
  public = false
}}

resource "{on}" "bad" {{
  public = true # finding: {id}
}}
"""
_WORKLOAD_FIXTURE = """\
apiVersion: v1
kind: Pod
metadata: {{name: good}}
spec:
  containers:
    - name: app
      image: registry.example.com/app:1.0
---
apiVersion: v1
kind: Pod
metadata: {{name: bad}}
spec:
  containers:
    - name: app
      image: registry.example.com/app:1.0
      stdin: true # finding: {id}
"""
_DOCKERFILE_FIXTURE = """\
FROM registry.example.com/base:1.0
# finding: {id}
MAINTAINER nobody@example.com
RUN true
"""


def write_skeleton(rule: str, on: str, rules_dir: Path, fixtures_dir: Path) -> list[Path]:
    """Write a rule file and its fixtures; the files written. Raises :class:`~iacgate.errors.CommandError`."""
    if not ID_PATTERN.match(rule):
        raise CommandError(f"{rule!r} is no rule id", "small letters, digits and single hyphens; it names the defect")
    judge, fixture, name = _parts(on)
    file = rules_dir / f"{rule}.yaml"
    sample = fixtures_dir / rule / name
    for path in (file, sample):
        if path.exists():
            raise CommandError(f"{path.as_posix()} exists already", "choose another id, or edit the file")
    file.parent.mkdir(parents=True, exist_ok=True)
    sample.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_RULE.format(id=rule, on=on, judge=judge), encoding="utf-8")
    sample.write_text(fixture.format(id=rule, on=on), encoding="utf-8")
    return [file, sample]


def _parts(on: str) -> tuple[str, str, str]:
    if on.startswith("dockerfile"):
        return _DOCKERFILE, _DOCKERFILE_FIXTURE, "Dockerfile"
    if on == "workload" or on.startswith("program.") or on[:1].isupper():
        return _WORKLOAD, _WORKLOAD_FIXTURE, "pods.yaml"
    return _TERRAFORM, _TERRAFORM_FIXTURE, "main.tf"
