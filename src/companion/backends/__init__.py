"""Every heavy import and everything that touches the world. Nothing here decides what is said."""
