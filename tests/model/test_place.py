"""Paths that outlive edits."""

from __future__ import annotations

from functools import reduce

import pytest

from iacgate.model import child, stable_path
from iacgate.model.place import Firsts

BODY = {
    "containers": [{"name": "app"}, {"name": "side"}, {"name": "app"}, {"image": "x"}, "text", {"name": True}],
    "ports": [{"containerPort": 80}],
    "command": ["server", "--port=80", "--debug", "-v", "--port=81", "--", "--a=b=c"],
}


@pytest.mark.parametrize(
    ("path", "stable"),
    [
        (("containers", 0, "image"), ("containers", "name=app", "image")),
        (("containers", 1), ("containers", "name=side")),
        (("containers", 2), ("containers", 2)),
        (("containers", 3), ("containers", 3)),
        (("containers", 4), ("containers", 4)),
        (("containers", 5), ("containers", 5)),
        (("containers", 99), ("containers", 99)),
        (("nothing", 0, "x"), ("nothing", 0, "x")),
        (("command", 0), ("command", 0)),
        (("command", 1), ("command", "--port")),
        (("command", 2), ("command", "--debug")),
        (("command", 3), ("command", 3)),
        (("command", 4), ("command", 4)),
        (("command", 6), ("command", "--a")),
    ],
)
def test_an_element_is_called_by_its_key_unless_an_earlier_one_has_it(path, stable):
    assert stable_path(BODY, path) == stable
    firsts: Firsts = {}
    assert stable_path(BODY, path, firsts) == stable_path(BODY, path, firsts) == stable


@pytest.mark.parametrize("path", [("command", 1), ("command", 2), ("command", 6), ("containers", 1), ("command", 4)])
def test_both_forms_of_a_path_lead_to_the_same_place(path):
    assert reduce(child, stable_path(BODY, path), BODY) == reduce(child, path, BODY)


def test_a_flag_that_is_not_there_leads_nowhere():
    assert child(BODY["command"], "--nothing") is None


def test_a_long_list_is_searched_once_for_all_its_elements():
    class Counted(dict[str, str]):
        looked = 0

        def get(self, key, default=None):
            Counted.looked += 1
            return super().get(key, default)

    items = [Counted(name=f"c{index}") for index in range(1000)]
    firsts: Firsts = {}
    for index in range(1000):
        assert stable_path(items, (index,), firsts) == (f"name=c{index}",)
    assert Counted.looked < 10_000
