"""Which places an image comes from."""

from __future__ import annotations

import pytest

from iacgate.lang.jmespath.artifacts import image_from
from iacgate.model import Unknown, is_unknown

TABLE = [
    ("nginx:1.27", ["docker.io"], True),
    ("nginx:1.27", ["docker.io/library"], True),
    ("nginx:1.27", ["docker.io/library/"], True),
    ("someone/nginx", ["docker.io/library"], False),
    ("registry.example.com/shop/web:1", ["registry.example.com/shop"], True),
    ("registry.example.com/shopping/web:1", ["registry.example.com/shop"], False),
    ("registry.example.com.evil.test/shop/web:1", ["registry.example.com"], False),
    ("registry.example.com:5000/web", ["registry.example.com"], False),
    ("registry.example.com:5000/web", ["registry.example.com:5000"], True),
    ("a/b", [], False),
]


@pytest.mark.parametrize(("reference", "places", "expected"), TABLE)
def test_a_place_ends_where_a_name_ends(reference: str, places: list[str], expected: bool) -> None:
    assert image_from(reference, places) is expected


def test_what_is_not_known_stays_so_unless_the_known_part_decides() -> None:
    tagged = Unknown("var.tag has no value", prefix="registry.example.com/shop/web:")
    assert image_from(tagged, ["registry.example.com"]) is True
    assert image_from(tagged, ["quay.io"]) is False
    assert is_unknown(image_from(Unknown("var.image has no value"), ["quay.io"]))
    assert image_from("NOT AN IMAGE", ["quay.io"]) is None
