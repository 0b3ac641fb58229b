"""Compiles authored rules into a ruleset: resolves names, checks types, dates editions and emits targets."""
