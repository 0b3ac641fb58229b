"""From a ruleset and a case to a determination: the forward-chaining rules engine and what is worked out around it."""
