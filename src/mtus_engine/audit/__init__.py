"""Outcomes and grounds of the engine compared with those of human reviewers."""
