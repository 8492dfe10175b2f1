"""``iacgate doctor``: what is installed, what was found, what would be read. For support and for the curious."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from iacgate import __version__
from iacgate.cli.options import INPUT_OPTIONS, request_from, with_options
from iacgate.cli.plain import shown
from iacgate.errors import CommandError

if TYPE_CHECKING:
    from iacgate.model import Resource

PACKAGES = ("click", "pyyaml", "jmespath", "pydantic", "python-hcl2", "dockerfile-parse", "boto3")
PROGRAMS = {
    "git": ("--version", "--changed-since"),
    "terraform": ("version", "makes plans: terraform show -json tfplan"),
    "tofu": ("version", "makes plans: tofu show -json tfplan"),
    "helm": ("version --short", "renders charts: --render always"),
    "kustomize": ("version", "renders kustomizations: --render always"),
    "kubectl": ("version --client", "renders kustomizations: --render always"),
}


EPILOG = """\b
Examples:
  iacgate doctor                            what is installed, what is here
  iacgate doctor --terraform .              what is known of each root module, and why not more
  iacgate doctor --terraform . -o json      the same for scripts"""
SCHEMA_VERSION = 1


@click.command("doctor", epilog=EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--terraform",
    "measured",
    metavar="PATH",
    multiple=True,
    help="How much of the Terraform there is known, what is not and why, what a plan would add.",
)
@click.option("-o", "--output", type=click.Choice(["text", "json"]), help="Form of --terraform; text by default.")
@with_options(INPUT_OPTIONS)
def command(paths: tuple[str, ...], measured: tuple[str, ...], output: str | None, **values: Any) -> int:
    """Say what is installed and what was found.

    Reads the files a scan would read, and prints no content of them.
    """
    if measured:
        if paths:
            raise CommandError("--terraform and another path do not go together", "name each path with --terraform")
        _terraform(measured, output == "json", values)
        return 0
    if output == "json":
        raise CommandError("-o json is for --terraform", "iacgate doctor --terraform PATH -o json")
    for title, lines in (
        ("iacgate", _ourselves()),
        ("programs", _programs()),
        ("here", _here(paths or (".",), values)),
    ):
        click.echo(title)
        for line in lines:
            click.echo(f"  {line}")
    return 0


def _terraform(paths: tuple[str, ...], as_json: bool, values: dict[str, Any]) -> None:  # noqa: FBT001  (one of two forms)
    """Print what a scan knows of the Terraform in some paths."""
    from iacgate.cli.certainty import as_object, roots, told
    from iacgate.pipeline import take_inventory

    taken = take_inventory(paths, request_from(values))
    found = roots(taken.inventory.resources)
    missing = sorted(notice for notice in taken.notices if " is not downloaded: " in notice)
    if as_json:
        document = {
            "schema_version": SCHEMA_VERSION,
            "roots": [as_object(root) for root in found],
            "modules_not_downloaded": missing,
            "troubles": [trouble.message for trouble in taken.troubles],
        }
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    lines = [line for root in found for line in told(root)] or ["no Terraform resources here"]
    for line in (*lines, *missing, *(f"trouble: {trouble.message}" for trouble in taken.troubles)):
        click.echo(shown(line))


def _ourselves() -> Iterator[str]:
    from importlib import metadata

    import yaml

    yield f"iacgate {__version__}, Python {platform.python_version()} on {sys.platform} ({platform.machine()})"
    for name in PACKAGES:
        try:
            yield f"{name} {metadata.version(name)}"
        except metadata.PackageNotFoundError:
            yield f"{name}: not installed" + (" (extra: pip install 'iacgate[aws]')" if name == "boto3" else "")
    if not hasattr(yaml, "CSafeLoader"):
        yield "PyYAML has no C extension here: reading manifests is about ten times slower"


def _programs() -> Iterator[str]:
    for name, (arguments, purpose) in PROGRAMS.items():
        path = shutil.which(name)
        yield f"{name}: {_version(path, arguments)}" if path else f"{name}: not on PATH ({purpose})"


def _version(path: str, arguments: str) -> str:
    try:
        done = subprocess.run([path, *arguments.split()], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603  (the user's own program, asked for its version)
    except (OSError, subprocess.TimeoutExpired):
        return "does not answer"
    lines = done.stdout.strip().splitlines()
    return lines[0] if lines else "no version"


def _type(resource: Resource) -> str:
    return resource.type if resource.view_of is None else f"{resource.type} (made by {resource.view_of.type})"


def _here(paths: tuple[str, ...], values: dict[str, Any]) -> Iterator[str]:
    from iacgate.pipeline import load_native_rules, take_inventory

    request = request_from(values)
    taken = take_inventory(paths, request)
    settings = taken.settings
    yield f"root: {os.path.relpath(taken.root, request.cwd)}"
    yield f"settings: {settings.file or 'none (defaults; `iacgate init` writes a file)'}"
    yield f"maturity: {settings.enforcement.maturity}"
    rules = load_native_rules(settings, request)
    fitting = rules.for_inventory(taken.inventory)
    yield f"rules: {len(rules.ids())} known, {len(rules.selected())} in the rule set, {len(fitting)} fit what is here"
    for (kind, status), count in sorted(Counter((r.kind, r.status.value) for r in taken.records).items()):
        yield f"{kind or 'no adapter'}: {count} {status}"
    for kind, count in Counter(map(_type, taken.inventory.resources)).most_common(20):
        yield f"{count:>5} {kind}"
    for trouble in taken.troubles:
        yield f"trouble: {trouble.message}"
