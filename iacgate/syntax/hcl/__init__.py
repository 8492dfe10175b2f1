"""syntax: HCL text to a located tree.

In: the bytes of a Terraform file. Out: :class:`~iacgate.syntax.hcl.file.File`; the shapes are in
:mod:`iacgate.syntax.hcl.nodes`.
"""

from iacgate.syntax.hcl.file import File
from iacgate.syntax.hcl.reading import parse, parse_expression, parse_template

__all__ = ["File", "parse", "parse_expression", "parse_template"]
