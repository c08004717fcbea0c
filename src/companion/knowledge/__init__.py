"""The knowledge folder: read, lint, index, search. It does not know what a turn does with what it finds."""
