"""The version of the product; that of the method is ``routes.core.corridor.METHOD_VERSION``."""

__version__ = "0.1.0"
