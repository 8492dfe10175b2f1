"""Against BuildKit's own parser tests, a file list with expectations, and its parser as a Python module."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest

from iacgate.errors import SyntaxFailure
from iacgate.syntax.dockerfile import KEYWORDS, Instruction, read, stages

WITHOUT_FROM = {
    "jeztah-invalid-json-json-inside-string",
    "jeztah-invalid-json-json-inside-string-double",
    "jeztah-invalid-json-single-quotes",
    "jeztah-invalid-json-unterminated-bracket",
    "jeztah-invalid-json-unterminated-string",
    "json",
}
"""Tests of BuildKit's line parser that hold one CMD and no FROM: a tree, but nothing that any builder builds."""


def go_quoted(text: str) -> str:
    """A string the way Go's ``%q`` prints it."""
    named = {"\a": r"\a", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v"}
    named |= {"\\": r"\\", '"': r"\""}
    return '"' + "".join(named.get(c, c if c.isprintable() else f"\\x{ord(c):02x}") for c in text) + '"'


def notation(node: Instruction) -> str:
    """An instruction in the notation of BuildKit's ``result`` files."""
    parts = [node.keyword.lower()]
    if node.flags:
        parts.append("[" + " ".join(go_quoted(flag.text) for flag in node.flags) + "]")
    if node.trigger:
        parts.append(notation(node.trigger))
    for pair in node.pairs:
        if node.keyword == "ARG":
            parts.append(go_quoted(pair.key.text + pair.separator + (pair.value.text if pair.value else "")))
        else:
            parts += [go_quoted(pair.key.text), go_quoted(pair.value.text), go_quoted(pair.separator)]
    parts += [go_quoted(word.text) for word in node.words]
    return "(" + " ".join(parts) + ")"


def files(corpora: Path):
    rows = [json.loads(line) for line in (corpora / "parsers/manifest.jsonl").read_text().splitlines()]
    rows = [row for row in rows if row["format"] == "dockerfile"]
    assert len(rows) > 50
    return rows


def test_trees_are_the_ones_that_buildkit_prints(corpora):
    rows = [row for row in files(corpora) if "result" in row]
    assert len(rows) > 30
    for row in rows:
        tree = read((corpora / "parsers" / row["file"]).read_bytes(), row["file"])
        expected = (corpora / "parsers" / row["result"]).read_text().strip()
        assert "\n".join(map(notation, tree.instructions)) == expected, row["file"]


def test_files_are_accepted_and_refused_as_judged(corpora):
    for row in files(corpora):
        data = (corpora / "parsers" / row["file"]).read_bytes()
        if row["expect"].startswith("accept") and Path(row["file"]).parent.name not in WITHOUT_FROM:
            assert stages(read(data, row["file"]))[1], row["file"]
        else:
            with pytest.raises(SyntaxFailure) as caught:
                stages(read(data, row["file"]))
            assert caught.value.location.file == row["file"]
            assert caught.value.location.line >= 1


def test_the_same_as_buildkits_parser_on_real_files(corpora):
    dockerfile = pytest.importorskip("dockerfile")
    checked = 0
    for row in files(corpora):
        data = (corpora / "parsers" / row["file"]).read_bytes()
        if row["expect"] == "reject":
            continue
        assert ours(data) == theirs(dockerfile, data), row["file"]
        checked += 1
    assert checked > 200


QUIRKS = [
    "FROM a\nRUN \\\n",
    "RUN a\\\n\n\n\nb",
    "FROM a\nRUN <<EOF\nx\nEOF\n",
    "FROM a\nRUN <<EOF <<-E2 cat\nx\nEOF\n\ty\n\tE2\nUSER x",
    "FROM a\nRUN << EOF\nx\nEOF\n",
    "FROM a\nRUN <<eo'f'\nx\neof\nRUN <<'one two'\nx\none two\n",
    "FROM a\nRUN <<eo\\'f\nx\neo'f\n",
    'FROM a\nRUN "<<NO"\nRUN [\'<<NO\']\nRUN ["<<NO"]\n',
    "FROM a\nUSER <<INVALID\nINVALID\n",
    "FROM a\nRUN cat<<EOF\nEOF",
    "FROM a\nRUN cat <<<EOF\n",
    "FROM a\nRUN x \\\\\nUSER b\n",
    'FROM a\nENV a=1 b=\'2 3\' c="x\\"y" d=\\\n e\n',
    "FROM a\nENV k  v w  \n",
    "FROM a\nCOPY --from=b --chown='1 2' -- x y\n",
    'FROM a\nCOPY --chown="a\\"b" x\ty\n',
    "FROM a\nONBUILD COPY --from=z a b\n",
    'FROM a\nHEALTHCHECK  --interval=1s CMD ["x"]\n',
    '# escape=`\nFROM a\nRUN a `\n b\nENV a=`"x` y`"\n',
    "#syntax=x\n#escape=`\nFROM `\n a",
    "# hello\n#escape=`\nFROM a\nRUN x\\\ny",
    "FROM a\nRUN a \\\n# c\n\n  # d\n  b\n",
    "FROM a\r\nRUN a \\\r\n  b\r\nENV x=y\r\n",
    "  from a  \n\tRUN  x   y  \n",
    'FROM a\nCMD [ ]\nCMD ["a", "\\u0041"]\nCMD [\'a\']\nCMD ["a" "b"]\n',
    'FROM a\nVOLUME /a  /b\nVOLUME ["/a b"]\nEXPOSE  1   2/udp\n',
    "FROM a\nARG a b=c d='e f'\nLABEL \"x y\"=z\nLABEL a b\n",
    "FROM a\nRUN --mount=type=secret,id=x --network=none x\n",
    "FROM a\nRUN a\\ \\\n  b\n",
    'FROM a\nSHELL ["x"]\nSTOPSIGNAL 9\nMAINTAINER  a b\nWORKDIR  /a b\n',
    "FROM a\nENV A\n",
    "FROM a\nLABEL a=b c\n",
    "FROM a\nCMD [1]\n",
    'FROM a\nCMD [["a"]]\n',
    "FROM a\nRUN <<EOF\nx\n",
    "# escape=x\nFROM a\n",
    "#escape=`\n#escape=`\nFROM a\n",
    "",
    "# only\n",
    "FROM a\nRUN x " + "y" * 65_527,
    "FROM a\nRUN x " + "y" * 65_540,
    "FROM a\nENV a=b\\",
    "FROM a\nENV a='b\\",
    'FROM a\nENV a="b\\',
    "FROM a\nARG x=\\\\\\",
]


@pytest.mark.parametrize("text", QUIRKS, ids=lambda text: repr(text[:60]))
def test_the_same_as_buildkits_parser_on_quirks(text):
    dockerfile = pytest.importorskip("dockerfile")
    assert ours(text.encode()) == theirs(dockerfile, text.encode())


def test_text_after_a_json_array_makes_it_shell_form():
    """The parser as it is since 2024; the module above is older and takes the array."""
    node = read('FROM a\nCMD ["a"] x\n', "Dockerfile").instructions[1]
    assert (node.form, node.words[0].text) == ("shell", '["a"] x')


def test_the_same_instructions_as_dockerfile_parse(corpora):
    """It takes the lines of here-documents, and what follows an empty line in a continuation, for instructions."""
    other = pytest.importorskip("dockerfile_parse")
    checked = 0
    for row in files(corpora):
        data = (corpora / "parsers" / row["file"]).read_bytes()
        if row["expect"] != "accept-assumed" or b"<<" in data or re.search(rb"\\[ \t]*\n(?:\s*#.*\n)*\s*\n", data):
            continue
        parser = other.DockerfileParser(fileobj=io.BytesIO(data))
        theirs_ = [
            (one["instruction"], one["startline"] + 1, one["endline"] + 1)
            for one in parser.structure
            if one["instruction"] != "COMMENT"
        ]
        found = [(node.keyword, node.line, node.end_line) for node in read(data, row["file"]).instructions]
        assert found == theirs_, row["file"]
        checked += 1
    assert checked > 150


def ours(data: bytes):
    try:
        tree = read(data, "Dockerfile")
    except SyntaxFailure:
        return None
    return [_row(node) for node in tree.instructions]


def _row(node: Instruction):
    inner = node.innermost
    words = [word.text.partition("\0")[0] for word in inner.words]  # the module hands out C strings
    for pair in inner.pairs:
        if inner.keyword == "ARG":
            words.append(pair.key.text + pair.separator + (pair.value.text if pair.value else ""))
        else:
            words += [pair.key.text, pair.value.text]
    heredocs = [(here.name, here.descriptor, here.body) for here in node.heredocs]
    return (node.keyword, node.line, node.end_line, tuple(flag.text for flag in node.flags), tuple(words), heredocs)


def theirs(dockerfile, data: bytes):
    try:
        commands = dockerfile.parse_string(data.decode())
    except (dockerfile.GoParseError, UnicodeDecodeError):
        return None
    return [
        (
            c.cmd.upper(),
            c.start_line,
            c.end_line,
            c.flags,
            c.value if c.cmd.upper() in KEYWORDS else (),
            [(here.name, here.file_descriptor, here.content) for here in c.heredocs],
        )
        for c in commands
    ]
