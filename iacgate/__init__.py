"""iacgate: one gate for infrastructure as code.

The front door. Only the names in ``__all__`` (and the modules :mod:`iacgate.model`, :mod:`iacgate.sdk`
and :mod:`iacgate.spi`) are public. They load on first use, so that ``import iacgate`` costs nothing::

    report = iacgate.scan(["deploy/"], iacgate.Request(cwd=os.getcwd(), today=date.today()))
    print(report.gate, report.exit_code, report.because)
"""

from __future__ import annotations

TYPE_CHECKING = False  # as typing has it: to import that takes longer than to print the version
if TYPE_CHECKING:
    from typing import Any

    from iacgate.model import ScanReport, Severity
    from iacgate.pipeline import Request, scan

__version__ = "0.1.0"

__all__ = ["Request", "ScanReport", "Severity", "__version__", "scan"]


def __getattr__(name: str) -> Any:
    if name in {"Request", "scan"}:
        from iacgate import pipeline

        return getattr(pipeline, name)
    if name in {"ScanReport", "Severity"}:
        from iacgate import model

        return getattr(model, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
