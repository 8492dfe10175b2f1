"""Data sources whose answer is worked out without any service: policy documents and templates.

Room: ``lang``. In: the instance of a data source and the name of an attribute it computes. Out: its value.
Source: the documentation of each data source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iacgate.lang.terraform.functions.encoding import json_text
from iacgate.lang.terraform.values import Encoded, Fault, bare, first_unknown, has_secret, secret
from iacgate.model import Partial, Unknown

if TYPE_CHECKING:
    from iacgate.lang.terraform.resource import Instance


def computed(instance: Instance, name: str) -> Any:
    """The value of a computed attribute. Raises ``Fault`` where Terraform refuses the data source."""
    kind = instance.definition.type
    if kind == "aws_iam_policy_document":
        from iacgate.lang.terraform.policy import policy_text

        return policy_text(instance, name)
    return _template(instance) if kind == "template_file" else _google_policy(instance)


def _template(instance: Instance) -> Any:
    from iacgate.lang.terraform.filefunctions import call

    values = instance.values()
    if not isinstance(values.get("template"), str):
        hole = first_unknown(values.get("template"))
        if hole is None:
            raise Fault("the template is no string")
        return Unknown(hole.reason)
    return call("templatestring", [values["template"], values.get("vars") or {}], instance.scope)


def _google_policy(instance: Instance) -> Any:
    values = instance.values()
    marked = has_secret(values)
    given = bare(values)
    blocks = given.get("binding") or []
    if isinstance(blocks, Partial) or given.get("audit_config"):
        return Unknown("the bindings of this policy are not known")
    document = {"bindings": [_binding(block) for block in blocks]}
    hole = first_unknown(document)
    value: Any = json_text(document) if hole is None else Encoded(document, hole)
    return secret(value) if marked else value


def _binding(block: Any) -> dict[str, Any]:
    if not isinstance(block, dict):
        raise Fault("a binding is no block")
    members = block.get("members")
    if isinstance(members, list) and all(isinstance(member, str) for member in members):
        members = sorted(set(members))
    made = {"members": members, "role": block.get("role")}
    if block.get("condition"):
        made["condition"] = Unknown("conditions of bindings are not evaluated here")
    return made
