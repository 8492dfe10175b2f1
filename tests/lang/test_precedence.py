"""Rules that come first: what an earlier deny leaves of an allow, in one group, across resources, and when in doubt."""

from __future__ import annotations

import random

import pytest

from iacgate.join import build_inventory
from iacgate.lang.firewall import egress_rules, ingress_rules
from iacgate.lang.jmespath import Context
from iacgate.lang.network import address_range, covers_all_ports, covers_port, open_to_world
from iacgate.model import Document, Location, Partial, Relation, Resource, Secret, Unknown

LATER = Unknown("known after apply")
WORLD = "0.0.0.0/0"


def resource(kind, name, body, *, inside="", certain=True):
    document = Document(path="main.tf", kind="terraform", body=None, locate=lambda path: Location(file="main.tf"))
    attribute = "network" if kind.startswith("google") else "network_security_group_name"
    names = (Relation(path=(attribute,), target=inside, certain=certain),) if inside else ()
    return Resource(
        address=f"{kind}.{name}", type=kind, provider=kind.partition("_")[0], name=name, body=body, adapter="terraform",
        document=document, locate=document.locate, config_address=f"{kind}.{name}", relations=lambda: names,
    )  # fmt: skip


def rule(access, priority, ports="22", source="*", **more):
    """One rule of a network security group."""
    return {
        "direction": "Inbound", "access": access, "priority": priority, "protocol": "Tcp", "source_port_range": "*",
        "destination_port_range": ports, "source_address_prefix": source, "destination_address_prefix": "*", **more,
    }  # fmt: skip


def opens(port, *resources, of=0, rules=ingress_rules):
    """Whether a port is open to the internet: true, false or unknown."""
    inventory = build_inventory(resources, (), whole=True)
    subject = resources[of]
    found = rules(Context(subject, inventory, {}), subject.body)
    if isinstance(found, Unknown):
        return "unknown"
    answers = []
    for one in found:
        spoken, world = covers_port(one.value, port), open_to_world(one.value)
        if spoken is not False and world is not False:
            answers.append("unknown" if isinstance(spoken, Unknown) or isinstance(world, Unknown) else True)
    if True in answers:
        return True
    return "unknown" if answers or isinstance(found, Partial) else False


def group(*rules):
    return resource("azurerm_network_security_group", "g", {"security_rule": list(rules)})


@pytest.mark.parametrize(
    ("denies", "expected"),
    [
        pytest.param([rule("Deny", 100)], False, id="the same range first"),
        pytest.param([rule("Deny", 300)], True, id="the deny comes later"),
        pytest.param([rule("Deny", 100, "*", protocol="*")], False, id="everything denied first"),
        pytest.param([rule("Deny", 100, "20-30")], False, id="a wider range of ports"),
        pytest.param([rule("Deny", 100, "23-30")], True, id="other ports"),
        pytest.param([rule("Deny", 100, protocol="Udp")], True, id="another protocol"),
        pytest.param([rule("Deny", 100, source="10.0.0.0/8")], True, id="partly shadowed"),
        pytest.param([rule("Deny", 100, source="Internet")], False, id="the internet is denied"),
        pytest.param([rule("Deny", 100, source="VirtualNetwork")], True, id="only the inside is denied"),
        pytest.param([rule("Deny", 100, source=WORLD)], True, id="IPv6 is not denied"),
        pytest.param([rule("Deny", 100, source=WORLD), rule("Deny", 101, source="::/0")], False, id="both are denied"),
        pytest.param(
            [rule("Deny", 100, destination_address_prefix="10.0.1.0/24")], True, id="denied for one destination"
        ),
        pytest.param([rule("Deny", 100, source_port_range="53")], True, id="denied from one port"),
        pytest.param([rule("Deny", 100, direction="Outbound")], True, id="the other direction"),
        pytest.param([rule("Deny", "100")], False, id="a priority as text"),
        pytest.param([rule("Deny", LATER)], "unknown", id="priority not known"),
        pytest.param([rule(LATER, 100)], "unknown", id="access not known"),
        pytest.param([rule("Deny", 100, LATER)], "unknown", id="ports not known"),
        pytest.param([rule("Deny", 100, source=LATER)], "unknown", id="source not known"),
        pytest.param([rule("Deny", 100, source=Unknown("later", suffix="/32"))], True, id="not the world, for sure"),
        pytest.param([rule("Deny", 100, destination_address_prefix=LATER)], "unknown", id="destination not known"),
        pytest.param([rule("Deny", 100), rule("Deny", LATER)], False, id="a certain deny beats a doubtful one"),
    ],
)
def test_an_allow_behind_a_deny(denies, expected):
    assert opens(22, group(*denies, rule("Allow", 200))) == expected


def test_an_allow_of_several_ports_keeps_those_that_are_not_denied():
    stack = group(rule("Deny", 100, "22"), rule("Allow", 200, "20-25"))
    assert [opens(port, stack) for port in (20, 21, 22, 23, 26)] == [True, True, False, True, False]


