"""Triage room: the baseline: findings accepted at a moment, so that only new ones block.

In: the text of a baseline file, findings. Out: :class:`Baseline`, text. The file holds one finding a line, sorted, so
that two branches rarely touch the same lines; the same findings give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from iacgate.errors import SettingsError
from iacgate.model import Finding, Location
from iacgate.model.dataclass import dataclass, field

VERSION = 1
MAX_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Accepted:
    """One accepted finding. ``occurrence`` tells apart those that have all else in common."""

    file: str
    rule: str
    resource: str
    path: tuple[str, ...] = ()
    occurrence: int = 1
    fingerprint: str = ""

    @classmethod
    def of(cls, finding: Finding) -> Accepted:
        return cls(
            file=finding.location.file,
            rule=finding.rule.id,
            resource=finding.anchor,
            path=tuple(map(str, finding.path)),
            occurrence=finding.occurrence,
            fingerprint=finding.fingerprint,
        )

    @property
    def identity(self) -> tuple[str, str, str, tuple[str, ...], int]:
        """What a finding is known by when its fingerprint says less: a scan of one file sees no namesakes in others."""
        return self.file, self.rule, self.resource, self.path, self.occurrence


@dataclass(frozen=True, slots=True)
class Baseline:
    """The accepted findings, and the file they are from ("" for none)."""

    entries: tuple[Accepted, ...] = ()
    file: str = ""
    _prints: frozenset[str] = field(init=False, repr=False, compare=False)
    _identities: frozenset[object] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_prints", frozenset(entry.fingerprint for entry in self.entries))
        object.__setattr__(self, "_identities", frozenset(entry.identity for entry in self.entries))

    def holds(self, finding: Finding) -> bool:
        """Whether a finding was accepted: by its fingerprint, or by file, rule, resource and path."""
        return finding.fingerprint in self._prints or Accepted.of(finding).identity in self._identities

    def gone(self, findings: Iterable[Finding]) -> tuple[Accepted, ...]:
        """The entries that none of these findings is: what was fixed since."""
        accepted = [Accepted.of(finding) for finding in findings]
        prints = {entry.fingerprint for entry in accepted}
        identities = {entry.identity for entry in accepted}
        return tuple(
            entry for entry in self.entries if entry.fingerprint not in prints and entry.identity not in identities
        )

    def shrunk(self, findings: Iterable[Finding], looked_at: Callable[[str], bool]) -> Baseline:
        """Without what is gone from the files that were looked at. Never larger than before."""
        present = list(findings)
        gone = {entry for entry in self.gone(present) if looked_at(entry.file)}
        renewed = {Accepted.of(finding).identity: Accepted.of(finding) for finding in present}
        kept = [renewed.get(entry.identity, entry) for entry in self.entries if entry not in gone]
        return Baseline(tuple(sorted(set(kept))), self.file)

    def grown(self, findings: Iterable[Finding]) -> Baseline:
        """With these findings as well."""
        new = {Accepted.of(finding) for finding in findings if not self.holds(finding)}
        return Baseline(tuple(sorted({*self.entries, *new})), self.file)

    def text(self) -> str:
        """The file's text: the same for the same entries."""
        lines = [json.dumps(_row(entry), ensure_ascii=False) for entry in sorted(set(self.entries))]
        body = ",\n".join(lines)
        return (
            f'{{"version": {VERSION}, "findings": [\n{body}\n]}}\n'
            if lines
            else f'{{"version": {VERSION}, "findings": []}}\n'
        )


def _row(entry: Accepted) -> dict[str, object]:
    row: dict[str, object] = {
        "fingerprint": entry.fingerprint,
        "rule": entry.rule,
        "file": entry.file,
        "resource": entry.resource,
        "path": list(entry.path),
    }
    if entry.occurrence != 1:
        row["occurrence"] = entry.occurrence
    return row


def load_baseline(path: str, shown: str) -> Baseline | None:
    """The baseline in a file, ``None`` when there is no such file. Raises :class:`~iacgate.errors.SettingsError`."""
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as broken:
        raise SettingsError(f"cannot read the baseline {shown}: {broken.strerror}") from None
    return parse_baseline(data, shown)


def parse_baseline(data: bytes, shown: str) -> Baseline:
    """The baseline that these bytes are. Raises :class:`~iacgate.errors.SettingsError` when they are none."""
    try:
        body = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as broken:
        line = getattr(broken, "lineno", 1)
        hint = "run `iacgate baseline create --force`"
        if b"<<<<<<<" in data:
            hint = "resolve the merge conflict: keep the lines of both sides, then run `iacgate baseline update`"
        raise SettingsError("not a baseline: no JSON", hint, Location(file=shown, line=line)) from None
    if not isinstance(body, dict) or body.get("version") != VERSION or not isinstance(body.get("findings"), list):
        hint = "run `iacgate baseline create --force`"
        raise SettingsError(f"not a baseline of version {VERSION}", hint, Location(file=shown))
    entries = tuple(_entry(row, index, shown) for index, row in enumerate(body["findings"]))
    return Baseline(tuple(sorted(set(entries))), shown)


def _entry(row: object, index: int, shown: str) -> Accepted:
    if isinstance(row, dict):
        texts = [row.get(key) for key in ("fingerprint", "rule", "file", "resource")]
        path, occurrence = row.get("path", []), row.get("occurrence", 1)
        if all(isinstance(text, str) for text in texts) and isinstance(path, list) and isinstance(occurrence, int):
            fingerprint, rule, file, resource = map(str, texts)
            return Accepted(
                file=file,
                rule=rule,
                resource=resource,
                path=tuple(map(str, path)),
                occurrence=occurrence,
                fingerprint=fingerprint,
            )
    raise SettingsError(
        f"entry {index + 1} of the baseline lacks a fingerprint, a rule, a file or a resource",
        "run `iacgate baseline create --force`",
        Location(file=shown, line=index + 2),
    )
