"""Configuration in JSON syntax: which members of a resource are nested blocks.

Room: ``lang``. In: a body from JSON. Out: a body as the native syntax would have made it. Only a provider's schema
tells an object-valued argument (``tags``) from a nested block (``versioning``); without one the names decide: what
holds keys of the user's own choosing is called by a handful of words, everything else that is an object is a block.
"""

from __future__ import annotations

from iacgate.syntax.hcl import json_blocks
from iacgate.syntax.hcl.nodes import Attribute, Block, Body, Object, Tuple

FREE_FORM = (
    "tags", "tags_all", "labels", "annotations", "variables", "parameters", "metadata", "triggers", "triggers_replace",
    "keepers", "input", "manifest", "vars", "app_settings", "headers", "selector", "options", "attributes", "values",
    "data", "query", "request_templates", "response_templates", "request_parameters", "response_parameters",
    "match_labels", "limits", "requests", "for_each",
)  # fmt: skip
"""Words that arguments with free keys end in."""


def settled(body: Body) -> Body:
    """The body with its nested blocks as blocks, at every level. A body in native syntax is settled already."""
    if not body.json:
        return body
    attributes: dict[str, Attribute] = {}
    blocks = [_inside(block) for block in body.blocks]
    for name, attribute in body.attributes.items():
        made = json_blocks(attribute) if _is_block(name, attribute) else None
        if made is None:
            attributes[name] = attribute
        else:
            blocks.extend(_inside(block) for block in made)
    return Body(attributes, blocks, body.start, body.end)


def _is_block(name: str, attribute: Attribute) -> bool:
    value = attribute.expression
    if isinstance(value, Tuple):
        return bool(value.items) and all(isinstance(item, Object) for item in value.items)
    return isinstance(value, Object) and not name.endswith(FREE_FORM)


def _inside(block: Block) -> Block:
    if block.type == "dynamic":
        body = Body(
            block.body.attributes, [_inside(inner) for inner in block.body.blocks], block.body.start, block.body.end
        )
    else:
        body = settled(block.body)
    return Block(block.type, block.labels, block.label_spans, body, block.start, block.header_end, block.end)
