"""Which rules ``iacgate rules list`` shows: options in, a choice among what the rules say of themselves out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import click

from iacgate.cli.options import SeverityType
from iacgate.errors import CommandError, did_you_mean
from iacgate.model import canonical_alias

if TYPE_CHECKING:
    from iacgate.engines.native import NativeRules

Facts = Mapping[str, Any]
Choice = Callable[[Facts], bool]

FILTER_OPTIONS = [
    click.option("--provider", "providers", metavar="NAME", multiple=True, help="Rules for aws, kubernetes, docker …"),
    click.option("--service", "services", metavar="NAME", multiple=True, help="Rules for a service: s3, pod, gke …"),
    click.option("--severity", "severities", type=SeverityType(), multiple=True, help="Rules of this severity."),
    click.option(
        "--control",
        "controls",
        metavar="NAME",
        multiple=True,
        help="Rules for a control: cis-aws, cis-aws/5.2 or CC6.1.",
    ),
    click.option("--tag", "tags", metavar="NAME", multiple=True, help="Rules with this tag."),
    click.option(
        "--alias", "aliases", metavar="NAME", multiple=True, help="Rules another tool calls so; a glob will do."
    ),
    click.option("--type", "types", metavar="TYPE", multiple=True, help="Rules that look at a resource type."),
    click.option("--text", "texts", metavar="WORD", multiple=True, help="Rules that say this word somewhere."),
]
"""Each may be given many times (any of them will do); several kinds together must all hold."""

NAMES = ("providers", "services", "severities", "controls", "tags", "aliases", "types", "texts")
_SAID = ("title", "why", "fix", "tags", "aliases", "service", "on")


def take_filters(values: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    """The filters among option values, taken out of them; those that were not given are left out."""
    return {name: given for name in NAMES if (given := values.pop(name, ()))}


def chosen(
    rules: NativeRules, described: Mapping[str, Facts], filters: Mapping[str, Iterable[Any]]
) -> dict[str, Facts]:
    """The rules that all filters let through. Raises :class:`~iacgate.errors.CommandError` for words nobody says."""
    for name, key in (("providers", "provider"), ("services", "service")):
        _known(name, filters.get(name, ()), {str(facts[key]) for facts in described.values()})
    _known("tags", filters.get("tags", ()), {tag for facts in described.values() for tag in facts["tags"]})
    tests = [[_test(rules, name, word) for word in words] for name, words in filters.items()]
    return {
        rule: facts
        for rule, facts in described.items()
        if all(any(test({**facts, "id": rule}) for test in tests_of) for tests_of in tests)
    }


def _known(option: str, words: Iterable[str], known: set[str]) -> None:
    for word in words:
        if word.lower() not in known:
            hint = did_you_mean(word, sorted(known), f"one of {', '.join(sorted(known)[:12])} …")
            raise CommandError(f"no rule has the {option[:-1]} {word!r}", hint)


def _test(rules: NativeRules, name: str, word: Any) -> Choice:
    tests: dict[str, Callable[[Any], Choice]] = {
        "providers": lambda said: lambda facts: facts["provider"] == said.lower(),
        "services": lambda said: lambda facts: facts["service"] == said.lower(),
        "severities": lambda said: lambda facts: facts["severity"] == str(said),
        "controls": lambda said: _speaks_for(rules, said),
        "tags": lambda said: lambda facts: said.lower() in facts["tags"],
        "aliases": _called,
        "types": _looks_at,
        "texts": _says,
    }
    return tests[name](word)


def _speaks_for(rules: NativeRules, word: str) -> Choice:
    """A framework, a framework and a control, or a control of any framework."""
    name, _, control = word.partition("/")
    framework = rules.frameworks.find(name)
    if framework is None:
        found = {rule for one in rules.frameworks.names for rule in rules.frameworks.rules(one).get(word, ())}
        if not found:
            known = {control for one in rules.frameworks.names for control in rules.frameworks.rules(one)}
            hint = did_you_mean(word, sorted({*known, *rules.frameworks.names}))
            raise CommandError(f"no framework and no control {word!r}", hint or "write it as cis-aws/5.2")
        return lambda facts: facts["id"] in found
    by_control = rules.frameworks.rules(framework.name)
    if control and control not in by_control:
        raise CommandError(f"{framework.name} has no control {control!r}", did_you_mean(control, by_control))
    members = set(by_control[control]) if control else rules.frameworks.members(framework.name)
    return lambda facts: facts["id"] in members


def _called(word: str) -> Choice:
    wanted = canonical_alias(word)
    return lambda facts: any(fnmatchcase(canonical_alias(alias), wanted) for alias in facts["aliases"])


def _looks_at(word: str) -> Choice:
    from iacgate.engines.native.select import may_select

    kinds = frozenset([word])
    return lambda facts: (
        any(fnmatchcase(one, word) for one in facts["on"])
        or may_select([one for one in facts["on"] if one not in {"document", "plan", "module"}], kinds)
    )


def _says(word: str) -> Choice:
    wanted = word.lower()
    return lambda facts: wanted in facts["id"] or any(wanted in str(facts[part]).lower() for part in _SAID)
