"""Where the parts of a written value stand: in lists and objects, in JSON text, in policy documents.

Room: ``lang``. In: an expression and a path into its value. Out: the node that is written for it. Nothing is evaluated;
what is not written out leaves the nearest node around it. Text with parts is ``jsonencode(…)`` or ``yamlencode(…)``, a
heredoc of JSON or YAML, a policy document or a local that is one of these.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from iacgate.errors import SyntaxFailure
from iacgate.model import Location, Path
from iacgate.syntax.hcl.file import File, line_starts
from iacgate.syntax.hcl.nodes import (
    Attribute,
    AttributeStep,
    Block,
    Body,
    Expression,
    FunctionCall,
    IndexStep,
    Interpolation,
    Literal,
    Node,
    Object,
    Template,
    Traversal,
    Tuple,
)

if TYPE_CHECKING:
    from iacgate.syntax.yaml import YamlDocument

DOCUMENT = "aws_iam_policy_document"
_MERGING = ("source_policy_documents", "override_policy_documents", "source_json", "override_json")
_ARGUMENTS = {
    "Sid": "sid",
    "Effect": "effect",
    "Action": "actions",
    "NotAction": "not_actions",
    "Resource": "resources",
    "NotResource": "not_resources",
    "Principal": "principals",
    "NotPrincipal": "not_principals",
    "Condition": "condition",
}
"""Elements of a policy → arguments and blocks of the document that renders it."""
_ENCODERS = frozenset(("jsonencode", "yamlencode"))
_DECODERS = frozenset(("jsondecode", "yamldecode"))
_MOST_LOCALS = 16
"""Locals that are followed from one to the next; a circle of them ends here too."""


class Names:
    """What a module declares, as far as places need it."""

    __slots__ = ()

    def local(self, name: str) -> tuple[Attribute, File] | None:
        """A local value and the file it is in."""
        raise NotImplementedError

    def documents(self, name: str) -> list[Attribute]:
        """The arguments of a policy document, its overrides' too; none when there is no such document."""
        raise NotImplementedError

    def in_document(self, name: str, path: Path) -> tuple[File, Node] | None:
        """The node of a path into a policy document, a block where it leads to one."""
        raise NotImplementedError


class Found(NamedTuple):
    """Where a path leads, and the references that were followed on the way."""

    location: Location
    node: Node
    way: tuple[Location, ...]


def follow(file: File, node: Node, path: Path, names: Names) -> Found:
    """The place of a path into the value of an expression; of the expression where the value is not written out."""
    node, rest = _written(node, path)
    if rest and isinstance(node, Traversal):
        found = _text(file, node, rest, names)
        if found is not None:
            return found
    elif rest:
        node = _in_heredoc(file, node, rest) or node
    return Found(file.location(node), node, ())


def text_part(shown: str, text: str, path: Path) -> Location:
    """The place of a path in a file of JSON or YAML, perhaps with holes; the file itself where it has none."""
    from iacgate.syntax.hcl import parse_template

    try:
        plain = _without_holes(text, parse_template(text, shown)) if path else None
        stretch = None if plain is None else _in_data(plain, 0, path)
    except SyntaxFailure:
        stretch = None
    if stretch is None:
        return Location(file=shown)
    return File(shown, text, Body({}, [], 0, 0)).location(stretch)


def _written(node: Node, path: Path) -> tuple[Node, Path]:
    """The deepest part of an expression that is written out for a path, and the rest of the path."""
    for depth, step in enumerate(path):
        if isinstance(node, FunctionCall) and node.name in _ENCODERS and len(node.arguments) == 1:
            node = node.arguments[0]
        inner: Node | None = None
        if isinstance(node, Tuple) and isinstance(step, int) and 0 <= step < len(node.items):
            inner = node.items[step]
        elif isinstance(node, Object) and isinstance(step, str):
            values = (item.value for item in node.items if isinstance(item.key, Literal) and item.key.value == step)
            inner = next(values, None)
        elif isinstance(node, Object) and step == 0:
            continue  # in JSON a single block may stand without a list
        if inner is None:
            return node, path[depth:]
        node = inner
    return node, ()


def _text(file: File, node: Traversal, path: Path, names: Names) -> Found | None:
    """The place in the JSON text that a reference means, through locals."""
    way: list[Location] = []
    reference: Expression = node
    for _ in range(_MOST_LOCALS):
        way.append(file.location(reference))
        if not isinstance(reference, Traversal):
            break
        if reference.name != "local" or len(reference.steps) != 1:
            place = _in_document(reference, path, names)
            return None if place is None else Found(place, node, tuple(way))
        declared = names.local(getattr(reference.steps[0], "name", ""))
        if declared is None:
            return None
        attribute, file = declared
        reference = attribute.expression
    if isinstance(reference, FunctionCall) and reference.name in _ENCODERS:
        inner, _ = _written(reference, path)
        return Found(file.location(inner), node, tuple(way[:-1]))
    stretch = _in_heredoc(file, reference, path)
    return None if stretch is None else Found(file.location(stretch), node, tuple(way[:-1]))


