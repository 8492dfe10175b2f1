"""The stages of a file, walked the way a builder does, each with the state it ends in. Part of the adapter."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any, Final

from iacgate.errors import SyntaxFailure
from iacgate.inputs.dockerfile.images import origin
from iacgate.inputs.dockerfile.instructions import Described, describe
from iacgate.inputs.dockerfile.scope import Scope, Value
from iacgate.inputs.dockerfile.scripts import shell_kind
from iacgate.model import Location, Path, Unknown
from iacgate.syntax.dockerfile import Dockerfile, Instruction, Stage

MAX_HELD = 200_000
"""What stages set and inherit, together: a chain of stages takes time and space by the square of its length."""

_BROKEN: Final = Unknown("an instruction of the stage could not be read")

_POINTED = {
    "SHELL": "shell",
    "WORKDIR": "workdir",
    "CMD": "cmd",
    "ENTRYPOINT": "entrypoint",
    "HEALTHCHECK": "healthcheck",
}


class Built:
    """A stage as it ends: ``body`` for the stage, ``described`` for each of its instructions."""

    __slots__ = ("body", "described", "label", "parent", "places", "scope", "stage")

    def __init__(self, stage: Stage, label: str, scope: Scope) -> None:
        self.stage = stage
        self.label = label
        self.scope = scope
        self.parent: Built | None = None
        self.body: dict[str, Any] = {}
        self.described: list[Described] = []
        self.places: dict[Path, tuple[Described, Path]] = {}

    @property
    def broken(self) -> bool:
        """Whether an instruction of it, or of a stage it is built on, could not be read."""
        return self.stage.broken is not None or (self.parent is not None and self.parent.broken)

    def locate(self, path: Path) -> Location:
        """The place of a path: in an instruction, in the one that set a value, else the FROM line."""
        if len(path) > 1 and path[0] == "instructions" and isinstance(path[1], int):
            if 0 <= path[1] < len(self.described):
                return self.described[path[1]].locate(path[2:])
            return self.described[0].header()
        for length in range(len(path), 0, -1):
            place = self.places.get(path[:length])
            if place is not None:
                return place[0].locate((*place[1], *path[length:]))
        return self.described[0].header()


def walk(file: Dockerfile, before: list[Instruction], stages: list[Stage]) -> tuple[list[Described], list[Built]]:
    """The ARGs before the first FROM and the stages, described. Raises :class:`~iacgate.errors.SyntaxFailure`."""
    outside = Scope(file.escape, {}, stage=False)
    first = [describe(file.file, node, outside, {}, "sh") for node in before]
    for described in first:
        described.body |= {"stage": None, "user": None}
    built: list[Built] = []
    held = 0
    for stage in stages:
        built.append(_build(file, stage, outside, built))
        held += len(built) + len(built[-1].places)
        if held > MAX_HELD:
            place = Location(file=file.file, line=stage.start.line)
            raise SyntaxFailure(place, f"the stages up to here set and inherit more than {MAX_HELD:,} values")
    _mark(built)
    _doubt(built)
    return first, built


def _build(file: Dockerfile, stage: Stage, outside: Scope, earlier: list[Built]) -> Built:
    names = {one.stage.name: one.label for one in earlier if one.stage.name}
    base = origin(stage.image.text, outside.expand(stage.image.text), names)
    taken = {one.label for one in earlier}
    label = str(stage.index) if stage.label in taken else stage.label
    built = Built(stage, label, Scope(file.escape, outside.args, stage=True, scratch=base["scratch"]))
    built.parent = next((one for one in earlier if one.label == base["stage"]), None)
    built.body = _initial(built, base, file)
    start = describe(file.file, stage.start, outside, {}, "sh")
    start.body |= {"base": base, "name": built.body["name"], "name_taken": built.body["name_taken"]}
    start.places[("name",)] = start.places.get(("words", 2), start.places[("words", 0)])
    start.places[("base",)] = (stage.image.start, stage.image.end)
    built.body["platform"] = start.body["flags"].get("platform")
    built.places |= {("base",): (start, ("words", 0)), ("name",): (start, ("words", 2))}
    built.places[("platform",)] = (start, ("flags", "platform"))
    _adopt(built, start)
    reachable = names | {str(one.stage.index): one.label for one in earlier}
    for node in stage.instructions[1:]:
        kind = shell_kind(built.body["shell"])
        described = describe(file.file, node, built.scope, reachable, kind)
        if node.trigger is None:
            _apply(built, described)
        _adopt(built, described)
    return built


def _initial(built: Built, base: dict[str, Any], file: Dockerfile) -> dict[str, Any]:
    """The state a stage begins with: its parent's, or that of an image we do not see."""
    parent = built.parent
    body: dict[str, Any] = {
        "name": built.stage.name or None,
        "name_taken": built.label != built.stage.label,
        "index": built.stage.index,
        "final": False,
        "shipped": False,
        "base": base,
        "platform": None,
    }
    if parent is not None:
        built.scope.inherit(parent.scope)
        built.places |= {path: place for path, place in parent.places.items() if path[0] not in ("name", "platform")}
        kept = ("user", "user_line", "workdir", "healthcheck", "entrypoint", "cmd", "shell")
        inherited = {key: parent.body[key] for key in kept}
        inherited |= {"labels": dict(parent.body["labels"]), "exposed_ports": list(parent.body["exposed_ports"])}
    else:
        inherited = dict.fromkeys(("user", "user_line", "workdir", "healthcheck", "entrypoint", "cmd"))
        inherited |= {"shell": _default_shell(file, base), "labels": {}, "exposed_ports": []}
    body |= inherited
    body |= {"env": built.scope.env, "args": built.scope.args, "instructions": []}
    return body


