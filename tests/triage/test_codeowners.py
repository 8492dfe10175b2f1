"""CODEOWNERS, by the examples of the two vendors' documentation and the traps between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.triage import load_codeowners, parse_codeowners

GITHUB = """\
# comment
*       @acme/all
*.tf    @acme/infra   # the platform
/build/logs/ @acme/doctocat
docs/*  docs@example.com
apps/   @octocat
/scripts/ @acme/all @acme/scripts
**/logs @acme/logs
/apps/github
/deep/**/main.tf @acme/deep
path\\ with\\ blank/ @acme/blank
\\#odd @acme/odd
"""

CASES = [
    ("README", "@acme/all"),
    ("a/b/c.tf", "@acme/infra"),
    ("build/logs/x/y", "@acme/logs"),
    ("x/build/logs", "@acme/logs"),
    ("docs/a.md", "docs@example.com"),
    ("docs/sub/a.md", "@acme/all"),
    ("x/docs/a.md", "@acme/all"),
    ("apps/x/y", "@octocat"),
    ("z/apps/x", "@octocat"),
    ("scripts/a", "@acme/all @acme/scripts"),
    ("x/scripts/a", "@acme/all"),
    ("apps/github/x", ""),
    ("apps/githubby", "@octocat"),
    ("deep/main.tf", "@acme/deep"),
    ("deep/a/b/main.tf", "@acme/deep"),
    ("path with blank/x", "@acme/blank"),
    ("#odd", "@acme/odd"),
]


@pytest.mark.parametrize(("path", "owners"), CASES)
def test_the_last_pattern_that_matches_says_who(path, owners):
    assert parse_codeowners(GITHUB).of(path) == owners


GITLAB = """\
* @all
[Infra] @infra-default
*.tf
/prod/ @prod
^[Docs][2] @docs
*.md
[INFRA]
/stage/
[Excluded] @ex
*.rb
!special.rb
"""

SECTIONS = [
    ("x", "@all"),
    ("a.tf", "@all @infra-default"),
    ("prod/a.tf", "@all @prod"),
    ("a.md", "@all @docs"),
    ("stage/x", "@all"),
    ("a.rb", "@all @ex"),
    ("special.rb", "@all"),
]


@pytest.mark.parametrize(("path", "owners"), SECTIONS)
def test_sections_speak_each_for_themselves(path, owners):
    assert parse_codeowners(GITLAB).of(path) == owners


def test_the_file_is_looked_for_in_the_usual_places(tmp_path):
    assert load_codeowners(str(tmp_path)) is None
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/CODEOWNERS").write_text("* @docs")
    assert load_codeowners(str(tmp_path)).of("x") == "@docs"
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github/CODEOWNERS").write_bytes(b"\xef\xbb\xbf* @github\n\xff")
    assert load_codeowners(str(tmp_path)).of("x") == "@github"
    (tmp_path / "OWN").write_text("* @named")
    assert load_codeowners(str(tmp_path), "OWN").of("x") == "@named"


@given(st.text(alphabet="*/?[]!\\# a@.\n", max_size=60), st.text(alphabet="ab/.", max_size=20))
def test_any_text_gives_an_answer(text, path):
    assert isinstance(parse_codeowners(text).of(path), str)
