"""The words of a decision: severity, mode, outcome, action, gate."""

from __future__ import annotations

from enum import Enum, IntEnum


class Severity(IntEnum):
    """How bad, said by the rule's author."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    def __str__(self) -> str:
        return self.name.lower()


class Mode(IntEnum):
    """What the gate does, said by the team."""

    OFF = 0
    AUDIT = 1
    WARN = 2
    ENFORCE = 3

    def __str__(self) -> str:
        return self.name.lower()


class Outcome(Enum):
    """Of one rule on one subject."""

    PASS = "pass"  # noqa: S105  (an outcome, no password)
    FAIL = "fail"
    SKIP = "skip"
    UNKNOWN = "unknown"
    ERROR = "error"


class State(Enum):
    """What became of a finding, as reports name it."""

    BLOCKED = "blocked"
    WARNED = "warned"
    RECORDED = "recorded"
    EXCEPTED = "excepted"
    BASELINED = "baselined"


class Standing(Enum):
    """What a planned change has to do with a finding: it brings it in, or the finding was there before."""

    INTRODUCED = "introduced"
    EXISTING = "existing"


class Gate(Enum):
    """The answer of the whole scan."""

    OPEN = "open"
    CLOSED = "closed"
    INCOMPLETE = "incomplete"


class SourceStatus(Enum):
    """What became of a file."""

    READ = "read"
    SKIPPED = "skipped"
    UNREADABLE = "unreadable"
    NOT_APPLICABLE = "not-applicable"
