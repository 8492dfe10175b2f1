"""Which JSON is a Terraform plan or state, and advice for what only looks like one.

Room: ``inputs``. In: the first bytes of a file, or its whole text. Out: whether the adapter reads it, and its form.
Raises :class:`~iacgate.errors.SyntaxFailure` with a hint for the files people mistake for a plan. Source: the JSON
output format of ``terraform show -json``, majors 0 and 1; OpenTofu writes the same.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from iacgate.errors import SyntaxFailure
from iacgate.model import Location
from iacgate.syntax import json
from iacgate.syntax.text import decode

Form = Literal["plan", "state"]

_STRONG = frozenset(
    (
        "format_version",
        "terraform_version",
        "planned_values",
        "resource_changes",
        "resource_drift",
        "deferred_changes",
        "output_changes",
        "prior_state",
        "relevant_attributes",
        "applyable",
        "@level",
    )
)
"""First keys that only a plan, a state or Terraform's own log begins with."""
_WEAK = frozenset(
    ("version", "serial", "lineage", "variables", "configuration", "checks", "timestamp", "complete", "errored")
)
"""First keys of a plan or state whose keys were sorted, but also of other JSON: a second sign is needed."""
_SIGNS = ('"format_version"', '"terraform_version"', '"planned_values"', '"resource_changes"', '"provider_config"')
_SHOW = "write it with: terraform show -json PLAN > plan.json"
_PLAN_KEYS = ("planned_values", "resource_changes", "configuration", "resource_drift", "deferred_changes")
_SHAPES: dict[str, type] = {
    "planned_values": dict,
    "resource_changes": list,
    "deferred_changes": list,
    "output_changes": dict,
    "prior_state": dict,
    "configuration": dict,
    "variables": dict,
    "values": dict,
}


def looks_like_plan(name: str, head: bytes) -> bool:
    """Whether a file of this name (lower case, no folder) that begins so is for this adapter to read or refuse."""
    if name.endswith((".tf.json", ".tofu.json")):
        return False
    if "tfplan" in name or is_archive(head) or head.startswith(b"tfplan"):
        return True
    text = _head_text(head)
    first = re.match(r'\s*\{\s*"([^"\\]*)"', text)
    if first is None:
        return False
    return first[1] in _STRONG or (first[1] in _WEAK and any(sign in text for sign in _SIGNS))


def is_archive(head: bytes) -> bool:
    """Whether this is the zip archive that ``terraform plan -out`` writes: its first members have fixed names."""
    return head.startswith(b"PK\x03\x04") and any(word in head for word in (b"tfplan", b"tfstate", b"tfconfig"))


def read(data: bytes, file: str) -> tuple[Form, dict[str, Any]] | None:
    """The form of the document and its value; ``None`` when it is other JSON that Terraform writes."""
    if data.startswith((b"PK\x03\x04", b"tfplan")):
        raise SyntaxFailure(Location(file=file), "a binary plan file, expected its JSON form", _SHOW)
    text = decode(data, file)
    del data  # plans reach hundreds of megabytes: hold one copy at a time
    if re.match(r'\s*\{\s*"@level"', text):
        raise SyntaxFailure(Location(file=file), "the log that `terraform plan -json` streams, expected a plan", _SHOW)
    document = _loads(text, file)
    if not isinstance(document, dict):
        raise SyntaxFailure(Location(file=file), "expected a JSON object, the plan", _SHOW)
    form = _form(document, file)
    if form is None:
        return None
    _check_shapes(document, file)
    return form, document


def _loads(text: str, file: str) -> Any:
    try:
        return json.loads(text, file)
    except SyntaxFailure as failure:
        cut_off = "ends too early" in failure.message or "not closed" in failure.message
        advice = f"the file is cut off or empty; {_SHOW}" if cut_off or not text.strip() else failure.hint or _SHOW
        raise SyntaxFailure(failure.location, failure.message, advice) from None


def _form(document: dict[str, Any], file: str) -> Form | None:
    plan = any(key in document for key in _PLAN_KEYS)
    version = document.get("format_version")
    if version is None:
        if "version" in document and ("lineage" in document or "serial" in document):
            hint = "write it with: terraform show -json > state.json"
            raise SyntaxFailure(Location(file=file), "a raw state file, expected its stable JSON form", hint)
        if not plan:
            return None
        raise SyntaxFailure(Location(file=file), "no format_version, so this is no plan as Terraform writes it", _SHOW)
    major = str(version).partition(".")[0]
    known_elsewhere = {"provider_schemas", "valid", "function_signatures"} & document.keys()
    if known_elsewhere and not plan:
        return None
    if major not in {"0", "1"}:
        message = f"format_version {str(version)[:20]} is not one of the known ones, 0.x and 1.x"
        raise SyntaxFailure(Location(file=file), message, "a newer iacgate may read it")
    if plan:
        return "plan"
    return "state" if document.keys() <= {"format_version", "terraform_version", "values", "checks"} else None


def _check_shapes(document: dict[str, Any], file: str) -> None:
    for key, shape in _SHAPES.items():
        value = document.get(key)
        if value is not None and not isinstance(value, shape):
            expected = "an object" if shape is dict else "a list"
            raise SyntaxFailure(Location(file=file), f'expected {expected} under "{key}"', _SHOW)


def _head_text(head: bytes) -> str:
    """The first bytes as text, whatever the encoding; a cut character at the end does no harm."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    if head[1:2] == b"\0":
        return head.decode("utf-16-le", "replace")
    return head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