def test_everything_allowed_but_for_one_port():
    stack = group(rule("Deny", 100, "22"), rule("Allow", 200, "*", protocol="*"))
    assert (opens(22, stack), opens(3389, stack)) == (False, True)
    (left,) = ingress_rules(Context(stack, build_inventory([stack], (), whole=True), {}), stack.body)
    assert covers_all_ports(left.value) is True, "partly shadowed, and still wide open"


def test_two_halves_of_the_world_are_denied_together():
    halves = [rule("Deny", 100, source="0.0.0.0/1"), rule("Deny", 110, source="128.0.0.0/1")]
    assert opens(22, group(*halves, rule("Allow", 200, source=WORLD))) is False
    assert opens(22, group(halves[0], rule("Allow", 200, source=WORLD))) is True


def test_the_sources_that_are_not_denied_are_left():
    allow = rule("Allow", 200, source=None, source_address_prefixes=["10.0.0.0/8", "198.51.100.7/32"])
    stack = group(rule("Deny", 100, source="198.51.100.0/24"), allow)
    (left,) = ingress_rules(Context(stack, build_inventory([stack], (), whole=True), {}), stack.body)
    assert left.value["cidr_blocks"] == ["10.0.0.0/8"]


NSG = resource("azurerm_network_security_group", "g", {"name": "g", "resource_group_name": "r"})


def apart(name, access, priority, **more):
    body = {"network_security_group_name": "g", "resource_group_name": "r", **rule(access, priority), **more}
    return resource("azurerm_network_security_rule", name, body)


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        pytest.param([], True, id="nothing else"),
        pytest.param([apart("d", "Deny", 100)], False, id="a rule of the same group, by name"),
        pytest.param([NSG, apart("d", "Deny", 100)], False, id="of the same group, which is a resource"),
        pytest.param([apart("d", "Deny", 100, network_security_group_name="h")], True, id="a rule of another group"),
        pytest.param([apart("d", "Deny", 100, resource_group_name="s")], True, id="the same name elsewhere"),
        pytest.param(
            [resource("azurerm_network_security_group", "g", {**NSG.body, "security_rule": [rule("Deny", 100)]})],
            False,
            id="inline",
        ),
        pytest.param(
            [apart("d", "Deny", 100, network_security_group_name=LATER)], True, id="of which group is not known"
        ),
    ],
)
def test_rules_that_are_resources_of_their_own(others, expected):
    assert opens(22, apart("a", "Allow", 200), *others) == expected


def firewall(name, *, allow=(), deny=(), ranges=(WORLD,), network="main", **more):
    body = {
        "network": network, "source_ranges": list(ranges),
        "allow": [{"protocol": "tcp", "ports": list(ports)} for ports in allow],
        "deny": [{"protocol": "tcp", "ports": list(ports)} for ports in deny], **more,
    }  # fmt: skip
    return resource("google_compute_firewall", name, body)


ALLOW = firewall("a", allow=[["22", "443"]])


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param(firewall("d", deny=[["22"]], priority=900), False, id="first"),
        pytest.param(firewall("d", deny=[["22"]]), False, id="at the same priority a deny wins"),
        pytest.param(firewall("d", deny=[["22"]], priority=1100), True, id="later"),
        pytest.param(firewall("d", deny=[[]], priority=900), False, id="every port"),
        pytest.param(firewall("d", deny=[["80"]], priority=900), True, id="another port"),
        pytest.param(firewall("d", deny=[["22"]], priority=900, network="other"), True, id="another network"),
        pytest.param(firewall("d", deny=[["22"]], priority=900, disabled=True), True, id="switched off"),
        pytest.param(firewall("d", deny=[["22"]], priority=900, disabled=LATER), "unknown", id="perhaps switched off"),
        pytest.param(firewall("d", deny=[["22"]], priority=900, target_tags=["web"]), True, id="for some targets"),
        pytest.param(firewall("d", deny=[["22"]], priority=900, direction="EGRESS"), True, id="the other way"),
        pytest.param(firewall("d", deny=[["22"]], priority=900, ranges=["10.0.0.0/8"]), True, id="partly"),
        pytest.param(firewall("d", deny=[["22"]], priority=900, project="p"), True, id="another project"),
    ],
)
def test_firewalls_of_one_network(other, expected):
    assert opens(22, ALLOW, other) == expected
    assert opens(443, ALLOW, other) == (expected if other.body["deny"][0]["ports"] == [] else True)


def test_the_same_targets_are_the_same_narrowing():
    allow = firewall("a", allow=[["22"]], target_tags=["web"])
    deny = firewall("d", deny=[["22"]], priority=900, target_tags=["web"])
    assert opens(22, allow, deny) is False


