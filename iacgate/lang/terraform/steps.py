"""What happens at the places that a value comes through, in words: the notes of ``Location.via``.

Room: ``lang``.
"""

from __future__ import annotations

CALLED = "called here"
PASSED = "passed here"
DEFINED = "defined here"
USED = "used here"
DECLARED = "declared here, no value is given"
COMMANDED = "declared here, its value is given from outside of these files"
CUT = "comes from further on, which is not followed: too long a way"
