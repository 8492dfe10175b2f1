"""Which programs containers run, and with which flags: the API server's, the kubelet's, anybody's.

Part of ``lang``. In: a Kubernetes object, the name of a program. Out: what runs it, with its flags in one form,
wherever they were written: ``command`` and ``args``, a shell's script, the environment (etcd), a
``KubeletConfiguration``, the configuration of kubeadm (:mod:`iacgate.lang.kubeadm`).

Flags are read as the programs themselves do (Go's ``pflag``): https://kubernetes.io/docs/reference/command-line-tools-reference/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iacgate.lang import kubeadm, pods
from iacgate.lang.jmespath.logic import conceal, doubt, open_end
from iacgate.lang.places import Placed
from iacgate.lang.program_flags import Flags, Variables, Word, expanded, read_flags, variables_of, with_environment
from iacgate.lang.shell.command import SHELLS, Command, ShellWord, command_of, script_words
from iacgate.model import Partial, Path, Secret, Unknown, child, reveal

_LAUNCHERS = frozenset(("catatonit", "dumb-init", "go-runner", "hyperkube", "kube-log-runner", "tini"))
"""Programs that run another and that a shell knows nothing of."""
_MOST_LAUNCHERS = 5
_ASKING = frozenset(("--help", "--version", "-h", "-version"))
_TOOLS = (["gateway"], ["grpc-proxy"])
"""Subcommands of etcd that serve something else."""
_HOLE = "\0"
"""What stands for a word that is not known."""
_LISTS = ("command", "args")
_Start = tuple[Path, list[Word]]

_KUBELET: dict[str, tuple[Path, Any]] = {
    "anonymous-auth": (("authentication", "anonymous", "enabled"), False),
    "authorization-mode": (("authorization", "mode"), "Webhook"),
    "client-ca-file": (("authentication", "x509", "clientCAFile"), None),
    "event-qps": (("eventRecordQPS",), None),
    "feature-gates": (("featureGates",), None),
    "make-iptables-util-chains": (("makeIPTablesUtilChains",), None),
    "pod-max-pids": (("podPidsLimit",), None),
    "protect-kernel-defaults": (("protectKernelDefaults",), None),
    "read-only-port": (("readOnlyPort",), 0),
    "rotate-certificates": (("rotateCertificates",), None),
    "rotate-server-certificates": (("serverTLSBootstrap",), None),
    "tls-cert-file": (("tlsCertFile",), None),
    "tls-cipher-suites": (("tlsCipherSuites",), None),
    "tls-min-version": (("tlsMinVersion",), None),
    "tls-private-key-file": (("tlsPrivateKeyFile",), None),
}
"""Flag of the kubelet → its place in a ``KubeletConfiguration``; the default there, where the flag has another.

