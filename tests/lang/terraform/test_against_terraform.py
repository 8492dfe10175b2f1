"""Expressions made at random, well and ill typed, against the answers of the real ``terraform console``.

Where the binary is absent these are skipped, visibly. A sample runs always, many more with the slow tests.
"""

# ruff: noqa: E501  (the tables of expressions are read more easily in long lines)

from __future__ import annotations

import importlib.util
import random
import re
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("oracle_terraform", Path(__file__).parent / "oracle_terraform.py")
assert _SPEC is not None
assert _SPEC.loader is not None
oracle_terraform = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(oracle_terraform)

LEAVES = {
    "string": r'''"" | "a" | "b" | "hello world" | "héé" | "10" | "true" | "1.5" | " x " | "a,b,c" | "x\ny" | "ß"
        | "日本" | "e\u0301" | "%d" | "null" | "\"q\\" | "<&>" | "$${x}" | local.s | "YWJj" | "abcabc" | "-5" | "👨‍👩‍👧"''',
    "number": "0 | 1 | 2 | 3 | -1 | 10 | 0.5 | 1.5 | -2.25 | 100 | 1e3 | 255 | 1/3 | 7 | 123456789012345678901234567890",
    "bool": 'true | false | 1 == 1 | "a" == "b"',
    "tuple": '[] | ["a", 1] | [true, null] | [[1], ["x"]]',
    "list": 'local.l | local.ln | tolist(["a"]) | local.e | tolist([1, 2])',
    "set": 'local.t | toset(["a", "b"]) | toset([1, 2]) | toset([])',
    "object": '{} | {a = "x"} | {a = 1, b = "y"} | local.o | {b = [1], c = null}',
    "map": 'local.m | tomap({a = 1}) | tomap({}) | tomap({a = "x", k = "y"})',
    "null": "null | local.ns | local.nn | local.nl | tobool(null) | tomap(null)",
    "unknown": '''local.us | local.xs | local.xn | local.xb | local.xl | local.xm | local.xt | local.xo | local.ul
        | "arn:${local.us}:x" | [local.us, "a"] | {a = local.xs, b = 1} | tolist([local.xs, "q"]) | tomap({a = local.us})''',
    "sensitive": 'local.ss | local.sl | local.sm | sensitive(1) | sensitive({a = 1}) | [sensitive("x")] | sensitive("b")',
    "cidr": '''"10.0.0.0/8" | "10.1.2.0/24" | "192.168.0.1/32" | "0.0.0.0/0" | "fd00:fd12:3456:7890::/56" | "::/0"
        | "10.0.0.0/33" | "10.0.0/8" | "010.0.0.0/8" | "::ffff:10.0.0.0/120" | "2001:db8::/127"''',
    "regex": r'''"a" | "[a-z]+" | "(a)(b)?" | "(?P<x>[a-z])(?P<y>.)" | "^a" | "b$" | "\\d+" | "(a|b)*c" | "(?i)HELLO" | "."
        | "(a+)+$" | "\\pL+" | "[[:alpha:]]+" | "(?U)a+" | "x*" | "a{2,3}" | "\\bw" | "(?m)^y" | "(" | "a**" | "a++"
        | "(?:a|ab)(?:c|bcd)" | "\\Qa,b\\E" | "(?=a)" | "\\1" | "(|a)*" | "(a*)+" | "$" | "[a-]" | "[]a]"''',
    "time": '''"2024-02-29T12:30:45Z" | "2020-01-01T00:00:00+02:00" | "1999-12-31T23:59:59-05:30" | "2024-13-01T00:00:00Z"
        | "2024-01-31T00:00:00.5Z" | "2024-01-01T5:00:00Z" | "0001-01-01T00:00:00Z"''',
    "duration": '"1h" | "-1h30m" | "1.5h" | "10ms" | "0" | "1d" | "" | "8760h" | "-0.5s"',
    "date": '''"YYYY-MM-DD" | "DD MMM YY hh:mm:ss ZZZ" | "EEEE, D MMMM YYYY" | "H Z ZZZZ ZZZZZ aa" | "'at' hh" | "YYY"
        | "'x" | "EEE h:m:s AA"''',
    "verb": '''"%s" | "%d" | "%v" | "%5.2f" | "%q" | "%t" | "%x" | "%08b" | "%+d" | "%-5s|" | "%05d" | "%#v" | "%e" | "%g"
        | "%%" | "%s %s" | "%[2]s %[1]s" | "%X" | "%.2s" | "%.3g" | "%c" | "%" | "%#x" | "%010.3f" | "% d"''',
    "yaml": r'''"a: 1" | "- 1\n- x\n- yes\n" | "a: {b: [1, ~]}" | "x: 0x1F\ny: 010\n" | "d: 2024-01-01" | "1e3" | "on" | ""
        | "a: &x {k: 1}\nb: *x\n" | "a: |\n  x\n" | "!!str 5" | "1_000" | "[a, b" | "---\na\n---\nb"''',
    "json": r'''"{\"a\":1,\"b\":[true,null]}" | "[1.50,-0,1e2]" | "null" | "{" | "1 2" | "\"\\u00e9\""''',
    "csv": r'''"a,b\n1,2" | "a\n\"x,y\"\n" | "a,a\n1,2" | "a,b\n1" | "" | "a\nx\"y\n" | "a\r\n1\r\n"''',
}  # fmt: skip
FORMS = {
    "string": '''upper(<string>) | lower(<string>) | title(<string>) | trim(<string>, <string>) | strrev(<string>)
        | substr(<string>, <number>, <number>) | replace(<string>, <string>, <string>) | join(<string>, <list>)
        | format(<verb>, <any>) | format(<verb>, <any>, <any>) | jsonencode(<any>) | yamlencode(<any>) | sha1(<string>)
        | base64encode(<string>) | base64decode(<string>) | urlencode(<string>) | indent(<number>, <string>)
        | cidrhost(<cidr>, <number>) | cidrsubnet(<cidr>, <number>, <number>) | cidrnetmask(<cidr>) | tostring(<any>)
        | formatdate(<date>, <time>) | timeadd(<time>, <duration>) | "é${<any>}/" | coalesce(<any>, <any>)
        | "%{ if <bool> }a%{ else }${<string>}%{ endif }" | "%{ for x in <list> }${x},%{ endfor }"
        | regex(<regex>, <string>) | templatestring(local.tp, {n = <any>}) | element(<list>, <number>) | one(<any>)
        | lookup(<map>, <string>, <string>) | try(<any>, <string>) | trimspace(<string>) | chomp(<string>)
        | textencodebase64(<string>, "UTF-16LE") | uuidv5("dns", <string>) | basename(<string>) | dirname(<string>)
        | (<bool> ? <string> : <any>) | <tuple>[<number>] | <object>.a | nonsensitive(<string>)''',
    "number": '''(<number> + <number>) | (<number> - <number>) | (<number> * <number>) | (<number> / <number>)
        | (<number> % <number>) | -(<number>) | length(<any>) | abs(<number>) | ceil(<number>) | floor(<number>)
        | max(<number>, <number>) | min(<list>...) | sum(<tuple>) | pow(<number>, 2) | log(100, 10) | tonumber(<any>)
        | parseint(<string>, 16) | index(<tuple>, <any>) | timecmp(<time>, <time>) | (<bool> ? <number> : <any>)
        | signum(<number>) | try(<any>.a, <number>)''',
    "bool": '''(<any> == <any>) | (<any> != <any>) | (<number> < <number>) | (<number> >= <number>) | (<bool> && <bool>)
        | (<bool> || <bool>) | !(<bool>) | contains(<tuple>, <any>) | startswith(<string>, <string>) | can(<any>)
        | alltrue(<tuple>) | anytrue(<list>) | tobool(<any>) | issensitive(<any>) | (<bool> ? <bool> : <any>)''',
    "tuple": '''[<any>, <any>] | [<string>, <number>, <bool>] | concat(<tuple>, <list>) | flatten([<any>, <tuple>])
        | reverse(<tuple>) | slice(<tuple>, 0, 1) | [for x in <list> : upper(x)] | [for k, v in <object> : [k, v]]
        | [for x in <tuple> : x if x != <any>] | <any>[*] | [<object>, <object>][*].a | values(<object>) | keys(<map>)
        | jsondecode(<json>) | yamldecode(<yaml>) | coalescelist(<list>, <tuple>) | (<bool> ? <tuple> : <any>)''',
    "list": '''tolist(<any>) | split(<string>, <string>) | sort(<tuple>) | distinct(<tuple>) | compact(<tuple>)
        | range(<number>) | range(<number>, <number>, <number>) | chunklist(<list>, 2) | regexall(<regex>, <string>)
        | formatlist(<verb>, <list>) | formatlist(<verb>, <list>, <any>) | matchkeys(<list>, <list>, <list>)
        | setproduct(<tuple>, <list>) | csvdecode(<csv>) | cidrsubnets(<cidr>, <number>, 4) | concat(<list>, <list>)''',
    "set": '''setunion(<set>, <list>) | setintersection(<set>, <set>) | setsubtract(<set>, <tuple>) | toset(<tuple>)
        | setproduct(<set>, <list>)''',
    "object": '''merge(<object>, <map>) | {for x in <list> : x => 1...} | {for k, v in <map> : upper(k) => v}
        | zipmap(<list>, <tuple>) | {a = <any>, b = <any>} | {(<string>) = <any>} | (<bool> ? <object> : <any>)''',
    "map": "merge(<map>, <map>) | zipmap(<list>, <list>) | tomap(<object>) | transpose(<map>) | (<bool> ? <map> : <object>)",
}  # fmt: skip
SPLIT = re.compile(r"\s+\|\s+")
ANY = ["string", "string", "number", "bool", "list", "tuple", "map", "object", "set", "null", "unknown", "sensitive"]
MORE_IS_KNOWN = re.compile(r"decode\(|endswith\(|strcontains\(")
"""What decodes an encoded document with holes, or asks for the end of a text, knows more here than in Terraform."""


