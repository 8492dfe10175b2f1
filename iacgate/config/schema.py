"""Config room: the JSON Schemas of the files a team writes, made from the same description that reads them."""

from __future__ import annotations

from typing import Any


def settings_schema() -> dict[str, Any]:
    """The JSON Schema of iacgate.yaml."""
    from iacgate.config.shape import SETTINGS
    from iacgate.config.strict import schema_of

    return schema_of(SETTINGS, title="iacgate settings", identifier="urn:iacgate:schema:settings:1")


def exceptions_schema() -> dict[str, Any]:
    """The JSON Schema of the exceptions file."""
    from iacgate.config.shape import EXCEPTIONS
    from iacgate.config.strict import schema_of

    return schema_of(EXCEPTIONS, title="iacgate exceptions", identifier="urn:iacgate:schema:exceptions:1")
