"""What the server logs: routes, statuses and times, and no word of any case, person or query."""

import logging
import sys

import structlog


def configure_logs() -> None:
    """Write a line of JSON for each event to standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Libraries print addresses, headers and values where they fail: only the kind of the exception is logged.
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio", "sqlalchemy", "httpx2", "authlib"):
        library = logging.getLogger(name)
        library.handlers = [_KindAlone(logging.WARNING)]
        library.propagate = False


class _KindAlone(logging.Handler):
    """Logs which library reported something, and the kind of its exception, without its words."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log one record."""
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "none"
        server_log().warning("library", library=record.name, kind=kind)


def server_log() -> structlog.stdlib.BoundLogger:
    """Return the log of the server."""
    log: structlog.stdlib.BoundLogger = structlog.get_logger("mtus")
    return log
