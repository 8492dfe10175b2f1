"""Small reference pages: output formats, exit codes, limits."""

from __future__ import annotations

from importlib import import_module

from _generator import Undocumented, code, plain, table
from iacgate.cli import entry
from iacgate.decide import EXIT_CLOSED, EXIT_INCOMPLETE, EXIT_OPEN
from iacgate.outputs import FORMATS

FOR_WHAT = {
    "text": "for people at a terminal: source lines, help, and why each finding blocks or not",
    "concise": "one line a finding, for editors and `grep`",
    "json": "the contract for scripts: [its members](report.md)",
    "sarif": "SARIF 2.1.0 for code scanning (GitHub) and IDEs",
    "junit": "JUnit XML for GitLab (`--junit-flavour gitlab`) and Jenkins (`--junit-flavour jenkins`)",
    "gitlab-codequality": "the Code Quality report that GitLab shows in a merge request",
    "github": "workflow commands: annotations on the lines of a pull request",
    "markdown": "a job summary, or the text of a comment",
    "csv": "a table for spreadsheets",
    "dotenv": "variables for later GitLab jobs",
    "html": "one page with everything inside it, to keep or to send",
}
"""What a format is for. A format that is not here stops the build."""

EXIT_CODES = (
    (EXIT_OPEN, "open", "nothing blocks and everything was understood; also when there was nothing to scan"),
    (EXIT_CLOSED, "closed", "at least one finding blocks"),
    (
        entry.EXIT_USAGE,
        "usage",
        "a command, settings, exceptions file or rule that does not load; a named path that is not there",
    ),
    (
        EXIT_INCOMPLETE,
        "incomplete",
        "something was not understood that should have been; nothing to scan with `--fail-if-empty`",
    ),
    (entry.EXIT_BUG, "a bug of iacgate", "please report it with the output of `--debug`"),
    (entry.EXIT_INTERRUPT, "interrupted", "by Ctrl-C"),
    (141, "the reader went away", "as in `iacgate scan \\| head`: the verdict was not delivered"),
)

UNREADABLE = "reported as unreadable"
REFUSED = "refused, exit 2"

LIMITS = (
    ("a file of any kind", "iacgate.inputs.reading:MAX_FILE_BYTES", "bytes", UNREADABLE),
    ("folder levels below a named path", "iacgate.discover:MAX_DEPTH", "", "the folder is reported, not entered"),
    ("a YAML file", "iacgate.syntax.yaml.build:MAX_BYTES", "bytes", UNREADABLE),
    ("levels of nesting in YAML", "iacgate.syntax.yaml.build:DEPTH", "", UNREADABLE),
    ("values that the aliases of a YAML file stand for", "iacgate.syntax.yaml.build:EXPANSION", "", UNREADABLE),
    ("values in a YAML file", "iacgate.syntax.yaml.build:NODES", "", UNREADABLE),
    ("levels of nesting in JSON", "iacgate.syntax.json:DEPTH", "", UNREADABLE),
    ("an HCL file", "iacgate.syntax.hcl.reading:SIZE_LIMIT", "bytes", UNREADABLE),
    ("levels of nesting in HCL", "iacgate.syntax.hcl.nodes:NESTING_LIMIT", "", UNREADABLE),
    ("modules that call modules", "iacgate.lang.terraform.expansion:MODULE_DEPTH", "", "the module call is reported"),
    (
        "instances of a Terraform block",
        "iacgate.lang.terraform.expansion:BLOCK_INSTANCES",
        "",
        "it is evaluated as one of an unknown number, and reported",
    ),
    (
        "instances of all Terraform blocks, and one more for every 20 characters of source",
        "iacgate.lang.terraform.scope:INSTANCES",
        "",
        "the rest is evaluated as one each, and reported",
    ),
    (
        "instances of Terraform modules",
        "iacgate.lang.terraform.expansion:ALL_MODULES",
        "",
        "the rest is not evaluated, and reported",
    ),
    (
        "steps of evaluating Terraform, two more for each character of source and 60 for each instance",
        "iacgate.lang.terraform.scope:STEPS",
        "",
        "what is left is unknown, and reported with its place",
    ),
    ("elements of a Terraform value", "iacgate.lang.terraform.values:LARGEST_VALUE", "", "the value is unknown"),
    ("a Dockerfile", "iacgate.syntax.dockerfile.lines:MAX_BYTES", "bytes", UNREADABLE),
    ("a line of a Dockerfile", "iacgate.syntax.dockerfile.lines:MAX_LINE_BYTES", "bytes", UNREADABLE),
    ("instructions in a Dockerfile", "iacgate.syntax.dockerfile.reader:MAX_INSTRUCTIONS", "", UNREADABLE),
    (
        "commands in a script of a Dockerfile",
        "iacgate.lang.shell.reader:MAX_COMMANDS",
        "",
        "the rest is unknown to rules",
    ),
    ("text that `matches()` looks at", "iacgate.lang.regex:MAX_TEXT", "characters", "only the beginning is looked at"),
    ("an expression in a rule", "iacgate.lang.jmespath.syntax:MAX_LENGTH", "characters", REFUSED),
    ("a rule file", "iacgate.engines.native.source:MAX_SIZE", "characters", REFUSED),
    ("settings, or an exceptions file", "iacgate.config.loading:MAX_BYTES", "bytes", REFUSED),
    ("a baseline", "iacgate.triage.baseline:MAX_BYTES", "bytes", REFUSED),
    (
        "results in a SARIF report",
        "iacgate.outputs.sarif:MAX_RESULTS",
        "",
        "the least severe are left out; the report says how many",
    ),
)
"""What is limited, the constant that says how much, its unit, and what becomes of what is beyond it."""


