"""The command line: one module a verb, its arguments here, the work in the packages it calls."""
