"""The text of a decision: its sections and sentences with stable numbers, to which places in case files refer."""
