"""Places in the templates of charts: the deepest key that is written there as it is."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.cli.entry import run
from iacgate.inputs._template import Template

TEMPLATE = """\
{{- if .Values.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "shop.fullname" . }}
spec:
  replicas: 2
  template:
    spec:
      {{- with .Values.volumes }}
      volumes:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
      - name: web
        image: "{{ .Values.image }}:{{ .Values.tag }}"
        securityContext:
          {{- toYaml .Values.securityContext | nindent 10 }}
        args: ["--a", "--b"]
      {{- range .Values.sidecars }}
      - name: {{ .name }}
        image: {{ .image }}
      {{- end }}
      hostNetwork: true  # as it is
{{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: first
spec:
  ports:
  {{- range .Values.ports }}
    - port: {{ . }}
  {{- end }}
---
apiVersion: v1
kind: "Service"
metadata:
  name: "second"
spec:
  type: NodePort
"""

POD = {
    "volumes": [{"name": "v"}],
    "containers": [
        {"name": "web", "image": "a:1", "securityContext": {"privileged": True}, "args": ["--a", "--b"]},
        {"name": "log", "image": "b"},
    ],
    "hostNetwork": True,
}
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "x"},
    "spec": {"replicas": 2, "template": {"spec": POD}},
}
CONTAINERS = ("spec", "template", "spec", "containers")


def service(name):
    return {
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"type": "NodePort", "ports": [{"port": 1}, {"port": 2}]},
    }


@pytest.mark.parametrize(
    ("body", "path", "written"),
    [
        (DEPLOYMENT, (), "Deployment"),
        (DEPLOYMENT, ("nowhere",), "Deployment"),
        (DEPLOYMENT, ("metadata", "name"), '{{ include "shop.fullname" . }}'),
        (DEPLOYMENT, ("spec", "replicas"), "2"),
        (DEPLOYMENT, ("spec", "template", "spec"), "spec"),
        (DEPLOYMENT, ("spec", "template", "spec", "hostNetwork"), "true  # as it is"),
        (DEPLOYMENT, ("spec", "template", "spec", "volumes", 0, "name"), "volumes"),
        (DEPLOYMENT, CONTAINERS, "containers"),
        (DEPLOYMENT, (*CONTAINERS, 0), "-"),
        (DEPLOYMENT, (*CONTAINERS, 0, "image"), '"{{ .Values.image }}:{{ .Values.tag }}"'),
        (DEPLOYMENT, (*CONTAINERS, 0, "securityContext", "privileged"), "securityContext"),
        (DEPLOYMENT, (*CONTAINERS, 0, "args", 1), '["--a", "--b"]'),
        (DEPLOYMENT, (*CONTAINERS, 1, "image"), "{{ .image }}"),
        (service("first"), ("metadata", "name"), "first"),
        (service("first"), ("spec", "ports", 1, "port"), "{{ . }}"),
        (service("second"), ("spec", "type"), "NodePort"),
        (service("third"), ("metadata", "name"), "first"),
        ({"kind": "Pod"}, ("spec",), ""),
        ({"kind": "Service", "metadata": "broken"}, ("metadata", "name"), "metadata"),
    ],
)
def test_path_is_placed_where_its_deepest_key_is_written(body, path, written):
    place = Template("t.yaml", TEMPLATE).locate(body, path)
    line = TEMPLATE.splitlines()[place.line - 1]
    assert line[place.column - 1 : place.end_column - 1] == written
    assert (place.file, place.end_line) == ("t.yaml", place.line)


def test_elements_that_may_come_from_anywhere_are_placed_at_their_list():
    text = "kind: Pod\nspec:\n  containers:\n  {{- if .a }}\n  - image: a\n  {{- end }}\n  - image: b\n"
    body = {"kind": "Pod", "spec": {"containers": [{"image": "b"}]}}
    assert Template("t.yaml", text).locate(body, ("spec", "containers", 0, "image")).line == 3


def test_kind_that_a_value_says_is_found_where_the_template_has_one_object():
    text = "apiVersion: {{ .v }}\nkind: {{ .k }}\nspec:\n  paused: true\n"
    body = {"kind": "DaemonSet", "spec": {"paused": True}}
    assert Template("t.yaml", text).locate(body, ("spec", "paused")).line == 4


@given(st.text(alphabet="ab:- \n{}\"'#\t", max_size=300))
def test_any_text_is_read(text):
    body = {"kind": "a", "a": {"b": [{"a": 1}, 2]}}
    place = Template("t.yaml", text).locate(body, ("a", "b", 0, "a"))
    assert 1 <= place.line <= max(1, len(text.splitlines()))


@pytest.mark.skipif(shutil.which("helm") is None, reason="helm is not on PATH")
def test_a_chart_as_helm_makes_it_is_rendered_and_placed(tmp_path, monkeypatch, capsys):
    subprocess.run(["helm", "create", "shop"], cwd=tmp_path, check=True, capture_output=True)
    monkeypatch.chdir(tmp_path)
    assert run(["scan", "--render", "always", "-o", "concise", "--rule", "k8s-privilege-escalation"]) == 1
    assert (
        "shop/templates/deployment.yaml:35:11: high[k8s-privilege-escalation] Deployment shop"
        in capsys.readouterr().out
    )
