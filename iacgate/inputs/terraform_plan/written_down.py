"""Whether a planned value is spelled out in the configuration, and where.

Room: ``inputs``. In: an instance and a path into its body. Out: a place, ``None`` where the value comes from elsewhere
or that is not known. The source beside a plan knows best. Without it a plan tells constants, and which variable is
named; the value of that is spelled out where its default is the same. Of a local value a plan says nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

from iacgate.inputs.terraform_plan.configuration import DEPTH, Configuration, longest, references_of, traversal
from iacgate.inputs.terraform_plan.positions import Positions
from iacgate.lang.terraform.address import Address, AddressError, parse_address
from iacgate.model import Location, Path, child, reveal


class WrittenDown:
    """Where the values of one instance are spelled out."""

    __slots__ = ("_address", "_body", "_configuration", "_locate", "_positions")

    def __init__(
        self,
        address: str,
        body: Any,
        configuration: Configuration,
        positions: Positions,
        locate: Callable[[Path], Location],
    ) -> None:
        self._address = address
        self._body = body
        self._configuration = configuration
        self._positions = positions
        self._locate = locate

    def __call__(self, path: Path) -> Location | None:
        try:
            address = parse_address(self._address)
        except AddressError:
            return None
        value = reveal(reduce(child, path, self._body))
        if self._positions.has_source:
            found = self._positions.value_place(address, path, value)
            if found is not None or self._positions.written(address) is not None:
                return found
        return self._locate(path) if self._is_constant(address, path, value) else None

    def _is_constant(self, address: Address, path: Path, value: Any) -> bool:
        expression: Any = self._configuration.expression(address, path)
        modules = address.module_path
        for _ in range(DEPTH):
            if not isinstance(expression, dict):
                return False
            if "constant_value" in expression:
                return True
            named = list(longest(references_of(expression)))
            parts = traversal(named[0]) if len(named) == 1 else []
            if parts[:1] != ["var"] or len(parts) < 2:
                return False
            passed = self._passed(modules, parts[1])
            if not passed:
                return self._default(modules, parts[1:], value)
            expression, modules = passed, modules[:-1]
        return False

    def _passed(self, modules: tuple[str, ...], name: str) -> Any:
        """What a module is given for a variable by its call."""
        calls = self._configuration.module(modules[:-1]).get("module_calls") if modules else None
        call = calls.get(modules[-1]) if isinstance(calls, dict) else None
        expressions = call.get("expressions") if isinstance(call, dict) else None
        return expressions.get(name) if isinstance(expressions, dict) else None

    def _default(self, modules: tuple[str, ...], parts: list[str], value: Any) -> bool:
        """Whether the default of a variable, or the part of it that is named, is the value."""
        variables = self._configuration.module(modules).get("variables")
        declared = variables.get(parts[0]) if isinstance(variables, dict) else None
        default = declared.get("default") if isinstance(declared, dict) else None
        held = reveal(reduce(child, parts[1:], reveal(default)))
        return held is not None and bool(held == value)
