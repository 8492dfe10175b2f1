"""The expression language of native rules: JMESPath with three values, domain functions and places.

``parse`` gives a tree, ``compile_value`` and ``compile_condition`` give fast closures over ``(value, context)``,
``locate`` evaluates a tree once more and says where every value stands. Nothing here knows of rules and gates.
"""

from iacgate.lang.jmespath.compiler import Condition, Value, compile_condition, compile_value
from iacgate.lang.jmespath.context import Context
from iacgate.lang.jmespath.located import Located, locate
from iacgate.lang.jmespath.syntax import ExpressionError, Node, calls, parse

__all__ = [
    "Condition",
    "Context",
    "ExpressionError",
    "Located",
    "Node",
    "Value",
    "calls",
    "compile_condition",
    "compile_value",
    "locate",
    "parse",
]
