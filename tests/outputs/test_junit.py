"""JUnit: valid by Jenkins' schema, unique names without lines, red exactly when the gate is not open."""

from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree as ET

import pytest
import xmlschema

from iacgate.model import Gate, Mode, Severity, State
from iacgate.model.dataclass import replace
from iacgate.outputs import junit
from iacgate.spi import OutputOptions


def written(report, sink, **options):
    return junit.render(report, OutputOptions(source=sink.SOURCES.get, **options))


def cases(report, sink, **options):
    return list(ET.fromstring(written(report, sink, **options)).iter("testcase"))


@pytest.fixture(scope="module")
def jenkins(schemas):
    return xmlschema.XMLSchema(str(schemas / "junit" / "jenkins-junit-10.xsd"))


@pytest.mark.parametrize("stamp", ["", "2026-11-21T00:00:00Z"])
def test_jenkins_flavour_is_valid(stamp, sink, jenkins):
    for report in (sink.full_report(), sink.empty_report(), sink.troubled_report()):
        jenkins.validate(written(report, sink, junit_flavour="jenkins", timestamp=stamp))


def test_gitlab_flavour_differs_by_the_file_only(sink):
    tree = ET.fromstring(written(sink.full_report(), sink))
    files = [case.attrib.pop("file", None) for case in tree.iter("testcase")]
    assert any(files)
    assert ET.tostring(tree) == ET.tostring(ET.fromstring(written(sink.full_report(), sink, junit_flavour="jenkins")))


def test_names_are_unique_and_hold_no_lines(sink):
    names = Counter((case.get("classname"), case.get("name")) for case in cases(sink.full_report(), sink))
    assert set(names.values()) == {1}
    moved = tuple(
        replace(
            one,
            triaged=replace(
                one.triaged,
                finding=replace(
                    one.finding, location=replace(one.finding.location, line=one.finding.location.line + 100)
                ),
            ),
        )
        for one in sink.verdicts()
    )
    elsewhere = cases(replace(sink.full_report(), verdicts=moved), sink)
    assert {(case.get("classname"), case.get("name")) for case in elsewhere} == set(names)


def test_many_cases_of_one_name_stay_apart(sink):
    same = sink.verdicts()[1]
    found = cases(sink.empty_report(verdicts=(same,) * 500), sink)
    assert len({case.get("name") for case in found}) == 501


def test_passes_are_written_unless_not_wanted(sink):
    passed = "docker-runs-as-root Deployment prod/web Image runs as root"
    assert passed in [case.get("name") for case in cases(sink.full_report(), sink)]
    assert passed not in [case.get("name") for case in cases(sink.full_report(), sink, junit_passes=False)]


def test_counts_are_those_of_the_cases(sink):
    tree = ET.fromstring(written(sink.full_report(), sink))
    for node in (tree, *tree.iter("testsuite")):
        inside = list(node.iter("testcase"))
        assert int(node.get("tests")) == len(inside)
        assert int(node.get("failures")) == sum(case.find("failure") is not None for case in inside)
        assert int(node.get("errors")) == sum(case.find("error") is not None for case in inside)


@pytest.mark.parametrize("hidden", [True, False])
@pytest.mark.parametrize("gate", list(Gate))
def test_red_exactly_when_the_gate_is_not_open(gate, hidden, sink):
    """Also when what blocks lies below the report level, and when nothing but the gate says that something is amiss."""
    state = State.BLOCKED if gate is Gate.CLOSED else State.WARNED
    verdict = replace(sink.verdicts()[1], state=state, mode=Mode.ENFORCE, severity=Severity.LOW)
    level = Severity.HIGH if hidden else Severity.INFO
    report = sink.empty_report(gate=gate, verdicts=(verdict,), report_level=level)
    red = [case for case in cases(report, sink) if case.find("failure") is not None or case.find("error") is not None]
    assert bool(red) is (gate is not Gate.OPEN)


def test_unreadable_below_enforcement_is_no_error(sink):
    report = replace(sink.troubled_report(), gate=Gate.OPEN, exit_code=0)
    assert [case.get("classname") for case in cases(report, sink) if case.find("skipped") is not None] == ["x.tf"]


def test_scanned_text_attaches_no_file(sink):
    verdict = sink.verdicts()[1]
    finding = replace(verdict.finding, message="[[ATTACHMENT|/etc/passwd]]")
    report = sink.empty_report(verdicts=(replace(verdict, triaged=replace(verdict.triaged, finding=finding)),))
    assert all("[[ATTACHMENT|" not in element.text for case in cases(report, sink) for element in case)
