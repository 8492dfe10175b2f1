"""Compare iacgate with the incumbents on generated inputs, in one run on one machine.

    python bench/run.py [--quick] [--only WORD] [--no-incumbent] [--json FILE]

Prints a table: CPU seconds (user and system, of the whole process tree; the median of several runs) and peak memory
of each tool, the ratio, and the budget. The incumbents come from the package index into an environment of their own,
below ``bench/_work``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import generate

HERE = Path(__file__).parent
WORK = HERE / "_work"
INCUMBENT = "checkov==3.3.*"
CHAIN_PARSER = "tfparse==0.6.*"


@dataclass(frozen=True)
class Cost:
    """What one command needed: CPU seconds (median), peak resident memory in MiB (largest), and its exit code."""

    cpu: float
    memory: float
    exit_code: int


@dataclass(frozen=True)
class Row:
    """One line of the table. ``memory_budget`` in MiB, 0 where the design names none."""

    name: str
    budget: float
    memory_budget: float
    ours: Cost
    theirs: Cost | None

    @property
    def within(self) -> bool:
        return self.ours.cpu <= self.budget and (not self.memory_budget or self.ours.memory <= self.memory_budget)


def measure(command: list[str], repeat: int, cwd: Path = WORK) -> Cost:
    """Run a command several times. The first run warms caches and does not count where there are more."""
    costs, memory, code = [], 0.0, 0
    for _ in range(repeat + (repeat > 1)):
        process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""})  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = code = os.waitstatus_to_exitcode(status)
        costs.append(usage.ru_utime + usage.ru_stime)
        memory = max(memory, usage.ru_maxrss / 1024)
    return Cost(statistics.median(costs[1:] or costs), memory, code)


def incumbent(package: str) -> Path:
    """The environment that holds this package, made on first use."""
    folder = WORK / package.partition("=")[0]
    python = folder / "bin" / "python"
    if not (folder / ".ready").exists():
        print(f"setting up {package} …", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", package], check=True)
        (folder / ".ready").touch()
    return python


def iacgate(*words: str) -> list[str]:
    """Our command: as installed beside this Python, else from the source tree."""
    script = Path(sys.executable).with_name("iacgate")
    return [str(script), *words] if script.exists() else [sys.executable, "-m", "iacgate.cli.entry", *words]


def checkov(*words: str) -> list[str]:
    return [str(incumbent(INCUMBENT).with_name("checkov")), "--quiet", "--compact", "--skip-download", *words]


def scan(path: Path) -> list[str]:
    return iacgate("scan", "--ruleset", "strict", "-o", "json", str(path))


def their_scan(path: Path) -> list[str]:
    return checkov("-o", "json", "-f" if path.is_file() else "-d", str(path))


def chain_parse(path: Path) -> list[str]:
    """The other tool's parser on the chained for_each: it has no Python command line, so a line of Python calls it."""
    return [str(incumbent(CHAIN_PARSER)), "-c", f"import tfparse; tfparse.load_from_path({str(path)!r})"]


def rows(options: argparse.Namespace) -> Iterator[Row]:
    """The rows of the table, measured one after the other."""
    repeat = 3 if options.quick else 7

    def row(
        name: str, budget: float, ours: list[str], theirs: Callable[[], list[str]], memory: float = 0
    ) -> Iterator[Row]:
        if options.only and options.only.lower() not in name.lower():
            return
        slow = 1 if budget > 0.2 else max(1, repeat // 3)
        measured = None if options.no_incumbent else measure(theirs(), slow)
        yield Row(name, budget, memory, measure(ours, repeat), measured)

    yield from row(
        "--version", 0.06, iacgate("--version"), lambda: [str(incumbent(INCUMBENT).with_name("checkov")), "--version"]
    )
    for kind, path in generate.single_files(WORK / "one").items():
        yield from row(f"one small file, {kind}", 0.12, scan(path), lambda path=path: their_scan(path), 40)
    tree = generate.terraform_tree(WORK / "tf306")
    yield from row("306 .tf, 22,000 lines", 1.0, scan(tree), lambda: their_scan(tree))
    manifests = generate.kubernetes_tree(WORK / "k8s303")
    yield from row("303 Kubernetes files, 14,500 lines", 0.5, scan(manifests), lambda: their_scan(manifests))
    plan = generate.plan_file(WORK / "plan2000.json")
    yield from row(
        f"plan of 2,000 resources, {plan.stat().st_size / 1e6:.1f} MB", 0.8, scan(plan), lambda: their_scan(plan), 90
    )
    source = generate.terraform_resources(WORK / "tf2000")
    yield from row("HCL of 2,000 resources", 1.2, scan(source), lambda: their_scan(source))
    chain = generate.chained_buckets(WORK / "chain")
    yield from row("1,000 + 1,000 by chained for_each", 2.0, scan(chain), lambda: chain_parse(chain))


def growth(options: argparse.Namespace) -> Iterator[tuple[str, int, Cost]]:
    """The same work on twice the input, up to 40,000 resources."""
    sizes = (2000, 4000, 8000) if options.quick else (5000, 10000, 20000, 40000)
    for size in sizes:
        yield "plan", size, measure(scan(generate.plan_file(WORK / f"plan{size}.json", size)), 1)
    for size in sizes:
        yield "HCL", size, measure(scan(generate.terraform_resources(WORK / f"tf{size}", size)), 1)


def show(row: Row) -> str:
    theirs, ratio = "—", "—"
    if row.theirs is not None:
        theirs = f"{row.theirs.cpu:7.2f} s {row.theirs.memory:5.0f} MiB"
        ratio = f"{row.theirs.cpu / row.ours.cpu:6.1f}x"
    limit = f"{row.budget:g} s" + (f", {row.memory_budget:g} MiB" if row.memory_budget else "")
    mark = "yes" if row.within else "NO"
    return f"| {row.name} | {theirs} | {row.ours.cpu:7.3f} s {row.ours.memory:5.0f} MiB | {ratio} | {limit} | {mark} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, smaller growth")
    parser.add_argument("--only", metavar="WORD", help="only rows whose name holds this word")
    parser.add_argument("--no-incumbent", action="store_true", help="measure only iacgate")
    parser.add_argument("--no-growth", action="store_true", help="leave out the growth table")
    parser.add_argument("--json", metavar="FILE", help="write the numbers as JSON too")
    options = parser.parse_args()
    WORK.mkdir(exist_ok=True)
    print("| work | incumbent (CPU, memory) | iacgate | ratio | budget | within |\n|--|--|--|--|--|--|")
    table = []
    for row in rows(options):
        table.append(row)
        print(show(row), flush=True)
    grown = [] if options.only or options.no_growth else _print_growth(growth(options))
    if options.json:
        data = {"rows": [asdict(row) for row in table], "growth": grown}
        Path(options.json).write_text(json.dumps(data, indent=2) + "\n")
    return 0


def _print_growth(measured: Iterator[tuple[str, int, Cost]]) -> list[dict[str, object]]:
    print("\n| input | resources | CPU | memory | against half |\n|--|--|--|--|--|")
    grown: list[dict[str, object]] = []
    before: tuple[str, Cost] | None = None
    for kind, size, cost in measured:
        ratio = f"{cost.cpu / before[1].cpu:.2f}x" if before and before[0] == kind else "—"
        print(f"| {kind} | {size:,} | {cost.cpu:.2f} s | {cost.memory:.0f} MiB | {ratio} |", flush=True)
        grown.append({"kind": kind, "resources": size, **asdict(cost)})
        before = (kind, cost)
    return grown


if __name__ == "__main__":
    sys.exit(main())
