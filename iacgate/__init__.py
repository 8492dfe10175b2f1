"""iacgate: one gate for infrastructure as code.

The front door. Only the names in ``__all__`` (and the modules :mod:`iacgate.model`, :mod:`iacgate.sdk`
and :mod:`iacgate.spi`) are public. They load on first use, so that ``import iacgate`` costs nothing.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = ["ScanReport", "Severity", "__version__", "scan"]

if TYPE_CHECKING:
    from iacgate.model import ScanReport, Severity
    from iacgate.pipeline import scan


def __getattr__(name: str) -> Any:
    if name == "scan":
        from iacgate.pipeline import scan

        return scan
    if name in {"ScanReport", "Severity"}:
        from iacgate import model

        return getattr(model, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
