"""Syntax room, YAML as Kubernetes reads it: bytes → documents with bodies and places.

In: the bytes of a file and the name reports use. Out: one :class:`YamlDocument` for each document of the stream. The
events come from libyaml through PyYAML (from PyYAML alone where its C extension is missing); typing, merging and keys
follow ``sigs.k8s.io/yaml``, which kubectl and the API server use. What cannot be read at all is a
:class:`~iacgate.errors.SyntaxFailure`; what can be read but Kubernetes refuses is in :attr:`YamlDocument.problems`.
"""

from iacgate.syntax.yaml.build import DEPTH, EXPANSION, MAX_BYTES, NODES, load_all
from iacgate.syntax.yaml.document import Problem, YamlDocument

__all__ = ["DEPTH", "EXPANSION", "MAX_BYTES", "NODES", "Problem", "YamlDocument", "load_all"]
