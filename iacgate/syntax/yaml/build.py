"""The stream of YAML events → bodies and places.

In: bytes. Out: :class:`~iacgate.syntax.yaml.document.YamlDocument` for each document. One pass, no recursion: what is
open is on a stack, so nesting ends in a refusal and never in a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from iacgate.errors import SyntaxFailure
from iacgate.syntax.text import decode
from iacgate.syntax.yaml.document import Merged, Problem, Spot, Text, YamlDocument
from iacgate.syntax.yaml.package import yaml_package
from iacgate.syntax.yaml.scalars import (
    BINARY,
    MERGE,
    NUMERIC,
    STR,
    WORDS,
    MismatchError,
    NotFinite,
    key_text,
    plain,
    tagged,
    typed,
)

DEPTH: Final = 200
"""Levels of nesting that are read; Kubernetes objects, CustomResourceDefinitions included, stay far below."""
EXPANSION: Final = 250_000
"""Values that the aliases of one file may stand for, all together: more is an attack on memory."""
NODES: Final = 1_000_000
"""Values, keys and ends of one file: what 16 MiB of manifests have, not what 16 MiB of commas have."""
MAX_BYTES: Final = 16 * 1024 * 1024
"""The largest file that is read; an API server takes 3 MiB in one request."""

_NO_KEY: Final = object()
_MERGE_KEY: Final = object()
_VALUE, _KEY, _MERGED = range(3)


def load_all(data: bytes, file: str) -> list[YamlDocument]:
    """All documents of a YAML file, in order; empty ones have the body ``None``.

    Raises :class:`~iacgate.errors.SyntaxFailure` for what YAML or Kubernetes cannot read: broken syntax, templates,
    undefined aliases, more than :data:`DEPTH` levels, aliases that stand for more than :data:`EXPANSION` values, files
    of more than :data:`MAX_BYTES` or :data:`NODES`. Repeated keys, and keys Kubernetes has no text for, are problems of
    their document.
    """
    if len(data) > MAX_BYTES:
        raise SyntaxFailure(Text("", file).span(0, 0), f"larger than {MAX_BYTES >> 20} MiB", "split it, or exclude it")
    text = decode(data, file)
    if not text or text.isspace():
        return []
    source = Text(text, file)
    encoded = data if data[:1] < b"\x80" and b"\0" not in data[:4] else text.encode()
    yaml = yaml_package()
    try:
        return read_documents(source, encoded)
    except yaml.YAMLError as error:
        from iacgate.syntax.yaml.failures import explain

        raise explain(error, source, encoded) from None


class Exceeded(SyntaxFailure):
    """A limit of the whole file is reached: leaving one document out mends nothing."""


def read_documents(source: Text, encoded: bytes) -> list[YamlDocument]:
    """The documents of a stream, with places in ``source``. Raises PyYAML's errors and ``SyntaxFailure``."""
    return list(_Builder(source).documents(_events(encoded)))


def _events(encoded: bytes) -> Callable[[], Any]:
    """The source of events: libyaml where PyYAML was built with it."""
    try:
        from yaml._yaml import CParser
    except ImportError:
        return _pure_events(encoded)
    parser: Callable[[], Any] = CParser(encoded).get_event
    return parser


def _pure_events(encoded: bytes) -> Callable[[], Any]:
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    class PureParser(Reader, Scanner, Parser):
        def __init__(self) -> None:
            Reader.__init__(self, encoded)
            Scanner.__init__(self)
            Parser.__init__(self)

    parser: Callable[[], Any] = PureParser().get_event
    return parser


