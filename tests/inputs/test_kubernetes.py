"""The Kubernetes adapter: what it claims, what becomes a resource, where it stands, what is said aloud."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from iacgate.errors import SourceSkipped, SyntaxFailure
from iacgate.inputs import Registry, kubernetes
from iacgate.inputs.reading import Surroundings, read
from iacgate.model import Resource, SourceFile, jsonable
from iacgate.spi import InputContext


def source(path: str, text: str | bytes = b"", *, named: bool = False, absolute: str = "") -> SourceFile:
    data = text if isinstance(text, bytes) else text.encode()
    return SourceFile(path=path, absolute=absolute, read=lambda: data, named=named)


def context(root: str = "", **settings) -> InputContext:
    return InputContext(root=root, open=lambda _: None, settings=settings)


def resources(text: str, path: str = "m.yaml", into: InputContext | None = None) -> list[Resource]:
    documents = list(kubernetes.parse(source(path, text)))
    return list(kubernetes.normalise(documents, into or context()))


@pytest.mark.parametrize(
    ("path", "head", "named", "claimed"),
    [
        ("a.yaml", "", False, True),
        ("a.YML", "", False, True),
        ("a/Kustomization", "", False, True),
        ("a.json", '{"apiVersion": "v1", "kind": "Pod"}', False, True),
        ("tsconfig.json", '{// comment\n"compilerOptions": {}}', False, False),
        ("-", "apiVersion: v1\nkind: Pod\n", True, True),
        ("-", '{\n "kind": "Pod",\n "apiVersion": "v1"}', True, True),
        ("-", "FROM alpine\n", True, False),
        ("notes.txt", "apiVersion: v1\nkind: Pod\n", False, False),
    ],
)
def test_claims(path: str, head: str, named: bool, claimed: bool) -> None:
    assert kubernetes.claims(source(path, head, named=named)) is claimed


def test_claims_utf16_json() -> None:
    assert kubernetes.claims(source("a.json", '{"apiVersion": "v1"}'.encode("utf-16")))


@pytest.mark.parametrize(
    ("metadata", "address", "namespace"),
    [
        ("{name: web}", "Pod web", None),
        ("{name: web, namespace: prod}", "Pod prod/web", "prod"),
        ("{generateName: job-, namespace: ci}", "Pod ci/job-*", "ci"),
        ("{name: 123}", "Pod 123", None),
        ("{}", "Pod -", None),
        ("", "Pod -", None),
        ("{name: web, namespace: }", "Pod web", None),
        ("{name: y, namespace: off}", "Pod false/true", "false"),
    ],
)
def test_address(metadata: str, address: str, namespace: str | None) -> None:
    (found,) = resources(f"apiVersion: v1\nkind: Pod\nmetadata: {metadata}\n")
    assert (found.address, found.namespace, found.type, found.provider) == (address, namespace, "Pod", "kubernetes")


def test_labels_and_annotations_are_mappings_whatever_is_written() -> None:
    (found,) = resources("apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {x: q}, annotations: [z]}\n")
    assert (found.labels, found.annotations) == ({"x": "q"}, {})


LISTS = """\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata:
    name: one
- apiVersion: v1
  kind: ConfigMapList
  items:
  - metadata:
      name: two
  - just text
