"""The rule library against the verdicts of other tools: what agrees, what does not, and whether that is on record.

In: a folder with ``checkov/truth.jsonl`` and ``trivy/truth.jsonl`` (their README says what a case is), and the record
of disagreements beside this file. Out: a :class:`Score`; run as a script it writes ``docs/reference/conformance.md``.

A check of another tool is judged by the rules that carry its name as an alias: one finding of any of them is a fail.
Terraform that describes Kubernetes objects is named by its Terraform address there, wherever our subject stands.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from iacgate.engines.native import NativeRules
from iacgate.model import Evaluation, Outcome, Resource, ScanReport
from iacgate.pipeline import Request, scan

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RECORD = HERE / "library_record.yaml"
PAGE = ROOT / "docs" / "reference" / "conformance.md"
DAY = date(2026, 11, 20)
"""The day the cases are judged by: some rules know what is out of support."""

_WORDS = {Outcome.PASS: "pass", Outcome.FAIL: "fail", Outcome.UNKNOWN: "unknown", Outcome.ERROR: "error"}
_RENUMBERED = {("terraform", "CKV_K8S_12"): "CKV_K8S_13", ("terraform", "CKV_K8S_13"): "CKV_K8S_12"}
"""Numbers that mean another check in one framework: memory limit and memory request are the other way round there."""

_PROVIDERS = {"AWS": "AWS", "AZURE": "Azure", "GCP": "Google Cloud", "K8S": "Kubernetes", "DOCKER": "Dockerfile"}


class Difference(NamedTuple):
    """A resource on which we say something else: ``theirs`` pass, fail or none, ``ours`` those, unknown or error."""

    check: str
    resource: str
    theirs: str
    ours: str


@dataclass
class Tally:
    """Counts of one group of checks. ``listed`` are the resources that the cases name, ``equal`` those we agree on,
    ``undecided`` those of which we say that what it takes is not known."""

    checks: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    cases: int = 0
    right: int = 0
    listed: int = 0
    equal: int = 0
    undecided: int = 0

    def add(self, other: Tally) -> None:
        self.checks |= other.checks
        self.broken |= other.broken
        self.cases, self.right = self.cases + other.cases, self.right + other.right
        self.listed, self.equal = self.listed + other.listed, self.equal + other.equal
        self.undecided += other.undecided


@dataclass
class Score:
    """What a run found: tallies by group, every difference, the checks that no rule answers to, and trivy's pairs."""

    groups: dict[tuple[str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    differences: set[Difference] = field(default_factory=set)
    missing: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    snippets: Tally = field(default_factory=Tally)
    plans: Tally = field(default_factory=Tally)
    snippet_differences: set[Difference] = field(default_factory=set)
    known_aliases: frozenset[str] = frozenset()

    @property
    def total(self) -> Tally:
        total = Tally()
        for tally in self.groups.values():
            total.add(tally)
        return total


def rows(file: Path) -> list[dict[str, Any]]:
    """The cases of a file of lines of JSON."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def score(corpora: Path, only: frozenset[str] = frozenset()) -> Score:
    """All cases of checks that a rule answers to (``only`` limits them), judged by the rules with that alias."""
    aliases = NativeRules.load(ruleset="strict").aliases
    result = Score(known_aliases=frozenset(aliases))
    corpora = corpora.resolve()  # as reports name their root
    for case in rows(corpora / "checkov" / "truth.jsonl"):
        check, group = case["check_id"], (case["framework"], _provider(case["check_id"]))
        if only and check not in only:
            continue
        alias = _RENUMBERED.get((case["framework"], check), check)
        if alias not in aliases:
            result.missing[group].add(check)
        else:
            _score_case(corpora / "checkov", case, aliases[alias], result)
    for snippet in rows(corpora / "trivy" / "truth.jsonl"):
        if snippet["check_id"] in aliases and not (only and snippet["check_id"] not in only):
            _score_snippet(corpora / "trivy", snippet, aliases[snippet["check_id"]], result)
    return result


def _provider(check: str) -> str:
    return _PROVIDERS.get(check.split("_")[1], "others")


def _scan(path: Path, rules: tuple[str, ...]) -> ScanReport:
    request = Request(cwd="/", today=DAY, use_settings=False, rules=rules, use_gitignore=False, maturity=2)
    return scan([str(path)], request)


def _score_case(folder: Path, case: Mapping[str, Any], rules: tuple[str, ...], result: Score) -> None:
    said = _said(_scan(folder / case["dir"], rules), folder / case["dir"], case["framework"])
    if case["framework"] == "dockerfile":
        said = _by_file(case, said)
    _number_the_first(case, said)
    found = set(_differences(case, said))
    tally = result.groups[case["framework"], _provider(case["check_id"])]
    listed = {"pass": set(case["pass"]), "fail": set(case["fail"])}
    tally.checks.add(case["check_id"])
    tally.cases += 1
    tally.right += not found
    tally.listed += sum(len(names) for names in listed.values())
    tally.equal += sum(1 for word, names in listed.items() for name in names if word in said[name])
    tally.undecided += sum(one.theirs != "none" and one.ours == "unknown" for one in found)
    if found:
        tally.broken.add(case["check_id"])
        result.differences |= found


def _number_the_first(case: Mapping[str, Any], said: dict[str, set[str]]) -> None:
    """A resource of which nobody knows how many there are stands for the first of them, if the case names that."""
    for name in (*case["pass"], *case["fail"]):
        whole = name.removesuffix("[0]")
        if name not in said and whole in said and whole not in case["pass"] and whole not in case["fail"]:
            said[name] = said.pop(whole)


def _by_file(case: Mapping[str, Any], said: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """What we say of a Dockerfile, by the names of the case: rules look at a stage where theirs look at a line."""
    files: dict[str, set[str]] = defaultdict(set)
    for name, words in said.items():
        files[name.rpartition(".")[0]] |= words
    listed = [*case["pass"], *case["fail"]]
    known = {name.rpartition(".")[0] for name in listed}
    named = {name: said[name] if name in said else {_one(files[name.rpartition(".")[0]])} for name in listed}
    others = {name: words for name, words in said.items() if name.rpartition(".")[0] not in known}
    return defaultdict(set, {**named, **others})


def _differences(case: Mapping[str, Any], said: Mapping[str, set[str]]) -> Iterator[Difference]:
    theirs = {"pass": set(case["pass"]), "fail": set(case["fail"])}
    for word, names in theirs.items():
        for name in names:
            if word not in said[name]:
                yield Difference(case["check_id"], name, word, _one(said[name]))
    if case["complete"]:
        for name in sorted(set(said) - theirs["pass"] - theirs["fail"]):
            if _one(said[name]) in ("pass", "fail"):
                yield Difference(case["check_id"], name, "none", _one(said[name]))


def _one(words: set[str]) -> str:
    return next((word for word in ("fail", "error", "unknown", "pass") if word in words), "none")


def _said(report: ScanReport, path: Path, framework: str) -> dict[str, set[str]]:
    """What we say of each resource, by the other tool's names: of several rules on one resource the worst counts.

    Two resources of one name (in two modules, two documents) keep a word each; the lines of a Dockerfile do not.
    """
    places = _terraform_places(report)
    worst: dict[tuple[str, int], set[str]] = defaultdict(set)
    for evaluation in report.evaluations:
        if evaluation.outcome in _WORDS:
            subject = 0 if framework == "dockerfile" else id(evaluation.subject)
            worst[_name(evaluation, report, path, places), subject].add(_WORDS[evaluation.outcome])
    said: dict[str, set[str]] = defaultdict(set)
    for (name, _), words in worst.items():
        said[name].add(_one(words))
    return said


def _terraform_places(report: ScanReport) -> dict[tuple[str, int, str], str]:
    """Terraform address by place: for Kubernetes objects that are described there."""
    return {
        (one.document.path, one.at().line, one.adapter): one.address
        for one in report.resources
        if one.adapter.startswith("terraform") and one.type.startswith("kubernetes_")
    }


def _name(evaluation: Evaluation, report: ScanReport, path: Path, places: Mapping[tuple[str, int, str], str]) -> str:
    subject = evaluation.subject
    if not isinstance(subject, Resource):
        return subject.address
    if subject.adapter.startswith("terraform"):
        place = (subject.document.path, subject.at().line, subject.adapter)
        address = places.get(place, subject.address) if subject.provider == "kubernetes" else subject.address
        address = subject.config_address if subject.symbolic else address
        return address.replace("data.", "") if subject.category == "data" else address
    if subject.provider == "kubernetes":
        return f"{subject.type}.{subject.namespace or 'default'}.{subject.name}"
    absolute = Path(report.root) / subject.document.path
    file = os.path.relpath(absolute, path) if path.is_dir() else absolute.name
    return f"{file}.{subject.body['instruction'] if subject.type == 'dockerfile_instruction' else ''}"


def _score_snippet(folder: Path, row: Mapping[str, Any], rules: tuple[str, ...], result: Score) -> None:
    """A bad snippet has a finding, a good one has none; its plan says the same."""
    theirs = "fail" if row["verdict"] == "bad" else "pass"
    for name, tally in ((row["file"], result.snippets), (row.get("plan"), result.plans)):
        if name is None:
            continue
        ours = "fail" if any(one.findings for one in _scan(folder / name, rules).evaluations) else "pass"
        tally.checks.add(row["check_id"])
        tally.cases += 1
        tally.right += ours == theirs
        if ours != theirs:
            tally.broken.add(row["check_id"])
            label = f"{row['verdict']}-{row['n']}" + (" as a plan" if name == row.get("plan") else "")
            result.snippet_differences.add(Difference(row["check_id"], label, theirs, ours))


def record() -> dict[str, Any]:
    """The record of disagreements we stand by (``checkov``, ``trivy``) and of checks we do not want (``left_out``)."""
    content: dict[str, Any] = yaml.safe_load(RECORD.read_text(encoding="utf-8"))
    return content


def recorded(entries: list[dict[str, Any]]) -> dict[Difference, str]:
    """Every difference on record with its reason. Raises ``ValueError`` for one that stands there twice."""
    found: dict[Difference, str] = {}
    for entry in entries:
        theirs, ours = entry["verdict"].split(" but ")
        for resource in entry["resources"]:
            difference = Difference(entry["check"], resource, theirs, ours)
            if difference in found:
                raise ValueError(f"recorded twice: {difference}")
            found[difference] = entry["because"]
    return found


def page(result: Score, known: Mapping[str, Any]) -> str:
    """The page of the documentation: numbers, disagreements, checks left out."""
    return "\n".join([*_head(), *_numbers(result), *_disagreements(known), *_left_out(known)]) + "\n"


def _head() -> Iterator[str]:
    yield "# Agreement with other tools"
    yield ""
    yield "How far the rules agree with the test cases of checkov (examples with the verdict of each resource) and of"
    yield "trivy (good and bad snippets, and the plans made of them). A check of theirs is judged by the rules that"
    yield "carry its name as an alias. `make conformance` writes this page from the public test data; a test holds"
    yield "every disagreement to the record below, so that none comes or goes unnoticed."


def _numbers(result: Score) -> Iterator[str]:
    yield "\n## Numbers\n"
    yield "*Resources* are those that a case names as passing or failing: the share on which our verdict is the same."
    yield "A *case* is right when no resource differs, unnamed ones included; a *check* when all its cases are.\n"
    yield "| cases for | checks with a rule | without | checks right | cases right | resources equal | |"
    yield "|--|--|--|--|--|--|--|"
    for key in sorted(set(result.groups) | set(result.missing)):
        tally, missing = result.groups[key], len(result.missing.get(key, ()))
        if tally.cases:
            yield f"| {key[0]}, {key[1]} | {len(tally.checks)} | {missing} {_counts(tally)}"
    total = result.total
    covered = {key for key, tally in result.groups.items() if tally.cases}
    missing = sum(len(result.missing.get(key, ())) for key in covered)
    yield f"| **all** | {len(total.checks)} | {missing} {_counts(total)}"
    decided = total.listed - total.undecided
    yield f"\nOf the {total.listed} resources {total.undecided} are undecided here: what it takes is not in the case"
    yield "(a value, a declaration), or Terraform would refuse the case. Where both decide, the verdict is the same"
    yield f"on {total.equal} of {decided} ({total.equal / max(decided, 1):.1%})."
    snippets, plans = result.snippets, result.plans
    yield f"\nOf trivy's snippets {snippets.right} of {snippets.cases} are right ({len(snippets.checks)} checks),"
    yield f"of the plans made of them {plans.right} of {plans.cases}."


def _counts(tally: Tally) -> str:
    share = f"{tally.equal / tally.listed:.1%}" if tally.listed else ""
    checks = len(tally.checks) - len(tally.broken)
    return f"| {checks} | {tally.right} of {tally.cases} | {tally.equal} of {tally.listed} | {share} |"


def _disagreements(known: Mapping[str, Any]) -> Iterator[str]:
    yield "\n## Disagreements we stand by\n"
    yield '<div class="wrapped">\n'
    yield "| check | resources | they say | we say | because |"
    yield "|--|--|--|--|--|"
    for entry in [*known["checkov"], *known["trivy"]]:
        theirs, ours = entry["verdict"].split(" but ")
        names = ", ".join(f"`{name}`" for name in entry["resources"])
        yield f"| {entry['check']} | {names} | {theirs} | {ours} | {entry['because']} |"
    yield "\n</div>"


def _left_out(known: Mapping[str, Any]) -> Iterator[str]:
    yield "\n## Checks without a rule, on purpose\n"
    yield "| check | because |"
    yield "|--|--|"
    for entry in known["left_out"]:
        yield f"| {', '.join(entry['checks'])} | {entry['because']} |"


def main(arguments: list[str]) -> int:
    """``[CHECK]…``: prints what is not on record; without checks, writes the page too."""
    corpora = Path(os.environ.get("IACGATE_TEST_DATA", ROOT.parent / "shared")) / "corpora"
    if not corpora.is_dir():
        sys.stderr.write("no public test data: set IACGATE_TEST_DATA to a folder that holds corpora/\n")
        return 2
    result, known = score(corpora, frozenset(arguments)), record()
    noted = {**recorded(known["checkov"]), **recorded(known["trivy"])}
    found = result.differences | result.snippet_differences
    for difference in sorted(found if arguments else found - set(noted)):
        sys.stdout.write(f"{' '.join(difference[:2])}: they say {difference.theirs}, we say {difference.ours}\n")
    if not arguments:
        for stale in sorted(set(noted) - found):
            sys.stdout.write(f"{' '.join(stale[:2])}: on record, and not there any more\n")
        PAGE.write_text(page(result, known), encoding="utf-8")
    total = result.total
    sys.stdout.write(f"{total.right} of {total.cases} cases, {total.equal} of {total.listed} resources\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
