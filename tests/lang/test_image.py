"""Image references by the distribution grammar, and what a reference with a hole still says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.lang.image import BadReference, Image, parse_image
from iacgate.model import Unknown

SHA = "sha256:" + "0a" * 32


@pytest.mark.parametrize(
    ("reference", "registry", "repository", "tag", "digest"),
    [
        ("nginx", "docker.io", "library/nginx", None, None),
        ("nginx:1.27", "docker.io", "library/nginx", "1.27", None),
        ("bitnami/nginx", "docker.io", "bitnami/nginx", None, None),
        ("docker.io/nginx", "docker.io", "library/nginx", None, None),
        ("index.docker.io/a/b:c", "docker.io", "a/b", "c", None),
        ("localhost/x", "localhost", "x", None, None),
        ("localhost:5000/x/y:z", "localhost:5000", "x/y", "z", None),
        ("host:5000/x", "host:5000", "x", None, None),
        ("gcr.io/a/b@" + SHA, "gcr.io", "a/b", None, SHA),
        ("a/b:c@" + SHA, "docker.io", "a/b", "c", SHA),
        ("[::1]:5000/a", "[::1]:5000", "a", None, None),
        ("HOST/a", "HOST", "a", None, None),
        ("a__b/c-d.e--f", "docker.io", "a__b/c-d.e--f", None, None),
    ],
)
def test_parts(reference, registry, repository, tag, digest):
    assert parse_image(reference) == Image(registry=registry, repository=repository, tag=tag, digest=digest)


@pytest.mark.parametrize(
    "reference",
    [
        "",
        ":x",
        "Nginx",
        "a/B",
        "a:",
        "a:b:c",
        "a@",
        "a@sha256:12",
        "a//b",
        "a/",
        "a___b",
        "-a",
        "a b",
        "0a" * 32,
        "a" * 256,
        "a:" + "b" * 129,
        "http://a.b/c",
        "é",
    ],
)
def test_what_is_no_reference(reference):
    with pytest.raises(BadReference):
        parse_image(reference)


def known(value):
    return "?" if isinstance(value, Unknown) else value


@pytest.mark.parametrize(
    ("prefix", "suffix", "parts"),
    [
        ("", "", ("?", "?", "?", "?")),
        ("node:", "", ("docker.io", "library/node", "?", "?")),
        ("node:", "-alpine", ("docker.io", "library/node", "?", "?")),
        ("", "/app:1.0", ("?", "?", "1.0", "?")),
        ("reg.io/", ":1", ("reg.io", "?", "1", "?")),
        ("reg.io/a", "", ("reg.io", "?", "?", "?")),
        ("host:", "/app", ("?", "?", "?", "?")),
        ("host:", "/app:2", ("?", "?", "2", "?")),
        ("", "@" + SHA, ("?", "?", "?", SHA)),
        ("a/b:c@", "", ("docker.io", "a/b", "c", "?")),
        ("a/b", ":latest", ("docker.io", "?", "latest", "?")),
    ],
)
def test_a_hole_leaves_what_is_certain(prefix, suffix, parts):
    image = parse_image(Unknown("why", prefix=prefix, suffix=suffix))
    assert (known(image.registry), known(image.repository), known(image.tag), known(image.digest)) == parts


@pytest.mark.parametrize(
    ("prefix", "suffix", "ends"),
    [("node:", "-alpine", ("", "-alpine")), ("node:22-", "@" + SHA, ("22-", "")), ("node", "-x", ("", ""))],
)
def test_a_tag_keeps_the_ends_that_are_known(prefix, suffix, ends):
    tag = parse_image(Unknown("why", prefix=prefix, suffix=suffix)).tag
    assert (tag.prefix, tag.suffix) == ends


@pytest.mark.parametrize(
    ("reference", "familiar"), [("nginx:1", "nginx"), ("a/b", "a/b"), ("gcr.io/a/b:1", "gcr.io/a/b")]
)
def test_familiar_names(reference, familiar):
    assert parse_image(reference).familiar == familiar


@given(st.text("aB0.:/@-_[]", max_size=60))
def test_any_text_is_a_reference_or_not(text):
    try:
        image = parse_image(text)
    except BadReference:
        return
    assert image.registry
    assert image.repository
