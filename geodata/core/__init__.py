"""CORE. What everything else stands on.

Errors that are one sentence, messages that can be translated, settings, files written whole, locks, staging folders.

In: nothing of this product. Out: ``RoutesError`` and its kinds, ``sentence``, ``whole``, ``alone``.
"""
