"""Terraform plans and states as ``terraform show -json`` writes them: the adapter.

Room: ``inputs``. In: JSON of a plan or of a state (Terraform or OpenTofu, format 0.x and 1.x). Out: one Document for
each file, and its resources: what the plan leaves in place or makes, data sources, provider configurations, and the
plan itself (type ``plan``). Attributes have the shape of the plan, with nested blocks as lists of objects; unknown and
sensitive values are wrapped. Two shapes to know: an unknown policy that comes from a planned
``data.aws_iam_policy_document`` is a mapping with unknown leaves (see ``policy.py``), and an unknown number of blocks
is a :class:`~iacgate.model.Partial` list (see ``merge.py``).

Settings: ``source``, the folder of the configuration, for places in the HCL; by default the plan's own folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from iacgate.inputs.terraform_plan.recognise import Form, looks_like_plan, read
from iacgate.inputs.terraform_plan.versions import Asked
from iacgate.model import Document, Location, Path, Resource, SourceFile
from iacgate.model.dataclass import dataclass, field
from iacgate.spi import InputContext
from iacgate.syntax.garbage import collector_paused

name: Final = "terraform-plan"
__all__ = ["PlanDocument", "claims", "companions", "name", "normalise", "parse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDocument(Document):
    """A plan or a state, the file it is from (places are found by reading it again), what it asks of providers."""

    form: Form
    source: SourceFile = field(compare=False, repr=False)
    asked: Asked = field(compare=False, repr=False)


def claims(source: SourceFile) -> bool:
    """Whether this is a plan, a state, or a file people mistake for one: an empty one that is named, too.

    ``terraform show -json tfplan > plan.json`` leaves such a file behind when it fails.
    """
    name, head = os.path.basename(source.path).lower(), source.head()
    if source.named and source.absolute and name.endswith(".json") and not head.strip():
        return not name.endswith((".tf.json", ".tofu.json", ".tfvars.json"))
    return looks_like_plan(name, head)


def parse(source: SourceFile) -> Iterable[Document]:
    """The document of one file; none for other JSON that Terraform writes. Raises ``SyntaxFailure``.

    Sensitive values in the body are wrapped: what prints the document prints no secret.
    """
    from iacgate.inputs.terraform_plan.secrecy import hide

    answer = read(source.read(), source.path)
    if answer is None:
        return []
    form, body = answer
    hide(body)
    return [
        PlanDocument(
            path=source.path,
            kind=name,
            body=body,
            locate=_Places(source),
            text=lambda: _text(source),
            focus=source.focus,
            form=form,
            source=source,
            asked=Asked(body),
        )
    ]


def normalise(documents: Sequence[Document], context: InputContext) -> Iterator[Resource]:
    """The resources of plans and states."""
    from iacgate.inputs.terraform_plan.plan import plan_resources
    from iacgate.inputs.terraform_plan.state import state_resources

    for document in documents:
        if isinstance(document, PlanDocument):
            read_resources = plan_resources if document.form == "plan" else state_resources
            with collector_paused():
                resources = list(read_resources(document, context))
            yield from resources


def companions(source: SourceFile) -> Iterable[str]:  # noqa: ARG001  (the contract)
    """A plan is whole in itself."""
    return ()


class _Places:
    """Places in the plan file itself: the line of a value where the file is pretty-printed, else its first line."""

    __slots__ = ("_find", "_source")

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._find: object = None

    def __call__(self, path: Path) -> Location:
        if self._find is None:
            self._find = self._open()
        return self._find(path) if callable(self._find) else Location(file=self._source.path)

    def _open(self) -> object:
        from iacgate.syntax.json import Places

        try:
            if not _is_pretty(self._source.head()):
                return False
            return Places(_text(self._source), self._source.path)
        except OSError:
            return False


def _is_pretty(head: bytes) -> bool:
    return b"\n" in head.replace(b"\0", b"").strip()


def _text(source: SourceFile) -> str:
    from iacgate.syntax.text import decode

    return decode(source.read(), source.path)
