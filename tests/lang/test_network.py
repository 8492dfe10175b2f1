"""Addresses, ports and the firewall rules of the clouds."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.lang import firewall, network
from iacgate.model import Partial, Unknown

WHY = Unknown("var.cidr has no value")


def worded(answer):
    return "unknown" if isinstance(answer, Unknown) else answer


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.0.0.0/0", True),
        ("::/0", True),
        ("0::/0", True),
        ("0:0:0:0:0:0:0:0/0", True),
        ("::0/0", True),
        ("10.1.2.3/0", True),
        ("0.0.0.0/0.0.0.0", True),
        ("::ffff:0.0.0.0/96", True),
        ("0.0.0.0-255.255.255.255", True),
        ("*", True),
        ("Internet", True),
        ("Any", True),
        (["10.0.0.0/8", "0.0.0.0/0"], True),
        (["0.0.0.0/1", "128.0.0.0/1"], True),
        (["128.0.0.0/1", "64.0.0.0/2", "0.0.0.0/2"], True),
        (["::/1", "8000::/1"], True),
        (["2000::/3"], True),
        # everything but the private networks is the internet
        (
            [
                "0.0.0.0/5",
                "8.0.0.0/7",
                "11.0.0.0/8",
                "12.0.0.0/6",
                "16.0.0.0/4",
                "32.0.0.0/3",
                "64.0.0.0/2",
                "128.0.0.0/1",
            ],
            True,
        ),
        (["0.0.0.0/1"], False),
        (["0.0.0.0/1", "fc00::/7", "::/4"], False),
        (["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"], False),
        ("0.0.0.0/32", False),
        ("0.0.0.0", False),
        ("VirtualNetwork", False),
        ("sg-1234", False),
        ("999.0.0.0/0", False),
        ("0.0.0.0/33", False),
        ("/0", False),
        ("", False),
        (None, False),
        ([], False),
        ([None, 5, {}], False),
        ({"cidr_blocks": ["::/0"]}, True),
        (WHY, "unknown"),
        ([WHY], "unknown"),
        ([WHY, "0.0.0.0/0"], True),
        (["10.0.0.0/8", WHY], "unknown"),
        (Partial(["10.0.0.0/8"], maybe=WHY), "unknown"),
        (Partial(["0.0.0.0/0"], maybe=WHY), True),
        ([Unknown("an address", suffix="/32")], False),
        ([Unknown("an address", suffix="/0")], "unknown"),
    ],
)
def test_the_world(value, expected):
    assert worded(network.open_to_world(value)) == expected


@given(st.lists(st.ip_addresses(v=4), max_size=4), st.lists(st.integers(0, 32), min_size=4, max_size=4))
def test_ranges_agree_with_the_standard_library(addresses, masks):
    for address, mask in zip(addresses, masks, strict=False):
        text = f"{address}/{mask}"
        expected = ipaddress.ip_network(text, strict=False)
        assert network.address_range(text) == (4, int(expected[0]), int(expected[-1]))


@given(st.ip_addresses(v=6), st.integers(0, 128))
def test_ranges_of_ipv6_agree_with_the_standard_library(address, mask):
    expected = ipaddress.ip_network(f"{address}/{mask}", strict=False)
    found = network.address_range(f"{address}/{mask}")
    if found[0] == 6:
        assert found[1:] == (int(expected[0]), int(expected[-1]))


@given(st.text(max_size=30))
def test_any_text_is_a_range_or_none(text):
    network.address_range(text)
    network.open_to_world(text)
    network.port_ranges(text)


@pytest.mark.parametrize(
    ("rule", "port", "expected"),
    [
        ("22", 22, True),
        ("20-30", 22, True),
        ("23-30", 22, False),
        ("*", 22, True),
        (["80", "20-30"], 22, True),
        ("22,443", 443, True),
        (22, 22, True),
        ("abc", 22, False),
        (None, 22, False),
        ({"protocol": "tcp", "ports": [[22, 22]]}, 22, True),
        ({"protocol": "tcp", "ports": [[22, 22]]}, "22", True),
        ({"protocol": "udp", "ports": [[0, 65535]]}, 22, False),
        ({"protocol": "all", "ports": []}, 22, True),
        ({"protocol": "icmp", "ports": [[0, 65535]]}, 22, False),
        ({"protocol": "tcp", "ports": [[WHY, 30]]}, 22, "unknown"),
        ({"protocol": "tcp", "ports": [[WHY, 20]]}, 22, False),
        ({"protocol": "tcp", "ports": [[30, WHY]]}, 22, False),
        ({"protocol": WHY, "ports": [[22, 22]]}, 22, "unknown"),
        ({"protocol": WHY, "ports": [[80, 80]]}, 22, False),
        ({"protocol": "tcp", "ports": WHY}, 22, "unknown"),
        ({"protocol": "tcp", "ports": Partial([[80, 80]], maybe=WHY)}, 22, "unknown"),
        (WHY, 22, "unknown"),
    ],
)
def test_ports(rule, port, expected):
    assert worded(network.covers_port(rule, port)) == expected


def test_all_ports():
    assert network.covers_all_ports({"protocol": "all", "ports": []}) is True
    assert network.covers_all_ports({"protocol": "tcp", "ports": [[0, 65535]]}) is True
    assert network.covers_all_ports({"protocol": "tcp", "ports": [[1, 1000], [1001, 65535]]}) is True
    assert network.covers_all_ports({"protocol": "tcp", "ports": [[1024, 65535]]}) is False
    assert worded(network.covers_all_ports({"protocol": "tcp", "ports": [[0, WHY]]})) == "unknown"


def test_private_and_contained():
    assert network.is_private("10.1.0.0/16") is True
    assert network.is_private("fd00::/8") is True
    assert network.is_private("8.8.8.8") is False
    assert network.cidr_contains(["10.0.0.0/8"], "10.2.3.4") is True
    assert network.cidr_contains("10.0.0.0/8", "11.0.0.0/8") is False
    assert network.cidr_size("10.0.0.0/24") == 256


class Typed:
    """A context that knows one type."""

    def __init__(self, kind):
        self.kind = kind

    def once(self, _name, _body, find):
        return find()

    def type_of(self, _value):
        return self.kind

    def resource_of(self, _value):
        return None


def rules_of(kind, body, direction="ingress"):
    return getattr(firewall, f"{direction}_rules")(Typed(kind), body)


AZURE = {"direction": "Inbound", "access": "Allow", "protocol": "Tcp", "source_address_prefix": "*"}


@pytest.mark.parametrize(
    ("kind", "body", "protocol", "ports", "cidrs", "place"),
    [
        (
            "aws_security_group",
            {
                "ingress": [
                    {
                        "protocol": "6",
                        "from_port": "22",
                        "to_port": 22,
                        "cidr_blocks": ["10.0.0.0/8"],
                        "ipv6_cidr_blocks": ["::/0"],
                    }
                ]
            },
            "tcp",
            [[22, 22]],
            ["10.0.0.0/8", "::/0"],
            ("ingress", 0, "ipv6_cidr_blocks"),
        ),
        (
            "aws_security_group_rule",
            {"type": "ingress", "protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]},
            "all",
            [[0, 65535]],
            ["0.0.0.0/0"],
            ("cidr_blocks",),
        ),
        (
            "aws_vpc_security_group_ingress_rule",
            {"ip_protocol": "-1", "cidr_ipv6": "::/0"},
            "all",
            [[0, 65535]],
            ["::/0"],
            ("cidr_ipv6",),
        ),
        (
            "aws_network_acl",
            {
                "ingress": [
                    {"action": "deny", "protocol": "-1", "cidr_block": "0.0.0.0/0"},
                    {"action": "Allow", "protocol": "tcp", "from_port": 1, "to_port": 9, "cidr_block": "0.0.0.0/0"},
                ]
            },
            "tcp",
            [[1, 9]],
            ["0.0.0.0/0"],
            ("ingress", 1, "cidr_block"),
        ),
        (
            "aws_network_acl_rule",
            {
                "egress": False,
                "rule_action": "allow",
                "protocol": "tcp",
                "from_port": 22,
                "to_port": 22,
                "cidr_block": "0.0.0.0/0",
            },
            "tcp",
            [[22, 22]],
            ["0.0.0.0/0"],
            ("cidr_block",),
        ),
        (
            "azurerm_network_security_group",
            {"security_rule": [{**AZURE, "destination_port_ranges": ["22", "80-90"]}]},
            "tcp",
            [[22, 22], [80, 90]],
            ["*"],
            ("security_rule", 0, "source_address_prefix"),
        ),
        (
            "azurerm_network_security_rule",
            {**AZURE, "protocol": "*", "destination_port_range": "*"},
            "all",
            [[0, 65535]],
            ["*"],
            ("source_address_prefix",),
        ),
        (
            "google_compute_firewall",
            {"source_ranges": ["0.0.0.0/0"], "allow": [{"protocol": "tcp", "ports": ["22", "80-90"]}]},
            "tcp",
            [[22, 22], [80, 90]],
            ["0.0.0.0/0"],
            ("source_ranges",),
        ),
        (
            "google_compute_firewall",
            {"source_ranges": ["0.0.0.0/0"], "allow": [{"protocol": "all"}]},
            "all",
            [[0, 65535]],
            ["0.0.0.0/0"],
            ("source_ranges",),
        ),
    ],
)
def test_every_form_reads_the_same(kind, body, protocol, ports, cidrs, place):
    (found,) = rules_of(kind, body)
    assert found.value["protocol"] == protocol
    assert found.value["ports"] == ports
    assert found.value["cidr_blocks"] == cidrs
    assert found.places["cidr_blocks"] == place


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("aws_security_group", {"egress": [{"protocol": "-1"}]}),
        ("aws_security_group_rule", {"type": "egress", "protocol": "-1"}),
        ("aws_vpc_security_group_egress_rule", {"ip_protocol": "-1"}),
        ("aws_network_acl_rule", {"egress": "true", "rule_action": "allow"}),
        ("azurerm_network_security_rule", {**AZURE, "access": "Deny"}),
        ("azurerm_network_security_rule", {**AZURE, "direction": "Outbound"}),
        ("google_compute_firewall", {"direction": "EGRESS", "allow": [{}]}),
        ("google_compute_firewall", {"disabled": True, "allow": [{}]}),
        ("google_compute_firewall", {"deny": [{"protocol": "all"}]}),
        ("aws_instance", {"ingress": [{}]}),
        ("aws_security_group", {"ingress": None}),
        ("aws_security_group", {"ingress": ["text", 5]}),
        ("aws_security_group", "no object"),
    ],
)
def test_what_lets_nothing_in(kind, body):
    assert rules_of(kind, body) == []


def test_unknown_parts_stay_unknown():
    assert isinstance(rules_of("aws_security_group", WHY), Unknown)
    some = rules_of("aws_security_group", {"ingress": Partial([{"protocol": "tcp"}], maybe=WHY)})
    assert isinstance(some, Partial)
    assert len(some) == 1
    assert isinstance(rules_of("aws_security_group_rule", {"type": WHY}), Partial)
    assert isinstance(rules_of("azurerm_network_security_rule", {**AZURE, "access": WHY}), Partial)
    assert isinstance(rules_of("google_compute_firewall", {"direction": WHY, "allow": [{}]}), Partial)
    (rule,) = rules_of("aws_security_group", {"ingress": [{"cidr_blocks": Partial([], maybe=WHY), "protocol": "tcp"}]})
    assert worded(network.open_to_world(rule.value)) == "unknown"
