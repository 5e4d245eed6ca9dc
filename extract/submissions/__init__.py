"""Submissions: what parties send, read without believing anything, and what was found in it."""
