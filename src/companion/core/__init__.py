"""Values and promises. Nothing here reads a file, a clock or the network, and nothing here knows who uses it."""