def _in_document(node: Traversal, path: Path, names: Names) -> Location | None:
    """The place in the policy document that a reference takes the text of, for a path into the policy.

    ``("Statement", 1, "Action")`` stands in the second ``statement`` block under ``actions``, unless other documents
    are merged in, which moves the statements.
    """
    name = _document_name(node)
    if not name or path[0] != "Statement":
        return None
    if any(argument.name in _MERGING for argument in names.documents(name)):
        return None
    index, *inside = path[1:] or (0,)
    argument = tuple(_ARGUMENTS.get(step, step) for step in inside[:1] if isinstance(step, str))
    found = names.in_document(name, ("statement", index, *argument))
    if found is None:
        return None
    file, place = found
    if isinstance(place, Block):
        return file.location(*place.header_span)
    return file.location(_rendered(place, inside[1] if len(inside) > 1 else None))


def _document_name(node: Traversal) -> str:
    """The ``x`` of ``data.aws_iam_policy_document.x.json``, also with a key behind it; "" for anything else."""
    steps = [step for step in node.steps if not isinstance(step, IndexStep)]
    names = [step.name for step in steps if isinstance(step, AttributeStep)]
    keyed = len(node.steps) - len(steps)
    if node.name != "data" or len(names) != 3 or len(steps) != 3 or keyed > 1:
        return ""
    return names[1] if names[0] == DOCUMENT and names[2] in {"json", "minified_json"} else ""


def _rendered(node: Node, index: str | int | None) -> Node:
    """The element of a written list that stands at ``index`` in the policy: the provider sorts them, last first."""
    if not isinstance(node, Tuple) or not isinstance(index, int):
        return node
    values = {item.value: item for item in node.items if isinstance(item, Literal) and isinstance(item.value, str)}
    if len(values) != len(node.items) or not 0 <= index < len(values):
        return node
    return [values[value] for value in sorted(values, reverse=True)][index]


def _in_heredoc(file: File, node: Node, path: Path) -> Node | None:
    """The stretch of a heredoc that holds JSON or YAML for a path; ``None`` when it is no heredoc or holds none."""
    if isinstance(node, FunctionCall) and node.name in _DECODERS and len(node.arguments) == 1:
        node = node.arguments[0]
    written = file.slice(node) if isinstance(node, Literal | Template) else ""
    start = written.find("\n") + 1
    if not written.startswith("<<") or not start:
        return None
    text = _without_holes(written, node)
    if text is None:
        return None
    return _in_data(text[start : text.rstrip().rfind("\n") + 1], node.start + start, path)


def _in_data(text: str, offset: int, path: Path) -> Node | None:
    """The stretch of JSON or YAML for a path, by its offset in the file; ``None`` when it does not parse."""
    if text.lstrip()[:1] in ("{", "["):
        return _in_json(text, offset, path)
    read = _yaml(text)
    if read is None:
        return None
    document, indent, starts = read
    place = document.locate(path)
    return Literal(
        None,
        offset + starts[place.line - 1] + indent + place.column - 1,
        offset + starts[place.end_line - 1] + indent + place.end_column - 1,
    )


@lru_cache(maxsize=2048)
def _yaml(text: str) -> tuple[YamlDocument, int, list[int]] | None:
    """The first document of a YAML text that holds something, how far it is indented, and where its lines start.

    Remembered, since many rules look into one manifest, and rule by rule into all manifests.
    """
    from iacgate.syntax.yaml import load_all

    lines = text.split("\n")
    indent = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
    plain = "\n".join(line[indent:] for line in lines) if indent else text
    try:
        documents = load_all(plain.encode("utf-8", "replace"), "")
    except SyntaxFailure:
        return None
    found = next((each for each in documents if each.body is not None), None)
    return None if found is None else (found, indent, line_starts(text))


def _in_json(text: str, offset: int, path: Path) -> Node | None:
    """The stretch of JSON text for a path, by its offset in the file; ``None`` when it does not parse."""
    from iacgate.syntax.json import Places, loads

    try:
        value = loads(text, "")
    except SyntaxFailure:
        return None
    place = Places(text, "")(_as_written(value, path))
    lines = line_starts(text)
    return Literal(
        None,
        offset + lines[place.line - 1] + place.column - 1,
        offset + lines[place.end_line - 1] + place.end_column - 1,
    )


def _without_holes(written: str, node: Node) -> str | None:
    """A template with something as long in its holes that JSON and YAML take inside of text and outside."""
    for part in node.parts if isinstance(node, Template) else ():
        if isinstance(part, Interpolation):
            start, end = part.start - node.start, part.end - node.start
            written = f"{written[:start]}1.{'0' * (end - start - 2)}{written[end:]}"
        elif not isinstance(part, Literal):
            return None
    return written


def _as_written(value: object, path: Path) -> Path:
    """The path without the index of what stands alone where a list may be."""
    kept: list[str | int] = []
    for step in path:
        if step == 0 and not isinstance(value, list):
            continue
        kept.append(step)
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list):
            value = value[step] if isinstance(step, int) and 0 <= step < len(value) else None
    return tuple(kept)
