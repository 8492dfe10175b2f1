"""syntax: HCL text to a located tree.

In: the bytes of a Terraform file. Out: :class:`~iacgate.syntax.hcl.file.File`.
"""

from iacgate.syntax.hcl.file import File

__all__ = ["File"]
