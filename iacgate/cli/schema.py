"""``iacgate schema``: the JSON Schema of a file that iacgate reads or writes, for editors and for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import click


def _settings() -> dict[str, Any]:
    from iacgate.config import settings_schema

    return settings_schema()


def _exceptions() -> dict[str, Any]:
    from iacgate.config import exceptions_schema

    return exceptions_schema()


def _rule() -> dict[str, Any]:
    from iacgate.engines.native.schema import json_schema

    return json_schema()


def _report() -> dict[str, Any]:
    from iacgate.outputs import report_schema

    return report_schema()


def _compliance() -> dict[str, Any]:
    from iacgate.outputs.compliance import schema

    return schema()


SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "settings": _settings,
    "exceptions": _exceptions,
    "rule": _rule,
    "report": _report,
    "compliance": _compliance,
}

EPILOG = """\b
Examples:
  iacgate schema settings > iacgate.schema.json
  iacgate schema report | check-jsonschema --schemafile - report.json

In an editor: put this line on top of iacgate.yaml
  # yaml-language-server: $schema=iacgate.schema.json"""


@click.command("schema", epilog=EPILOG)
@click.argument("name", type=click.Choice(list(SCHEMAS)))
def command(name: str) -> int:
    """Print the JSON Schema of a file.

    settings is iacgate.yaml, exceptions the exceptions file, rule a rule file of your own, report what `scan -o json`
    writes, compliance what it writes with `--compliance`.
    """
    json.dump(SCHEMAS[name](), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
    return 0
