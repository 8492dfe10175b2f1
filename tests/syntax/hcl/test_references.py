"""The same answers as others give: Terraform itself, its HCL library (through pygohcl), python-hcl2."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iacgate.errors import SyntaxFailure
from iacgate.syntax.hcl import parse

ACCEPTED = [
    "a = b.1e5\n",
    "a = b[/* c */ *]\n",
    "a = (b[\n*\n])\n",
    "a = {b = 1,\n\nc = 2}\n",
    "a = [<<E\nx\nE\n, 1]\n",
    "a = <<A-B\nx\n  A-B\t\n",
    "a- = b-\n",
    "a /* x \n */ = 2\n",
    "a = 1 // x\nb = 2",
    'a = "\x01\u00a0"\n',
    "a { # b\n}\n",
    "a = {\n  for x in y : x => x\n}\n",
    'a = "${<<E\nx\nE\n}"\n',
    'a = "${\n"b"\n}"\n',
    "a = b ? c : d ? e : f # g",
    "été = 1\n",
    "e\u0301te\u0301 = 1\n",
]
REFUSED = [
    "a = {b = 1, c = 2\n, d = 3}\n",
    "a = b[\n*\n]\n",
    "a = [for x in y : x,]\n",
    "a = b.*.c.*\n",
    'a = "${"\n"}"\n',
    "a = <<E\n${x\nE\n",
    "a = 12345671e301234567890\n",
    "a = 1\n\ufeffb = 2\n",
    "a { b = 1 c = 2 }\n",
    "a = b\n\n+ c\n",
    "a = b.*.c.0.1\n",
]
SIGNS = '1 2.5 " ${ %{ } ~} { [ ] ( ) = == => , . ... * [*] .* .0 ? : :: + - ! && $ %'
WORDS = "a b for in if else endif endfor true"
SCRAPS = [*f"{SIGNS} {WORDS}".split(" "), "\n", "\n", " ", "  ", "\r\n", "#c\n", "/*c*/", "<<E\n", "E\n", "\\n"]
SCRAPS += ["a = ", "b {\n", "}\n", '"s"']


def accepts(text: str | bytes) -> bool:
    try:
        parse(text, "x.tf")
    except SyntaxFailure:
        return False
    return True


def test_public_files_are_judged_as_terraform_judges_them(corpora):
    folder = corpora / "parsers"
    rows = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]
    rows = [row for row in rows if row["format"] == "hcl"]
    judged = {row["file"]: "accept" if accepts((folder / row["file"]).read_bytes()) else "reject" for row in rows}
    assert len(judged) > 250
    assert judged == {row["file"]: row["expect"] for row in rows}


def test_every_span_of_public_files_is_right(corpora):
    """What is cut out at an attribute's span parses to the same attribute again."""
    paths = sorted((corpora / "parsers" / "hcl").rglob("*.tf"))[::10]
    assert len(paths) > 20
    for path in paths:
        text = path.read_text()
        if not accepts(text):
            continue
        file = parse(text, path.name)
        pending = [file.body]
        while pending:
            body = pending.pop()
            pending.extend(block.body for block in body.blocks)
            for attribute in body.attributes.values():
                again = parse(file.slice(attribute) + "\n", path.name).body.attributes[attribute.name]
                assert repr(again) == repr(attribute)


@pytest.fixture(scope="module")
def terraform():
    binary = shutil.which("terraform")
    if binary is None:
        pytest.skip("no terraform on this machine to compare with")
    return binary


def refused_by_terraform(binary: str, folder: Path, texts: list[str]) -> set[int]:
    """The indexes of the texts that ``terraform fmt`` refuses; one run for all."""
    for index, text in enumerate(texts):
        (folder / f"t{index:04}.tf").write_bytes(text.encode())
    command = [binary, "fmt", "-check", "-list=false", "-no-color", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return {index for index in range(len(texts)) if f"t{index:04}.tf line " in done.stderr}


def test_terraform_agrees(terraform, tmp_path):
    refused = refused_by_terraform(terraform, tmp_path, ACCEPTED + REFUSED)
    assert refused == set(range(len(ACCEPTED), len(ACCEPTED) + len(REFUSED)))


@pytest.mark.parametrize("text", ACCEPTED)
def test_accepted(text):
    assert accepts(text)


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text):
    assert not accepts(text)


def go_accepts(text: str) -> bool:
    """What Terraform's own HCL library says of the syntax; what it says of the meaning does not count."""
    pygohcl = pytest.importorskip("pygohcl")
    try:
        pygohcl.loads(text)
    except pygohcl.HCLParseError as error:
        return "invalid HCL" not in str(error)
    except (pygohcl.HCLInternalError, ValueError):
        return True
    return True


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(SCRAPS), max_size=10).map("".join))
def test_scraps_are_judged_as_the_go_library_judges_them(text):
    for source in (f"a = {text}\n", text):
        assert accepts(source) == go_accepts(source)


def outline(body) -> list:
    """Names of attributes, and blocks with type, labels and outline; order kept within a name only."""
    names: dict[str, list] = {name: [] for name in body.attributes}
    for block in body.blocks:
        names.setdefault(block.type, []).append((block.labels, outline(block.body)))
    return sorted(names.items())


def hcl2_outline(body: dict) -> list:
    """The same of what python-hcl2 returns: blocks are lists of objects, one level for each label."""
    names: dict[str, list] = {}
    for name, value in body.items():
        if name.startswith("__"):
            continue
        blocks = value if isinstance(value, list) else []
        names[name] = [labelled(block, ()) for block in blocks if is_block(block)]
    return sorted(names.items())


def is_block(value) -> bool:
    while isinstance(value, dict) and "__is_block__" not in value and len(value) == 1:
        (value,) = value.values()
    return isinstance(value, dict) and "__is_block__" in value


def labelled(value: dict, labels: tuple) -> tuple:
    if "__is_block__" in value:
        return labels, hcl2_outline(value)
    ((label, inner),) = value.items()
    return labelled(inner, (*labels, label.strip('"')))


SAMPLE = """\
resource "aws_x" "y" {
  name = "a"
  tags = { b = "c" }
  rule {
    d = [1, 2]
    deep "e" {
      f = g.h[0]
    }
  }
  rule { i = true }
}
data "j" "k" {}
locals {
  l = [for m in n : m]
}
"""


def test_python_hcl2_sees_the_same_structure():
    hcl2 = pytest.importorskip("hcl2")
    assert hcl2_outline(hcl2.loads(SAMPLE)) == outline(parse(SAMPLE, "x.tf").body)


def test_python_hcl2_sees_the_same_structure_in_public_files(corpora):
    hcl2 = pytest.importorskip("hcl2")
    compared = 0
    for path in sorted((corpora / "parsers" / "hcl").rglob("*.tf"))[::25]:
        text = path.read_text()
        if len(text) > 6000 or not accepts(text):
            continue
        assert hcl2_outline(hcl2.loads(text)) == outline(parse(text, path.name).body)
        compared += 1
    assert compared >= 3
