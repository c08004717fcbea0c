"""People: who is on, and how they are called."""
