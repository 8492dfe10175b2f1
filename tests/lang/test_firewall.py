"""Firewall rules of smaller clouds in the form of the large ones: what they leave out, whom they let in."""

from __future__ import annotations

import pytest

from iacgate.join import build_inventory
from iacgate.lang.firewall import egress_rules, ingress_rules
from iacgate.lang.jmespath import Context
from iacgate.lang.network import covers_all_ports, covers_port, open_to_world
from iacgate.model import Document, Location, Partial, Resource, Unknown

LATER = Unknown("var.given has no value")
GROUP = Unknown("known after apply", ref="openstack_networking_secgroup_v2.web")
WORLD = "0.0.0.0/0"
NEUTRON = "openstack_networking_secgroup_rule_v2"


def rules_of(kind, body, rules=ingress_rules):
    """The normalised rules of one resource."""
    document = Document(path="main.tf", kind="terraform", body=None, locate=lambda path: Location(file="main.tf"))
    subject = Resource(
        address=f"{kind}.one", type=kind, provider=kind.partition("_")[0], name="one", body=body, adapter="terraform",
        document=document, locate=document.locate, config_address=f"{kind}.one",
    )  # fmt: skip
    return rules(Context(subject, build_inventory([subject], (), whole=True), {}), subject.body)


def answer(found, *answers):
    """The worst word for what holds of some rule: true, unknown, false."""
    words = {"unknown"} if isinstance(found, Partial) else set()
    for one in found:
        said = [ask(one.value) for ask in answers]
        if all(word is True for word in said):
            return True
        if all(word is not False for word in said):
            words.add("unknown")
    return "unknown" if words else False


def ssh_open(kind, body, rules=ingress_rules):
    return answer(rules_of(kind, body, rules), lambda rule: covers_port(rule, 22), open_to_world)


def neutron(**more):
    return {"direction": "ingress", "ethertype": "IPv4", **more}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (neutron(protocol="tcp", port_range_min=22, port_range_max=22, remote_ip_prefix=WORLD), True),
        (neutron(protocol="tcp", port_range_min=20, port_range_max="30", remote_ip_prefix=WORLD), True),
        (neutron(protocol="tcp", port_range_min=22, port_range_max=22, remote_ip_prefix="10.0.0.0/8"), False),
        (neutron(protocol="tcp", port_range_min=22, port_range_max=22), True),
        (neutron(protocol="tcp", port_range_min=22, port_range_max=22, remote_ip_prefix=""), True),
        (neutron(protocol="tcp", port_range_min=22, port_range_max=22, remote_group_id="b7e5"), False),
        (neutron(protocol="tcp", port_range_min=22, port_range_max=22, remote_group_id=GROUP), False),
        (neutron(protocol="tcp", port_range_min=22, port_range_max=22, remote_address_group_id="b7e5"), False),
        (neutron(protocol="tcp", port_range_min=22, port_range_max=22, remote_group_id=LATER), "unknown"),
        (neutron(protocol="tcp", port_range_min=22, port_range_max=22, remote_ip_prefix=LATER), "unknown"),
        (neutron(), True),
        (neutron(protocol="tcp", port_range_min=0, port_range_max=0), True),
        (neutron(protocol="tcp", port_range_min=443, port_range_max=443), False),
        (neutron(protocol="udp", port_range_min=22, port_range_max=22), False),
        (neutron(protocol=LATER, port_range_min=22, port_range_max=22), "unknown"),
        (neutron(protocol="tcp", port_range_min=LATER, port_range_max=22), "unknown"),
        ({**neutron(protocol="tcp"), "direction": "egress"}, False),
        ({**neutron(protocol="tcp"), "direction": LATER}, "unknown"),
    ],
)
def test_a_rule_of_neutron_limits_only_what_it_names(body, expected):
    assert ssh_open(NEUTRON, body) == expected


def test_the_world_is_that_of_the_ip_version():
    [six] = rules_of(NEUTRON, {"direction": "egress", "ethertype": "IPv6"}, egress_rules)
    assert six.value["cidr_blocks"] == ["::/0"]
    assert six.value["protocol"] == "all"
    assert covers_all_ports(six.value) is True
    [unsure] = rules_of(NEUTRON, {"direction": "egress", "ethertype": LATER}, egress_rules)
    assert isinstance(open_to_world(unsure.value), Unknown)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"from_port": 22, "to_port": 22, "ip_protocol": "tcp", "cidr": WORLD}, True),
        ({"from_port": 22, "to_port": 22, "ip_protocol": "tcp", "cidr": "192.168.0.0/16"}, False),
        ({"from_port": 22, "to_port": 22, "ip_protocol": "tcp", "self": True}, False),
        ({"from_port": 22, "to_port": 22, "ip_protocol": "tcp", "from_group_id": "b7e5"}, False),
        ({"from_port": 22, "to_port": 22, "ip_protocol": "tcp", "cidr": None}, False),
        ({"from_port": 22, "to_port": 22, "ip_protocol": "tcp", "cidr": LATER}, "unknown"),
        ({"from_port": 80, "to_port": 80, "ip_protocol": "tcp", "cidr": WORLD}, False),
    ],
)
def test_a_group_of_nova_lets_in(rule, expected):
    assert ssh_open("openstack_compute_secgroup_v2", {"rule": [rule]}) == expected
    assert rules_of("openstack_compute_secgroup_v2", {"rule": [rule]}, egress_rules) == []


