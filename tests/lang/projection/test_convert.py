"""How the values of blocks become those of objects: what is unknown, secret, null, of another shape, or hostile."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iacgate.errors import SyntaxFailure
from iacgate.lang.projection import Projection, object_types, project
from iacgate.lang.projection.shapes import kind_of
from iacgate.lang.terraform.values import Manifest, Text
from iacgate.model import Partial, Secret, Unknown, jsonable

WHY = Unknown("var.x has no value")
ODD = "not as the Kubernetes provider takes it"
MAY_GAIN = {"allowPrivilegeEscalation": True}


def one(type_name: str, values: Any) -> Projection:
    made = project(type_name, values)
    assert isinstance(made, list)
    assert len(made) == 1
    return made[0]


def pod(spec: Any) -> Any:
    return one("kubernetes_pod", {"metadata": [{"name": "x"}], "spec": [spec]}).body["spec"]


def container(block: dict[str, Any]) -> Any:
    return pod({"container": [block]})["containers"][0]


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ({"image": None, "command": [], "env": [], "resources": []}, {}),
        ({"image": WHY}, {"image": "var.x has no value"}),
        ({"security_context": WHY}, {"securityContext": "var.x has no value"}),
        ({"security_context": [WHY]}, {"securityContext": "var.x has no value"}),
        ({"security_context": [None]}, {"securityContext": MAY_GAIN}),
        ({"security_context": {"privileged": True}}, {"securityContext": {**MAY_GAIN, "privileged": True}}),
        ({"image": "", "working_dir": Secret(""), "port": [{"host_port": 0}]}, {"ports": [{}]}),
        ({"security_context": [{"run_as_user": 0}]}, {"securityContext": {**MAY_GAIN, "runAsUser": 0}}),
        ({"security_context": [{"run_as_user": ""}]}, {"securityContext": MAY_GAIN}),
        ({"security_context": [{"run_as_user": "abc", "privileged": "yes", "allow_privilege_escalation": False}]},
         {"securityContext": {"runAsUser": "abc", "privileged": "yes", "allowPrivilegeEscalation": False}}),
        ({"env": WHY}, {"env": "var.x has no value"}),
        ({"env": [None, {"name": "a"}]}, {"env": [{}, {"name": "a"}]}),
        ({"env": {"name": "a"}}, {"env": [{"name": "a"}]}),
        ({"resources": [{"limits": [{"cpu": 1, "memory": None}]}]}, {"resources": {"limits": {"cpu": "1"}}}),
        ({"resources": [{"limits": {}}]}, {"resources": {}}),
        ({"port": [{"container_port": "8080"}]}, {"ports": [{"containerPort": 8080}]}),
        ({"liveness_probe": [{"http_get": [{"port": 80}]}]}, {"livenessProbe": {"httpGet": {"port": 80}}}),
        ({"command": WHY}, {"command": "var.x has no value"}),
        ({"resources": "no"}, {"resources": "resources is " + ODD}),
        ({"resources": [1]}, {"resources": "resources is " + ODD}),
        ({"resources": [{}, {}]}, {"resources": "there are several resources blocks: " + ODD}),
        ({"env": 5}, {"env": "env is " + ODD}),
        ({"env": [5]}, {"env": ["env is " + ODD]}),
        ({"resources": [{"limits": "x"}]}, {"resources": {"limits": "limits is " + ODD}}),
        ({"new_block": [{"a": 1}]}, {"newBlock": "new_block is a block that iacgate does not know"}),
        ({"new_map": {"a": 1}}, {"newMap": "new_map is a block that iacgate does not know"}),
        ({"new_word": "a", "new_words": ["a"]}, {"newWord": "a", "newWords": ["a"]}),
    ],
)  # fmt: skip
def test_values_of_a_block(block: dict[str, Any], expected: dict[str, Any]) -> None:
    assert told(container(block)) == expected


def told(value: Any) -> Any:
    if isinstance(value, Unknown):
        return value.reason
    if isinstance(value, dict):
        return {key: told(item) for key, item in value.items()}
    return [told(item) for item in value] if isinstance(value, list) else value


def test_an_unknown_number_of_blocks() -> None:
    made = pod({"container": Partial([{"name": "a"}], maybe=WHY), "security_context": Partial([], maybe=WHY)})
    assert isinstance(made["containers"], Partial)
    assert made["containers"].maybe is WHY
    assert list(made["containers"]) == [{"name": "a"}]
    assert made["securityContext"] is WHY


def test_secrets_stay_secret() -> None:
    made = container(
        {"env": [{"name": "A", "value": Secret("hush")}], "security_context": [{"run_as_user": Secret("0")}]}
    )
    assert jsonable(made["env"]) == [{"name": "A", "value": {"$secret": True}}]
    assert made["securityContext"]["runAsUser"].reveal() == 0
    secret = one(
        "kubernetes_secret", {"metadata": [{"name": "s"}], "data": Secret({"a": "x"}), "binary_data": {"b": "eA=="}}
    )
    assert jsonable(secret.body)["stringData"] == {"a": {"$secret": True}}
    assert jsonable(secret.body)["data"] == {"b": {"$secret": True}}
    assert secret.origin(("stringData", "a")) == ("data", "a")
    assert secret.origin(("data", "b")) == ("binary_data", "b")
    written = {
        "manifest": {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"annotations": {LAST_APPLIED: "{}"}},
            "data": {"a": "x"},
        }
    }
    assert "{}" not in str(jsonable(one("kubernetes_manifest", written).body))
    assert one("kubernetes_manifest", {"manifest": Secret(written["manifest"])}).body["kind"] == "Secret"


LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ([{"name": "x"}], {"name": "x", "namespace": "default"}),
        ([{"name": "x", "namespace": "n"}], {"name": "x", "namespace": "n"}),
        ([{"name": "x", "namespace": None}], {"name": "x", "namespace": "default"}),
        ([{"name": WHY, "generate_name": "x-"}], {"generateName": "x-", "namespace": "default"}),
        ([{"name": WHY, "generate_name": "", "namespace": ""}], {"name": "var.x has no value", "namespace": "default"}),
        ([{"name": WHY}], {"name": "var.x has no value", "namespace": "default"}),
        (None, {"namespace": "default"}),
        (WHY, "var.x has no value"),
        ([{"name": "x", "uid": "1", "generation": 1, "labels": {}}], {"name": "x", "namespace": "default"}),
    ],
)  # fmt: skip
def test_metadata(metadata: Any, expected: Any) -> None:
    assert told(one("kubernetes_pod", {"metadata": metadata}).body["metadata"]) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), ()),
        (("apiVersion",), ()),
        (("metadata", "name"), ("metadata", 0, "name")),
        (("spec", "containers", 1, "image"), ("spec", 0, "container", 1, "image")),
        (("spec", "containers", "name=b", "image"), ("spec", 0, "container", 1, "image")),
        (("spec", "containers", "name=z", "image"), ("spec", 0, "container")),
        (("spec", "containers", 7), ("spec", 0, "container")),
        (("spec", "containers", 1, "securityContext", "privileged"), ("spec", 0, "container", 1)),
        (("spec", "containers", 0, "resources", "limits", "cpu"),
         ("spec", 0, "container", 0, "resources", 0, "limits", 0, "cpu")),
        (("spec", "hostIPC"), ("spec", 0, "host_ipc")),
        (("spec", "nothing", "here"), ("spec", 0)),
        ((0,), ()),
    ],
)  # fmt: skip
def test_where_a_path_leads(path: Any, expected: Any) -> None:
    blocks = [{"name": "a", "resources": [{"limits": [{"cpu": 1}]}]}, {"name": "b", "image": "i"}]
    made = one("kubernetes_pod", {"metadata": [{"name": "x"}], "spec": [{"container": blocks, "host_ipc": True}]})
    assert made.origin(path) == expected


YAML = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: "


def config(name: str, **members: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, **members}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (YAML + "x", [config("x")]),
        (Text([YAML, WHY]), [config("var.x has no value")]),
        (Text([YAML + "a-", WHY, "-b\n"]), [config("var.x has no value")]),
        (Text([YAML + "x\n  ", WHY, "\n"]), "var.x has no value"),
        (Text([YAML + "x\ue000", WHY]), "var.x has no value"),
        (Text([YAML + "x\ndata:\n  ", WHY, ": a\n"]), [config("x", data="a key of this document is not known")]),
        (Manifest(config("x", data=WHY), WHY), [config("x", data="var.x has no value")]),
        ({"apiVersion": "v1", "kind": "Pod"}, [{"apiVersion": "v1", "kind": "Pod"}]),
        (WHY, "var.x has no value"),
        (None, "it is no text"),
        (5, "it is no text"),
        ("", []),
        ("just text", []),
        ("kind: Pod", []),
        ("apiVersion: v1\nkind: pod", []),
        ("- a\n- b", []),
        (YAML + "x\n---\n" + YAML + "z", [config("x"), config("z")]),
    ],
)  # fmt: skip
def test_manifests_as_text(text: Any, expected: Any) -> None:
    made = project("kubectl_manifest", {"yaml_body": text}, "main.tf")
    assert (made.reason if isinstance(made, Unknown) else [told(each.body) for each in made or ()]) == expected


def test_the_known_ends_of_a_text_with_a_hole() -> None:
    made = project("kubectl_manifest", {"yaml_body": Text([YAML + "a-", WHY, "-b\n"])})
    assert isinstance(made, list)
    name = made[0].body["metadata"]["name"]
    assert (name.prefix, name.suffix) == ("a-", "-b")
    assert made[0].origin(("metadata", "name")) == ("yaml_body", "metadata", "name")
    assert made[0].origin(()) == ()


def test_what_the_provider_of_texts_changes() -> None:
    values = {
        "yaml_body": YAML + "x\ndata:\n  a: hush",
        "override_namespace": "other",
        "sensitive_fields": ["data.a", "no.such", 5],
    }
    body = one("kubectl_manifest", values).body
    assert body["metadata"]["namespace"] == "other"
    assert jsonable(body["data"]) == {"a": {"$secret": True}}
    hidden = one("kubectl_manifest", {"yaml_body": Secret(YAML + "x\n  labels:\n    a: hush")}).body
    assert hidden["metadata"]["name"] == "x"
    assert jsonable(hidden["metadata"]["labels"]) == {"a": {"$secret": True}}
    text = YAML + "x\ndata:\n  a: shown\n  b: hush\n  c: [1, 2]\n  d: 1\n"
    copy = YAML + "x\ndata:\n  a: shown\n  b: (sensitive value)\n  c: [1]\n  d: '1'\n"
    beside = one("kubectl_manifest", {"yaml_body": Secret(text), "yaml_body_parsed": copy}).body
    hush = {"$secret": True}
    assert jsonable(beside["data"]) == {"a": "shown", "b": hush, "c": [hush, hush], "d": hush}
    broken = one("kubectl_manifest", {"yaml_body": Secret(text), "yaml_body_parsed": "a: ["}).body
    assert jsonable(broken["data"]["a"]) == hush


@pytest.mark.parametrize("text", ["a: [", "a: &a [*a]\nb: *c", "\tx: 1", "a: 1\na b c: [}"])
def test_broken_text_is_told(text: str) -> None:
    with pytest.raises(SyntaxFailure):
        project("kubectl_manifest", {"yaml_body": text}, "main.tf")


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6)
    | st.just(WHY) | st.just(Secret("s")) | st.just(Secret(["s"]))
)  # fmt: skip
WORDS = """metadata spec container template labels name env security_context run_as_user volume secret port selector
ingress from rule data binary_data persistent_volume_source host_path limit default webhook manifest yaml_body"""
NAMES = st.sampled_from(WORDS.split())
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(NAMES, inner, max_size=4)
        | st.lists(inner, max_size=2).map(lambda items: Partial(items, maybe=WHY))
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(object_types()), st.dictionaries(NAMES, VALUES, max_size=5) | VALUES)
def test_hostile_values_do_no_harm(type_name: str, values: Any) -> None:
    """Whatever stands in a plan: an object with a kind, and for each path into it one that leads into the values."""
    try:
        made = project(type_name, values)
    except SyntaxFailure:
        return
    for each in made if isinstance(made, list) else ():
        jsonable(each.body)
        assert each.body["kind"][:1].isupper()
        for path in paths(each.body):
            node = values
            for step in each.origin(path):
                node = node.reveal() if isinstance(node, Secret) else node
                assert isinstance(node, dict | list | str)
                if isinstance(node, str):
                    break
                node = node[step]  # type: ignore[index]


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    if isinstance(value, dict):
        found += [one for key, item in value.items() for one in paths(item, (*path, key))]
    elif isinstance(value, list):
        found += [one for index, item in enumerate(value) for one in paths(item, (*path, index))]
    return found


@pytest.mark.parametrize("values", [{}, {"metadata": []}, {"metadata": WHY, "spec": WHY}, WHY, None, [], "x"])
def test_every_type_with_nothing_in_it(values: Any) -> None:
    for name in object_types():
        kind = kind_of(name)
        made = project(name, values)
        if kind is None or not isinstance(values, dict):
            assert made is WHY or isinstance(made, Unknown) or made == []
        else:
            assert isinstance(made, list)
            assert made[0].body["kind"] == kind.kind


def test_deep_nesting_is_no_harm() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    for name in ("kubernetes_pod", "kubernetes_secret", "kubernetes_manifest"):
        for values in (
            {"spec": deep, "data": deep},
            {"manifest": {"apiVersion": "v1", "kind": "Secret", "data": deep}},
        ):
            project(name, values)
            project(name, {key: Secret(value) for key, value in values.items()})


def test_a_state_that_spells_out_everything() -> None:
    """What a refreshed state says of a pod that sets next to nothing."""
    block = {
        "name": "app", "image": "example:1", "args": [], "command": [], "env": [], "env_from": [], "lifecycle": [],
        "image_pull_policy": "IfNotPresent", "liveness_probe": [], "readiness_probe": [], "startup_probe": [],
        "port": [{"container_port": 80, "host_ip": "", "host_port": 0, "name": "", "protocol": "TCP"}],
        "resources": [{"limits": {}, "requests": {}}], "security_context": [], "stdin": False, "tty": False,
        "volume_device": [], "volume_mount": [], "working_dir": "",
    }  # fmt: skip
    spec = {
        "active_deadline_seconds": 0, "affinity": [], "automount_service_account_token": False, "container": [block],
        "dns_config": [], "host_aliases": [], "host_ipc": False, "hostname": "", "image_pull_secrets": [],
        "init_container": [], "node_selector": {}, "runtime_class_name": "", "security_context": [], "toleration": [],
        "volume": [{"name": "v", "empty_dir": [{"medium": "", "size_limit": "0"}], "host_path": [], "secret": []}],
    }  # fmt: skip
    assert pod(spec) == {
        "activeDeadlineSeconds": 0,
        "automountServiceAccountToken": False,
        "containers": [
            {
                "name": "app",
                "image": "example:1",
                "imagePullPolicy": "IfNotPresent",
                "ports": [{"containerPort": 80, "protocol": "TCP"}],
                "resources": {},
                "stdin": False,
                "tty": False,
            }
        ],
        "hostIPC": False,
        "volumes": [{"name": "v", "emptyDir": {"sizeLimit": "0"}}],
    }
