"""Rules, packs and settings brought together: which rules there are, which run, with what severity and parameters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Any

from iacgate.engines.native.index import Index, load_index, note_controls
from iacgate.engines.native.program import build_rule
from iacgate.engines.native.select import Selection, may_select, misspelt
from iacgate.errors import PolicyError, did_you_mean
from iacgate.model import Declined, Inventory, Location, Rule, Severity, Subject, Waiver, canonical_alias

if TYPE_CHECKING:
    from pathlib import Path

    from iacgate.engines.native.frameworks import Frameworks
    from iacgate.engines.native.packs import Gathered
    from iacgate.model.compliance import Framework

Record = dict[str, Any]

_NOTHING: Mapping[str, Any] = {}
_OWN_SETS = ("recommended", "baseline")


class NativeRules:
    """The shipped rules and those of packs, as the settings want them. Rules are built when they are asked for."""

    def __init__(self, index: Index, found: Gathered) -> None:
        self._index = index
        self._records: Mapping[str, Record] = found.records
        self._extra: Mapping[str, Rule] = {rule.id: rule for rule in found.rules}
        self._selection = Selection()
        self._severities: Mapping[str, Severity] = {}
        self._params: Mapping[str, Mapping[str, Any]] = {}
        self._all = False
        self._members: frozenset[str] = frozenset()
        self._off: frozenset[str] = frozenset()
        self.waivers: tuple[Waiver, ...] = tuple(found.waivers)
        self.declined: tuple[Declined, ...] = tuple(found.declined)

    @classmethod
    def load(
        cls,
        *,
        packs: Sequence[str | Path] = (),
        entry_points: bool = True,
        ruleset: str = "recommended",
        disable: Sequence[str] = (),
        severity: Mapping[str, Severity] = _NOTHING,
        params: Mapping[str, Mapping[str, Any]] = _NOTHING,
        index: Index | None = None,
    ) -> NativeRules:
        """All rules, with what the settings say of them.

        ``packs`` are folders of rule files; ``ruleset`` is one name or several with commas; ``disable`` and the keys of
        ``severity`` and ``params`` are rule ids, aliases or globs. Raises :class:`~iacgate.errors.PolicyError`.
        """
        from iacgate.engines.native import packs as loading

        shipped = index if index is not None else load_index()
        found = loading.gather(packs, entry_points=entry_points)
        rules = cls(shipped, found)
        rules._refuse_doubles(found)
        rules.declined += tuple(rules._misspelt())
        rules._settle(ruleset, disable, severity, params)
        return rules

    def ids(self) -> list[str]:
        """The ids of all rules there are, sorted."""
        return sorted({*self._index.ids, *self._records, *self._extra})

    def selected(self) -> list[str]:
        """The ids of the rules that run: in the rule set and not disabled, sorted."""
        return [rule for rule in self.ids() if self._is_chosen(rule)]

    @property
    def aliases(self) -> dict[str, tuple[str, ...]]:
        """What other tools call the rules: alias → ids."""
        found = {alias: list(ids) for alias, ids in self._index.aliases.items()}
        for record in self._records.values():
            for alias in record.get("aliases") or ():
                found.setdefault(alias, []).append(record["id"])
        for rule in self._extra.values():
            for alias in rule.aliases:
                found.setdefault(alias, []).append(rule.id)
        return {alias: tuple(ids) for alias, ids in found.items()}

    @property
    def rulesets(self) -> list[str]:
        """The names of all rule sets, sorted: those that rules name, and the frameworks."""
        own = (name for record in self._records.values() for name in record["rulesets"])
        return sorted({"strict", "recommended", *self._index.rulesets, *own, *self.frameworks.names})

    @cached_property
    def frameworks(self) -> Frameworks:
        """The frameworks, with the rules of packs among those that speak for their controls."""
        from iacgate.engines.native.frameworks import Frameworks

        table = self._index.controls
        if self._records or self._extra:
            table = {framework: {one: [*ids] for one, ids in named.items()} for framework, named in table.items()}
        for record in self._records.values():
            note_controls(table, record)
        for rule in self._extra.values():
            note_controls(table, {"id": rule.id, "controls": rule.controls})
        return Frameworks(table)

    def resolve(self, name: str) -> tuple[str, ...]:
        """The ids a name means: a rule id, an alias, or a glob over both. Raises ``PolicyError`` for an unknown one."""
        known = self._known(name)
        if known:
            return known
        names = [*self.ids(), *self.aliases]
        raise PolicyError(f"unknown rule {name!r}", did_you_mean(name, names, "`iacgate rules list` shows all"))

    def _known(self, name: str) -> tuple[str, ...]:
        if name in self._index or name in self._records or name in self._extra:
            return (name,)
        aliases = self.aliases
        if "*" not in name and "?" not in name:
            wanted = canonical_alias(name)
            called = (rules for alias, rules in aliases.items() if canonical_alias(alias) == wanted)
            return tuple(dict.fromkeys(rule for rules in called for rule in rules))
        found = [rule for rule in self.ids() if fnmatchcase(rule, name)]
        found += [rule for alias, rules in aliases.items() if fnmatchcase(alias, name) for rule in rules]
        return tuple(dict.fromkeys(found))

    def for_types(self, types: Iterable[str]) -> list[Rule]:
        """The chosen rules that may have a subject among resources of these types, by id."""
        return [self.rule(rule) for rule in self._fitting(frozenset(types))]

    def for_inventory(self, inventory: Inventory, known: Collection[str] = ()) -> list[Rule]:
        """The chosen rules that may have a subject in an inventory, by id, without those that are known already."""
        words = [*self._index.wide, *(word for record in self._records.values() for word in record["on"])]
        ids = self._fitting(frozenset(inventory.types), self._selection.idle(inventory, words))
        return [self.rule(rule) for rule in ids if rule not in known]

    def _fitting(self, types: frozenset[str], idle: frozenset[str] = frozenset()) -> list[str]:
        ids = [rule for rule in self._index.for_types(types, idle) if self._is_chosen(rule)]
        for rule, record in self._records.items():
            if self._is_chosen(rule) and may_select((word for word in record["on"] if word not in idle), types):
                ids.append(rule)
        ids += [rule for rule in self._extra if self._is_chosen(rule)]
        return sorted(ids)

    def rule(self, name: str) -> Rule:
        """One rule by its id. Raises ``KeyError``."""
        if name in self._extra:
            return self._extra[name]
        return build_rule(
            self.record(name),
            self._selection,
            find_bound,
            severity=self._severities.get(name),
            params=self._params.get(name),
        )

    def record(self, name: str) -> Record:
        """The record of a rule file. Raises ``KeyError``."""
        return self._records[name] if name in self._records else self._index.record(name)

    def params(self, name: str) -> dict[str, Any]:
        """The parameters a rule runs with: its own defaults, and what the settings say instead. Raises ``KeyError``."""
        return {**(self.record(name).get("params") or {}), **self._params.get(name, {})}

    def source(self, name: str) -> Path | None:
        """The file a rule was read from; ``None`` for rules that are no file."""
        from pathlib import Path

        if name in self._records:
            return Path(self._records[name]["origin"])
        if name not in self._index:
            return None
        return Path(self._index.sources, str(self._index.record(name)["origin"]).removeprefix("rules/"))

    def metadata(self, name: str) -> dict[str, Any]:
        """What ``rules list`` and reports say of a rule: JSON values only. Raises ``KeyError``."""
        rule = self.rule(name)
        return {
            "title": rule.title,
            "severity": str(rule.severity),
            "on": list(rule.on),
            "aliases": list(rule.aliases),
            "controls": {framework: list(ids) for framework, ids in rule.controls.items()},
            "rulesets": [*rule.rulesets, *self.frameworks.of_rule(name)],
            "why": rule.rationale,
            "fix": rule.remediation,
            "since": rule.since,
            "provider": rule.provider,
            "service": rule.service,
            "tags": list(rule.tags),
            "precision": rule.precision,
            "params": dict(rule.params),
            "references": list(rule.references),
            "engine": rule.engine,
            "origin": rule.origin,
        }

    def _misspelt(self) -> Iterator[Declined]:
        """Words of a pack's rules that are all but the name of a type: such a rule looks at nothing, in silence."""
        for record in self._records.values():
            for word, meant in misspelt(record["on"], self._index.words):
                place = Location(file=record["origin"])
                yield Declined(
                    what=f"rule {record['id']}",
                    reason=f"nothing is called {word!r}, did you mean {meant!r}?",
                    location=place,
                )

    def _refuse_doubles(self, found: Any) -> None:
        for rule in [*found.records, *self._extra]:
            if rule in self._index:
                origin = found.records[rule]["origin"] if rule in found.records else self._extra[rule].origin
                raise PolicyError(f"{origin}: rule {rule!r} is shipped with iacgate", "give it another id")

    def _settle(
        self,
        ruleset: str,
        disable: Sequence[str],
        severity: Mapping[str, Severity],
        params: Mapping[str, Mapping[str, Any]],
    ) -> None:
        names = [name for part in ruleset.split(",") if (name := part.strip())]
        self._off = frozenset(rule for name in disable for rule in self.resolve(name))
        self._all = "strict" in names
        self._members = frozenset(rule for name in names if name != "strict" for rule in self._set_members(name))
        self._severities = {rule: level for name, level in severity.items() for rule in self.resolve(name)}
        self._params = {rule: values for name, values in params.items() for rule in self.resolve(name)}
        for rule, values in self._params.items():
            self._check_params(rule, values)

    def _is_chosen(self, rule: str) -> bool:
        return (self._all or rule in self._members) and rule not in self._off

    def _set_members(self, name: str) -> Iterator[str]:
        if name not in _OWN_SETS and name not in self._named_sets():
            yield from self._framework_members(name)
            return
        yield from self._index.ruleset(name)
        yield from (rule for rule, record in self._records.items() if name in record["rulesets"])
        yield from (rule for rule, built in self._extra.items() if not built.rulesets or name in built.rulesets)

    def _named_sets(self) -> set[str]:
        """The rule sets that rules name."""
        return {*self._index.rulesets, *(name for record in self._records.values() for name in record["rulesets"])}

    def _framework_members(self, name: str) -> set[str]:
        framework = self.frameworks.find(name)
        if framework is None:
            hint = did_you_mean(name, self.rulesets, f"one of {', '.join(self.rulesets)}")
            raise PolicyError(f"unknown rule set {name!r}", hint)
        return self.frameworks.members(framework.name)

    def framework(self, name: str) -> Framework:
        """A framework by its name or id. Raises :class:`~iacgate.errors.PolicyError` with the nearest right word."""
        found = self.frameworks.find(name)
        if found is None:
            names = self.frameworks.names
            raise PolicyError(f"unknown framework {name!r}", did_you_mean(name, names, f"one of {', '.join(names)}"))
        return found

    def _check_params(self, rule: str, values: Mapping[str, Any]) -> None:
        if rule in self._extra:
            return
        declared = self.record(rule).get("params") or {}
        for name in values:
            if name not in declared:
                hint = did_you_mean(name, declared, f"it has {', '.join(declared) or 'none'}")
                raise PolicyError(f"rule {rule!r} has no parameter {name!r}", hint)


def load_file(file: Path, folder: Path, params: Mapping[str, Mapping[str, Any]] = _NOTHING) -> Rule:
    """One rule of a file by itself, strictly validated; ``params`` are by rule, as in the settings.

    Raises :class:`~iacgate.errors.PolicyError`.
    """
    from iacgate.engines.native.packs import read_file

    record = read_file(file, folder)
    return build_rule(record, Selection(), find_bound, params=params.get(record["id"]))


def find_bound(name: str, params: Mapping[str, Any]) -> Callable[[Subject, Inventory], Any]:
    """The Python check of that name with its parameters: a shipped one, or one of an installed package.

    Raises :class:`~iacgate.errors.PolicyError`.
    """
    from iacgate.checks import MODULES, load_check
    from iacgate.sdk import CheckSpec
    from iacgate.spi import plugins

    found = load_check(name)
    if found is not None:
        return found.bind(params)
    installed = dict(plugins("iacgate.checks"))
    spec = installed.get(name)
    if not isinstance(spec, CheckSpec):
        hint = did_you_mean(name, [*MODULES, *installed])
        raise PolicyError(f"unknown check {name!r}", hint or "checks come with iacgate or with an installed package")
    return spec.bind(params)
