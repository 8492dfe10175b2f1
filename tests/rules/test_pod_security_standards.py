"""The Pod Security Standards, control by control: what the published page allows passes, what it forbids is found.

Every row is a pod that meets the restricted profile but for one place. A rule set may only object to a pod where the
standard does, so each row is judged by both sets.
"""

from __future__ import annotations

import copy
import json
from datetime import date

import pytest

from iacgate.pipeline import Request, scan

TIGHT = {
    "allowPrivilegeEscalation": False,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}
POD, MAIN, INIT, DEBUG = "spec", "spec.containers.0", "spec.initContainers.0", "spec.ephemeralContainers.0"
CONTAINERS = (MAIN, INIT, DEBUG)
EVERYWHERE = (POD, *CONTAINERS)
BASELINE, RESTRICTED, NOBODY = "baseline", "restricted", ""
"""Who forbids a row: the baseline (and so both), only the restricted profile, or neither."""
WINDOWS = {"spec.os": {"name": "windows"}}
USER_NAMESPACE = {"spec.hostUsers": False}
ABSENT = object()


def rows_of(places, path, by, *values, also=None):
    return [(by, {f"{place}.{path}": value, **(also or {})}) for place in places for value in values]


DEFAULT_SET = (
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT"
)
SYSCTLS = (
    "kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.ip_unprivileged_port_start net.ipv4.tcp_syncookies "
    "net.ipv4.ping_group_range net.ipv4.ip_local_reserved_ports net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout "
    "net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes net.ipv4.tcp_rmem net.ipv4.tcp_wmem"
)
FREE_VOLUMES = "configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret"
OWN_VOLUMES = (
    "gcePersistentDisk awsElasticBlockStore gitRepo nfs iscsi glusterfs rbd flexVolume cinder cephfs flocker fc "
    "azureFile vsphereVolume quobyte azureDisk portworxVolume scaleIO storageos"
)
HOSTS = [
    f"{moment}.{way}"
    for moment in ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop")
    for way in ("httpGet", "tcpSocket")
]
ANNOTATION = "metadata.annotations"
APPARMOR = "container.apparmor.security.beta.kubernetes.io/app"

