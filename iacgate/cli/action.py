"""``python -m iacgate.cli.action``: the scan step of the GitHub Action.

Inputs come through the environment only (``IACGATE_*``), so that no text of a pull request is ever part of a command
line that a shell reads. The exit code of the scan goes to the step's outputs and the process itself exits 0: the
action's last step gives the verdict, after the reports are uploaded. What quotes scanned files is printed where the
runner obeys no workflow commands. Contract: workflow commands and environment files of GitHub Actions.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

from iacgate.cli.entry import run
from iacgate.outputs.github import fenced

SUMMARY_LIMIT = 900 * 1024
"""Bytes of a job summary; GitHub refuses a step's summary above 1 MiB as a whole."""
CUT = "\n\n**The summary is cut here**; the reports of this run hold the rest.\n"

OPTIONS = {
    "IACGATE_CONFIG": "--config",
    "IACGATE_RULESET": "--ruleset",
    "IACGATE_FAIL_ON": "--fail-on",
    "IACGATE_MATURITY": "--maturity",
    "IACGATE_ENVIRONMENT": "--environment",
    "IACGATE_CHANGED_SINCE": "--changed-since",
}


def main(environment: Mapping[str, str]) -> int:
    """Scan, write the summary and the outputs. 0 unless the outputs cannot be written."""
    folder = Path(environment.get("RUNNER_TEMP", ".")) / "iacgate-reports"
    folder.mkdir(parents=True, exist_ok=True)
    files = {name: folder / f"iacgate.{ending}" for name, ending in _FILES.items()}
    for path in files.values():
        path.unlink(missing_ok=True)
    remarks = io.StringIO()
    with redirect_stderr(remarks):
        code = run(_words(environment, files))
    _print_fenced(remarks.getvalue())
    if files["text"].exists():
        _print_fenced(files["text"].read_text(encoding="utf-8"))
    _add_summary(environment, files["markdown"])
    _add_outputs(environment, _outputs(code, files))
    return 0


_FILES = {"sarif": "sarif", "junit": "xml", "json": "json", "markdown": "md", "text": "txt"}


def _words(environment: Mapping[str, str], files: Mapping[str, Path]) -> list[str]:
    """The command line. Nothing but annotations goes straight to the log: the text report follows behind a fence."""
    words = ["scan"]
    for name, path in files.items():
        words += ["-o", f"{name}={path}"]
    words += ["-o", "github"] if environment.get("IACGATE_ANNOTATIONS", "true") == "true" else ["-q"]
    for name, option in OPTIONS.items():
        if environment.get(name):
            words.append(f"{option}={environment[name]}")
    words += _lines(environment.get("IACGATE_ARGS", ""))
    return [*words, "--", *(_lines(environment.get("IACGATE_PATHS", "")) or ["."])]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _print_fenced(text: str) -> None:
    """To the log, with no command in it obeyed; as UTF-8, whatever the locale."""
    if text:
        sys.stdout.flush()
        sys.stdout.buffer.write(fenced(text, secrets.token_hex(16)).encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()


def _add_summary(environment: Mapping[str, str], report: Path) -> None:
    target = environment.get("GITHUB_STEP_SUMMARY")
    if not target or environment.get("IACGATE_SUMMARY", "true") != "true":
        return
    text = report.read_text(encoding="utf-8") if report.exists() else "**iacgate** did not finish; see the log.\n"
    with open(target, "a", encoding="utf-8") as stream:
        stream.write(shortened(text))


def shortened(text: str) -> str:
    """The text, or as many of its lines as a job summary takes, and a word that there is more."""
    data = text.encode("utf-8")
    if len(data) <= SUMMARY_LIMIT:
        return text
    room = SUMMARY_LIMIT - len(CUT.encode("utf-8"))
    return data[: data.rfind(b"\n", 0, room)].decode("utf-8", "ignore") + CUT


def _outputs(code: int, files: Mapping[str, Path]) -> dict[str, str]:
    """The action's outputs, from the JSON report; without one, what can be said without it."""
    outputs = {"exit-code": str(code), "gate": "error", "decision": "error"}
    outputs.update({f"{name}-file": str(files[name]) for name in ("sarif", "junit", "json") if files[name].exists()})
    report = json.loads(files["json"].read_text(encoding="utf-8")) if files["json"].exists() else {}
    if report.get("exit_code") == code:  # else the run failed after the report was written
        outputs.update(_counts(report), gate=report["gate"], decision=_decision(report))
    return outputs


def _counts(report: Mapping[str, Any]) -> dict[str, str]:
    severities = [finding["severity"] for finding in report["findings"]]
    counts = {name: str(severities.count(name)) for name in ("critical", "high", "medium", "low")}
    return {**counts, "total": str(len(severities)), "excepted": str(report["summary"]["excepted"])}


def _decision(report: Mapping[str, Any]) -> str:
    if report["gate"] != "open":
        return "block" if report["gate"] == "closed" else "error"
    return "warn" if report["summary"]["warned"] else "pass"


def _add_outputs(environment: Mapping[str, str], outputs: Mapping[str, str]) -> None:
    target = environment.get("GITHUB_OUTPUT")
    if not target:
        return
    with open(target, "a", encoding="utf-8") as stream:
        for name, value in outputs.items():
            mark = f"iacgate-{secrets.token_hex(8)}"
            stream.write(f"{name}<<{mark}\n{value}\n{mark}\n")


if __name__ == "__main__":
    sys.exit(main(os.environ))
