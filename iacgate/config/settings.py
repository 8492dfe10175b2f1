"""Config room: find the settings file and make :class:`~iacgate.model.Settings` of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from iacgate.errors import SettingsError
from iacgate.model import (
    DEFAULT_TIERS,
    BreakGlassSettings,
    Enforcement,
    ExceptionSettings,
    Inline,
    InputSettings,
    Location,
    Mode,
    OwnerSettings,
    RolloutEntry,
    RuleSettings,
    Scope,
    Settings,
    Severity,
)

if TYPE_CHECKING:
    from iacgate.config.loading import Values

FILE_NAMES: Final = ("iacgate.yaml", ".iacgate.yaml", "iacgate.yml", "pyproject.toml")
"""In the order they are looked for in each folder; two of the first three in one folder are an error."""


def find_settings(start: str, root: str) -> str | None:
    """The absolute path of the settings file for ``start`` (a file or folder), or ``None``.

    Looks in its folder and those above it, up to ``root``; where ``start`` is not below ``root``, in its folder only.
    """
    folder = os.path.abspath(start)
    top = os.path.abspath(root)
    if not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    while True:
        found = _in_folder(folder)
        parent = os.path.dirname(folder)
        if found or folder == top or not _is_below(folder, top) or parent == folder:
            return found
        folder = parent


def load_settings(path: str | None, root: str = "") -> Settings:
    """The settings of a file, or the defaults for ``None``. Raises :class:`~iacgate.errors.SettingsError`.

    Messages name the file relative to ``root``.
    """
    if path is None:
        return Settings(folder=root, enforcement=Enforcement(origin={"tiers": "defaults", "maturity": "default"}))
    file = _shown(path, root)
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except OSError as broken:
        hint = "name a settings file that exists" if isinstance(broken, FileNotFoundError) else "check its permissions"
        raise SettingsError(f"cannot read {file}: {broken.strerror}", hint) from None
    return read_settings(data, file, os.path.dirname(os.path.abspath(path)))


def read_settings(data: bytes, file: str, folder: str) -> Settings:
    """The settings that the bytes of a file mean; ``file`` is its name for messages, TOML when it ends so."""
    from iacgate.config.loading import checked, decode
    from iacgate.config.located import read_toml, read_yaml
    from iacgate.config.shape import SETTINGS

    text = decode(data, file, SettingsError)
    toml = file.endswith(".toml")
    tree = read_toml(text, file, SettingsError) if toml else read_yaml(text, file, SettingsError)
    if tree is None:
        raise SettingsError("no [tool.iacgate] table", "add one, or name another settings file", Location(file=file))
    return _build(checked(tree, SETTINGS, file, SettingsError), folder)


def _in_folder(folder: str) -> str | None:
    candidates = [os.path.join(folder, name) for name in FILE_NAMES]
    found = [path for path in candidates[:-1] if os.path.isfile(path)]
    if len(found) > 1:
        names = " and ".join(os.path.basename(path) for path in found)
        raise SettingsError(f"two settings files in {folder}: {names}", "keep one of them")
    if found:
        return found[0]
    return candidates[-1] if _has_table(candidates[-1]) else None


def _has_table(path: str) -> bool:
    """Whether a pyproject.toml may hold our table; its words are enough to look closer."""
    if not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as stream:
            return _mentions_table(stream.read(), path)
    except OSError:
        return False


def _mentions_table(data: bytes, path: str) -> bool:
    if b"iacgate" not in data:
        return False
    from iacgate.config.loading import decode
    from iacgate.config.located import read_toml

    text = decode(data, path, SettingsError)
    return read_toml(text, path, SettingsError) is not None


def _is_below(folder: str, top: str) -> bool:
    return folder == top or folder.startswith(top.rstrip(os.sep) + os.sep)


def _shown(path: str, root: str) -> str:
    absolute = os.path.abspath(path)
    inside = bool(root) and _is_below(absolute, os.path.abspath(root))
    return (os.path.relpath(absolute, root) if inside else path).replace(os.sep, "/")


def _build(values: Values, folder: str) -> Settings:
    body = values.body
    return Settings(
        file=values.file,
        folder=folder,
        enforcement=_enforcement(values),
        report_level=_severity(body.get("report_level", "info")),
        rules=_rules(body.get("rules", {})),
        exceptions=_exceptions(body.get("exceptions", {})),
        baseline=body.get("baseline", ""),
        inputs=_inputs(body.get("inputs", {})),
        environments=tuple((name, tuple(globs)) for name, globs in body.get("environments", {}).items()),
        owner=OwnerSettings(**body.get("owner", {})),
        break_glass=BreakGlassSettings(
            **{word: permission == "allow" for word, permission in body.get("break_glass", {}).items()}
        ),
        places=_places(values),
    )


def _enforcement(values: Values) -> Enforcement:
    body = values.body
    tiers = {_severity(word): _mode(mode) for word, mode in body.get("tiers", {}).items()}
    origin: dict[str, str] = {
        key: _line(values, key) for key in ("maturity", "tiers", "fail_on", "unknown", "existing") if key in body
    }
    return Enforcement(
        maturity=body.get("maturity", 2),
        tiers=tiers or DEFAULT_TIERS,
        rollout=tuple(_rollout(values, index, entry) for index, entry in enumerate(body.get("rollout", []))),
        severity={rule: _severity(word) for rule, word in body.get("rules", {}).get("severity", {}).items()},
        fail_on=_severity(body["fail_on"]) if "fail_on" in body else None,
        unknown=_mode(body.get("unknown", "audit")),
        existing=_mode(body.get("existing", "enforce")),
        origin={"tiers": "defaults", "maturity": "default", **origin},
    )


def _rollout(values: Values, index: int, entry: Mapping[str, Any]) -> RolloutEntry:
    if "then" in entry and "until" not in entry:
        raise values.fail("`then` without `until` never comes", "rollout", index, "then", hint="add `until: DATE`")
    if "until" in entry and "then" not in entry and entry["mode"] == "enforce":
        raise values.fail(
            "`until` changes nothing: after it the mode is enforce again", "rollout", index, "until", hint="add `then`"
        )
    return RolloutEntry(
        rules=tuple(entry["rules"]),
        mode=_mode(entry["mode"]),
        until=entry.get("until"),
        then=_mode(entry.get("then", "enforce")),
        scope=Scope.of(entry.get("match", {})),
        reason=entry.get("reason", ""),
        location=values.location("rollout", index),
    )


def _rules(body: Mapping[str, Any]) -> RuleSettings:
    return RuleSettings(
        ruleset=body.get("ruleset", "recommended"),
        disable=tuple(body.get("disable", ())),
        params=body.get("params", {}),
        packs=tuple(body.get("packs", ())),
    )


def _exceptions(body: Mapping[str, Any]) -> ExceptionSettings:
    return ExceptionSettings(
        file=body.get("file", ""),
        max_days=body.get("max_days", 180),
        announce_days=body.get("announce_days", 14),
        inline=cast("Inline", body.get("inline", "require-expiry")),
    )


def _inputs(body: Mapping[str, Any]) -> InputSettings:
    adapters = {name: body[name] for name in ("terraform", "kubernetes") if name in body}
    return InputSettings(
        include=tuple(body.get("include", ())), exclude=tuple(body.get("exclude", ())), adapters=adapters
    )


def _places(values: Values) -> dict[str, Location]:
    """Where rule names and paths stand, by a dotted name: for errors that show only once rules are known."""
    places = {key: values.location(key) for key in values.body}
    for group in ("rules", "exceptions"):
        places.update({f"{group}.{key}": values.location(group, key) for key in values.body.get(group, {})})
    for group in ("severity", "params"):
        members = values.body.get("rules", {}).get(group, {})
        places.update({f"rules.{group}.{key}": values.location("rules", group, key) for key in members})
    for index, _ in enumerate(values.body.get("rules", {}).get("disable", ())):
        places[f"rules.disable.{index}"] = values.location("rules", "disable", index)
    for index in range(len(values.body.get("rules", {}).get("packs", ()))):
        places[f"rules.packs.{index}"] = values.location("rules", "packs", index)
    return places


def _line(values: Values, key: str) -> str:
    where = values.location(key)
    return f"{where.file}:{where.line}"


def _severity(word: str) -> Severity:
    return Severity[word.upper()]


def _mode(word: str) -> Mode:
    return Mode[word.upper()]
