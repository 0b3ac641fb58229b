"""What a ruleset is compiled to: Horn rules for a forward-chaining engine, columns for Ibis, terms for Z3."""
