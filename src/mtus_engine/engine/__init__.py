"""Ruleset and case to determination: the forward-chaining engine and the strata around it."""
