"""What rules mean, written once: folds of conditions, formulas, limits and findings over an algebra."""
