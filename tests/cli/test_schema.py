"""``iacgate schema``: every schema is one, and holds for what we write ourselves."""

from __future__ import annotations

import json

import pytest
import yaml
from jsonschema import Draft202012Validator

from iacgate.cli.entry import run
from iacgate.cli.init import TEMPLATE, WITH_BASELINE
from iacgate.cli.schema import SCHEMAS


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_prints_a_json_schema(name, capsys):
    assert run(["schema", name]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


def test_another_name_is_an_error(capsys):
    assert run(["schema", "setings"]) == 2
    assert "settings" in capsys.readouterr().err


def test_the_settings_that_init_writes_fit_their_schema():
    body = yaml.safe_load(TEMPLATE.format(maturity=1, baseline=WITH_BASELINE))
    assert list(Draft202012Validator(SCHEMAS["settings"]()).iter_errors(body)) == []


def test_a_report_fits_its_schema(tmp_path, monkeypatch, capsys):
    (tmp_path / ".git").mkdir()
    (tmp_path / "Dockerfile").write_text(
        "FROM ubuntu:latest\n# iacgate:allow docker-base-image-latest owner=a\nRUN true\n"
    )
    monkeypatch.chdir(tmp_path)
    run(["scan", "-o", "json", "--evaluations"])
    report = json.loads(capsys.readouterr().out)
    assert list(Draft202012Validator(SCHEMAS["report"]()).iter_errors(report)) == []
