"""Expressions against the answers of the real terraform: never a wrong value, and rarely an unknown one."""

from __future__ import annotations

import json

from iacgate.lang.terraform.definitions import read_module
from iacgate.lang.terraform.expansion import Project
from iacgate.lang.terraform.expressions import evaluate
from iacgate.lang.terraform.functions.encoding import json_text
from iacgate.lang.terraform.instances import ModuleInstance
from iacgate.lang.terraform.scope import Scope
from iacgate.lang.terraform.values import Exhausted, Fault, bare, first_unknown, has_secret
from iacgate.model import Unknown
from iacgate.syntax.hcl import parse, parse_expression

KNOWN_LOSSES = {
    "terraform_data.u.id != null",  # only the provider says that an id is never null
}


def root_of(text: str) -> ModuleInstance:
    def refuse(*_: object) -> None:
        return None

    project = Project(module=refuse, read=refuse, trouble=refuse, notice=refuse, workspace="default")
    return ModuleInstance(project, read_module("/stack", [parse(text, "main.tf")]))


def answer(expression: str, root: ModuleInstance) -> object:
    try:
        return evaluate(parse_expression(expression, "expression"), Scope(root))
    except Fault as fault:
        return fault
    except Exhausted as limit:
        return Unknown(str(limit))


def verdict(row: dict[str, object], value: object) -> str:
    """right, lost (we know less), or wrong."""
    if "error" in row:
        return "right" if isinstance(value, Fault) else "lost" if isinstance(value, Unknown) else "wrong"
    if isinstance(value, Fault):
        return "wrong"
    if "unknown" in row:
        return "right" if first_unknown(value) is not None else "wrong"
    if isinstance(value, Unknown):
        return "lost" if "json" in row else "right"
    if has_secret(value) != bool(row.get("sensitive")):
        return "wrong"
    try:
        return "right" if "json" not in row or json_text(bare(value)) == row["json"] else "wrong"
    except Exhausted:
        return "lost"


def test_every_expression_gives_terraforms_answer_or_is_unknown(corpora):
    scope = (corpora / "eval/scope/main.tf").read_text()
    rows = [json.loads(line) for line in (corpora / "eval/expressions.jsonl").read_text().splitlines()]
    verdicts = {row["expression"]: verdict(row, answer(row["expression"], root_of(scope))) for row in rows}
    assert [name for name, found in verdicts.items() if found == "wrong"] == []
    lost = {name for name, found in verdicts.items() if found == "lost"}
    assert lost <= {loss.replace("\\'", "'") for loss in KNOWN_LOSSES}
    assert len(rows) > 280
