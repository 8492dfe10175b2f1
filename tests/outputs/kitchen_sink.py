"""One report with everything in it: every severity, mode and state, hostile text, troubles, exceptions, break glass.

Loaded by the tests of this folder through the ``sink`` fixture; built by hand so that no other room is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from iacgate.model import (
    Declined,
    Document,
    Evaluation,
    Finding,
    Gate,
    Location,
    Mode,
    Outcome,
    Path,
    Resource,
    Rule,
    ScanReport,
    Secret,
    Severity,
    SourceRecord,
    SourceStatus,
    StaleWaiver,
    State,
    Triaged,
    Trouble,
    Unknown,
    Verdict,
    Waiver,
)

HOSTILE = (
    "\x1b[31mred\x1b[0m |a| `b` <script>alert(1)</script> ]]> \u202edlog\u202c\n::error::boo\r\n\ud800 @team #12 [x](1)"
)
SECRETS = ("hunter2-Zq9", "s3cr3t-line-one", "s3cr3t-line-two", "aHVudGVyMi1k", "pw|x")

LINES = {
    "deploy/web.yaml": (
        "kind: Deployment",
        "spec:",
        "  containers:",
        "\t- name: app\t# é",
        "      privileged: true",
        "      名前: 値の名前 x",
        f"      command: {'x' * 300}end",
    ),
    "modules/db/main.tf": (
        'resource "aws_db_instance" "main" {',
        '  password = "hunter2-Zq9"',
        '  pin      = "pw|x"',
        '  url      = "postgres://u:hunter2-Zq9@db"',
        "  storage_encrypted = var.encrypted",
        "}",
    ),
    "main.tf": ('module "db" {', '  source = "./modules/db"', "}"),
    "secret.yaml": (
        "kind: Secret",
        "data:",
        "  token: aHVudGVyMi1k",
        "stringData:",
        "  key: |",
        "    s3cr3t-line-one",
        "    s3cr3t-line-two",
    ),
    "Dockerfile": ("FROM base", "ENV API_KEY=abcd1234efgh", "USER root"),
    "a b/ü#?%.yaml": ("image: x\x1b[2J\u202e", "##vso[task.setvariable]x"),
}
SOURCES = {file: "\n".join(lines) + "\n" for file, lines in LINES.items()}


def never(*_: Any) -> list[Any]:
    return []


def rule(rule_id: str, severity: Severity, title: str, **extra: Any) -> Rule:
    return Rule(id=rule_id, title=title, severity=severity, selects=never, check=never, **extra)


def at(file: str, line: int = 1, column: int = 1, end_column: int = 0, end_line: int = 0, **extra: Any) -> Location:
    return Location(file=file, line=line, column=column, end_line=end_line, end_column=end_column, **extra)


def document(path: str, kind: str, body: Any = None, **extra: Any) -> Document:
    return Document(path=path, kind=kind, body=body, locate=lambda _path: at(path), **extra)


def resource(address: str, kind: str, file: str, places: dict[Path, Location] | None = None, **extra: Any) -> Resource:
    known = {(): at(file), **(places or {})}
    extra.setdefault("body", {})
    return Resource(
        address=address,
        type=kind,
        name=address.rpartition(" ")[2].rpartition(".")[2],
        adapter="kubernetes" if file.endswith("yaml") else "hcl",
        document=document(file, "yaml"),
        locate=nearest(known),
        **extra,
    )


def nearest(known: dict[Path, Location]) -> Callable[[Path], Location]:
    """The place of a path, or of the nearest enclosing one that has a place."""

    def locate(path: Path) -> Location:
        while path not in known:
            path = path[:-1]
        return known[path]

    return locate


PRIVILEGED = rule(
    "k8s-privileged-container",
    Severity.CRITICAL,
    "Container runs privileged",
    rationale="gives the container every capability of its node",
    remediation="drop `privileged`; add the single capability it needs",
    references=("https://kubernetes.io/docs/concepts/security/pod-security-standards/",),
    tags=("pod-security",),
    aliases=("CKV_K8S_16",),
    controls={"nist-800-53": ("AC-6", "CM-7"), "cis-k8s-1.9": ("5.2.1",)},
    provider="kubernetes",
    service="workload",
    precision="very-high",
    since="0.1",
    on=("workload",),
)
ENCRYPTED = rule(
    "aws-db-unencrypted",
    Severity.HIGH,
    "Database is not encrypted",
    rationale="A copied disk can be read.",
    remediation="set storage_encrypted = true",
    provider="aws",
    service="rds",
)
NAMES = rule("k8s-odd-name", Severity.MEDIUM, "Name is hard to read", provider="kubernetes")
HARDCODED = rule("docker-secret-in-env", Severity.HIGH, "Secret in the image", tags=("secrets",), provider="docker")
ROOT = rule("docker-runs-as-root", Severity.LOW, "Image runs as root", provider="docker")
ODD = rule("=weird|`rule`", Severity.INFO, "=HYPERLINK(1) | <b>", precision="odd")
QUIET = rule("k8s-no-limits", Severity.MEDIUM, "Container has no limits", provider="kubernetes")

WEB = resource(
    "Deployment prod/web",
    "Deployment",
    "deploy/web.yaml",
    provider="kubernetes",
    namespace="prod",
    annotations={"a": "b"},
)
DATABASE = resource(
    'module.db["a b"].aws_db_instance.main',
    "aws_db_instance",
    "modules/db/main.tf",
    {
        ("password",): at("modules/db/main.tf", 2, 3, 29),
        ("pin",): at("modules/db/main.tf", 3, 14, 20),
        ("url",): at("modules/db/main.tf", 4, 14, 43),
    },
    provider="aws",
    body={
        "password": Secret("hunter2-Zq9"),
        "pin": Secret("pw|x"),
        "url": Unknown("known after apply"),
        "x": [Secret(7)],
    },
)
TOKEN = resource(
    "Secret token",
    "Secret",
    "secret.yaml",
    {
        ("data",): at("secret.yaml", 2, 1, 5),
        ("data", "token"): at("secret.yaml", 3, 3, 22),
        ("stringData",): at("secret.yaml", 4, 1, 11),
        ("stringData", "key"): at("secret.yaml", 5, 8, 1, 8),
    },
    provider="kubernetes",
    body={
        "kind": "Secret",
        "data": {"token": "aHVudGVyMi1k"},
        "stringData": {"key": "s3cr3t-line-one\ns3cr3t-line-two\n"},
    },
)
IMAGE = resource("Dockerfile#0", "dockerfile_stage", "Dockerfile", provider="docker")
FILE = document("a b/ü#?%.yaml", "yaml", body={"kind": Unknown("templated")})

FROM_FILE = Waiver(
    id="EXC-2026-014",
    rules=("k8s-*",),
    reason="Falco needs the kernel | really",
    source="file",
    match={"resource": ("DaemonSet kube-system/falco*",)},
    owner="platform-security",
    approved_by="lead",
    ticket="SEC-481",
    expires=date(2027, 2, 1),
    location=at("exceptions.yaml", 3, 5),
)
INLINE = Waiver(
    id="", rules=("docker-runs-as-root",), reason="", source="inline", location=at("Dockerfile", 3), lines=(3, 4)
)
BASELINE = Waiver(id="", rules=("k8s-odd-name",), reason="accepted when the gate came", source="baseline")
EXPIRED = Waiver(
    id="EXC-2025-001",
    rules=("aws-db-unencrypted",),
    reason="legacy",
    source="file",
    owner="dba",
    expires=date(2026, 1, 1),
)


def verdict(
    found: Finding,
    state: State,
    mode: Mode,
    because: str = "",
    *,
    severity: Severity | None = None,
    waiver: Waiver | None = None,
    is_new: bool = True,
    note: str = "",
) -> Verdict:
    triaged = Triaged(finding=found, waiver=waiver, is_new=is_new, note=note)
    level = found.rule.severity if severity is None else severity
    return Verdict(triaged=triaged, severity=level, mode=mode, state=state, because=because)


def finding(
    found: Rule, subject: Resource | Document, message: str, place: Location, path: Path = (), **extra: Any
) -> Finding:
    return Finding(rule=found, subject=subject, message=message, path=path, location=place, **extra)


def verdicts() -> tuple[Verdict, ...]:
    """Not in the order of the report."""
    web = "deploy/web.yaml"
    through = (at("main.tf", 1, 1, 14),)
    passed = (at("main.tf", 3, 5, 8, note="defined here"), at("main.tf", 2, 3, 9, note="passed here"))
    db = "modules/db/main.tf"
    return (
        verdict(
            finding(NAMES, WEB, "name 値 is wide", at(web, 6, 7, 9), ("spec", "名前")),
            State.BASELINED,
            Mode.WARN,
            "in the baseline",
            waiver=BASELINE,
            is_new=False,
        ),
        verdict(
            finding(
                PRIVILEGED,
                WEB,
                'container "app" runs privileged',
                at(web, 5, 7, 23),
                ("containers", "name=app"),
                owner="web",
            ),
            State.BLOCKED,
            Mode.ENFORCE,
            "severity critical is enforced by the tiers",
        ),
        verdict(
            finding(
                ENCRYPTED,
                DATABASE,
                "storage_encrypted is false",
                at(db, 5, 3, 36, via=through),
                ("storage_encrypted",),
                related=((at("main.tf", 2), "set here"),),
                environment="prod",
            ),
            State.WARNED,
            Mode.WARN,
            "warns until 2027-01-31, then blocks",
            note="exception EXC-2025-001 expired on 2026-01-01",
        ),
        verdict(
            finding(
                ENCRYPTED,
                DATABASE,
                f"password is {Secret('hunter2-Zq9')}",
                at(db, 2, 14, 27, via=passed),
                ("password",),
            ),
            State.BLOCKED,
            Mode.ENFORCE,
            "severity high is enforced by the tiers",
        ),
        verdict(finding(ENCRYPTED, DATABASE, "short pin", at(db, 3, 14, 20), ("pin",)), State.WARNED, Mode.WARN),
        verdict(finding(ENCRYPTED, DATABASE, "password in url", at(db, 4, 14, 43), ("url",)), State.WARNED, Mode.WARN),
        verdict(
            finding(HARDCODED, IMAGE, "key in ENV", at("Dockerfile", 2, 1, 25)), State.BLOCKED, Mode.ENFORCE, "enforced"
        ),
        verdict(
            finding(ROOT, IMAGE, "last user is root", at("Dockerfile", 3, 1, 10)),
            State.EXCEPTED,
            Mode.AUDIT,
            "allowed by a comment",
            waiver=INLINE,
        ),
        verdict(
            finding(PRIVILEGED, TOKEN, "token in the open", at("secret.yaml", 3, 3, 22), ("data", "token")),
            State.EXCEPTED,
            Mode.ENFORCE,
            "covered by EXC-2026-014",
            waiver=FROM_FILE,
        ),
        verdict(
            finding(NAMES, TOKEN, "key has many lines", at("secret.yaml", 6, 5, 20)), State.WARNED, Mode.WARN, "warned"
        ),
        verdict(finding(ODD, FILE, HOSTILE, at(FILE.path, 1, 8, 9)), State.RECORDED, Mode.AUDIT, "tier info is audit"),
        verdict(
            finding(ODD, FILE, HOSTILE, at(FILE.path, 2, 1, 25), occurrence=2, excused="policy says so"),
            State.EXCEPTED,
            Mode.WARN,
            severity=Severity.CRITICAL,
        ),
        verdict(
            finding(QUIET, WEB, "no limits", at(web, 7, 310, 313)),
            State.WARNED,
            Mode.WARN,
            "warned",
            severity=Severity.LOW,
        ),
    )


def evaluations(found: tuple[Verdict, ...]) -> tuple[Evaluation, ...]:
    failed = tuple(
        Evaluation(rule=one.finding.rule, subject=one.finding.subject, outcome=Outcome.FAIL, findings=(one.finding,))
        for one in found
    )
    return (
        *failed,
        Evaluation(rule=ROOT, subject=WEB, outcome=Outcome.PASS),
        Evaluation(rule=PRIVILEGED, subject=IMAGE, outcome=Outcome.SKIP, detail="no workload"),
        Evaluation(
            rule=QUIET,
            subject=DATABASE,
            outcome=Outcome.UNKNOWN,
            detail="var.encrypted has no value",
            places=(at("modules/db/main.tf", 5, 23, 36),),
        ),
        Evaluation(rule=QUIET, subject=FILE, outcome=Outcome.ERROR, detail="division by zero"),
    )


def full_report() -> ScanReport:
    found = verdicts()
    rules = (PRIVILEGED, ENCRYPTED, NAMES, HARDCODED, ROOT, ODD, QUIET)
    return ScanReport(
        tool="iacgate",
        version="0.1.0",
        gate=Gate.CLOSED,
        exit_code=1,
        maturity=2,
        because="3 findings block and one file could not be read",
        sources=(
            SourceRecord(path="main.tf", kind="terraform", status=SourceStatus.READ),
            SourceRecord(path="deploy/web.yaml", kind="kubernetes", status=SourceStatus.READ),
            SourceRecord(path="broken.yaml", kind="kubernetes", status=SourceStatus.UNREADABLE, detail="not UTF-8"),
            SourceRecord(path="bin.yaml", kind="kubernetes", status=SourceStatus.UNREADABLE, detail="binary"),
            SourceRecord(
                path="chart/x.yaml", kind="helm", status=SourceStatus.SKIPPED, detail="a template: use --render"
            ),
            SourceRecord(path="notes.md", kind="", status=SourceStatus.NOT_APPLICABLE),
        ),
        declined=(
            Declined(what="mutate rule add-label", reason="mutation is not judged", location=at("policy.yaml", 4)),
        ),
        rules={one.id: one for one in rules},
        evaluations=evaluations(found),
        verdicts=found,
        stale_waivers=(
            StaleWaiver(waiver=FROM_FILE, status="expiring", note="expires in 9 days"),
            StaleWaiver(waiver=EXPIRED, status="expired", note="expired on 2026-01-01: its findings are back"),
            StaleWaiver(waiver=INLINE, status="unused", note="matches nothing"),
        ),
        applied_waivers=(FROM_FILE, INLINE),
        troubles=(
            Trouble(kind="unreadable", message="not UTF-8", hint="save it as UTF-8", location=at("broken.yaml", 7, 2)),
            Trouble(kind="rule-error", message=f"division by zero {HOSTILE}"),
            Trouble(kind="settings", message="unknown key", location=at("iacgate.yaml", 2)),
        ),
        notices=("2 files were given twice",),
        resources=(WEB, DATABASE, TOKEN, IMAGE),
        break_glass="INC-77 database is down",
    )


def empty_report(**changes: Any) -> ScanReport:
    facts: dict[str, Any] = {"gate": Gate.OPEN, "exit_code": 0, "because": "nothing blocks"} | changes
    return ScanReport(tool="iacgate", version="0.1.0", maturity=2, **facts)


def troubled_report() -> ScanReport:
    trouble = Trouble(kind="unreadable", message="found `}`", location=at("x.tf", 3, 4))
    return empty_report(gate=Gate.INCOMPLETE, exit_code=3, because="1 file could not be read", troubles=(trouble,))
