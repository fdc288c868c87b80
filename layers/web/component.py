"""A part of the monitor: a layer or panel as an element of folium that brings its options."""

from __future__ import annotations

from typing import Any

from branca.element import MacroElement, Template


class Part(MacroElement):
    """Base of every part. Its class in JavaScript has the same name and stands in ``assets/parts.js``.

    Parameters
    ----------
    **options
        JSON values that the class in JavaScript takes.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        monitor.add("{{ this.field }}", new parts.{{ this._name }}({{ this.options|tojson }}));
        {% endmacro %}
        """
    )

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self._name = type(self).__name__
        self._id = "part"
        self.field = self._name[0].lower() + self._name[1:]
        self.options = options
