"""How Sphinx makes the pages of the public API from docstrings: ``make api``. Nothing is loaded from elsewhere."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from routes import __version__

project = "Smuggling route monitor"
version = release = __version__
extensions = ["sphinx.ext.autodoc", "numpydoc"]
exclude_patterns: list[str] = []
html_theme = "alabaster"
html_theme_options = {"description": "Routes, change and maps in a notebook", "page_width": "1060px"}
html_show_sourcelink = False
autodoc_typehints = "none"  # the numpydoc sections say them in words
numpydoc_show_class_members = False
