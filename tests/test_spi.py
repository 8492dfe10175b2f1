"""Plug-ins as their users have them: installed distributions that name entry points."""

from __future__ import annotations

import importlib
import sys
from datetime import date
from textwrap import dedent

import pytest

from iacgate import spi
from iacgate.errors import CommandError, IacgateError
from iacgate.model import State
from iacgate.outputs import format_names, output_format, parse_output_spec
from iacgate.pipeline import Request, scan

ADAPTER = """
from iacgate.errors import SyntaxFailure
from iacgate.model import Document, Location, Resource

name = "lines"


def claims(source):
    return source.path.endswith(".lines")


def parse(source):
    text = source.read().decode()
    if "<<<" in text:
        raise SyntaxFailure(Location(file=source.path, line=1), "a conflict that nobody resolved")
    yield Document(path=source.path, kind=name, body=text.split(), locate=lambda path: Location(file=source.path))


def normalise(documents, context):
    for document in documents:
        for number, word in enumerate(document.body, 1):
            yield Resource(
                address=f"{document.path}#{word}", type="text_line", provider="lines", name=word, body={"word": word},
                adapter=name, document=document, locate=lambda path, n=number: Location(file=document.path, line=n),
            )


def companions(source):
    return ()
"""

CHECK = '''
from dataclasses import dataclass

from iacgate.sdk import Violation, check


@dataclass(frozen=True)
class Words:
    refused: tuple[str, ...]


@check("refused-word", params=Words)
def refused_word(subject, inventory, params):
    """A word that is refused."""
    if subject.get("word") in params.refused:
        yield Violation(message=f"{subject.get('word')} is refused", path=("word",))
'''

OUTPUT = """
name, extension = "shout", "txt"


def render(report, options):
    return "".join(f"{verdict.finding.message.upper()}!\\n" for verdict in report.verdicts)
"""

RULE = """
id: line-word-refused
title: Line holds a refused word
severity: high
on: [text_line]
check: refused-word
params: {refused: [eval]}
why: Nobody wants it.
fix: Take another word.
since: "0.1"
"""

ENTRY_POINTS = """
[iacgate.inputs]
lines = NAME.adapter

[iacgate.outputs]
shout = NAME.output

[iacgate.checks]
refused-word = NAME.checks:refused_word

[iacgate.packs]
team = NAME.policy
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a distribution with these files on the path, as installing it would."""
    site = tmp_path / "site-packages"

    def put(name, entry_points, files):
        for path, text in {"__init__.py": "", **files}.items():
            file = site / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(dedent(text))
        info = site / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(entry_points.replace("NAME", name))
        if str(site) not in sys.path:
            monkeypatch.syspath_prepend(str(site))
        importlib.invalidate_caches()

    before = set(sys.modules)
    yield put
    for module in set(sys.modules) - before:
        if module.startswith("gate_"):
            del sys.modules[module]


@pytest.fixture
def whole_plugin(install):
    files = {"adapter.py": ADAPTER, "checks.py": CHECK, "output.py": OUTPUT}
    install("gate_lines", ENTRY_POINTS, {**files, "policy/__init__.py": "", "policy/line-word-refused.yaml": RULE})


def scanned(folder, **more):
    return scan(["."], Request(cwd=str(folder), today=date(2026, 12, 1), **more))


