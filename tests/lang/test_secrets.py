"""Secrets by shape and by name, and what must not be taken for one."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.lang.secrets import entropy, has_secret, is_secret, secret_kind, secrets
from iacgate.model import Hidden, Partial, Secret, Unknown

# put together here so that no scanner takes this file for a leak
PAT = "gh" + "p_" + "A1b2" * 9
KEY_ID = "AK" + "IA" + "Z3MSJV4WQ2YN7T5K"
SLACK = "xo" + "xb-" + "123456789012-abcdefABCDEF"
PEM = "-----BEGIN RSA " + "PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (KEY_ID, "an AWS access key"),
        (f"export KEY={KEY_ID}\n", "an AWS access key"),
        ("AKIA" + "IOSFODNN7EXAMPLE", "an AWS access key"),
        ("aws_secret_access_key = " + "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "zT3uQw8vLx", "an AWS secret key"),
        (PAT, "a GitHub token"),
        ("gl" + "pat-" + "abcDEF123456ghiJKL78", "a GitLab token"),
        (SLACK, "a Slack token"),
        ("sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc", "a Stripe key"),
        ("AI" + "za" + "SyA1234567890abcdefghijklmnopqrstuv", "a Google API key"),
        (PEM + "\nMII…", "a private key"),
        ("postgres://app:s3cretpw@db.internal:5432/x", "a password in an address"),
        (base64.b64encode(f"#!/bin/sh\nexport AWS_KEY={KEY_ID}\n".encode() * 2).decode(), "an AWS access key"),
        ('curl -H "Authorization: Bearer ' + "x9Fa2kL0pQ7zYw3" + '" https://e.example', "an authorization header"),
        ('curl -H "Authorization: Bearer $TOKEN" https://e.example', None),
        ("AKIA", None),
        ("postgres://app:${PASSWORD}@db/x", None),
        ("https://example.com/path:with@sign", None),
        ("-----BEGIN CERTIFICATE-----", None),
        ("-----BEGIN PUBLIC KEY-----", None),
        ("arn:aws:iam::123456789012:role/eyJhbGciOi", None),
        ("sha256:" + "a1" * 32, None),
        ("", None),
    ],
)
def test_shapes(text, kind):
    assert secret_kind(text) == kind


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DB_PASSWORD", "S3cr3t-pa55", True),
        ("password", "hunter2hunter2", True),
        ("api_key", "9f86d081884c7d659a2feaa0", True),
        ("AUTH_TOKEN", PAT, True),
        ("NAME", PAT, True),
        ("DB_PASSWORD", "${DB_PASSWORD}", False),
        ("DB_PASSWORD", "$DB_PASSWORD", False),
        ("DB_PASSWORD", "{{ vault.password }}", False),
        ("DB_PASSWORD", "<your-password>", False),
        ("DB_PASSWORD", "changeme1", False),
        ("DB_PASSWORD", "/run/secrets/db1", False),
        ("DB_PASSWORD", "arn:aws:secretsmanager:eu-1:1:secret:x", False),
        ("DB_PASSWORD", "", False),
        ("DB_PASSWORD", "short1", False),
        ("DB_PASSWORD", "aaaaaaaa1", False),
        ("PASSWORD_FILE", "Some-Where-1", False),
        ("SECRET_NAME", "prod-database-1", False),
        ("TOKEN_TTL", "3600seconds", False),
        ("PUBLIC_KEY", "ssh-rsa-AAAAB3NzaC1yc2E", False),
        ("LOG_LEVEL", "debug-level-99", False),
        ("DJANGO_SECRET_KEY", "k3x9-Vq7pL2mZ8w", True),
        ("secret_key_base", "9f86d081884c7d659a2feaa0", True),
        ("JWT_SIGNING_KEY", "k3x9-Vq7pL2mZ8w", True),
        ("storage_account_key", "k3x9Vq7pL2mZ8w==", True),
        ("passcode", "4f7a-22x9", True),
        ("SIGNING_KEY", "1234abcd-12ab-34cd-56ef-1234567890ab", False),
        ("master_key", "mrk-1234abcd12ab34cd56ef1234567890ab", False),
        ("ENCRYPTION_KEY", "alias/orders-2024", False),
        ("SESSION_KEY", "user-session-1", False),
        ("DB_PASSWORD", Unknown("var.password has no value"), False),
    ],
)
def test_names(name, value, expected):
    assert is_secret(name, value) is expected


def test_places_and_kinds_never_the_secret():
    body = {
        "env": [{"name": "DB_PASSWORD", "value": "S3cr3t-pa55"}, {"name": "MODE", "value": "prod"}],
        "data": {"token": PAT},
    }
    found = secrets(None, body)
    assert [(one.path, one.value["name"]) for one in found] == [
        (("env", 0, "value"), "DB_PASSWORD"),
        (("data", "token"), "token"),
    ]
    assert PAT not in repr(found)
    assert "S3cr3t" not in repr(found)


def test_certainty():
    assert has_secret({"a": Unknown("x")}) is False
    assert has_secret(Unknown("a script", prefix=f"export K={KEY_ID}")) is True
    assert has_secret({"password": Secret("S3cr3t-pa55")}) is False, (
        "a variable that is marked sensitive is not written down"
    )
    assert has_secret({"script": Secret(PEM)}) is True
    assert isinstance(has_secret(Partial([], maybe=Unknown("x"))), Unknown)


@given(
    st.recursive(
        st.none() | st.text(max_size=30), lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=9), inner)
    )
)
def test_any_value_is_looked_through(value):
    secrets(None, value)


def test_long_hostile_text_takes_no_time():
    for text in (
        "password=" * 40_000,
        "eyJ" * 60_000,
        "a://b:" * 30_000,
        "x" * 200_000,
        "aws_secret_key" + " " * 100_000,
    ):
        secret_kind(text)
        is_secret("password", text)


def test_entropy():
    assert entropy("") == 0
    assert entropy("aaaa") == 0
    assert entropy("ab") == 1


def test_a_value_hidden_for_its_name_is_looked_at_and_one_that_is_marked_is_not():
    assert is_secret("password", Hidden("x7Kq9vPz2mWb"))
    assert not is_secret("password", Secret("x7Kq9vPz2mWb"))
    assert [one.value["name"] for one in secrets(None, {"password": Hidden("x7Kq9vPz2mWb")})] == ["password"]
