"""One instruction as a body of plain values, and the place of each. Part of the Dockerfile adapter."""

from __future__ import annotations

from typing import Any

from iacgate.inputs.dockerfile.images import origin
from iacgate.inputs.dockerfile.scope import Scope, Value
from iacgate.inputs.dockerfile.scripts import Places, command_bodies, run_commands, with_heredocs
from iacgate.model import Location, Path, Unknown
from iacgate.model.digest import digest
from iacgate.syntax.dockerfile import Flag, Instruction, Pair, expand_words

_EXPANDED = frozenset(("ADD", "COPY", "EXPOSE", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"))
_SPLIT = frozenset(("ADD", "COPY", "EXPOSE", "VOLUME"))
_ONE_OF_A_KIND = frozenset(("FROM", "USER", "WORKDIR", "HEALTHCHECK", "CMD", "ENTRYPOINT", "SHELL"))
_MOUNT_WORDS = {"src": "source", "dst": "target", "destination": "target", "ro": "readonly", "rw": "readwrite"}


class Described:
    """An instruction, its body, and where the parts of the body stand."""

    __slots__ = ("body", "file", "logical", "node", "places")

    def __init__(self, file: str, node: Instruction) -> None:
        self.file = file
        self.node = node
        self.logical = with_heredocs(node)
        self.body: dict[str, Any] = {}
        self.places: Places = {}

    def locate(self, path: Path) -> Location:
        """The place of a path, of what is around it, or of the instruction's first line."""
        for length in range(len(path), 0, -1):
            span = self.places.get(path[:length])
            if span is not None:
                return self.logical.locate(self.file, *span)
        return self.header()

    def header(self) -> Location:
        """The instruction from its keyword to the end of its first line."""
        node = self.node
        ends = [start for start in node.logical.starts if start > node.keyword_start]
        end = len(node.logical.text[: min([*ends, len(node.logical.text)])].rstrip())
        return node.logical.locate(self.file, node.keyword_start, max(end, node.keyword_end))

    @property
    def identity(self) -> str:
        """Keyword and a digest of what stays when an instruction is edited: never a line, never a variable's value."""
        inner = self.node.innermost
        if inner.keyword in _ONE_OF_A_KIND:
            return inner.keyword if self.node is inner else f"ONBUILD.{inner.keyword}"
        return f"{inner.keyword}~{digest(' '.join(self._lasting().split()))[:10]}"

    def _lasting(self) -> str:
        """The names of variables, the programs that run, where something is copied to; else the text."""
        inner = self.node.innermost
        if inner.pairs:
            return " ".join(pair.key.text for pair in inner.pairs)
        if programs := [command["name"] for command in self.body.get("commands", ())]:
            return " ".join(programs)
        if inner.keyword in ("COPY", "ADD") and inner.words:
            return inner.words[-1].text
        return " ".join([inner.rest, *(here.body for here in self.node.heredocs)])


def describe(file: str, node: Instruction, scope: Scope, stages: dict[str, str], kind: str) -> Described:
    """The body of an instruction, with the variables as they are before it; then ENV and ARG change ``scope``.

    ``stages`` are the names and numbers of earlier stages, ``kind`` the shell that runs a RUN in shell form.
    """
    described = Described(file, node)
    inner = node.innermost
    start, end = inner.rest_start, inner.rest_start + len(inner.rest)
    described.places = {("instruction",): (inner.keyword_start, inner.keyword_end), ("value",): (start, end)}
    described.body = {
        "instruction": inner.keyword,
        "value": inner.rest,
        "line": node.line,
        "end_line": node.end_line,
        "onbuild": node is not inner,
        "form": inner.form,
        "flags": _flags(inner.flags, scope, described.places),
        "words": _words(inner, scope, described.places),
        "heredocs": [{"name": h.name, "body": h.content, "expand": h.expand} for h in node.heredocs],
    }
    _particular(described, inner, scope, stages, kind)
    return described


def _particular(described: Described, inner: Instruction, scope: Scope, stages: dict[str, str], kind: str) -> None:
    body, places = described.body, described.places
    if inner.keyword == "RUN":
        found = run_commands(described.file, inner, described.logical, kind)
        body["shell"] = kind
        body["mounts"] = _mounts(inner.flags, scope, places)
        body["commands"] = command_bodies(found, described.logical, places, scope.lookup)
    elif inner.keyword in ("COPY", "ADD"):
        _copied(body, places)
        raw = next((flag.value for flag in inner.flags if flag.name == "from" and flag.value), None)
        body["from"] = origin(raw, scope.expand(raw), stages) if raw else None
    elif inner.keyword in ("ENV", "LABEL", "ARG"):
        body["keys"] = _keys(described.node, inner, scope)
        places[("keys",)] = places[("value",)]
        _place_pairs(inner.pairs, places)
    elif inner.keyword == "EXPOSE":
        body["ports"] = [port_of(word) for word in body["words"]]
        places.update({("ports", *path[1:]): span for path, span in places.items() if path[0] == "words"})


def port_of(word: Value) -> dict[str, Any]:
    """``8000-8010/udp`` as ``{port: 8000, last: 8010, protocol: "udp"}``; unknown what cannot be read."""
    if isinstance(word, Unknown):
        return {"port": word, "last": word, "protocol": word}
    ports, _, protocol = word.partition("/")
    first, dash, last = ports.partition("-")
    return {
        "port": _number(first),
        "last": _number(last if dash else first),
        "protocol": protocol.lower() or "tcp",
    }


def _number(text: str) -> int | Unknown:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else Unknown(f'"{text[:40]}" is no port')


def _words(inner: Instruction, scope: Scope, places: Places) -> list[Value]:
    words: list[Value] = []
    for word in inner.words:
        if inner.keyword not in _EXPANDED:
            values: list[Value] = [word.text]
        elif inner.keyword in _SPLIT and inner.form == "shell" and not word.text.startswith("<<"):
            values = list(expand_words(word.text, scope.lookup, scope.escape))
        else:
            values = [scope.expand(word.text)]
        for value in values:
            places[("words", len(words))] = (word.start, word.end)
            words.append(value)
    return words


def _copied(body: dict[str, Any], places: Places) -> None:
    """Sources and destination; here-documents are no sources by path."""
    words = body["words"]
    names = {here["name"] for here in body["heredocs"]}
    last = len(words) - 1
    kept = [
        index
        for index in range(last)
        if isinstance(words[index], Unknown) or not (names and words[index].startswith("<<"))
    ]
    body["sources"] = [words[index] for index in kept]
    body["destination"] = words[last] if words else None
    for number, index in enumerate(kept):
        places[("sources", number)] = places[("words", index)]
    if words:
        places[("destination",)] = places[("words", last)]


def _keys(node: Instruction, inner: Instruction, scope: Scope) -> dict[str, Value]:
    """The values of ENV, LABEL or ARG. What stands in ONBUILD changes nothing here."""
    if inner.keyword == "LABEL" or node is not inner:
        return scope.labels(inner.pairs)
    if inner.keyword == "ENV":
        return scope.assign(inner.pairs)
    return {pair.key.text: scope.declare(pair) for pair in inner.pairs}


def _place_pairs(pairs: tuple[Pair, ...], places: Places) -> None:
    for pair in pairs:
        word = pair.value if pair.value is not None and pair.value.text else pair.key
        places[("keys", pair.key.text)] = (word.start, word.end)


def _flags(flags: tuple[Flag, ...], scope: Scope, places: Places) -> dict[str, Any]:
    """``--name=value`` by name; ``True`` without a value; a list where one is given several times."""
    values: dict[str, Any] = {}
    for flag in flags:
        value: Any = True if flag.value is None else scope.expand(flag.value)
        places.setdefault(("flags", flag.name), (flag.start, flag.end))
        if flag.name not in values:
            values[flag.name] = value
        elif isinstance(values[flag.name], list):
            values[flag.name].append(value)
        else:
            values[flag.name] = [values[flag.name], value]
    return values


def _mounts(flags: tuple[Flag, ...], scope: Scope, places: Places) -> list[dict[str, Any]]:
    mounts: list[dict[str, Any]] = []
    for flag in flags:
        if flag.name == "mount" and flag.value:
            places[("mounts", len(mounts))] = (flag.start, flag.end)
            mounts.append(_mount(flag.value, scope))
    return mounts


def _mount(text: str, scope: Scope) -> dict[str, Any]:
    mount: dict[str, Any] = {"type": "bind"}
    for field in text.split(","):
        key, separator, value = field.strip('"').partition("=")
        name = key.strip().lower()
        mount[_MOUNT_WORDS.get(name, name)] = scope.expand(value) if separator else True
    return mount
