"""syntax: JSON configuration as attributes and blocks. In: the bytes of a ``.tf.json`` file. Out: the tree of a file.

JSON does not say what is a block. The blocks that Terraform itself defines are known here (:func:`configuration`); what
a provider defines is not, so inside a resource every other member is an attribute with an object or a list as its
value, and whoever knows better asks :func:`json_blocks`. The member ``"//"`` of a body is a comment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from iacgate.model.dataclass import dataclass, field
from iacgate.syntax.hcl.cursor import Cursor, shown
from iacgate.syntax.hcl.file import File
from iacgate.syntax.hcl.jsonvalues import Reader
from iacgate.syntax.hcl.nodes import Attribute, Block, Body, Expression, Literal, Node, Object, ObjectItem, Span, Tuple
from iacgate.syntax.hcl.reading import decoded, guarded
from iacgate.syntax.hcl.walking import walk


@dataclass(frozen=True, slots=True)
class BlockShape:
    """A type of block: how many labels it has, and the types of block known inside it."""

    labels: int = 0
    blocks: Mapping[str, BlockShape] = field(default_factory=dict)


def configuration() -> Mapping[str, BlockShape]:
    """The blocks of a Terraform configuration, as its language defines them (OpenTofu's are the same)."""
    flat = BlockShape()
    dynamic = _dynamic()
    conditions = {"precondition": flat, "postcondition": flat}
    provisioner = BlockShape(1, {"connection": flat})
    meta = {"lifecycle": BlockShape(0, {**conditions, "action_trigger": flat}), "connection": flat}
    resource = BlockShape(2, {**meta, "provisioner": provisioner, **dynamic})
    return {
        "terraform": BlockShape(0, _terraform()),
        "variable": BlockShape(1, {"validation": flat}),
        "output": BlockShape(1, conditions),
        "provider": BlockShape(1, dynamic),
        "locals": flat,
        "module": BlockShape(1),
        "resource": resource,
        "data": BlockShape(2, {**meta, **dynamic}),
        "ephemeral": BlockShape(2, {**meta, **dynamic}),
        "action": BlockShape(2, {"config": BlockShape(0, dynamic)}),
        "list": BlockShape(2, {"config": BlockShape(0, dynamic)}),
        "moved": flat,
        "import": flat,
        "removed": BlockShape(0, {**meta, "provisioner": provisioner}),
        "check": BlockShape(1, {"data": BlockShape(2, {**meta, **dynamic}), "assert": flat}),
    }


def _terraform() -> dict[str, BlockShape]:
    return {
        "required_providers": BlockShape(),
        "backend": BlockShape(1),
        "cloud": BlockShape(0, {"workspaces": BlockShape()}),
        "provider_meta": BlockShape(1),
        "encryption": BlockShape(),
    }


def parse_json(data: bytes | str, path: str) -> File:
    """A file in JSON syntax: configuration, or variable values (``….tfvars.json``: no blocks, strings mean themselves).

    Raises :class:`~iacgate.errors.SyntaxFailure` as :func:`~iacgate.syntax.hcl.reading.parse` does, also when the top
    or a block is no object, and when an argument is set twice.
    """
    text = decoded(data, path)
    values = path.endswith(".tfvars.json")
    cursor = Cursor(text, path)
    root = guarded(cursor, lambda cursor: Reader(cursor, holes=not values).document())
    body = json_body(_objects(cursor, root, "the file"), {} if values else configuration(), cursor)
    body.start, body.end = root.start, root.end
    return File(path, text, body, tuple(sorted(cursor.comments)))


def json_body(objects: Iterable[Object], shapes: Mapping[str, BlockShape], cursor: Cursor | None = None) -> Body:
    """Objects of a JSON file, together, as one body in which the members named in ``shapes`` are blocks.

    With a cursor, comments are kept in it, and an argument that is set twice fails the file; without one the last
    value wins.
    """
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    start, end = -1, -1
    for value in objects:
        start, end = (value.start if start < 0 else start), value.end
        for item in value.items:
            name = _name(item.key)
            if name == "//":
                _comment(cursor, item.value)
            elif name in shapes:
                blocks.extend(_blocks(cursor, name, shapes[name], item))
            else:
                _attribute(cursor, attributes, name, item)
    return Body(attributes, blocks, max(start, 0), max(end, 0), json=True)


def json_blocks(attribute: Attribute) -> list[Block] | None:
    """The attribute of a JSON body read as nested blocks: an object, or a list of objects. ``None`` if it is neither.

    Inside, ``dynamic`` is known as a block; everything else is an attribute again.
    """
    value = attribute.expression
    if isinstance(value, Object):
        body = json_body([value], _dynamic())
        return [Block(attribute.name, (), (), body, attribute.start, attribute.name_end, value.end)]
    if not isinstance(value, Tuple):
        return None
    blocks: list[Block] = []
    for item in value.items:
        if not isinstance(item, Object):
            return None
        body = json_body([item], _dynamic())
        blocks.append(Block(attribute.name, (), (), body, item.start, item.start + 1, item.end))
    return blocks


def _dynamic() -> dict[str, BlockShape]:
    dynamic: dict[str, BlockShape] = {}
    dynamic["dynamic"] = BlockShape(1, {"content": BlockShape(0, dynamic)})
    return dynamic


def _name(key: Expression) -> str:
    """A member's key where it names something: as text, whatever it looks like."""
    return str(key.value) if isinstance(key, Literal) else "".join(_raw(key))


def _raw(key: Expression) -> Iterator[str]:
    for node in walk(key):
        if isinstance(node, Literal):
            yield str(node.value)


def _comment(cursor: Cursor | None, value: Expression) -> None:
    if cursor is not None and isinstance(value, Literal) and isinstance(value.value, str):
        cursor.comments.append((value.start + 1, value.end - 1))


def _attribute(cursor: Cursor | None, attributes: dict[str, Attribute], name: str, item: ObjectItem) -> None:
    first = attributes.get(name)
    if first is not None and cursor is not None:
        line = cursor.line_of(first.start)
        message = f"argument {shown(name)} is set a second time in the same block, first on line {line}"
        cursor.fail(message, item.start, item.key.end, "remove one of the two")
    attributes[name] = Attribute(name, item.value, item.start, item.end, item.key.end)


def _objects(cursor: Cursor | None, value: Expression, what: str) -> list[Object]:
    """The object, or the objects of the list; null is none."""
    if isinstance(value, Object):
        return [value]
    if isinstance(value, Literal) and value.value is None:
        return []
    items = value.items if isinstance(value, Tuple) else (value,)
    for item in items:
        if not isinstance(item, Object) and cursor is not None:
            cursor.fail(f"{what} must be an object or a list of objects", item.start, item.end)
    return [item for item in items if isinstance(item, Object)]


def _blocks(cursor: Cursor | None, type: str, shape: BlockShape, item: ObjectItem) -> Iterator[Block]:  # noqa: A002  (the language's own word)
    """The blocks that one member stands for: an object for each label, then a body, or lists of these."""
    pending: list[tuple[tuple[str, ...], tuple[Span, ...], Node, Expression]] = [((), (), item.key, item.value)]
    while pending:
        labels, spans, key, value = pending.pop()
        if len(labels) == shape.labels:
            several = isinstance(value, Tuple)
            for inside in _objects(cursor, value, f"the block {type}"):
                head = (inside.start, inside.start + 1) if several else (key.start, key.end)
                yield Block(type, labels, spans, json_body([inside], shape.blocks, cursor), *head, inside.end)
            continue
        what = f"the member {type}, which needs {shape.labels - len(labels)} more level(s) of names,"
        for inside in reversed(_objects(cursor, value, what)):
            for member in reversed(inside.items):
                name = _name(member.key)
                if name == "//":
                    _comment(cursor, member.value)
                    continue
                span = (member.key.start, member.key.end)
                pending.append(((*labels, name), (*spans, span), member.key, member.value))
