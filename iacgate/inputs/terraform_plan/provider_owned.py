"""Unknown attributes that nobody configures: the provider's own, and so no part of the body, as in HCL.

Room: ``inputs``. In: the instances of a plan, its configuration, and the source where it lies beside the plan. Out: for
an unknown value of an instance, whether it certainly comes from the provider. A plan does not show what ``dynamic``
blocks make, so an attribute that its configuration does not list may still be set by one. It is certain

* by the source: neither an argument, a block nor a ``dynamic`` block of the name is written, and both agree otherwise;
* by the plan alone: the attribute is a scalar somewhere in the plan, or by its name, so that no block can set it.

Anything else stays unknown. See ``docs/decisions``, "Attributes the provider decides".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from iacgate.inputs.terraform_plan.configuration import Configuration, is_expression
from iacgate.inputs.terraform_plan.entries import Entry, text
from iacgate.lang.terraform.address import AddressError, parse_module
from iacgate.lang.terraform.written import Written
from iacgate.model import Path, reveal

_SCALARS = frozenset((str, int, float, bool))
_SCALAR_NAMES = frozenset((
    "id", "arn", "owner_id", "unique_id", "self_link", "kms_key_id", "kms_key_arn", "subnet_id", "vpc_id",
    "hosted_zone_id", "availability_zone", "associate_public_ip_address", "publicly_accessible", "bucket_domain_name",
    "bucket_regional_domain_name",
))  # fmt: skip
"""Attributes that are text or a boolean in every provider that has them."""
_GOOGLE = frozenset((
    "datapath_provider", "enable_intranode_visibility", "encryption_key_name", "https_trigger_security_level",
    "ingress_settings", "logging_service", "master_instance_name", "monitoring_service", "networking_mode",
    "private_ip_google_access", "private_ipv6_google_access", "public_access_prevention", "purpose", "stack_type",
    "uniform_bucket_level_access",
))  # fmt: skip
_NO_BLOCKS_OF = {
    "aws": frozenset(("acl", "encrypted", "managed_policy_arns", "policy", "storage_encrypted")),
    "google": _GOOGLE,
    "google-beta": _GOOGLE,
    "terraform": frozenset(("output", "triggers_replace")),
}
"""Attributes of the resource itself that are no block in this provider, so that no dynamic block can set them."""
_DERIVED = frozenset(("tags_all", "effective_labels", "terraform_labels", "effective_annotations"))
"""Attributes computed from what is configured, here or for the whole provider: unknown, and not left to anybody."""
_REMADE = frozenset(("create", "delete", "forget"))

Kind = tuple[str, str]
"""Provider and type of a resource: what has one schema."""


class ProviderOwned:
    """Decides for the instances of one plan; what one instance teaches about its block or type is remembered."""

    __slots__ = ("_blocks", "_configuration", "_modules", "_scalars", "_written")

    def __init__(
        self,
        configuration: Configuration,
        instances: Callable[[], Iterator[Entry]],
        written: Callable[[Entry], Written | None],
    ) -> None:
        """``instances`` are the managed ones, prior state included; ``written`` is what the source has of one."""
        self._configuration = configuration
        self._scalars = _Scalars(instances)
        self._written = written
        self._modules: dict[str, tuple[str, ...] | None] = {}
        self._blocks: dict[int, _Block] = {}

    def deciding(self, entry: Entry) -> Callable[[Path], bool] | None:
        """Whether an unknown path of this instance is the provider's own; ``None`` where none is known to be.

        Data sources are answers, so all of them is the provider's; a deferred change tells nothing yet; and what an
        update recomputes of a value that stands now is not the provider's default.
        """
        if entry.deferred or entry.data.get("mode") == "data":
            return None
        block = self._block(entry)
        if block is None:
            return None
        after = entry.change.get("after")
        is_new = bool(entry.actions) and _REMADE.issuperset(entry.actions)
        before = None if is_new else entry.change.get("before")
        if before is None:
            return partial(block.leaves_out, after)
        return lambda path: block.leaves_out(after, path) and _at(before, path) is None

    def expressions(self, entry: Entry) -> dict[str, Any] | None:
        """The expressions of this instance's block; ``None`` where the configuration does not have the block."""
        block = self._block(entry)
        return None if block is None else block.expressions

    def is_from_source(self, entry: Entry) -> bool:
        """Whether the source beside the plan has this instance's block, with the same arguments."""
        block = self._block(entry)
        return block is not None and block.is_from_source()

    def in_source(self, entry: Entry, name: str) -> bool:
        """Whether the source sets an attribute of this instance, if only by a ``dynamic`` block."""
        block = self._block(entry)
        return block is not None and block.in_source(name)

    def _block(self, entry: Entry) -> _Block | None:
        module = entry.module
        if module not in self._modules:
            self._modules[module] = _module_path(module)
        path = self._modules[module]
        found = self._configuration.entry(path, entry.data) if path is not None else None
        if not found:
            return None
        block = self._blocks.get(id(found))
        if block is None:
            block = self._blocks[id(found)] = _Block(found, _kind(entry), self._scalars, partial(self._written, entry))
        return block


