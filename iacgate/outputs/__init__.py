"""The outputs room: a :class:`~iacgate.model.ScanReport` comes in, text in a format goes out.

One module a format; each is imported only when asked for. Formats from elsewhere are entry points in the group
``iacgate.outputs``; a shipped name cannot be taken over.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, cast

from iacgate.errors import CommandError, did_you_mean
from iacgate.outputs._write import write
from iacgate.spi import OutputFormat, plugins

__all__ = ["FORMATS", "format_names", "output_format", "parse_output_spec", "report_schema", "write"]

FORMATS = {
    "text": "iacgate.outputs.text",
    "concise": "iacgate.outputs.concise",
    "json": "iacgate.outputs.native_json",
    "sarif": "iacgate.outputs.sarif",
    "junit": "iacgate.outputs.junit",
    "gitlab-codequality": "iacgate.outputs.gitlab_codequality",
    "github": "iacgate.outputs.github",
    "markdown": "iacgate.outputs.markdown",
    "csv": "iacgate.outputs.csv_table",
    "dotenv": "iacgate.outputs.dotenv",
    "html": "iacgate.outputs.html_page",
}
"""The registry: format name → module with ``name``, ``extension`` and ``render``."""


def format_names() -> tuple[str, ...]:
    """Every format there is: ours in their order, then those of plug-ins by name."""
    return (*FORMATS, *sorted(set(_plugins()) - set(FORMATS)))


def output_format(name: str) -> OutputFormat:
    """The output of that name. Raises :class:`~iacgate.errors.CommandError` with the nearest right word."""
    if name in FORMATS:
        return cast("OutputFormat", import_module(FORMATS[name]))
    found = _plugins()
    if name in found:
        return cast("OutputFormat", found[name])
    raise _no_such_format(name, (*FORMATS, *sorted(found)))


def parse_output_spec(spec: str) -> tuple[str, str | None]:
    """``sarif=out/r.sarif`` → format and path; the path is ``None`` (standard output) when absent or ``-``.

    The format is read whatever its case. Raises :class:`~iacgate.errors.CommandError` for an unknown one, with the
    nearest right word, and for an empty file name.
    """
    word, separator, path = spec.partition("=")
    name = word.strip().lower()
    if name not in FORMATS and name not in _plugins():
        raise _no_such_format(word.strip(), format_names())
    if separator and not path:
        raise CommandError(f'-o {spec} names no file after "="', hint=f"write -o {name}=FILE, or -o {name} for stdout")
    return name, None if path in {"", "-"} else path


def report_schema() -> dict[str, Any]:
    """The JSON Schema of the ``json`` format."""
    from iacgate.outputs._report_schema import schema

    return schema()


def _plugins() -> dict[str, Any]:
    return dict(plugins("iacgate.outputs"))


def _no_such_format(word: str, known: tuple[str, ...]) -> CommandError:
    hint = did_you_mean(word, known, f"known formats: {', '.join(known)}")
    return CommandError(f"unknown output format {word!r}", hint)