@pytest.mark.usefixtures("whole_plugin")
def test_adapter_check_pack_and_output_of_one_distribution_work_together(tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    (work / "a.lines").write_text("print\neval\n")
    report = scanned(work)
    assert [(resource.address, resource.adapter) for resource in report.resources] == [
        ("a.lines#print", "lines"),
        ("a.lines#eval", "lines"),
    ]
    [verdict] = report.verdicts
    assert (verdict.finding.rule.id, str(verdict.finding.location)) == ("line-word-refused", "a.lines:2:1")
    assert report.exit_code == 1
    assert output_format("shout").render(report, spi.OutputOptions()) == "EVAL IS REFUSED!\n"


@pytest.mark.usefixtures("whole_plugin")
def test_a_rule_of_an_installed_pack_is_set_up_like_any_other(tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    (work / "a.lines").write_text("print\neval\n")
    (work / "iacgate.yaml").write_text("version: 1\nrules: {params: {line-word-refused: {refused: [print]}}}\n")
    assert [verdict.finding.message for verdict in scanned(work).verdicts] == ["print is refused"]
    (work / "iacgate.yaml").write_text("version: 1\nrules: {disable: [line-word-refused]}\n")
    assert scanned(work).verdicts == ()


@pytest.mark.usefixtures("whole_plugin")
def test_what_a_foreign_adapter_cannot_read_keeps_the_gate_shut(tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    (work / "a.lines").write_text("<<<<<<< HEAD\n")
    report = scanned(work)
    assert report.exit_code == 3
    assert [trouble.message for trouble in report.troubles] == ["a.lines:1:1: a conflict that nobody resolved"]


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("def claims(source):", "a.lines: an adapter failed (ZeroDivisionError at claims:9)"),
        ("def parse(source):", "a.lines: the lines adapter failed (ZeroDivisionError at parse:13)"),
        ("def normalise(documents, context):", "a.lines: the lines adapter failed (ZeroDivisionError at normalise:20)"),
    ],
)
def test_an_adapter_that_crashes_hides_no_other_file(install, tmp_path, broken, message):
    adapter = ADAPTER.replace(broken, f"{broken}\n    1 / 0")
    install("gate_crash", "[iacgate.inputs]\nlines = NAME.adapter\n", {"adapter.py": adapter})
    work = tmp_path / "work"
    work.mkdir()
    (work / "a.lines").write_text("print\n")
    (work / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n")
    report = scanned(work)
    assert [trouble.message for trouble in report.troubles] == [message]
    assert [resource.name for resource in report.resources] == ["a"]
    assert report.exit_code in {1, 3}


@pytest.mark.usefixtures("whole_plugin")
def test_a_foreign_output_is_named_beside_ours():
    assert format_names()[-1] == "shout"
    assert parse_output_spec("SHOUT=a.txt") == ("shout", "a.txt")
    with pytest.raises(CommandError) as caught:
        parse_output_spec("shuot")
    assert caught.value.hint == "did you mean 'shout'?"


def test_exceptions_of_an_installed_pack_count_and_expire(install, tmp_path):
    brought = """
    from datetime import date
    from iacgate.model import Pack, Rule, Severity, Violation, Waiver

    def pods(inventory):
        return inventory.of_type("Pod")

    def check(subject, inventory):
        yield Violation(message="a pod")

    def pack():
        rule = Rule(id="pod-there", title="Pod", severity=Severity.HIGH, selects=pods, check=check, on=("Pod",))
        day = date(2027, 1, 1)
        waiver = Waiver(id="W1", rules=("pod-there",), reason="ours", source="policy", owner="team", expires=day)
        return Pack(rules=(rule,), waivers=(waiver,))
    """
    install("gate_excused", "[iacgate.packs]\nexcused = NAME.brought:pack\n", {"brought.py": brought})
    work = tmp_path / "work"
    work.mkdir()
    (work / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n")
    states = []
    for today in (date(2027, 1, 1), date(2027, 1, 2)):
        report = scan(["."], Request(cwd=str(work), today=today, rules=("pod-there",)))
        states += [(verdict.state, verdict.because.split(":")[0]) for verdict in report.verdicts]
    assert states[0] == (State.EXCEPTED, "excused by the policy itself until 2027-01-01")
    assert states[1][0] is State.BLOCKED


def test_a_shipped_output_cannot_be_taken_over(install):
    install("gate_takeover", "[iacgate.outputs]\njson = NAME.output\n", {"output.py": OUTPUT})
    assert output_format("json").__name__ == "iacgate.outputs.native_json"


@pytest.mark.parametrize(
    ("group", "use"),
    [
        ("iacgate.inputs", scanned),
        ("iacgate.packs", scanned),
        ("iacgate.outputs", lambda folder: parse_output_spec("nothing")),
    ],
)
def test_a_plug_in_that_does_not_load_stops_the_command(install, tmp_path, group, use):
    """What it would have found is not known, so the gate cannot be green without it."""
    install("gate_broken", f"[{group}]\nodd = NAME.missing\n", {})
    with pytest.raises(IacgateError, match=rf"'odd' \({group}\) does not load: ModuleNotFoundError") as caught:
        use(tmp_path)
    assert caught.value.hint == "install the version that fits, or uninstall it"


def test_plug_ins_come_by_name_and_only_those_of_the_group(install):
    install("gate_two", "[iacgate.outputs]\nzeta = NAME.output\nalpha = NAME.output\n", {"output.py": OUTPUT})
    install("gate_other", "[console_scripts]\nx = NAME.output:render\n", {"output.py": OUTPUT})
    assert [name for name, _ in spi.plugins("iacgate.outputs")] == ["alpha", "zeta"]
    assert list(spi.plugins("iacgate.inputs")) == []


def test_without_plug_ins_the_metadata_library_is_not_loaded(monkeypatch):
    monkeypatch.delitem(sys.modules, "importlib.metadata", raising=False)
    assert list(spi.plugins("iacgate.inputs")) == []
    assert "importlib.metadata" not in sys.modules


def test_folders_of_the_path_that_cannot_be_listed_are_passed_over(monkeypatch, tmp_path):
    odd = tmp_path / "odd-1.0.dist-info"
    odd.mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path / "gone"), str(tmp_path / "archive.zip"), str(tmp_path)])
    assert list(spi.plugins("iacgate.inputs")) == []
