"""Data sources whose answer is worked out without any service: policy documents, templates, files of the configuration.

Room: ``lang``. In: the instance of a data source and the name of an attribute it computes. Out: its value.
Source: the documentation of each data source.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from iacgate.lang.terraform.functions.encoding import json_text
from iacgate.lang.terraform.values import Encoded, Fault, first_unknown, has_secret, is_null, native, secret
from iacgate.model import Partial, Unknown

if TYPE_CHECKING:
    from iacgate.lang.terraform.resource import Instance


def computed(instance: Instance, name: str) -> Any:
    """The value of a computed attribute. Raises ``Fault`` where Terraform refuses the data source."""
    kind = instance.definition.type
    if kind == "aws_iam_policy_document":
        from iacgate.lang.terraform.policy import policy_text

        return policy_text(instance, name)
    if kind in {"local_file", "local_sensitive_file"}:
        return _file(instance, name)
    if kind == "aws_region":
        return _region(instance, name)
    return _template(instance) if kind == "template_file" else _google_policy(instance)


def _region(instance: Instance, name: str) -> Any:
    """The region that is asked for (``region``, before version 6 of the provider ``name``), else the provider's."""
    from iacgate.lang.terraform.providers import provider_of

    for written in ("region", "name"):
        value = instance.value_of(written) if written in instance.definition.attributes else None
        if not is_null(value):
            return value
    provider = None if "endpoint" in instance.definition.attributes else provider_of(instance)
    if provider is None or "region" not in provider.definition.attributes:
        return Unknown(f"{instance.address}.{name} is read by the provider", ref=instance.address)
    return provider.value_of("region")


def _file(instance: Instance, name: str) -> Any:
    """The content of a file that lies where this scan may read."""
    from iacgate.lang.terraform.filefunctions import call

    function = "filebase64" if name == "content_base64" else "file"
    found = call(function, [instance.values().get("filename")], instance.scope)
    return secret(found) if instance.definition.type == "local_sensitive_file" else found


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
    given = native(values)
    document: dict[str, Any] = {}
    audits = _listed(given.get("audit_config"), _audit)
    if audits or isinstance(audits, Partial):
        document["auditConfigs"] = audits.maybe if isinstance(audits, Partial) else audits
    bindings = _listed(given.get("binding"), _binding)
    document["bindings"] = bindings if isinstance(bindings, Partial) else _merged(bindings)
    hole = bindings.maybe if isinstance(bindings, Partial) else first_unknown(document)
    value: Any = json_text(document) if hole is None else Encoded(document, hole)
    return secret(value) if marked else value


def _listed(blocks: Any, made: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """The blocks of a type, each made into what the policy says."""
    if isinstance(blocks, Unknown):
        return Partial([], maybe=blocks)
    if not all(isinstance(block, dict) for block in blocks or ()):
        raise Fault("a block of the policy is none")
    found = [made(block) for block in blocks or ()]
    return Partial(found, maybe=blocks.maybe) if isinstance(blocks, Partial) else found


def _binding(block: dict[str, Any]) -> dict[str, Any]:
    conditions = block.get("condition")
    made: dict[str, Any] = {}
    if isinstance(conditions, list) and conditions and isinstance(conditions[0], dict):
        names = ("description", "expression", "title")
        made["condition"] = {name: conditions[0][name] for name in names if conditions[0].get(name) is not None}
    elif conditions:
        made["condition"] = Unknown("whether the binding has a condition is not known")
    return {**made, "members": _sorted(block.get("members")), "role": block.get("role")}


def _audit(block: dict[str, Any]) -> dict[str, Any]:
    logs = _listed(block.get("audit_log_configs"), _audit_log)
    logs = logs.maybe if isinstance(logs, Partial) else logs
    return {"auditLogConfigs": logs, "service": block.get("service")}


def _audit_log(block: dict[str, Any]) -> dict[str, Any]:
    exempted = block.get("exempted_members")
    made = {"exemptedMembers": _sorted(exempted)} if exempted is not None else {}
    return {**made, "logType": block.get("log_type")}


def _sorted(members: Any) -> Any:
    """Members as the provider writes them: a set, in order; as they are where some are not known."""
    if isinstance(members, list) and all(isinstance(member, str) for member in members):
        return sorted(set(members))
    return members


def _merged(bindings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One binding for each role and condition, in order, as the provider has them; as written where one has a hole."""
    if first_unknown(bindings) is not None:
        return bindings
    merged: dict[tuple[str, str], dict[str, Any]] = {}
    for binding in bindings:
        key = (str(binding["role"]), json_text(binding.get("condition")))
        known = merged.setdefault(key, binding)
        if known is not binding:
            merged[key] = {**known, "members": _sorted([*(known["members"] or []), *(binding["members"] or [])])}
    return [merged[key] for key in sorted(merged)]
