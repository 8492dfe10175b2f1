"""The settings file: what it means, where it is found, and what is said of one that is wrong."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from iacgate.config import FILE_NAMES, check_setting_names, find_settings, load_settings, read_settings
from iacgate.errors import SettingsError
from iacgate.model import DEFAULT_TIERS, Mode, RuleNames, Severity, Standing

FULL = """\
version: 1
maturity: 1
tiers: {critical: enforce, HIGH: Enforce, medium: warn, low: off, info: OFF}
rollout:
  - {rules: [k8s-missing-limits], mode: warn, until: 2027-01-31, match: {namespaces: [payments]}, reason: fix window}
  - {rules: CKV_AWS_20, mode: audit, until: "2027-01-31", then: warn, match: {resource: 'aws_s3_bucket.b["k"]'}}
rules:
  ruleset: strict
  disable: [k8s-host-path]
  severity: {k8s-privileged-container: Critical}
  params: {image-registry-not-allowed: {allowed: [registry.example.com/], strict: yes, limit: 3, share: 0.5, tag: "1"}}
  packs: [./policy]
exceptions: {file: exceptions.yaml, max_days: 90, announce_days: 7, inline: Forbid}
baseline: .iacgate-baseline.json
inputs:
  include: [generated/a.tf]
  exclude: ["**/vendor/**"]
  terraform: {var_files: [prod.tfvars], variables: {region: eu-west-1}, source: infra}
  kubernetes: {render: never}
environments: {prod: ["deploy/prod/**"], rest: "**"}
owner: {label: team, annotation: acme.com/owner, tag: Owner, codeowners: OWNERS}
fail_on: HIGH
report_level: low
unknown: warn
existing: Audit
break_glass: {annotation: forbid, command: allow}
"""


def read(text, file="iacgate.yaml"):
    return read_settings(text.encode(), file, "/repo")


def test_every_key_means_what_the_documentation_says():
    got = read(FULL)
    plan = got.enforcement
    assert (got.file, got.folder, plan.maturity) == ("iacgate.yaml", "/repo", 1)
    assert plan.tiers == {
        Severity.CRITICAL: Mode.ENFORCE,
        Severity.HIGH: Mode.ENFORCE,
        Severity.MEDIUM: Mode.WARN,
        Severity.LOW: Mode.OFF,
        Severity.INFO: Mode.OFF,
    }
    first, second = plan.rollout
    assert (first.rules, first.mode, first.until, first.then) == (
        ("k8s-missing-limits",),
        Mode.WARN,
        date(2027, 1, 31),
        Mode.ENFORCE,
    )
    assert (first.scope.namespaces, first.reason, first.location.line) == (("payments",), "fix window", 5)
    assert (second.rules, second.then, second.scope.resources) == (
        ("CKV_AWS_20",),
        Mode.WARN,
        ('aws_s3_bucket.b["k"]',),
    )
    assert (got.rules.ruleset, got.rules.disable, got.rules.packs) == ("strict", ("k8s-host-path",), ("./policy",))
    assert plan.severity == {"k8s-privileged-container": Severity.CRITICAL}
    assert got.rules.params["image-registry-not-allowed"] == {
        "allowed": ["registry.example.com/"],
        "strict": True,
        "limit": 3,
        "share": 0.5,
        "tag": "1",
    }
    assert (got.exceptions.file, got.exceptions.max_days, got.exceptions.announce_days) == ("exceptions.yaml", 90, 7)
    assert (got.exceptions.inline, got.baseline) == ("forbid", ".iacgate-baseline.json")
    assert (got.inputs.include, got.inputs.exclude) == (("generated/a.tf",), ("**/vendor/**",))
    assert got.inputs.adapters == {
        "terraform": {"var_files": ["prod.tfvars"], "variables": {"region": "eu-west-1"}, "source": "infra"},
        "kubernetes": {"render": "never"},
    }
    assert got.environments == (("prod", ("deploy/prod/**",)), ("rest", ("**",)))
    assert (got.owner.label, got.owner.annotation, got.owner.tag) == ("team", "acme.com/owner", "Owner")
    assert (plan.fail_on, got.report_level, plan.unknown) == (Severity.HIGH, Severity.LOW, Mode.WARN)
    assert (plan.existing, plan.origin["existing"]) == (Mode.AUDIT, "iacgate.yaml:25")
    assert (got.break_glass.annotation, got.break_glass.command) == (False, True)
    assert plan.origin["tiers"] == "iacgate.yaml:3"
    assert plan.origin["maturity"] == "iacgate.yaml:2"
    assert got.resolve("./policy") == "/repo/policy"


@pytest.mark.parametrize("text", ["", "# only a comment\n", "version: 1\n", "---\n", "tiers:\nrollout:\nrules: {}\n"])
def test_what_is_not_written_has_its_default(text):
    got = read(text)
    assert got.enforcement.maturity == 2
    assert got.enforcement.tiers == DEFAULT_TIERS
    assert (got.enforcement.fail_on, got.enforcement.unknown, got.report_level) == (None, Mode.AUDIT, Severity.INFO)
    assert got.enforcement.existing is Mode.ENFORCE
    assert (got.rules.ruleset, got.baseline, got.exceptions.file) == ("recommended", "", "")
    assert (got.exceptions.max_days, got.exceptions.announce_days) == (180, 14)
    assert got.exceptions.inline == "require-expiry"
    assert got.break_glass.annotation
    assert got.break_glass.command


@pytest.mark.parametrize(
    ("match", "change"),
    [
        ("{change: introduced}", Standing.INTRODUCED),
        ("{change: Existing, paths: [a]}", Standing.EXISTING),
        ("{paths: [a]}", None),
    ],
)
def test_a_rollout_entry_may_ask_what_a_plan_changes(match, change):
    [entry] = read(f"rollout: [{{rules: [r], mode: warn, match: {match}}}]").enforcement.rollout
    assert entry.scope.change is change


def test_without_a_file_the_defaults_hold():
    got = load_settings(None, "/repo")
    assert (got.file, got.folder, got.enforcement.maturity, got.enforcement.tiers) == ("", "/repo", 2, DEFAULT_TIERS)


@pytest.mark.parametrize("word", ["off", "OFF", "Off", "no", "false", '"off"'])
def test_off_is_a_mode_however_yaml_reads_it(word):
    assert read(f"tiers: {{high: {word}}}").enforcement.tiers == {Severity.HIGH: Mode.OFF}


def test_the_same_settings_in_pyproject():
    text = """\
