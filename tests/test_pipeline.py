"""The stations in order: what settings, the request and the files come to together."""

from __future__ import annotations

import os
import subprocess
from datetime import date

import pytest

from iacgate.errors import CommandError, ExceptionsError, IacgateError, PolicyError, SettingsError
from iacgate.model import Gate, Severity, SourceStatus, State, Unknown
from iacgate.pipeline import Request, scan, settings_of, take_inventory

TODAY = date(2026, 12, 1)
POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: prod
spec:
  containers:
    - name: app
      image: registry.example.com/app:1.2.3
      securityContext:
        privileged: true
"""
ONLY = {"rules": ("k8s-privileged-container",)}
WAIVER = """\
exceptions:
  - id: EXC-1
    rules: [{rule}]
    match: {{resource: "*"}}
    reason: the node agent needs it
    owner: platform
    expires: {expires}
"""
PACK_RULE = """\
id: team-pod-named-web
title: Pod is called web
severity: low
on: [Pod]
deny: metadata.name == 'web'
message: it is called web
why: Nobody can find it.
fix: Give it another name.
since: "0.1"
"""


@pytest.fixture
def tree(tmp_path):
    """Write files below the folder that is scanned; gives the folder."""

    def write(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path

    return write


@pytest.fixture
def git(monkeypatch):
    """Run ``git WORDS`` in a folder, as somebody whose settings do not matter."""
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)

    def run(folder, *words):
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
        subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, check=True)

    return run


def scanned(folder, *paths, **more):
    return scan(list(paths) or ["."], Request(cwd=str(folder), today=more.pop("today", TODAY), **more))


@pytest.mark.parametrize(
    ("settings", "request_", "gate", "state"),
    [
        ("", {}, Gate.CLOSED, State.BLOCKED),
        ("maturity: 1", {}, Gate.OPEN, State.WARNED),
        ("maturity: 1", {"maturity": 2}, Gate.CLOSED, State.BLOCKED),
        ("maturity: 1", {"use_settings": False}, Gate.CLOSED, State.BLOCKED),
        ("maturity: 2", {"maturity": 0}, Gate.OPEN, State.RECORDED),
        ("tiers: {critical: warn, high: warn}", {}, Gate.OPEN, State.WARNED),
        ("tiers: {critical: warn, high: warn}", {"fail_on": Severity.HIGH}, Gate.CLOSED, State.BLOCKED),
        ("fail_on: low", {"fail_on": Severity.CRITICAL, "maturity": 1}, Gate.OPEN, State.WARNED),
        ("rules: {severity: {k8s-privileged-container: info}}", {}, Gate.OPEN, State.RECORDED),
    ],
)
def test_the_command_line_wins_over_the_settings(tree, settings, request_, gate, state):
    folder = tree({"pod.yaml": POD, "iacgate.yaml": f"version: 1\n{settings}\n"})
    report = scanned(folder, **ONLY, **request_)
    assert (report.gate, [verdict.state for verdict in report.verdicts]) == (gate, [state])


NO_RULE = "version: 1\nrules: {disable: [k8s-privleged-container]}\n"
NO_RULE_EITHER = WAIVER.format(rule="k8s-none", expires="2027-01-01")


@pytest.mark.parametrize(
    ("files", "request_", "error", "message"),
    [
        ({"iacgate.yaml": NO_RULE}, {}, SettingsError, "iacgate.yaml:2"),
        ({}, {"rules": ("k8s-privleged-container",)}, PolicyError, "unknown rule 'k8s-privleged-container'"),
        ({}, {"packs": ("nowhere",)}, PolicyError, "nowhere"),
        ({}, {"ruleset": "strickt"}, PolicyError, "strickt"),
        ({}, {"config": "nowhere.yaml"}, SettingsError, "nowhere.yaml"),
        ({}, {"exceptions": "nowhere.yaml"}, ExceptionsError, "nowhere.yaml"),
        ({}, {"baseline": "nowhere.json"}, CommandError, "nowhere.json: no such baseline"),
        ({"w.yaml": NO_RULE_EITHER}, {"exceptions": "w.yaml"}, ExceptionsError, "k8s-none"),
    ],
)
def test_a_broken_command_never_comes_to_a_report(tree, files, request_, error, message):
    folder = tree({"pod.yaml": POD, **files})
    with pytest.raises(error, match=message):
        scanned(folder, **request_)


def test_paths_that_do_not_exist_are_a_broken_command(tree):
    with pytest.raises(IacgateError, match=r"gone\.yaml: no such file"):
        scanned(tree({"pod.yaml": POD}), "gone.yaml")


def test_an_exception_excuses_until_its_day_and_is_told_when_it_covers_nothing(tree):
    waiver = WAIVER.format(rule="k8s-privileged-container", expires="2027-01-01")
    folder = tree({"pod.yaml": POD, "iacgate.yaml": "version: 1\nexceptions: {file: w.yaml}\n", "w.yaml": waiver})
    for today, gate in ((date(2027, 1, 1), Gate.OPEN), (date(2027, 1, 2), Gate.CLOSED)):
        assert scan(["pod.yaml"], Request(cwd=str(folder), today=today, **ONLY)).gate is gate
    other = tree({"pod.yaml": POD.replace("true", "false")})
    assert [stale.status for stale in scanned(other).stale_waivers] == ["unused"]


@pytest.mark.parametrize(
    ("paths", "request_"), [(["pod.yaml"], {}), (["."], ONLY), (["deploy"], {}), (["."], {"changed_since": "HEAD"})]
)
def test_what_was_not_all_looked_at_calls_no_exception_unneeded(tree, git, paths, request_):
    waiver = WAIVER.format(rule="k8s-host-network", expires="2027-01-01")
    settings = "version: 1\nexceptions: {file: w.yaml}\n"
    folder = tree({"pod.yaml": POD, "deploy/a.yaml": POD, "iacgate.yaml": settings, "w.yaml": waiver})
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "all")
    assert scanned(folder, *paths, **request_).stale_waivers == ()


def test_a_pack_of_the_settings_lies_beside_them_and_one_of_the_command_line_where_it_runs(tree):
    settings = "version: 1\nrules: {packs: [policy]}\n"
    folder = tree({"app/pod.yaml": POD, "app/iacgate.yaml": settings, "app/policy/team-pod-named-web.yaml": PACK_RULE})
    assert [found.finding.rule.id for found in scanned(folder, "app", rules=("team-pod-named-web",)).verdicts] == [
        "team-pod-named-web"
    ]
    (folder / "app/iacgate.yaml").unlink()
    with pytest.raises(PolicyError):
        scanned(folder, "app", packs=("policy",))
    assert scanned(folder, "app", packs=("app/policy",), rules=("team-pod-named-web",)).verdicts


def test_broken_glass_lets_through_what_would_block_and_says_so(tree):
    report = scanned(tree({"pod.yaml": POD}), **ONLY, break_glass="INC-7", reason="the site is down")
    assert (report.gate, [verdict.state for verdict in report.verdicts]) == (Gate.OPEN, [State.EXCEPTED])
    assert "INC-7" in report.break_glass


@pytest.mark.parametrize(
    ("files", "more", "exit_code", "because"),
    [
        ({"notes.txt": "hello"}, {}, 0, "no findings"),
        ({"notes.txt": "hello"}, {"fail_if_empty": True}, 3, "not understood: nothing to scan"),
        ({"bad.yaml": b"a: [\n"}, {}, 3, "not understood: bad.yaml"),
        ({"bad.yaml": b"a: [\n"}, {"maturity": 1}, 0, "not understood: bad.yaml"),
        ({"bad.yaml": b"a: [\n", "pod.yaml": POD}, ONLY, 1, "1 finding blocks; not understood: bad.yaml"),
    ],
)
def test_what_could_not_be_looked_at_is_never_green(tree, files, more, exit_code, because):
    report = scanned(tree(files), **more)
    assert report.exit_code == exit_code
    assert report.because.endswith(because)


def test_modules_and_files_outside_of_what_is_scanned_are_not_opened(tree):
    """A pull request must not read the machine that judges it."""
    outside = 'output "x" { value = "leaked" }\n'
    text = (
        'module "m" { source = "../outside" }\n'
        'resource "aws_ssm_parameter" "p" { value = file("${path.module}/../outside/secret.txt") }\n'
    )
    folder = tree({"outside/main.tf": outside, "outside/secret.txt": "leaked", "repo/main.tf": text})
    (folder / "repo/.git").mkdir()
    taken = take_inventory(["."], Request(cwd=str(folder / "repo"), today=TODAY))
    assert "leaked" not in repr([(item.body, item.address) for item in taken.inventory.resources])
    assert [record.path for record in taken.records] == ["main.tf"]


def test_the_order_of_the_paths_changes_nothing(tree):
    folder = tree({f"{name}.yaml": POD.replace("name: web", f"name: {name}") for name in "abc"})
    reports = [scanned(folder, *paths) for paths in (["a.yaml", "b.yaml", "c.yaml"], ["c.yaml", "a.yaml", "b.yaml"])]
    first, second = ([found.finding.fingerprint for found in report.verdicts] for report in reports)
    assert first == second


def test_every_file_has_one_record_and_progress_is_told_of_each(tree):
    told, stations = [], []
    folder = tree({"pod.yaml": POD, "bad.yaml": b"a: [\n", "main.tf": ""})
    request = Request(
        cwd=str(folder), today=TODAY, progress=lambda *words: told.append(words[2]), timings=stations.append
    )
    report = scan(["."], request)
    assert sorted(told) == ["bad.yaml", "main.tf", "pod.yaml"]
    assert [(record.path, record.status) for record in report.sources] == [
        ("bad.yaml", SourceStatus.UNREADABLE),
        ("main.tf", SourceStatus.READ),
        ("pod.yaml", SourceStatus.READ),
    ]
    assert [station.split()[0] for station in stations] == ["read", "load", "evaluate", "decide"]


@pytest.mark.parametrize(
    ("paths", "maturity"), [(["team/app"], 1), (["team"], 0), (["."], 0), (["team/app", "."], 1), (["-"], 0)]
)
def test_settings_are_found_from_the_first_path_up(tree, paths, maturity):
    folder = tree({"iacgate.yaml": "version: 1\nmaturity: 0\n", "team/app/iacgate.yaml": "version: 1\nmaturity: 1\n"})
    (folder / ".git").mkdir()
    assert settings_of(paths, Request(cwd=str(folder), today=TODAY)).enforcement.maturity == maturity


def test_charts_that_were_not_rendered_are_said_and_not_called_nothing(tmp_path):
    (tmp_path / "web" / "templates").mkdir(parents=True)
    (tmp_path / "web" / "Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 1.0.0\n")
    for name in ("a.yaml", "b.yaml", "c.yaml"):
        (tmp_path / "web" / "templates" / name).write_text("kind: {{ .Values.kind }}\n")
    report = scan(["."], Request(cwd=str(tmp_path), today=TODAY))
    hint = "a template of a Helm chart: only what the chart renders to is judged (--render always)"
    assert report.notices == (f"web/templates/a.yaml and 2 more skipped: {hint}",)


@pytest.mark.parametrize(("use_gitignore", "known"), [(True, False), (False, True)])
def test_ignored_files_beside_a_named_one_are_part_of_its_module_only_when_asked(tmp_path, use_gitignore, known):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text("*.tfvars\n")
    (tmp_path / "main.tf").write_text('variable "b" {}\nresource "aws_s3_bucket" "b" {\n  bucket = var.b\n}\n')
    (tmp_path / "terraform.tfvars").write_text('b = "from-my-desk"\n')
    request = Request(cwd=str(tmp_path), today=TODAY, use_gitignore=use_gitignore)
    (bucket,) = take_inventory(["main.tf"], request).inventory.of_type("aws_s3_bucket")
    assert (bucket.get("bucket") == "from-my-desk") is True if known else isinstance(bucket.get("bucket"), Unknown)
