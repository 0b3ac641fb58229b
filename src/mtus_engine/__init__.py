"""California's workers' compensation treatment criteria, applied to case facts with a trace of every criterion."""

__version__ = "0.1.0"
