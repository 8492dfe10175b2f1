"""Settings of Sphinx. `make docs` writes the generated pages first, then builds with every warning an error."""

from iacgate import __version__

project = "iacgate"
author = "the iacgate authors"
version = release = __version__

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "_generator"]
nitpicky = True
suppress_warnings = ["misc.highlighting_failure"]  # Pygments stumbles over some HCL that Terraform reads

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

smartquotes = False  # options keep their two hyphens, what is quoted stays as it is typed

html_theme = "furo"
html_title = f"iacgate {release}"
html_static_path = ["_static"]
html_css_files = ["iacgate.css"]
html_copy_source = False
html_show_copyright = False
html_theme_options = {"navigation_with_keys": True}
pygments_style = "friendly"
pygments_dark_style = "monokai"