class _Block:
    """One block of the configuration: what it sets, from both sides."""

    __slots__ = ("_kind", "_plain", "_read", "_scalars", "_source", "expressions")

    def __init__(
        self, block: dict[str, Any], kind: Kind, scalars: _Scalars, source: Callable[[], Written | None]
    ) -> None:
        expressions = block.get("expressions")
        self.expressions: dict[str, Any] = expressions if isinstance(expressions, dict) else {}
        self._kind = kind
        self._scalars = scalars
        self._plain = scalars.plain(kind)
        self._source = source
        self._read: list[Written | None] = []

    def leaves_out(self, after: Any, path: Path) -> bool:
        """Whether nothing in the configuration can set ``path``. ``after`` holds the instance's known values."""
        if len(path) == 1 and path[0] in self._plain and path[0] not in self.expressions:
            return True  # most of all that is unknown in a plan
        if not path or not isinstance(path[-1], str) or path[-1] in _DERIVED:
            return False
        if _unlisted(self.expressions, path, after) and self._scalars.holds(self._kind, path):
            return True
        written = self._written()
        return written is not None and written.fits(self.expressions) and written.omits(path, after)

    def is_from_source(self) -> bool:
        written = self._written()
        return written is not None and written.fits(self.expressions)

    def in_source(self, name: str) -> bool:
        written = self._written()
        return written is not None and written.sets(name)

    def _written(self) -> Written | None:
        if not self._read:
            self._read.append(self._source())
        return self._read[0]


class _Scalars:
    """Which attributes are text, numbers or booleans: by name, or since an instance of the type has such a value."""

    __slots__ = ("_answers", "_by_kind", "_instances", "_plain")

    def __init__(self, instances: Callable[[], Iterator[Entry]]) -> None:
        self._instances = instances
        self._by_kind: dict[Kind, list[Any]] | None = None
        self._plain: dict[Kind, set[str]] = {}
        self._answers: dict[tuple[Kind, tuple[str, ...]], bool] = {}

    def plain(self, kind: Kind) -> set[str]:
        """The attributes of the resource itself that are known to be scalars by now; it grows with what is asked."""
        return self._plain.setdefault(kind, set(_no_blocks(kind)))

    def holds(self, kind: Kind, path: Path) -> bool:
        """Whether the attribute at ``path`` is a scalar, in any element of the lists on the way."""
        names = tuple(step for step in path if isinstance(step, str))
        if names[-1] in (_no_blocks(kind) if len(path) == 1 else _SCALAR_NAMES):
            return True
        key = kind, names
        if key not in self._answers:
            found = self._answers[key] = any(_holds_scalar(values, names) for values in self._values(kind))
            if found and len(path) == 1:
                self.plain(kind).add(names[0])
        return self._answers[key]

    def _values(self, kind: Kind) -> Sequence[Any]:
        if self._by_kind is None:
            self._by_kind = {}
            for entry in self._instances():
                known = self._by_kind.setdefault(_kind(entry), [])
                sides = (entry.change.get("after"), entry.change.get("before"), entry.data.get("values"))
                known.extend(values for values in sides if isinstance(values, dict))
        return self._by_kind.get(kind, ())


def _holds_scalar(values: Any, names: tuple[str, ...]) -> bool:
    """Whether some value behind the names is a scalar; lists on the way are gone through."""
    if len(names) == 1 and isinstance(values, dict):
        return type(reveal(values.get(names[0]))) in _SCALARS
    nodes = [values]
    for name in names:
        held = [node.get(name) for node in nodes if isinstance(node, dict)]
        nodes = [item for node in held for item in (node if isinstance(node, list) else (node,))]
        if name is names[-1]:
            return any(type(reveal(node)) in _SCALARS for node in held)
    return False


def _unlisted(expressions: dict[str, Any], path: Path, after: Any) -> bool:
    """Whether the blocks around ``path`` are listed, all that there are, and none of them lists its last step.

    Sets come sorted in a plan, so that the entry of an element is not known: all of the list are looked at. Where
    there are more elements than entries, a ``dynamic`` block makes some.
    """
    entries: list[Any] = [expressions]
    while isinstance(path[0], str):
        name, rest = path[0], path[1:]
        held = [entry[name] for entry in entries if isinstance(entry, dict) and name in entry]
        if not rest:
            return not held
        after = after.get(name) if isinstance(after, dict) else None
        if len(held) != 1:
            return False
        if isinstance(rest[0], int):
            if not (isinstance(held[0], list) and isinstance(after, list) and len(held[0]) == len(after)):
                return False
            entries, after, rest = held[0], after[rest[0]] if rest[0] < len(after) else None, rest[1:]
        else:
            entries = [held[0]]
        if not rest or any(not isinstance(entry, dict) or (entry and is_expression(entry)) for entry in entries):
            return False
        path = rest
    return False


def _no_blocks(kind: Kind) -> frozenset[str]:
    return _SCALAR_NAMES | _NO_BLOCKS_OF.get(kind[0].rpartition("/")[2], frozenset())


def _kind(entry: Entry) -> Kind:
    return text(entry.data.get("provider_name")), text(entry.data.get("type"))


def _module_path(module: str) -> tuple[str, ...] | None:
    try:
        return tuple(step.name for step in parse_module(module)) if module else ()
    except AddressError:
        return None


def _at(node: Any, path: Path) -> Any:
    for step in path:
        if isinstance(node, dict):
            node = node.get(step)
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
        else:
            return None
    return node
