"""``written``: an attribute as the configuration sets it, not as the provider will fill it in."""

from __future__ import annotations

import pytest

from iacgate.lang.firewall import ingress_rules
from iacgate.lang.jmespath import Context
from iacgate.lang.jmespath.subject import written
from iacgate.model import Document, Location, Partial, Relation, Resource, Unknown
from iacgate.model.dataclass import replace

LATER = Unknown("known after apply")


def shown(body, *, adapter, links=()):
    locate = lambda _path: Location(file="plan.json")  # noqa: E731  (one place is enough)
    document = Document(path="plan.json", kind="plan", body=None, locate=locate)
    relations = tuple(Relation(path=path, target="aws_vpc.v", certain=False) for path in links)
    return Context(
        Resource(
            address="aws_s3_bucket.b", type="aws_s3_bucket", provider="aws", name="b", body=body, adapter=adapter,
            document=document, locate=locate, relations=lambda: relations,
        )
    )  # fmt: skip


@pytest.mark.parametrize("adapter", ["terraform", "terraform-plan"])
def test_a_known_value_is_itself(adapter):
    context = shown({"versioning": [{"enabled": True}], "acl": None}, adapter=adapter)
    assert written(context, "versioning") == [{"enabled": True}]
    assert written(context, "acl") is None
    assert written(context, "nothing") is None


def test_what_the_configuration_sets_stays_unknown():
    assert written(shown({"acl": LATER}, adapter="terraform-plan", links=[("acl",)]), "acl") is LATER
    assert written(shown({"acl": LATER}, adapter="terraform-plan", links=[("acl", 0, "x")]), "acl") is LATER
    assert written(shown({"acl": LATER}, adapter="terraform"), "acl") is LATER


def test_what_only_the_provider_fills_in_is_absent():
    assert written(shown({"acl": LATER}, adapter="terraform-plan", links=[("bucket",)]), "acl") is None
    assert written(Context(), "acl") is None


@pytest.mark.parametrize(("links", "known"), [((), True), ((("ingress",),), False)])
def test_a_firewall_without_rules_of_its_own_has_none(links, known):
    context = shown({"ingress": LATER}, adapter="terraform-plan", links=links)
    group = Context(replace(context.subject, type="aws_security_group"))
    found = ingress_rules(group, group.subject.body)
    assert list(found) == []
    assert isinstance(found, Partial) is not known