def _default_shell(file: Dockerfile, base: dict[str, Any]) -> list[str]:
    """Windows images run ``cmd``: known by the escape character that only they need, or by where they come from."""
    repository = base["repository"]
    windows = isinstance(repository, str) and base["registry"] == "mcr.microsoft.com" and "windows" in repository
    return ["cmd", "/S", "/C"] if windows or file.escape == "`" else ["/bin/sh", "-c"]


def _adopt(built: Built, described: Described) -> None:
    described.body["user"] = built.body["user"]
    built.described.append(described)
    built.body["instructions"].append(described.body)


def _apply(built: Built, described: Described) -> None:
    """Put what an instruction sets into the state of its stage."""
    body, given = built.body, described.body
    keyword = given["instruction"]
    if keyword in ("ENV", "ARG", "LABEL"):
        owner = {"ENV": "env", "ARG": "args", "LABEL": "labels"}[keyword]
        if keyword == "LABEL":
            body["labels"].update(given["keys"])
        for key in given["keys"]:
            built.places[(owner, key)] = (described, ("keys", key))
    elif keyword == "USER":
        body["user"], body["user_line"] = given["words"][0], described.node.line
        built.places[("user",)] = built.places[("user_line",)] = (described, ("words", 0))
    elif keyword == "EXPOSE":
        for number, port in enumerate(given["ports"]):
            built.places[("exposed_ports", len(body["exposed_ports"]))] = (described, ("ports", number))
            body["exposed_ports"].append(port)
    elif keyword in _POINTED:
        body[_POINTED[keyword]] = _value(keyword, body, given)
        built.places[(_POINTED[keyword],)] = (described, ("value",))


def _value(keyword: str, body: dict[str, Any], given: dict[str, Any]) -> Any:
    words = given["words"]
    if keyword == "WORKDIR":
        return _joined(body["workdir"], words[0])
    if keyword == "SHELL":
        return list(words)
    if keyword == "HEALTHCHECK":
        kind = words[0].upper() if words else None
        return {"type": kind, "form": given["form"], "test": words[1:], **given["flags"]}
    return {"form": given["form"], "words": list(words)}


def _joined(current: Value | None, path: Value) -> Value:
    if isinstance(path, Unknown) or path.startswith("/") or path[1:2] == ":":
        return path
    if isinstance(current, Unknown):
        return current
    return posixpath.normpath(posixpath.join(current or "/", path))


def _mark(built: list[Built]) -> None:
    """The last stage is what a build gives; what it is built on is shipped with it."""
    built[-1].body["final"] = True
    stage: Built | None = built[-1]
    while stage is not None:
        stage.body["shipped"] = True
        stage = stage.parent
    decisive = built[-1].places.get(("user",))
    for one in built:
        summary = {key: one.body[key] for key in ("name", "index", "final", "shipped")}
        for described in one.described:
            described.body["stage"] = summary
            if described.body["instruction"] == "USER":
                described.body["effective"] = decisive is not None and described is decisive[0]


def _doubt(built: list[Built]) -> None:
    """What a stage has set is not known behind an instruction that could not be read."""
    for one in built:
        if one.broken:
            since = one.stage.broken if one.parent is None or not one.parent.broken else 0
            for described in one.described:
                if described.node.line > (since or 0):
                    described.body["user"] = _BROKEN
                if described.body["instruction"] == "USER":
                    described.body["effective"] = _BROKEN


def identities(described: list[Described]) -> Iterator[str]:
    """What identifies each instruction in its stage without a line; the second of two equal ones gets ``~2``."""
    seen: dict[str, int] = {}
    for one in described:
        name = one.identity
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name}~{seen[name]}"
