"""Provider configurations of a plan as resources of their own (``provider.aws.us``).

Room: ``inputs``. In: ``configuration.provider_config``. Out: resources of category ``provider``; arguments written as
constants are known, others unknown, because the plan does not say what they came to.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from iacgate.inputs.terraform_plan import PlanDocument, name
from iacgate.inputs.terraform_plan.configuration import is_expression, longest, references_of
from iacgate.inputs.terraform_plan.entries import text
from iacgate.inputs.terraform_plan.positions import Positions
from iacgate.model import Resource, Unknown


def provider_resources(document: PlanDocument, positions: Positions) -> Iterator[Resource]:
    """The provider configurations, in the plan's order."""
    configuration = document.body.get("configuration") or {}
    providers = configuration.get("provider_config")
    for key, provider in (providers if isinstance(providers, dict) else {}).items():
        if isinstance(provider, dict) and "expressions" in provider:
            yield _provider(document, positions, key, provider)


def _provider(document: PlanDocument, positions: Positions, key: str, provider: dict[str, Any]) -> Resource:
    short = text(provider.get("name")) or key.rpartition(":")[2].partition(".")[0]
    alias = text(provider.get("alias"))
    module = text(provider.get("module_address"))
    own = f"{short}.{alias}" if alias else short
    address = f"{module}.provider.{own}" if module else f"provider.{own}"
    calls = tuple(module.split(".")[1::2])  # the configuration is not expanded: there are no keys here
    at = ("configuration", "provider_config", key)
    locate = partial(positions.locate_provider, calls, own, at)
    body = _values(provider.get("expressions"))
    if isinstance(body, dict) and alias:
        body = {"alias": alias, **body}
    return Resource(
        address=address,
        type=f"provider.{short}",
        provider="google" if short == "google-beta" else short,
        name=alias or short,
        body=body,
        adapter=name,
        document=document,
        locate=locate,
        written=locate,  # what is known of it is a constant
        category="provider",
        config_address=address,
        focus=document.focus,
        root=document.path,
        versions=partial(document.asked.of, text(provider.get("full_name"))),
    )


def _values(expressions: Any) -> Any:
    """The shape of a body from a tree of expressions (its depth is that of the plan, which the parser limits)."""
    if isinstance(expressions, list):
        return [_values(item) for item in expressions]
    if not isinstance(expressions, dict):
        return expressions
    if expressions and is_expression(expressions):
        if "constant_value" in expressions:
            return expressions["constant_value"]
        names = ", ".join(longest(references_of(expressions)))
        return Unknown(f"set from {names}" if names else "set by an expression")
    return {key: _values(item) for key, item in expressions.items()}
