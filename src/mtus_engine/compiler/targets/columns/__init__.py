"""The columns target: a ruleset as expressions of Ibis."""
