"""Why values are not known, sorted: from the reason of an :class:`~iacgate.model.Unknown` to its cause and what to do.

Reasons are phrases in the user's own names ("var.env has no value"). A cause is what they have in common: all that
waits for an apply is one cause, each variable without a value is one of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache

from iacgate.model.dataclass import dataclass

PLAN = "scan the plan: terraform plan -out tfplan, terraform show -json tfplan > plan.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What reasons have in common. ``name`` is what one of them is about, "" where ``title`` says it all. ``planned``
    says whether a plan knows such values."""

    title: str
    name: str = ""
    help: str = ""
    planned: bool = False

    def __str__(self) -> str:
        return f"{self.title}: {self.name}" if self.name else self.title


NAMES_SHOWN = 3


def phrase(title: str, names: Iterable[str]) -> str:
    """A cause with what it is about: ``known after apply: aws_vpc.a.id, aws_vpc.b.id, aws_vpc.c.id and 7 more``."""
    listed = list(names)
    more = f" and {len(listed) - NAMES_SHOWN} more" if len(listed) > NAMES_SHOWN else ""
    return f"{title}: {', '.join(listed[:NAMES_SHOWN])}{more}" if listed else title


def cause_of(reason: str) -> Cause:
    """The cause that a reason names. One that is not told apart is a cause of its own."""
    text = root_of(reason)
    for pattern, make in _causes():
        match = pattern.fullmatch(text)
        if match:
            return make(match)
    return Cause(title=text)


def causes_of(detail: str) -> list[Cause]:
    """The causes in the detail of an evaluation, where several reasons stand side by side."""
    return list(dict.fromkeys(cause_of(reason) for reason in detail.split("; ") if reason))


def root_of(reason: str) -> str:
    """The reason without what only follows from it (``…, and count of x.a with it``, ``x.b may belong to it: …``)."""
    before, after = _surroundings()
    return before.sub("", after.sub("", reason))


@cache
def _surroundings() -> tuple[re.Pattern[str], re.Pattern[str]]:
    waits = (
        r"^(?:\S+ may belong to it: )?[\w.\[\]]+ is (?=known after apply|(?:module\..*\.)?(?:var|local|data|each)\.)"
    )
    return re.compile(waits), re.compile(r"(?:, and (?:count|for_each) of [^,]+ with it)+$")


_Make = Callable[["re.Match[str]"], Cause]


@cache
def _causes() -> tuple[tuple[re.Pattern[str], _Make], ...]:
    return tuple((re.compile(pattern, re.DOTALL), make) for pattern, make in _TABLE)


def _given(match: re.Match[str]) -> Cause:
    module, name = match[1], match[2]
    way = f"set {name} in the call of {module[:-1]}" if module else f"pass --var-file FILE or --var {name}=VALUE"
    return Cause(title=match[0], help=way)


def _named(title: str, way: str, *, planned: bool = False) -> _Make:
    return lambda match: Cause(title=title, name=match[1] or "", help=way, planned=planned)


def _whole(way: str, *, planned: bool = False) -> _Make:
    return lambda match: Cause(title=match[0], help=way, planned=planned)


_TABLE: tuple[tuple[str, _Make], ...] = (
    (r"(module\..+\.)?var\.([\w-]+) has no value", _given),
    (r"known after apply(?:: (.*))?", _named(
        "known after apply", "nothing tells it before the apply; a plan does where the resource exists already",
        planned=True,
    )),
    (r"(?:number of )?(.*) (?:blocks )?is known after apply", _named(
        "known after apply", "nothing tells it before the apply; a plan does where the resource exists already",
        planned=True,
    )),
    (r"(.*) is read by the provider", _named("read by the provider", PLAN, planned=True)),
    (r"(.*) is not downloaded", _named("module not downloaded", "run terraform init, or scan the plan", planned=True)),
    (r".*, where no module is that this scan may read", _whole(
        "correct the source, or scan a folder that holds both the caller and the module"
    )),
    (r"var\.[\w-]+ may be set in (.*), which could not be read", _named("file of values that does not parse",
                                                                        "correct the file")),
    (r"the value given for (.*) does not parse: .*", _named(
        "value that does not parse", "write it as an expression: --var 'NAME=[\"a\"]'"
    )),
    (r"terraform\.workspace is not known: pass --workspace", _whole(
        "pass --workspace NAME", planned=True
    )),
    (r".* depends on where Terraform runs", _whole("scan the plan", planned=True)),
    (r"(\w+)\(\) is only known when it runs", _named("function that differs from run to run", "scan the plan",
                                                     planned=True)),
    (r"the function (.*) is not evaluated here", _named("function that iacgate does not evaluate", "scan the plan",
                                                        planned=True)),
    (r"the file (.*) is not in the scanned folders", _named(
        "file outside of what is scanned", "scan a folder that holds it, or the plan", planned=True
    )),
    (r"whether (.*) exists where Terraform runs", _named("file that may not be there", "scan the plan", planned=True)),
    (r"(.*) is ephemeral: no plan ever holds it", _named("ephemeral value", "judged by no scan: review it by hand")),
    (r"argument (.*) is set twice in one block", _named("argument that is set twice", "remove one of the two")),
    (r"an instruction of the stage could not be read", _whole("correct the instruction")),
    (r"(.*) is not declared", _named("not declared", "declare it, or scan the folder that does")),
    (r"(.*) has no meaning here: nothing is repeated around it", _named("not declared", "correct the reference")),
    (r"(.*) has no output .*", _whole("declare the output, or correct the reference")),
    (r"(.*) refers to itself", _named("circle of references", "break the circle")),
    (r"(?!this expression)(.*) fails: .*", _whole("Terraform refuses this as well: correct it")),
    (r"this expression fails: .*", _whole("Terraform refuses this as well: correct it")),
    (r".*(?:is not evaluated: .*|more than .* (?:elements|levels deep|steps|instances.*)|than are evaluated)", _whole(
        "scan the plan", planned=True
    )),
    (r"build argument (.*) has no default", _named("build argument without a default", "give it one: ARG NAME=VALUE")),
    (r".* may be meant, .* names several", _whole("scan the plan", planned=True)),
    (r"the policy is .*", _whole("correct the policy")),
    (r"set (?:from (.*)|by an expression)", _named(
        "setting of a provider, which plans do not hold", "scan the source"
    )),
    (r"not all files were read: there may be more", _whole("scan the whole folder")),
    (r"the provider decides, unless a dynamic block does", _whole(
        "name the source with --source, so that a dynamic block can be told from what the provider decides"
    )),
)  # fmt: skip
"""Reasons, the most telling first."""
