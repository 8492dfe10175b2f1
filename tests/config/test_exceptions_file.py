"""The exceptions file: what it means, and what is said of one that is wrong."""

from __future__ import annotations

from datetime import date

import pytest

from iacgate.config import check_exception_names, load_exceptions, read_exceptions, read_settings
from iacgate.errors import ExceptionsError
from iacgate.model import RuleNames

TODAY = date(2026, 11, 21)
PLACE = '{resource: "DaemonSet kube-system/falco*", paths: ["deploy/**"], environments: [prod]}'
GOOD = """\
exceptions:
  - id: EXC-2026-014
    rules: [k8s-privileged-container]
    match: {resource: "DaemonSet kube-system/falco*", paths: ["deploy/**"], environments: [prod]}
    reason: Falco needs the kernel
    owner: platform-security
    approved_by: security-lead
    ticket: 481
    expires: 2027-02-01
"""


def read(text, max_days=180):
    return read_exceptions(text.encode(), "exceptions.yaml", TODAY, max_days)


def test_an_exception_becomes_a_waiver():
    (waiver,) = read(GOOD)
    assert (waiver.id, waiver.rules, waiver.source) == ("EXC-2026-014", ("k8s-privileged-container",), "file")
    assert waiver.match == {
        "resources": ("DaemonSet kube-system/falco*",),
        "paths": ("deploy/**",),
        "environments": ("prod",),
    }
    assert (waiver.reason, waiver.owner) == ("Falco needs the kernel", "platform-security")
    assert (waiver.approved_by, waiver.ticket, waiver.expires) == ("security-lead", "481", date(2027, 2, 1))
    assert (waiver.location.file, waiver.location.line) == ("exceptions.yaml", 2)


@pytest.mark.parametrize("text", ["", "exceptions:\n", "exceptions: []\n", "version: 1\n"])
def test_no_exceptions_are_fine(text):
    assert read(text) == ()


@pytest.mark.parametrize("key", ["id", "rules", "match", "reason", "owner", "expires"])
def test_required_keys_are_required(key):
    lines = [line for line in GOOD.splitlines() if f"{key}:" not in line.replace("- ", "  ")]
    text = "\n".join(lines).replace("    rules", "  - rules", 1) if key == "id" else "\n".join(lines)
    with pytest.raises(ExceptionsError, match=f"exceptions.yaml:2:5: an exception lacks '{key}'"):
        read(text)


WRONG = [
    (("    owner:", "    ower:"), "6:5: unknown key 'ower' in an exception: did you mean 'owner'?"),
    (("2027-02-01", "2027-02-31"), "9:14: expires is '2027-02-31': it should be a date"),
    (("2027-02-01", "never"), "expires is 'never': it should be a date"),
    (("2027-02-01", "2027-06-01"), "9:14: exception 'EXC-2026-014' expires 2027-06-01, 192 days from 2026-11-21"),
    (("resource:", "resorce:"), "unknown key 'resorce' in match: did you mean 'resource'?"),
    (("resource:", "change: existing, resource:"), "unknown key 'change' in match"),
    ((PLACE, "{}"), "4:12: exception 'EXC-2026-014' matches everything"),
    (("[k8s-privileged-container]", "[]"), "rules is empty"),
    (("Falco needs the kernel", "''"), "reason is empty"),
    (("exceptions:", "exeptions:"), "unknown key 'exeptions' in the exceptions file: did you mean 'exceptions'?"),
]


@pytest.mark.parametrize(("change", "said"), WRONG)
def test_what_is_wrong_is_said_with_its_place(change, said):
    with pytest.raises(ExceptionsError) as caught:
        read(GOOD.replace(*change))
    assert str(caught.value).startswith("exceptions.yaml:")
    assert said in str(caught.value)


def test_an_id_is_used_once():
    with pytest.raises(
        ExceptionsError, match=r"exceptions.yaml:10:9: exception 'EXC-2026-014' is there twice .first in line 2"
    ):
        read(GOOD + GOOD.partition("\n")[2])


def test_the_longest_time_is_counted_from_today_and_includes_its_last_day():
    assert read(GOOD, max_days=72)
    with pytest.raises(ExceptionsError, match="at most 71"):
        read(GOOD, max_days=71)


def test_expired_exceptions_load():
    assert read(GOOD.replace("2027-02-01", "2020-01-01"))[0].expires == date(2020, 1, 1)


def test_the_settings_name_the_file(tmp_path):
    settings = read_settings(b"exceptions: {file: sub/exc.yaml}", "iacgate.yaml", str(tmp_path))
    with pytest.raises(ExceptionsError, match=r"iacgate.yaml:1:14: cannot read sub/exc.yaml"):
        load_exceptions(settings, TODAY)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/exc.yaml").write_text(GOOD)
    assert load_exceptions(settings, TODAY, str(tmp_path))[0].location.file == "sub/exc.yaml"
    assert load_exceptions(read_settings(b"", "iacgate.yaml", str(tmp_path)), TODAY) == ()


def test_its_rules_must_exist():
    waivers = read(GOOD)
    check_exception_names(waivers, RuleNames(ids={"k8s-privileged-container"}))
    with pytest.raises(
        ExceptionsError, match=r"exceptions.yaml:2:5: unknown rule .*did you mean 'k8s-privileged-pod'.*EXC-2026-014"
    ):
        check_exception_names(waivers, RuleNames(ids={"k8s-privileged-pod"}))