def outputs_page() -> str:
    """The output formats. Raises :class:`Undocumented`."""
    missing = [f"output format {name}" for name in FORMATS if name not in FOR_WHAT]
    if missing:
        raise Undocumented(missing)
    rows = [
        (code(name), FOR_WHAT[name], code("." + import_module(module).extension)) for name, module in FORMATS.items()
    ]
    return "\n".join(
        (
            "# Output formats",
            "",
            "`-o FORMAT` prints a report, `-o FORMAT=FILE` writes it to a file; give as many as you like,",
            "at most one of them to",
            "standard output. No format changes the verdict or the exit code. Made from the registry of outputs.",
            "",
            table(["format", "what it is for", "file"], rows),
            "Without a format on standard output the `text` report is printed there as well; `-q` leaves it",
            "out. Remarks and",
            "progress go to standard error.",
            "",
            "Installed packages can bring more: [](../../extending/plugins.md).",
            "",
        )
    )


def exit_codes_page() -> str:
    """The exit codes."""
    rows = [(f"**{number}**", word, text) for number, word, text in EXIT_CODES]
    return "\n".join(
        (
            "# Exit codes",
            "",
            table(["code", "gate", "when"], rows).replace("\\\\|", "\\|"),
            "Blocked and unreadable together is **1**, with what could not be read named. Below maturity 2",
            "nothing gives 1 or 3.",
            "",
        )
    )


def limits_page() -> str:
    """What is read at most, from the constants themselves."""
    rows = [(what, _amount(*place.split(":"), unit), beyond) for what, place, unit, beyond in LIMITS]
    return "\n".join(
        (
            "# Limits",
            "",
            "Scanned files may come from anybody, so everything has an end. What is unreadable is reported",
            "with its place and",
            "keeps the gate from being green. Made from the constants in the code.",
            "",
            table(["what", "at most", "beyond it"], rows),
        )
    )


def _amount(module: str, name: str, unit: str) -> str:
    number: int = getattr(import_module(module), name)
    if unit == "bytes" and number % (1024 * 1024) == 0:
        return f"{number // (1024 * 1024)} MiB"
    return plain(f"{number:,} {unit}").strip()