``streamingConnectionIdleTimeout`` is none of them: in the file 0 means the default, and not for ever.
Source: https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
"""

_FILES: dict[str, tuple[tuple[str, frozenset[str] | None, bool], ...]] = {
    "etcd": (("config-file", None, True),),
    "kube-apiserver": (
        ("authentication-config", frozenset(("anonymous-auth",)), False),
        ("authorization-config", frozenset(("authorization-mode",)), False),
    ),
    "kube-scheduler": (("config", frozenset(("profiling",)), True),),
    "kubelet": (("config", frozenset(_KUBELET), False), ("config-dir", frozenset(_KUBELET), False)),
}
"""Program → the flags that name a file of settings, which flags may stand there (``None``: all), which one prevails."""


class Running(dict[str, Any]):
    """A program that is run: ``{name, program, flags}``; ``name`` is the container's.

    ``places`` are the paths of the flags and of the program (``""``) below what runs it. ``hidden`` says why a flag
    that is not there may be given all the same.
    """

    __slots__ = ("files", "hidden", "places")

    def __init__(self, name: Any, program: str, flags: Flags, start: Path) -> None:
        super().__init__(name=name, program=program, flags={key: one.value for key, one in flags.given.items()})
        self.places: Mapping[str, Path] = {"": start, **{key: one.path for key, one in flags.given.items()}}
        self.hidden = flags.hidden
        self.files = [row for row in _FILES.get(program, ()) if row[0] in flags.given]


def programs(context: Any, body: Any, program: Any) -> Any:
    """What runs a program: ``{name, program, flags}`` of each container of an object that does, of the kubelet's
    ``KubeletConfiguration``, of kubeadm's ``ClusterConfiguration``. Ask for single flags with ``flag()``, which knows
    what is not known.
    """
    program = reveal(program)
    if not isinstance(program, str):
        return None
    return context.once(f"programs {program}", body, lambda: running(body, program))


def flag(running: Any, name: Any) -> Any:
    """The value of a flag of what ``programs()`` gives: true, false, a list, text; null when it is not given.

    It is unknown where a part of the command line is, and where a file of settings that is not at hand may say it.
    """
    if isinstance(running, Unknown):
        return doubt(running)
    name = reveal(name)
    if not isinstance(running, Running) or not isinstance(name, str):
        return None
    return Placed(running.places.get(name, running.places[""]), _settled(running, name))


def _settled(running: Running, name: str) -> Any:
    """The value of a flag, unless a file of settings may say another."""
    value = running["flags"].get(name)
    for file, named, prevails in running.files:
        if name != file and (named is None or name in named) and (prevails or value is None):
            return Unknown(f"{running['program']} reads it from the file that --{file} names")
    return running.hidden if value is None else value


def running(body: Any, program: str) -> Any:
    """What runs a program in an object, with its place; the unknown that hides its containers."""
    if program == "kubelet" and isinstance(body, dict) and body.get("kind") == "KubeletConfiguration":
        return [Placed((), _configured(body))]
    started = kubeadm.configured(body, program)
    if started is not None:
        return [Placed((), Running("kubeadm", program, *started))]
    listed = pods.all_containers(body)
    if not isinstance(listed, list):
        return listed
    found = [Placed(one.path, run) for one in listed if (run := _run(one.value, program)) is not None]
    return Partial(found, maybe=listed.maybe) if isinstance(listed, Partial) else found


def _configured(body: dict[str, Any]) -> Running:
    """The kubelet as its configuration file has it: what is left out has the defaults of the file."""
    given: dict[str, Placed] = {}
    for name, (path, default) in _KUBELET.items():
        node: Any = body
        for step in path:
            node = node if isinstance(node, Unknown) else child(node, step)
        value = default if node is None else node
        if value is not None:
            listed = name == "authorization-mode" and not isinstance(value, Unknown)
            given[name] = Placed(() if node is None else path, [value] if listed else value)
    return Running("KubeletConfiguration", "kubelet", Flags(given, None), ())


def _run(container: Any, program: str) -> Running | None:
    """A program as a container runs it; ``None`` when it runs another."""
    if not isinstance(container, dict):
        return None
    variables = variables_of(container.get("env"), container.get("envFrom"))
    words, hidden = _words(container, variables)
    started = _behind(words, program) or _of_the_image(container, words, hidden, program)
    if started is None:
        return None
    start, following = started
    flags = read_flags(following, hidden)
    if program == "etcd":
        flags = with_environment(flags, "ETCD_", container.get("env"), variables)
    return Running(container.get("name"), program, flags, start)


def _words(container: dict[str, Any], variables: Variables) -> tuple[list[Word], Unknown | None]:
    """The words of the command line with their paths; why there may be more of them."""
    words: list[Word] = []
    hidden: Unknown | None = None
    for key in _LISTS:
        held = container.get(key)
        if isinstance(held, Unknown):
            hidden = doubt(held)
        elif isinstance(held, list):
            maybe = open_end(held)
            hidden = maybe if maybe is not None else hidden
            words += [Word(expanded(one, variables), (key, index)) for index, one in enumerate(held)]
    return words, hidden


def _behind(words: list[Word], program: str, depth: int = 0) -> _Start | None:
    """Where a command line starts a program, and the words after it."""
    if not words or depth > _MOST_LAUNCHERS:
        return None
    command = command_of([_shell_word(one, index) for index, one in enumerate(words)], [])
    if command.named is None:
        return None
    at = command.named.start
    if command.name == program:
        return None if _only_asks(words[at + 1 :]) else (words[at].path, words[at + 1 :])
    if command.name in SHELLS:
        return _in_script(command, words, program)
    return _launched(command.name, words[at + 1 :], program, depth) if command.name in _LAUNCHERS else None


def _shell_word(word: Word, index: int) -> ShellWord:
    text = _plain(word)
    return ShellWord(text=text, raw=text, start=index, end=index + 1, literal=True)


def _launched(launcher: str, words: list[Word], program: str, depth: int) -> _Start | None:
    """What a launcher runs: the first word that is none of its own flags. ``hyperkube`` leaves ``kube-`` out."""
    at = next((index for index, one in enumerate(words) if not _plain(one).startswith("-")), None)
    if at is None:
        return None
    if launcher == "hyperkube" and _plain(words[at]) == program.removeprefix("kube-"):
        return words[at].path, words[at + 1 :]
    return _behind(words[at:], program, depth + 1)


def _in_script(command: Command, words: list[Word], program: str) -> _Start | None:
    from iacgate.lang import shell

    for script in script_words(command):
        word = words[script.start]
        if _HOLE in script.text:
            return None
        for found in shell.commands(script.text):
            following = [Word(_of_shell(one, word.text), word.path) for one in found.words]
            if found.name == program and not _only_asks(following):
                return word.path, following
    return None


def _only_asks(words: list[Word]) -> bool:
    """Whether a program is not started to serve: it is asked for its version, or runs one of its tools."""
    said = [_plain(one) for one in words]
    return not _ASKING.isdisjoint(said) or said[:1] in _TOOLS


def _of_shell(word: ShellWord, script: Any) -> Any:
    """A word of a script: known as far as the shell changes nothing in it."""
    if word.literal:
        return conceal(word.text) if isinstance(script, Secret) else word.text
    known = word.text.partition("$")[0].partition("`")[0]
    return Unknown("the shell puts it together when the container starts", prefix=known)


def _plain(word: Word) -> str:
    text = reveal(word.text)
    return text if isinstance(text, str) else _HOLE


def _of_the_image(container: dict[str, Any], words: list[Word], hidden: Unknown | None, program: str) -> _Start | None:
    """The program that an image is named after, where nothing else is said, or it is not known what."""
    image = reveal(container.get("image"))
    if not isinstance(image, str) or program not in image:
        return None
    name = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    if name != program:
        return None
    if container.get("command") is None and words and _plain(words[0]).startswith("-"):
        return words[0].path[:1], words
    return ((), words) if isinstance(hidden, Unknown) and not words else None
