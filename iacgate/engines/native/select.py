"""The words of ``on`` → the subjects of an inventory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any

from iacgate.lang import pods
from iacgate.model import Inventory, Resource, Subject

_CATEGORIES = {"data", "provider"}
_PROGRAM = "program."
_ANY_PROGRAM = "hyperkube"
"""It runs programs by half of their names."""
_ANYWHERE = {"document", "plan", "module"}
_MEANINGS = _ANYWHERE | {"workload", "secret_holder"}
"""Words that look like a type, and mean more."""

_ALIKE = 0.85
_KINDS = frozenset((
    "ConfigMap", "CronJob", "DaemonSet", "Deployment", "Gateway", "HTTPRoute", "HorizontalPodAutoscaler", "Job",
    "LimitRange", "NetworkPolicy", "PersistentVolume", "PersistentVolumeClaim", "Pod", "PodDisruptionBudget",
    "ReplicaSet", "Secret", "StatefulSet", "StorageClass", "workload",
))  # fmt: skip
"""Kinds beside those that shipped rules name."""

Selects = Callable[[Inventory], Iterable[Subject]]


class Selection:
    """Picks subjects for many rules over one inventory; what is dear to find out is found out once."""

    def __init__(self) -> None:
        self._inventory: Inventory | None = None
        self._selected: dict[tuple[tuple[str, ...], bool], Sequence[Subject]] = {}
        self._workloads: list[Resource] | None = None
        self._spoken: list[tuple[Resource, str]] | None = None

    def selector(self, words: Sequence[str], *, with_deleted: bool = False) -> Selects:
        """A function that gives a rule's subjects, in inventory order for each word, none of them twice.

        What a plan only deletes has no body to judge; it is shown to rules that ask what the plan does (``actions()``).
        """

        wanted = tuple(words), with_deleted

        def selects(inventory: Inventory) -> Sequence[Subject]:
            self._turn_to(inventory)
            found = self._selected.get(wanted)
            if found is None:
                found = self._selected[wanted] = self._select(inventory, *wanted)
            return found

        return selects

    def _turn_to(self, inventory: Inventory) -> None:
        """Forget what was found in another inventory."""
        if self._inventory is not inventory:
            self._inventory = inventory
            self._selected = {}
            self._workloads = None
            self._spoken = None

    def _select(self, inventory: Inventory, words: tuple[str, ...], with_deleted: bool) -> Sequence[Subject]:  # noqa: FBT001  (what rules are grouped by)
        found = [one for word in words for one in self._named(inventory, word)]
        if len(words) > 1:
            found = list({id(one): one for one in found}.values())
        return found if with_deleted else [one for one in found if not _goes(one)]

    def _named(self, inventory: Inventory, word: str) -> Iterable[Subject]:
        if word == "document":
            return inventory.documents
        if word == "workload":
            return self._all_workloads(inventory)
        if word == "plan":
            return [one for one in inventory.resources if one.category == word]
        if word in {"module", "terraform"}:
            return [one for one in inventory.of_type(word) if one.category == "module"]
        if word == "secret_holder":
            from iacgate.lang.terraform.holders import holders

            return holders(inventory)
        if word.startswith(_PROGRAM):
            return self._all_running(inventory, word)
        category, dot, bare = word.partition(".")
        if dot and category in _CATEGORIES:
            return [one for one in inventory.of_type(word, bare) if one.category == category]
        return [one for one in inventory.of_type(word) if one.category == "resource"]

    def _all_workloads(self, inventory: Inventory) -> list[Resource]:
        if self._workloads is None:
            self._workloads = [one for one in inventory.resources if pods.is_workload(one)]
        return self._workloads

    def _all_running(self, inventory: Inventory, word: str) -> list[Resource]:
        """The workloads that run a program."""
        named = self._naming(inventory, word)
        if not named:
            return []
        from iacgate.lang.programs import running

        return [one for one in named if _any(running(one.body, word.removeprefix(_PROGRAM)))]

    def _naming(self, inventory: Inventory, word: str) -> list[Resource]:
        """The workloads that name a program: there are few, and only they can run it."""
        self._turn_to(inventory)
        if self._spoken is None:
            self._spoken = [(one, pods.spoken(inventory, one.body)) for one in self._all_workloads(inventory)]
        program = word.removeprefix(_PROGRAM)
        return [one for one, text in self._spoken if program in text or _ANY_PROGRAM in text]

    def idle(self, inventory: Inventory, words: Iterable[str]) -> frozenset[str]:
        """Those of the words that speak of programs which nothing in an inventory names."""
        if not any(map(_is_kind, inventory.types)):
            return frozenset()
        programs = [word for word in words if word.startswith(_PROGRAM)]
        return frozenset(word for word in programs if not self._naming(inventory, word))


def _is_kind(name: str) -> bool:
    """Whether a type is one of Kubernetes."""
    return name[:1].isupper()


def _any(found: Any) -> bool:
    return isinstance(found, list) and len(found) > 0


def _goes(subject: Subject) -> bool:
    change = getattr(subject, "change", None)
    return change is not None and tuple(change.actions) in {("delete",), ("forget",)}


def is_one_type(word: str) -> bool:
    """Whether a word of ``on`` is a resource type and nothing more: a rule on it needs one of exactly that type."""
    return word.isidentifier() and word not in _MEANINGS


def may_select(words: Iterable[str], types: frozenset[str]) -> bool:
    """Whether a rule on these words may find a subject among resources of these types; for choosing what to load."""
    for word in words:
        if word in types or word in _ANYWHERE or word.partition(".")[2] in types:
            return True
        if word == "secret_holder" and any("_" in name or name.startswith("provider.") for name in types):
            return True
        if (word == "workload" or word.startswith(_PROGRAM)) and any(map(_is_kind, types)):
            return True
        if ("*" in word or "?" in word) and _covers(word, types):
            return True
    return False


def _covers(pattern: str, types: Iterable[str]) -> bool:
    """Whether a glob covers one of these types. Most cover none, which the text before the first wildcard tells."""
    start = pattern.partition("*")[0].partition("?")[0]
    return any(fnmatchcase(name, pattern) for name in types if name.startswith(start))


def misspelt(words: Iterable[str], known: Iterable[str]) -> list[tuple[str, str]]:
    """Words of ``on`` that no rule of ours looks at, but that are all but one that some do: as written, as meant.

    Types that nobody here knows are not in question: providers have thousands, and clusters kinds of their own.
    """
    from difflib import get_close_matches

    types = {word for word in known if "*" not in word and "?" not in word} | _KINDS
    found = []
    for word in words:
        if word in types or word in _ANYWHERE or "*" in word or "?" in word:
            continue
        near = get_close_matches(word, sorted(types), n=1, cutoff=_ALIKE)
        if near and abs(len(near[0]) - len(word)) <= 1:
            found.append((word, near[0]))
    return found
