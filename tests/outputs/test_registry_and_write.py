"""Which output is meant, and getting it to its place whole."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from iacgate import outputs
from iacgate.errors import CommandError
from iacgate.outputs import FORMATS, format_names, output_format, parse_output_spec, write


@pytest.mark.parametrize("name", FORMATS)
def test_registry_and_module_agree(name):
    module = output_format(name)
    assert module.name == name
    assert module.extension.isalnum()


@pytest.mark.parametrize(
    ("spec", "wanted"),
    [
        ("sarif", ("sarif", None)),
        ("sarif=-", ("sarif", None)),
        ("sarif=out/r.sarif", ("sarif", "out/r.sarif")),
        ("JSON=a=b.json", ("json", "a=b.json")),
        ("text=C:\\x.txt", ("text", "C:\\x.txt")),
    ],
)
def test_spec(spec, wanted):
    assert parse_output_spec(spec) == wanted


@pytest.mark.parametrize(
    ("spec", "message", "hint"),
    [
        ("sariff=x", "unknown output format 'sariff'", "did you mean 'sarif'?"),
        ("qqq", "unknown output format 'qqq'", "known formats: text, concise, json"),
        ("json=", 'names no file after "="', "-o json=FILE"),
    ],
)
def test_spec_that_is_wrong(spec, message, hint):
    with pytest.raises(CommandError) as caught:
        parse_output_spec(spec)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_plugin_is_found_and_cannot_take_a_shipped_name(monkeypatch):
    other = object()
    monkeypatch.setattr(outputs, "plugins", lambda _group: iter([("mine", other), ("json", other)]))
    assert output_format("mine") is other
    assert output_format("json") is not other
    assert format_names()[-1] == "mine"
    assert format_names().count("json") == 1
    assert parse_output_spec("mine=x") == ("mine", "x")


def test_write_makes_folders_and_leaves_nothing_else(tmp_path):
    target = tmp_path / "a" / "b" / "r.json"
    write(str(target), "é\r\n")
    write(str(target), "second")
    assert target.read_bytes() == b"second"
    assert [path.name for path in target.parent.iterdir()] == ["r.json"]


def test_write_keeps_bytes_and_survives_surrogates(tmp_path):
    write(str(tmp_path / "x"), "a\r\nb\n\ud800")
    assert (tmp_path / "x").read_bytes() == b"a\r\nb\n\\ud800"


def test_write_in_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("r.txt", "x")
    assert (tmp_path / "r.txt").read_text() == "x"


def test_write_keeps_link_and_mode(tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    write(str(link), "new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_write_to_a_device(tmp_path):
    write(os.devnull, "x")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


@pytest.mark.parametrize("place", ["folder", "file/below"])
def test_write_says_why_it_cannot(place, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    with pytest.raises(CommandError) as caught:
        write(str(tmp_path / place), "x")
    assert place in caught.value.message
    assert caught.value.hint
    assert (tmp_path / "file").read_text() == "x"


def test_failed_write_leaves_the_old_report(tmp_path, monkeypatch):
    target = tmp_path / "r"
    target.write_text("old")

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(CommandError, match="No space left"):
        write(str(target), "new")
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


@pytest.mark.parametrize("name", ["text", "concise"])
def test_terminal_formats_stay_light(name):
    """What only other formats need is not loaded for these two."""
    heavy = ("xml", "html", "csv", "json", "difflib", "tempfile", "importlib.metadata", "unicodedata", "base64")
    program = (
        f"import sys; from iacgate.outputs import output_format; before = set(sys.modules); output_format({name!r});"
        f"print([word for word in {heavy!r} if word in set(sys.modules) - before],"
        " [word for word in sys.modules if word.startswith('iacgate.outputs.')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("[] ")
    assert "sarif" not in done.stdout
