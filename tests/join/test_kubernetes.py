"""Which Kubernetes objects belong together: by name, by label, by namespace; and where that is not known."""

from __future__ import annotations

from typing import Any

import pytest

from iacgate.inputs import kubernetes
from iacgate.join.kubernetes import KubernetesLinks
from iacgate.lang.selectors import Selector, matches
from iacgate.model import Document, Inventory, Location, Partial, Resource, Unknown
from iacgate.syntax.yaml import load_all


def objects(text: str) -> list[Resource]:
    found = []
    for each in load_all(text.encode(), "m.yaml"):
        document = Document(path="m.yaml", kind="kubernetes", body=each.body, locate=each.locate)
        found.extend(kubernetes.resources_of(document))
    return found


def made(body: dict[str, Any]) -> Resource:
    document = Document(path="m.yaml", kind="kubernetes", body=body, locate=lambda _: Location(file="m.yaml"))
    return kubernetes.resource(document, body)


def related(resources: list[Resource], address: str, kind: str, *, whole: bool = True) -> tuple[list[str], bool]:
    """The addresses found, and whether there may be more."""
    inventory = Inventory(resources, whole=whole)
    asked = inventory.by_address(address)
    assert asked is not None
    found = KubernetesLinks(inventory).related(asked, kind)
    return [each.address for each in found], isinstance(found, Partial)