def test_what_goes_out():
    allow = resource("azurerm_network_security_group", "g", {"security_rule": [
        rule("Deny", 100, "*", direction="Outbound", destination_address_prefix="Internet", protocol="*"),
        rule("Allow", 200, "*", direction="Outbound", destination_address_prefix="*", protocol="*"),
    ]})  # fmt: skip
    assert opens(443, allow, rules=egress_rules) is False


def test_a_thousand_rules_are_weighed():
    denies = [rule("Deny", at, str(1024 + at), source=f"10.{at // 250}.{at % 250}.0/24") for at in range(100, 1000)]
    assert opens(22, group(*denies, *[rule("Allow", 4000 + at, str(at)) for at in range(20, 120)])) is True


# whatever the rules are

ODD = [
    None, "*", "Internet", WORLD, "::/0", LATER, Unknown("later", prefix="1", suffix="/0"), Secret("*"), [], [LATER],
    Partial(["*"], maybe=LATER), ["*", LATER], [["x"]], {"a": 1}, 7, 3.5, float("nan"), True, "22-20", "abc", "", "100",
    ["22", "80-90"], Secret(["22"]), "Deny", "Outbound", "Udp", -5, 10**30,
]  # fmt: skip
AZURE_KEYS = sorted({*rule("Allow", 1), "source_address_prefixes", "destination_port_ranges", "source_port_ranges"})
GOOGLE_KEYS = [
    "network",
    "priority",
    "disabled",
    "direction",
    "source_ranges",
    "target_tags",
    "project",
    "allow",
    "deny",
]


@pytest.mark.parametrize("seed", range(4))
def test_rules_of_any_shape_are_weighed(seed):
    chance = random.Random(seed)

    def odd(body, keys):
        return {**body, **{key: chance.choice(ODD) for key in chance.sample(keys, chance.randint(0, 4))}}

    for _ in range(300):
        rules = [odd(rule(chance.choice(["Allow", "Deny"]), at), AZURE_KEYS) for at in (100, 200, 300)]
        walls = [firewall(name, allow=[["22"]], deny=[["22"]]).body for name in "ab"]
        walls[0]["allow"][0]["protocol"] = chance.choice(ODD)
        resources = [
            group(*rules),
            resource("azurerm_network_security_rule", "r", {**NSG.body, **rules[0]}),
            *(resource("google_compute_firewall", str(at), odd(wall, GOOGLE_KEYS)) for at, wall in enumerate(walls)),
        ]
        inventory = build_inventory(resources, (), whole=True)
        for one in resources:
            for read in (ingress_rules, egress_rules):
                for left in read(Context(one, inventory, {}), one.body) or ():
                    answers = [covers_port(left.value, 22), covers_all_ports(left.value), open_to_world(left.value)]
                    assert all(isinstance(answer, bool | Unknown) for answer in answers)


RANGES = [WORLD, "0.0.0.0/1", "128.0.0.0/1", "64.0.0.0/2", "10.0.0.0/8", "8.8.8.0/24", "8.8.8.8/32"]


def reaches(rules, port, address):
    """Whether the first rule that matches a packet allows it: what Azure does."""
    for one in sorted(rules, key=lambda item: item["priority"]):
        low, _, high = one["destination_port_range"].partition("-")
        _, first, last = address_range(one["source_address_prefix"])
        if int(low) <= port <= int(high or low) and first <= address <= last and one["protocol"] in {"Tcp", "*"}:
            return one["access"] == "Allow"
    return False


@pytest.mark.parametrize("seed", range(4))
def test_a_packet_gets_through_where_a_finding_says_so(seed):
    chance = random.Random(seed)
    edges = [edge + step for one in RANGES for edge in address_range(one)[1:] for step in (-1, 0, 1)]
    public = [edge for edge in edges if 0 < edge < 1 << 32 and edge >> 24 not in {0, 10} and edge >> 24 < 224]
    for _ in range(400):
        rules = [
            rule(
                chance.choice(["Allow", "Deny"]), 100 + at, chance.choice(["22", "20-30", "23-30", "1-65535"]),
                chance.choice(RANGES[: chance.choice([3, 7])]), protocol=chance.choice(["Tcp", "*", "Udp"]),
            )
            for at in range(chance.randint(1, 6))
        ]  # fmt: skip
        through = [reaches(rules, 22, address) for address in public]
        assert opens(22, group(*rules)) is not True or any(through), rules
        denies = [one for one in rules if one["access"] == "Deny"]
        for allow in (one for one in rules if one["access"] == "Allow" and one["source_address_prefix"] == WORLD):
            alone = [*denies, allow]
            some = any(reaches(alone, 22, address) for address in public)
            assert opens(22, group(*alone)) is some, alone


def test_every_protocol_is_not_every_port():
    stack = group(rule("Allow", 100, "443", protocol="*"))
    assert (opens(443, stack), opens(22, stack)) == (True, False)
