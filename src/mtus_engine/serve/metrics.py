"""Counts and times of the server for Prometheus: by route and status, never by case or person."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

# Upper bounds of the classes in which times are counted, in seconds.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The counters of one server."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("mtus_requests_total", "Requests answered.", labels, registry=self.registry)
        self._seconds = Histogram(
            "mtus_request_seconds", "Time to answer.", ("method", "route"), buckets=_BUCKETS, registry=self.registry
        )
        self.determined = Counter("mtus_items_determined_total", "Items determined.", registry=self.registry)
        self.recorded = Counter("mtus_log_records_total", "Records added to the log.", registry=self.registry)
        self.heads_missed = Counter("mtus_heads_missed_total", "Heads that could not be kept.", registry=self.registry)
        self.jobs = Gauge("mtus_jobs_running", "Long work going on.", registry=self.registry)

    def count_answer(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered, with the seconds that it took."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def text(self) -> bytes:
        """Return all counts in the format of Prometheus."""
        return generate_latest(self.registry)
