"""A team's own rules: folders of rule files, and installed packages (entry points ``iacgate.packs``)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from iacgate.errors import PolicyError
from iacgate.model import Declined, Location, Pack, Rule, Waiver
from iacgate.model.dataclass import dataclass, field
from iacgate.spi import plugins

if TYPE_CHECKING:
    from pathlib import Path

    from iacgate.engines.native.compile import Record
    from iacgate.engines.native.source import RuleText

_FOREIGN = r"(?m)^apiVersion:"
_NATIVE = r"(?m)^id:"
_SKIPPED = {"fixtures", "node_modules", "__pycache__"}


@dataclass(slots=True)
class Gathered:
    """What packs bring: records of rule files, finished rules, exceptions of their own, and what was declined."""

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    waivers: list[Waiver] = field(default_factory=list)
    declined: list[Declined] = field(default_factory=list)


def gather(folders: Sequence[str | Path], *, entry_points: bool) -> Gathered:
    """All rules of these folders and of installed packs. Raises :class:`~iacgate.errors.PolicyError`."""
    found = Gathered()
    for folder in folders:
        _add_folder(found, folder)
    for name, brought in plugins("iacgate.packs") if entry_points else ():
        _add_installed(found, name, brought)
    return found


def _add_installed(found: Gathered, name: str, brought: Any) -> None:
    """An entry point names a folder, a package that holds rule files, a ``Pack``, or a function that gives one."""
    if isinstance(brought, Callable) and not isinstance(brought, Pack):  # type: ignore[arg-type]  # an abstract class
        brought = brought()
    if isinstance(brought, Pack):
        found.rules.extend(brought.rules)
        found.waivers.extend(brought.waivers)
        found.declined.extend(brought.declined)
        return
    places = [brought] if isinstance(brought, str | os.PathLike) else list(getattr(brought, "__path__", ()))
    if not places:
        raise PolicyError(
            f"the installed pack {name!r} brings no rules", "its entry point must name a Pack or a package"
        )
    for place in places:
        _add_folder(found, place)


def _add_folder(found: Gathered, place: str | os.PathLike[str]) -> None:
    from pathlib import Path

    folder = Path(place)
    if folder.is_file():
        _add_file(found, folder, folder.parent)
        return
    if not folder.is_dir():
        raise PolicyError(f"rule pack {str(folder)!r} does not exist", "name a folder of rule files")
    for file in rule_files(folder):
        _add_file(found, file, folder)


def rule_files(folder: Path) -> Iterator[Path]:
    """The YAML files of a pack, without fixtures and hidden folders, by path."""
    from pathlib import Path

    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED and not name.startswith("."))
        for name in sorted(files):
            if name.endswith((".yaml", ".yml")) and not name.startswith("."):
                yield Path(root, name)


def _add_file(found: Gathered, file: Path, folder: Path) -> None:
    place = file.as_posix()
    text = _text(file)
    if re.search(_FOREIGN, text) and not re.search(_NATIVE, text):
        reason = "not a native rule: it has an apiVersion"
        found.declined.append(Declined(what=place, reason=reason, location=Location(file=place)))
        return
    record = _record(text, place, folder)
    if record["id"] in found.records:
        first = found.records[record["id"]]["origin"]
        raise PolicyError(f"rule {record['id']!r} stands in {first} as well", "", Location(file=place))
    found.records[record["id"]] = record


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"rule file cannot be read: {error}", "", Location(file=file.as_posix())) from None


def read_file(file: Path, folder: Path) -> dict[str, Any]:
    """The record of a rule file of a pack, strictly validated. Raises :class:`~iacgate.errors.PolicyError`."""
    return _record(_text(file), file.as_posix(), folder)


def _record(text: str, place: str, folder: Path) -> dict[str, Any]:
    from iacgate.engines.native.compile import compile_rule
    from iacgate.engines.native.schema import validate
    from iacgate.engines.native.source import read_rule

    read = read_rule(text, place)
    validate(read)
    below = tuple(os.path.relpath(place, folder).split(os.sep)[:-1])
    provider, service = (*below, "", "")[:2] if len(below) == 2 else ("", "")
    record = compile_rule(read, provider=provider, service=service)
    if "check" in record:
        _try_check(read, record)
    return record


def _try_check(read: RuleText, record: Record) -> None:
    """Bind the check a rule names to its parameters, so that a mistake shows now and not on the first resource."""
    from iacgate.engines.native.library import find_bound

    try:
        find_bound(record["check"], record.get("params") or {})
    except PolicyError as error:
        raise read.error(error.message, "check", hint=error.hint) from None
