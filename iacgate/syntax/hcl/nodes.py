"""syntax: the tree of an HCL file. The parser builds it, whoever evaluates reads it.

Every node has ``start`` and ``end``: offsets in code points into ``File.text``, the end exclusive. Lines and columns
are worked out only when asked for (:meth:`iacgate.syntax.hcl.File.location`). Nodes are plain, slotted and cheap;
treat them as frozen.
Evaluators dispatch on ``type(node)``; ``__match_args__`` allows ``match``.

How deep a tree can be: :data:`NESTING_LIMIT` nodes from the top of an expression or a body to its leaf. Long chains do
not nest: ``a + b + c`` is one :class:`Binary`, ``a.b[0].c`` one :class:`Traversal`.

Expressions (:data:`Expression`)::

    Literal       5, 2.5, true, null, "plain text", a heredoc without holes
    Template      "a${b}c", a heredoc with holes
    Traversal     var.x, a.b[0], a[each.key].id, a[*].id, a.*.id, a.0
    Access        steps on something that is no name: f(x).id, (a)[0], [1, 2][0]
    FunctionCall  f(a, b...), core::f(a), provider::p::f(a)
    Conditional   a ? b : c
    Unary         -a, !a
    Binary        a + b - c
    Tuple         [a, b]
    Object        {a = 1, "b" : 2, (c) = 3}
    ForTuple      [for k, v in c : e if x]
    ForObject     {for k, v in c : a => b... if x}
    Refused       what no parser accepts, in a file that is read as far as it goes

Parentheses leave no node: ``(a)`` is the node of ``a``, with its own span inside the parentheses; the span of a larger
node (``(a) + b``) begins at the parenthesis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

NESTING_LIMIT = 500
"""Levels of nesting a file may have; deeper is a SyntaxFailure."""

Span = tuple[int, int]
"""Offsets of a stretch of text: first, and one past the last."""


class Node:
    """Something with a place. ``text[start:end]`` of the file is how it is written."""

    __slots__ = ("end", "start")
    __match_args__: tuple[str, ...] = ()

    start: int
    end: int

    def __repr__(self) -> str:
        inner = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
        return f"{type(self).__name__}({inner})"


# Expressions


class Literal(Node):
    """A value as written: ``str``, ``int``, ``Decimal``, ``bool`` or ``None``.

    Numbers are exact: ``Decimal`` for anything with a point or an exponent, or of more than 4,000 digits.
    Strings have their escapes resolved. Text is not put in Unicode normal form. ``bare`` is true for an object key
    written as a plain word (``{a = 1}``: ``Literal("a")``).
    A ``Decimal`` may have a huge exponent (``1e999999``): check before making an ``int`` of it.
    """

    __slots__ = ("bare", "value")
    __match_args__ = ("value",)

    def __init__(
        self,
        value: str | int | Decimal | bool | None,  # noqa: FBT001  (a literal's own value)
        start: int,
        end: int,
        *,
        bare: bool = False,
    ) -> None:
        self.value = value
        self.start = start
        self.end = end
        self.bare = bare


class Template(Node):
    """A string with holes. ``parts`` in order: ``Literal`` (text, escapes resolved, whitespace already trimmed as ``~``
    and ``<<-`` ask), :class:`Interpolation`, :class:`TemplateIf`, :class:`TemplateFor`.

    ``heredoc`` is "" for a quoted one, else ``"<<"`` or ``"<<-"``. ``wrapped`` is the expression of a template that
    is nothing but one interpolation (``"${x}"``), which is worth that expression's value unconverted, else ``None``.
    A template always has a hole; text without one is a :class:`Literal`.
    """

    __slots__ = ("heredoc", "parts")
    __match_args__ = ("parts", "heredoc")

    def __init__(self, parts: tuple[TemplatePart, ...], heredoc: str, start: int, end: int) -> None:
        self.parts = parts
        self.heredoc = heredoc
        self.start = start
        self.end = end

    @property
    def wrapped(self) -> Expression | None:
        """The one expression this template only wraps, or ``None``."""
        if len(self.parts) == 1 and isinstance(self.parts[0], Interpolation):
            return self.parts[0].expression
        return None


class Interpolation(Node):
    """``${ expression }`` in a template. ``trim`` says which ends carry ``~``: "", "left", "right", "both".

    The trimming itself is already done in the neighbouring text. Only information.
    """

    __slots__ = ("expression", "trim")
    __match_args__ = ("expression", "trim")

    def __init__(self, expression: Expression, trim: str, start: int, end: int) -> None:
        self.expression = expression
        self.trim = trim
        self.start = start
        self.end = end


class TemplateIf(Node):
    """``%{ if condition }then%{ else }otherwise%{ endif }``; ``otherwise`` is empty when there is no else."""

    __slots__ = ("condition", "otherwise", "then")
    __match_args__ = ("condition", "then", "otherwise")

    def __init__(
        self,
        condition: Expression,
        then: tuple[TemplatePart, ...],
        otherwise: tuple[TemplatePart, ...],
        start: int,
        end: int,
    ) -> None:
        self.condition = condition
        self.then = then
        self.otherwise = otherwise
        self.start = start
        self.end = end


class TemplateFor(Node):
    """``%{ for key, value in collection }body%{ endfor }``; ``key`` is "" when only one name is given."""

    __slots__ = ("body", "collection", "key", "value")
    __match_args__ = ("key", "value", "collection", "body")

    def __init__(
        self, key: str, value: str, collection: Expression, body: tuple[TemplatePart, ...], start: int, end: int
    ) -> None:
        self.key = key
        self.value = value
        self.collection = collection
        self.body = body
        self.start = start
        self.end = end


class Traversal(Node):
    """A name and the steps into it: ``aws_x.y[0].id`` is ``name="aws_x"``, steps attribute y, index 0, attribute id.

    A lone name (``x``, ``string``) has no steps. ``true``, ``false`` and ``null`` are literals, also with steps.
    """

    __slots__ = ("name", "steps")
    __match_args__ = ("name", "steps")

    def __init__(self, name: str, steps: tuple[Step, ...], start: int, end: int) -> None:
        self.name = name
        self.steps = steps
        self.start = start
        self.end = end


class Access(Node):
    """Steps into the value of any other expression: ``f(x).id``, ``(a)[0]``, ``"t"[*]``. ``steps`` is never empty.

    ``base`` may be a :class:`Traversal` when it stood in parentheses: ``(a[*]).b`` is not ``a[*].b``.
    """

    __slots__ = ("base", "steps")
    __match_args__ = ("base", "steps")

    def __init__(self, base: Expression, steps: tuple[Step, ...], start: int, end: int) -> None:
        self.base = base
        self.steps = steps
        self.start = start
        self.end = end


class AttributeStep(Node):
    """``.name``"""

    __slots__ = ("name",)
    __match_args__ = ("name",)

    def __init__(self, name: str, start: int, end: int) -> None:
        self.name = name
        self.start = start
        self.end = end


class IndexStep(Node):
    """``[key]``, or the old ``.0`` (``legacy``; ``key`` is then a number literal)."""

    __slots__ = ("key", "legacy")
    __match_args__ = ("key",)

    def __init__(self, key: Expression, start: int, end: int, *, legacy: bool = False) -> None:
        self.key = key
        self.legacy = legacy
        self.start = start
        self.end = end


class SplatStep(Node):
    """``[*]`` (``full``) or ``.*``, and ``each``: the steps taken into every element, perhaps none.

    A full splat takes all that follows into its elements (so it is the last step of its chain, and a second ``[*]`` is
    found at the end of ``each``). ``.*`` takes only attributes and ``.0``; further steps follow it in the chain
    and apply to the list it gives.
    """

    __slots__ = ("each", "full")
    __match_args__ = ("each", "full")

    def __init__(self, each: tuple[Step, ...], start: int, end: int, *, full: bool) -> None:
        self.each = each
        self.full = full
        self.start = start
        self.end = end


class FunctionCall(Node):
    """``name(arguments)``. ``name`` keeps its namespace: ``core::upper``, ``provider::aws::arn_parse``.

    ``expand`` is true when the last argument is followed by ``...``. ``name_end`` is where the name ends.
    """

    __slots__ = ("arguments", "expand", "name", "name_end")
    __match_args__ = ("name", "arguments", "expand")

    def __init__(
        self, name: str, arguments: tuple[Expression, ...], start: int, end: int, name_end: int, *, expand: bool = False
    ) -> None:
        self.name = name
        self.arguments = arguments
        self.expand = expand
        self.start = start
        self.end = end
        self.name_end = name_end


class Conditional(Node):
    """``condition ? then : otherwise``"""

    __slots__ = ("condition", "otherwise", "then")
    __match_args__ = ("condition", "then", "otherwise")

    def __init__(self, condition: Expression, then: Expression, otherwise: Expression, start: int, end: int) -> None:
        self.condition = condition
        self.then = then
        self.otherwise = otherwise
        self.start = start
        self.end = end


class Unary(Node):
    """``-operand`` or ``!operand``; ``operator`` is that sign. ``-5`` is a Unary too."""

    __slots__ = ("operand", "operator")
    __match_args__ = ("operator", "operand")

    def __init__(self, operator: str, operand: Expression, start: int, end: int) -> None:
        self.operator = operator
        self.operand = operand
        self.start = start
        self.end = end


class Binary(Node):
    """Operators of one precedence, applied from left to right: ``a - b + c`` has operands a, b, c, operators -, +.

    Precedences, loosest first: ``||``; ``&&``; ``== !=``; ``< > <= >=``; ``+ -``; ``* / %``.
    ``len(operands) == len(operators) + 1``, at least two operands.
    """

    __slots__ = ("operands", "operators")
    __match_args__ = ("operands", "operators")

    def __init__(self, operands: tuple[Expression, ...], operators: tuple[str, ...], start: int, end: int) -> None:
        self.operands = operands
        self.operators = operators
        self.start = start
        self.end = end


class Tuple(Node):
    """``[items]``"""

    __slots__ = ("items",)
    __match_args__ = ("items",)

    def __init__(self, items: tuple[Expression, ...], start: int, end: int) -> None:
        self.items = items
        self.start = start
        self.end = end


class Object(Node):
    """``{items}``. A key may be there twice; the last one wins when evaluated."""

    __slots__ = ("items",)
    __match_args__ = ("items",)

    def __init__(self, items: tuple[ObjectItem, ...], start: int, end: int) -> None:
        self.items = items
        self.start = start
        self.end = end


class ObjectItem(Node):
    """``key = value`` or ``key : value`` in an object.

    A bare word is a ``Literal`` string with ``bare`` set, a quoted key a ``Literal`` or ``Template``, ``(expr)`` any
    expression. Any other key is evaluated (``1 = x`` has the number as key, to be converted to a string), but
    a ``Traversal`` with steps that is not ``parenthesised`` (``a.b = 1``) is what Terraform calls ambiguous: an error.
    """

    __slots__ = ("key", "parenthesised", "value")
    __match_args__ = ("key", "value")

    def __init__(
        self, key: Expression, value: Expression, start: int, end: int, *, parenthesised: bool = False
    ) -> None:
        self.key = key
        self.value = value
        self.parenthesised = parenthesised
        self.start = start
        self.end = end


class ForTuple(Node):
    """``[for key, value in collection : element if condition]``; ``key`` is "" when only one name is given."""

    __slots__ = ("collection", "condition", "element", "key", "value")
    __match_args__ = ("key", "value", "collection", "element", "condition")

    def __init__(
        self,
        names: tuple[str, str],
        collection: Expression,
        element: Expression,
        condition: Expression | None,
        start: int,
        end: int,
    ) -> None:
        self.key, self.value = names
        self.collection = collection
        self.element = element
        self.condition = condition
        self.start = start
        self.end = end


class ForObject(Node):
    """``{for key, value in collection : key_expression => element if condition}``; ``group`` for ``element...``.

    ``key`` and ``value`` are the names that are bound (``key`` "" when only one is given).
    """

    __slots__ = ("collection", "condition", "element", "group", "key", "key_expression", "value")
    __match_args__ = ("key", "value", "collection", "key_expression", "element", "condition", "group")

    def __init__(
        self,
        names: tuple[str, str],
        collection: Expression,
        key_expression: Expression,
        element: Expression,
        condition: Expression | None,
        start: int,
        end: int,
        *,
        group: bool,
    ) -> None:
        self.key, self.value = names
        self.collection = collection
        self.key_expression = key_expression
        self.element = element
        self.condition = condition
        self.group = group
        self.start = start
        self.end = end


class Refused(Node):
    """In place of an expression that cannot count: ``reason`` says why it is not known what it is worth."""

    __slots__ = ("reason",)
    __match_args__ = ("reason",)

    def __init__(self, reason: str, start: int, end: int) -> None:
        self.reason = reason
        self.start = start
        self.end = end


Expression = (
    Literal
    | Template
    | Traversal
    | Access
    | FunctionCall
    | Conditional
    | Unary
    | Binary
    | Tuple
    | Object
    | ForTuple
    | ForObject
    | Refused
)
TemplatePart = Literal | Interpolation | TemplateIf | TemplateFor
Step = AttributeStep | IndexStep | SplatStep


# Structure


class Attribute(Node):
    """``name = expression``. The node spans both; ``name_end`` is where the name ends (it begins at ``start``)."""

    __slots__ = ("expression", "name", "name_end")
    __match_args__ = ("name", "expression")

    def __init__(self, name: str, expression: Expression, start: int, end: int, name_end: int) -> None:
        self.name = name
        self.expression = expression
        self.start = start
        self.end = end
        self.name_end = name_end

    @property
    def name_span(self) -> Span:
        return self.start, self.name_end


class Block(Node):
    """``type "label" label { body }``. The node spans from the type to the closing brace.

    ``label_spans`` has the span of each label (quotes included). ``header_end`` is where the header's last word ends,
    before the opening brace; ``body.start`` and ``body.end`` are just inside the braces. Of a block from JSON the
    header is its key.
    """

    __slots__ = ("body", "header_end", "label_spans", "labels", "type")
    __match_args__ = ("type", "labels", "body")

    def __init__(
        self,
        type: str,  # noqa: A002  (the language's own word)
        labels: tuple[str, ...],
        label_spans: tuple[Span, ...],
        body: Body,
        start: int,
        header_end: int,
        end: int,
    ) -> None:
        self.type = type
        self.labels = labels
        self.label_spans = label_spans
        self.body = body
        self.start = start
        self.header_end = header_end
        self.end = end

    @property
    def header_span(self) -> Span:
        return self.start, self.header_end


class Body(Node):
    """The inside of a block or of a file: ``attributes`` by name, ``blocks`` in source order.

    ``json`` is true where the source is JSON: an attribute there may be a nested block in disguise (see
    :func:`iacgate.syntax.hcl.json_blocks`), since only a schema can tell.
    """

    __slots__ = ("attributes", "blocks", "json")
    __match_args__ = ("attributes", "blocks")

    def __init__(
        self, attributes: dict[str, Attribute], blocks: list[Block], start: int, end: int, *, json: bool = False
    ) -> None:
        self.attributes = attributes
        self.blocks = blocks
        self.json = json
        self.start = start
        self.end = end

    def blocks_of(self, type: str) -> list[Block]:  # noqa: A002  (the language's own word)
        """The blocks of one type, in source order."""
        return [block for block in self.blocks if block.type == type]
