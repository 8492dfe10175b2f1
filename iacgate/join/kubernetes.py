"""Kubernetes objects and what belongs to them: by name, by label selector, by namespace.

Room: ``join``. In: the inventory. Out: for a resource and a kind, the resources of that kind which name or select it,
which it names or selects, or which rule its namespace. What may belong but cannot be told (a namespace that is not
written, a label not known, files that were not read) makes the answer a :class:`~iacgate.model.Partial`: absence is
then unknown, never a fact.

Indexes are made for the kinds asked for, once, so that twice the objects cost twice the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from itertools import chain
from typing import Any, TypeVar

from iacgate.lang.pods import is_workload
from iacgate.lang.references import CLUSTER_SCOPED, UNSURE, Reference, references
from iacgate.lang.selectors import SELECTING, Selector, matches, pod_labels, selector_of
from iacgate.model import Inventory, Partial, Resource, Unknown

WORKLOAD = "workload"
"""Instead of a kind: everything that describes pods."""

NAMESPACE_RULES = frozenset(("Namespace", "ResourceQuota", "LimitRange"))
_NOT_READ = Unknown("not all files were read: there may be more")
_NO_NAMESPACE = Unknown("a name or namespace is not written or not known: another object may belong here")
_NOT_KNOWN = Unknown("labels or a selector are not known")
_DEFAULT = "default"
_CLUSTER = ""

_Table = TypeVar("_Table")
_ByNamespace = dict[str | None, _Table]


class KubernetesLinks:
    """What belongs to what in one inventory."""

    __slots__ = (
        "_by_type",
        "_named",
        "_namers",
        "_pods",
        "_references",
        "_ruled",
        "_selecting",
        "_whole",
        "_workloads",
    )

    def __init__(self, inventory: Inventory) -> None:
        self._whole = inventory.whole
        self._by_type: dict[str, list[Resource]] = {}
        for resource in inventory.resources:
            if _is_object(resource):
                self._by_type.setdefault(resource.type, []).append(resource)
        self._named: dict[str, dict[str, _ByNamespace[list[Resource]]]] = {}
        self._namers: dict[str, dict[tuple[str, str], _ByNamespace[list[Resource]]]] = {}
        self._references: dict[int, list[Reference]] = {}
        self._ruled: dict[str, _ByNamespace[list[Resource]]] = {}
        self._pods: dict[str, _ByNamespace[_Labelled]] = {}
        self._selecting: dict[str, _ByNamespace[_Selecting]] = {}
        self._workloads: frozenset[str] | None = None

    def related(self, resource: Resource, kind: str) -> list[Resource]:
        """Resources of a kind (name, glob, or ``workload``) that belong to this one; never itself."""
        answer = _Answer(resource)
        for name in self._kinds(kind):
            answer.add(*self._names(resource, name))
            answer.add(*self._namers_of(resource, name))
            if name in SELECTING:
                answer.select(*self._selecting_of(resource, name))
            if resource.type in SELECTING:
                answer.select(*self._selected_by(resource, name))
            if name in NAMESPACE_RULES or resource.type in NAMESPACE_RULES:
                answer.add(*self._of_namespace(resource, name))
        return answer.result(whole=self._whole)

    def _kinds(self, kind: str) -> list[str]:
        if kind == WORKLOAD:
            if self._workloads is None:
                held = self._by_type.items()
                self._workloads = frozenset(name for name, each in held if any(map(is_workload, each)))
            return [name for name in self._by_type if name in self._workloads]
        if "*" in kind or "?" in kind:
            return [name for name in self._by_type if fnmatchcase(name, kind)]
        return [kind] if kind in self._by_type else []

    def _refers(self, resource: Resource) -> list[Reference]:
        found = self._references.get(id(resource))
        if found is None:
            found = self._references[id(resource)] = references(resource.body)
        return found

    def _names(self, resource: Resource, kind: str) -> tuple[list[Resource], bool]:
        """The objects of a kind that ``resource`` names."""
        named = self._named.get(kind)
        if named is None:
            named = self._named[kind] = {}
            for each in self._by_type[kind]:
                named.setdefault(_name(each), {}).setdefault(_place(each), []).append(each)
        found: list[Resource] = []
        doubt = False
        for reference in self._refers(resource):
            if reference.kind != kind:
                continue
            place = _own_place(resource) if reference.namespace is None else reference.namespace
            if reference.name == UNSURE:
                doubt = doubt or any(_any(chain(*_pick(places, place))) for places in named.values())
                continue
            certain, maybe = _pick(named.get(reference.name, {}), place)
            found.extend(chain.from_iterable(certain))
            doubt = doubt or _any(maybe) or _any(chain(*_pick(named.get(UNSURE, {}), place)))
        return found, doubt

    def _namers_of(self, resource: Resource, kind: str) -> tuple[list[Resource], bool]:
        """The objects of a kind that name ``resource``."""
        namers = self._namers.get(kind)
        if namers is None:
            namers = self._namers[kind] = {}
            for each in self._by_type[kind]:
                for reference in self._refers(each):
                    place = _own_place(each) if reference.namespace is None else reference.namespace
                    places = namers.setdefault((reference.kind, reference.name), {})
                    places.setdefault(place, []).append(each)
        name, place = _name(resource), _place(resource)
        if name == UNSURE:
            named = (places for (named, _), places in namers.items() if named == resource.type)
            return [], any(_any(chain(*_pick(places, place))) for places in named)
        certain, maybe = _pick(namers.get((resource.type, name), {}), place)
        unsure = chain(*_pick(namers.get((resource.type, UNSURE), {}), place))
        return list(chain.from_iterable(certain)), _any(maybe) or _any(unsure)

    def _selecting_of(self, resource: Resource, kind: str) -> tuple[Iterable[_Pair], Iterable[_Pair]]:
        """The objects of a selecting kind, each with whether it means the pods of ``resource``."""
        pods = pod_labels(resource.body)
        if not pods:
            return (), ()
        tables = self._selecting.get(kind)
        if tables is None:
            tables = self._selecting[kind] = _grouped(self._by_type[kind], _Selecting)
        certain, maybe = _pick(tables, _own_place(resource))
        return _asked(certain, lambda table: table.of(pods)), _asked(maybe, lambda table: table.of(pods))

    def _selected_by(self, resource: Resource, kind: str) -> tuple[Iterable[_Pair], Iterable[_Pair]]:
        """The workloads of a kind, each with whether ``resource`` means its pods."""
        selector = selector_of(resource.body)
        if selector is None:
            return (), ()
        tables = self._pods.get(kind)
        if tables is None:
            tables = self._pods[kind] = _grouped(self._by_type[kind], _Labelled)
        certain, maybe = _pick(tables, _place(resource))
        return _asked(certain, lambda table: table.of(selector)), _asked(maybe, lambda table: table.of(selector))

    def _of_namespace(self, resource: Resource, kind: str) -> tuple[list[Resource], bool]:
        """What rules the namespace of ``resource``, or what lives in the namespace it rules."""
        places = self._ruled.get(kind)
        if places is None:
            places = self._ruled[kind] = {}
            for each in self._by_type[kind]:
                if (ruled := _ruled(each)) != _CLUSTER:
                    places.setdefault(ruled, []).append(each)
        place = _ruled(resource)
        if place == _CLUSTER:
            return [], False
        certain, maybe = _pick(places, place)
        return list(chain.from_iterable(certain)), _any(maybe)


_Pair = tuple[Resource, bool | None]


class _Answer:
    """What was found for one question, without repetition, and why there may be more."""

    __slots__ = ("_asked", "_found", "_maybe")

    def __init__(self, asked: Resource) -> None:
        self._asked = asked
        self._found: dict[int, Resource] = {}
        self._maybe: Unknown | None = None

    def add(self, found: Iterable[Resource], doubt: bool) -> None:  # noqa: FBT001  (the pair every index answers with)
        for each in found:
            if each is not self._asked:
                self._found[id(each)] = each
        if doubt:
            self._maybe = _NO_NAMESPACE

    def select(self, certain: Iterable[_Pair], maybe: Iterable[_Pair]) -> None:
        for each, answer in certain:
            if answer:
                self.add((each,), doubt=False)
            elif answer is None:
                self._maybe = _NOT_KNOWN
        if self._maybe is None and any(answer is not False for _, answer in maybe):
            self._maybe = _NO_NAMESPACE

    def result(self, *, whole: bool) -> list[Resource]:
        found = list(self._found.values())
        maybe = _NOT_READ if self._maybe is None and not whole else self._maybe
        return found if maybe is None else Partial(found, maybe=maybe)


class _Labelled:
    """Workloads of one kind and namespace, by the labels of their pods."""

    __slots__ = ("_all", "_by_label", "_unsure")

    def __init__(self) -> None:
        self._all: list[tuple[Resource, Any]] = []
        self._by_label: dict[tuple[str, str], list[tuple[Resource, Any]]] = {}
        self._unsure: list[tuple[Resource, Any]] = []

    def add(self, resource: Resource) -> None:
        for labels in pod_labels(resource.body):
            self._all.append((resource, labels))
            if isinstance(labels, Unknown) or not all(isinstance(value, str) for value in labels.values()):
                self._unsure.append((resource, labels))
                continue
            for pair in labels.items():
                self._by_label.setdefault(pair, []).append((resource, labels))

    def of(self, selector: Selector) -> Iterator[_Pair]:
        pair = next(((key, value) for key, value in selector.labels.items() if isinstance(value, str)), None)
        candidates = self._all if pair is None else chain(self._by_label.get(pair, ()), self._unsure)
        for resource, labels in candidates:
            yield resource, matches(selector, labels)


class _Selecting:
    """Selecting objects of one kind and namespace, by one label they want."""

    __slots__ = ("_by_label", "_others")

    def __init__(self) -> None:
        self._by_label: dict[tuple[str, str], list[tuple[Resource, Selector]]] = {}
        self._others: list[tuple[Resource, Selector]] = []

    def add(self, resource: Resource) -> None:
        selector = selector_of(resource.body)
        if selector is None:
            return
        pair = next(((key, value) for key, value in selector.labels.items() if isinstance(value, str)), None)
        held = self._others if pair is None else self._by_label.setdefault(pair, [])
        held.append((resource, selector))

    def of(self, pods: list[dict[str, Any] | Unknown]) -> Iterator[_Pair]:
        for labels in pods:
            for resource, selector in self._candidates(labels):
                yield resource, matches(selector, labels)

    def _candidates(self, labels: dict[str, Any] | Unknown) -> Iterator[tuple[Resource, Selector]]:
        yield from self._others
        if isinstance(labels, Unknown) or not all(isinstance(value, str) for value in labels.values()):
            yield from chain.from_iterable(self._by_label.values())
            return
        for pair in labels.items():
            yield from self._by_label.get(pair, ())


def _grouped(resources: list[Resource], make: Callable[[], Any]) -> dict[str | None, Any]:
    tables: dict[str | None, Any] = {}
    for resource in resources:
        place = _place(resource)
        if place not in tables:
            tables[place] = make()
        tables[place].add(resource)
    return tables


def _any(tables: Iterator[Any]) -> bool:
    return next(tables, None) is not None


def _asked(tables: Iterable[_Table], ask: Callable[[_Table], Iterable[_Pair]]) -> Iterator[_Pair]:
    return chain.from_iterable(map(ask, tables))


def _is_object(resource: Resource) -> bool:
    """Whether a resource is an object of Kubernetes; a resource of Terraform is not, its view is."""
    if resource.provider != "kubernetes" or resource.category != "resource":
        return False
    return resource.view_of is not None or not resource.adapter.startswith("terraform")


def _place(resource: Resource) -> str | None:
    """Where a resource lives: its namespace, ``None`` when none is written, ``""`` for cluster scope."""
    cluster = resource.type in CLUSTER_SCOPED or resource.type == "CiliumClusterwideNetworkPolicy"
    return _CLUSTER if cluster else _own_place(resource)


def _own_place(resource: Resource) -> str | None:
    """The namespace that is written: ``None`` when none is, :data:`UNSURE` when it is not known."""
    return UNSURE if resource.namespace is None and _is_hidden(resource, "namespace") else resource.namespace


def _name(resource: Resource) -> str:
    return UNSURE if _is_hidden(resource, "name") else resource.name


def _is_hidden(resource: Resource, member: str) -> bool:
    """Whether a member of the metadata is not known; only in Terraform some are not."""
    if resource.view_of is None:
        return False
    return isinstance(resource.get("metadata", member), Unknown)


def _ruled(resource: Resource) -> str | None:
    """The namespace a resource lives in, or is."""
    return _name(resource) if resource.type == "Namespace" else _place(resource)


def _pick(tables: _ByNamespace[_Table], place: str | None) -> tuple[list[_Table], Iterator[_Table]]:
    """The tables that hold for a place for certain, and those that may: ``None`` is ``default`` unless somebody says.

    What is cluster-wide holds everywhere; what is not known may hold anywhere.
    """
    if place == _CLUSTER:
        return list(tables.values()), iter(())
    if place == UNSURE:
        everywhere = [tables[_CLUSTER]] if _CLUSTER in tables else []
        return everywhere, (table for key, table in tables.items() if key != _CLUSTER)
    same = (None, _DEFAULT, _CLUSTER) if place in (None, _DEFAULT) else (place, _CLUSTER)
    certain = [tables[key] for key in same if key in tables]
    if place is None:
        return certain, (table for key, table in tables.items() if key not in same)
    unsure = (None, UNSURE) if None not in same else (UNSURE,)
    return certain, iter([tables[key] for key in unsure if key in tables])
