"""PyYAML imported lightly is PyYAML."""

from __future__ import annotations

import subprocess
import sys

LIGHT = "from iacgate.syntax.yaml.package import yaml_package; yaml = yaml_package()\n"

PROBE = """
import re, yaml.reader, yaml.resolver, yaml.constructor
texts = ["yes", "1_000", "0x1f", "1.5e+3", ".inf", "2027-01-31", "2027-01-31T10:00:00.5Z", "~", "<<", "=", "1:30"]
for text in texts:
    try:
        print(repr(yaml.load("a: " + text, Loader=yaml.SafeLoader)))
    except yaml.YAMLError as error:
        print(error)
print(yaml.reader.Reader.NON_PRINTABLE.search("a\\x01").start(), yaml.reader.Reader.NON_PRINTABLE.pattern[:3])
print(yaml.safe_dump({"on": "yes", "n": "12", "t": "2027-01-31"}))
print(type(re.compile("a")).__name__)
try:
    yaml.load("a: \\x01", Loader=yaml.SafeLoader)
except yaml.YAMLError as error:
    print(error)
"""


def told(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout


def test_its_python_half_answers_as_ever():
    assert told(LIGHT + PROBE) == told("import yaml\n" + PROBE)


def test_it_compiles_nothing_until_asked():
    program = LIGHT + "import yaml.reader; print(type(yaml.reader.Reader.NON_PRINTABLE).__name__)"
    assert told(program) == "Deferred\n"


def test_a_package_that_was_there_before_is_left_as_it_is():
    program = "import yaml.reader\n" + LIGHT + "print(type(yaml.reader.Reader.NON_PRINTABLE).__name__)"
    assert told(program) == "Pattern\n"
