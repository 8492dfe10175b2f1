"""Where a rollout entry or an exception applies, and which rule a word names: matching shared by triage and decide.

A pattern never covers more than it says: addresses and paths match from beginning to end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from fnmatch import translate
from functools import lru_cache

from iacgate.model.dataclass import dataclass
from iacgate.model.report import Finding
from iacgate.model.resource import Document
from iacgate.model.rule import Rule
from iacgate.model.words import Standing

_NONE: Mapping[str, Collection[str]] = {}

SCOPE_WORDS = ("resources", "paths", "namespaces", "environments", "owners")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A place in words. Every word that is given must match; of a word's patterns one is enough.

    ``resources`` are address patterns: ``*`` and ``?`` are wildcards, everything else (``["key"]`` too) is literal.
    ``paths`` are globs from the root: ``*`` stays in a folder, ``**`` does not, ``!`` takes back what came before.
    ``change`` is what a planned change has to do with the finding: a finding of which that is not known is covered by
    neither word. An empty scope covers everything.
    """

    resources: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    change: Standing | None = None

    def covers(self, finding: Finding) -> bool:
        """Whether a finding lies within this scope."""
        if self.change is not None and finding.change is not self.change:
            return False
        if self.resources and not _in_resources(self.resources, finding):
            return False
        if self.paths and not _in_paths(self.paths, finding):
            return False
        if self.namespaces and not _in_namespaces(self.namespaces, finding):
            return False
        if self.environments and not _in_environments(self.environments, finding):
            return False
        return not self.owners or _in_owners(self.owners, finding)

    def __bool__(self) -> bool:
        places = (self.resources, self.paths, self.namespaces, self.environments, self.owners)
        return any(places) or self.change is not None

    def as_match(self) -> dict[str, tuple[str, ...]]:
        """The words that are given, for :attr:`~iacgate.model.Waiver.match` and for reports."""
        return {word: getattr(self, word) for word in SCOPE_WORDS if getattr(self, word)}

    @classmethod
    def of(cls, match: Mapping[str, Iterable[str]]) -> Scope:
        """The scope that a waiver's ``match`` means; ``resource`` and ``resources`` are one word."""
        words = {word: tuple(match.get(word, ())) for word in SCOPE_WORDS}
        words["resources"] += tuple(match.get("resource", ()))
        change = match.get("change")
        return cls(**words, change=Standing(str(change).lower()) if change else None)


class RuleNames:
    """The rule ids that exist, and what other tools call them (alias in one spelling → ids).

    ``find`` gives both when somebody asks for one: most scans name no rule, and there may be thousands.
    """

    __slots__ = ("_find", "_found")

    def __init__(
        self,
        ids: Collection[str] = frozenset(),
        aliases: Mapping[str, Collection[str]] = _NONE,
        *,
        find: Callable[[], tuple[Collection[str], Mapping[str, Collection[str]]]] | None = None,
    ) -> None:
        self._find = find
        self._found = (ids, aliases)

    @property
    def ids(self) -> Collection[str]:
        return self._known[0]

    @property
    def aliases(self) -> Mapping[str, Collection[str]]:
        return self._known[1]

    @property
    def _known(self) -> tuple[Collection[str], Mapping[str, Collection[str]]]:
        if self._find is not None:
            self._found, self._find = self._find(), None
        return self._found

    def knows(self, word: str) -> bool:
        """Whether a word (an id, an alias or a glob over ids) names at least one rule."""
        if word in self.ids or canonical_alias(word) in self.aliases:
            return True
        return is_pattern(word) and any(_glob(word).match(rule) for rule in self.ids)

    @property
    def words(self) -> list[str]:
        """All ids and aliases: what a misspelt word may have been meant to be."""
        return [*self.ids, *self.aliases]

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> RuleNames:
        """The names of these rules."""
        ids: set[str] = set()
        aliases: dict[str, set[str]] = {}
        for rule in rules:
            ids.add(rule.id)
            for alias in rule.aliases:
                aliases.setdefault(canonical_alias(alias), set()).add(rule.id)
        return cls(ids=ids, aliases=aliases)


def names_rule(word: str, rule: Rule) -> bool:
    """Whether a word of a rule list (an id, an alias, a glob over ids) names this rule."""
    if word == rule.id:
        return True
    if is_pattern(word):
        return _glob(word).match(rule.id) is not None
    wanted = canonical_alias(word)
    return any(canonical_alias(alias) == wanted for alias in rule.aliases)


