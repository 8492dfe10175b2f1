"""``iacgate scan``: options in, reports out, the verdict as exit code."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from iacgate import outputs
from iacgate.cli.options import (
    INPUT_OPTIONS,
    RULE_OPTIONS,
    DayType,
    SeverityType,
    note,
    request_from,
    terminal_width,
    use_colour,
    with_options,
)
from iacgate.errors import CommandError
from iacgate.model import ScanReport
from iacgate.spi import OutputOptions

EPILOG = """\b
Examples:
  iacgate scan                                   the current folder
  iacgate scan --changed-since origin/main       only what this branch changes
  terraform show -json tfplan | iacgate scan -   a plan from standard input
  iacgate scan s3://plans/prod.json              a plan from a bucket (extra: aws)
  iacgate scan -o junit=report.xml -o gitlab-codequality=gl.json
  iacgate scan --compliance pci-dss-4.0 -o html=pci.html
  iacgate scan --today 2027-02-01                what will block on that day?

Exit codes: 0 open, 1 closed, 2 usage or settings, 3 incomplete (something was not understood)."""

MOST_REMARKS = 10
READ_BY_PEOPLE = ("text", "concise", "markdown")

COMPLIANCE_OPTION = click.option(
    "--compliance",
    metavar="NAME",
    multiple=True,
    help="Run a framework's rules and report by its controls (text, json, markdown, html).",
)

DECISION_OPTIONS = [
    click.option(
        "--fail-on", metavar="SEVERITY", type=SeverityType(), help="Block from this severity on, in place of the tiers."
    ),
    click.option(
        "--report-level",
        metavar="SEVERITY",
        type=SeverityType(),
        help="List findings from this severity on; the verdict does not change.",
    ),
    click.option(
        "--maturity", type=click.IntRange(0, 4), help="0 observe, 1 warn, 2 enforce, 3 admission, 4 continuous."
    ),
    click.option("--environment", metavar="NAME", help="The environment this change is for (prod, staging …)."),
    click.option("--today", metavar="DATE", type=DayType(), help="Judge as of this day."),
    click.option("--changed-since", metavar="REV", help="Report only on lines changed since this git revision."),
    click.option(
        "--plan-new-only",
        is_flag=True,
        help="Of a Terraform plan, show and count against the gate only what its change brings in.",
    ),
    click.option("--baseline", metavar="FILE", help="Baseline file, instead of the settings'."),
    click.option("--no-baseline", is_flag=True, help="Ignore the baseline."),
    click.option("--exceptions", metavar="FILE", help="Exceptions file, instead of the settings'."),
    click.option(
        "--break-glass", metavar="TICKET", help="Let this change through; every report says so. Needs --reason."
    ),
    click.option("--reason", metavar="TEXT", help="Why the glass is broken."),
    click.option("--fail-if-empty", is_flag=True, help="Exit 3 when there is nothing to scan."),
]

REPORT_OPTIONS = [
    click.option(
        "-o",
        "--output",
        "wanted",
        metavar="FORMAT[=FILE]",
        multiple=True,
        help="A report, to standard output or a file; may be given many times.",
    ),
    click.option("--evaluations", is_flag=True, help="Also list every rule on every resource (json)."),
    click.option("--junit-flavour", type=click.Choice(["gitlab", "jenkins"]), default="gitlab", show_default=True),
    click.option("--junit-no-pass", is_flag=True, help="Leave passed checks out of JUnit."),
    click.option(
        "--sarif-include-suppressed", is_flag=True, help="Keep excepted findings in SARIF, marked as suppressed."
    ),
    click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True),
    click.option("-q", "--quiet", is_flag=True, help="No text report and no remarks; the exit code still speaks."),
    click.option("--debug", is_flag=True, help="Show where time goes, and tracebacks of our bugs."),
]


@click.command("scan", epilog=EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@with_options(REPORT_OPTIONS)
@with_options(DECISION_OPTIONS)
@with_options([*RULE_OPTIONS, COMPLIANCE_OPTION])
@with_options(INPUT_OPTIONS)
def command(paths: tuple[str, ...], **values: Any) -> int:
    """Scan files and folders, and give one verdict.

    PATH is a folder, a file, a Terraform plan in JSON, - for standard input, or s3://bucket/key. A file that is named
    is reported on alone, yet read with the module it belongs to. Without PATH the current folder is scanned.
    """
    shown = {name: values.pop(name) for name in _names(REPORT_OPTIONS)}
    targets = _targets(shown["wanted"], quiet=shown["quiet"])
    values["use_baseline"] = not values.pop("no_baseline")
    if values["break_glass"] and not values["reason"]:
        raise CommandError("--break-glass needs a reason", 'add --reason "what happened"')
    _check_compliance(values["compliance"], targets)
    report = _scan(paths or (".",), values, shown)
    _write(report, targets, shown, _by_control(report, paths or (".",), values))
    return report.exit_code


def _check_compliance(names: Sequence[str], targets: Sequence[tuple[str, str | None]]) -> None:
    """With ``--compliance`` at least one of the formats must be one that reports by control."""
    if not names:
        return
    from iacgate.outputs.compliance import FORMATS

    if targets and not any(name in FORMATS for name, _ in targets):
        raise CommandError("--compliance needs a format that reports by control", f"add -o {' or -o '.join(FORMATS)}")


def _by_control(report: ScanReport, paths: Sequence[str], values: dict[str, Any]) -> Callable[[str], str | None]:
    """Format → the report by control, for the formats that have one; nothing without ``--compliance``."""
    if not values["compliance"]:
        return lambda _name: None
    from iacgate.outputs.compliance import FORMATS, render
    from iacgate.pipeline import compliance

    frameworks = compliance(report, paths, request_from(values))
    return lambda name: render(name, report, frameworks) if name in FORMATS else None


def _names(options: list[Callable[[Any], Any]]) -> list[str]:
    def probe() -> None: ...

    for option in options:
        option(probe)
    return [parameter.name or "" for parameter in probe.__click_params__]  # type: ignore[attr-defined]  # set by click's decorators


def _targets(wanted: tuple[str, ...], *, quiet: bool) -> list[tuple[str, str | None]]:
    """What to write where: (format, file or None for standard output). Text goes to the terminal unless told not to."""
    targets = [outputs.parse_output_spec(item) for item in wanted]
    to_stdout = [name for name, path in targets if path is None]
    if len(to_stdout) > 1:
        raise CommandError(
            f"{' and '.join(to_stdout)} both go to standard output", f"give one a file: -o {to_stdout[1]}=FILE"
        )
    if not to_stdout and not quiet:
        targets.insert(0, ("text", None))
    return targets


def _scan(paths: tuple[str, ...], values: dict[str, Any], shown: dict[str, Any]) -> ScanReport:
    from iacgate.pipeline import scan

    progress = None
    if sys.stderr.isatty() and not shown["quiet"]:
        from iacgate.cli.progress import Progress

        progress = Progress(sys.stderr)
    try:
        return scan(paths, request_from(values, progress=progress, timings=_timer(shown["debug"])))
    finally:
        if progress is not None:
            progress.clear()


def _timer(debug: bool) -> Callable[[str], None] | None:  # noqa: FBT001  (a plain switch handed on)
    if not debug:
        return None
    import time

    last = [time.process_time()]

    def tell(station: str) -> None:
        now = time.process_time()
        note(f"debug: {station}: {(now - last[0]) * 1000:.0f} ms CPU")
        last[0] = now

    return tell


def _write(
    report: ScanReport,
    targets: list[tuple[str, str | None]],
    shown: dict[str, Any],
    by_control: Callable[[str], str | None],
) -> None:
    for name, path in targets:
        text = by_control(name)
        if text is None:
            text = outputs.output_format(name).render(report, _options(report, shown, to_terminal=path is None))
        if path is not None:
            outputs.write(path, text)
            if not shown["quiet"]:
                note(f"{name} report: {path}")
        else:
            _print(_guarded(text) if name in READ_BY_PEOPLE else text)
    if shown["quiet"]:
        return
    to_stdout = {name for name, path in targets if path is None}
    if "text" not in to_stdout:
        _remark(report.notices)
    if not to_stdout & {"text", "concise"}:
        note(f"gate {report.gate.value}: {report.because}")


def _remark(notices: Sequence[str]) -> None:
    """The remarks that only the text report makes on standard output: that nothing was scanned must not go unsaid."""
    for notice in notices[:MOST_REMARKS]:
        note(f"note: {notice}")
    if len(notices) > MOST_REMARKS:
        note(f"note: {len(notices) - MOST_REMARKS} more remarks are in the text and json reports")


def _guarded(text: str) -> str:
    """On GitHub, text that quotes scanned files must not be able to give workflow commands; files take it as it is."""
    if os.environ.get("GITHUB_ACTIONS") != "true" or _goes_to_file(sys.stdout):
        return text
    import secrets

    from iacgate.outputs.github import fenced

    return fenced(text, secrets.token_hex(16))


def _goes_to_file(stream: Any) -> bool:
    """Whether the stream was redirected to a file, such as a job summary, which obeys no commands."""
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False


def _print(text: str) -> None:
    """To standard output as UTF-8, whatever the terminal's encoding can show."""
    data = text.encode("utf-8", "replace")
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise CommandError(f"standard output cannot be written: {why}", "write a file: -o text=report.txt") from None


def _options(report: ScanReport, shown: dict[str, Any], *, to_terminal: bool) -> OutputOptions:
    def source(path: str) -> str | None:
        try:
            with open(os.path.join(report.root, path), encoding="utf-8-sig", errors="replace", newline="") as stream:
                return stream.read()
        except (OSError, ValueError):
            return None

    return OutputOptions(
        colour=to_terminal and use_colour(shown["color"], sys.stdout),
        width=terminal_width(sys.stdout) if to_terminal else 100,
        evaluations=shown["evaluations"],
        junit_flavour=shown["junit_flavour"],
        junit_passes=not shown["junit_no_pass"],
        include_suppressed=shown["sarif_include_suppressed"],
        source=source,
    )
