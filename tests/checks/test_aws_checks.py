"""The checks behind the AWS rules: on configurations small enough to be read here."""

from __future__ import annotations

from base64 import b64encode

import pytest

from iacgate.checks import load_check
from iacgate.join import build_inventory
from iacgate.model import Document, Location, Relation, Resource, Unknown
from iacgate.model.dataclass import replace

WHY = Unknown("var.x has no value")
ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"


def place_of(address):
    """A place for every path: the line is the length of the path and one."""
    return lambda path: Location(file=f"{address}.tf", line=len(path) + 1)


def resource(address, body, *, focus=True, links=(), category="resource"):
    kind, _, name = address.partition(".")
    locate = place_of(address)
    document = Document(path="main.tf", kind="hcl", body=None, locate=locate)
    relations = tuple(Relation(path=(path,), target=target) for path, target in links)
    return Resource(
        address=address, type=kind, provider="aws", name=name, body=body, adapter="terraform", document=document,
        locate=locate, focus=focus, relations=lambda: relations, config_address=address, category=category, root=".",
    )  # fmt: skip


def judged(name, subject, *others, **params):
    inventory = build_inventory([subject, *others], [], whole=True)
    return list(load_check(name).bind(params)(subject, inventory))


def kinds(outcomes):
    return [type(outcome).__name__ for outcome in outcomes]


def test_every_check_is_found_under_its_name():
    from iacgate.checks import MODULES

    assert [name for name in MODULES if load_check(name) is None] == []


@pytest.mark.parametrize(
    ("body", "right", "expected"),
    [
        ({}, "READ", []),
        ({"acl": "private"}, "READ", []),
        ({"acl": "public-read"}, "READ", ["Violation"]),
        ({"acl": "public-read"}, "WRITE", []),
        ({"acl": "public-read-write"}, "WRITE", ["Violation"]),
        ({"acl": WHY}, "READ", ["Doubt"]),
        ({"grant": [{"uri": ALL_USERS, "permissions": ["READ"]}]}, "READ", ["Violation"]),
        ({"grant": [{"uri": ALL_USERS, "permissions": ["READ"]}]}, "WRITE", []),
        ({"grant": [{"uri": ALL_USERS, "permissions": ["FULL_CONTROL"]}]}, "WRITE", ["Violation"]),
        ({"grant": [{"uri": ALL_USERS, "permissions": [WHY]}]}, "WRITE", ["Doubt"]),
        ({"grant": [{"uri": WHY, "permissions": ["READ"]}]}, "READ", ["Doubt"]),
        ({"grant": [{"id": "someone", "permissions": ["READ"]}]}, "READ", []),
        ({"grant": [WHY]}, "READ", ["Doubt"]),
        ({"grant": "nonsense", "access_control_policy": 7}, "READ", []),
    ],
)
def test_access_list_of_a_bucket(body, right, expected):
    assert kinds(judged("aws-s3-acl-open", resource("aws_s3_bucket.b", body), right=right)) == expected


def test_access_list_of_its_own_is_told_of_the_bucket_at_its_place():
    bucket = resource("aws_s3_bucket.b", {"bucket": "b"})
    acl = resource("aws_s3_bucket_acl.a", {"bucket": "b", "acl": "public-read"})
    (found,) = judged("aws-s3-acl-open", bucket, acl, right="READ")
    assert found.location == acl.at("acl")
    assert found.related == (acl,)
    assert kinds(judged("aws-s3-acl-open", acl, bucket, right="READ")) == ["NotApplicable"]


@pytest.mark.parametrize("others", [(), (resource("aws_s3_bucket.b", {"bucket": "b"}, focus=False),)])
def test_access_list_without_a_bucket_in_sight_is_judged_by_itself(others):
    acl = resource("aws_s3_bucket_acl.a", {"bucket": "b", "acl": "public-read"})
    assert kinds(judged("aws-s3-acl-open", acl, *others, right="READ")) == ["Violation"]