class _Builder:
    """What is open while events come in. ``into`` is the innermost container, ``spots`` its members' places."""

    __slots__ = (
        "anchors",
        "budget",
        "into",
        "key",
        "key_end",
        "key_start",
        "keys",
        "open_anchors",
        "problems",
        "source",
        "spots",
        "stack",
    )

    def __init__(self, source: Text) -> None:
        self.source = source
        self.keys: dict[str, str] = {}
        self.budget = EXPANSION
        self._begin()

    def _begin(self) -> None:
        self.into: Any = []
        self.spots: Any = []
        self.stack: list[tuple[Any, Any, int, int, str | None]] = []
        self.key: Any = _NO_KEY
        self.key_start = self.key_end = 0
        self.anchors: dict[str, tuple[Any, Any]] = {}
        self.open_anchors: list[str] = []
        self.problems: list[Problem] = []

    def documents(self, get: Callable[[], Any]) -> Iterator[YamlDocument]:
        yaml = yaml_package()
        act: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._mapping,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceStartEvent: self._sequence,
            yaml.SequenceEndEvent: self._close,
            yaml.AliasEvent: self._alias,
        }
        index = begin = 0
        left = NODES
        document_end: Any = yaml.DocumentEndEvent
        while (event := get()) is not None:
            left -= 1
            if left < 0:
                place = self.source.span(event.start_mark.index, event.end_mark.index)
                raise Exceeded(place, f"more than {NODES} values in a file")
            handle = act.get(event.__class__)
            if handle is not None:
                handle(event)
            elif event.__class__ is document_end:
                end = event.end_mark.index
                spot: Spot = self.spots[0]
                body, problems = self.into[0], tuple(self.problems)
                yield YamlDocument(
                    body=body, index=index, problems=problems, _spot=spot, _source=self.source, _begin=begin, _end=end
                )
                index, begin = index + 1, end
                self._begin()

    def _scalar(self, event: Any) -> None:
        value = event.value
        start = event.start_mark.index
        end = event.end_mark.index
        into = self.into
        if into.__class__ is dict and self.key is _NO_KEY:
            if event.implicit[0] and not event.style and (known := self.keys.get(value)) is not None:
                self.key = known
            else:
                self.key = self._new_key(event, value, start, end)
            self.key_start = start
            self.key_end = end
            if event.anchor is not None:
                self.anchors[event.anchor] = (self.key, None)
            return
        if event.implicit[0]:
            if value in WORDS or value[0] in NUMERIC:
                value = self._plain(event, value, start, end)
        elif event.tag is not None and event.tag != STR:
            value = self._tagged(event, value, start, end)
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, None)
        self._put(value, start, end, None)

    def _put(self, value: Any, start: int, end: int, below: Any) -> None:
        """Put a finished or just opened value where it belongs."""
        key = self.key
        if key is _NO_KEY:
            self.into.append(value)
            self.spots.append((start, start, start, end, below))
            return
        self.key = _NO_KEY
        if key is _MERGE_KEY:
            raise self._refusal(start, end, "'<<' needs a mapping, or a list of mappings, to merge")
        spots = self.spots
        if key in spots and spots[key].__class__ is tuple:
            self._repeated(key)
        self.into[key] = value
        spots[key] = (self.key_start, self.key_end, start, end, below)

    def _mapping(self, event: Any) -> None:
        self._open(event, {}, {})

    def _sequence(self, event: Any) -> None:
        self._open(event, [], [])

    def _open(self, event: Any, node: Any, spots: Any) -> None:
        start = event.start_mark.index
        if len(self.stack) >= DEPTH:
            raise self._refusal(start, start + 1, f"nested more than {DEPTH} levels deep")
        purpose = _VALUE
        if self.key is _MERGE_KEY:
            purpose = _MERGED
            self.key = _NO_KEY
        elif self.key is _NO_KEY and self.into.__class__ is dict:
            purpose = _KEY
        else:
            self._put(node, start, start, spots)
        if event.anchor is not None:
            self.open_anchors.append(event.anchor)
        self.stack.append((self.into, self.spots, purpose, start, event.anchor))
        self.into = node
        self.spots = spots

    def _close(self, event: Any) -> None:
        node, below = self.into, self.spots
        self.into, self.spots, purpose, start, anchor = self.stack.pop()
        if anchor is not None:
            self.open_anchors.pop()
            self.anchors[anchor] = (node, below)
        if purpose == _KEY:
            self._complex_key(start, event.end_mark.index)
        elif purpose == _MERGED:
            self._merge(node, below, start)

    def _alias(self, event: Any) -> None:
        name, start, end = event.anchor, event.start_mark.index, event.end_mark.index
        if name in self.open_anchors:
            raise self._refusal(start, end, f"'*{name}' stands inside the value that '&{name}' names")
        if name not in self.anchors:
            raise self._refusal(start, end, f"'*{name}' names no anchor above it", f"write '&{name}' before a value")
        value, below = self.anchors[name]
        if below is not None:
            self._spend(value, start, end)
        if self.key is _MERGE_KEY:
            self.key = _NO_KEY
            self._merge(value, below, start)
        elif self.key is _NO_KEY and self.into.__class__ is dict:
            if below is not None:
                self._complex_key(start, end)
            else:
                self.key, self.key_start, self.key_end = self._key(value, start, end), start, end
        else:
            self._put(value, start, end, below)

    def _spend(self, value: Any, start: int, end: int) -> None:
        """Count what an alias stands for, and how deep it goes; the walk ends when the budget does."""
        waiting = [(value, len(self.stack))]
        while waiting:
            node, depth = waiting.pop()
            self.budget -= 1
            if self.budget < 0:
                message = f"the aliases of this file stand for more than {EXPANSION} values"
                raise Exceeded(self.source.span(start, end), message)
            if not isinstance(node, dict | list):
                continue
            if depth >= DEPTH:
                raise self._refusal(start, end, f"nested more than {DEPTH} levels deep, through aliases")
            waiting.extend((each, depth + 1) for each in (node.values() if isinstance(node, dict) else node))

    def _merge(self, node: Any, below: Any, start: int) -> None:
        """``<<``: what is merged replaces keys written above it and yields to keys written below, as in kubectl."""
        pairs = [(node, below)] if isinstance(node, dict) else []
        if isinstance(node, list) and all(isinstance(each, dict) for each in node):
            pairs = [(each, spot[4]) for each, spot in zip(node, below, strict=True)]
        if not pairs and node != []:
            raise self._refusal(start, start + 1, "'<<' needs a mapping, or a list of mappings, to merge")
        for merged, spots in reversed(pairs):
            self.into.update(merged)
            self.spots.update((key, Merged(spot)) for key, spot in spots.items())

    def _new_key(self, event: Any, text: str, start: int, end: int) -> Any:
        """The key a scalar makes: :data:`_MERGE_KEY`, or a string."""
        if event.implicit[0] and not event.style and self.source.text[start : start + 1] not in ("!", "&"):
            if text == "<<":
                return _MERGE_KEY
            value = typed(text)
            key = self._key(value, start, end)
            if value is not None and not isinstance(value, NotFinite):
                self.keys[text] = key
            return key
        if event.tag == MERGE:
            return _MERGE_KEY
        if event.implicit[0]:
            return self._key(self._plain(event, text, start, end), start, end)
        if event.tag is not None and event.tag != STR:
            return self._key(self._tagged(event, text, start, end), start, end)
        return text

    def _key(self, value: Any, start: int, end: int) -> str:
        if value is None:
            self._problem(start, end, "a key is null; Kubernetes wants text")
        return value if isinstance(value, str) else key_text(value)

    def _complex_key(self, start: int, end: int) -> None:
        text = self.source.text[start:end].strip()
        self.key, self.key_start, self.key_end = text, start, end
        hint = (
            "; is this a template that was not rendered?" if "{" in self.source.text[max(start - 1, 0) : start] else ""
        )
        self._problem(start, end, f"a mapping or list stands as a key; Kubernetes wants text{hint}")

    def _plain(self, event: Any, text: str, start: int, end: int) -> Any:
        """The value of what looks like a plain scalar; ``!`` in front makes a string, and libyaml does not say so."""
        if event.style or (start < end and "!" in self.source.text[start:end].split(text or "\0", 1)[0]):
            return text
        value = plain(text)
        if isinstance(value, NotFinite):
            self._problem(start, end, f"{text} is a number that JSON, and so Kubernetes, does not have")
        return value

    def _tagged(self, event: Any, text: str, start: int, end: int) -> Any:
        if event.style and event.tag != BINARY and event.tag == "!":
            return text
        try:
            value = tagged(text, event.tag)
        except MismatchError as mismatch:
            raise self._refusal(start, end, str(mismatch)) from None
        if isinstance(value, NotFinite):
            self._problem(start, end, f"{text} is a number that JSON, and so Kubernetes, does not have")
        return value

    def _repeated(self, key: str) -> None:
        first = self.source.span(*self.spots[key][:2])
        again = self.source.span(self.key_start, self.key_end)
        self.problems.append(Problem(again, f"key {key!r} stands twice, first on line {first.line}", first))

    def _problem(self, start: int, end: int, message: str) -> None:
        self.problems.append(Problem(self.source.span(start, end), message))

    def _refusal(self, start: int, end: int, message: str, hint: str = "") -> SyntaxFailure:
        return SyntaxFailure(self.source.span(start, end), message, hint)