@lru_cache(maxsize=4096)
def canonical_alias(word: str) -> str:
    """One spelling for what other tools spell in several ways: ``AVD-AWS-0086`` and ``AWS-0086``, ``KSV001`` and
    ``AVD-KSV-0001``. Numbers of other families stay as they are: ``AWS009`` and ``AWS-0009`` are different checks.
    """
    lowered = word.strip().lower().removeprefix("avd-")
    family, digits = lowered[:3].rstrip("-0123456789"), lowered.lstrip("ksvd-")
    if family in {"ksv", "ds"} and digits.isdigit():
        return f"{family}-{int(digits)}"
    return lowered


def is_pattern(word: str) -> bool:
    return "*" in word or "?" in word


_LONGEST_NAME = 200
"""Longer words are not misspelt names, and comparing them takes time."""


def nearest(word: str, words: Iterable[str]) -> str:
    """The one of ``words`` that ``word`` was most likely meant to be, or ""."""
    from difflib import get_close_matches

    folded = {candidate.lower(): candidate for candidate in words}
    close = get_close_matches(word[:_LONGEST_NAME].lower(), folded, n=1)
    return folded[close[0]] if close else ""


def matches_address(pattern: str, address: str) -> bool:
    """``*`` and ``?`` are wildcards, everything else is literal, from beginning to end."""
    return pattern == address or (is_pattern(pattern) and _glob(pattern).match(address) is not None)


def matches_paths(patterns: Iterable[str], path: str) -> bool:
    """Whether a path is under these globs; the last one that matches says so (``!`` takes back)."""
    covered = False
    for pattern in patterns:
        inverse = pattern.startswith("!")
        if covered is inverse and _path_glob(pattern[inverse:]).match(path):
            covered = not inverse
    return covered


@lru_cache(maxsize=4096)
def _glob(pattern: str) -> re.Pattern[str]:
    """The library's translation takes time in proportion to the text however many stars there are; ``[`` is literal."""
    return re.compile(translate(pattern.replace("[", "[[]")))


_PATH_STEPS = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@lru_cache(maxsize=4096)
def _path_glob(pattern: str) -> re.Pattern[str]:
    text = re.sub(r"(\*\*/)+", "**/", pattern.removeprefix("./").lstrip("/"))
    below = "(?:/.*)?" if not is_pattern(text) else ""
    if text.endswith("/"):
        text, below = text.rstrip("/"), "/.*"
    steps = re.findall(r"\*\*/|\*{2,}|\*|\?|[^*?]+", text)
    body = "".join(
        _PATH_STEPS.get("**" if step.strip("*") == "" and len(step) > 1 else step) or re.escape(step) for step in steps
    )
    return re.compile(body + below + r"\Z", re.DOTALL)


def _in_resources(patterns: tuple[str, ...], finding: Finding) -> bool:
    names = dict.fromkeys((finding.subject.address, finding.anchor))
    return any(matches_address(pattern, name) for pattern in patterns for name in names)


def _in_paths(patterns: tuple[str, ...], finding: Finding) -> bool:
    subject = finding.subject
    document = subject if isinstance(subject, Document) else subject.document
    return any(matches_paths(patterns, path) for path in dict.fromkeys((finding.location.file, document.path)))


def _in_namespaces(patterns: tuple[str, ...], finding: Finding) -> bool:
    namespace = None if isinstance(finding.subject, Document) else finding.subject.namespace
    return isinstance(namespace, str) and any(matches_address(pattern, namespace) for pattern in patterns)


def _in_environments(patterns: tuple[str, ...], finding: Finding) -> bool:
    return bool(finding.environment) and any(matches_address(pattern, finding.environment) for pattern in patterns)


def _in_owners(patterns: tuple[str, ...], finding: Finding) -> bool:
    """CODEOWNERS may name several: one is enough. ``@org/team`` is also found as ``org/team`` and as ``team``."""
    names = {name for owner in finding.owner.lower().split() for name in _owner_names(owner)}
    return any(matches_address(pattern.lower(), name) for pattern in patterns for name in names)


def _owner_names(owner: str) -> tuple[str, ...]:
    plain = owner.lstrip("@")
    return (owner, plain, plain.rpartition("/")[2]) if owner.startswith("@") else (owner,)