def test_blocks_that_may_be_there_leave_a_doubt():
    for kind, key in (("openstack_compute_secgroup_v2", "rule"), ("digitalocean_firewall", "inbound_rule")):
        assert isinstance(rules_of(kind, {key: LATER}), Partial)
        assert isinstance(rules_of(kind, {key: [LATER]}), Partial)


@pytest.mark.parametrize(
    ("body", "comes_in", "goes_out"),
    [
        ({"action": "allow", "protocol": "tcp", "destination_port": "22"}, True, True),
        ({"action": "allow", "protocol": "any"}, True, True),
        ({"action": "allow", "destination_port": "20:30", "source_ip_address": WORLD}, True, True),
        ({"action": "allow", "destination_port": "20:30", "source_ip_address": "10.1.0.0/16"}, False, True),
        ({"action": "allow", "destination_ip_address": "10.0.0.1", "source_ip_address": "10.0.0.2"}, False, False),
        ({"action": "allow", "destination_ip_address": "10.0.0.1", "destination_port": "443"}, False, False),
        ({"action": "deny"}, False, False),
        ({"protocol": "tcp"}, False, False),
        ({"action": LATER}, "unknown", "unknown"),
        ({"action": "allow", "enabled": False}, False, False),
        ({"action": "allow", "enabled": LATER}, "unknown", "unknown"),
        ({"action": "allow", "destination_port": LATER, "destination_ip_address": "10.0.0.1"}, "unknown", False),
    ],
)
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_firewall_rule_of_openstack_has_two_ends(body, comes_in, goes_out, version):
    assert ssh_open(f"openstack_fw_rule_{version}", body) == comes_in
    assert ssh_open(f"openstack_fw_rule_{version}", body, egress_rules) == goes_out


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"protocol": "tcp", "port_range": "22", "source_addresses": ["0.0.0.0/0", "::/0"]}, True),
        ({"protocol": "tcp", "port_range": "1-65535", "source_addresses": ["::/0"]}, True),
        ({"protocol": "tcp", "port_range": "all", "source_addresses": [WORLD]}, True),
        ({"protocol": "tcp", "port_range": "0", "source_addresses": [WORLD]}, True),
        ({"protocol": "tcp", "port_range": "443", "source_addresses": [WORLD]}, False),
        ({"protocol": "tcp", "port_range": "22", "source_addresses": ["192.0.2.0/24"]}, False),
        ({"protocol": "tcp", "port_range": "22", "source_tags": ["bastion"]}, False),
        ({"protocol": "tcp", "port_range": "22", "source_addresses": LATER}, "unknown"),
        ({"protocol": "tcp", "port_range": LATER, "source_addresses": [WORLD]}, "unknown"),
        ({"protocol": "icmp", "source_addresses": [WORLD]}, False),
    ],
)
def test_digitalocean_names_its_rules_by_direction(rule, expected):
    assert ssh_open("digitalocean_firewall", {"inbound_rule": [rule]}) == expected
    away = {name.replace("source_", "destination_"): value for name, value in rule.items()}
    assert ssh_open("digitalocean_firewall", {"outbound_rule": [away]}, egress_rules) == expected
    assert ssh_open("digitalocean_firewall", {"outbound_rule": [away]}) is False


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("nifcloud_security_group_rule", {"type": "IN", "protocol": "TCP", "from_port": 22, "cidr_ip": WORLD}, True),
        ("nifcloud_security_group_rule", {"type": "OUT", "protocol": "ANY", "cidr_ip": WORLD}, False),
        ("nifcloud_security_group_rule", {"type": "IN", "protocol": "ANY", "cidr_ip": "10.0.0.0/16"}, False),
        ("nifcloud_security_group_rule", {"type": LATER, "protocol": "ANY", "cidr_ip": WORLD}, "unknown"),
        ("nifcloud_db_security_group", {"rule": [{"cidr_ip": WORLD}]}, True),
        ("nifcloud_nas_security_group", {"rule": [{"cidr_ip": LATER}, {"cidr_ip": "10.0.0.0/16"}]}, "unknown"),
    ],
)
def test_nifcloud(kind, body, expected):
    assert ssh_open(kind, body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"type": "ingress", "ip_protocol": "tcp", "port_range": "22/22", "cidr_ip": WORLD}, True),
        ({"type": "ingress", "ip_protocol": "tcp", "port_range": "20/25", "ipv6_cidr_ip": "::/0"}, True),
        ({"type": "ingress", "ip_protocol": "all", "port_range": "-1/-1", "cidr_ip": WORLD}, True),
        ({"type": "ingress", "ip_protocol": "all", "cidr_ip": WORLD}, True),
        ({"type": "ingress", "ip_protocol": "tcp", "port_range": "443/443", "cidr_ip": WORLD}, False),
        ({"type": "ingress", "ip_protocol": "tcp", "port_range": "22/22", "cidr_ip": "10.0.0.0/8"}, False),
        ({"type": "ingress", "ip_protocol": "all", "source_security_group_id": "sg-1"}, False),
        ({"type": "egress", "ip_protocol": "all", "cidr_ip": WORLD}, False),
        ({"type": "ingress", "policy": "drop", "ip_protocol": "all", "cidr_ip": WORLD}, False),
        ({"type": "ingress", "policy": LATER, "ip_protocol": "all", "cidr_ip": WORLD}, "unknown"),
        ({"type": "ingress", "ip_protocol": "tcp", "port_range": LATER, "cidr_ip": WORLD}, "unknown"),
    ],
)
def test_alicloud(body, expected):
    assert ssh_open("alicloud_security_group_rule", body) == expected


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("yandex_vpc_security_group", {"ingress": [{"port": 22, "v4_cidr_blocks": [WORLD]}]}, True),
        ("yandex_vpc_security_group", {"ingress": [{"v6_cidr_blocks": ["::/0"]}]}, True),
        ("yandex_vpc_security_group", {"ingress": [{"port": -1, "v4_cidr_blocks": [WORLD]}]}, True),
        ("yandex_vpc_security_group", {"ingress": [{"port": 443, "v4_cidr_blocks": [WORLD]}]}, False),
        ("yandex_vpc_security_group", {"ingress": [{"predefined_target": "self_security_group"}]}, False),
        ("yandex_vpc_security_group", {"egress": [{"v4_cidr_blocks": [WORLD]}]}, False),
        ("yandex_vpc_security_group", {"ingress": [{"port": LATER, "v4_cidr_blocks": [WORLD]}]}, "unknown"),
        ("yandex_vpc_security_group_rule", {"direction": "ingress", "v4_cidr_blocks": [WORLD]}, True),
        ("yandex_vpc_security_group_rule", {"direction": LATER, "v4_cidr_blocks": [WORLD]}, "unknown"),
        ("tencentcloud_security_group_rule_set", {"ingress": [{"action": "ACCEPT", "cidr_block": WORLD}]}, True),
        ("tencentcloud_security_group_rule_set", {"ingress": [{"action": "DROP", "cidr_block": WORLD}]}, False),
        (
            "tencentcloud_security_group_rule_set",
            {"ingress": [{"action": "ACCEPT", "cidr_block": WORLD, "service_template_id": "ppm-1"}]},
            False,
        ),
        (
            "tencentcloud_security_group_rule_set",
            {"ingress": [{"action": "ACCEPT", "cidr_block": WORLD, "protocol": "TCP", "port": "22,80"}]},
            True,
        ),
        ("tencentcloud_security_group_rule", {"type": "ingress", "policy": "ACCEPT", "cidr_ip": WORLD}, True),
        ("tencentcloud_security_group_rule", {"type": "egress", "policy": "ACCEPT", "cidr_ip": WORLD}, False),
        ("tencentcloud_security_group_rule", {"type": "ingress", "policy": LATER, "cidr_ip": WORLD}, "unknown"),
        ("ncloud_access_control_group_rule", {"inbound": [{"protocol": "TCP", "ip_block": WORLD}]}, True),
        (
            "ncloud_access_control_group_rule",
            {"inbound": [{"protocol": "TCP", "ip_block": WORLD, "port_range": "80"}]},
            False,
        ),
        (
            "ncloud_network_acl_rule",
            {"inbound": [{"protocol": "TCP", "rule_action": "DROP", "ip_block": WORLD, "port_range": "22"}]},
            False,
        ),
        (
            "ncloud_network_acl_rule",
            {"inbound": [{"protocol": "TCP", "rule_action": "ALLOW", "ip_block": "::/0", "port_range": "20-30"}]},
            True,
        ),
    ],
)
def test_yandex_tencent_and_naver(kind, body, expected):
    assert ssh_open(kind, body) == expected
