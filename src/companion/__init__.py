"""companion: a local-first support assistant that passes on peers' stories and brings in people."""

__version__ = "0.1.0"
