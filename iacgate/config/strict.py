"""Config room: the shapes as pydantic models: what is wrong with a file, in words, and the JSON Schemas.

Imported only when a file does not fit, or when a schema is asked for: pydantic costs more than a whole scan of a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
    create_model,
)
from pydantic import Field as Bound
from pydantic_core import ErrorDetails

from iacgate.config.reading import Misfit
from iacgate.config.shape import SEVERITIES, Day, Field, Free, Keys, Several, Table, Text, Whole, Word
from iacgate.model import Path, nearest


def complaints(shape: Keys, value: Any) -> list[Misfit]:
    """What pydantic has against a value, in our words: empty when it is valid."""
    try:
        model_of(shape).model_validate(value)
    except ValidationError as error:
        return [_misfit(shape, detail) for detail in error.errors(include_url=False)]
    return []


def schema_of(shape: Keys, *, title: str, identifier: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a file."""
    body = _tidy(model_of(shape).model_json_schema())
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": identifier, "title": title, **body}


def _tidy(node: Any) -> Any:
    """Without the titles and the null defaults that pydantic adds: an absent key is not a null one."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    extras: dict[str, type] = {"title": str, "default": type(None)}
    return {key: _tidy(item) for key, item in node.items() if not (key in extras and isinstance(item, extras[key]))}


@cache
def model_of(shape: Keys) -> type[BaseModel]:
    """The pydantic model of a mapping with known keys."""
    fields: dict[str, Any] = {key: _field(field) for key, field in shape.fields.items()}
    strict = ConfigDict(extra="forbid", strict=True)
    return create_model(shape.name, __config__=strict, __doc__=shape.what, **fields)


def _field(field: Field) -> tuple[Any, Any]:
    annotation = _annotation(field.shape)
    if field.required:
        return annotation, Bound(description=field.doc)
    return annotation, Bound(default=None, description=field.doc)


def _annotation(shape: Any) -> Any:
    match shape:
        case Word(words=words):
            return Literal[words]
        case Text():
            return Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]
        case Whole(low=low, high=high):
            return Annotated[int, Bound(ge=low, le=high)]
        case Day():
            return date
        case Free():
            return Any
        case Several(item=item, lone=lone, least=least):
            bound: Any = Bound(min_length=least)
            items: Any = list.__class_getitem__(_annotation(item))
            if lone:
                return Annotated[items, bound, BeforeValidator(_listed), WithJsonSchema(_TEXT_OR_TEXTS)]
            return Annotated[items, bound]
        case Table(value=value, key=key):
            return dict.__class_getitem__((_annotation(key), _annotation(value)))
        case Keys():
            return model_of(shape)
        case _:
            raise TypeError(f"no such shape: {shape!r}")


_TEXT = {"type": "string", "minLength": 1}
_TEXT_OR_TEXTS = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}


def _listed(value: object) -> object:
    """A lone text is read as a list of one before pydantic sees it, so that its errors speak of lists only."""
    return [value] if isinstance(value, str) else value


def _misfit(shape: Keys, detail: ErrorDetails) -> Misfit:
    steps = tuple(step for step in detail["loc"] if step != "[key]")
    path, place = _walk(shape, steps)
    kind = detail["type"]
    if kind == "extra_forbidden":
        key = str(path[-1])
        owner = _walk(shape, path[:-1])[1]
        words = list(owner.fields) if isinstance(owner, Keys) else []
        what = owner.what if isinstance(owner, Keys) else "this mapping"
        return Misfit(path, f"unknown key {key!r} in {what}{_suggest(key, words)}", about_key=True)
    if kind == "missing":
        owner = _walk(shape, path[:-1])[1]
        what = owner.what if isinstance(owner, Keys) else "this mapping"
        return Misfit(path[:-1], f"{what} lacks {str(path[-1])!r}", missing=True)
    return Misfit(path, _wrong_value(place, path, detail), about_key="[key]" in detail["loc"])


def _walk(shape: Any, steps: Sequence[int | str]) -> tuple[Path, Any]:
    """The path and the innermost shape that steps lead to."""
    path: list[int | str] = []
    for step in steps:
        if isinstance(shape, Keys):
            field = shape.fields.get(str(step))
            shape = field.shape if field else None
        elif isinstance(shape, Several):
            shape = shape.item
        elif isinstance(shape, Table):
            shape = shape.value
        path.append(step)
    return tuple(path), shape


def _wrong_value(shape: Any, path: Path, detail: ErrorDetails) -> str:
    given = detail["input"]
    if "[key]" in detail["loc"] and isinstance(given, str):
        return f"unknown severity {given!r}: one of {', '.join(SEVERITIES)}{_suggest(given, SEVERITIES, joint='; ')}"
    match shape:
        case Word(words=words, what=what):
            return f"unknown {what} {_shown(given)}: one of {', '.join(words)}{_suggest(str(given), words, joint='; ')}"
        case Whole(low=low, high=high, what=what):
            if low == high:
                return f"{path[-1]} {given!r} is not known here: it should be {low}"
            return f"{path[-1]} is {_shown(given)}: it should be {what} from {low} to {high}"
        case Day():
            return f"{path[-1]} is {_shown(given)}: it should be a date such as 2027-01-31"
        case Several(least=least) if given == [] and least:
            return f"{path[-1]} is empty: name at least one"
        case Several():
            return f"{path[-1]} is {_shown(given)}: it should be a list"
        case Table() | Keys():
            return f"{path[-1] if path else 'the file'} is {_shown(given)}: it should be a mapping"
        case Text(what=what):
            return f"{_last_key(path)} is {_shown(given)}: it should be {what}"
        case _:
            return f"{_last_key(path)}: {detail['msg'][:1].lower()}{detail['msg'][1:]}"


def _last_key(path: Path) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "the file")


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    return "empty" if value is None or value == "" else repr(value)[:60]


def _suggest(word: str, words: Sequence[str], *, joint: str = ": ") -> str:
    near = nearest(word, words)
    return f"{joint}did you mean {near!r}?" if near and near != word else ""
