"""A record → a :class:`~iacgate.model.Rule` that runs.

The fast closures judge; only where there is something to report is the slow, located form run to say where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any

from iacgate.engines.native.needs import are_missing
from iacgate.engines.native.select import Selection
from iacgate.lang.jmespath import Context, Located, compile_condition, compile_value, locate
from iacgate.lang.jmespath.context import remembered
from iacgate.lang.jmespath.logic import Truth, both, items
from iacgate.lang.jmespath.syntax import Node
from iacgate.model import (
    Doubt,
    Inventory,
    NotApplicable,
    Partial,
    Path,
    Rule,
    Secret,
    Severity,
    Subject,
    Unknown,
    Violation,
    child,
)

Outcome = Violation | Doubt | NotApplicable
CheckLookup = Callable[[str, Mapping[str, Any]], Callable[[Subject, Inventory], Iterable[Outcome]]]

_SHOWN = 200
_SEARCHED = 2_000
_SPACE = r"[\x00-\x20\x7f-\x9f\u2028\u2029]+"


def build_rule(
    record: Mapping[str, Any],
    selection: Selection,
    check: CheckLookup,
    *,
    severity: Severity | None = None,
    params: Mapping[str, Any] | None = None,
) -> Rule:
    """The rule of a record; ``severity`` and ``params`` are what the settings say instead of the rule's own."""
    values = {**(record.get("params") or {}), **(params or {})}
    judge = _expression_check(record, values) if "check" not in record else _python_check(record, values, check)
    return Rule(
        id=record["id"],
        title=record["title"],
        severity=severity if severity is not None else Severity[record["severity"].upper()],
        selects=selection.selector(record["on"], with_deleted=record["sees_deleted"]),
        check=judge,
        rationale=record["why"],
        remediation=record["fix"],
        references=tuple(record.get("references") or ()),
        tags=tuple(record.get("tags") or ()),
        aliases=tuple(record.get("aliases") or ()),
        controls=record.get("controls") or {},
        rulesets=tuple(record["rulesets"]),
        on=tuple(record["on"]),
        provider=record["provider"],
        service=record["service"],
        precision=record.get("precision", "high"),
        since=str(record.get("since", "")),
        origin=record["origin"],
        params=values,
        about_change=record["about_change"],
    )


def _python_check(record: Mapping[str, Any], params: Mapping[str, Any], check: CheckLookup) -> Any:
    """The check that a rule names, loaded when the first subject is judged."""
    where = compile_condition(record["where"]) if "where" in record else None
    loaded: list[Callable[[Subject, Inventory], Iterable[Outcome]]] = []

    def judge(subject: Subject, inventory: Inventory) -> Iterable[Outcome]:
        if not loaded:
            loaded.append(check(record["check"], params))
        if where is None:
            return loaded[0](subject, inventory)
        applies = where(subject.body, Context(subject, inventory, params))
        if applies is False:
            return (NotApplicable(reason="the rule's condition does not hold"),)
        found = loaded[0](subject, inventory)
        return found if applies is True else _doubted(found, applies)

    return judge


def _doubted(found: Iterable[Outcome], applies: Unknown) -> Iterable[Outcome]:
    """What a check found where it is not known whether the rule applies: no violation, but a doubt."""
    return (Doubt(reason=applies.reason),) if any(True for _ in found) else ()


def _expression_check(record: Mapping[str, Any], params: Mapping[str, Any]) -> Any:
    """The program of a rule, compiled when the first subject is judged that has what the rule may object to."""
    needs = [frozenset(keys) for keys in record["needs"]]
    compiled: list[Callable[[Subject, Inventory], Iterable[Outcome]]] = []

    def judge(subject: Subject, inventory: Inventory) -> Iterable[Outcome]:
        if needs and are_missing(needs, subject.body, inventory):
            return ()
        if not compiled:
            program = _Program(record, params)
            compiled.append(program.judge_one if program.each is None else program.judge_each)
        return compiled[0](subject, inventory)

    return judge


