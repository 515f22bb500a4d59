"""The site: `make docs` builds it from these pages, and takes every warning for an error."""

import sys
import tomllib
from pathlib import Path

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS / "_extensions"))
_PROJECT = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = _PROJECT["name"]
version = release = _PROJECT["version"]
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "sphinx_click",
    "links_out_of_docs",
    "public_names",
    "spec_keys",
    "store_columns",
    "worked_examples",
]
exclude_patterns = ["_build", "boundaries/tables.md"]

# As on a plain git host.
myst_heading_anchors = 4

autodoc_member_order = "groupwise"
autodoc_typehints = "none"
autodoc_preserve_defaults = True
autodoc_default_options = {"members": True, "class-doc-from": "class"}
autosummary_generate = False
numpydoc_class_members_toctree = False
numpydoc_show_class_members = False
numpydoc_xref_param_type = True
default_role = "code"
# Two hyphens begin an option.
smartquotes = False
python_maximum_signature_line_length = 88
toc_object_entries_show_parents = "hide"
# Other libraries have pages of their own; what is ours has to be found here.
nitpick_ignore_regex = [("py:.*", r"(?!(physics|store|learn|sweep)\.).*")]

html_theme = "furo"
html_title = f"regimap {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
pygments_style = "tango"
pygments_dark_style = "github-dark"
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#005a8e", "color-brand-content": "#005a8e"},
    "dark_css_variables": {"color-brand-primary": "#6cb9e8", "color-brand-content": "#6cb9e8"},
    "top_of_page_buttons": [],
}

linkcheck_anchors = False
linkcheck_timeout = 30
linkcheck_retries = 2
