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
    # Libraries print addresses, headers and values where they fail: none of that goes into a log.
    for name in ("uvicorn.access", "sqlalchemy.engine", "httpx", "authlib"):
        logging.getLogger(name).disabled = True


def server_log() -> structlog.stdlib.BoundLogger:
    """Return the log of the server."""
    log: structlog.stdlib.BoundLogger = structlog.get_logger("mtus")
    return log