class _Program:
    """The compiled expressions of one rule. ``verdict`` is true where there is a violation."""

    __slots__ = (
        "at", "each", "each_tree", "message", "params", "shared", "title", "tree", "verdict", "where", "where_tree"
    )  # fmt: skip

    def __init__(self, record: Mapping[str, Any], params: Mapping[str, Any]) -> None:
        self.params = params
        self.title: str = record["title"]
        self.message: list[Any] = [
            part if isinstance(part, str) else compile_value(part)
            for part in record.get("message") or [_as_sentence(self.title)]
        ]
        self.at: Node | None = record.get("at")
        self.tree: Node = record["deny"] if "deny" in record else ["not", record["require"]]
        self.verdict = compile_condition(self.tree)
        self.where_tree: Node | None = record.get("where")
        self.where = compile_condition(self.where_tree) if self.where_tree is not None else None
        self.each_tree: Node | None = record.get("each")
        self.each = compile_value(self.each_tree) if self.each_tree is not None else None
        self.shared: tuple[str, str] | None = _names_of(record["shared_each"]) if "shared_each" in record else None

    def judge_one(self, subject: Subject, inventory: Inventory) -> Iterable[Outcome]:
        """What the rule has to say of a subject as a whole."""
        context = Context(subject, inventory, self.params)
        applies = True if self.where is None else self.where(subject.body, context)
        if applies is False:
            return (NotApplicable(reason="the rule's condition does not hold"),)
        answer = both(applies, self.verdict(subject.body, context))
        if answer is False:
            return ()
        return (self.report(answer, Located(subject.body, ()), context, doubted=applies, judged=()),)

    def judge_each(self, subject: Subject, inventory: Inventory) -> Iterable[Outcome]:
        """What the rule has to say of the elements of a subject."""
        context = Context(subject, inventory, self.params)
        applies = True if self.where is None else self.where(subject.body, context)
        if applies is False:
            return (NotApplicable(reason="the rule's condition does not hold"),)
        listed = self.elements(subject.body, inventory, context)
        if listed is None:
            return ()
        if isinstance(listed, Unknown):
            return (self.elements_unknown(listed, subject, context),)
        answers = self.answers(listed, applies, context)
        open_end = isinstance(listed, Partial) and not self.excludes(listed, applies, context)
        if _are_false(answers) and not open_end:
            return ()
        found = self.report_elements(listed, answers, applies, context)
        return [*found, self.further(listed, context)] if open_end else found

    def excludes(self, listed: Partial, applies: Truth, context: Context) -> bool:
        """Whether none of the elements that there may be beside the known ones would be a violation."""
        return listed.like is not None and _are_false(self.answers(listed.like, applies, context))

    def elements(self, body: Any, inventory: Inventory, context: Context) -> Any:
        """The elements that are judged, as a list, an unknown or nothing; what many rules walk over is found once."""
        each = self.each
        assert each is not None  # noqa: S101  (only rules that have one ask)
        if self.shared is None:
            return items(each(body, context))
        return remembered(inventory, (self.shared[0], id(body)), lambda: items(each(body, context)))

    def answers(self, listed: list[Any], applies: Truth, context: Context) -> list[Truth]:
        """What the rule says of each element."""
        verdict = self.verdict
        found = []
        for element in listed:
            context.element = element
            answer = verdict(element, context)
            found.append(answer if applies is True else both(applies, answer))
        return found

    def elements_unknown(self, unknown: Unknown, subject: Subject, context: Context) -> Doubt:
        assert self.each_tree is not None  # noqa: S101  (this form is only chosen when there is one)
        place = locate(self.each_tree, Located(subject.body, ()), context)
        return Doubt(reason=unknown.reason, path=_blamed(subject.body, place.path or (), unknown))

    def report_elements(
        self, listed: list[Any], answers: list[Truth], applies: Truth, context: Context
    ) -> list[Outcome]:
        assert context.subject is not None  # noqa: S101  (checks run on a subject)
        whole = self.located_elements(context.subject.body, context)
        places = whole.elements()
        found: list[Outcome] = []
        for index, answer in enumerate(answers):
            if answer is not False:
                place = places[index] if index < len(places) else Located(listed[index], whole.path)
                judged = place.path if place.path != whole.path else None  # else it is one of several there
                found.append(self.report(answer, place, context, doubted=applies, judged=judged))
        return found

    def further(self, listed: Any, context: Context) -> Doubt:
        """That there may be more elements than are known."""
        assert context.subject is not None  # noqa: S101  (checks run on a subject)
        whole = self.located_elements(context.subject.body, context)
        path = _blamed(context.subject.body, whole.path or (), listed.maybe)
        return Doubt(reason=listed.maybe.reason, path=path)

    def located_elements(self, body: Any, context: Context) -> Located:
        """The elements with their places; those that many rules walk over are placed once."""
        assert self.each_tree is not None  # noqa: S101  (this form is only chosen when there is one)
        if self.shared is None or context.inventory is None:
            return locate(self.each_tree, Located(body, ()), context)
        tree = self.each_tree
        found: Located = remembered(
            context.inventory, (self.shared[1], id(body)), lambda: locate(tree, Located(body, ()), context)
        )
        return found

    def report(
        self, answer: Truth, element: Located, context: Context, *, doubted: Truth, judged: Path | None
    ) -> Violation | Doubt:
        """A violation (the answer is true) or a doubt, at its place; ``judged`` as in ``Violation.element``."""
        context.element = element.value
        if isinstance(answer, Unknown):
            tree = self.where_tree if isinstance(doubted, Unknown) and self.where_tree is not None else self.tree
            body = context.subject.body if context.subject is not None else None
            decisive = locate(tree, Located(body, ()) if tree is self.where_tree else element, context)
            return Doubt(reason=answer.reason, path=_blamed(body, _first(decisive.path, element.path), answer))
        decisive = locate(self.at if self.at is not None else self.tree, element, context)
        return Violation(
            message=self.sentence(element.value, context),
            path=_first(decisive.path, element.path),
            related=tuple((context.seen or {}).values()),
            element=judged,
        )

    def sentence(self, element: Any, context: Context) -> str:
        """The message, with its expressions evaluated on the element."""
        return "".join([part if isinstance(part, str) else shown(part(element, context)) for part in self.message])


