"""Secrets in the start-up scripts of virtual machines: as text, encoded in Base64, with escaped quotes.

Room: ``checks``. In: ``user_data`` in its spellings. Out: one violation for each kind of secret, never the
secret.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from typing import Any

from iacgate.lang.secrets import secrets
from iacgate.model import reveal
from iacgate.sdk import Inventory, Resource, Unknown, Violation, check

_ATTRIBUTES = ("user_data", "user_data_base64", "user_data_raw")
_MAX_TEXT = 100_000
"""More than any cloud takes (EC2 16 KB, OpenStack and DigitalOcean 64 KB)."""


@check("user-data-secret")
def user_data_secret(subject: Resource, inventory: Inventory, params: object) -> Iterator[Violation]:
    """Scripts with a secret in them. What is not known comes from elsewhere, and is not written down."""
    del inventory, params
    for attribute in _ATTRIBUTES:
        found = [secrets(None, {attribute: text}) for text in _readings(reveal(subject.get(attribute)))]
        kinds = dict.fromkeys(one.value["kind"] for some in found for one in some)
        if kinds:
            yield Violation(message=f"{attribute} holds {', '.join(kinds)}", path=(attribute,))


def _readings(value: Any) -> Iterator[str]:
    """The script line by line without its escapes, decoded if it is encoded; the known ends of one with a hole."""
    if isinstance(value, Unknown):
        value = f"{value.prefix}\n{value.suffix}"
    text = value[:_MAX_TEXT] if isinstance(value, str) else ""
    decoded = _decoded(text)
    for line in (decoded if decoded is not None else text).splitlines():
        yield line.replace('\\"', '"').replace("\\'", "'")


def _decoded(text: str) -> str | None:
    """The text behind Base64, ``None`` for text that is none."""
    packed = "".join(text.split())
    if len(packed) < 16 or len(packed) % 4:
        return None
    try:
        return b64decode(packed, validate=True).decode("utf-8")
    except ValueError:
        return None
