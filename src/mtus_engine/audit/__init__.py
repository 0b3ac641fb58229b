"""The engine beside the human reviewer: outcome and grounds."""