-
"""


def test_items_of_lists_are_resources_with_their_own_places() -> None:
    one, two = resources(LISTS)
    assert (one.address, two.address) == ("Pod one", "ConfigMap two")
    assert str(one.at()) == "m.yaml:4:3"
    assert str(one.at("metadata", "name")) == "m.yaml:7:11"
    assert str(two.at("metadata", "name")) == "m.yaml:12:13"
    assert str(two.at("data")) == "m.yaml:11:5"


def test_a_custom_kind_that_is_called_a_list_is_no_list() -> None:
    (found,) = resources("apiVersion: x/v1\nkind: AllowList\nmetadata: {name: a}\nspec: {items: []}\n")
    assert found.address == "AllowList a"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("values.yaml", "image: nginx\n"),
        ("docker-compose.yml", "services: {web: {image: nginx}}\n"),
        (".github/workflows/ci.yml", "on: push\njobs: {}\n"),
        ("empty.yaml", ""),
        ("null.yaml", "---\n---\n"),
        ("list.yaml", "- kind: Pod\n  apiVersion: v1\n"),
        ("half.yaml", "kind: Pod\n"),
        ("odd.yaml", "apiVersion: 1\nkind: [Pod]\n"),
    ],
)
def test_what_is_no_object_is_not_applicable(path: str, text: str) -> None:
    assert list(kubernetes.parse(source(path, text))) == []


def test_documents_are_counted_and_each_object_is_placed_in_its_own() -> None:
    text = "# c\n---\napiVersion: v1\nkind: A\nmetadata: {name: a}\n---\nx: 1\n---\napiVersion: v1\nkind: B\n"
    first, second = resources(text)
    assert (first.document.index, second.document.index) == (0, 2)
    assert str(second.at("kind")) == "m.yaml:10:7"
    assert [each.text for each in resources(text)[0].document.comments()] == ["c"]


def test_json_manifests() -> None:
    item = '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}'
    text = f'{{"apiVersion": "v1", "kind": "List", "items": [\n{item}]}}'
    (found,) = resources(text, "m.json")
    assert found.address == "Pod a"
    assert str(found.at("metadata", "name")) == "m.json:2:58"


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        (
            "m.yaml",
            "apiVersion: v1\nkind: Pod\nkind: Service\n",
            "m.yaml:3:1: key 'kind' stands twice, first on line 2",
        ),
        (
            "m.json",
            '{"apiVersion": "v1", "kind": "A",\n "kind": "B"}',
            "m.json:2:2: key 'kind' stands twice, first on line 1",
        ),
        (
            "m.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ x }}}\n",
            "m.yaml:3:19: a mapping or list stands as a key",
        ),
    ],
)
def test_what_kubernetes_refuses_is_trouble(path: str, text: str, says: str) -> None:
    into = context()
    assert resources(text, path, into)
    (trouble,) = into.troubles
    assert trouble.message.startswith(says)
    assert trouble.kind == "unreadable"


def test_repeated_keys_outside_of_objects_are_nobodys_trouble() -> None:
    into = context()
    assert resources("a: 1\na: 2\n---\napiVersion: v1\nkind: Pod\n", into=into)
    assert into.troubles == []


def test_broken_yaml_is_refused_and_templates_without_objects_are_skipped_aloud() -> None:
    with pytest.raises(SyntaxFailure):
        list(kubernetes.parse(source("a.yaml", "a:\n\tb: 1")))
    with pytest.raises(SyntaxFailure, match="template"):
        list(kubernetes.parse(source("a.yaml", "{{ if x }}\napiVersion: v1\nkind: Pod\n")))
    with pytest.raises(SourceSkipped, match="template"):
        list(kubernetes.parse(source("a.yaml", "{{ if x }}\nfoo: bar\n")))


def test_relations_name_what_the_object_refers_to() -> None:
    spec = "{serviceAccountName: s, priorityClassName: p, containers: [{name: c, envFrom: [{secretRef: {name: t}}]}]}"
    (found,) = resources(f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a, namespace: ns}}\nspec: {spec}\n")
    assert [(each.path, each.target) for each in found.relations()] == [
        (("spec", "serviceAccountName"), "ServiceAccount ns/s"),
        (("spec", "priorityClassName"), "PriorityClass p"),
        (("spec", "containers", 0, "envFrom", 0, "secretRef", "name"), "Secret ns/t"),
    ]


def read_tree(root: Path) -> list[SourceFile]:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return [
        SourceFile(path=path.relative_to(root).as_posix(), absolute=str(path), read=path.read_bytes) for path in files
    ]


def scan(root: Path, **settings) -> tuple[list[Resource], InputContext, list[str]]:
    documents, skipped = [], []
    for each in read_tree(root):
        if kubernetes.claims(each):
            try:
                documents.extend(kubernetes.parse(each))
            except SourceSkipped as skip:
                skipped.append(f"{each.path}: {skip.detail}")
    into = context(str(root), **settings)
    return list(kubernetes.normalise(documents, into)), into, skipped


def write(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


CHART = {
    "app/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "app/values.yaml": "image: nginx\n",
    "app/templates/pod.yaml": "{{ if .x }}\napiVersion: v1\nkind: Pod\nmetadata: {name: {{ .name }}}\n{{ end }}\n",
    "app/templates/sub/plain.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain}\n",
    "app/charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
    "app/charts/db/templates/a.yaml": "kind: {{ .x }}\n",
    "app/crds/crd.yaml": "apiVersion: x/v1\nkind: Crd\nmetadata: {name: c}\n",
    "templates/free.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: free}\n",
}


def test_chart_templates_are_skipped_with_a_hint_and_the_rest_is_read(tmp_path) -> None:
    found, into, skipped = scan(write(tmp_path, CHART))
    assert {each.address for each in found} == {"Crd c", "Secret free"}
    assert [line.partition(":")[0] for line in skipped] == [
        "app/charts/db/templates/a.yaml",
        "app/templates/pod.yaml",
        "app/templates/sub/plain.yaml",
    ]
    assert all("(--render always)" in line for line in skipped)
    assert into.troubles == []


def test_the_record_of_a_chart_template_says_skipped(tmp_path) -> None:
    sources = read_tree(write(tmp_path, CHART))
    place = Surroundings(root=str(tmp_path), whole=True, open=lambda _: None)
    reading = read(sources, Registry(), place, settings={})
    status = {record.path: record.status.value for record in reading.records}
    assert status["app/templates/pod.yaml"] == "skipped"
    assert status["app/values.yaml"] == "not-applicable"
    assert status["templates/free.yaml"] == "read"
    assert reading.troubles == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("apiVersion: v1\nkind: 12\nmetadata: {name: a}\n", "odd.yaml:2:7"),
        ("apiVersion: 1\nkind: Pod\n", "odd.yaml:1:13"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\napiVersion: v1\nkind: true\n", "odd.yaml:6:7"),
    ],
)
def test_what_is_meant_to_be_an_object_and_says_no_kind_is_no_pass(tmp_path, text: str, place: str) -> None:
    _, into, _ = scan(write(tmp_path, {"odd.yaml": text}))
    (trouble,) = into.troubles
    assert str(trouble.location) == place
    assert "is no text" in trouble.message


def fake_helm(folder: Path, script: str) -> None:
    path = folder / "helm"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


HELM = """
[ "$1 $2" = "template shop" ] || exit 9
[ -f "$3/Chart.yaml" ] || exit 8
cat <<'END'
---
# Source: shop/templates/pod.yaml
apiVersion: v1
kind: Pod
metadata:
  name: shop-web