@pytest.mark.parametrize(
    ("ignored", "expected"), [(True, []), ("true", []), (False, ["Violation"]), (None, ["Violation"]), (WHY, ["Doubt"])]
)
def test_an_access_block_takes_the_effect_of_an_access_list_away(ignored, expected):
    bucket = resource("aws_s3_bucket.b", {"bucket": "b", "acl": "public-read"})
    block = resource("aws_s3_bucket_public_access_block.p", {"bucket": "b", "ignore_public_acls": ignored})
    assert kinds(judged("aws-s3-acl-open", bucket, block, right="READ")) == expected


def entry(number, action, *, protocol="tcp", low=22, high=22, cidr="0.0.0.0/0"):
    return {
        "rule_no": number, "action": action, "protocol": protocol, "from_port": low, "to_port": high, "cidr_block": cidr
    }  # fmt: skip


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([entry(100, "allow")], ["Violation"]),
        ([entry(100, "allow", low=23, high=80)], []),
        ([entry(100, "allow", cidr="10.0.0.0/8")], []),
        ([entry(100, "allow", cidr=WHY)], ["Doubt"]),
        ([entry(10, "deny"), entry(100, "allow")], []),
        ([entry("10", "deny", low="20", high="25"), entry("100", "allow", protocol="-1", low=0, high=0)], []),
        ([entry(200, "deny"), entry(100, "allow")], ["Violation"]),
        ([entry(10, "deny", protocol="udp"), entry(100, "allow")], ["Violation"]),
        ([entry(10, "deny", cidr="10.0.0.0/8"), entry(100, "allow")], ["Violation"]),
        ([entry(10, "deny", low=80, high=90), entry(100, "allow")], ["Violation"]),
        ([entry(WHY, "deny"), entry(100, "allow")], ["Doubt"]),
        ([entry(10, "deny"), entry(WHY, "allow")], ["Doubt"]),
        ([entry(200, "deny", cidr=WHY), entry(100, "allow")], ["Violation"]),
        ([entry(10, WHY), entry(100, "allow")], ["Doubt", "Doubt"]),
        ([WHY, entry(100, "allow")], ["Doubt", "Doubt"]),
        (WHY, ["Doubt"]),
    ],
)
def test_network_acl(entries, expected):
    subject = resource("aws_network_acl.a", {"ingress": entries})
    assert kinds(judged("aws-network-acl-open", subject, port=22)) == expected


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [(entry(1, "allow"), []), (entry(1, "allow", protocol="-1", low=0, high=0), ["Violation"])],
)
def test_network_acl_with_every_port(allowed, expected):
    subject = resource("aws_network_acl.a", {"ingress": [allowed]})
    assert kinds(judged("aws-network-acl-open", subject, port=0)) == expected


def policy(action, where="*", **more):
    return {"Statement": [{"Effect": "Allow", "Action": action, "Resource": where, **more}]}


@pytest.mark.parametrize(
    ("text", "everything", "every_action"),
    [
        (policy("*"), ["Violation"], ["Violation"]),
        (policy(["s3:Get*", "*:*"]), ["Violation"], ["Violation"]),
        (policy("*", "arn:aws:s3:::b"), [], ["Violation"]),
        (policy("s3:*"), [], []),
        (policy("*", Principal="*"), [], ["Violation"]),
        (policy("*", Effect="Deny"), [], []),
        (policy(None, NotAction="iam:*"), [], []),
        (policy(WHY), ["Doubt"], ["Doubt"]),
        (policy("*", WHY), ["Doubt"], ["Violation"]),
        (WHY, ["Doubt"], ["Doubt"]),
        ("{not JSON", ["Doubt"], ["Doubt"]),
        ("", [], []),
    ],
)
def test_statement(text, everything, every_action):
    subject = resource("aws_iam_policy.p", {"policy": text})
    assert kinds(judged("aws-iam-statement", subject, gives="everything")) == everything
    assert kinds(judged("aws-iam-statement", subject, gives="every action")) == every_action


