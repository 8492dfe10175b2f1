"""Rendering: charts and kustomizations → the objects they stand for, by the user's own tools.

In: the documents of ``Chart.yaml`` and ``kustomization.yaml`` files, and the manifests that were read. Out: resources
with the rendered body, placed in the file they come from wherever that can be told, and the files they stand for. What
fails is trouble. Nothing is fetched: git and HTTP are shut for the tools.
"""

from __future__ import annotations

import os
import posixpath
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import Any

from iacgate.errors import SyntaxFailure
from iacgate.inputs._template import Template
from iacgate.inputs.kubernetes import KUSTOMIZATIONS, is_object, name, outermost_chart_of, resource, resources_of
from iacgate.model import (
    Document,
    Location,
    Path,
    Resource,
    SourceFile,
    SourceRecord,
    SourceStatus,
    Trouble,
    stable_path,
)
from iacgate.model.dataclass import replace
from iacgate.spi import InputContext
from iacgate.syntax.yaml import YamlDocument, load_all

_ORIGIN = "config.kubernetes.io/origin"
_TIMEOUT = 60
_NOWHERE = "http://127.0.0.1:9"
_OFFLINE = {
    "GIT_ALLOW_PROTOCOL": "file",
    "GIT_TERMINAL_PROMPT": "0",
    "HTTP_PROXY": _NOWHERE,
    "HTTPS_PROXY": _NOWHERE,
    "http_proxy": _NOWHERE,
    "https_proxy": _NOWHERE,
    "NO_PROXY": "",
    "no_proxy": "",
    "KUBECONFIG": os.devnull,
}
_Rendered = tuple[list[Resource], set[str]]


class _Failed(Exception):  # noqa: N818  (data for a trouble)
    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def render(special: Sequence[Document], manifests: Sequence[Document], context: InputContext) -> _Rendered:
    """All charts and kustomizations in focus, and the charts of templates that are named: of those, what comes from
    these templates is in focus. With ``render: always`` a missing tool is trouble, else a notice."""
    resources: list[Resource] = []
    replaced: set[str] = set()
    named = _named_templates(special, context)
    for document in _roots(special, named):
        try:
            if document.kind == "helm-chart":
                found, sources = _chart(document, context, named.get(document.path, ())), set[str]()
            else:
                found, sources = _kustomization(document, manifests, context)
        except _Failed as failed:
            _complain(document, failed, context)
            continue
        except SyntaxFailure as failure:
            _complain(document, _Failed(f"what it renders to does not read: {failure.message}"), context)
            continue
        context.notices.append(f"{document.path}: rendered, {len(found)} object{'' if len(found) == 1 else 's'}")
        resources.extend(found)
        replaced |= sources
    return resources, replaced


def _named_templates(special: Sequence[Document], context: InputContext) -> dict[str, set[str]]:
    """For charts out of focus, by the path of their ``Chart.yaml``: the paths of their templates that are named."""
    charts = {_absolute(context, each.path): each.path for each in special if _is_unnamed_chart(each)}
    found: dict[str, set[str]] = {}
    for source in context.claimed if charts else ():
        if source.named and (chart := charts.get(_chart_file(source))):
            found.setdefault(chart, set()).add(source.path)
    return found


def _is_unnamed_chart(document: Document) -> bool:
    return document.kind == "helm-chart" and not document.focus


def _chart_file(source: SourceFile) -> str:
    folder = outermost_chart_of(source.absolute)
    return os.path.realpath(os.path.join(folder, "Chart.yaml")) if folder else ""


def patch_files(special: Sequence[Document]) -> dict[str, str]:
    """Paths of files that a kustomization names as patches, and the path of that kustomization."""
    found: dict[str, str] = {}
    for document in special:
        if document.kind == "kustomization":
            for entry in _patch_entries(document.body):
                if "\n" not in entry:
                    found[_beside(document.path, entry)] = document.path
    return found


def _patch_entries(body: Any) -> Iterator[str]:
    for key in ("patches", "patchesStrategicMerge", "patchesJson6902"):
        for each in _listed(body, key):
            entry = each.get("path") if isinstance(each, dict) else each
            if isinstance(entry, str):
                yield entry


def _listed(body: Any, key: str) -> list[Any]:
    held = body.get(key) if isinstance(body, dict) else None
    return held if isinstance(held, list) else []


def _beside(path: str, entry: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), entry))


