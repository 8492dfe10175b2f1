"""Character sets by their IANA names. In: text and a name. Out: bytes, and back; ``Exhausted`` for a set that is not
known here."""

from __future__ import annotations

from iacgate.lang.terraform.values import Exhausted, Fault

_NAMED = {
    "utf-8": "utf-8", "us-ascii": "ascii", "ascii": "ascii", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be",
    "iso-8859-1": "latin-1", "latin1": "latin-1",
    "koi8-r": "koi8-r", "koi8-u": "koi8-u",
    **{f"iso-8859-{part}": f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16)},
    **{f"ibm{page}": f"cp{page}" for page in (437, 850, 852, 855, 858, 860, 862, 863, 865, 866)},
}  # fmt: skip


def _codec(name: str) -> str:
    found = _NAMED.get(name.lower())
    if found is None:
        raise Exhausted(f"the encoding {name} is not evaluated here")
    return found


def encode(text: str, name: str) -> bytes:
    """The text in a character set."""
    try:
        return text.encode(_codec(name))
    except UnicodeError as error:
        raise Fault(f"the text has characters that {name} does not have") from error


def decode(data: bytes, name: str) -> str:
    """The text that bytes spell in a character set."""
    try:
        text = data.decode(_codec(name))
    except UnicodeError as error:
        raise Fault(f"these bytes are no text in {name}") from error
    if "\ufffd" in text:
        raise Fault(f"these bytes are no text in {name}")
    return text
