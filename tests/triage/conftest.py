"""What the tests of triage share: small sources read by the real readers, and findings in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace

import pytest

from iacgate.model import (
    Document,
    ExceptionSettings,
    Finding,
    Inventory,
    Location,
    Resource,
    Rule,
    RuleNames,
    Settings,
    Severity,
    Waiver,
)
from iacgate.syntax import dockerfile, hcl, yaml
from iacgate.triage import TriageInput, triage

TODAY = date(2026, 11, 21)


def make_rule(rule_id="bucket-public", aliases=(), severity=Severity.HIGH, **more):
    return Rule(
        id=rule_id, title=rule_id, severity=severity, selects=lambda _: (), check=lambda *_: (), aliases=aliases, **more
    )


def terraform(text, path="main.tf"):
    """The document and the resources of HCL text: one for each `resource` block, with the place of its header."""
    parsed = hcl.parse(text, path)
    document = Document(
        path=path,
        kind="terraform",
        body={},
        locate=lambda _: Location(file=path),
        comments=parsed.remarks,
        text=lambda: text,
    )
    resources = []
    for block in parsed.body.blocks:
        header = Location(file=path, line=parsed.position(block.start)[0])
        labels = [getattr(label, "value", label) for label in block.labels]
        resources.append(
            Resource(
                address=".".join(map(str, labels)),
                type=str(labels[0]),
                provider="aws",
                name=str(labels[-1]),
                body={},
                adapter="terraform",
                document=document,
                locate=lambda _, header=header: header,
            )
        )
    return [document], resources


def kubernetes(text, path="deploy/app.yaml"):
    """The documents and the objects of YAML text."""
    documents, resources = [], []
    for index, loaded in enumerate(yaml.load_all(text.encode(), path)):
        document = Document(
            path=path,
            kind="kubernetes",
            body=loaded.body,
            locate=loaded.locate,
            comments=loaded.comments,
            text=lambda: text,
            index=index,
        )
        metadata = loaded.body.get("metadata", {})
        namespace = metadata.get("namespace")
        name = f"{namespace}/{metadata.get('name')}" if namespace else metadata.get("name")
        resources.append(
            Resource(
                address=f"{loaded.body['kind']} {name}",
                type=loaded.body["kind"],
                provider="kubernetes",
                name=metadata.get("name", ""),
                body=loaded.body,
                adapter="kubernetes",
                document=document,
                locate=loaded.locate,
                namespace=namespace,
                labels=metadata.get("labels", {}),
                annotations=metadata.get("annotations", {}),
            )
        )
        documents.append(document)
    return documents, resources


def docker(text, path="Dockerfile"):
    """The document and one resource for each instruction of a Dockerfile."""
    parsed = dockerfile.read(text, path)
    document = Document(
        path=path,
        kind="dockerfile",
        body={},
        locate=lambda _: Location(file=path),
        comments=lambda: parsed.comments,
        text=lambda: text,
    )
    resources = [
        Resource(
            address=f"{path}#0:{node.line}",
            type="dockerfile_instruction",
            provider="docker",
            name=node.keyword,
            body={},
            adapter="dockerfile",
            document=document,
            locate=lambda _, node=node: Location(file=path, line=node.line, end_line=node.end_line),
        )
        for node in parsed.instructions
    ]
    return [document], resources


@dataclass
class Bench:
    """Sources and findings, and triage over them."""

    documents: list = field(default_factory=list)
    resources: list = field(default_factory=list)
    rule: Rule = field(
        default_factory=lambda: make_rule(aliases=("CKV_AWS_20", "AVD-AWS-0086", "DL3002", "run-as-root"))
    )

    def add(self, reader, text, *path):
        documents, resources = reader(text, *path)
        self.documents += documents
        self.resources += resources
        return resources

    def finding(self, subject, line, path=(), rule=None, message="m", **more):
        where = subject.path if isinstance(subject, Document) else subject.document.path
        return Finding(
            rule=rule or self.rule,
            subject=subject,
            message=message,
            path=path,
            location=Location(file=where, line=line, column=3),
            **more,
        )

    def run(self, findings, *, inline="require-expiry", settings=None, **given):
        settings = settings or Settings(exceptions=ExceptionSettings(inline=inline))
        given.setdefault("names", RuleNames.of([self.rule]))
        given.setdefault("today", TODAY)
        inventory = Inventory(self.resources, self.documents)
        return triage(findings, TriageInput(inventory=inventory, settings=settings, **given))


def waiver(waiver_id="EXC-1", rules=("bucket-public",), match=None, expires=date(2027, 1, 1), **more):
    return Waiver(
        id=waiver_id,
        rules=rules,
        reason="agreed",
        source="file",
        match=match or {"resources": ("*",)},
        owner="team",
        expires=expires,
        **more,
    )


@pytest.fixture
def bench():
    return Bench()


@pytest.fixture(scope="session")
def kit():
    """The makers, for tests that cannot import from here."""
    return SimpleNamespace(
        terraform=terraform,
        kubernetes=kubernetes,
        docker=docker,
        rule=make_rule,
        waiver=waiver,
        today=TODAY,
        bench=Bench,
    )
