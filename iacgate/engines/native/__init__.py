"""The engine of native rules: YAML rule files in, :class:`~iacgate.model.Rule` objects out.

``source`` reads a file, ``schema`` judges its shape, ``compile`` turns it into a record of JSON values, ``program``
turns a record into a rule that runs, ``index`` keeps the records of the shipped rules at hand, ``library`` brings
rules, packs and settings together.
"""

from iacgate.engines.native.library import NativeRules

__all__ = ["NativeRules"]