ROWS = [
    (NOBODY, {}),
    # host process
    *rows_of(EVERYWHERE, "securityContext.windowsOptions.hostProcess", BASELINE, True),
    *rows_of(EVERYWHERE, "securityContext.windowsOptions.hostProcess", NOBODY, False, None),
    # host namespaces
    *((by, {f"spec.{key}": value}) for key in ("hostNetwork", "hostPID", "hostIPC")
      for by, value in ((BASELINE, True), (NOBODY, False), (NOBODY, None))),
    # privileged containers
    *rows_of(CONTAINERS, "securityContext.privileged", BASELINE, True),
    *rows_of(CONTAINERS, "securityContext.privileged", NOBODY, False, None),
    # capabilities: the baseline's default set, and what restricted leaves of it
    *rows_of(CONTAINERS, "securityContext.capabilities.add", NOBODY, [], None, ["NET_BIND_SERVICE"]),
    *rows_of((MAIN,), "securityContext.capabilities.add", RESTRICTED,
             *([name] for name in DEFAULT_SET.split() if name != "NET_BIND_SERVICE")),
    *rows_of(CONTAINERS, "securityContext.capabilities.add", BASELINE,
             ["NET_RAW"], ["SYS_ADMIN"], ["ALL"], ["CAP_CHOWN"], ["chown"], ["CHOWN", "BPF"]),
    *rows_of(CONTAINERS, "securityContext.capabilities", RESTRICTED, None, {}, {"drop": []}, {"drop": ["NET_RAW"]},
             {"drop": ["all"]}),
    *rows_of(CONTAINERS, "securityContext.capabilities", NOBODY, None, {"drop": ["NET_RAW"]}, also=WINDOWS),
    *rows_of((MAIN,), "securityContext.capabilities", NOBODY, {"drop": ["CHOWN", "ALL"]}, {"drop": ["all", "ALL"]}),
    # host path volumes
    (BASELINE, {"spec.volumes": [{"name": "a", "hostPath": {"path": "/srv"}}]}),
    # host ports
    *rows_of(CONTAINERS, "ports", BASELINE, [{"containerPort": 80, "hostPort": 80}]),
    *rows_of(CONTAINERS, "ports", NOBODY, [{"containerPort": 80, "hostPort": 0}], [{"containerPort": 80}], None),
    # host probes and hooks
    *(row for path in HOSTS for row in rows_of(CONTAINERS, f"{path}.host", BASELINE, "127.0.0.1", "example.com")),
    *(row for path in HOSTS for row in rows_of((MAIN,), path, NOBODY, {"port": 80}, {"port": 80, "host": ""})),
    # AppArmor: the fields and the annotation
    *rows_of(EVERYWHERE, "securityContext.appArmorProfile.type", BASELINE, "Unconfined", "unconfined"),
    *rows_of(EVERYWHERE, "securityContext.appArmorProfile", NOBODY, None, {"type": "RuntimeDefault"},
             {"type": "Localhost", "localhostProfile": "x"}),
    (BASELINE, {ANNOTATION: {APPARMOR: "unconfined"}}),
    *((NOBODY, {ANNOTATION: {APPARMOR: value}}) for value in ("runtime/default", "localhost/x", "")),
    (NOBODY, {ANNOTATION: {"example.com/apparmor": "unconfined"}}),
    # SELinux
    *rows_of(EVERYWHERE, "securityContext.seLinuxOptions.type", BASELINE, "spc_t", "container_file_t"),
    *rows_of(EVERYWHERE, "securityContext.seLinuxOptions.type", NOBODY, "", None, "container_t", "container_init_t",
             "container_kvm_t", "container_engine_t"),
    *(row for part in ("user", "role")
      for row in rows_of(EVERYWHERE, f"securityContext.seLinuxOptions.{part}", BASELINE, "x_u")),
    *(row for part in ("user", "role")
      for row in rows_of(EVERYWHERE, f"securityContext.seLinuxOptions.{part}", NOBODY, "", None)),
    *rows_of(EVERYWHERE, "securityContext.seLinuxOptions.level", NOBODY, "s0:c1,c2"),
    # the masks of /proc
    *rows_of(CONTAINERS, "securityContext.procMount", BASELINE, "Unmasked"),
    *rows_of(CONTAINERS, "securityContext.procMount", NOBODY, "Default", None),
    *rows_of(CONTAINERS, "securityContext.procMount", RESTRICTED, "Unmasked", also=USER_NAMESPACE),
    # seccomp
    *rows_of(EVERYWHERE, "securityContext.seccompProfile", BASELINE, {"type": "Unconfined"}, {}),
    *rows_of(EVERYWHERE, "securityContext.seccompProfile", NOBODY, {"type": "Localhost", "localhostProfile": "x"}),
    *rows_of(CONTAINERS, "securityContext.seccompProfile", RESTRICTED, None),
    *rows_of(CONTAINERS, "securityContext.seccompProfile", NOBODY, None, also=WINDOWS),
    *rows_of(CONTAINERS, "securityContext.seccompProfile", NOBODY, None,
             also={"spec.securityContext.seccompProfile": {"type": "RuntimeDefault"}}),
    # sysctls
    *((NOBODY, {"spec.securityContext.sysctls": [{"name": name, "value": "1"}]}) for name in SYSCTLS.split()),
    *((BASELINE, {"spec.securityContext.sysctls": [{"name": name, "value": "1"}]})
      for name in ("kernel.msgmax", "net.core.somaxconn", "net.ipv4.tcp_syncookies.x", "vm.swappiness")),
    (NOBODY, {"spec.securityContext.sysctls": []}),
    # volume types
    *((NOBODY, {"spec.volumes": [{"name": "a", kind: {}}]}) for kind in FREE_VOLUMES.split()),
    *((RESTRICTED, {"spec.volumes": [{"name": "b", "emptyDir": {}}, {"name": "a", kind: {"x": "y"}}]})
      for kind in OWN_VOLUMES.split()),
    (NOBODY, {"spec.volumes": [{"name": "a"}]}),
    # privilege escalation
    *rows_of(CONTAINERS, "securityContext.allowPrivilegeEscalation", RESTRICTED, True, None),
    *rows_of(CONTAINERS, "securityContext.allowPrivilegeEscalation", NOBODY, True, None, also=WINDOWS),
    # running as non-root
    *rows_of(EVERYWHERE, "securityContext.runAsNonRoot", RESTRICTED, False),
    *rows_of(CONTAINERS, "securityContext.runAsNonRoot", RESTRICTED, None),
    *rows_of(CONTAINERS, "securityContext.runAsNonRoot", RESTRICTED, None,
             also={"spec.securityContext.runAsUser": 1000}),
    *rows_of(CONTAINERS, "securityContext.runAsNonRoot", RESTRICTED, None, also=WINDOWS),
    *rows_of(CONTAINERS, "securityContext.runAsNonRoot", NOBODY, None,
             also={"spec.securityContext.runAsNonRoot": True}),
    *rows_of(EVERYWHERE, "securityContext.runAsNonRoot", NOBODY, False, None, also=USER_NAMESPACE),
    # running as non-root user
    *rows_of(EVERYWHERE, "securityContext.runAsUser", RESTRICTED, 0),
    *rows_of(EVERYWHERE, "securityContext.runAsUser", NOBODY, 1, 65534, None),
    *rows_of(EVERYWHERE, "securityContext.runAsUser", NOBODY, 0, also=USER_NAMESPACE),
]  # fmt: skip


