"""The logic target: a ruleset as terms of Z3."""
