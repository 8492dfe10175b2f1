"""syntax: HCL text to a located tree.

In: the bytes of a Terraform file, native or JSON. Out: :class:`~iacgate.syntax.hcl.file.File`; the shapes are in
:mod:`iacgate.syntax.hcl.nodes`.
"""

from __future__ import annotations

from iacgate.syntax.hcl.file import File
from iacgate.syntax.hcl.nodes import Attribute, Block
from iacgate.syntax.hcl.reading import parse, parse_expression, parse_template
from iacgate.syntax.hcl.walking import children, walk

__all__ = ["File", "children", "json_blocks", "parse", "parse_expression", "parse_json", "parse_template", "walk"]


def parse_json(data: bytes | str, path: str) -> File:
    """A ``.tf.json``, ``.tofu.json`` or ``.tfvars.json`` file; see :mod:`iacgate.syntax.hcl.jsonbody`."""
    from iacgate.syntax.hcl import jsonbody

    return jsonbody.parse_json(data, path)


def json_blocks(attribute: Attribute) -> list[Block] | None:
    """An attribute of a JSON body as the nested blocks it may be; see :mod:`iacgate.syntax.hcl.jsonbody`."""
    from iacgate.syntax.hcl import jsonbody

    return jsonbody.json_blocks(attribute)
