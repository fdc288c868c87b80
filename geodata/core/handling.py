"""Handling marks: the Traffic Light Protocol 2.0 (FIRST)."""

from __future__ import annotations

HANDLING_MARKS = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")
"""From the one that restricts least to the one that restricts most."""