---
# Source: shop/charts/db/templates/a.yaml
apiVersion: v1
kind: Service
metadata:
  name: db
END
"""


def test_charts_are_rendered_by_helm_and_placed_in_their_templates(tmp_path, monkeypatch) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    fake_helm(tools, HELM)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    found, into, _ = scan(write(tmp_path / "repo", CHART), render="always")
    placed = {each.address: str(each.at("spec", "x")) for each in found}
    assert placed["Pod shop-web"] == "app/templates/pod.yaml:3:7"
    assert placed["Service db"] == "app/charts/db/templates/a.yaml:1:7"
    assert into.troubles == []
    assert "app/Chart.yaml: rendered, 2 objects" in into.notices


def test_the_record_of_a_template_that_was_rendered_says_so(tmp_path, monkeypatch) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    fake_helm(tools, HELM)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    place = Surroundings(root=str(tmp_path / "repo"), whole=True, open=lambda _: None)
    reading = read(
        read_tree(write(tmp_path / "repo", CHART)), Registry(), place, settings={"kubernetes": {"render": "always"}}
    )
    records = {record.path: (record.status.value, record.detail) for record in reading.records}
    assert records["app/templates/pod.yaml"] == ("read", "rendered from app/Chart.yaml")
    assert records["app/templates/sub/plain.yaml"][0] == "skipped", "nothing is rendered from it"
    assert len(reading.records) == len(records)


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("echo 'Error: no such value' >&2; exit 1", "helm failed: Error: no such value"),
        ("echo 'a: [b'", "does not read"),
        ("exec sleep 30", "within 0.2 seconds"),
    ],
)
def test_what_goes_wrong_while_rendering_is_trouble(tmp_path, monkeypatch, script: str, says: str) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    fake_helm(tools, script)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    _, into, _ = scan(write(tmp_path / "repo", CHART), render="auto", render_timeout=0.2 if "sleep" in script else 20)
    (trouble,) = into.troubles
    assert says in trouble.message
    assert str(trouble.location) == "app/Chart.yaml:1:1"


@pytest.mark.parametrize("mode", ["auto", "always"])
def test_a_missing_tool_is_a_notice_unless_rendering_is_demanded(tmp_path, monkeypatch, mode: str) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    _, into, _ = scan(write(tmp_path, CHART), render=mode)
    said = [each.message for each in into.troubles] if mode == "always" else into.notices
    assert len(said) == 1
    assert "helm is not installed" in said[0]
    assert not (into.troubles if mode == "auto" else into.notices)


DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
      - name: side
        image: side:1
      - name: app
        image: app:1
        securityContext:
          privileged: true
"""
PATCH = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
      - name: app
        image: app:2
"""
OVERLAY = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [../../base]
namePrefix: prod-
namespace: shop
patches:
- path: patch.yaml
configMapGenerator:
- name: settings
  literals: [a=b]
"""
KUSTOMIZE = {
    "base/kustomization.yaml": "resources:\n- web.yaml\n",
    "base/web.yaml": DEPLOYMENT,
    "overlays/prod/kustomization.yaml": OVERLAY,
    "overlays/prod/patch.yaml": PATCH,
    "other.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: other}\n",
}


def test_patches_of_a_kustomization_are_no_resources(tmp_path) -> None:
    found, into, _ = scan(write(tmp_path, KUSTOMIZE))
    assert sorted(each.address for each in found) == ["Deployment web", "Secret other"]
    (notice,) = into.notices
    assert "overlays/prod/patch.yaml is a patch of overlays/prod/kustomization.yaml" in notice


