"""Input: Kubernetes manifests, YAML or JSON.

In: files. Out: a document for each object-bearing YAML document, and a resource for each object in it; the items of a
``List`` are resources of their own. The body is the object as written. Charts and kustomizations are documents without
resources, unless they are rendered (:mod:`iacgate.inputs._render`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from iacgate.errors import SourceSkipped, SyntaxFailure
from iacgate.model import Document, Location, Path, Relation, Resource, Secret, SourceFile, Trouble
from iacgate.model.dataclass import dataclass
from iacgate.spi import InputContext

if TYPE_CHECKING:
    from iacgate.syntax.yaml import YamlDocument

name = "kubernetes"

KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_JSON_HEAD = 65_536
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest(Document):
    """A document of a manifest. ``problems`` is what Kubernetes would refuse: place, sentence."""

    problems: tuple[tuple[Location, str], ...] = ()


def claims(source: SourceFile) -> bool:
    """YAML by its name; JSON, which is many other things, when it names an ``apiVersion``."""
    lower = source.path.lower()
    if lower.endswith((".yaml", ".yml")) or source.path.rpartition("/")[2] == "Kustomization":
        return True
    if lower.endswith(".json"):
        return b'"apiVersion"' in source.head(_JSON_HEAD).replace(b"\0", b"")
    return source.named and _looks_like_a_manifest(source.head())


def _looks_like_a_manifest(head: bytes) -> bool:
    """For standard input and files named without a suffix."""
    lines = head.replace(b"\0", b"").splitlines()
    keys = {line.partition(b":")[0].strip(b" \t{\"',\xef\xbb\xbf\xff\xfe") for line in lines}
    return {b"apiVersion", b"kind"} <= keys


def parse(source: SourceFile) -> Iterable[Document]:
    """The documents of a file, if one of them is an object; nothing otherwise.

    Raises :class:`~iacgate.errors.SyntaxFailure`, and ``SourceSkipped`` for the templates of a Helm chart.
    """
    if chart_of(source.absolute):
        raise SourceSkipped("a template of a Helm chart: only what the chart renders to is judged (--render always)")
    data = source.read()
    file_name = source.path.rpartition("/")[2]
    documents = _json_or_yaml(data, source)
    special = _special(file_name)
    if special:
        return [_as(document, special) for document in documents if isinstance(document.body, dict)][:1]
    return documents if any(is_object(document.body) or misnamed(document.body) for document in documents) else []


def chart_of(absolute: str) -> str:
    """The folder of the chart whose ``templates/`` hold this file, ``""`` if none does."""
    folder = os.path.dirname(absolute)
    while f"{os.sep}templates" in folder:
        folder, last = os.path.split(folder)
        if last == "templates" and os.path.isfile(os.path.join(folder, "Chart.yaml")):
            return folder
    return ""


def outermost_chart_of(absolute: str) -> str:
    """The folder of the chart to render when this template is to be judged, which is no subchart; else ``""``."""
    chart = chart_of(absolute)
    while chart:
        above, last = os.path.split(os.path.dirname(chart))
        if last != "charts" or not os.path.isfile(os.path.join(above, "Chart.yaml")):
            return chart
        chart = above
    return ""


def is_object(body: Any) -> bool:
    """Whether a body is a Kubernetes object: it says its ``apiVersion`` and ``kind``."""
    if not isinstance(body, dict):
        return False
    version, kind = body.get("apiVersion"), body.get("kind")
    return isinstance(version, str) and isinstance(kind, str) and bool(version) and bool(kind)


def misnamed(body: Any) -> str:
    """The key that says no text in what is meant to be an object, so that nobody knows what it is: ``kind: 12``."""
    said = {key: body.get(key) for key in ("apiVersion", "kind")} if isinstance(body, dict) else {}
    wrong = [key for key, value in said.items() if value and not isinstance(value, str)]
    return wrong[0] if len(wrong) == 1 and all(said.values()) else ""


def normalise(documents: Sequence[Document], context: InputContext) -> Iterable[Resource]:
    """The resources of all documents. What Kubernetes would refuse becomes trouble; patches are left to rendering."""
    manifests = [document for document in documents if document.kind == name]
    special = [document for document in documents if document.kind != name]
    patches = _patches(special)
    rendered, replaced = _rendered(special, manifests, context)
    for document in manifests:
        if document.path not in replaced:
            _report_problems(document, context)
            if document.path in patches:
                _note_patch(document, patches[document.path], context)
            else:
                yield from resources_of(document)
    yield from rendered


def companions(source: SourceFile) -> Iterable[str]:
    """What says how a file is to be read: the chart it is a template of, else the kustomization beside it, or one
    folder up, whose patch it may be."""
    if chart := outermost_chart_of(source.absolute):
        yield os.path.join(chart, "Chart.yaml")
        return
    folder = os.path.dirname(source.absolute)
    for place in (folder, os.path.dirname(folder)):
        for file in KUSTOMIZATIONS:
            if os.path.isfile(path := os.path.join(place, file)):
                yield path


def resources_of(document: Document) -> Iterator[Resource]:
    """The resources of one document: itself, or the items of a list, however deep."""
    waiting: list[tuple[Path, Any, dict[str, Any]]] = [((), document.body, {})]
    while waiting:
        root, body, implied = waiting.pop()
        items = body.get("items") if isinstance(body, dict) else None
        kind = body.get("kind") if isinstance(body, dict) else None
        if isinstance(items, list) and isinstance(kind, str) and kind.endswith("List") and is_object(body):
            below = {"apiVersion": body.get("apiVersion"), "kind": kind.removesuffix("List")}
            below = below if below["kind"] else {}
            waiting.extend(((*root, "items", index), item, below) for index, item in reversed([*enumerate(items)]))
        elif is_object(body):
            yield resource(document, body, root)
        elif implied and isinstance(body, dict) and "metadata" in body:
            yield resource(document, {**implied, **body}, root)


def resource(document: Document, body: dict[str, Any], root: Path = ()) -> Resource:
    """The resource of one object; those of a typed list need not say their kind, and got it from the list."""
    kind = str(body.get("kind") or "")
    body = _covered(body) if kind == "Secret" else body
    metadata = body.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    namespace = _text(metadata.get("namespace"))
    own = _text(metadata.get("name"))
    shown = own or (f"{prefix}*" if (prefix := _text(metadata.get("generateName"))) else "-")
    return Resource(
        address=f"{kind} {namespace}/{shown}" if namespace else f"{kind} {shown}",
        type=kind,
        provider="kubernetes",
        name=own or shown,
        namespace=namespace or None,
        body=body,
        adapter=name,
        document=document,
        locate=(lambda path: document.locate((*root, *path))) if root else document.locate,
        labels=_mapping(metadata.get("labels")),
        annotations=_mapping(metadata.get("annotations")),
        relations=lambda: _relations(body, namespace),
        focus=document.focus,
    )


def _covered(body: dict[str, Any]) -> dict[str, Any]:
    """The body of a Secret, with what it holds marked as secret; kubectl keeps a copy of it in an annotation."""
    covered = dict(body)
    covered.update((member, _secrets(body[member])) for member in ("data", "stringData") if member in body)
    metadata = body.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if isinstance(metadata, dict) and isinstance(annotations, dict) and annotations.get(_LAST_APPLIED) is not None:
        copied = {**annotations, _LAST_APPLIED: Secret(annotations[_LAST_APPLIED])}
        covered["metadata"] = {**metadata, "annotations": copied}
    return covered


def _secrets(values: Any) -> Any:
    if isinstance(values, dict):
        return {key: None if value is None else Secret(value) for key, value in values.items()}
    return None if values is None else Secret(values)


def _relations(body: Any, namespace: str) -> list[Relation]:
    """What the object names. Whether it exists is the inventory's to say, so none is certain."""
    from iacgate.lang.references import references

    found = []
    for reference in references(body):
        place = namespace if reference.namespace is None else reference.namespace
        target = f"{reference.kind} {place}/{reference.name}" if place else f"{reference.kind} {reference.name}"
        found.append(Relation(path=reference.path, target=target, certain=False))
    return found


