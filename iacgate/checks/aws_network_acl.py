"""Checks of AWS network ACLs: what an entry allows counts only when no entry with a lower number denies it.

Room: ``checks``. Shadowing is judged among the entries of one resource.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from iacgate.lang.firewall import ingress_rules
from iacgate.lang.jmespath import Context
from iacgate.lang.jmespath.logic import Truth, both, number
from iacgate.lang.network import cidr_contains, covers_all_ports, covers_port, open_to_world
from iacgate.lang.places import Placed
from iacgate.model.dataclass import dataclass
from iacgate.sdk import Doubt, Inventory, Partial, Resource, Unknown, Violation, check, walk

ALL_PORTS = 0


@dataclass(frozen=True)
class PortParams:
    """The port that must not be open; 0 stands for all of them."""

    port: int


@check("aws-network-acl-open", params=PortParams)
def network_acl_open(subject: Resource, inventory: Inventory, params: PortParams) -> Iterator[Violation | Doubt]:
    """Entries that let the internet in to a port."""
    allowed = ingress_rules(Context(subject, inventory, {}), subject.body)
    if isinstance(allowed, Unknown):
        yield Doubt(reason=allowed.reason)
        return
    denied = [entry for _, entry in walk(subject.body, "ingress", "*") if isinstance(entry, dict)]
    for rule in allowed:
        answer = _opens(rule.value, params.port)
        if isinstance(answer, Unknown):
            yield Doubt(reason=answer.reason, path=rule.path)
        elif not answer or any(_shadows(entry, rule.value, params.port) for entry in denied):
            continue
        elif (more := _may_deny(subject.get("ingress"), rule.value)) is not None:
            yield Doubt(reason=more.reason, path=rule.path)
        else:
            yield Violation(message=_message(rule.value, params.port), path=_place(rule))
    if isinstance(allowed, Partial):
        yield Doubt(reason=allowed.maybe.reason)


def _opens(rule: dict[str, Any], port: int) -> Truth:
    ports = covers_all_ports(rule) if port == ALL_PORTS else covers_port(rule, port)
    return both(ports, open_to_world(rule))


def _may_deny(entries: Any, rule: dict[str, Any]) -> Unknown | None:
    """Why something that is not known may deny, before it is reached, what an entry allows."""
    for entry in entries if isinstance(entries, list) else ():
        unsure = _unsure(entry, rule)
        if unsure is not None:
            return unsure
    if not isinstance(entries, Partial):
        return None
    like = entries.like or [None]
    allowing = all(isinstance(one, dict) and str(one.get("action")).lower() == "allow" for one in like)
    return None if allowing else entries.maybe


def _unsure(entry: Any, rule: dict[str, Any]) -> Unknown | None:
    """The unknown part of an entry that may deny and come first."""
    if not isinstance(entry, dict):
        return entry if isinstance(entry, Unknown) else None
    action, first, second = entry.get("action"), number(entry.get("rule_no")), number(rule.get("rule_no"))
    if isinstance(action, str) and action.lower() != "deny":
        return None
    if first is not None and second is not None and first > second:
        return None
    return next((held for held in (*entry.values(), rule.get("rule_no")) if isinstance(held, Unknown)), None)


def _shadows(entry: dict[str, Any], rule: dict[str, Any], port: int) -> bool:
    """Whether an entry denies, before the rule is reached, the port to all that the rule allows."""
    first, second = number(entry.get("rule_no")), number(rule.get("rule_no"))
    if str(entry.get("action")).lower() != "deny" or first is None or second is None or first > second:
        return False
    whole = str(entry.get("protocol")).lower() in {"-1", "all"}
    low, high = number(entry.get("from_port")), number(entry.get("to_port"))
    tcp = str(entry.get("protocol")).lower() in {"tcp", "6"}
    spans = tcp and port != ALL_PORTS and low is not None and high is not None and low <= port <= high
    return (whole or spans) and all(_held(entry, cidr) for cidr in rule["cidr_blocks"])


def _held(entry: dict[str, Any], cidr: Any) -> bool:
    ranges = [entry.get("cidr_block"), entry.get("ipv6_cidr_block")]
    return any(cidr_contains(one, cidr) is True for one in ranges if isinstance(one, str))


def _place(rule: Placed) -> tuple[str | int, ...]:
    return rule.places.get("cidr_blocks", rule.path)


def _message(rule: dict[str, Any], port: int) -> str:
    sources = ", ".join(str(one) for one in rule["cidr_blocks"])
    return f"{'every port' if port == ALL_PORTS else f'port {port}'} is reachable from {sources}"
