"""The flags kubeadm gives to the programs it starts."""

from __future__ import annotations

import pytest

from iacgate.lang.places import Placed
from iacgate.lang.programs import flag, running
from iacgate.model import Partial, Unknown

API = "kube-apiserver"
HOLE = Unknown("var.x has no value")


def cluster(**more):
    return {"apiVersion": "kubeadm.k8s.io/v1beta4", "kind": "ClusterConfiguration", **more}


def held(body, name, program=API):
    (one,) = running(body, program)
    return flag(one.value, name)


@pytest.mark.parametrize(
    ("program", "name", "value"),
    [
        (API, "authorization-mode", ["Node", "RBAC"]),
        (API, "anonymous-auth", None),
        ("kube-controller-manager", "use-service-account-credentials", True),
        ("kube-controller-manager", "profiling", None),
        ("kube-scheduler", "bind-address", "127.0.0.1"),
        ("etcd", "client-cert-auth", True),
    ],
)
def test_what_is_not_set_is_as_kubeadm_starts_it(program, name, value):
    assert held(cluster(), name, program) == Placed((), value)


@pytest.mark.parametrize(
    ("extra", "place"),
    [
        ({"anonymous-auth": "false", "v": "2"}, "anonymous-auth"),
        ([{"name": "v", "value": "2"}, {"name": "anonymous-auth", "value": "false"}], 1),
        ({"anonymous-auth": False}, "anonymous-auth"),
    ],
)
def test_extra_arguments_of_both_versions(extra, place):
    body = cluster(apiServer={"extraArgs": extra})
    assert held(body, "anonymous-auth") == Placed(("apiServer", "extraArgs", place), False)
    assert held(body, "profiling") == Placed(("apiServer", "extraArgs"), None)


def test_extra_arguments_stand_in_for_what_kubeadm_gives():
    body = cluster(apiServer={"extraArgs": {"authorization-mode": "AlwaysAllow"}})
    assert held(body, "authorization-mode").value == ["AlwaysAllow"]


@pytest.mark.parametrize("extra", [HOLE, Partial([{"name": "v", "value": "2"}], maybe=HOLE), [HOLE], [{"name": HOLE}]])
def test_arguments_that_are_not_known_may_be_any(extra):
    body = cluster(apiServer={"extraArgs": extra})
    assert isinstance(held(body, "anonymous-auth").value, Unknown)
    modes = held(body, "authorization-mode").value
    assert isinstance(modes, Partial)
    assert list(modes) == ["Node", "RBAC"]


def test_a_value_that_is_not_known_hides_its_flag_only():
    body = cluster(apiServer={"extraArgs": {"anonymous-auth": HOLE}})
    assert isinstance(held(body, "anonymous-auth").value, Unknown)
    assert held(body, "profiling").value is None


def test_etcd_that_is_not_kubeadms():
    body = cluster(etcd={"external": {"endpoints": ["https://etcd:2379"], "caFile": "/ca.crt"}})
    assert running(body, "etcd") == []
    assert held(body, "etcd-cafile").value == "/ca.crt"
    assert held(body, "etcd-certfile").value is None


def test_a_control_plane_of_cluster_api_holds_a_configuration():
    extra = {"scheduler": {"extraArgs": {"profiling": "false"}}}
    body = {"kind": "KubeadmControlPlane", "spec": {"kubeadmConfigSpec": {"clusterConfiguration": extra}}}
    place = ("spec", "kubeadmConfigSpec", "clusterConfiguration", "scheduler", "extraArgs", "profiling")
    assert held(body, "profiling", "kube-scheduler") == Placed(place, False)
    hidden = {"kind": "KubeadmControlPlane", "spec": {"kubeadmConfigSpec": HOLE}}
    assert isinstance(held(hidden, "bind-address", "kube-scheduler").value, Unknown)


@pytest.mark.parametrize(
    "body",
    [
        cluster(apiServer="text", etcd=3),
        cluster(apiServer={"extraArgs": "text"}),
        cluster(apiServer={"extraArgs": [None, 3, {"value": "x"}, {"name": 3}]}),
        cluster(apiServer={"extraArgs": {"": None, "a b": {}}}),
        {"kind": "KubeadmControlPlane"},
    ],
)
def test_what_makes_no_sense_sets_nothing(body):
    assert held(body, "authorization-mode").value == ["Node", "RBAC"]


def test_others_are_not_started_by_kubeadm():
    assert running(cluster(), "nginx") == []
    assert running({"kind": ["ClusterConfiguration"]}, API) == []
