"""Functions on what infrastructure code refers to: container images, shell commands."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from iacgate.lang.image import BadReference, parse_image
from iacgate.lang.jmespath.logic import doubt
from iacgate.model import Secret, Unknown

if TYPE_CHECKING:
    from iacgate.lang import shell


def image(reference: Any) -> Any:
    """The parts of an image reference: ``{registry, repository, tag, digest, name}``; null for what is none.

    ``name`` is how people write it (``nginx``). Of a reference with a hole in it the known parts are given.
    """
    if isinstance(reference, Secret):
        reference = reference.reveal()
    if not isinstance(reference, str | Unknown):
        return None
    if isinstance(reference, Unknown) and not (reference.prefix or reference.suffix):
        return doubt(reference)
    return _parts(reference) if isinstance(reference, Unknown) else _known_parts(reference)


@lru_cache(maxsize=2048)
def _known_parts(reference: str) -> dict[str, Any] | None:
    """A tree names few images, and many rules ask for each. The answer is shared: nobody may change it."""
    return _parts(reference)


def _parts(reference: str | Unknown) -> dict[str, Any] | None:
    try:
        found = parse_image(reference)
    except BadReference:
        return None
    return {
        "registry": found.registry,
        "repository": found.repository,
        "tag": found.tag,
        "digest": found.digest,
        "name": found.familiar,
    }


def image_from(reference: Any, places: Any) -> Any:
    """Whether an image comes from one of these places: registries, or registries with the beginning of a path.

    A place ends where a name ends: ``registry.example.com`` does not cover ``registry.example.com.evil.test``.
    """
    found = image(reference)
    if found is None or isinstance(found, Unknown):
        return found
    if isinstance(places, Unknown):
        return places
    registry, repository = found["registry"], found["repository"]
    if isinstance(registry, Unknown):
        return registry
    doubts = None
    for place in places or ():
        host, _, path = str(place).rstrip("/").partition("/")
        if registry != host:
            continue
        if not path:
            return True
        if isinstance(repository, Unknown):
            doubts = repository
        elif repository == path or repository.startswith(f"{path}/"):
            return True
    return False if doubts is None else doubts


def commands(script: Any) -> Any:
    """The simple commands of a shell script: ``{name, words, text, prefix, assignments, pipes_to}``.

    ``words`` are the arguments without quotes, ``prefix`` names what runs the command (``sudo``), ``pipes_to`` the
    commands that read its output, the next one first.
    """
    from iacgate.lang import shell

    if isinstance(script, Secret):
        script = script.reveal()
    if isinstance(script, Unknown):
        return doubt(script)
    if isinstance(script, list):
        found = [command for part in script if isinstance(part, str) for command in shell.commands(part)]
    elif isinstance(script, str):
        found = shell.commands(script)
    else:
        return None
    return [_command(found, index) for index in range(len(found))]


def _command(found: list[shell.Command], index: int) -> dict[str, Any]:
    from iacgate.lang import shell

    command = found[index]
    return {
        "name": command.name,
        "words": command.texts,
        "text": " ".join([command.name, *command.texts]),
        "prefix": list(command.prefix),
        "assignments": {name: word.text for name, word in command.assignments.items()},
        "pipes_to": [reader.name for reader in shell.follow(found, index)],
    }
