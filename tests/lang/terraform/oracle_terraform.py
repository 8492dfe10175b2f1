"""Asking the real ``terraform console``, and writing our values as it writes its own.

Many expressions go to one console process: the console prints only its last result and stops at an error, so they
are asked in two rounds, first whether they have a value (``can``), then what it is, in one tuple with marks between.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from iacgate.lang.terraform.definitions import read_module
from iacgate.lang.terraform.expansion import Project
from iacgate.lang.terraform.expressions import evaluate
from iacgate.lang.terraform.instances import ModuleInstance
from iacgate.lang.terraform.numbers import number_text
from iacgate.lang.terraform.scope import Scope
from iacgate.lang.terraform.strings import quoted
from iacgate.lang.terraform.types import ANY, BOOL, NUMBER, STRING, Type, type_of
from iacgate.lang.terraform.values import Exhausted, Fault, List, Map, Set, Typed, is_null
from iacgate.model import Secret, Unknown
from iacgate.syntax.hcl import parse, parse_expression

UNKNOWN = "(known after apply)"
ERROR = "(error)"
LIMIT = "(not evaluated)"
_MARK = "@@{}@@"
_LONGEST_LINE = 55_000
_OBJECT = Type("object", attributes={"a": (STRING, False, None), "b": (NUMBER, False, None)})
HOLES = {
    "us": (Type("string"), True), "xs": (STRING, False), "xn": (NUMBER, False), "xb": (BOOL, False),
    "xl": (Type("list", STRING), False), "xm": (Type("map", STRING), False), "xt": (Type("set", STRING), False),
    "xo": (_OBJECT, False), "ul": (Type("list", STRING), True), "ud": (ANY, False),
}  # fmt: skip
"""Locals that are unknown: of a type, and known not to be null."""
MAIN = """
resource "terraform_data" "u" {}
module "m" {
  source = "./m"
  xs = jsondecode(terraform_data.u.id)
  xn = jsondecode(terraform_data.u.id)
  xb = jsondecode(terraform_data.u.id)
  xl = jsondecode(terraform_data.u.id)
  xm = jsondecode(terraform_data.u.id)
  xt = jsondecode(terraform_data.u.id)
  xo = jsondecode(terraform_data.u.id)
}
locals {
  us = terraform_data.u.id
  xs = module.m.xs
  xn = module.m.xn
  xb = module.m.xb
  xl = module.m.xl
  xm = module.m.xm
  xt = module.m.xt
  xo = module.m.xo
  ul = split(",", terraform_data.u.id)
  ud = jsondecode(terraform_data.u.id)
}
"""
KNOWN = """
locals {
  s  = "héllo"
  l  = tolist(["b", "a", "c"])
  ln = tolist([3, 1, 2])
  m  = tomap({ a = "x", b = "y" })
  t  = toset(["z", "y"])
  e  = tolist([])
  ns = tostring(null)
  nn = tonumber(null)
  nl = tolist(null)
  o  = { a = "1", b = 2, c = [true, null] }
  ss = sensitive("hush")
  sl = sensitive(tolist(["p", "q"]))
  sm = { k = sensitive("v"), j = 1 }
  tp = "<$${n}>"
}
"""
_MODULE = """
variable "xs" { type = string }
variable "xn" { type = number }
variable "xb" { type = bool }
variable "xl" { type = list(string) }
variable "xm" { type = map(string) }
variable "xt" { type = set(string) }
variable "xo" { type = object({ a = string, b = number }) }
""" + "".join([f'output "{name}" {{ value = var.{name} }}\n' for name in ("xs", "xn", "xb", "xl", "xm", "xt", "xo")])


class Oracle:
    """The real binary, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.binary = shutil.which("terraform")
        self.folder = folder
        (folder / "m").mkdir(parents=True, exist_ok=True)
        (folder / "main.tf").write_text(MAIN + KNOWN, encoding="utf-8")
        (folder / "m/main.tf").write_text(_MODULE, encoding="utf-8")
        if self.binary:
            self._run("init", "-input=false")

    def _run(self, *arguments: str, given: str = "") -> tuple[str, str]:
        environment = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull, "NO_COLOR": "1"}
        found = subprocess.run(
            [str(self.binary), *arguments], input=given, capture_output=True, text=True, cwd=self.folder,
            env=environment, check=False, timeout=300,
        )  # fmt: skip
        return found.stdout, found.stderr

    def answers(self, expressions: list[str]) -> list[str]:
        """What the console prints for each, ``(error)`` for those it refuses."""
        found: list[str] = []
        batch: list[str] = []
        size = 0
        for text in expressions:
            if batch and size + len(text.encode()) + 30 > _LONGEST_LINE:
                found.extend(self._batch(batch))
                batch, size = [], 0
            batch.append(text)
            size += len(text.encode()) + 30
        return [*found, *self._batch(batch)]

    def _batch(self, expressions: list[str]) -> list[str]:
        if not expressions:
            return []
        worth = self._ask([f"can({text})" for text in expressions])
        if worth is None:
            if len(expressions) == 1:
                return [ERROR]
            half = len(expressions) // 2
            return self._batch(expressions[:half]) + self._batch(expressions[half:])
        good = [text for text, can in zip(expressions, worth, strict=True) if can != "false"]
        values = iter(self._values(good))
        return [next(values) if can != "false" else ERROR for can in worth]

    def _values(self, expressions: list[str]) -> list[str]:
        if not expressions:
            return []
        found = self._ask(expressions)
        if found is not None:
            return found
        if len(expressions) == 1:
            return [ERROR]
        half = len(expressions) // 2
        return self._values(expressions[:half]) + self._values(expressions[half:])

    def _ask(self, expressions: list[str]) -> list[str] | None:
        marked = [f'"{_MARK.format(at)}", {text}' for at, text in enumerate(expressions)]
        out, _ = self._run("console", "-plan", given=f"[{', '.join(marked)}]\n")
        if not out.startswith("["):
            return None
        found: list[str] = []
        for at in range(len(expressions)):
            begin = f'  "{_MARK.format(at)}",\n'
            end = f'  "{_MARK.format(at + 1)}",\n' if at + 1 < len(expressions) else "]\n"
            start = out.index(begin) + len(begin)
            stop = out.index(end, start) if at + 1 < len(expressions) else out.rindex(end)
            found.append(out[start:stop].removeprefix("  ").removesuffix(",\n"))
        return found


