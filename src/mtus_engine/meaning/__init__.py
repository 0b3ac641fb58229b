"""What rules mean, written once: conditions, formulas, limits and findings, over an algebra that targets implement."""