COUNTED = re.compile(r"(length|index|signum|parseint|timecmp)\(")
"""Functions whose numbers Terraform divides in 64 bits, and we in 512 as all others."""


class Maker:
    """Makes expressions: mostly of the types that fit, sometimes of others."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.leaves = {kind: SPLIT.split(text) for kind, text in LEAVES.items()}
        self.forms = {kind: SPLIT.split(text) for kind, text in FORMS.items()}

    def of(self, kind: str, depth: int) -> str:
        if kind == "any" or (kind in self.forms and self.random.random() < 0.06):
            kind = self.random.choice(ANY)
        if depth <= 0 or kind not in self.forms or self.random.random() < 0.2:
            return self.random.choice(self.leaves[kind])
        form = self.random.choice(self.forms[kind])
        return re.sub("<([a-z]+)>", lambda match: self.of(match[1], depth - 1), form)


def made(seed: int, count: int) -> list[str]:
    maker = Maker(seed)
    found: list[str] = []
    while len(found) < count:
        text = maker.of("any", maker.random.randint(1, 4))
        if len(text) < 600:
            found.append(text)
    return found


@pytest.fixture(scope="module")
def oracle(tmp_path_factory):
    found = oracle_terraform.Oracle(tmp_path_factory.mktemp("console"))
    if not found.binary:
        pytest.skip("no terraform on PATH to compare with")
    return found


def allowed(text: str, theirs: str) -> bool:
    """Whether a difference is one of the four that are meant."""
    if theirs == oracle_terraform.ERROR:
        # the arm that is not taken fails, and Terraform guesses its type to refuse the other: here that one counts
        return " ? " in text
    if theirs == oracle_terraform.UNKNOWN:
        return bool(MORE_IS_KNOWN.search(text))
    if "sensitive" in theirs:
        return bool(
            re.search(r"local\.[ux]|%{ if", text)
        )  # what is unknown here has no mark: there is nothing to print
    return bool(COUNTED.search(text)) and bool(re.search("[/%]", text))


def differences(oracle, expressions: list[str]) -> list[tuple[str, str, str]]:
    root = oracle_terraform.our_root()
    different = []
    for text, theirs in zip(expressions, oracle.answers(expressions), strict=True):
        ours = oracle_terraform.shown(oracle_terraform.our_value(text, root))
        if ours not in {theirs, oracle_terraform.LIMIT} and not allowed(text, theirs):
            different.append((text, theirs, ours))
    return different


def test_a_sample_is_worth_what_the_console_says(oracle):
    assert differences(oracle, made(7, 1500)) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_thousands_are_worth_what_the_console_says(oracle, seed):
    assert differences(oracle, made(1000 + seed, 3000)) == []
