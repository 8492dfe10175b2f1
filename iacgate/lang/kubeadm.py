"""The flags kubeadm starts the control plane with, from its configuration. Part of ``lang``.

In: a ``ClusterConfiguration``, by itself or inside of a ``KubeadmControlPlane`` of Cluster API. Out: the flags of one
program: those kubeadm gives by itself, and what ``extraArgs`` sets in their place.

Source: https://kubernetes.io/docs/reference/setup-tools/kubeadm/implementation-details/
"""

from __future__ import annotations

from typing import Any

from iacgate.lang.jmespath.logic import doubt, open_end
from iacgate.lang.places import Placed
from iacgate.lang.program_flags import Flags, Word, overshadowed, read_flags
from iacgate.model import Path, Unknown, child

_PLACES: dict[str, Path] = {
    "ClusterConfiguration": (),
    "KubeadmControlPlane": ("spec", "kubeadmConfigSpec", "clusterConfiguration"),
}
"""Kind → where the configuration of the cluster stands in it."""
_COMPONENTS: dict[str, Path] = {
    "etcd": ("etcd", "local"),
    "kube-apiserver": ("apiServer",),
    "kube-controller-manager": ("controllerManager",),
    "kube-scheduler": ("scheduler",),
}
_PKI = "/etc/kubernetes/pki/"
_GIVEN: dict[str, dict[str, Any]] = {
    "etcd": {
        "cert-file": f"{_PKI}etcd/server.crt",
        "client-cert-auth": True,
        "key-file": f"{_PKI}etcd/server.key",
        "peer-cert-file": f"{_PKI}etcd/peer.crt",
        "peer-client-cert-auth": True,
        "peer-key-file": f"{_PKI}etcd/peer.key",
        "peer-trusted-ca-file": f"{_PKI}etcd/ca.crt",
        "trusted-ca-file": f"{_PKI}etcd/ca.crt",
    },
    "kube-apiserver": {
        "allow-privileged": True,
        "authorization-mode": ["Node", "RBAC"],
        "client-ca-file": f"{_PKI}ca.crt",
        "enable-admission-plugins": ["NodeRestriction"],
        "enable-bootstrap-token-auth": True,
        "etcd-cafile": f"{_PKI}etcd/ca.crt",
        "etcd-certfile": f"{_PKI}apiserver-etcd-client.crt",
        "etcd-keyfile": f"{_PKI}apiserver-etcd-client.key",
        "kubelet-client-certificate": f"{_PKI}apiserver-kubelet-client.crt",
        "kubelet-client-key": f"{_PKI}apiserver-kubelet-client.key",
        "secure-port": "6443",
        "service-account-key-file": [f"{_PKI}sa.pub"],
        "service-account-signing-key-file": f"{_PKI}sa.key",
        "tls-cert-file": f"{_PKI}apiserver.crt",
        "tls-private-key-file": f"{_PKI}apiserver.key",
    },
    "kube-controller-manager": {
        "bind-address": "127.0.0.1",
        "client-ca-file": f"{_PKI}ca.crt",
        "leader-elect": True,
        "root-ca-file": f"{_PKI}ca.crt",
        "service-account-private-key-file": f"{_PKI}sa.key",
        "use-service-account-credentials": True,
    },
    "kube-scheduler": {"bind-address": "127.0.0.1", "leader-elect": True},
}
"""Program → the flags kubeadm gives it."""
_EXTERNAL = {"etcd-cafile": "caFile", "etcd-certfile": "certFile", "etcd-keyfile": "keyFile"}
"""Flag of the API server → its place where etcd is not kubeadm's."""


def configured(body: Any, program: str) -> tuple[Flags, Path] | None:
    """The flags kubeadm starts a program with, and where others would be set; ``None`` for what it does not start."""
    kind = child(body, "kind")
    if program not in _COMPONENTS or not isinstance(kind, str) or kind not in _PLACES:
        return None
    cluster, hidden = _walk(body, _PLACES[kind])
    external = child(child(cluster, "etcd"), "external")
    if external is not None and program == "etcd":
        return None
    path = (*_PLACES[kind], *_COMPONENTS[program], "extraArgs")
    extra, deeper = _walk(body, path)
    words, more = _words(extra, path)
    given = {**_defaults(program, external), **read_flags(words).given}
    hidden = next((why for why in (hidden, deeper, more) if why is not None), None)
    return Flags(given if hidden is None else overshadowed(given, hidden), hidden), _existing(body, path)


def _defaults(program: str, external: Any) -> dict[str, Placed]:
    given = dict(_GIVEN[program])
    if external is not None and program == "kube-apiserver":
        given |= {flag: child(external, key) for flag, key in _EXTERNAL.items()}
    return {name: Placed((), value) for name, value in given.items() if value is not None}


def _walk(body: Any, path: Path) -> tuple[Any, Unknown | None]:
    """What stands at a path; the unknown that hides it."""
    node = body
    for step in path:
        node = child(node, step)
        if isinstance(node, Unknown):
            return None, doubt(node)
    return node, None


def _words(extra: Any, path: Path) -> tuple[list[Word], Unknown | None]:
    """``extraArgs`` as words: an object in older versions, a list of ``{name, value}`` since v1beta4."""
    if isinstance(extra, dict):
        return [_word(name, value, (*path, name)) for name, value in extra.items()], None
    if not isinstance(extra, list):
        return [], None
    words: list[Word] = []
    hidden = open_end(extra)
    for index, one in enumerate(extra):
        name = child(one, "name")
        if isinstance(one, Unknown) or isinstance(name, Unknown):
            hidden = doubt(one if isinstance(one, Unknown) else name)
        else:
            words.append(_word(name, child(one, "value"), (*path, index)))
    return words, hidden


def _word(name: Any, value: Any, path: Path) -> Word:
    if isinstance(value, Unknown):
        return Word(Unknown(value.reason, prefix=f"--{name}={value.prefix}", suffix=value.suffix, present=True), path)
    text = str(value).lower() if isinstance(value, bool) else str(value if value is not None else "")
    return Word(f"--{name}={text}", path)


def _existing(body: Any, path: Path) -> Path:
    """The part of a path that is there."""
    node = body
    for index, step in enumerate(path):
        node = child(node, step)
        if node is None or isinstance(node, Unknown):
            return path[:index]
    return path
