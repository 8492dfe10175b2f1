"""Which resources of Terraform hold what may be a secret, and where.

Room: ``lang``. In: an inventory. Out: its resources, data sources and providers that set a sensitive attribute or have
a text in which the issuers of keys would know their own; of one of them the paths. Most have neither, and most texts
are met many times: each is looked at once in a scan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from iacgate.lang.terraform.sensitive import EVERYTHING, clear_names, is_clear, names_secret, places_of
from iacgate.model import Inventory, Path, Resource, Secret

_SHORTEST = 16
_CATEGORIES = frozenset(("resource", "data", "provider"))
_DEEPEST = 40


def holders(inventory: Inventory) -> list[Resource]:
    """The resources that may hold a secret, found out once for an inventory."""
    known: list[Resource] | None = inventory.memo.get(("secret holders", 0))
    if known is None:
        own = [one for one in inventory.resources if one.adapter.startswith("terraform") and one.view_of is None]
        looks = [_Look(one) for one in own if one.category in _CATEGORIES]
        marked = _marked({text for look in looks for text in look.texts})
        known = [look.resource for look in looks if look.is_sensitive or not marked.isdisjoint(look.texts)]
        inventory.memo["secret holders", 0] = known
    return known


class _Look:
    """One resource as far as it was looked at: its longer texts, and whether an attribute of it is sensitive."""

    __slots__ = ("is_sensitive", "resource", "texts")

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        places = places_of(resource.type)
        self.is_sensitive = resource.category == "provider" and next(sensitive_paths(resource), None) is not None
        self.texts: list[str] = []
        if places is not None and isinstance(resource.body, dict):
            self.is_sensitive = any(place.steps[0] in resource.body for place in places)
        self._gather(resource.body, by_name=places is None)

    def _gather(self, body: Any, *, by_name: bool) -> None:
        waiting = [body]
        texts = self.texts
        for node in waiting:
            kind = type(node)
            if kind is str:
                if len(node) >= _SHORTEST:
                    texts.append(node)
            elif kind is dict:
                if by_name and clear_names(tuple(node)):
                    self.is_sensitive = True
                waiting.extend(node.values())
            elif isinstance(node, list):
                waiting.extend(node)
            elif isinstance(node, Secret):
                waiting.append(node.reveal())


def _marked(texts: set[str]) -> set[str]:
    """Those in which a key may be; all of them are looked at in one go, for mostly there is none."""
    if _marks().search("\n".join(texts)) is None:
        return set()
    return {text for text in texts if _may_be_key(text)}


def sensitive_paths(resource: Resource) -> Iterator[tuple[Path, Any]]:
    """Path and value of what is in the sensitive attributes of a resource: each leaf."""
    if resource.category == "provider":
        yield from _named((), resource.body, names_secret)
    elif (places := places_of(resource.type)) is None:
        yield from _named((), resource.body, is_clear)
    else:
        for place in places:
            yield from _at(resource.body, place.steps)


def texts(resource: Resource) -> Iterator[tuple[Path, str]]:
    """Path and text of every text of a resource in which a key may be known by its shape."""
    waiting: list[tuple[Path, Any]] = [((), resource.body)]
    while waiting:
        path, node = waiting.pop()
        node = node.reveal() if isinstance(node, Secret) else node
        if isinstance(node, str):
            if _may_be_key(node):
                yield path, node
        elif isinstance(node, dict | list) and len(path) < _DEEPEST:
            items = list(node.items() if isinstance(node, dict) else enumerate(node))
            waiting.extend(((*path, step), item) for step, item in reversed(items))


def _may_be_key(text: str) -> bool:
    return len(text) >= _SHORTEST and _marks().search(text) is not None


@cache
def _marks() -> re.Pattern[str]:
    """What a text with a key in it has a piece of. Each begins with a letter: most texts are passed by quickly."""
    return re.compile(
        r"AKIA|ASIA|ABIA|ACCA|PRIVATE KEY|ghp_|gho_|ghu_|ghs_|ghr_|github_pat_|glpat-|glptt-|gldt-|glrt-"
        r"|xox[abeoprs]-|hooks\.slack\.com|sk_live_|rk_live_|AIza|npm_|pypi-AgE|SG\.|eyJ|AccountKey=|SharedAccessKey="
        r"|dckr_pat_|hv[sb]\.|sk-ant-|sk-proj-|GOCSPX-|glsa_|shpat_|shpss_|dop_v1_"
    )


def _named(path: Path, block: Any, means: Any) -> Iterator[tuple[Path, Any]]:
    if not isinstance(block, dict) or len(path) > _DEEPEST:
        return
    for name, value in block.items():
        if not isinstance(value, list | dict):
            if value is not None and isinstance(name, str) and means(name):
                yield (*path, name), value
        elif isinstance(value, list):
            for at, item in enumerate(value):
                yield from _named((*path, name, at), item, means)


def _at(body: Any, steps: tuple[str, ...]) -> Iterator[tuple[Path, Any]]:
    waiting: list[tuple[Path, Any, tuple[str, ...]]] = [((), body, steps)]
    while waiting:
        path, node, rest = waiting.pop()
        if isinstance(node, dict):
            keys = list(node) if not rest or rest[0] == EVERYTHING else [rest[0]] if rest[0] in node else []
            waiting.extend(((*path, key), node[key], rest[1:]) for key in reversed(keys))
        elif isinstance(node, list) and (not rest or rest[0] == EVERYTHING):
            waiting.extend(((*path, at), node[at], rest[1:]) for at in reversed(range(len(node))))
        elif node is not None and not rest and not isinstance(node, list):
            yield path, node
