"""The Dockerfile adapter: Dockerfiles and Containerfiles to stages and instructions.

In: files named ``Dockerfile``, ``Dockerfile.x``, ``x.Dockerfile``, ``Containerfile`` and their like (any case; not
templates, ``.dockerignore`` and documents), and any file given by name that begins as a Dockerfile does.
Out, for each stage, a resource of type ``dockerfile_stage`` (address ``path#name`` or ``path#index``), and for each
instruction one of type ``dockerfile_instruction`` (address ``path#stage:line``; ``path#:line`` before the first FROM).
An instruction's ``config_address`` (``path#stage:RUN~digest``) has no line in it: it is its identity across edits.

The body of a **stage**: the state in which the stage ends; what a parent stage (``FROM stage``) set is inherited.

=================  ====================================================================================================
name, index        its name in small letters or null; its number from 0
name_taken         whether an earlier stage has the same name (its address then has the number)
final              whether it is the last stage, which is what a build gives
shipped            whether it is the last stage or one that the last is built on
base               where it begins: ``{raw, image, stage, scratch, name, registry, repository, tag, digest}``. ``image``
                   is resolved, ``name`` is as people write it, without tag; ``stage`` is the label of another stage
platform           of ``--platform``, or null
user, user_line    of the last USER, resolved; null when never set: then it is the base image's
workdir            absolute where it can be told
env, args, labels  ``{key: value}``. A value not known is unknown, and says why
exposed_ports      ``[{port, last, protocol}]``, ``last`` differs from ``port`` for a range
healthcheck        null, or ``{type: "CMD" or "NONE", form, test: [..], interval, timeout, retries, ..}``
entrypoint, cmd    null, or ``{form: "json" or "shell", words: [..]}``
shell              the words of SHELL
instructions       the bodies of its instructions, FROM first
=================  ====================================================================================================

The body of an **instruction**:

=====================  ================================================================================================
instruction            the keyword in capitals; of the inner one where ``onbuild`` is true
value                  the arguments as one string, flags left out, continuations joined
line, end_line         where it stands
stage                  ``{name, index, final, shipped}``, or null for an ARG before the first FROM
user                   who it runs as: the stage's user after it
flags                  ``{from: "x", link: true, mount: ["..", ".."]}``: a list where a flag is given several times
form                   ``json`` or ``shell``
words                  the arguments: one for a RUN in shell form; resolved for ADD, COPY, EXPOSE, USER, VOLUME, WORKDIR
heredocs               ``[{name, body, expand}]``
keys                   ENV, ARG, LABEL: ``{key: value}``, resolved
sources, destination   ADD, COPY: resolved, here-documents left out; ``from`` is null or as ``base`` above
ports                  EXPOSE: as ``exposed_ports`` above
base, name,            FROM: as above
name_taken
effective              USER: whether it decides the user of the image, the last stage
mounts                 RUN: ``[{type, source, target, id, from, ..}]``; a bare word such as ``required`` is true
shell                  RUN: ``sh``, ``powershell``, ``cmd`` or the program's name; only scripts for ``sh`` are split
commands               RUN: ``[{name, words, text, prefix, assignments, redirects, pipes_to, within, how}]``, with what
                       stands in here-documents, ``sh -c`` and substitutions. ``name`` has no folder; ``words`` come
                       after it, with what ENV and ARG set in place of their variables; ``prefix`` names what runs it
                       (sudo, env, xargs), ``pipes_to`` the programs that read its output, nearest first, ``within``
                       the program it belongs to and ``how`` it does: substitution, script or heredoc
=====================  ================================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from iacgate.errors import SyntaxFailure
from iacgate.inputs.dockerfile.build import Built, identities, walk
from iacgate.inputs.dockerfile.instructions import Described
from iacgate.model import Document, Location, Path, Relation, Resource, SourceFile
from iacgate.spi import InputContext
from iacgate.syntax.dockerfile import Dockerfile, read, stages, stages_in_part

name = "dockerfile"

_STEMS = ("dockerfile", "containerfile")
_TEMPLATES = frozenset((
    "dockerignore", "containerignore", "md", "markdown", "rst", "adoc", "html", "j2", "jinja", "jinja2", "tmpl", "tpl",
    "template", "gotmpl", "in", "erb", "ejs", "mustache", "hbs", "handlebars", "m4", "orig", "rej", "swp", "swo", "bak",
))  # fmt: skip
"""Endings of what is written about Dockerfiles, or is turned into one."""

_CODE = frozenset((
    "py", "go", "rb", "js", "ts", "sh", "ps1", "json", "yaml", "yml", "toml", "txt", "lock", "tf", "hcl", "java", "cs",
    "rs", "xml",
))  # fmt: skip
"""Endings that a Dockerfile may have (Dockerfile.go) and other files with such a stem too: the content decides."""

_BEGINS = (
    rb"(?i)(?:\xef\xbb\xbf)?(?:[ \t]*(?:#[^\n]*)?\r?\n)*+[ \t]*(?:"
    rb"FROM(?:[ \t]+--\S+)*[ \t]+[^\s'\"]+(?:[ \t]+AS[ \t]+[\w.-]+)?|FROM[ \t]*\\|ARG[ \t]+[A-Za-z_]\w*(?:=[^\n]*)?"
    rb")[ \t]*\r?(?:\n|\Z)"
)
"""What a Dockerfile begins with. Compiled when a name leaves it open what a file is."""


class Body(dict[str, Any]):
    """The body of a document, and what its resources are made of."""

    __slots__ = ("before", "built")

    def __init__(self, tree: Dockerfile, before: list[Described], built: list[Built]) -> None:
        super().__init__(
            directives={one.name: one.value for one in tree.directives},
            escape=tree.escape,
            stages=[one.label for one in built],
            instructions=[node.keyword for node in tree.instructions],
        )
        self.before = before
        self.built = built


def claims(source: SourceFile) -> bool:
    """Whether the file is a Dockerfile: by its name, or by its first instruction where the name leaves it open."""
    file = source.path.rpartition("/")[2].lower()
    stem, _, ending = file.rpartition(".")
    if ending in _TEMPLATES and stem:
        return False
    if file in _STEMS or file.endswith(tuple(f".{one}" for one in _STEMS)):
        return True
    if file.startswith(tuple(f"{one}." for one in _STEMS)) and ending not in _CODE:
        return True
    return (file.startswith(_STEMS) or source.named) and re.match(_BEGINS, source.head()) is not None


def parse(source: SourceFile) -> Iterator[Document]:
    """The one document of a file, its stages already walked. Raises :class:`~iacgate.errors.SyntaxFailure`.

    Of a file with instructions that no builder reads, the others are judged; what a stage with such an instruction
    ends in is not known, and it is no resource.
    """
    data = source.read()
    refused: list[SyntaxFailure] = []
    try:
        tree = read(data, source.path)
        before, built = walk(tree, *stages(tree))
    except SyntaxFailure:
        tree = read(data, source.path, refused)
        before, built = walk(tree, *stages_in_part(tree, refused))
    yield Document(
        path=source.path,
        kind=name,
        body=Body(tree, before, built),
        locate=lambda _: Location(file=source.path),
        comments=lambda: tree.comments,
        text=lambda: data.decode("utf-8-sig", "replace"),
        focus=source.focus,
        troubles=tuple(failure.trouble() for failure in refused),
    )


def normalise(documents: Sequence[Document], _context: InputContext) -> Iterator[Resource]:
    """The stages and instructions of all documents, in the order of the file."""
    for document in documents:
        yield from _instructions(document, "", document.body.before)
        for one in document.body.built:
            if not one.broken:
                yield _stage(document, one)
            yield from _instructions(document, one.label, one.described)


def companions(_source: SourceFile) -> Iterable[str]:
    """None: a Dockerfile stands alone."""
    return ()


def _stage(document: Document, built: Built) -> Resource:
    return Resource(
        address=f"{document.path}#{built.label}",
        type="dockerfile_stage",
        provider="docker",
        name=built.label,
        body=built.body,
        adapter=name,
        document=document,
        locate=built.locate,
        labels=built.body["labels"],
        relations=lambda: _relations(document, built),
        focus=document.focus,
    )


def _relations(document: Document, built: Built) -> list[Relation]:
    """The stages that a stage is built on or copies from."""
    found: list[tuple[Path, str]] = []
    if built.body["base"]["stage"] is not None:
        found.append((("base",), built.body["base"]["stage"]))
    for index, body in enumerate(built.body["instructions"]):
        source = body.get("from")
        if source and source["stage"] is not None:
            found.append((("instructions", index, "flags", "from"), source["stage"]))
    return [Relation(path=path, target=f"{document.path}#{label}") for path, label in found]


def _instructions(document: Document, label: str, described: list[Described]) -> Iterator[Resource]:
    head = f"{document.path}#{label}"
    for one, identity in zip(described, identities(described), strict=True):
        yield Resource(
            address=f"{head}:{one.node.line}",
            type="dockerfile_instruction",
            provider="docker",
            name=one.body["instruction"],
            body=one.body,
            adapter=name,
            document=document,
            locate=one.locate,
            config_address=f"{head}:{identity}",
            focus=document.focus,
        )