WORKLOADS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {own: label}}
spec:
  template:
    metadata: {labels: {app: web, tier: front}}
    spec: {containers: [{name: c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: bare, namespace: shop}
spec: {containers: [{name: c}]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: tick, namespace: shop}
spec: {jobTemplate: {spec: {template: {metadata: {labels: {app: tick}}, spec: {containers: [{name: c}]}}}}}
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: canary, namespace: shop}
spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: elsewhere}
spec: {template: {metadata: {labels: {app: web, tier: front}}, spec: {containers: [{name: c}]}}}
"""
EVERY = ["CronJob shop/tick", "Deployment shop/web", "Pod shop/bare", "Rollout shop/canary"]
WEB = ["Deployment shop/web", "Rollout shop/canary"]
FRONT = ["Deployment shop/web"]


@pytest.mark.parametrize(
    ("kind", "version", "spec", "selected"),
    [
        ("Service", "v1", "{selector: {app: web}}", WEB),
        ("Service", "v1", "{selector: {app: web, tier: front}}", FRONT),
        ("Service", "v1", "{selector: {own: label}}", []),
        ("Service", "v1", "{selector: {}}", []),
        ("Service", "v1", "{}", []),
        ("Service", "v1", "{type: ExternalName, selector: {app: web}}", []),
        ("NetworkPolicy", "networking.k8s.io/v1", "{podSelector: {}}", EVERY),
        ("NetworkPolicy", "networking.k8s.io/v1", "{}", EVERY),
        ("NetworkPolicy", "networking.k8s.io/v1", "{podSelector: {matchLabels: {app: web}}}", WEB),
        (
            "NetworkPolicy",
            "networking.k8s.io/v1",
            "{podSelector: {matchLabels: {app: web}, matchExpressions: [{key: tier, operator: Exists}]}}",
            FRONT,
        ),
        ("PodDisruptionBudget", "policy/v1", "{selector: {}}", EVERY),
        ("PodDisruptionBudget", "policy/v1", "{}", []),
        ("PodDisruptionBudget", "policy/v1beta1", "{selector: {}}", []),
        (
            "PodDisruptionBudget",
            "policy/v1",
            "{selector: {matchExpressions: [{key: app, operator: In, values: [tick, x]}]}}",
            ["CronJob shop/tick"],
        ),
        ("CiliumNetworkPolicy", "cilium.io/v2", "{endpointSelector: {matchLabels: {'k8s:app': web}}}", WEB),
        ("CiliumNetworkPolicy", "cilium.io/v2", "{endpointSelector: {}}", EVERY),
        ("NetworkPolicy", "projectcalico.org/v3", "{selector: all()}", EVERY),
    ],
)
def test_selectors_both_ways(kind: str, version: str, spec: str, selected: list[str]) -> None:
    policy = f"---\napiVersion: {version}\nkind: {kind}\nmetadata: {{name: s, namespace: shop}}\nspec: {spec}\n"
    resources = objects(WORKLOADS + policy)
    found, maybe = related(resources, f"{kind} shop/s", "workload")
    assert (sorted(found), maybe) == (selected, False)
    for each in resources:
        if each.type != kind:
            expected = [f"{kind} shop/s"] if each.address in selected else []
            assert related(resources, each.address, kind) == (expected, False)


@pytest.mark.parametrize(
    ("expression", "labels", "answer"),
    [
        ({"key": "a", "operator": "In", "values": ["x", "z"]}, {"a": "x"}, True),
        ({"key": "a", "operator": "In", "values": ["x"]}, {"a": "y"}, False),
        ({"key": "a", "operator": "In", "values": ["x"]}, {}, False),
        ({"key": "a", "operator": "NotIn", "values": ["x"]}, {"a": "y"}, True),
        ({"key": "a", "operator": "NotIn", "values": ["x"]}, {"a": "x"}, False),
        ({"key": "a", "operator": "NotIn", "values": ["x"]}, {}, True),
        ({"key": "a", "operator": "Exists"}, {"a": ""}, True),
        ({"key": "a", "operator": "Exists"}, {}, False),
        ({"key": "a", "operator": "DoesNotExist"}, {}, True),
        ({"key": "a", "operator": "DoesNotExist"}, {"a": "x"}, False),
        ({"key": "a", "operator": "Near", "values": ["x"]}, {"a": "x"}, None),
        ({"key": "a", "operator": "In", "values": ["x"]}, {"a": Unknown()}, None),
        ({"key": "a", "operator": "NotIn", "values": [Unknown()]}, {"a": "x"}, None),
        ({"key": Unknown(), "operator": "Exists"}, {}, None),
        ("text", {}, None),
    ],
)
def test_expressions(expression: Any, labels: dict[str, Any], answer: bool | None) -> None:
    assert matches(Selector({}, (expression,)), labels) is answer


@pytest.mark.parametrize(
    ("selector", "labels", "answer"),
    [
        (Selector({"a": "x", "b": "y"}), {"a": Unknown(), "b": "n"}, False),
        (Selector({"a": "x"}), {"a": Unknown()}, None),
        (Selector({"a": "x"}), Unknown(), None),
        (Selector({}), Unknown(), True),
        (Selector({"a": "x"}, unsure=True), {"a": "x"}, None),
        (Selector({"a": "x"}, unsure=True), {"a": "y"}, False),
        (Selector({"a": None}), {}, False),
    ],
)
def test_a_definite_no_beats_what_is_not_known(selector: Selector, labels: Any, answer: bool | None) -> None:
    assert matches(selector, labels) is answer


POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {app: a}%s}\nspec: {containers: [{name: c}]}\n---\n"
POLICY = "apiVersion: v1\nkind: NetworkPolicy\nmetadata: {name: net%s}\nspec: {podSelector: {matchLabels: {app: %s}}}\n"


@pytest.mark.parametrize(
    ("pod", "policy", "label", "found", "maybe"),
    [
        ("", "", "a", True, False),
        (", namespace: x", ", namespace: x", "a", True, False),
        (", namespace: x", ", namespace: z", "a", False, False),
        ("", ", namespace: default", "a", True, False),
        (", namespace: default", "", "a", True, False),
        ("", ", namespace: x", "a", False, True),
        (", namespace: x", "", "a", False, True),
        ("", ", namespace: x", "b", False, False),
    ],
)
def test_a_namespace_that_is_not_written(pod: str, policy: str, label: str, found: bool, maybe: bool) -> None:
    resources = objects(POD % pod + POLICY % (policy, label))
    for asked, kind in ((resources[0], "NetworkPolicy"), (resources[1], "Pod")):
        addresses, more = related(resources, asked.address, kind)
        assert (bool(addresses), more) == (found, maybe)


def test_files_that_were_not_read_may_hold_more() -> None:
    resources = objects(POD % "" + POLICY % ("", "a"))
    assert related(resources, "Pod p", "NetworkPolicy", whole=False) == (["NetworkPolicy net"], True)
    assert related(resources, "Pod p", "Service", whole=False) == ([], True)
    assert related(resources, "Pod p", "Service") == ([], False)


def test_labels_and_selectors_that_are_not_known() -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "labels": {"app": Unknown()}}}
    pod["spec"] = {"containers": [{"name": "c"}]}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"selector": {"app": "a"}}}
    vague = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "t"}, "spec": {"selector": Unknown()}}
    for each in (service, vague):
        resources = [made(pod), made(each)]
        assert related(resources, "Pod p", "Service") == ([], True)
        assert related(resources, resources[1].address, "Pod") == ([], True)


NAMED = """\
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: a}
spec:
  serviceAccountName: sa
  priorityClassName: high
  imagePullSecrets: [{name: pull}]
  initContainers: [{name: i, env: [{name: X, valueFrom: {configMapKeyRef: {name: cm, key: k}}}]}]
  containers:
  - name: c
    envFrom: [{secretRef: {name: env}}, {configMapRef: {name: cm}}]
    env: [{name: Y, valueFrom: {secretKeyRef: {name: key, key: k}}}, {name: Z, value: v}]
  volumes:
  - {name: v1, secret: {secretName: vol}}
  - {name: v2, configMap: {name: cm2}}
  - {name: v3, persistentVolumeClaim: {claimName: data}}
  - {name: v4, projected: {sources: [{secret: {name: proj}}, {configMap: {name: cm3}}]}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: sa, namespace: a}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: sa, namespace: b}}