def _roots(special: Sequence[Document], named: Collection[str]) -> list[Document]:
    """What is rendered by itself: no base of another kustomization, no component, no subchart, no library."""
    used = {
        _beside(document.path, entry)
        for document in special
        if document.kind == "kustomization"
        for key in ("resources", "bases", "components")
        for entry in _listed(document.body, key)
        if isinstance(entry, str)
    }
    folders = {posixpath.dirname(document.path) for document in special if document.kind == "helm-chart"}
    wanted = [document for document in special if document.focus or document.path in named]
    return [document for document in wanted if not _is_part(document, used, folders)]


def _is_part(document: Document, used: set[str], chart_folders: set[str]) -> bool:
    folder = posixpath.dirname(document.path)
    if document.kind == "kustomization":
        return posixpath.normpath(folder or ".") in used or document.body.get("kind") == "Component"
    above, _, below = folder.rpartition("/charts/")
    is_subchart = bool(below) and above in chart_folders
    return is_subchart or document.body.get("type") == "library"


def _complain(document: Document, failed: _Failed, context: InputContext) -> None:
    location = Location(file=document.path)
    if document.kind == "helm-chart":
        _skip_templates(document, (), "a template of a Helm chart that could not be rendered", context)
    if failed.message.endswith("not installed") and context.settings.get("render") != "always":
        context.notices.append(f"{document.path}: not rendered, {failed.message}")
        return
    message = f"{document.path}: {failed.message}"
    context.troubles.append(Trouble(kind="unreadable", message=message, hint=failed.hint, location=location))


def _kustomization(document: Document, manifests: Sequence[Document], context: InputContext) -> _Rendered:
    """Built through a kustomization of our own around it, which asks for the origin of each object."""
    folder = os.path.realpath(os.path.dirname(os.path.join(context.root, document.path)))
    with tempfile.TemporaryDirectory(prefix="iacgate-") as made:
        around = os.path.realpath(made)
        with open(os.path.join(around, KUSTOMIZATIONS[0]), "w", encoding="utf-8") as stream:
            relative = os.path.relpath(folder, around).replace(os.sep, "/")
            stream.write(
                f"resources: ['{relative.replace(chr(39), chr(39) * 2)}']\nbuildMetadata: [originAnnotations]\n"
            )
        output = _run([*_kustomize(), around], context)
    by_file: dict[str, list[Resource]] = {}
    for each in manifests:
        absolute = os.path.realpath(os.path.join(context.root, each.path))
        by_file.setdefault(absolute, []).extend(resources_of(each))
    patches = [by for path in patch_files([document]) for by in by_file.get(_absolute(context, path), ())]
    found, replaced = [], set()
    for built in load_all(output, document.path):
        if is_object(built.body):
            body, file = _without_origin(built.body)
            origin = _same_object(body, by_file.get(os.path.normpath(os.path.join(around, file)), []))
            found.append(_placed(body, origin, patches, document))
            replaced |= {origin.document.path} if origin is not None else set()
    return found, replaced


def _absolute(context: InputContext, path: str) -> str:
    return os.path.realpath(os.path.join(context.root, path))


def _kustomize() -> list[str]:
    if path := shutil.which("kustomize"):
        return [path, "build"]
    if path := shutil.which("kubectl"):
        return [path, "kustomize"]
    raise _Failed("neither kustomize nor kubectl is installed", "install one, or use --render never")


