"""What a run imports: only what it uses. A hook runs on every commit, and importing is most of what that costs."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

NEVER = (
    "ast", "asyncio", "boto3", "botocore", "concurrent", "dis", "dockerfile_parse", "hashlib", "hcl2",
    "importlib.metadata", "importlib.resources", "inspect", "jmespath", "lark", "logging", "multiprocessing", "pathlib",
    "platform", "pydantic", "socket",
    "subprocess", "tempfile", "urllib.request", "uuid", "xml", "zipfile",
)  # fmt: skip
"""What no scan of one small, ordinary file needs, whatever its kind."""

RULE_COMPILER = ("iacgate.engines.native.compile", "iacgate.engines.native.source")
SOURCE = ("iacgate.syntax.hcl.expressions", "iacgate.inputs.terraform.resources")
PLAN = ("iacgate.inputs.terraform_plan.plan",)
MANIFEST = ("iacgate.syntax.yaml.build", "iacgate.join.kubernetes", "yaml")
CONTAINER = ("iacgate.syntax.dockerfile", "iacgate.inputs.dockerfile.build", "iacgate.lang.shell")

FILES = {
    "deployment.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n",
    "main.tf": 'resource "aws_s3_bucket" "a" {\n  bucket = "a"\n}\n',
    "Dockerfile": "FROM alpine:3.20\nRUN apk add curl\n",
    "plan.json": json.dumps(
        {
            "format_version": "1.2",
            "terraform_version": "1.11.4",
            "planned_values": {"root_module": {}},
            "resource_changes": [
                {
                    "address": "aws_s3_bucket.a",
                    "mode": "managed",
                    "type": "aws_s3_bucket",
                    "name": "a",
                    "provider_name": "registry.terraform.io/hashicorp/aws",
                    "change": {
                        "actions": ["create"],
                        "before": None,
                        "after": {"bucket": "a"},
                        "after_unknown": {},
                        "before_sensitive": False,
                        "after_sensitive": {},
                    },
                }
            ],
            "configuration": {"root_module": {}},
            "complete": True,
            "errored": False,
        }
    ),
}

PROGRAM = """
import sys
from iacgate.cli.entry import main
try:
    main(sys.argv[1:])
except SystemExit as asked:
    print(asked.code, *sorted(sys.modules), file=sys.stderr)
"""


def imported(*words: str, **options) -> tuple[str, set[str]]:
    """Exit code and imported modules of a command line."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", "import sys; sys.path[:0] = " + repr(sys.path) + PROGRAM, *words],
        capture_output=True,
        text=True,
        check=True,
        **options,
    )
    code, *modules = done.stderr.splitlines()[-1].split()
    return code, set(modules)


def unwanted(modules: set[str], names: tuple[str, ...]) -> list[str]:
    return sorted(module for module in modules if module in names or module.startswith(tuple(f"{n}." for n in names)))


def test_the_version_is_told_without_the_command_line_or_the_model():
    code, modules = imported("--version")
    assert code == "0"
    assert (
        unwanted(modules, (*NEVER, "click", "dataclasses", "iacgate.model", "iacgate.pipeline", "json", "re", "typing"))
        == []
    )


@pytest.mark.parametrize(
    ("name", "used", "unused"),
    [
        ("deployment.yaml", MANIFEST, (*SOURCE, *PLAN, *CONTAINER)),
        ("main.tf", SOURCE, (*PLAN, *MANIFEST, *CONTAINER)),
        ("Dockerfile", CONTAINER, (*SOURCE, *PLAN, *MANIFEST)),
        ("plan.json", PLAN, ("iacgate.inputs.terraform.resources", *MANIFEST, *CONTAINER)),
    ],
)
def test_a_scan_imports_what_its_file_needs(name, used, unused, tmp_path):
    (tmp_path / name).write_text(FILES[name])
    imported("rules", "list")  # so that the index is up to date, and no rule has to be compiled below
    code, modules = imported("scan", "--ruleset", "strict", name, cwd=tmp_path)
    assert code in {"0", "1"}
    assert [module for module in used if module not in modules] == []
    assert unwanted(modules, (*NEVER, *RULE_COMPILER, *unused)) == []


def test_a_report_in_words_needs_no_digests(tmp_path):
    (tmp_path / "deployment.yaml").write_text(FILES["deployment.yaml"])
    _, modules = imported("scan", "--ruleset", "strict", "deployment.yaml", cwd=tmp_path)
    assert unwanted(modules, ("hashlib", "dataclasses", "ipaddress", "csv", "urllib")) == []