---
{apiVersion: v1, kind: PriorityClass, metadata: {name: high}}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Secret, metadata: {name: pull, namespace: a}}
- {apiVersion: v1, kind: Secret, metadata: {name: env, namespace: a}}
- {apiVersion: v1, kind: Secret, metadata: {name: key, namespace: a}}
- {apiVersion: v1, kind: Secret, metadata: {name: vol, namespace: a}}
- {apiVersion: v1, kind: Secret, metadata: {name: proj, namespace: a}}
- {apiVersion: v1, kind: Secret, metadata: {name: unused, namespace: a}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: cm, namespace: a}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: cm2, namespace: a}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: cm3, namespace: a}}
- {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data, namespace: a}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: rb, namespace: a}
roleRef: {kind: ClusterRole, name: cr}
subjects: [{kind: ServiceAccount, name: sa, namespace: b}, {kind: User, name: sa}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: rb2, namespace: a}
roleRef: {kind: Role, name: r}
subjects: [{kind: ServiceAccount, name: sa}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: crb}
roleRef: {kind: ClusterRole, name: cr}
subjects: [{kind: ServiceAccount, name: sa, namespace: a}]
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: cr}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r, namespace: a}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r, namespace: b}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: hpa, namespace: a}
spec: {scaleTargetRef: {kind: Deployment, name: web}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: a}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: b}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: in, namespace: a}
spec:
  ingressClassName: nginx
  defaultBackend: {service: {name: s1}}
  tls: [{secretName: pull}]
  rules: [{http: {paths: [{backend: {service: {name: s2}}}]}}]
