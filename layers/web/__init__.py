"""WEB. What the browser gets besides data.

Addresses of scripts and styles, colours, translations, the base class of a part of the map.

In: files under ``layers/assets`` and ``layers/languages``. Out: addresses and texts.
"""