def _names_of(shared: str) -> tuple[str, str]:
    """Under which names the elements of a shared ``each``, and the places of them, are remembered."""
    return f"elements of {shared}", f"places of {shared}"


def _are_false(answers: Iterable[Truth]) -> bool:
    for answer in answers:  # noqa: SIM110  (a loop is quicker, and this runs for most rules on most subjects)
        if answer is not False:
            return False
    return True


def _first(*paths: Path | None) -> Path:
    for path in paths:
        if path is not None:
            return path
    return ()


def _blamed(body: Any, path: Path, unknown: Unknown) -> Path:
    """The path of the unknown value itself: at ``path``, else the first below it with the same reason."""
    start = reduce(child, path, body)
    waiting: list[tuple[Path, Any]] = [(path, start)]
    for place, node in waiting:
        if isinstance(node, Unknown) and node.reason == unknown.reason:
            return place
        if len(waiting) < _SEARCHED and isinstance(node, dict):
            waiting.extend(((*place, key), held) for key, held in node.items())
        elif len(waiting) < _SEARCHED and isinstance(node, list):
            if isinstance(node, Partial) and node.maybe.reason == unknown.reason:
                return place
            waiting.extend(((*place, index), held) for index, held in enumerate(node))
    return path


def _as_sentence(title: str) -> str:
    """A title as a message: messages begin small, unless the first word is a name."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def shown(value: Any) -> str:
    """A value in a message: one line, lists joined, never a secret."""
    text = _text(value)
    if "  " in text or not text.isprintable():
        text = re.sub(_SPACE, " ", text)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Unknown | Secret):
        return str(value)
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value) or "nothing"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_text(item)}" for key, item in value.items()) or "nothing"
    return str(value)