---
{apiVersion: v1, kind: Service, metadata: {name: s1, namespace: a}}
---
{apiVersion: v1, kind: Service, metadata: {name: s2, namespace: a}}
---
{apiVersion: v1, kind: Service, metadata: {name: s2, namespace: b}}
---
{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: nginx}}
"""


@pytest.mark.parametrize(
    ("address", "kind", "found"),
    [
        ("Pod a/p", "ServiceAccount", ["ServiceAccount a/sa"]),
        ("ServiceAccount a/sa", "Pod", ["Pod a/p"]),
        ("ServiceAccount b/sa", "Pod", []),
        ("Pod a/p", "PriorityClass", ["PriorityClass high"]),
        ("PriorityClass high", "Pod", ["Pod a/p"]),
        ("Pod a/p", "Secret", ["Secret a/env", "Secret a/key", "Secret a/proj", "Secret a/pull", "Secret a/vol"]),
        ("Secret a/proj", "workload", ["Pod a/p"]),
        ("Secret a/unused", "Pod", []),
        ("Pod a/p", "ConfigMap", ["ConfigMap a/cm", "ConfigMap a/cm2", "ConfigMap a/cm3"]),
        ("ConfigMap a/cm", "Pod", ["Pod a/p"]),
        ("Pod a/p", "PersistentVolumeClaim", ["PersistentVolumeClaim a/data"]),
        ("RoleBinding a/rb", "ClusterRole", ["ClusterRole cr"]),
        ("ClusterRole cr", "*RoleBinding", ["ClusterRoleBinding crb", "RoleBinding a/rb"]),
        ("RoleBinding a/rb2", "Role", ["Role a/r"]),
        ("Role b/r", "RoleBinding", []),
        ("RoleBinding a/rb", "ServiceAccount", ["ServiceAccount b/sa"]),
        ("RoleBinding a/rb2", "ServiceAccount", ["ServiceAccount a/sa"]),
        ("ServiceAccount a/sa", "*RoleBinding", ["ClusterRoleBinding crb", "RoleBinding a/rb2"]),
        ("HorizontalPodAutoscaler a/hpa", "Deployment", ["Deployment a/web"]),
        ("Deployment a/web", "HorizontalPodAutoscaler", ["HorizontalPodAutoscaler a/hpa"]),
        ("Deployment b/web", "HorizontalPodAutoscaler", []),
        ("Ingress a/in", "Service", ["Service a/s1", "Service a/s2"]),
        ("Service a/s2", "Ingress", ["Ingress a/in"]),
        ("Service b/s2", "Ingress", []),
        ("Ingress a/in", "Secret", ["Secret a/pull"]),
        ("Ingress a/in", "IngressClass", ["IngressClass nginx"]),
        ("Pod a/p", "Nothing", []),
    ],
)
def test_names_both_ways(address: str, kind: str, found: list[str]) -> None:
    addresses, maybe = related(objects(NAMED), address, kind)
    assert (sorted(addresses), maybe) == (found, False)


SPACES = """\
{apiVersion: v1, kind: Namespace, metadata: {name: a}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: b}}
---
{apiVersion: v1, kind: ResourceQuota, metadata: {name: q, namespace: a}}
---
{apiVersion: v1, kind: LimitRange, metadata: {name: l, namespace: b}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: x, namespace: a}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: loose}}
---
{apiVersion: v1, kind: ClusterRole, metadata: {name: cr}}
"""


@pytest.mark.parametrize(
    ("address", "kind", "found", "maybe"),
    [
        ("ConfigMap a/x", "Namespace", ["Namespace a"], False),
        ("ConfigMap a/x", "ResourceQuota", ["ResourceQuota a/q"], False),
        ("ConfigMap a/x", "LimitRange", [], False),
        ("Namespace a", "ResourceQuota", ["ResourceQuota a/q"], False),
        ("ResourceQuota a/q", "Namespace", ["Namespace a"], False),
        ("Namespace b", "ResourceQuota", [], False),
        ("Namespace a", "ConfigMap", ["ConfigMap a/x"], True),
        ("ConfigMap loose", "Namespace", [], True),
        ("ConfigMap loose", "ResourceQuota", [], True),
        ("ClusterRole cr", "Namespace", [], False),
        ("Namespace a", "ClusterRole", [], False),
    ],
)
def test_what_rules_a_namespace(address: str, kind: str, found: list[str], maybe: bool) -> None:
    assert related(objects(SPACES), address, kind) == (found, maybe)
