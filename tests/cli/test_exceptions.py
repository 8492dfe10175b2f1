"""``iacgate exceptions``: list, lint and add, on real files."""

from __future__ import annotations

import json

import pytest

from iacgate.cli.entry import run
from iacgate.cli.exceptions import appended
from iacgate.config import read_exceptions

DAY = "2026-11-21"
ADD = [
    "exceptions",
    "add",
    "--today",
    DAY,
    "--rule",
    "k8s-privileged-container",
    "--reason",
    "needs the kernel",
    "--owner",
    "sec",
]
PLACE = ["--resource", "Pod prod/*"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A repository with settings that name an exceptions file."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "iacgate.yaml").write_text("exceptions: {file: sub/exc.yaml}\n")
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def entries(folder):
    data = (folder / "sub/exc.yaml").read_bytes()
    from datetime import date

    return read_exceptions(data, "exc.yaml", date(2026, 11, 21), 180)


def test_add_writes_what_scans_read(folder, capsys):
    assert run([*ADD, *PLACE, "--days", "30", "--ticket", "481", "--approved-by", "lead"]) == 0
    (waiver,) = entries(folder)
    assert (waiver.id, waiver.rules, waiver.match) == (
        "EXC-2026-001",
        ("k8s-privileged-container",),
        {"resources": ("Pod prod/*",)},
    )
    assert (waiver.reason, waiver.owner, waiver.approved_by, waiver.ticket) == (
        "needs the kernel",
        "sec",
        "lead",
        "481",
    )
    assert str(waiver.expires) == "2026-12-21"
    assert "EXC-2026-001 added" in capsys.readouterr().err


def test_add_takes_the_next_number_and_leaves_what_is_there(folder):
    run([*ADD, *PLACE, "--expires", "2027-01-31"])
    file = folder / "sub/exc.yaml"
    file.write_text("# ours\n" + file.read_text() + "    # a remark\n")
    before = file.read_text()
    assert (
        run(
            [
                *ADD,
                "--path",
                "deploy/**",
                "--namespace",
                "prod",
                "--environment",
                "prod",
                "--for-owner",
                "web",
                "--days",
                "3",
            ]
        )
        == 0
    )
    assert file.read_text().startswith(before)
    assert [waiver.id for waiver in entries(folder)] == ["EXC-2026-001", "EXC-2026-002"]
    assert set(entries(folder)[1].match) == {"paths", "namespaces", "environments", "owners"}


REST = ["rules: [x]", "match: {paths: y}", "reason: r", "owner: o", "expires: 2026-12-01"]
TEXTS = [
    "",
    "exceptions:\n",
    "exceptions: []\n",
    "exceptions: []   # none yet",
    "version: 1\n",
    "# only a comment\n",
    "\n  ".join(["exceptions:\n- id: a", *REST]) + "\n",
    "\n        ".join(["exceptions:\n    -   id: a", *REST]),
    "\n      ".join(["exceptions:\n   -\n      id: a", *REST]),
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("reason", ["plain words", 'quotes " and: colons', "off", "ü, # and 'x'", "a\nb", "12", "- x"])
def test_any_file_and_any_text_survive_adding(text, reason):
    from datetime import date

    today = date(2026, 11, 21)
    before = read_exceptions(text.encode(), "f", today, 180)
    entry = {"id": "N", "rules": ("a-rule", "b-*"), "reason": reason, "owner": "o", "approved_by": None, "ticket": "7"}
    after = appended(text, {**entry, "expires": today}, {"resources": ('x.y["k"]', "*")}, before)
    waivers = read_exceptions(after.encode(), "f", today, 180)
    assert waivers[:-1] == before
    assert (waivers[-1].reason, waivers[-1].match) == (reason, {"resources": ('x.y["k"]', "*")})


WRONG = [
    ([*PLACE], "an exception needs a last day"),
    ([*PLACE, "--days", "3", "--expires", "2026-12-01"], "an exception needs a last day"),
    ([*PLACE, "--days", "181"], "at most 180 are allowed"),
    (["--days", "3"], "matches everything"),
    ([*PLACE, "--days", "3", "--rule", "k8s-privleged-container"], "did you mean 'k8s-privileged-container'?"),
]


@pytest.mark.parametrize(("options", "said"), WRONG)
def test_what_would_not_load_is_not_written(folder, capsys, options, said):
    assert run([*ADD, *options]) == 2
    assert said in capsys.readouterr().err
    assert not (folder / "sub/exc.yaml").exists()


def test_a_file_that_cannot_be_added_to_is_left_alone(folder, capsys):
    file = folder / "sub/exc.yaml"
    file.write_text("exceptions:\nversion: 1\n")
    assert run([*ADD, *PLACE, "--days", "3"]) == 2
    assert file.read_text() == "exceptions:\nversion: 1\n"


def test_list_says_who_and_until_when(folder, capsys):
    for days in ("3", "100"):
        run([*ADD, *PLACE, "--days", days])
    capsys.readouterr()
    assert run(["exceptions", "list", "--today", DAY, "-o", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)["exceptions"]
    assert [(row["id"], row["status"], row["owner"]) for row in rows] == [
        ("EXC-2026-001", "expiring", "sec"),
        ("EXC-2026-002", "live", "sec"),
    ]
    assert run(["exceptions", "list", "--today", "2026-12-24"]) == 0
    text = capsys.readouterr().out
    assert "EXC-2026-001  expired, last day 2026-11-24, owner sec" in text
    assert "resources: Pod prod/*" in text


def test_lint_says_what_is_wrong_with_settings_exceptions_and_rules(folder, capsys):
    run([*ADD, *PLACE, "--days", "3"])
    assert run(["exceptions", "lint", "--today", DAY]) == 0
    assert run(["exceptions", "lint", "--today", "2026-12-24"]) == 0
    assert "EXC-2026-001 is expired" in capsys.readouterr().err
    file = folder / "sub/exc.yaml"
    file.write_text(file.read_text().replace("k8s-privileged-container", "nope"))
    assert run(["exceptions", "lint", "--today", DAY]) == 2
    assert "sub/exc.yaml:2:5: unknown rule 'nope'" in capsys.readouterr().err
    (folder / "iacgate.yaml").write_text("rules:\n  disable: [k8s-privleged-container]\n")
    assert run(["exceptions", "lint"]) == 2
    assert "iacgate.yaml:2:13: unknown rule 'k8s-privleged-container'" in capsys.readouterr().err
    (folder / "iacgate.yaml").write_text("maturity: 9\n")
    assert run(["exceptions", "lint"]) == 2
    assert "iacgate.yaml:1:11: maturity is 9" in capsys.readouterr().err


def test_lint_checks_the_settings_that_hold_at_each_path(folder, capsys):
    (folder / "sub/exc.yaml").write_text("exceptions: []\n")
    (folder / "other").mkdir()
    (folder / "other/iacgate.yaml").write_text("maturity: 1\n")
    assert run(["exceptions", "lint", "sub", "sub/exc.yaml", "other/iacgate.yaml"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(";")[0] for line in lines] == ["settings: iacgate.yaml", "settings: other/iacgate.yaml"]
    (folder / "other/iacgate.yaml").write_text("maturity: many\n")
    assert run(["exceptions", "lint"]) == 0
    assert run(["exceptions", "lint", "other/iacgate.yaml"]) == 2
    assert "other/iacgate.yaml:1" in capsys.readouterr().err
