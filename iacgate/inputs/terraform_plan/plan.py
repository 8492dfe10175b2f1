"""Resources of a plan.

Room: ``inputs``. In: a plan document. Out: one resource for each instance that remains after apply, the data sources
(read already or deferred), the provider configurations, and the plan itself. What makes a plan less than whole is said
as a trouble; plans that change nothing are said as notices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from iacgate.inputs.terraform_plan import PlanDocument
from iacgate.inputs.terraform_plan.before import resources_before
from iacgate.inputs.terraform_plan.certainty import Origin, PlannedUnknown, Relations
from iacgate.inputs.terraform_plan.configuration import Configuration, Found, Instances
from iacgate.inputs.terraform_plan.empty_blocks import without_empty_blocks
from iacgate.inputs.terraform_plan.entries import Entry, change_of, make_resource, not_understood, text
from iacgate.inputs.terraform_plan.from_source import FromSource, is_json
from iacgate.inputs.terraform_plan.merge import ABSENT, merge
from iacgate.inputs.terraform_plan.policy import DOCUMENT, rebuilt
from iacgate.inputs.terraform_plan.positions import Positions
from iacgate.inputs.terraform_plan.provider_owned import ProviderOwned
from iacgate.inputs.terraform_plan.providers import provider_resources
from iacgate.inputs.terraform_plan.state import state_entries
from iacgate.inputs.terraform_plan.summary import plan_resource
from iacgate.inputs.terraform_plan.written_down import WrittenDown
from iacgate.lang.terraform.address import AddressError, parse_address
from iacgate.lang.terraform.written import Written
from iacgate.model import Location, Path, Resource, Trouble, Unknown
from iacgate.spi import InputContext

_KNOWN_ACTIONS = frozenset(("no-op", "create", "read", "update", "delete", "forget"))


def plan_resources(document: PlanDocument, context: InputContext) -> Iterator[Resource]:
    """The resources of one plan."""
    reader = _Reader(document, context)
    _say_what_kind(document, reader, context)
    planned = list(reader.resources())
    yield from planned
    yield from provider_resources(document, reader.positions)
    before = partial(resources_before, document, reader.entries, reader.positions, planned, reader.tidied)
    yield plan_resource(document, reader.entries, before)


class _Reader:
    """One plan while it is read: its entries, its configuration, its places."""

    __slots__ = (
        "_deferred_policies",
        "_document",
        "_owned",
        "_prior",
        "configuration",
        "entries",
        "positions",
    )

    def __init__(self, document: PlanDocument, context: InputContext) -> None:
        self._document = document
        self.entries = list(_entries(document, context))
        planned = {entry.address for entry in self.entries}
        self._prior = [entry for entry in _prior_data(document.body) if entry.address not in planned]
        self.positions = Positions(document, context)
        configuration = document.body.get("configuration") or {}
        root = configuration.get("root_module")
        self.configuration = Configuration(
            root if isinstance(root, dict) else {}, Instances(self._addresses), self.positions.local
        )
        self._owned = ProviderOwned(self.configuration, self._managed, self._written)
        self._deferred_policies = {
            entry.address: entry for entry in self.entries if entry.data.get("type") == DOCUMENT and entry.remains
        }

    def resources(self) -> Iterator[Resource]:
        for entry in self.entries:
            if entry.remains:
                yield self._planned(entry)
        for entry in self._prior:
            body = without_empty_blocks(entry.data.get("values"), self._owned.expressions(entry))
            locate = partial(self.positions.locate, entry.address, body, (*entry.at, "values"))
            relations = Relations(Origin(self.configuration, entry.address), body)
            written = WrittenDown(entry.address, body, self.configuration, self.positions, locate)
            yield make_resource(self._document, entry, body, locate, relations=relations, written=written)

    def _addresses(self) -> Iterator[tuple[str, str]]:
        for entry in (*self.entries, *self._prior):
            if "change" not in entry.data or entry.remains:
                yield entry.address, entry.module

    def _managed(self) -> Iterator[Entry]:
        """Every managed instance that the plan knows values of."""
        prior = _values_of(self._document.body.get("prior_state"))
        for entry in (*self.entries, *state_entries(prior, ())):
            if entry.data.get("mode") != "data":
                yield entry

    def _written(self, entry: Entry) -> Written | None:
        """What the source sets of an instance; no address is read where there is no source."""
        if not self.positions.has_source:
            return None
        try:
            return self.positions.written(parse_address(entry.address))
        except AddressError:
            return None

    def _planned(self, entry: Entry) -> Resource:
        address = entry.address
        origin = Origin(self.configuration, address, partial(self._owned.in_source, entry), self._from_source(entry))
        planned = body = self._body(entry, origin)
        if address in self._deferred_policies and isinstance(body, dict) and isinstance(body.get("json"), Unknown):
            body = {**body, "json": rebuilt(body, partial(self._sources, origin, body, frozenset((address,))))}
        locate = partial(self.positions.locate, address, body, (*entry.at, "change", "after"))
        return make_resource(
            self._document,
            entry,
            body,
            locate,
            relations=Relations(origin, planned),
            change=change_of(entry),
            written=WrittenDown(address, body, self.configuration, self.positions, locate),
        )

    def _from_source(self, entry: Entry) -> FromSource:
        fits = partial(self._owned.is_from_source, entry)
        return FromSource(entry.address, entry.change.get("after_sensitive"), fits, self.positions.values)

    def _body(self, entry: Entry, origin: Origin, rebuilding: frozenset[str] = frozenset()) -> Any:
        change = entry.change
        unknown: Callable[[Path], Any] = partial(self._unknown, origin, rebuilding | {entry.address})
        owned = self._owned.deciding(entry)
        if owned is not None:
            unknown = partial(_unless_owned, owned, unknown)
        body = merge(change.get("after"), change.get("after_unknown"), unknown, origin.counted, origin.alike)
        return without_empty_blocks(body, self._owned.expressions(entry))

    def tidied(self, entry: Entry, body: Any) -> Any:
        """A body of this instance, in the shape that all bodies have."""
        return without_empty_blocks(body, self._owned.expressions(entry))

    def _unknown(self, origin: Origin, rebuilding: frozenset[str], path: Path) -> Any:
        """What stands for an unknown value: where it is a JSON text, what is known of what it says."""
        if is_json(path):
            entry = self._document_behind(origin, rebuilding, path)
            found = self._policy(entry, rebuilding) if entry is not None else origin.document(path)
            if found is not None:
                return found
        for found in (origin.blocks(path), origin.choice(path)):
            if found is not None:
                return found
        return PlannedUnknown(origin, path)

    def _document_behind(self, origin: Origin, rebuilding: frozenset[str], path: Path) -> Entry | None:
        """The deferred policy document that an unknown value is the text of: the only one that its expression names,
        beside documents that are known."""
        found = origin.answer(path).found if self._deferred_policies else ()
        deferred = [item for item in found if item.address in self._deferred_policies]
        others = len(found) - len(deferred)
        if len(deferred) != 1 or deferred[0].address in rebuilding or (others and not self._all_read(found, deferred)):
            return None
        texts = {".json", ".minified_json"}
        return self._deferred_policies[deferred[0].address] if deferred[0].tail in texts else None

    def _all_read(self, found: Sequence[Found], deferred: Sequence[Found]) -> bool:
        read = {entry.address for entry in self._prior}
        return all(item in deferred or item.address in read for item in found)

    def _policy(self, entry: Entry, rebuilding: frozenset[str]) -> dict[str, Any]:
        origin = Origin(self.configuration, entry.address)
        body = self._body(entry, origin, rebuilding)
        return rebuilt(body, partial(self._sources, origin, body, rebuilding | {entry.address}))

    def _sources(self, origin: Origin, body: dict[str, Any], rebuilding: frozenset[str], name: str) -> Sequence[Any]:
        """The policies that an attribute such as ``source_policy_documents`` names."""
        value = body.get(name)
        items = value if isinstance(value, list) else [value]
        if not any(isinstance(item, Unknown) for item in items):
            return items
        found = [item for item in origin.answer((name,)).found if item.address not in rebuilding]
        planned = [self._deferred_policies.get(item.address) for item in found]
        entries = [entry for entry in planned if entry is not None]
        unknown = sum(isinstance(item, Unknown) for item in items)
        if len(entries) != unknown:
            return items
        rest = iter(entries)
        return [self._policy(next(rest), rebuilding) if isinstance(item, Unknown) else item for item in items]


def _unless_owned(owned: Callable[[Path], bool], unknown: Callable[[Path], Any], path: Path) -> Any:
    return ABSENT if owned(path) else unknown(path)


def _entries(document: PlanDocument, context: InputContext) -> Iterator[Entry]:
    """The changes, then the deferred ones. What is no change as Terraform writes it is a trouble, and read as far as
    it goes."""
    for index, data in enumerate(document.body.get("resource_changes") or ()):
        if not _is_a_change(data):
            not_understood(document, context, ("resource_changes", index))
        if isinstance(data, dict):
            yield Entry(("resource_changes", index), data)
    for index, deferred in enumerate(document.body.get("deferred_changes") or ()):
        data = deferred.get("resource_change") if isinstance(deferred, dict) else None
        if not _is_a_change(data):
            not_understood(document, context, ("deferred_changes", index))
        if isinstance(data, dict):
            yield Entry(("deferred_changes", index, "resource_change"), data, deferred=True)


def _is_a_change(data: Any) -> bool:
    """Whether an entry says of what type it is and what is done: without these no rule would look at it."""
    if not isinstance(data, dict) or not text(data.get("type")):
        return False
    change = data.get("change")
    return isinstance(change, dict) and isinstance(change.get("actions"), list)


def _prior_data(plan: dict[str, Any]) -> Iterator[Entry]:
    """Data sources that were read while planning: they are in the prior state only."""
    for entry in state_entries(_values_of(plan.get("prior_state")), ("prior_state", "values")):
        if entry.data.get("mode") == "data":
            yield entry


def _values_of(state: Any) -> Any:
    return state.get("values") if isinstance(state, dict) else None


def _say_what_kind(document: PlanDocument, reader: _Reader, context: InputContext) -> None:
    plan, path = document.body, document.path
    if plan.get("errored") is True:
        _incomplete(context, path, "planning failed, so the plan holds only a part", "fix the error and plan again")
    elif plan.get("complete") is False:
        hint = "plan again without -target, or after the apply that it waits for"
        _incomplete(context, path, "the plan is not complete: some changes are left for a later plan", hint)
    for action in sorted({action for entry in reader.entries for action in entry.actions} - _KNOWN_ACTIONS):
        context.notices.append(f"{path}: action {action!r} is new to iacgate, read as an update")
    if any(entry.remains for entry in reader.entries):
        return
    if reader.entries:
        context.notices.append(f"{path}: a plan that only destroys, no resource remains to be judged")
    elif _addresses_in(plan.get("planned_values")) - _addresses_in((plan.get("prior_state") or {}).get("values")):
        message = "planned values without resource_changes: what is not known yet cannot be told from what is not set"
        _incomplete(context, path, message, "write it with: terraform show -json PLAN > plan.json")
    elif "resource_drift" in plan or plan.get("prior_state"):
        context.notices.append(f"{path}: a refresh-only plan or one without changes, no resource to be judged")
    else:
        context.notices.append(f"{path}: the plan is empty")


def _addresses_in(values: Any) -> set[str]:
    return {entry.address for entry in state_entries(values, ())}


def _incomplete(context: InputContext, path: str, message: str, hint: str) -> None:
    location = Location(file=path)
    context.troubles.append(Trouble(kind="incomplete-plan", message=f"{path}: {message}", hint=hint, location=location))