def _text(value: Any) -> str:
    """Names are text; a number or a boolean someone forgot to quote is shown as it was read."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _json_or_yaml(data: bytes, source: SourceFile) -> list[Document]:
    """As kubectl does: what begins like JSON is tried as JSON first, whatever the file is called."""
    if source.path.lower().endswith(".json"):
        return _json_documents(data, source)
    if data.lstrip()[:1] == b"{":
        try:
            return _json_documents(data, source)
        except SyntaxFailure:
            pass  # flow style, several documents or a template: what YAML says of it counts
    return _yaml_documents(data, source)


def _yaml_documents(data: bytes, source: SourceFile) -> list[Document]:
    from iacgate.syntax.yaml import load_all

    failures: list[SyntaxFailure] = []
    try:
        loaded = load_all(data, source.path)
    except SyntaxFailure as failure:
        if "template" in failure.message and b"apiVersion" not in data.replace(b"\0", b""):
            raise SourceSkipped(f"{failure.message}; no Kubernetes object in it") from None
        loaded, failures = _readable(data, source, failure)

    def document(each: YamlDocument) -> Document:
        return Manifest(
            path=source.path,
            kind=name,
            body=each.body,
            locate=each.locate,
            comments=each.comments,
            text=lambda: each.text,
            index=each.index,
            focus=source.focus,
            problems=tuple((problem.location, problem.message) for problem in each.problems),
            troubles=tuple(failure.trouble() for failure in failures) if each is loaded[0] else (),
        )

    loaded = [each for each in loaded if each.body is not None]
    return [document(each) for each in loaded]


def _readable(
    data: bytes, source: SourceFile, failure: SyntaxFailure
) -> tuple[list[YamlDocument], list[SyntaxFailure]]:
    """The documents of a file with broken ones. Raises ``failure`` where none of them is an object."""
    from iacgate.syntax.yaml.recovery import load_readable

    loaded, failures = load_readable(data, source.path)
    if not any(is_object(each.body) for each in loaded):
        raise failure
    return loaded, failures


def _json_documents(data: bytes, source: SourceFile) -> list[Document]:
    from iacgate.syntax import json
    from iacgate.syntax.text import decode

    text = decode(data, source.path)
    body = json.loads(text, source.path)
    places: list[json.Places] = []

    def locate(path: Path) -> Location:
        if not places:
            places.append(json.Places(text, source.path))
        return places[0](path)

    repeated = json.repeated(text, source.path) if is_object(body) else []
    problems = tuple(
        (each.again, f"key {each.key!r} stands twice, first on line {each.first.line}") for each in repeated
    )
    return [
        Manifest(
            path=source.path,
            kind=name,
            body=body,
            locate=locate,
            text=lambda: text,
            focus=source.focus,
            problems=problems,
        )
    ]


def _special(file_name: str) -> str:
    if file_name in KUSTOMIZATIONS:
        return "kustomization"
    return "helm-chart" if file_name == "Chart.yaml" else ""


def _as(document: Document, kind: str) -> Document:
    return Document(
        path=document.path,
        kind=kind,
        body=document.body,
        locate=document.locate,
        comments=document.comments,
        text=document.text,
        index=document.index,
        focus=document.focus,
    )


def _patches(special: Sequence[Document]) -> dict[str, str]:
    """Files that are patches of a kustomization, and which."""
    if not any(document.kind == "kustomization" for document in special):
        return {}
    from iacgate.inputs._render import patch_files

    return patch_files(special)


def _rendered(
    special: Sequence[Document], manifests: Sequence[Document], context: InputContext
) -> tuple[list[Resource], set[str]]:
    """What charts and kustomizations render to, and the paths of the files that this stands for."""
    if not special or context.settings.get("render", "never") == "never":
        return [], set()
    from iacgate.inputs._render import render

    return render(special, manifests, context)


def _note_patch(document: Document, kustomization: str, context: InputContext) -> None:
    notice = f"{document.path} is a patch of {kustomization}: judged only when rendered (--render always)"
    if document.focus and notice not in context.notices:
        context.notices.append(notice)


def _report_problems(document: Document, context: InputContext) -> None:
    if not document.focus:
        return
    if key := misnamed(document.body):
        location = document.locate((key,))
        message = f"{location}: {key} is no text, so nobody knows what the object is"
        hint = "write it as a text, in quotes where YAML reads something else"
        context.troubles.append(Trouble(kind="unreadable", message=message, hint=hint, location=location))
    if not isinstance(document, Manifest) or not is_object(document.body):
        return
    for location, message in document.problems:
        hint = "the API server refuses the object; remove or repair it"
        context.troubles.append(
            Trouble(kind="unreadable", message=f"{location}: {message}", hint=hint, location=location)
        )
