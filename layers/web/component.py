"""A part of the monitor: a layer or panel as an element of folium that brings its script and its options."""

from __future__ import annotations

from typing import Any, ClassVar

from branca.element import MacroElement, Template
from folium.elements import JSCSSMixin


class Part(JSCSSMixin, MacroElement):
    """Base of every part. Its class in JavaScript has the same name: ``Monitor.<class>``.

    Parameters
    ----------
    **options
        JSON values that the class in JavaScript takes.
    """

    default_js: ClassVar[list[tuple[str, str]]] = []
    _template = Template(
        """
        {% macro script(this, kwargs) %}
        monitor.add(new Monitor.{{ this._name }}({{ this.options|tojson }}));
        {% endmacro %}
        """
    )

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self._name = type(self).__name__
        self._id = "part"
        self.options = options
