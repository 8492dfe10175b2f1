"""Dockerfiles: text to a located tree, by BuildKit's rules, with the standard library alone.

Part of ``syntax``: it knows spans and no resources. :func:`read` gives the tree of a file, :func:`stages` its stages
after the checks a builder makes, :func:`expand` and :func:`expand_words` put values for ``$variables``.
All of them fail only with :class:`~iacgate.errors.SyntaxFailure`.
"""

from iacgate.syntax.dockerfile.expand import Lookup, Unset, expand, expand_words
from iacgate.syntax.dockerfile.reader import read
from iacgate.syntax.dockerfile.stages import KEYWORDS, Stage, stages, stages_in_part
from iacgate.syntax.dockerfile.tree import Directive, Dockerfile, Flag, Heredoc, Instruction, Logical, Pair, Word

__all__ = [
    "KEYWORDS",
    "Directive",
    "Dockerfile",
    "Flag",
    "Heredoc",
    "Instruction",
    "Logical",
    "Lookup",
    "Pair",
    "Stage",
    "Unset",
    "Word",
    "expand",
    "expand_words",
    "read",
    "stages",
    "stages_in_part",
]
