"""Addresses: read with a tokenizer, written back the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.lang.terraform.address import (
    Address,
    AddressError,
    Step,
    Wildcard,
    format_key,
    parse_address,
    parse_module,
    split_key,
    without_keys,
)

NAMES = st.from_regex(r"[a-z_][a-z0-9_-]{0,8}", fullmatch=True).filter(
    lambda name: name not in {"module", "data", "ephemeral"}
)
KEYS = st.one_of(st.none(), st.integers(0, 10**6), st.just(Wildcard.ANY), st.text(max_size=12))
ADDRESSES = st.builds(
    Address,
    type=NAMES,
    name=NAMES,
    key=KEYS,
    modules=st.lists(st.builds(Step, name=NAMES, key=KEYS), max_size=3).map(tuple),
    mode=st.sampled_from(["managed", "data", "ephemeral"]),
)


@given(ADDRESSES)
def test_what_is_written_reads_back(address):
    text = str(address)
    assert parse_address(text) == address
    assert str(parse_address(text)) == text
    assert without_keys(text) == address.config
    assert parse_module(address.module) == address.modules
    base, key = split_key(text)
    assert (base + format_key(address.key), key) == (text, address.key)


@given(st.text(alphabet='module.data[]"\\a${0*}-', max_size=30))
def test_any_text_is_an_address_or_an_address_error(text):
    try:
        address = parse_address(text)
    except AddressError:
        return
    assert parse_address(str(address)) == address


@pytest.mark.parametrize(
    ("text", "config", "module", "keys"),
    [
        ("aws_s3_bucket.b", "aws_s3_bucket.b", "", (None,)),
        ("aws_s3_bucket.b[2]", "aws_s3_bucket.b", "", (2,)),
        ("aws_s3_bucket.b[*]", "aws_s3_bucket.b", "", (Wildcard.ANY,)),
        ('module.b["data.main"].aws_x.y["a]b"]', "module.b.aws_x.y", 'module.b["data.main"]', ("data.main", "a]b")),
        (r'module.b["we\"ird/k"].data.aws_x.y', "module.b.data.aws_x.y", r'module.b["we\"ird/k"]', ('we"ird/k', None)),
        ('a.b["$${x}%%{y}$$"]', "a.b", "", ("${x}%{y}$$",)),
        (r'a.b["\u0007\\"]', "a.b", "", ("\a\\",)),
        ("module.a.module.b[0].x_y.z", "module.a.module.b.x_y.z", "module.a.module.b[0]", (None, 0, None)),
    ],
)
def test_the_forms_of_an_address(text, config, module, keys):
    address = parse_address(text)
    assert (str(address), address.config, address.module, address.keys) == (text, config, module, keys)


@pytest.mark.parametrize(
    "text", ["", "aws_s3_bucket", "module.a", "module.a[.b.c", 'a.b["x]', "a.b.c", "a.b[x]", "a.b[0] ", "data.a"]
)
def test_what_is_no_address_is_refused_with_the_text_quoted(text):
    with pytest.raises(AddressError, match="address"):
        parse_address(text)


def test_a_module_address_is_not_taken_from_a_resource():
    with pytest.raises(AddressError):
        parse_module("module.a.aws_s3_bucket.b")
