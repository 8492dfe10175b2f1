"""The entries of a plan or state, and how each becomes a resource.

Room: ``inputs``. In: one entry of ``resource_changes`` (or of a state's resources), with the paths to it. Out: one
:class:`~iacgate.model.Resource`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from iacgate.inputs.terraform_plan import PlanDocument, name
from iacgate.lang.terraform.address import without_keys
from iacgate.model import Category, Change, Location, Path, Relation, Resource, Trouble
from iacgate.spi import InputContext

Locate = Callable[[Path], Location]


class Entry:
    """One entry: where it stands in the file, what it says, and whether the apply of it was deferred."""

    __slots__ = ("actions", "address", "at", "change", "data", "deferred", "module")

    def __init__(self, at: Path, data: dict[str, Any], *, deferred: bool = False) -> None:
        change = data.get("change")
        actions = change.get("actions") if isinstance(change, dict) else None
        self.at = at
        self.data = data
        self.deferred = deferred
        self.change: dict[str, Any] = change if isinstance(change, dict) else {}
        self.actions = tuple(map(str, actions)) if isinstance(actions, list) else ()
        self.address = text(data.get("address")) or plain_address(data)
        self.module = text(data.get("module_address"))

    @property
    def remains(self) -> bool:
        """Whether there will be something after apply. An old object on its way out (deposed) does not count."""
        return self.actions not in _ENDS and not self.data.get("deposed")


_HINT = "write it again: terraform show -json FILE"
_ENDS = frozenset((("delete",), ("forget",), ("delete", "forget"), ("forget", "delete")))


def plain_address(data: dict[str, Any]) -> str:
    """The address of an entry that does not say it, from its parts."""
    head = "data." if data.get("mode") == "data" else ""
    return f"{head}{text(data.get('type')) or 'unknown'}.{text(data.get('name')) or 'unknown'}"


def make_resource(
    document: PlanDocument,
    entry: Entry,
    body: Any,
    locate: Locate,
    *,
    relations: Callable[[], Sequence[Relation]] = tuple,
    change: Change | None = None,
    written: Callable[[Path], Location | None] = lambda _path: None,
) -> Resource:
    """The resource of an entry."""
    data, address = entry.data, entry.address
    category: Category = "data" if data.get("mode") == "data" else "resource"
    return Resource(
        address=address,
        type=text(data.get("type")) or "unknown",
        provider=provider_of(data),
        name=text(data.get("name")),
        body=body,
        adapter=name,
        document=document,
        locate=locate,
        category=category,
        config_address=without_keys(address),
        labels=labels_of(body),
        relations=relations,
        change=change,
        symbolic=data.get("index_unknown") is True or address.endswith("[*]"),
        focus=document.focus,
        root=document.path,
        written=written,
        versions=partial(document.asked.of, text(data.get("provider_name"))),
    )


def provider_of(data: dict[str, Any]) -> str:
    """The short name: ``registry.terraform.io/hashicorp/aws`` gives ``aws``, the beta of Google's is ``google``."""
    source = text(data.get("provider_name"))
    short = source.rpartition("/")[2] if source else text(data.get("type")).partition("_")[0]
    return "google" if short == "google-beta" else short


def change_of(entry: Entry) -> Change:
    """What the plan does to it; the body before is that of the plan, its secrets wrapped."""
    paths = entry.change.get("replace_paths")
    steps = [path for path in paths if isinstance(path, list)] if isinstance(paths, list) else []
    return Change(
        actions=entry.actions,
        before=entry.change.get("before"),
        reason=text(entry.data.get("action_reason")),
        previous_address=text(entry.data.get("previous_address")),
        replace_paths=tuple(tuple(step for step in path if isinstance(step, str | int)) for path in steps),
    )


def labels_of(body: Any) -> Mapping[str, Any]:
    """Tags with the provider's default ones where the plan shows them, or labels where a provider has those."""
    for key in ("tags_all", "tags", "effective_labels", "labels"):
        tags = body.get(key) if isinstance(body, dict) else None
        if isinstance(tags, dict) and tags:
            return tags
    return {}


def not_understood(document: PlanDocument, context: InputContext, path: Path) -> None:
    """Tell that what stands at a path of a plan or state is not what Terraform writes there."""
    where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
    message = f"{document.path}: {where} is not as Terraform writes it"
    context.troubles.append(
        Trouble(kind="unreadable", message=message, hint=_HINT, location=Location(file=document.path))
    )


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""
