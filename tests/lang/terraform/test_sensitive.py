"""What types make sensitive is wrapped where it stands, and nothing else."""

from __future__ import annotations

import re

import pytest

from iacgate.lang.terraform import sensitive
from iacgate.lang.terraform.sensitive import conceal, conceal_known, is_clear, mark_of, places_of
from iacgate.model import Hidden, Secret, Unknown, jsonable


@pytest.mark.parametrize(
    ("kind", "body", "hidden"),
    [
        ("aws_db_instance", {"password": "p", "username": "u"}, {"password"}),
        ("aws_elasticache_user", {"passwords": ["a", "b"]}, {"passwords.0", "passwords.1"}),
        ("aws_mq_broker", {"user": [{"username": "u", "password": "p"}]}, {"user.0.password"}),
        ("kubernetes_secret", {"data": {"a": "x"}, "metadata": [{"name": "n"}]}, {"data.a"}),
        ("aws_secretsmanager_secret_version", {"secret_string": {"a": "x"}}, {"secret_string.a"}),
        ("github_actions_secret", {"plaintext_value": "x", "secret_name": "n"}, {"plaintext_value"}),
        ("unheard_of", {"client_secret": "x", "api_key_name": "n"}, {"client_secret"}),
        ("unheard_of", {"login": [{"password": "x"}]}, {"login.0.password"}),
        ("unheard_of", {"variables": {"DB_PASSWORD": "x", "password": "y"}}, set()),
        ("unheard_of", {"manage_password": "yes", "password": True, "reset_password": "no"}, set()),
        ("aws_ssm_parameter", {"value": None}, set()),
    ],
)
def test_what_a_type_makes_sensitive_is_wrapped(kind, body, hidden):
    conceal(kind, body)
    assert {path for path, value in _leaves("", body) if isinstance(value, Hidden)} == hidden


def _leaves(path, node):
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _leaves(f"{path}.{key}".lstrip("."), value)
    else:
        yield path, node


def test_marks_and_unknowns_stay_as_they_are():
    unknown = Unknown("later")
    marked = Secret("x")
    body = {"password": unknown, "password_wo": marked}
    conceal("aws_db_instance", body)
    assert body["password"] is unknown
    assert body["password_wo"] is marked


def test_where_there_are_marks_names_have_nothing_to_add():
    body = {"client_secret": "x"}
    conceal_known("unheard_of", body)
    assert body == {"client_secret": "x"}
    assert not isinstance(body["client_secret"], Secret)


@pytest.mark.parametrize("body", [None, [], "text", Unknown("later"), {}])
def test_bodies_of_any_kind_are_taken(body):
    conceal("aws_db_instance", body)
    conceal("unheard_of", body)


def test_a_hidden_value_compares_and_prints_as_a_secret():
    assert Hidden("x") == "x"
    assert f"{Hidden('x')}" == "***"
    assert jsonable(Hidden("x")) == {"$secret": True}


def test_the_table_is_spelled_well():
    kinds = list(sensitive._TABLE)
    assert kinds
    for kind in kinds:
        assert re.fullmatch(r"[a-z0-9_]+", kind)
        places = places_of(kind)
        assert places
        for place in places:
            assert all(re.fullmatch(r"[a-z0-9_]+|\*", step) for step in place.steps), kind


@pytest.mark.parametrize(
    ("kind", "path", "mark"),
    [
        ("aws_db_instance", ("password",), ""),
        ("aws_db_instance", ("username",), None),
        ("kubernetes_secret", ("data", "a"), "~"),
        ("azurerm_linux_virtual_machine", ("custom_data",), "?"),
        ("aws_mq_broker", ("user", 0, "password"), ""),
        ("unheard_of", ("password",), None),
    ],
)
def test_how_the_table_marks_a_path(kind, path, mark):
    assert mark_of(kind, path) == mark


@pytest.mark.parametrize("name", ["password", "db_password", "client_secret", "private_key_pem", "api_key"])
def test_clear_names(name):
    assert is_clear(name)


@pytest.mark.parametrize("name", ["secret", "token", "secret_name", "password_policy", "http_tokens", "reset_password"])
def test_names_that_say_too_little(name):
    assert not is_clear(name)
