"""Firewall rules of Oracle Cloud: which ports their options name, and whom they let in."""

from __future__ import annotations

import pytest

from iacgate.join import build_inventory
from iacgate.lang.firewall import ingress_rules
from iacgate.lang.jmespath import Context
from iacgate.lang.network import covers_port, open_to_world
from iacgate.model import Document, Location, Partial, Resource, Unknown

LATER = Unknown("var.given has no value")
WORLD = "0.0.0.0/0"


def words(kind, body):
    """Whether SSH is open to the world by a rule of the resource: true, unknown, false."""
    document = Document(path="main.tf", kind="terraform", body=None, locate=lambda path: Location(file="main.tf"))
    subject = Resource(
        address=f"{kind}.one", type=kind, provider="oci", name="one", body=body, adapter="terraform",
        document=document, locate=document.locate, config_address=f"{kind}.one",
    )  # fmt: skip
    found = ingress_rules(Context(subject, build_inventory([subject], (), whole=True), {}), subject.body)
    said = [[covers_port(one.value, 22), open_to_world(one.value)] for one in found]
    if any(all(word is True for word in pair) for pair in said):
        return True
    maybe = any(all(word is not False for word in pair) for pair in said)
    return "unknown" if maybe or isinstance(found, Partial) else False


def oracle(**more):
    return {"ingress_security_rules": [{"source": WORLD, "protocol": "6", **more}]}


def oracle_group(**more):
    return {"direction": "INGRESS", "source": WORLD, "source_type": "CIDR_BLOCK", "protocol": "6", **more}


SSH = [{"min": 22, "max": 22}]
WEB = [{"min": 443, "max": 443}]


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("oci_core_security_list", oracle(tcp_options=SSH), True),
        ("oci_core_security_list", oracle(tcp_options=WEB), False),
        ("oci_core_security_list", oracle(tcp_options=LATER), "unknown"),
        ("oci_core_security_list", oracle(tcp_options=[{"source_port_range": WEB}]), True),
        ("oci_core_security_list", oracle(udp_options=WEB), True),
        ("oci_core_security_list", oracle(protocol="17", udp_options=SSH), False),
        ("oci_core_security_list", oracle(protocol="17", tcp_options=LATER), False),
        ("oci_core_security_list", oracle(protocol="all"), True),
        ("oci_core_security_list", oracle(protocol="1"), False),
        ("oci_core_security_list", oracle(protocol=LATER, tcp_options=SSH), True),
        ("oci_core_security_list", oracle(protocol=LATER, tcp_options=WEB), False),
        ("oci_core_security_list", oracle(protocol=LATER), "unknown"),
        ("oci_core_security_list", oracle(protocol="no such", tcp_options=SSH), True),
        ("oci_core_security_list", oracle(source="10.0.0.0/8"), False),
        ("oci_core_security_list", {"egress_security_rules": [{"destination": WORLD, "protocol": "6"}]}, False),
        ("oci_core_default_security_list", {"ingress_security_rules": LATER}, "unknown"),
        ("oci_core_network_security_group_security_rule", oracle_group(), True),
        (
            "oci_core_network_security_group_security_rule",
            oracle_group(tcp_options=[{"destination_port_range": WEB}]),
            False,
        ),
        (
            "oci_core_network_security_group_security_rule",
            oracle_group(tcp_options=[{"destination_port_range": LATER}]),
            "unknown",
        ),
        (
            "oci_core_network_security_group_security_rule",
            oracle_group(source=LATER, source_type="NETWORK_SECURITY_GROUP"),
            False,
        ),
        ("oci_core_network_security_group_security_rule", oracle_group(direction="EGRESS"), False),
        ("oci_core_network_security_group_security_rule", oracle_group(direction=LATER), "unknown"),
    ],
)
def test_oracle(kind, body, expected):
    assert words(kind, body) == expected
