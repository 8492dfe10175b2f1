"""The shape of a rule file, judged by pydantic: for a team's own rules, for tests of ours, and for the JSON Schema.

Never imported when only shipped rules run.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from iacgate.engines.native.compile import KEYS, PRECISIONS, SEVERITIES
from iacgate.engines.native.source import RuleText
from iacgate.errors import PolicyError, did_you_mean

Text = Annotated[str, Field(min_length=1)]
Words = Annotated[list[Text], Field(min_length=1)]


class RuleFile(BaseModel):
    """A native rule: one YAML file, named as its id."""

    model_config = ConfigDict(extra="forbid", strict=True, title="iacgate rule")

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", description="names the defect; the file's name")]
    title: Annotated[Text, Field(max_length=120, description="what is wrong, in one line")]
    severity: Annotated[Literal["info", "low", "medium", "high", "critical"], Field(description="how bad it is")]
    on: Annotated[
        Words, Field(description="resource types, globs, workload, dockerfile_stage, dockerfile_instruction, …")
    ]
    where: Annotated[Text | None, Field(description="expression: whether the rule applies to the resource")] = None
    each: Annotated[Text | None, Field(description="expression: the elements judged one by one")] = None
    deny: Annotated[Text | None, Field(description="expression: a violation where it is true")] = None
    require: Annotated[Text | None, Field(description="expression: a violation where it is false")] = None
    check: Annotated[Text | None, Field(description="the name of a Python check")] = None
    at: Annotated[Text | None, Field(description="expression: the value to point at")] = None
    message: Annotated[Text | None, Field(description="what is wrong, with {expressions}")] = None
    why: Annotated[Text, Field(description="why it matters")]
    fix: Annotated[Text, Field(description="what to do instead")]
    controls: Annotated[dict[Text, Words], Field(description="framework → the controls this is evidence for")] = {}
    aliases: Annotated[list[Text], Field(description="what other tools call this rule")] = []
    since: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)*$", description="the version that brought it")] = "0.1"
    tags: list[Text] = []
    precision: Annotated[Literal["high", "medium", "low"], Field(description="how rarely it is wrong")] = "high"
    params: Annotated[dict[Text, Any], Field(description="defaults that settings can change: param('name')")] = {}
    references: list[Annotated[str, Field(pattern=r"^https://")]] = []
    rulesets: Annotated[list[Text], Field(description="the sets it is in; all rules are in strict")] = ["recommended"]


def validate(text: RuleText) -> None:
    """Judge the shape of a rule file. Raises :class:`~iacgate.errors.PolicyError` at the first thing that is wrong."""
    values = dict(text.values)
    if isinstance(values.get("severity"), str):
        values["severity"] = values["severity"].lower()
    try:
        RuleFile.model_validate(values)
    except ValidationError as error:
        raise _failure(text, error) from None


def _failure(text: RuleText, error: ValidationError) -> PolicyError:
    first = min(error.errors(), key=lambda one: text.at(*one["loc"]).line)
    path = tuple(step for step in first["loc"])
    name = ".".join(str(step) for step in path)
    kind, given = first["type"], first.get("input")
    if kind == "extra_forbidden":
        return text.error(
            f"unknown key {name!r}", *path, "", hint=did_you_mean(name, KEYS, f"known keys: {', '.join(KEYS)}")
        )
    if kind == "missing":
        return text.error(f"{name!r} is missing", *path[:-1])
    if kind == "literal_error":
        words = SEVERITIES if name == "severity" else PRECISIONS
        return text.error(
            f"unknown {name} {given!r}", *path, hint=did_you_mean(str(given), words, f"one of {', '.join(words)}")
        )
    if kind == "string_type":
        return text.error(f"{name!r} must be text, here it is {given!r}", *path, hint="put it in quotes")
    return text.error(f"{name!r}: {first['msg'].lower()}", *path)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a rule file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **RuleFile.model_json_schema()}
