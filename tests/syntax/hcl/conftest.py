"""What the HCL tests share: a short way to write a tree down."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from iacgate.syntax.hcl import nodes as n


def _steps(steps) -> str:
    return "".join(_show(step) for step in steps)


def _loop(node) -> str:
    condition = "" if node.condition is None else f" if {_show(node.condition)}"
    names = f"{node.key}, {node.value}" if node.key else node.value
    return f"for {names} in {_show(node.collection)} : ", condition


def _show_for(node) -> str:
    head, condition = _loop(node)
    if isinstance(node, n.ForTuple):
        return f"[{head}{_show(node.element)}{condition}]"
    group = "..." if node.group else ""
    return f"{{{head}{_show(node.key_expression)} => {_show(node.element)}{group}{condition}}}"


def _show_literal(node) -> str:
    if node.bare:
        return f"{node.value}"
    words = {True: "true", False: "false", None: "null"}
    if node.value is None or isinstance(node.value, bool):
        return words[node.value]
    return repr(node.value) if isinstance(node.value, str) else str(node.value)


def _show_index(node) -> str:
    return f"<.{_show(node.key)}>" if node.legacy else f"[{_show(node.key)}]"


def _show_item(node) -> str:
    key = f"({_show(node.key)})" if node.parenthesised else _show(node.key)
    return f"{key} = {_show(node.value)}"


def _show_binary(node) -> str:
    pairs = zip(node.operators, node.operands[1:], strict=True)
    return "(" + _show(node.operands[0]) + "".join(f" {sign} {_show(operand)}" for sign, operand in pairs) + ")"


def _joined(items) -> str:
    return ", ".join(_show(item) for item in items)


def _show_if(node) -> str:
    otherwise = f" else {_joined(node.otherwise)}" if node.otherwise else ""
    return f"if({_show(node.condition)}: {_joined(node.then)}{otherwise})"


def _show_template_for(node) -> str:
    names = f"{node.key}, {node.value}" if node.key else node.value
    return f"for({names} in {_show(node.collection)}: {_joined(node.body)})"


_WRITERS: dict[type, Callable] = {
    n.Literal: _show_literal,
    n.Traversal: lambda node: node.name + _steps(node.steps),
    n.Access: lambda node: f"<{_show(node.base)}>{_steps(node.steps)}",
    n.AttributeStep: lambda node: f".{node.name}",
    n.IndexStep: _show_index,
    n.SplatStep: lambda node: f"[*]{{{_steps(node.each)}}}" if node.full else f".*{{{_steps(node.each)}}}",
    n.FunctionCall: lambda node: f"{node.name}({_joined(node.arguments)}{'...' if node.expand else ''})",
    n.Conditional: lambda node: f"({_show(node.condition)} ? {_show(node.then)} : {_show(node.otherwise)})",
    n.Unary: lambda node: f"({node.operator}{_show(node.operand)})",
    n.Binary: _show_binary,
    n.Tuple: lambda node: f"[{_joined(node.items)}]",
    n.Object: lambda node: f"{{{_joined(node.items)}}}",
    n.ObjectItem: _show_item,
    n.ForTuple: _show_for,
    n.ForObject: _show_for,
    n.Template: lambda node: f"{node.heredoc}T({_joined(node.parts)})",
    n.Interpolation: lambda node: f"${{{_show(node.expression)}}}{node.trim}",
    n.TemplateIf: _show_if,
    n.TemplateFor: _show_template_for,
}


def _show(node) -> str:
    return _WRITERS[type(node)](node)


@pytest.fixture(scope="session")
def show() -> Callable[[n.Node], str]:
    """A node as one line: parentheses for every operator, ``{…}`` after a splat for what it takes into each element."""
    return _show
