"""How Terraform lays a module out in a folder: which files count, in which order, and where called modules lie.

Room: ``lang``. In: file names, folder paths, the bytes of ``.terraform/modules/modules.json``. Out: names and paths.
Nothing here reads the file system. Source: the Terraform and OpenTofu language documentation, "Files and
Directories", "Override Files", "Variable Definitions Files".
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Iterator

from iacgate.model.dataclass import dataclass

CONFIGURATION = (".tf", ".tf.json", ".tofu", ".tofu.json")
VARIABLES = (".tfvars", ".tfvars.json")
MANIFEST = ".terraform/modules/modules.json"
"""Where ``terraform init`` writes which folder holds which module, relative to the root module."""


@dataclass(frozen=True, slots=True)
class ModuleFiles:
    """The names of one folder that make its module: ``primary`` first, then ``override``, each in lexical order."""

    primary: tuple[str, ...] = ()
    override: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.primary or self.override)

    def __iter__(self) -> Iterator[str]:
        return iter((*self.primary, *self.override))


def is_ignored(name: str) -> bool:
    """Whether Terraform skips a file of this name: hidden files and what editors leave behind."""
    return name.startswith(".") or name.endswith("~") or (name.startswith("#") and name.endswith("#"))


def is_configuration(name: str) -> bool:
    """Whether a file of this name holds configuration (``.tf``, ``.tf.json`` and OpenTofu's twins)."""
    return name.endswith(CONFIGURATION) and not is_ignored(name)


def is_variables(name: str) -> bool:
    """Whether a file of this name holds values of variables."""
    return name.endswith(VARIABLES) and not is_ignored(name)


def is_json(name: str) -> bool:
    """Whether the file is written in the JSON syntax of the language."""
    return name.endswith(".json")


def stem(name: str) -> str:
    """The name without its configuration suffix: ``main_override.tf.json`` gives ``main_override``."""
    for suffix in (".tf.json", ".tofu.json", ".tf", ".tofu"):
        if name.endswith(suffix):
            return name[: -len(suffix)]
    return name


def is_override(name: str) -> bool:
    """Whether the file changes blocks of the others instead of adding its own."""
    base = stem(name)
    return base == "override" or base.endswith("_override")


def module_files(names: Iterable[str]) -> ModuleFiles:
    """Which of a folder's file names make its module. ``foo.tofu`` hides ``foo.tf``, in both syntaxes."""
    present = {name for name in names if is_configuration(name)}
    chosen = sorted(name for name in present if _tofu_twin(name) not in present)
    return ModuleFiles(
        primary=tuple(name for name in chosen if not is_override(name)),
        override=tuple(name for name in chosen if is_override(name)),
    )


def hidden_files(names: Iterable[str]) -> tuple[str, ...]:
    """The configuration files that an OpenTofu twin hides."""
    present = {name for name in names if is_configuration(name)}
    return tuple(sorted(name for name in present if _tofu_twin(name) in present))


def variable_files(names: Iterable[str]) -> tuple[str, ...]:
    """The files whose values a root module reads by itself, lowest precedence first."""
    present = set(names)
    fixed = [name for name in ("terraform.tfvars", "terraform.tfvars.json") if name in present]
    automatic = (
        name for name in present if name.endswith((".auto.tfvars", ".auto.tfvars.json")) and not is_ignored(name)
    )
    return (*fixed, *sorted(automatic))


def is_local(source: str) -> bool:
    """Whether a module source is a folder beside the caller (``./x``, ``../x``)."""
    return source in {".", ".."} or source.startswith(("./", "../", ".\\", "..\\"))


def local_folder(caller: str, source: str) -> str:
    """The folder of a local module source, from the caller's folder; both absolute or both relative, ``/`` between."""
    return posixpath.normpath(posixpath.join(caller, source.replace("\\", "/")))


def installed_modules(manifest: bytes) -> dict[str, str]:
    """What ``modules.json`` says: call names joined by ``.`` (``""`` is the root) to a folder relative to the root.

    A manifest that does not parse, or an entry without key or folder, gives nothing: the module is then not available.
    """
    try:
        entries = json.loads(manifest)["Modules"]
        return {
            entry["Key"]: posixpath.normpath(entry["Dir"].replace("\\", "/"))
            for entry in entries
            if isinstance(entry.get("Key"), str) and isinstance(entry.get("Dir"), str)
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _tofu_twin(name: str) -> str:
    """The OpenTofu file that would hide this one; a name no file has when there is none."""
    if name.endswith(".tf"):
        return name[:-3] + ".tofu"
    return name[: -len(".tf.json")] + ".tofu.json" if name.endswith(".tf.json") else ""
