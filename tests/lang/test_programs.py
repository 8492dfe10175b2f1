"""What containers run and with which flags, wherever and however they were written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iacgate.lang.places import Placed
from iacgate.lang.programs import flag, running
from iacgate.model import Partial, Secret, Unknown

API = "kube-apiserver"
HOLE = Unknown("var.x has no value")


def pod(**container):
    return {"kind": "Pod", "spec": {"containers": [{"name": "c", **container}]}}


def the_only(body, program=API):
    found = running(body, program)
    assert len(found) == 1
    return found[0].value


def of(body, name, program=API):
    held = flag(the_only(body, program), name)
    assert isinstance(held, Placed)
    return held.value


def spelled(*flags):
    return pod(command=[API, *flags])


@pytest.mark.parametrize(
    ("container", "runs"),
    [
        ({"command": ["kube-apiserver"]}, True),
        ({"command": ["/usr/local/bin/kube-apiserver", "--v=2"]}, True),
        ({"args": ["kube-apiserver", "--v=2"]}, True),
        ({"command": ["/hyperkube"], "args": ["kube-apiserver"]}, True),
        ({"command": ["/hyperkube", "apiserver"]}, True),
        ({"command": ["/go-runner", "--log-file=/x", "--also-stdout=false", "kube-apiserver"]}, True),
        ({"command": ["tini", "--", "kube-apiserver"]}, True),
        ({"command": ["nice", "-n", "5", "kube-apiserver"]}, True),
        ({"command": ["env", "A=b", "kube-apiserver"]}, True),
        ({"command": ["/bin/sh", "-c", "sleep 1; exec /x/kube-apiserver --v=2 1>>/var/log/a 2>&1"]}, True),
        ({"command": ["/bin/sh"], "args": ["-ec", "kube-apiserver"]}, True),
        ({"image": "registry.k8s.io/kube-apiserver:v1.31.0", "args": ["--v=2"]}, True),
        ({"image": "registry.k8s.io/kube-apiserver@sha256:1", "command": HOLE}, True),
        ({"image": "registry.k8s.io/kube-apiserver:v1.31.0"}, False),
        ({"image": "registry.k8s.io/kube-apiserver-proxy:v1", "args": ["--v=2"]}, False),
        ({"command": ["/bin/sh", "-c", "kube-apiserver --version; exec kube-apiserver --v=2"]}, True),
        ({"command": ["kube-apiserver", "--version"]}, False),
        ({"command": ["/bin/sh", "-c", "kube-apiserver --version"]}, False),
        ({"command": ["kubectl", "logs", "kube-apiserver"]}, False),
        ({"command": ["/bin/sh", "-c", "pgrep kube-apiserver"]}, False),
        ({"command": ["/bin/sh", "-c", "echo kube-apiserver"]}, False),
        ({"command": ["kube-apiserver-healthcheck"]}, False),
        ({"command": ["etcd", "--name=kube-apiserver"]}, False),
        ({"command": HOLE}, False),
        ({"command": []}, False),
        ({}, False),
        ({"command": "kube-apiserver", "args": {"a": 1}}, False),
        ({"command": [1, None, {}]}, False),
    ],
)
def test_a_program_is_known_by_its_name(container, runs):
    assert len(running(pod(**container), API)) == runs


@pytest.mark.parametrize(
    ("flags", "name", "value"),
    [
        (["--anonymous-auth=false"], "anonymous-auth", False),
        (["--anonymous-auth"], "anonymous-auth", True),
        (["--anonymous-auth=F"], "anonymous-auth", False),
        (["--anonymous-auth", "false"], "anonymous-auth", True),
        (["--anonymous_auth=0"], "anonymous-auth", False),
        (["-anonymous-auth=1"], "anonymous-auth", True),
        (["--anonymous-auth=true", "--anonymous-auth=false"], "anonymous-auth", False),
        (["--anonymous-auth=maybe"], "anonymous-auth", "maybe"),
        (["--secure-port", "0"], "secure-port", "0"),
        (["--secure-port", "--anonymous-auth"], "secure-port", "true"),
        (["--event-ttl", "-1"], "event-ttl", "-1"),
        (["--secure-port"], "secure-port", "true"),
        (["--token-auth-file="], "token-auth-file", ""),
        (["--etcd-servers=http://a?b=c"], "etcd-servers", "http://a?b=c"),
        (["--authorization-mode=Node, RBAC"], "authorization-mode", ["Node", "RBAC"]),
        (["--authorization-mode", "RBAC"], "authorization-mode", ["RBAC"]),
        (["--authorization-mode=Node", "--authorization-mode=RBAC"], "authorization-mode", ["Node", "RBAC"]),
        (["--feature-gates=A=true,B=false", "--feature-gates=B=true"], "feature-gates", {"A": True, "B": True}),
        (["--", "--anonymous-auth"], "anonymous-auth", None),
        (["anonymous-auth=true", "-", "--"], "anonymous-auth", None),
        ([], "anonymous-auth", None),
    ],
)
def test_flags_are_read_as_the_program_reads_them(flags, name, value):
    assert of(spelled(*flags), name) == value


def test_a_flag_stands_where_it_was_written_and_one_that_is_missing_where_the_program_starts():
    run = the_only(pod(command=["/go-runner", "kube-apiserver"], args=["--a=1", "--b", "2"]))
    assert [flag(run, name).path for name in ("a", "b", "c")] == [("args", 0), ("args", 1), ("command", 1)]
    scripted = the_only(pod(command=["sh", "-c"], args=["kube-apiserver --a=1"]))
    assert [flag(scripted, name).path for name in ("a", "c")] == [("args", 0), ("args", 0)]


@pytest.mark.parametrize(
    ("flags", "name"),
    [
        (["--a=1", HOLE], "a"),
        ([HOLE], "a"),
        (["--a", HOLE], "a"),
        ([Unknown("why", prefix="--a=")], "a"),
        ([Unknown("why", prefix="--")], "a"),
        (Partial(["--a=1"], maybe=HOLE), "a"),
    ],
)
def test_what_is_not_known_may_be_any_flag(flags, name):
    body = pod(command=["kube-apiserver"], args=flags)
    assert isinstance(of(body, name), Unknown)


@pytest.mark.parametrize(
    ("flags", "name", "value"),
    [
        ([HOLE, "--a=1"], "a", "1"),
        (["--a", HOLE, "--b=1"], "b", "1"),
        (["--b=1", Unknown("why", prefix="--a=")], "b", "1"),
        ([Unknown("why", prefix="--a=")], "b", None),
        (["--b", Unknown("why", prefix="--a=")], "b", "true"),
    ],
)
def test_an_unknown_that_is_settled_hides_nothing(flags, name, value):
    assert of(pod(command=["kube-apiserver"], args=flags), name) == value


def test_of_a_list_that_is_known_in_part_the_known_part_counts():
    listed = of(spelled(Unknown("why", prefix="--authorization-mode=Node,RB")), "authorization-mode")
    assert isinstance(listed, Partial)
    assert list(listed) == ["Node"]
    mode = "--authorization-mode=Node"
    for args in (HOLE, [HOLE], [mode, HOLE], [HOLE, mode, "--authorization-mode=RBAC"]):
        more = of(pod(command=["kube-apiserver", mode], args=args), "authorization-mode")
        assert isinstance(more, Partial)
        assert set(more) <= {"Node", "RBAC"}
    gates = ["--feature-gates=A=false", HOLE, "--feature-gates=B=true"]
    assert isinstance(of(pod(command=["kube-apiserver", *gates]), "feature-gates"), Unknown)


@pytest.mark.parametrize(
    "container",
    [
        {"command": ["tini"] * 100_000 + [API]},
        {"command": ["sh", "-c", "sh -c '" * 5_000 + API]},
        {"command": [API, *["--a=$(A)"] * 20_000], "env": [{"name": f"V{at}", "value": "x"} for at in range(20_000)]},
        {"command": [API, "$(" * 100_000]},
    ],
)
def test_what_is_written_to_harm_is_read_too(container):
    assert len(running(pod(**container), API)) < 2


def test_a_flag_that_is_repeated_without_end_is_read_in_one_go():
    words = ["--enable-admission-plugins=A", "--feature-gates=A=true", HOLE] * 20_000
    assert len(of(spelled(*words), "enable-admission-plugins")) == 20_000
    open_ended = [Unknown("why", prefix="--enable-admission-plugins=A,")] * 20_000
    assert len(of(spelled(*open_ended), "enable-admission-plugins")) == 20_000


@pytest.mark.parametrize(
    ("word", "env", "value"),
    [
        ("--node=$(NODE)", [{"name": "NODE", "value": "a"}], "a"),
        ("--node=x-$(NODE).y", [{"name": "NODE", "value": "a"}], "x-a.y"),
        ("--node=$(OTHER)", [{"name": "NODE", "value": "a"}], "$(OTHER)"),
        ("--node=$$(NODE)", [{"name": "NODE", "value": "a"}], "$(NODE)"),
    ],
)
def test_variables_are_put_in_as_the_kubelet_does(word, env, value):
    assert of(pod(command=["kube-apiserver", word], env=env), "node") == value


@pytest.mark.parametrize(
    ("env", "more"),
    [
        ([{"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}], None),
        ([], [{"configMapRef": {"name": "settings"}}]),
        (HOLE, None),
    ],
)
def test_a_variable_that_is_set_later_leaves_a_hole(env, more):
    body = pod(command=["kube-apiserver", "--node=n-$(NODE)", "--a=1"], env=env, envFrom=more)
    held = of(body, "node")
    assert isinstance(held, Unknown)
    assert held.prefix == "n-"
    assert of(body, "a") == "1"


@pytest.mark.parametrize(
    ("script", "value"),
    [
        ("kube-apiserver --a=1", "1"),
        ("kube-apiserver --a='1 2'", "1 2"),
        ("kube-apiserver --a=$X", None),
        ("kube-apiserver --a=1 $MORE", None),
        ("kube-apiserver $MORE --a=1", "1"),
        ('exec kube-apiserver --a=1 "$@"', None),
    ],
)
def test_a_script_is_read_as_far_as_it_is_literal(script, value):
    held = of(pod(command=["/bin/sh", "-c", script]), "a")
    assert isinstance(held, Unknown) if value is None else held == value


@pytest.mark.parametrize(
    ("program", "flags", "name", "known"),
    [
        ("kubelet", ["--config=/k"], "anonymous-auth", False),
        ("kubelet", ["--config=/k", "--anonymous-auth=false"], "anonymous-auth", True),
        ("kubelet", ["--config=/k"], "hostname-override", True),
        ("kubelet", ["--config=/k"], "streaming-connection-idle-timeout", True),
        ("kubelet", ["--config=/k"], "config", True),
        ("kubelet", [], "anonymous-auth", True),
        ("etcd", ["--config-file=/e", "--client-cert-auth"], "client-cert-auth", False),
        ("kube-scheduler", ["--config=/s", "--profiling=false"], "profiling", False),
        ("kube-scheduler", ["--config=/s"], "bind-address", True),
        (API, ["--authorization-config=/a"], "authorization-mode", False),
        (API, ["--authentication-config=/a"], "anonymous-auth", False),
        (API, ["--authentication-config=/a"], "authorization-mode", True),
    ],
)
def test_what_a_file_says_is_not_known_here(program, flags, name, known):
    assert isinstance(of(pod(command=[program, *flags]), name, program), Unknown) is not known


def test_tools_of_etcd_are_no_etcd():
    assert running(pod(command=["etcd", "grpc-proxy", "start"]), "etcd") == []


def test_etcd_takes_from_its_environment_what_no_flag_says():
    env = [{"name": "ETCD_CLIENT_CERT_AUTH", "value": "true"}, {"name": "ETCD_AUTO_TLS", "value": "true"}]
    body = pod(command=["etcd", "--auto-tls=false"], env=env)
    assert of(body, "client-cert-auth", "etcd") is True
    assert of(body, "auto-tls", "etcd") is False
    assert flag(the_only(body, "etcd"), "client-cert-auth").path == ("env", 0)
    later = [{"name": "ETCD_AUTO_TLS", "valueFrom": {"configMapKeyRef": {"name": "a", "key": "b"}}}]
    assert isinstance(of(pod(command=["etcd"], env=later), "auto-tls", "etcd"), Unknown)
    assert isinstance(of(pod(command=["etcd"], envFrom=[{}]), "auto-tls", "etcd"), Unknown)
    assert of(pod(command=["kube-apiserver"], env=env), "auto-tls") is None


def test_the_kubelet_is_known_by_its_configuration_too():
    body = {
        "kind": "KubeletConfiguration",
        "authentication": {"anonymous": {"enabled": True}},
        "readOnlyPort": 10255,
        "featureGates": {"RotateKubeletServerCertificate": False},
    }
    run = the_only(body, "kubelet")
    assert flag(run, "anonymous-auth") == Placed(("authentication", "anonymous", "enabled"), True)
    assert flag(run, "read-only-port").value == 10255
    assert flag(run, "feature-gates").value == {"RotateKubeletServerCertificate": False}
    assert flag(run, "authorization-mode") == Placed((), ["Webhook"])
    assert flag(run, "client-ca-file").value is None
    assert running(body, API) == []
    hidden = the_only({"kind": "KubeletConfiguration", "authentication": HOLE}, "kubelet")
    assert isinstance(flag(hidden, "anonymous-auth").value, Unknown)


def test_a_secret_stays_one():
    held = of(spelled(Secret("--token-auth-file=/secret")), "token-auth-file")
    assert isinstance(held, Secret)
    assert held.reveal() == "/secret"


def test_other_values_give_nothing():
    run = the_only(spelled())
    assert flag({}, "a") is None
    assert flag(run, 1) is None
    assert isinstance(flag(HOLE, "a"), Unknown)


WORDS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["--a", "--a=1", "--", "-", "sh", "-c", "kube-apiserver", "kube-apiserver --a=$X", "$(A)", "env"]),
    st.builds(Unknown, st.just("why"), prefix=st.sampled_from(["", "--a=", "--"])),
    st.none(),
    st.integers(),
    st.builds(Secret, st.text(max_size=5)),
)


@given(command=st.lists(WORDS, max_size=6), args=st.lists(WORDS, max_size=6))
@settings(max_examples=300)
def test_whatever_is_written_is_read(command, args):
    body = pod(command=command, args=args, env=[{"name": "A", "value": "b"}])
    for placed in running(body, API):
        held = flag(placed.value, "a")
        node = body["spec"]["containers"][0]
        for step in held.path:
            node = node[step]
