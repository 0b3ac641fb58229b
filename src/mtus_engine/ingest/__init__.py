"""Decisions and papers read into draft cases, each fact with the sentence it was read from."""
