"""Examinations: cases that anyone can read, judged against what the companion really does."""
