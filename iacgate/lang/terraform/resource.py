"""A resource, data source or provider block as instantiated: its values, its body, the sources of its paths.

Room: ``lang``. In: a definition and the scope of one of its instances. Out: values as others see them (unknown where
only the provider knows) and the body in the shape of a plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iacgate.lang.terraform.access import Opaque
from iacgate.lang.terraform.address import Key, format_key, without_keys
from iacgate.lang.terraform.blocks import Source, add_blocks, content_of, source_of
from iacgate.lang.terraform.definitions import META_ATTRIBUTES, RESOURCE_MODES, Definition
from iacgate.lang.terraform.expressions import attempt, evaluate
from iacgate.lang.terraform.scope import Scope
from iacgate.lang.terraform.sensitive import conceal, is_sensitive
from iacgate.lang.terraform.underway import Entry, Place
from iacgate.lang.terraform.values import Exhausted, Fault, finish, is_null, secret
from iacgate.lang.terraform.work import of_body
from iacgate.model import Partial, Path, Unknown
from iacgate.syntax.hcl.nodes import Literal

if TYPE_CHECKING:
    from iacgate.lang.terraform.instances import ModuleInstance


SMALL = 200
"""A value that costs less is in a body for nothing."""

COMPUTED = frozenset({
    ("aws_iam_policy_document", "json"), ("aws_iam_policy_document", "minified_json"), ("template_file", "rendered"),
    ("google_iam_policy", "policy_data"), ("local_file", "content"), ("local_file", "content_base64"),
    ("local_sensitive_file", "content"), ("local_sensitive_file", "content_base64"),
    ("aws_region", "name"), ("aws_region", "region"), ("aws_region", "id"),
})  # fmt: skip
"""Attributes of data sources that are worked out here, by type and name."""
NOT_IN_BODY = frozenset({"minified_json", "content_base64", "name", "region", "id"})
"""Those that say what another says."""
BEGINNINGS = {
    ("aws_partition", "partition"): "aws", ("aws_partition", "id"): "aws",
    ("aws_partition", "reverse_dns_prefix"): "com.", ("aws_caller_identity", "arn"): "arn:aws",
}  # fmt: skip
"""How the answer of a data source begins, wherever it is asked."""


class Part(Opaque):
    """A block of a resource, seen from elsewhere: what it does not set may be known after apply."""

    __slots__ = ("known",)

    def __init__(self, known: dict[str, Any], address: str) -> None:
        super().__init__(f"known after apply: {address}", ref=address)
        self.known = known

    def attribute(self, name: str) -> Any:
        value = self.known.get(name)
        return Unknown(f"{self.reason}.{name}", ref=self.ref) if is_null(value) else value


class ResourceValue(Opaque):
    """What a reference to a resource instance is worth: what its block sets, unknown for everything else."""

    __slots__ = ("instance",)

    def __init__(self, instance: Instance) -> None:
        super().__init__(f"known after apply: {instance.address}", ref=instance.address)
        self.instance = instance

    def attribute(self, name: str) -> Any:
        return self.instance.read(name)

    def element(self, key: Any) -> Any:
        if isinstance(key, str):
            return self.instance.read(key)
        raise Fault(f"{self.instance.address} has neither count nor for_each")


class Instance:
    """One resource, data source or provider block as instantiated."""

    __slots__ = ("_body", "_values", "address", "config_address", "definition", "key", "owner", "scope", "symbolic")

    def __init__(
        self, owner: ModuleInstance, definition: Definition, address: str, key: Key, names: dict[str, Any], *,
        symbolic: bool
    ) -> None:  # fmt: skip
        self.owner = owner
        self.definition = definition
        self.address = address + format_key(key)
        self.config_address = without_keys(address)
        self.key = key
        self.scope = Scope(owner, names)
        self.symbolic = symbolic
        self._values: dict[str, Any] = {}
        self._body: dict[str, Any] | None = None

    @property
    def mode(self) -> str:
        """``managed``, ``data`` or ``provider``."""
        return RESOURCE_MODES.get(self.definition.block.type, self.definition.block.type)

    def value_of(self, name: str) -> Any:
        """The value of an attribute that the block sets, worked out once."""
        node = self.definition.attributes[name].expression
        if type(node) is Literal:
            return attempt(node, self.scope)
        return self.owner.remembered(self._values, name, Entry(self, name), lambda: evaluate(node, self.scope))

    def label_of(self, key: str) -> str:
        """What an attribute is called in messages."""
        return f"{self.address}.{key.removeprefix('$')}"

    def place_of(self, key: str) -> Place:
        """Where an attribute is written; the block, for what is worked out from all of it."""
        attribute = self.definition.attributes.get(key)
        if attribute is None:
            return Place(self.definition.file, self.definition.block)
        return Place(self.definition.file_of(attribute), attribute)

    def read(self, name: str) -> Any:
        """What a reference to an attribute is worth."""
        if name in self.definition.attributes and name not in META_ATTRIBUTES:
            value = self.value_of(name)
            if is_sensitive(self.definition.type, name):
                value = secret(value)
            return self._later(name) if is_null(value) else value
        if self.mode == "data" and (self.definition.type, name) in COMPUTED:
            return self.computed(name)
        blocks = self._blocks(name)
        return self._later(name) if blocks is None else blocks

    def _later(self, name: str) -> Unknown:
        said = "{} is read by the provider" if self.mode == "data" else "known after apply: {}"
        prefix = BEGINNINGS.get((self.definition.type, name), "") if self.mode == "data" else ""
        return Unknown(said.format(f"{self.address}.{name}"), ref=self.address, prefix=prefix)

    def _blocks(self, name: str) -> Any:
        """The nested blocks of a type as others see them; ``None`` when the resource has none. Order may be the
        provider's."""
        blocks = [block for block in self.definition.blocks if name in {block.type, *block.labels[:1]}]
        made: dict[str, Any] = {}
        add_blocks(made, blocks, self.scope)
        found = made.get(name)
        if not isinstance(found, list) or isinstance(found, Partial) or len(found) != 1:
            return None
        return [Part(found[0], self.address)]

    def computed(self, name: str) -> Any:
        """What a data source works out without any service."""
        from iacgate.lang.terraform.datasources import computed

        key = f"${name}"
        return self.owner.remembered(self._values, key, Entry(self, key), lambda: computed(self, name))

    def values(self) -> dict[str, Any]:
        """The values of the body, unfinished."""
        attributes, blocks = content_of(self.definition.attributes, self.definition.blocks)
        values = {name: self.value_of(name) for name in attributes}
        if blocks:
            add_blocks(values, blocks, self.scope)
        return values

    def body(self) -> dict[str, Any]:
        """The attributes as a plan gives them: nested blocks as lists of objects, what is not set absent."""
        if self._body is None:
            values = self.values()
            if self.mode == "data":
                computed = [name for kind, name in COMPUTED if kind == self.definition.type and name not in NOT_IN_BODY]
                values.update({name: self.computed(name) for name in computed})
            self._body = {name: self._finished(value) for name, value in values.items() if not is_null(value)}
            conceal(f"provider.{self.definition.type}" if self.mode == "provider" else self.definition.type, self._body)
            limits = self.owner.limits
            if limits.reached and limits.where is None:
                limits.where = Place(self.definition.file, self.definition.block)
        return self._body

    def _finished(self, value: Any) -> Any:
        """A value as a body holds it; unknown where that would cost more than a scan may spend."""
        if not isinstance(value, str | list | dict) or (type(value) is str and len(value) < SMALL):
            return finish(value)
        cost = of_body(value)
        if cost > SMALL:
            try:
                self.owner.limits.spend(cost)
            except Exhausted as error:
                return Unknown(str(error))
        return finish(value)

    def source(self, path: Path) -> Source | None:
        """The source of a path into the body; ``None`` for what only the header stands for."""
        attributes, blocks = content_of(self.definition.attributes, self.definition.blocks)
        return source_of(path, attributes, blocks, self.scope)
