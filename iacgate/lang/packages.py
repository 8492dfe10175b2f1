"""Which packages a command installs, and which of them are pinned: for the package managers that Dockerfiles use.

Facts about options come from the manuals of the package managers: an option that takes a value hides the next word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

_SYSTEM, _LIBRARY = "system", "library"
_LOCAL = re.compile(r"[./~]|.*\.(deb|rpm|apk|whl|gem|tgz|tar\.gz|zip)\Z|https?:|file:|[A-Z]:\\")
_VARIABLE = re.compile(r"\$[A-Za-z_{(]")

_Pinned = Callable[[str], bool]


def _equals(word: str) -> bool:
    return "=" in word


def _apk(word: str) -> bool:
    return bool(re.search("[=<>~@]", word))


def _rpm(word: str) -> bool:
    return bool(re.search(r"(-[0-9][^-]*(-[^-]+)?|=[0-9].*)\Z", word))


def _pip(word: str) -> bool:
    return bool(re.search(r"===?|@ ?\S|\A(git|hg|svn|bzr)\+", word))


def _npm(word: str) -> bool:
    version = word.rpartition("@")[2] if "@" in word[1:] else ""
    return version not in {"", "latest", "next", "*"} or word.startswith(("git", "github:"))


def _gem(word: str) -> bool:
    return bool(re.search(r":[0-9~<>=]", word))


def _go(word: str) -> bool:
    return "@" in word and not word.endswith("@latest")


class _Manager:
    """How a package manager is asked to install, and which of its options take the next word."""

    __slots__ = ("kind", "pinned", "valued", "verbs", "whole")

    def __init__(self, kind: str, verbs: str, pinned: _Pinned, valued: str = "", whole: str = "") -> None:
        self.kind = kind
        self.verbs = frozenset(verbs.split())
        self.pinned = pinned
        self.valued = frozenset(valued.split())
        self.whole = frozenset(whole.split())
        """Options that pin everything the command installs."""


_APT = _Manager(_SYSTEM, "install", _equals, "-t --target-release -o --option -c --config-file -a --host-architecture")
_APK = _Manager(_SYSTEM, "add", _apk, "-t --virtual -X --repository -p --root --arch --keys-dir")
_RPM = _Manager(
    _SYSTEM,
    "install in localinstall",
    _rpm,
    "-c --config -x --exclude --enablerepo --disablerepo --setopt --repo -r -t",
)
_PIP = _Manager(
    _LIBRARY, "install", _pip,
    "-r --requirement -c --constraint -e --editable -i --index-url --extra-index-url -f --find-links -t --target "
    "--prefix --root --src --trusted-host --timeout --retries --platform --python-version --implementation --abi "
    "--cache-dir --log --proxy --cert --client-cert --no-binary --only-binary --progress-bar --report "
    "--config-settings",
)  # fmt: skip
_NPM = _Manager(_LIBRARY, "install i add", _npm, "--registry --prefix --cache --userconfig --loglevel")
_GEM = _Manager(
    _LIBRARY, "install i", _gem, "-i --install-dir -n --bindir -s --source -P --trust-policy -p --http-proxy",
    whole="-v --version",
)  # fmt: skip
_GO = _Manager(_LIBRARY, "install get", _go, "-o -p -mod -modfile -tags -ldflags -gcflags -asmflags")

_MANAGERS = {
    "apt": _APT, "apt-get": _APT, "aptitude": _APT, "apk": _APK, "yum": _RPM, "dnf": _RPM, "microdnf": _RPM,
    "tdnf": _RPM, "zypper": _RPM, "pip": _PIP, "pip3": _PIP, "pip2": _PIP, "npm": _NPM, "gem": _GEM, "go": _GO,
}  # fmt: skip


def packages(command: Any) -> list[dict[str, Any]]:
    """The packages that a command of a RUN installs by name: ``{name, manager, kind, pinned}``.

    ``kind`` is "system" or "library". Files, folders, URLs and words with a variable in them are left out: what they
    are cannot be read here. No command of a package manager: an empty list.
    """
    name, words = _called(command)
    manager = _MANAGERS.get(name)
    if manager is None:
        return []
    rest = list(_after_verb(words, manager))
    if not rest or any(word.partition("=")[0] in manager.whole for word in rest):
        return []
    return [
        {"name": word, "manager": name, "kind": manager.kind, "pinned": bool(manager.pinned(word))}
        for word in _named(rest[1:], manager)
    ]


def _called(command: Any) -> tuple[str, list[str]]:
    """The name and the words of a command; ``python -m pip`` is pip."""
    name, words = command["name"], [word for word in command["words"] if isinstance(word, str)]
    if isinstance(name, str) and re.match(r"python[0-9.]*\Z", name) and words[:2] == ["-m", "pip"]:
        return "pip", words[2:]
    return (name if isinstance(name, str) else ""), words


def _after_verb(words: list[str], manager: _Manager) -> Iterator[str]:
    """The words from the verb on; options before it are skipped."""
    skip = False
    found = False
    for word in words:
        if found:
            yield word
        elif skip:
            skip = False
        elif word in manager.valued:
            skip = True
        elif not word.startswith("-"):
            if word not in manager.verbs:
                return
            found = True
            yield word


def _named(words: list[str], manager: _Manager) -> Iterator[str]:
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word in manager.valued:
            skip = True
        elif word and not word.startswith("-") and not _LOCAL.match(word) and not _VARIABLE.search(word):
            yield word
