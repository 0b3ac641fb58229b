"""The columns target: a ruleset as Ibis expressions, evaluated for all rows of a table."""
