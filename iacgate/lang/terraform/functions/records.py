"""CSV as Go's ``encoding/csv`` reads it. In: text. Out: records; ``Fault`` where it refuses."""

from __future__ import annotations

from iacgate.lang.terraform.values import Fault


def records(text: str) -> list[list[str]]:
    """The records of a text; empty lines are passed over."""
    lines = _lines(text)
    found: list[list[str]] = []
    at = 0
    while at < len(lines):
        if lines[at] in {"\n", ""}:
            at += 1
            continue
        record, at = _record(lines, at)
        found.append(record)
    return found


def _lines(text: str) -> list[str]:
    """The lines with their ends, which are ``\\n`` whatever they were; a ``\\r`` at the very end is none."""
    parts = text.split("\n")
    lines = [f"{part.removesuffix(chr(13))}\n" for part in parts[:-1]]
    last = parts[-1].removesuffix("\r")
    return [*lines, last] if last else lines


def _record(lines: list[str], at: int) -> tuple[list[str], int]:
    fields: list[str] = []
    line = lines[at]
    at += 1
    while True:
        if not line.startswith('"'):
            field, comma, rest = line.partition(",")
            if '"' in field:
                raise Fault("CSV has a quote inside of a field that is not quoted")
            fields.append(field if comma else field.removesuffix("\n"))
            if not comma:
                return fields, at
            line = rest
            continue
        field, line, at = _quoted(line[1:], lines, at)
        fields.append(field)
        if not line.startswith(","):
            return fields, at
        line = line[1:]


def _quoted(line: str, lines: list[str], at: int) -> tuple[str, str, int]:
    """A quoted field, what follows it on its line, and the next line's number."""
    parts: list[str] = []
    while True:
        text, quote, rest = line.partition('"')
        parts.append(text)
        if quote and rest.startswith('"'):
            parts.append('"')
            line = rest[1:]
        elif quote:
            if rest and not rest.startswith(",") and rest != "\n":
                raise Fault("CSV has a quote that neither ends a field nor is doubled")
            return "".join(parts), rest, at
        elif at < len(lines):
            line = lines[at]
            at += 1
        else:
            raise Fault("CSV has a quoted field without an end")