def our_root() -> ModuleInstance:
    """Our side of the same configuration; what is unknown there is put in place by type."""

    def refuse(*_: object) -> None:
        return None

    project = Project(module=refuse, read=refuse, trouble=refuse, notice=refuse)
    root = ModuleInstance(project, read_module("/stack", [parse(KNOWN, "main.tf")]))
    declared = root.module.locals
    for name, (kind, present) in HOLES.items():
        declared.setdefault(name, next(iter(declared.values())))
        hole = Unknown(name) if kind is ANY else Typed(kind, name, present=present)
        root._locals[name] = hole
    return root


def our_value(text: str, root: ModuleInstance) -> Any:
    """The value of an expression, or the words for an error or a limit."""
    try:
        return evaluate(parse_expression(text, "expression"), Scope(root))
    except Fault:
        return _Said(ERROR)
    except Exhausted:
        return _Said(LIMIT)


class _Said:
    def __init__(self, text: str) -> None:
        self.text = text


def shown(value: Any, indent: int = 2) -> str:
    """A value as the console prints it inside of a tuple."""
    if isinstance(value, _Said):
        return value.text
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, Secret):
        return UNKNOWN if isinstance(value.reveal(), Unknown) else "(sensitive value)"
    if is_null(value):
        return _null(type_of(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value, indent)
    if isinstance(value, Map):
        return f"tomap({_mapping(value, indent)})"
    if isinstance(value, dict):
        return _mapping(value, indent)
    if isinstance(value, list):
        text = _sequence(value, indent)
        return f"tolist({text})" if isinstance(value, List) else f"toset({text})" if isinstance(value, Set) else text
    return number_text(value)


def _null(kind: Type) -> str:
    if kind.kind == "any":
        return "null"
    if kind.kind in {"string", "number", "bool"}:
        return f"to{kind.kind}(null)"
    if kind.kind in {"list", "set", "map"}:
        return f"to{kind.kind}(null) /* of {_friendly(kind.element or ANY)} */"
    return f"null /* {kind.kind} */"


def _friendly(kind: Type) -> str:
    if kind.kind == "any":
        return "dynamic"
    return f"{kind.kind} of {_friendly(kind.element)}" if kind.element else kind.kind


def _string(text: str, indent: int) -> str:
    lines = text.split("\n")
    if len(lines) < 2:
        return quoted(text)
    mark = "EOT"
    while any(line.strip() == mark for line in lines):
        mark += "_"
    pad = " " * indent
    return f"{'<<-' if indent else '<<'}{mark}\n" + "".join([f"{pad}{line}\n" for line in lines]) + pad + mark


def _mapping(value: dict[str, Any], indent: int) -> str:
    if not value:
        return "{}"
    pad = " " * (indent + 2)
    rows = [f"{pad}{_string(key, indent + 2)} = {shown(value[key], indent + 2)}\n" for key in sorted(value)]
    return "{\n" + "".join(rows) + " " * indent + "}"


def _sequence(value: list[Any], indent: int) -> str:
    if not value:
        return "[]"
    pad = " " * (indent + 2)
    return "[\n" + "".join([f"{pad}{shown(item, indent + 2)},\n" for item in value]) + " " * indent + "]"
