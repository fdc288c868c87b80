"""The modules of the map as one script: some sixty small files took a browser on a slow link seconds longer.

Nothing is rewritten but the lines that import and export: each module becomes a function that runs once, behind those
that it imports, and gives what it exports. So names need be unique in their own module only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

_IMPORT = re.compile(r'^import \{ (?P<names>.+) \} from "\./(?P<module>[\w.]+)";$', re.MULTILINE)
_PASSED_ON = re.compile(r'^export \{ (?P<names>.+) \} from "\./(?P<module>[\w.]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?P<kind>const|class|function) (?P<name>\w+)", re.MULTILINE)
_LEFT = re.compile(r"^(import|export)\b.*", re.MULTILINE)


def joined(modules: Mapping[str, str]) -> str:
    """Return modules, by name, as one script that leaves them in ``modules``.

    Raises
    ------
    ValueError
        If they import each other in a circle, or if one imports or exports in a way that is not known here.
    """
    needed = {name: _needed(text) for name, text in modules.items()}
    try:
        order = list(TopologicalSorter(needed).static_order())
    except CycleError as error:
        raise ValueError(f"{' imports '.join(error.args[1])}: modules form no circle") from None
    parts = [f'modules["{name}"] = (() => {{\n{_body(name, modules[name])}\n}})();\n' for name in order]
    return '"use strict";\nconst modules = {};\n' + "".join(parts)


def _needed(text: str) -> list[str]:
    return [found["module"] for pattern in (_IMPORT, _PASSED_ON) for found in pattern.finditer(text)]


def _body(name: str, text: str) -> str:
    """Return the statements of a module, with those that import and export as plain ones."""
    exported = [found["name"] for found in _EXPORT.finditer(text)]
    exported += [one for found in _PASSED_ON.finditer(text) for one in found["names"].split(", ")]
    for pattern in (_IMPORT, _PASSED_ON):
        text = pattern.sub(r'const { \g<names> } = modules["\g<module>"];', text)
    text = _EXPORT.sub(r"\g<kind> \g<name>", text)
    left = _LEFT.search(text)
    if left:
        raise ValueError(f"{name}: {left[0]!r} is no form of import or export that is joined")
    return f"{text.rstrip()}\nreturn {{ {', '.join(exported)} }};"
