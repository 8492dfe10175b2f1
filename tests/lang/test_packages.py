"""What a command installs by name, and which of it is pinned."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.lang.jmespath.artifacts import commands
from iacgate.lang.packages import packages


def installed(line):
    return {one["name"]: one["pinned"] for command in commands(line) for one in packages(command)}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("apt-get install -y curl=7.88 wget", {"curl=7.88": True, "wget": False}),
        ("apt-get -o A::B=c install -t stable curl", {"curl": False}),
        ("apt-get update", {}),
        ("apt-get install ./tool.deb /tmp/x.deb https://example.com/x.deb", {}),
        ("apt-get install $PKG curl=$V", {}),
        ("apk add --no-cache -t .deps gcc 'musl-dev~1.2' openssl@edge",
         {"gcc": False, "musl-dev~1.2": True, "openssl@edge": True}),
        ("dnf install -y nginx-1.26.1 nginx nginx-mod-http",
         {"nginx-1.26.1": True, "nginx": False, "nginx-mod-http": False}),
        ("zypper in -r repo vim=9.1", {"vim=9.1": True}),
        ("pip install -r requirements.txt -c pins.txt", {}),
        ("pip install --index-url https://x.example flask==3.0 'requests>=2' .",
         {"flask==3.0": True, "requests>=2": False}),
        ("python3 -m pip install --upgrade pip", {"pip": False}),
        ("pip download flask", {}),
        ("npm install -g yarn @angular/cli@18 left-pad@latest",
         {"yarn": False, "@angular/cli@18": True, "left-pad@latest": False}),
        ("npm ci", {}),
        ("npm install", {}),
        ("gem install rails bundler:2.5 -N", {"rails": False, "bundler:2.5": True}),
        ("gem install rails -v 7.1", {}),
        ("go install example.com/a@v1.2.3 example.com/b@latest ./cmd",
         {"example.com/a@v1.2.3": True, "example.com/b@latest": False}),
        ("sudo apt-get install curl", {"curl": False}),
        ("echo apt-get install curl", {}),
    ],
)  # fmt: skip
def test_installed_by_name(line, found):
    assert installed(line) == found


@given(st.text(max_size=80))
def test_any_text_is_read_without_a_crash(line):
    installed(f"apt-get install {line}")