[project]
name = "x"

[tool.iacgate]
maturity = 1
fail_on = "High"

[tool.iacgate.tiers]
high = "warn"

[[tool.iacgate.rollout]]
rules = ["a"]
mode = "warn"
until = 2027-01-31
"""
    got = read(text, "pyproject.toml")
    assert (got.enforcement.maturity, got.enforcement.fail_on) == (1, Severity.HIGH)
    assert got.enforcement.tiers == {Severity.HIGH: Mode.WARN}
    assert got.enforcement.rollout[0].until == date(2027, 1, 31)
    assert got.enforcement.origin["maturity"] == "pyproject.toml:5"


WRONG = [
    ("tierz: {}", "1:1: unknown key 'tierz' in the settings: did you mean 'tiers'?"),
    ("rules:\n  disabel: []", "2:3: unknown key 'disabel' in rules: did you mean 'disable'?"),
    ("rollout: [{rules: [r], mode: warn, match: {change: new}}]", "'new'"),
    ("existing: old", "1:11: "),
    ("zzzzzz: 1", "1:1: unknown key 'zzzzzz' in the settings"),
    ("maturity: 7", "1:11: maturity is 7: it should be a whole number from 0 to 4"),
    ("maturity: two", "1:11: maturity is 'two': it should be a whole number from 0 to 4"),
    ("maturity: true", "1:11: maturity is true: it should be a whole number from 0 to 4"),
    ("maturity: '1'", "1:11: maturity is '1': it should be a whole number from 0 to 4"),
    ("version: 2", "1:10: version 2 is not known here: it should be 1"),
    (
        "tiers: {hihg: warn}",
        "1:9: unknown severity 'hihg': one of critical, high, medium, low, info; did you mean 'high'?",
    ),
    ("tiers: {high: enforc}", "1:15: unknown mode 'enforc': one of off, audit, warn, enforce; did you mean 'enforce'?"),
    ("tiers: [a]", "1:8: tiers is a list: it should be a mapping"),
    ("tiers: {high: warn, HIGH: off}", "1:21: key 'HIGH' is written twice"),
    ("fail_on: hgih", "1:10: unknown severity 'hgih': one of critical, high, medium, low, info; did you mean 'high'?"),
    ("rollout: [{rules: x}]", "1:11: a rollout entry lacks 'mode'"),
    ("rollout: [{mode: warn, rules: []}]", "1:31: rules is empty: name at least one"),
    (
        "rollout: [{rules: x, mode: warn, until: 2027-02-30}]",
        "1:41: until is '2027-02-30': it should be a date such as",
    ),
    ("rollout: [{rules: x, mode: warn, until: 31.01.2027}]", "1:41: until is '31.01.2027'"),
    ("rollout: [{rules: x, mode: warn, then: audit}]", "1:40: `then` without `until` never comes"),
    ("rollout: [{rules: x, mode: enforce, until: 2027-01-01}]", "1:44: `until` changes nothing"),
    ("rollout: [{rules: x, mode: warn, match: {path: a}}]", "unknown key 'path' in match: did you mean 'paths'?"),
    ("rollout: {a: 1}", "1:10: rollout is a mapping: it should be a list"),
    ("exceptions: {inline: require_expiry}", "did you mean 'require-expiry'?"),
    ("exceptions: {max_days: 0}", "1:24: max_days is 0"),
    ("rules: {disable: {a: 1}}", "1:18: disable is a mapping: it should be a list"),
    ("rules: {params: {x: 1}}", "1:21: x is 1: it should be a mapping"),
    ("rules: {packs: ''}", "packs is empty: it should be text"),
    ("break_glass: {command: maybe}", "unknown permission 'maybe': one of allow, forbid"),
    ("[1, 2]", "1:1: the file is a list: it should be a mapping"),
    ("hello", "1:1: the file is 'hello': it should be a mapping"),
    ("a: [1", "not YAML"),
    ("a: 1\na: 2", "2:1: key 'a' is written twice (first in line 1)"),
    ("a: 1\n---\nb: 2", "3:1: a second document in the file"),
    ("a: *x", "1:4: alias *x names no earlier value"),
    ("<<: {a: 1}", "1:1: merge keys are not read here"),
    ("? [a]\n: 1", "1:3: a key that is no text"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_what_is_wrong_is_said_with_its_place_and_the_nearest_right_word(text, said):
    with pytest.raises(SettingsError) as caught:
        read(text)
    assert str(caught.value).startswith("iacgate.yaml:")
    assert said in str(caught.value)


def test_the_other_complaints_are_in_the_hint():
    with pytest.raises(SettingsError) as caught:
        read("maturity: 9\ntierz: {}\nfail_on: hi\n")
    assert str(caught.value).startswith("iacgate.yaml:1:11: maturity is 9")
    assert caught.value.hint.splitlines() == [
        "also iacgate.yaml:2:1: unknown key 'tierz' in the settings: did you mean 'tiers'?",
        "also iacgate.yaml:3:10: unknown severity 'hi': one of critical, high, medium, low, info; did you mean 'high'?",
    ]


def test_what_is_wrong_in_pyproject_has_its_line():
    with pytest.raises(SettingsError, match=r"pyproject.toml:5:1: unknown key 'maturty'"):
        read("[project]\nmaturty = 1\n\n[tool.iacgate]\nmaturty = 1\n", "pyproject.toml")
    with pytest.raises(SettingsError, match=r"pyproject.toml:1:.*: not TOML"):
        read("[tool.iacgate\n", "pyproject.toml")
    with pytest.raises(SettingsError, match=r"no .tool.iacgate. table"):
        read("[tool.other]\n", "pyproject.toml")


BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"b%d: &b%d [%s]\n" % (level, level, b",".join([b"*b%d" % (level - 1) if level else b"*a"] * 9))
    for level in range(9)
)
HOSTILE = [
    b"\xff\xfe\x00",
    b"a: \x00",
    b"[" * 200_000,
    b"{a: " * 100_000,
    b"- " * 5_000,
    BOMB,
    b"a: &a [*a]",
    b"!!python/object/apply:os.system [ls]",
    b"%YAML 9.9\n---\na: 1",
    b"x" * (9 * 1024 * 1024),
]


@pytest.mark.parametrize("data", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_files_are_errors_with_a_place(data):
    with pytest.raises(SettingsError) as caught:
        read_settings(data, "iacgate.yaml", "/repo")
    assert caught.value.location is not None


def test_deep_toml_is_an_error():
    with pytest.raises(SettingsError):
        read_settings(b"[tool.iacgate]\na = " + b"[" * 100_000, "pyproject.toml", "/")


def test_the_nearest_file_up_to_the_root_is_found(tmp_path):
    deep = tmp_path / "repo/a/b"
    deep.mkdir(parents=True)
    root = tmp_path / "repo"
    (tmp_path / "iacgate.yaml").write_text("version: 1")
    assert find_settings(str(deep), str(root)) is None
    (root / "pyproject.toml").write_text("[tool.iacgate]\nmaturity = 1\n")
    assert find_settings(str(deep), str(root)) == str(root / "pyproject.toml")
    (root / ".iacgate.yaml").write_text("version: 1")
    assert find_settings(str(deep), str(root)) == str(root / ".iacgate.yaml")
    (root / "a/iacgate.yml").write_text("version: 1")
    assert find_settings(str(deep), str(root)) == str(root / "a/iacgate.yml")
    (deep / "main.tf").write_text("")
    assert find_settings(str(deep / "main.tf"), str(root)) == str(root / "a/iacgate.yml")


def test_a_pyproject_without_our_table_is_none_of_ours(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["iacgate"]\n')
    assert find_settings(str(tmp_path), str(tmp_path)) is None


def test_two_files_in_one_folder_are_an_error(tmp_path):
    for name in FILE_NAMES[:2]:
        (tmp_path / name).write_text("version: 1")
    with pytest.raises(SettingsError, match=r"iacgate.yaml and .iacgate.yaml"):
        find_settings(str(tmp_path), str(tmp_path))


def test_outside_of_the_root_only_the_folder_itself_is_looked_at(tmp_path):
    (tmp_path / "iacgate.yaml").write_text("version: 1")
    (tmp_path / "x").mkdir()
    assert find_settings(str(tmp_path / "x"), "/elsewhere") is None
    assert find_settings(str(tmp_path), "/elsewhere") == str(tmp_path / "iacgate.yaml")


def test_a_named_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(SettingsError, match=r"cannot read none.yaml"):
        load_settings(str(tmp_path / "none.yaml"), str(tmp_path))


NAMES = RuleNames(ids={"k8s-host-path", "k8s-privileged-container"}, aliases={"ckv_1": {"k8s-host-path"}})


@pytest.mark.parametrize(
    "text",
    [
        "rules: {disable: [k8s-host-path, CKV_1, 'k8s-*']}",
        "rollout: [{rules: '*', mode: warn}]",
        "rules: {severity: {k8s-privileged-container: low}, params: {k8s-host-path: {a: 1}}}",
    ],
)
def test_rules_that_exist_are_fine(text):
    check_setting_names(read(text), NAMES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "rules:\n  disable:\n    - k8s-hots-path",
            "iacgate.yaml:3:7: unknown rule 'k8s-hots-path': did you mean 'k8s-host-path'?",
        ),
        ("rollout:\n  - {rules: [nope], mode: warn}", "iacgate.yaml:2:5: unknown rule 'nope'"),
        ("rules:\n  severity:\n    k8s-privileged: low", "iacgate.yaml:3:5: unknown rule 'k8s-privileged'"),
        ("rules:\n  params:\n    zzz: {a: 1}", "iacgate.yaml:3:5: unknown rule 'zzz'"),
        ("rules: {disable: ['aws-*']}", "iacgate.yaml:1:19: unknown rule 'aws-*'"),
    ],
)
def test_rules_that_do_not_are_errors_with_place_and_nearest(text, said):
    with pytest.raises(SettingsError) as caught:
        check_setting_names(read(text), NAMES)
    assert said in str(caught.value)


def test_a_settings_file_that_fits_never_loads_pydantic(tmp_path):
    (tmp_path / "iacgate.yaml").write_text(FULL)
    code = (
        "import sys; from iacgate.config import load_settings, find_settings;"
        "load_settings(find_settings('.', '.'), '.');"
        "sys.exit(any(name in sys.modules for name in ('pydantic', 'tomllib', 'click')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 0
