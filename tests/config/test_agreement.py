"""The fast reading and the strict models say yes to the same files, and the JSON Schemas to the same again."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from iacgate.config import exceptions_schema, settings_schema
from iacgate.config.located import read_yaml
from iacgate.config.reading import read
from iacgate.config.shape import EXCEPTIONS, SETTINGS, Day, Free, Keys, Several, Table, Text, Whole, Word
from iacgate.config.strict import complaints
from iacgate.errors import SettingsError

JUNK = st.sampled_from([None, "", "x", "off", 0, 1, 9, -1, True, 1.5, [], {}, ["x"], [1], {"x": "y"}, "2027-02-30"])


def valid(shape):
    """Values that fit a shape."""
    match shape:
        case Word(words=words):
            return st.sampled_from(words)
        case Text():
            return st.sampled_from(["a", "some text", "x/**"])
        case Whole(low=low, high=high):
            return st.integers(low, high)
        case Day():
            return st.dates().map(str)
        case Free():
            return st.sampled_from([1, "x", True, [1], {"a": 1}])
        case Several(item=item, least=least):
            return st.lists(valid(item), min_size=least, max_size=2)
        case Table(value=value, key=key):
            return st.dictionaries(valid(key), valid(value), max_size=2)
        case Keys(fields=fields):
            needed = {key: valid(field.shape) for key, field in fields.items() if field.required}
            free = {key: valid(field.shape) for key, field in fields.items() if not field.required}
            return st.fixed_dictionaries(needed, optional=free)


def spoilt(shape):
    """Values of which some fit: somewhere inside there may be junk."""
    match shape:
        case Several(item=item):
            return st.lists(spoilt(item), max_size=2) | JUNK
        case Table(value=value, key=key):
            return st.dictionaries(valid(key) | st.just("odd"), spoilt(value), max_size=2) | JUNK
        case Keys(fields=fields):
            optional = {key: spoilt(field.shape) for key, field in fields.items()}
            return st.fixed_dictionaries({}, optional={**optional, "odd": JUNK}) | JUNK
        case _:
            return valid(shape) | JUNK


def misfits_of(shape, value):
    found = []
    body = read(read_yaml(json.dumps(value), "f", SettingsError), shape, found)
    return found, body


@pytest.mark.parametrize("shape", [SETTINGS, EXCEPTIONS], ids=lambda shape: shape.name)
def test_what_fits_is_accepted_by_all_three(shape):
    schema = Draft202012Validator(settings_schema() if shape is SETTINGS else exceptions_schema())

    @settings(max_examples=40, deadline=None)
    @given(valid(shape))
    def accepted(value):
        found, body = misfits_of(shape, value)
        assert found == []
        assert complaints(shape, body) == []
        assert list(schema.iter_errors(value)) == []

    accepted()


@pytest.mark.parametrize("shape", [SETTINGS, EXCEPTIONS], ids=lambda shape: shape.name)
def test_what_does_not_fit_is_refused_by_both(shape):
    @settings(max_examples=150, deadline=None)
    @given(spoilt(shape))
    def agreed(value):
        found, body = misfits_of(shape, value)
        assert bool(found) is bool(complaints(shape, body))

    agreed()


def test_the_schemas_are_json_schemas_and_describe_every_key():
    for schema in (settings_schema(), exceptions_schema()):
        Draft202012Validator.check_schema(schema)
        assert json.loads(json.dumps(schema)) == schema
        for name, part in {"": schema, **schema["$defs"]}.items():
            for key, member in part["properties"].items():
                assert "description" in member or "$ref" in member or "allOf" in member, f"{name}.{key}"
                assert "default" not in member
