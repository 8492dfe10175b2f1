"""Part of the outputs room: XML 1.0 elements as text, with everything escaped that has to be."""

from __future__ import annotations

from iacgate.outputs._plain import one_line, paragraphs


def attributes(**values: str) -> str:
    """``name="value"`` pairs with a space before each. Empty values are kept, since an empty name is still a name."""
    return "".join(f' {name.rstrip("_")}="{attribute(value)}"' for name, value in values.items())


def attribute(value: str) -> str:
    return content(one_line(value)).replace('"', "&quot;")


def body(value: str) -> str:
    """Text inside an element; its lines are kept. GitLab and Jenkins fetch files that ``[[ATTACHMENT|…`` names."""
    return content(paragraphs(value)).replace("[[ATTACHMENT", "[ [ATTACHMENT")


def content(value: str) -> str:
    """``>`` is escaped too, so that ``]]>`` cannot stand in text."""
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