def test_statement_of_an_inline_policy_and_of_a_document():
    role = resource("aws_iam_role.r", {"inline_policy": [{"name": "x", "policy": policy("*")}]})
    (found,) = judged("aws-iam-statement", role, gives="everything")
    assert found.path == ("inline_policy", 0, "policy", "Statement", 0, "Action")
    document = resource(
        "aws_iam_policy_document.d", {"statement": [{"actions": ["*"], "resources": ["*"]}]}, category="data"
    )
    (found,) = judged("aws-iam-statement", document, gives="everything")
    assert found.path == ("statement", 0, "actions")
    bare = resource("aws_iam_role.r", {"assume_role_policy": policy("*")})
    assert kinds(judged("aws-iam-statement", bare, gives="everything")) == ["NotApplicable"]


def encoded(text):
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, []),
        ({"user_data": "#!/bin/sh\necho hello"}, []),
        ({"user_data": "export KEY=AKIAIOSFODNN7EXAMPLE"}, ["Violation"]),
        ({"user_data": 'export DB_PASSWORD=\\"SomeSortOfPassword\\"'}, ["Violation"]),
        ({"user_data": "export DB_PASSWORD=$(aws secretsmanager get-secret-value)"}, []),
        ({"user_data_base64": encoded('export DB_PASSWORD="SomeSortOfPassword"')}, ["Violation"]),
        ({"user_data": encoded("export KEY=AKIAIOSFODNN7EXAMPLE\n")}, ["Violation"]),
        ({"user_data_base64": "////////////////////"}, []),
        ({"user_data": WHY}, []),
        ({"user_data": Unknown("x", prefix="export KEY=AKIAIOSFODNN7EXAMPLE\nHOST=")}, ["Violation"]),
        ({"user_data": ["nonsense"]}, []),
    ],
)
def test_user_data(body, expected):
    found = judged("user-data-secret", resource("aws_instance.i", body))
    assert kinds(found) == expected
    assert not any("AKIA" in outcome.message or "SomeSort" in outcome.message for outcome in found)


VPC = resource("aws_vpc.v", {"cidr_block": "10.0.0.0/16"})


def default_group(**body):
    return resource("aws_default_security_group.g", {"vpc_id": WHY, **body}, links=[("vpc_id", "aws_vpc.v")])


def test_default_group():
    rule = resource(
        "aws_vpc_security_group_ingress_rule.r",
        {"security_group_id": WHY},
        links=[("security_group_id", "aws_default_security_group.g")],
    )
    closed = default_group()
    assert kinds(judged("aws-default-group-closed", VPC)) == ["Violation"]
    assert judged("aws-default-group-closed", VPC, closed) == []
    (added,) = judged("aws-default-group-closed", VPC, closed, rule)
    assert added.location == rule.at()
    (opened,) = judged("aws-default-group-closed", VPC, default_group(egress=[{"protocol": "-1"}]))
    assert opened.location.line == 2
    assert kinds(judged("aws-default-group-closed", VPC, default_group(ingress=WHY))) == ["Doubt"]


def test_chain():
    subject = resource("aws_cloudfront_distribution.d", {"arn": "arn:d"})
    source = resource("aws_cloudwatch_log_delivery_source.s", {"resource_arn": "arn:d", "name": "s"})
    delivery = resource("aws_cloudwatch_log_delivery.l", {"delivery_source_name": "s"})
    params = {"steps": [source.type, delivery.type], "message": "no log", "unless": "logging_config"}
    assert kinds(judged("aws-chain-missing", subject, **params)) == ["Violation"]
    assert kinds(judged("aws-chain-missing", subject, source, **params)) == ["Violation"]
    assert judged("aws-chain-missing", subject, source, delivery, **params) == []
    for settled, expected in (([{"bucket": "b"}], []), ([], ["Violation"]), (WHY, ["Doubt"])):
        body = {"arn": "arn:d", "logging_config": settled}
        told = judged("aws-chain-missing", resource("aws_cloudfront_distribution.d", body), **params)
        assert kinds(told) == expected


@pytest.mark.parametrize("adapter", ["terraform", "terraform-plan"])
def test_an_access_list_that_is_not_known_is_a_doubt(adapter):
    body = {"acl": Unknown("known after apply")}
    subject = replace(resource("aws_s3_bucket.b", body), adapter=adapter)
    assert kinds(judged("aws-s3-acl-open", subject, right="READ")) == ["Doubt"]