def _without_origin(body: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The object without the annotation we asked for, and the path in it."""
    metadata = dict(body.get("metadata") or {})
    annotations = dict(metadata.get("annotations") or {})
    origin = annotations.pop(_ORIGIN, "")
    metadata["annotations"] = annotations
    if not annotations:
        del metadata["annotations"]
    for line in str(origin).splitlines():
        key, _, file = line.partition(": ")
        if key == "path":
            return {**body, "metadata": metadata}, file
    return {**body, "metadata": metadata}, ""


def _same_object(body: dict[str, Any], candidates: list[Resource]) -> Resource | None:
    """The object of the file it came from; its name may have got a prefix or a suffix."""
    built = resource(_DETACHED, body)
    same = [each for each in candidates if each.type == built.type]
    named = [each for each in same if each.name in built.name]
    named.sort(key=lambda each: len(each.name), reverse=True)
    return named[0] if named else None


def _placed(body: dict[str, Any], origin: Resource | None, patches: list[Resource], document: Document) -> Resource:
    if origin is None:
        return resource(replace(document, locate=lambda _: Location(file=document.path), comments=tuple), body)
    sources = [origin, *(each for each in patches if each.type == origin.type and each.name == origin.name)]

    def locate(path: Path) -> Location:
        steps = stable_path(body, path)
        value = _get(body, steps)
        for source in sources:
            if value is not None and source.get(*steps) == value:
                return source.locate(steps)
        return origin.locate(steps)

    return replace(resource(origin.document, body), locate=locate)


def _get(body: Any, path: Path) -> Any:
    return replace(_DETACHED, body=body).get(*path)


_DETACHED = Document(path="", kind="kubernetes", body=None, locate=lambda _: Location(file=""))


def _chart(document: Document, context: InputContext, named: Collection[str]) -> list[Resource]:
    """The objects of a chart; of one that is not in focus, those of the named templates are."""
    helm = shutil.which("helm")
    if helm is None:
        raise _Failed("helm is not installed", "install it, or use --render never")
    folder = posixpath.dirname(document.path)
    chart = document.body.get("name")
    values = [f"--values={os.path.join(context.root, each)}" for each in _listed(context.settings, "helm_values")]
    label = chart if isinstance(chart, str) and chart else "release"
    output = _run([helm, "template", label, os.path.join(context.root, folder), *values], context)
    templates: dict[str, Template] = {}
    found = []
    for built in load_all(output, document.path):
        if is_object(built.body):
            placed = _in_template(built, folder, document, context, templates)
            in_focus = document.focus or placed.path in named
            found.append(resource(replace(placed, focus=in_focus), built.body))
    context.records.extend(
        SourceRecord(path=path, kind=name, status=SourceStatus.READ, detail=f"rendered from {document.path}")
        for path in sorted(templates)
        if path != document.path and (document.focus or path in named)
    )
    _skip_templates(document, templates, "a template from which its chart renders nothing with these values", context)
    return found


def _skip_templates(document: Document, rendered: Collection[str], detail: str, context: InputContext) -> None:
    """Say of the scanned templates of a chart why nothing of them was judged."""
    chart = _absolute(context, document.path)
    context.records.extend(
        SourceRecord(path=source.path, kind=name, status=SourceStatus.SKIPPED, detail=detail)
        for source in context.claimed
        if source.focus and source.path not in rendered and _chart_file(source) == chart
    )


def _in_template(
    built: YamlDocument, folder: str, document: Document, context: InputContext, templates: dict[str, Template]
) -> Document:
    """A document in the template that helm names above each object; in ``Chart.yaml`` where no such file is there, as
    for a chart that is used under an alias or comes in an archive."""
    sources = [each.text.removeprefix("Source: ") for each in built.comments() if each.text.startswith("Source: ")]
    path = posixpath.normpath(posixpath.join(folder, sources[0].partition("/")[2])) if sources else document.path
    if not os.path.isfile(_absolute(context, path)):
        path = document.path
    if path not in templates:
        templates[path] = Template(path, "" if path == document.path else _text_of(_absolute(context, path)))
    template = templates[path]
    return Document(
        path=path,
        kind="kubernetes",
        body=built.body,
        locate=partial(template.locate, built.body),
        comments=template.comments,
        text=template.text,
        index=built.index,
    )


def _text_of(absolute: str) -> str:
    try:
        with open(absolute, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except OSError:
        return ""


def _run(command: list[str], context: InputContext) -> bytes:
    tool = os.path.basename(command[0])
    timeout = context.settings.get("render_timeout", _TIMEOUT)
    try:
        done = subprocess.run(  # noqa: S603  (the user's own tool, no shell, paths of the scanned tree only)
            command,
            capture_output=True,
            check=False,
            env={**os.environ, **_OFFLINE},
            stdin=subprocess.DEVNULL,
            timeout=timeout,
        )
    except subprocess.TimeoutExpired:
        raise _Failed(f"{tool} did not finish within {timeout} seconds") from None
    except OSError as error:
        raise _Failed(f"{tool} cannot be run: {(error.strerror or '').lower()}") from None
    if done.returncode != 0:
        said = _complaint(done.stderr, context.root) or f"exit status {done.returncode}"
        raise _Failed(f"{tool} failed: {said}", "run it by hand to see all it says")
    return done.stdout


def _complaint(stderr: bytes, root: str) -> str:
    """The innermost part of what a tool says, without its log header and the folder everybody knows."""
    lines = stderr.decode("utf-8", "replace").splitlines()
    said = [line for line in lines if not line.startswith("WARNING: Kubernetes configuration file")]
    text = " ".join(" ".join(said).split()).replace(f"{os.path.realpath(root)}{os.sep}", "")
    _, _, logged = text.rpartition('"command failed" err=')
    inner = logged.strip('<>" ')
    for outer in ("accumulating resources from ", "accumulating components: "):
        inner = inner.rpartition(outer)[2]
    return inner if len(inner) <= 300 else f"{inner[:300]} …"
