"""Reading: source files become documents and resources, through whichever adapter claims each.

In: discovered files. Out: a :class:`Reading`, in which every file has exactly one record. What cannot be read is data
(a record and a trouble); the rest is read all the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from iacgate.errors import SourceSkipped, SyntaxFailure
from iacgate.inputs import Registry
from iacgate.model import Document, Location, Resource, SourceFile, SourceRecord, SourceStatus, Trouble
from iacgate.model.dataclass import dataclass, field, replace
from iacgate.spi import InputAdapter, InputContext

MAX_FILE_BYTES = 512 * 1024 * 1024
"""A file larger than this is reported, not read: no tool that writes our inputs makes such files."""

Progress = Callable[[int, int, str], None]
"""Told before each file: how many are done, how many there are, its path."""

Around = Callable[[Callable[[str], bool]], Sequence[SourceFile] | None]
"""What ``InputContext.around`` is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What lies around the files that are read. ``root`` is what paths are relative to, ``whole`` whether the files are
    all there is; ``open`` opens further files, ``around`` lists the rest of the project, ``shown`` says of a file that
    nobody named whether it counts."""

    root: str
    whole: bool
    open: Callable[[str], SourceFile | None]
    around: Around = lambda _wanted: ()
    shown: Callable[[str], bool] = lambda _absolute: True


@dataclass(slots=True)
class Reading:
    """What the files say, and what became of each of them.

    ``notices`` may still grow: some things an adapter only learns when a place is asked for.
    """

    documents: list[Document] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    records: list[SourceRecord] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


_MEND = "mend the file, or leave it out: inputs.exclude in the settings"


def read(
    sources: Iterable[SourceFile],
    registry: Registry,
    place: Surroundings,
    *,
    settings: dict[str, dict[str, Any]],
    progress: Progress | None = None,
) -> Reading:
    """Read all files. ``settings`` holds each adapter's own, by adapter name."""
    reading = Reading()
    groups = _claimed(sources, registry, reading)
    total = sum(len(group) for _, group in groups.values())
    done = 0
    for name, (adapter, claimed) in groups.items():
        context = InputContext(
            root=place.root,
            open=place.open,
            settings=settings.get(name, {}),
            whole=place.whole,
            notices=reading.notices,
            around=place.around,
            claimed=claimed,
        )
        documents: list[Document] = []
        for source in _with_companions(adapter, claimed, place):
            if progress is not None:
                progress(done, total, source.path)
            done += 1
            documents.extend(_documents(adapter, source, reading))
        _normalise(adapter, documents, context, reading)
        reading.documents.extend(documents)
    reading.records.sort(key=lambda record: (record.path, record.kind, record.detail))
    return reading


def _claimed(
    sources: Iterable[SourceFile], registry: Registry, reading: Reading
) -> dict[str, tuple[InputAdapter, list[SourceFile]]]:
    """The files of each adapter, in the order the adapters first claim something."""
    groups: dict[str, tuple[InputAdapter, list[SourceFile]]] = {}
    for source in sources:
        try:
            adapter = registry.claim(source)
        except OSError as error:
            _unreadable(reading, source, "", _why(error), "check its permissions", Location(file=source.path))
            continue
        except Exception as error:  # noqa: BLE001  (an adapter's fault, yet one file must not hide all others)
            _internal(reading, source.path, "", error)
            continue
        if adapter is not None:
            groups.setdefault(adapter.name, (adapter, []))[1].append(source)
        elif _has_no_name(source):
            _nothing_in(source, "", reading)
        elif source.named:
            detail = "no adapter reads such a file"
            record = SourceRecord(path=source.path, kind="", status=SourceStatus.NOT_APPLICABLE, detail=detail)
            reading.records.append(record)
    return groups


def _with_companions(adapter: InputAdapter, sources: list[SourceFile], place: Surroundings) -> Iterable[SourceFile]:
    """The files, and those that named ones need beside them (the rest of a module): known, but not reported on."""
    yield from sources
    seen = {source.absolute for source in sources}
    for source in sources:
        if not source.named or not source.absolute:
            continue
        for path in adapter.companions(source):
            absolute = os.path.realpath(path)
            if absolute not in seen:
                seen.add(absolute)
                companion = place.open(absolute)
                if companion is not None and place.shown(absolute):
                    yield companion


