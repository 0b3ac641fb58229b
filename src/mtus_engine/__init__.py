"""California's workers' compensation treatment criteria, applied to case facts with a trace of every criterion."""


def __getattr__(name: str) -> str:
    """Return the installed version for __version__; read only when asked for, as it takes longer than a check."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version  # noqa: PLC0415 - slow to import, seldom needed

    return version("mtus-engine")
