"""Firewall rules that come first: what an earlier *deny* takes from an *allow*.

Room: ``lang``. In: the normalised rules of one firewall that allow, and those that deny, with their order. Out: the
allows that are left. One whose sources are all denied on all its ports is left out; one that is denied on some of its
ports says so in ``denied`` (``covers_port`` knows it); one of whose sources some are denied keeps the others. Where it
is not known whether a rule denies, or what, the answer is a doubt, never a finding and never silence.

Azure: the lower ``priority`` is first, each is there once in a direction. Google Cloud: the same, 1000 where it is not
written, and at the same priority a deny wins. Sources: learn.microsoft.com, "Network security groups";
cloud.google.com, "VPC firewall rules", "Priority".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from iacgate.lang.jmespath.logic import Truth, doubt, first, number, open_end
from iacgate.lang.network import LAST_PORT, Range, address_range, covered, is_everybody, is_private, unknown_range
from iacgate.lang.places import Placed
from iacgate.model import Partial, Unknown

_INTERNET = "internet"
_INSIDE = "VirtualNetwork"
"""What is left of everybody without the internet."""
_ALL_PORTS = [[0, LAST_PORT]]
_FEW = 40
"""Groups of rules that are compared with each other."""
_EVERYTHING = frozenset(("*", "any", "0-65535", "0.0.0.0/0"))


class Deny(NamedTuple):
    """A rule that denies, or may: ``why`` says what of it is not known. It is taken at its widest then."""

    order: int
    protocol: str
    ports: list[list[int]]
    everybody: bool
    internet: bool
    v4: list[Range]
    v6: list[Range]
    limits: tuple[tuple[str, Any], ...]
    """What else must be the same for the rule to apply: destination, source ports, targets."""
    why: Unknown | None


def deny(rule: Placed, order: Any, limits: dict[str, Any], maybe: Unknown | None = None) -> Deny:
    """A normalised rule as one that denies. ``limits`` are what narrows it; ``maybe`` doubts all of it."""
    value, why = rule.value, maybe
    protocol, ports = value["protocol"], value["ports"]
    for unknown in (protocol, ports, order, *limits.values()):
        why = first(why, doubt(unknown)) if isinstance(unknown, Unknown) else why
    spans, hole = _known_ports(ports)
    everybody, internet, v4, v6, lost = _sources(value["cidr_blocks"])
    return Deny(
        order=order if isinstance(order, int) else -1,
        protocol=protocol if isinstance(protocol, str) else "all",
        ports=spans,
        everybody=everybody,
        internet=internet,
        v4=v4,
        v6=v6,
        limits=tuple((key, held) for key, held in limits.items() if not isinstance(held, Unknown)),
        why=first(why, hole, lost),
    )


def reached(
    allows: Iterable[Placed], denies: Sequence[Deny], order: Any, limits: Any
) -> tuple[list[Placed], Unknown | None]:
    """The allows that earlier rules leave, and a doubt where it is not known whether they do.

    ``order(value)`` and ``limits(value)`` give the place of a rule and what narrows it.
    """
    left: list[Placed] = []
    maybe: Unknown | None = None
    for rule in allows:
        here = order(rule.value)
        unsure = doubt(here) if isinstance(here, Unknown) else None
        before = [one for one in denies if not isinstance(here, int) or one.order <= here]
        found = _left(rule, list(_applying(before, limits(rule.value))), unsure) if before else rule
        if isinstance(found, Placed):
            left.append(found)
        elif isinstance(found, Unknown):
            maybe = first(maybe, found)
    return left, maybe


def _left(rule: Placed, denies: Sequence[Deny], unsure: Unknown | None) -> Placed | Unknown | None:
    """What is left of an allow: itself or with less, nothing, or a doubt whether anything is."""
    certain = _without(rule, [one for one in denies if one.why is None and unsure is None])
    if certain is None:
        return None
    doubts = [one for one in denies if one.why is not None or unsure is not None]
    if not doubts:
        return certain
    least = _without(certain, doubts)
    why = first(unsure, doubts[0].why, Unknown("which rule comes first is not known"))
    if least is None:
        return why
    if least is certain:
        return certain
    more = [{**one, "maybe": why} for one in least.value.get("denied", ())[len(certain.value.get("denied", ())) :]]
    if least.value["cidr_blocks"] != certain.value["cidr_blocks"]:
        more.append({"protocol": "all", "ports": _ALL_PORTS, "maybe": why})
    return certain._replace(value={**certain.value, "denied": [*certain.value.get("denied", ()), *more]})


def _without(rule: Placed, denies: Sequence[Deny]) -> Placed | None:
    """An allow without what these deny; ``None`` when nothing is left, the rule itself when nothing is taken."""
    value = rule.value
    sources, denied = value["cidr_blocks"], list(value.get("denied", ()))
    spoken = value["protocol"] if isinstance(value["protocol"], str) else "all"  # not known: it may be any
    against = [one for one in denies if spoken == "all" or one.protocol in {"all", spoken}]
    if spoken != "all":
        against = [one._replace(protocol=spoken) for one in against]
    for protocol, ports, together in _alike(against):
        if not _meet(ports, value["ports"]):
            continue
        kept = _kept(sources, together)
        if kept is sources:
            continue
        if protocol in {"all", spoken} and _spans(ports, value["ports"]):
            sources = kept
        elif not any(_is_public(item) for item in kept):
            denied.append({"protocol": protocol, "ports": ports})
    if sources is value["cidr_blocks"] and len(denied) == len(value.get("denied", ())):
        return rule
    if not sources and not isinstance(sources, Partial):
        return None
    return rule._replace(value={**value, "cidr_blocks": sources, "denied": denied})


def _alike(denies: Sequence[Deny]) -> Iterable[tuple[str, list[list[int]], list[Deny]]]:
    """Rules for the same protocol and ports, with those for more, together: what one leaves of the world another may
    take. Among very many rules only those for exactly the same are taken together."""
    groups: dict[tuple[Any, ...], list[Deny]] = {}
    for one in denies:
        groups.setdefault((one.protocol, *map(tuple, one.ports)), []).append(one)
    if len(groups) == 1 or len(groups) > _FEW:
        for (protocol, *_), together in groups.items():
            yield protocol, together[0].ports, together
        return
    ports = {key[1:]: together[0].ports for key, together in groups.items()}
    for protocol in dict.fromkeys(one.protocol for one in denies):
        for spans in ports.values():
            wider = [one for one in denies if one.protocol in {"all", protocol} and _spans(one.ports, spans)]
            if wider:
                yield protocol, spans, wider


def _kept(sources: Any, denies: Sequence[Deny]) -> Any:
    """The sources that are not wholly denied; the same object when all are kept."""
    if any(one.everybody for one in denies):
        return []
    internet = any(one.internet for one in denies)
    v4 = [pair for one in denies for pair in one.v4]
    v6 = [pair for one in denies for pair in one.v6]
    kept: list[Any] = []
    for item in sources:
        if not isinstance(item, str):
            kept.append(item)
        elif internet and _is_public(item):
            kept.extend([_INSIDE] if _holds_private(item) else [])
        elif not _inside(item, v4, v6):
            kept.append(item)
    if len(kept) == len(sources) and all(one is other for one, other in zip(kept, sources, strict=True)):
        return sources
    return Partial(kept, maybe=sources.maybe) if isinstance(sources, Partial) else kept


def _inside(item: str, v4: list[Range], v6: list[Range]) -> bool:
    """Whether ranges together hold all of a source."""
    parsed = address_range(item.strip())
    if parsed is not None:
        return covered(v4 if parsed[0] == 4 else v6, parsed[1:])
    world = is_everybody(item) and covered(v4, (0, (1 << 32) - 1))
    return world and covered(v6, (0, (1 << 128) - 1))


def _is_public(item: Any) -> bool:
    """Whether a source is, or holds, a part of the internet, as far as is known."""
    if not isinstance(item, str):
        return True
    return is_everybody(item) or (address_range(item.strip()) is not None and is_private(item.strip()) is not True)


def _holds_private(item: str) -> bool:
    """Whether something of a source is left without the internet."""
    if item.strip().lower() == _INTERNET:
        return False
    parsed = address_range(item.strip())
    return parsed is None or any(
        parsed[0] == private[0] and parsed[1] <= private[1] and private[2] <= parsed[2]
        for private in (address_range(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
        if private is not None
    )


def _sources(items: Any) -> tuple[bool, bool, list[Range], list[Range], Unknown | None]:
    """Everybody, the internet, ranges of both versions; and what is not known, taken for everybody."""
    everybody = internet = False
    v4: list[Range] = []
    v6: list[Range] = []
    lost = open_end(items)
    for item in items:
        if isinstance(item, Unknown):
            lost = lost if unknown_range(item) is False else first(lost, doubt(item))
        elif isinstance(item, str) and item.strip().lower() in {"*", "any", "all"}:
            everybody = True
        elif isinstance(item, str) and item.strip().lower() == _INTERNET:
            internet = True
        elif isinstance(item, str) and (parsed := address_range(item.strip())) is not None:
            (v4 if parsed[0] == 4 else v6).append((parsed[1], parsed[2]))
    return everybody or lost is not None, internet, v4, v6, lost


def _known_ports(ports: Any) -> tuple[list[list[int]], Unknown | None]:
    if isinstance(ports, Unknown):
        return _ALL_PORTS, doubt(ports)
    for low, high in ports:
        if isinstance(low, Unknown) or isinstance(high, Unknown):
            return _ALL_PORTS, doubt(low if isinstance(low, Unknown) else high)
    return list(ports), open_end(ports)


def _meet(one: list[list[int]], other: Any) -> bool:
    """Whether ports have one in common, as far as is known."""
    if isinstance(other, Unknown | Partial):
        return True
    return any(
        isinstance(low, Unknown) or isinstance(high, Unknown) or (low <= last and start <= high)
        for low, high in other
        for start, last in one
    )


def _spans(outer: list[list[int]], inner: Any) -> bool:
    """Whether ports hold all of others; what is not known of the others may be any port."""
    if isinstance(inner, Unknown | Partial) or any(isinstance(end, Unknown) for pair in inner for end in pair):
        return covered([(low, high) for low, high in outer], (0, LAST_PORT))
    return all(covered([(low, high) for low, high in outer], (low, high)) for low, high in inner)


def _applying(denies: Sequence[Deny], limits: dict[str, Any]) -> Iterator[Deny]:
    """The denies that hold wherever an allow does: not narrowed, or narrowed in the same way. Where that is not known
    they are doubtful."""
    for one in denies:
        answers = [_as_wide(held, limits.get(key)) for key, held in one.limits]
        unknown = next((answer for answer in answers if isinstance(answer, Unknown)), None)
        if any(answer is False for answer in answers):
            continue
        yield one if unknown is None else one._replace(why=first(one.why, unknown))


def _as_wide(held: Any, wanted: Any) -> Truth:
    if held in (None, "", []) or _any(held):
        return True
    hole = next((one for one in (wanted, *_elements(held), *_elements(wanted)) if isinstance(one, Unknown)), None)
    return doubt(hole) if hole is not None else bool(held == wanted)


def _elements(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _any(value: Any) -> bool:
    items = value if isinstance(value, list) else [value]
    return any(isinstance(item, str) and item.strip().lower() in _EVERYTHING for item in items)


def order_of(value: Any, otherwise: int | None = None) -> Any:
    """A priority as a number; an unknown as it is, ``otherwise`` where there is none."""
    if isinstance(value, Unknown):
        return value
    found = number(value)
    return found if isinstance(found, int) else otherwise