def _documents(adapter: InputAdapter, source: SourceFile, reading: Reading) -> list[Document]:
    try:
        _refuse_huge(source)
        documents = list(adapter.parse(source))
    except SourceSkipped as skipped:
        record = SourceRecord(path=source.path, kind=adapter.name, status=SourceStatus.SKIPPED, detail=skipped.detail)
        reading.records.extend([record] if source.focus else [])
        return []
    except SyntaxFailure as failure:
        _unreadable(reading, source, adapter.name, failure.message, failure.hint, failure.location)
        return []
    except OSError as error:
        _unreadable(reading, source, adapter.name, _why(error), "check its permissions", Location(file=source.path))
        return []
    except Exception as error:  # noqa: BLE001  (our fault, yet one file must not hide all others)
        _internal(reading, source.path, adapter.name, error)
        return []
    if not documents and _has_no_name(source):
        _nothing_in(source, adapter.name, reading)
    elif troubles := [trouble for document in documents for trouble in document.troubles]:
        _read_in_part(reading, source, adapter.name, troubles)
    elif source.focus:
        status = SourceStatus.READ if documents else SourceStatus.NOT_APPLICABLE
        reading.records.append(SourceRecord(path=source.path, kind=adapter.name, status=status))
    return documents


def _has_no_name(source: SourceFile) -> bool:
    """Standard input, or an object of a store: given on purpose, and no list of changed files ever holds one."""
    return source.named and not source.absolute


def _nothing_in(source: SourceFile, kind: str, reading: Reading) -> None:
    """Empty standard input is what a command that failed leaves in a pipe: it must not open the gate."""
    message = "holds no Terraform, Kubernetes manifest, Dockerfile or plan"
    hint = "see whether the command that writes it failed (in a shell script: set -o pipefail)"
    _unreadable(reading, source, kind, message, hint, Location(file=source.path))


def _refuse_huge(source: SourceFile) -> None:
    if source.absolute and os.path.getsize(source.absolute) > MAX_FILE_BYTES:
        raise SyntaxFailure(Location(file=source.path), "larger than 512 MiB", "split it, or exclude it")


def _normalise(adapter: InputAdapter, documents: list[Document], context: InputContext, reading: Reading) -> None:
    try:
        reading.resources.extend(adapter.normalise(documents, context))
    except Exception as error:  # noqa: BLE001  (our fault, yet one adapter must not hide all others)
        _internal(reading, documents[0].path if documents else "", adapter.name, error)
    reading.troubles.extend(map(_with_hint, context.troubles))
    reading.records[:] = [record for record in reading.records if not _is_said_again(record, context.records)]
    reading.records.extend(context.records)


def _is_said_again(record: SourceRecord, later: Sequence[SourceRecord]) -> bool:
    """Whether a file that was skipped did come in by another way, as the template of a chart by rendering."""
    return record.status is SourceStatus.SKIPPED and any((record.path, record.kind) == (r.path, r.kind) for r in later)


def _internal(reading: Reading, path: str, kind: str, error: BaseException) -> None:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" at {trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace is not None else ""
    who = f"the {kind} adapter" if kind else "an adapter"
    message = f"{who} failed ({type(error).__name__}{where})"
    location = Location(file=path)
    reading.records.append(
        SourceRecord(path=path, kind=kind, status=SourceStatus.UNREADABLE, detail=message, location=location)
    )
    reading.troubles.append(
        Trouble(
            kind="unreadable", message=f"{path}: {message}", hint="please report this file to us", location=location
        )
    )


def _unreadable(reading: Reading, source: SourceFile, kind: str, message: str, hint: str, location: Location) -> None:
    reading.records.append(
        SourceRecord(path=source.path, kind=kind, status=SourceStatus.UNREADABLE, detail=message, location=location)
    )
    trouble = Trouble(kind="unreadable", message=f"{location}: {message}", hint=hint, location=location)
    reading.troubles.append(_with_hint(trouble))


def _read_in_part(reading: Reading, source: SourceFile, kind: str, troubles: list[Trouble]) -> None:
    """What could be read is judged, and what could not is told as if nothing could."""
    where = troubles[0].location
    detail = troubles[0].message.removeprefix(f"{where}: ")
    record = SourceRecord(path=source.path, kind=kind, status=SourceStatus.UNREADABLE, detail=detail, location=where)
    reading.records.append(record)
    reading.troubles.extend(map(_with_hint, troubles))


def _with_hint(trouble: Trouble) -> Trouble:
    """Every file that cannot be read says what to do about it, whether its adapter knew better or not."""
    return replace(trouble, hint=_MEND) if trouble.kind == "unreadable" and not trouble.hint else trouble


def _why(error: OSError) -> str:
    return f"cannot be read: {(error.strerror or type(error).__name__).lower()}"
