"""The Dockerfile adapter: which files, which resources, what is in them and where it stands."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iacgate.errors import SyntaxFailure
from iacgate.inputs import dockerfile
from iacgate.model import SourceFile, Unknown, jsonable, stable_path
from iacgate.spi import InputContext


def source(text: str | bytes, path: str = "app/Dockerfile", *, named: bool = False) -> SourceFile:
    data = text.encode() if isinstance(text, str) else text
    return SourceFile(path=path, absolute="", read=lambda: data, named=named)


def resources(text: str, path: str = "Dockerfile"):
    documents = list(dockerfile.parse(source(text, path)))
    return list(dockerfile.normalise(documents, InputContext(root="/", open=lambda _: None)))


def built(text: str):
    """The stages of a file."""
    return [one for one in resources(text) if one.type == "dockerfile_stage"]


def last(text: str):
    """The last instruction of ``FROM a`` and the text."""
    return resources(f"FROM a\n{text}")[-1]


def spot(resource, *path):
    place = resource.at(*path)
    return place.line, place.column, place.end_line, place.end_column


@pytest.mark.parametrize(
    ("path", "text", "named", "claimed"),
    [
        ("Dockerfile", "", False, True),
        ("dockerfile", "", False, True),
        ("a/Containerfile", "", False, True),
        ("Dockerfile.prod", "", False, True),
        ("Dockerfile.prod.v1.2", "", False, True),
        ("api.Dockerfile", "", False, True),
        ("api.dockerfile", "", False, True),
        ("Containerfile.dev", "", False, True),
        ("Dockerfile-dev", "FROM a\n", False, True),
        ("Dockerfile_dev", "# x\n\nARG A=1\nFROM a\n", False, True),
        ("Dockerfile-dev", "hello\n", False, False),
        ("Dockerfile.go", "FROM golang:1.23 AS build\n", False, True),
        ("Dockerfile.go", "package x\n", False, False),
        ("dockerfile.py", "from os import path\n", False, False),
        ("Dockerfile.md", "FROM a\n", False, False),
        ("Dockerfile.dockerignore", "FROM a\n", False, False),
        (".dockerignore", "x\n", False, False),
        ("Dockerfile.j2", "FROM a\n", True, False),
        ("Dockerfile.tmpl", "FROM a\n", False, False),
        ("build/image", "FROM a\n", True, True),
        ("build/image", "FROM a\n", False, False),
        ("setup", "from x import y\n", True, False),
        ("setup", "FROM --platform=$X \\\n a\n", True, True),
        ("main.tf", 'resource "a" "b" {}\n', True, False),
    ],
)
def test_files_that_are_claimed(path, text, named, claimed):
    assert dockerfile.claims(source(text, path, named=named)) is claimed


def test_addresses():
    found = resources("ARG V=1\nFROM a AS one\nRUN x\nFROM b\nUSER u\n", "app/Dockerfile")
    assert [one.address for one in found] == [
        "app/Dockerfile#:1",
        "app/Dockerfile#one",
        "app/Dockerfile#one:2",
        "app/Dockerfile#one:3",
        "app/Dockerfile#1",
        "app/Dockerfile#1:4",
        "app/Dockerfile#1:5",
    ]
    assert {one.provider for one in found} == {"docker"}
    assert [one.name for one in found if one.type == "dockerfile_stage"] == ["one", "1"]


def test_two_stages_of_one_name_have_two_addresses():
    assert [one.address for one in built("FROM a AS x\nFROM b AS X\n")] == ["Dockerfile#x", "Dockerfile#1"]


def identities(text: str) -> list[str]:
    return [one.config_address for one in resources(text) if one.type == "dockerfile_instruction"]


def test_identities_survive_lines_comments_and_layout():
    before = identities("FROM a\nRUN x 1 && y\nENV A=1 B=2\nUSER u\nCOPY p /q\nRUN z\n")
    after = identities(
        "# hello\n\nFROM a:2\nRUN new\n\nRUN x 2 \\\n  # note\n   && y -v\nENV A=3 B=4\nUSER v\nCOPY r /q\nRUN z\n"
    )
    assert set(before) < set(after)
    assert len(set(after)) == len(after)


def test_identities_are_different_where_instructions_are():
    found = identities("FROM a\nRUN x\nRUN x\nRUN y\nENV A=1\nARG A=1\nRUN <<E\nx\nE\nEXPOSE 1\nEXPOSE 2\n")
    assert len(set(found)) == len(found)


def test_identities_do_not_depend_on_a_secret():
    assert identities("FROM a\nENV PASSWORD=one\n") == identities("FROM a\nENV PASSWORD=two\n")


BASES = [
    # file, image, name, tag, digest, stage, scratch
    ("FROM alpine:3.20\n", "alpine:3.20", "alpine", "3.20", None, None, False),
    ("FROM alpine\n", "alpine", "alpine", None, None, None, False),
    ("FROM scratch\n", "scratch", None, None, None, None, True),
    ("FROM a AS b\nFROM B\n", "B", None, None, None, "b", False),
    ("ARG V=3\nARG I=alpine:${V}\nFROM ${I}\n", "alpine:3", "alpine", "3", None, None, False),
    ("FROM ${X:-alpine:3}\n", "alpine:3", "alpine", "3", None, None, False),
    ("FROM --platform=linux/amd64 g.io/a/b:1\n", "g.io/a/b:1", "g.io/a/b", "1", None, None, False),
]


@pytest.mark.parametrize(("text", "image", "name", "tag", "digest", "stage", "scratch"), BASES)
def test_bases(text, image, name, tag, digest, stage, scratch):
    base = built(text)[-1].body["base"]
    found = (base["image"], base["name"], base["tag"], base["digest"], base["stage"], base["scratch"])
    assert found == (image, name, tag, digest, stage, scratch)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ARG V\nFROM a:$V\n", "build argument V has no default"),
        ("FROM a:$V\n", "build argument V is not declared before FROM"),
        ("FROM a:$TARGETARCH\n", "TARGETARCH depends on the build"),
    ],
)
def test_a_base_that_is_not_known_says_why(text, why):
    base = built(text)[0].body["base"]
    assert isinstance(base["tag"], Unknown)
    assert base["tag"].reason == why
    assert base["name"] == "a"


def test_an_image_that_no_registry_has_is_unknown():
    assert "capitals" in built("FROM Alpine\n")[0].body["base"]["tag"].reason


def test_a_stage_ends_in_a_state_and_the_next_inherits_it():
    parent, child, other = built(
        "FROM a AS p\nENV A=1\nENV B=$A-2\nARG C=3\nUSER u:$C\nWORKDIR /x\nWORKDIR y\nEXPOSE 22 53/udp\nLABEL l=m\n"
        'HEALTHCHECK CMD x\nSHELL ["bash", "-c"]\nCMD ["z"]\nENTRYPOINT e\nFROM p AS q\nWORKDIR ..\nFROM b\n'
    )
    expected = {
        "user": "u:3",
        "user_line": 5,
        "env": {"A": "1", "B": "1-2"},
        "args": {"C": "3"},
        "labels": {"l": "m"},
        "exposed_ports": [
            {"port": 22, "last": 22, "protocol": "tcp"},
            {"port": 53, "last": 53, "protocol": "udp"},
        ],
        "healthcheck": {"type": "CMD", "form": "shell", "test": ["x"]},
        "shell": ["bash", "-c"],
        "cmd": {"form": "json", "words": ["z"]},
        "entrypoint": {"form": "shell", "words": ["e"]},
    }
    for stage in (parent, child):
        assert {key: stage.body[key] for key in expected} == expected
    assert (parent.body["workdir"], child.body["workdir"]) == ("/x/y", "/x")
    assert (other.body["user"], other.body["env"], other.body["shell"]) == (None, {}, ["/bin/sh", "-c"])
    assert [stage.body["final"] for stage in (parent, child, other)] == [False, False, True]
    assert child.at("user").line == 5
    assert child.at("env", "B").line == 3
    assert other.at("user").line == 16


def test_what_the_last_stage_is_built_on_is_shipped():
    found = built("FROM a AS one\nFROM b AS two\nFROM one\nCOPY --from=two x y\n")
    assert [stage.body["shipped"] for stage in found] == [True, False, True]
    assert [(relation.path, relation.target) for relation in found[2].relations()] == [
        (("base",), "Dockerfile#one"),
        (("instructions", 1, "flags", "from"), "Dockerfile#two"),
    ]


@pytest.mark.parametrize(
    ("text", "user"),
    [
        ("", None),
        ("USER 0:0", "0:0"),
        ("ARG U=root\nUSER $U", "root"),
        ("ENV U=app\nARG U=root\nUSER $U", "app"),
        ("USER a\nUSER ${UID:-1000}", "1000"),
        ("ONBUILD USER a", None),
    ],
)
def test_users(text, user):
    assert built(f"FROM a\n{text}\n")[0].body["user"] == user


def test_arguments_before_from_are_known_in_a_stage_only_when_named_again():
    text = "ARG V=1\nFROM a\n{}ENV X=$V\n"
    assert built(text.format("ARG V\n"))[0].body["env"]["X"] == "1"
    assert "base image may set it" in built(text.format(""))[0].body["env"]["X"].reason
    assert built("FROM scratch\nENV X=$V\n")[0].body["env"]["X"] == ""


def test_one_env_sees_the_variables_as_they_were_before_it():
    assert built("FROM scratch\nENV A=1\nENV A=2 B=$A\n")[0].body["env"] == {"A": "2", "B": "1"}


def test_run():
    one = last("RUN --mount=type=secret,id=s,dst=/k,required --network=none curl -k x | \\\n  sudo sh\n")
    curl, shell = one.body["commands"]
    assert (curl["name"], curl["words"], curl["pipes_to"]) == ("curl", ["-k", "x"], ["sh"])
    assert (shell["prefix"], shell["text"]) == (["sudo"], "sudo sh")
    assert one.body["mounts"] == [{"type": "secret", "id": "s", "target": "/k", "required": True}]
    assert one.body["flags"] == {"mount": "type=secret,id=s,dst=/k,required", "network": "none"}
    assert spot(one, "commands", 0, "words", 0) == (2, 66, 2, 68)
    assert spot(one, "commands", 1) == (3, 3, 3, 10)
    assert spot(one, "mounts", 0) == (2, 5, 2, 45)
    assert spot(one) == (2, 1, 2, 72)


def test_commands_have_names_for_paths():
    body = last("RUN a && curl -k x\n").body
    assert stable_path(body, ("commands", 1, "words", 0)) == ("commands", "name=curl", "words", 0)


def test_run_with_heredocs():
    one = last("RUN <<E\nset -e\n  curl -k x\nE\n")
    assert [command["name"] for command in one.body["commands"]] == ["set", "curl"]
    assert spot(one, "commands", 1, "words", 0) == (4, 8, 4, 10)
    fed = last("RUN bash -e <<-E\n\tcurl -k x\n\tE\n")
    assert [command["name"] for command in fed.body["commands"]] == ["bash", "curl"]
    assert spot(fed, "commands", 1, "words", 0) == (3, 7, 3, 9)
    assert fed.body["heredocs"] == [{"name": "E", "body": "curl -k x\n", "expand": True}]
    data = last("RUN cat <<E > f\ncurl -k x\nE\n")
    assert [command["name"] for command in data.body["commands"]] == ["cat"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("RUN <<E\n#!/usr/bin/env python3\nimport os\nE\n", ["python3"]),
        ("RUN <<E\n#!/bin/bash -e\na\nE\n", ["a"]),
        ("RUN <<E python3\nimport os\nE\n", ["python3"]),
        ('RUN ["sh", "-c", "a; b"]\n', ["sh", "a", "b"]),
        ('RUN ["a b", "c;d"]\n', ["a b"]),
        ('SHELL ["powershell", "-Command"]\nRUN Get-Item x; y\n', []),
        ('SHELL ["cmd"]\nSHELL ["/bin/bash", "-c"]\nRUN a\n', ["a"]),
        ("RUN\n", []),
        ("ONBUILD RUN a\n", ["a"]),
    ],
)
def test_what_runs(text, names):
    assert [command["name"] for command in last(text).body["commands"]] == names


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("curl $OPTIONS x", ["-s", "-k", "x"]),
        ("curl ${OPTIONS} x", ["-s", "-k", "x"]),
        ('curl "$OPTIONS" x', ["-s -k", "x"]),
        ("curl '$OPTIONS' x", ["$OPTIONS", "x"]),
        ("curl \\$OPTIONS x", ["$OPTIONS", "x"]),
        ("curl a/$OPTIONSX/$HOST/b", ["a/$OPTIONSX/h/b"]),
        ("OPTIONS=-v; curl $OPTIONS", ["$OPTIONS"]),
        ("curl $LATE $NONE ${HOST:-x}", ["$LATE", "$NONE", "${HOST:-x}"]),
        ("curl $EMPTY x", ["x"]),
    ],
)
def test_a_script_sees_what_env_and_arg_set(script, words):
    one = last(f'ENV OPTIONS="-s -k" HOST=h EMPTY=\nARG LATE\nRUN {script}\n')
    curl = one.body["commands"][-1]
    assert curl["words"] == words
    assert all(one.at("commands", 0, "words", number).line == 4 for number in range(len(words)))


def test_windows_images_do_not_run_sh():
    assert resources("# escape=`\nFROM a\nRUN a & b\n")[-1].body["shell"] == "cmd"
    assert resources("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN a\n")[-1].body["commands"] == []


def test_copy():
    one = last('ENV D=/y\nCOPY --from=0 --chown=u $D/a "b" <<E /x/\nhi\nE\n')
    assert (one.body["sources"], one.body["destination"]) == (["/y/a", "b"], "/x/")
    assert one.body["flags"] == {"from": "0", "chown": "u"}
    assert spot(one, "sources", 1) == (3, 30, 3, 33)
    assert spot(one, "destination") == (3, 38, 3, 41)
    assert last('ADD ["a b", "c"]\n').body["sources"] == ["a b"]
    earlier = resources("FROM a AS one\nFROM b\nCOPY --from=0 x y\nCOPY --from=c:1 x y\n")
    assert [earlier[-2].body["from"]["stage"], earlier[-1].body["from"]["tag"]] == ["one", "1"]


def test_keys():
    one = last("ENV A=1 B='x y' \\\n  C=\"$Z\"\n")
    assert (one.body["keys"]["A"], one.body["keys"]["B"]) == ("1", "x y")
    assert isinstance(one.body["keys"]["C"], Unknown)
    assert spot(one, "keys", "B") == (2, 11, 2, 16)
    assert last("ENV A b c\n").body["keys"] == {"A": "b c"}
    argument = last("ARG A B=c\n")
    assert argument.body["keys"]["B"] == "c"
    assert argument.body["keys"]["A"].reason == "build argument A has no default"
    assert spot(argument, "keys", "A") == (2, 5, 2, 6)


def test_ports():
    one = last("ENV P=22\nEXPOSE $P 8000-8010/UDP $Q\n")
    known, span, unknown = one.body["ports"]
    assert (known, span) == (
        {"port": 22, "last": 22, "protocol": "tcp"},
        {"port": 8000, "last": 8010, "protocol": "udp"},
    )
    assert isinstance(unknown["port"], Unknown)
    assert spot(one, "ports", 1, "port") == (3, 11, 3, 24)


def test_a_path_that_is_not_there_is_the_nearest_thing_around():
    one = last("RUN a b\n")
    assert spot(one, "commands", 0, "words", 9) == spot(one, "commands", 0)
    assert spot(one, "nothing") == spot(one) == (2, 1, 2, 8)
    stage = built("FROM a\nRUN x y\n")[0]
    assert spot(stage, "instructions", 1, "commands", 0, "words", 0) == (2, 7, 2, 8)
    assert spot(stage, "healthcheck") == spot(stage) == (1, 1, 1, 7)
    assert spot(stage, "base", "tag") == (1, 6, 1, 7)


def test_bodies_can_be_written_as_json():
    for one in resources("ARG A\nFROM a:$A\nENV B=$A\nEXPOSE $A\nHEALTHCHECK NONE\nUSER $A\nRUN x\n"):
        assert json.loads(json.dumps(jsonable(one.body)))


def test_the_document_tells_its_comments_and_text():
    (document,) = dockerfile.parse(source("# syntax=x\n# hadolint ignore=DL3006\nFROM a\n"))
    assert [comment.text for comment in document.comments()] == ["syntax=x", "hadolint ignore=DL3006"]
    assert document.text().startswith("# syntax")
    assert document.body == {
        "directives": {"syntax": "x"},
        "escape": "\\",
        "stages": ["0"],
        "instructions": ["FROM"],
    }


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("RUN x\n", 1, "before the first FROM"),
        ("FROM a\nRUN <<E\n" + "a;" * 30_000 + "\nE\n", 2, "more than 20,000 commands"),
        ("FROM a\nRUN " + "a $(" * 20 + ")" * 20, 2, "nests more than"),
        ("".join(f"FROM s{n} AS s{n + 1}\nENV k{n}=\n" for n in range(5_000)), None, "more than 200,000 values"),
    ],
    ids=["no FROM", "many commands", "deep", "many stages"],
)
def test_a_file_that_cannot_be_followed_is_refused(text, line, says):
    with pytest.raises(SyntaxFailure, match=says) as caught:
        list(dockerfile.parse(source(text)))
    assert line is None or caught.value.location.line == line


def test_real_files_give_resources_with_places(corpora):
    count = 0
    for path in sorted((corpora / "parsers/dockerfile").rglob("Dockerfile")):
        if "moby+buildkit" in str(path):
            continue
        text = path.read_bytes().decode()
        for one in resources(text):
            place = one.at()
            assert 1 <= place.line <= place.end_line <= text.count("\n") + 1
            for number, command in enumerate(one.body.get("commands", ())):
                spotted = one.at("commands", number)
                if spotted.line == spotted.end_line:
                    line = text.split("\n")[spotted.line - 1]
                    assert line[spotted.column - 1 : spotted.end_column - 1] == command["text"]
                    count += 1
    assert count > 500


def test_the_user_that_decides_is_marked():
    found = resources("FROM a AS p\nUSER x\nUSER y\nFROM b\nUSER z\nFROM p\nRUN q\n")
    users = [(one.body["words"][0], one.body["effective"]) for one in found if one.name == "USER"]
    assert users == [("x", False), ("y", True), ("z", False)]


def test_from_knows_its_stage():
    found = [one.body for one in resources("FROM a AS p\nFROM b AS P\n") if one.get("instruction") == "FROM"]
    assert [(body["name"], body["name_taken"], body["base"]["name"]) for body in found] == [
        ("p", False, "a"),
        ("p", True, "b"),
    ]


LINES = st.sampled_from([
    "FROM a", "FROM $X AS b", "FROM b", "FROM scratch", "ARG X", "ARG X=1 Y=${X:-2}", "ENV A=$X B='c d'",
    "ENV C d $A", "USER $X:${A%d}", "WORKDIR x/../$A", "RUN a $A | b && c <<E\nd $(e)\nE", "RUN <<E\n#!/bin/sh\nx\nE",
    "EXPOSE $A 1-2/udp", 'RUN ["sh", "-c", "a; b \\"$A\\""]', "COPY --from=0 $A <<E /x\ny\nE", 'ADD ["a", "b"]',
    "ONBUILD RUN a | b", "HEALTHCHECK", "HEALTHCHECK --interval=$A CMD x", 'SHELL ["pwsh"]',
    "LABEL a=b \\\n  # c\n  d=$A", "VOLUME $A b", "CMD x", "ENTRYPOINT []", "RUN",
])  # fmt: skip


def paths(value, path=()):
    yield path
    if isinstance(value, dict):
        for key, held in value.items():
            yield from paths(held, (*path, key))
    elif isinstance(value, list):
        for index, held in enumerate(value):
            yield from paths(held, (*path, index))


@settings(max_examples=150, deadline=None)
@given(st.lists(LINES, max_size=12))
def test_every_part_of_every_body_has_a_place_in_the_file(lines):
    text = "FROM a\n" + "\n".join(lines) + "\n"
    try:
        found = resources(text)
    except SyntaxFailure:
        return
    rows = text.split("\n")
    assert len({one.address for one in found}) == len(found)
    assert json.dumps(jsonable([one.body for one in found]))
    for one in found:
        for path in paths(one.body):
            place = one.at(*path)
            assert 1 <= place.line <= place.end_line <= len(rows)
            assert 1 <= place.column <= len(rows[place.line - 1]) + 1
            assert 1 <= place.end_column <= len(rows[place.end_line - 1]) + 1
