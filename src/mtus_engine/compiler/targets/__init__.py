"""What a ruleset is compiled to: Horn rules for the forward-chaining engine."""