def pod(name, changes):
    container = {"image": "registry.example.com/web:1.0", "securityContext": TIGHT}
    made = copy.deepcopy(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name},
            "spec": {
                "containers": [{"name": "app", **container}],
                "initContainers": [{"name": "setup", **container}],
                "ephemeralContainers": [{"name": "debug", **container}],
            },
        }
    )
    for path, value in changes.items():
        put(made, path.split(".") if path != ANNOTATION else ["metadata", "annotations"], value)
    return made


def put(node, steps, value):
    for step in steps[:-1]:
        node = node[int(step)] if isinstance(node, list) else node.setdefault(step, {})
    if value is None:
        node.pop(steps[-1], None)
    else:
        node[steps[-1]] = value


@pytest.fixture(scope="module")
def objections(tmp_path_factory):
    """Rule set → name of the pod → the rules that object to it."""
    folder = tmp_path_factory.mktemp("pods")
    documents = [json.dumps(pod(f"row-{index}", changes)) for index, (_, changes) in enumerate(ROWS)]
    (folder / "pods.yaml").write_text("\n---\n".join(documents))
    found = {}
    for name in ("pss-baseline", "pss-restricted"):
        request = Request(cwd=str(folder), today=date(2026, 1, 1), use_settings=False, ruleset=name)
        report = scan(["pods.yaml"], request)
        assert not report.troubles
        by_pod = found.setdefault(name, {})
        for verdict in report.verdicts:
            by_pod.setdefault(verdict.finding.subject.name, set()).add(verdict.finding.rule.id)
    return found


@pytest.mark.parametrize("index", range(len(ROWS)), ids=lambda index: f"{index}-{ROWS[index][0] or 'allowed'}")
def test_a_pod_is_refused_by_whom_the_standard_says(objections, index):
    forbidden_by, changes = ROWS[index]
    baseline, restricted = (objections[name].get(f"row-{index}", set()) for name in ("pss-baseline", "pss-restricted"))
    assert bool(baseline) == (forbidden_by == BASELINE), (changes, baseline)
    assert bool(restricted) == (forbidden_by != NOBODY), (changes, restricted)


def test_restricted_holds_the_baseline():
    from iacgate.engines.native import NativeRules

    rules = NativeRules.load(ruleset="pss-restricted")
    baseline = set(NativeRules.load(ruleset="pss-baseline").selected())
    assert baseline < set(rules.selected())
    assert {rule for rule in rules.selected() if rules.rule(rule).on != ("workload",)} == set()
