"""Authored rules to a ruleset: names resolved, types checked, editions dated, targets emitted."""