def test_a_patch_scanned_alone_knows_its_kustomization(tmp_path) -> None:
    write(tmp_path, KUSTOMIZE)
    patch = tmp_path / "overlays/prod/patch.yaml"
    single = SourceFile(path="overlays/prod/patch.yaml", absolute=str(patch), read=patch.read_bytes, named=True)
    assert list(kubernetes.companions(single)) == [str(patch.parent / "kustomization.yaml")]


def test_kustomizations_are_built_and_placed_in_their_sources(tmp_path) -> None:
    if not (shutil.which("kubectl") or shutil.which("kustomize")):
        pytest.skip("neither kubectl nor kustomize is installed")
    found, into, _ = scan(write(tmp_path, KUSTOMIZE), render="always")
    assert into.troubles == []
    by_type = {each.type: each for each in found}
    assert sorted(by_type) == ["ConfigMap", "Deployment", "Secret"]
    web = by_type["Deployment"]
    assert web.address == "Deployment shop/prod-web"
    containers = web.get("spec", "template", "spec", "containers")
    app = next(index for index, each in enumerate(containers) if each["name"] == "app")
    place = ("spec", "template", "spec", "containers", app)
    assert web.get(*place, "image") == "app:2"
    assert str(web.at(*place, "image")) == "overlays/prod/patch.yaml:10:16"
    assert str(web.at(*place, "securityContext", "privileged")) == "base/web.yaml:14:23"
    assert str(web.at()) == "base/web.yaml:1:1"
    assert web.annotations == {}
    assert str(by_type["ConfigMap"].at("data", "a")) == "overlays/prod/kustomization.yaml:1:1"
    assert by_type["ConfigMap"].name.startswith("prod-settings-")


def test_a_kustomization_that_does_not_build_is_trouble_and_its_files_are_still_judged(tmp_path) -> None:
    if not (shutil.which("kubectl") or shutil.which("kustomize")):
        pytest.skip("neither kubectl nor kustomize is installed")
    files = {
        "k/kustomization.yaml": "resources: [a.yaml, gone.yaml]\n",
        "k/a.yaml": "apiVersion: v1\nkind: A\nmetadata: {name: x}\n",
    }
    found, into, _ = scan(write(tmp_path, files), render="always")
    assert [each.address for each in found] == ["A x"]
    (trouble,) = into.troubles
    assert "failed: 'gone.yaml'" in trouble.message
    assert str(tmp_path) not in trouble.message


@pytest.mark.parametrize("path", ["m.yaml", "-"])
def test_json_under_another_name(path: str) -> None:
    tabbed = '{\n\t"apiVersion": "v1",\n\t"kind": "Pod"\n}'
    (found,) = resources(tabbed, path)
    assert str(found.at("kind")) == f"{path}:3:10"
    flow = "{apiVersion: v1, kind: Pod}\n---\n{apiVersion: v1, kind: Pod}\n"
    assert len(resources(flow, path)) == 2


def test_every_manifest_of_the_corpora_is_read_or_refused_with_a_place(corpora) -> None:
    folder = corpora / "kyverno"
    read = 0
    for each in read_tree(folder):
        if kubernetes.claims(each):
            try:
                documents = list(kubernetes.parse(each))
            except (SyntaxFailure, SourceSkipped):
                continue
            for found in kubernetes.normalise(documents, context(str(folder))):
                read += 1
                assert found.at().file == found.at("spec", "absent", 3).file == each.path
                assert found.address.startswith(f"{found.type} ")
    assert read > 1000


@pytest.mark.parametrize("member", ["data", "stringData"])
@pytest.mark.parametrize("written", ["{password: hunter2hunter2}", "hunter2hunter2", "[hunter2hunter2]"])
def test_what_a_secret_holds_is_marked_whatever_its_shape(member: str, written: str) -> None:
    (secret,) = resources(f"apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\n{member}: {written}\n")
    assert "hunter2" not in f"{secret.body} {jsonable(secret.body)}"


def test_so_is_the_copy_that_kubectl_keeps_in_an_annotation() -> None:
    text = (
        "apiVersion: v1\nkind: SecretList\nitems:\n- metadata:\n    name: s\n    annotations:\n      team: shop\n"
        '      kubectl.kubernetes.io/last-applied-configuration: \'{"stringData": {"password": "hunter2hunter2"}}\'\n'
    )
    (secret,) = resources(text)
    assert "hunter2" not in f"{secret.body} {jsonable(secret.body)} {secret.annotations}"
    assert secret.annotations["team"] == "shop"


def test_other_kinds_stay_as_they_are_written() -> None:
    (config,) = resources("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: s}\ndata: {a: b}\n")
    assert config.body["data"] == {"a": "b"}
