"""The outermost layer: checks the host, size, speed and number of requests, and adds headers to every answer."""

import asyncio
import threading
import time
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mtus_engine.serve.logs import server_log
from mtus_engine.serve.metrics import Metrics
from mtus_engine.serve.problems import Problem, problem_response
from mtus_engine.serve.settings import Limits, address_of_text

# Nothing is loaded from other sites, no inline script or style runs, and no other page may frame ours.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self';"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_YEAR = "max-age=31536000"
# Routes that take documents.
_WITH_DOCUMENTS = ("/documents", "/papers", "/releases", "/v1/rules/")
_SIGN_IN, _FOR_SIGN_IN = "/v1/sign-in", 20_000
# The most callers whose number of requests is remembered.
_MOST_CALLERS = 10_000


class Buckets:
    """How many requests each caller may still make: burst at once, and rate a second after that."""

    def __init__(self, burst: int, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with full buckets."""
        self._burst, self._rate, self._clock = burst, rate, clock
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, caller: str) -> bool:
        """Return whether a caller may ask once more now, and count it if so."""
        with self._lock:
            now = self._clock()
            left, then = self._left.pop(caller, (float(self._burst), now))
            left = min(float(self._burst), left + (now - then) * self._rate)
            while len(self._left) >= _MOST_CALLERS:
                self._left.pop(next(iter(self._left)))
            self._left[caller] = (left - 1 if left >= 1 else left, now)
            return left >= 1


class Around:
    """The outermost layer of the app."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: frozenset[str],
        limits: Limits,
        metrics: Metrics,
        is_secure: bool,
        proxy: str | None,
    ) -> None:
        """Keep the limits of requests; hosts are the names by which the server may be addressed.

        proxy is the address of a proxy, if any: then only requests from it are answered, and it tells who is asking.
        """
        self._proxy = proxy
        self._app = app
        self._hosts = hosts
        self._limits = limits
        self._metrics = metrics
        self._headers = {**HEADERS, **({"Strict-Transport-Security": _YEAR} if is_secure else {})}
        self._buckets = Buckets(limits.burst, limits.rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it before anything else looks at it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        status, is_begun = 500, False

        async def sending(message: Message) -> None:
            nonlocal status, is_begun
            is_begun = True
            if message["type"] == "http.response.start":
                status = message["status"]
                named = {name.lower() for name, _ in message.setdefault("headers", [])}
                message["headers"] = [
                    *message["headers"],
                    *(
                        (n.lower().encode(), v.encode())
                        for n, v in self._headers.items()
                        if n.lower().encode() not in named
                    ),
                ]
            await send(message)

        try:
            await self._answer(scope, receive, sending)
        except Exception as error:  # noqa: BLE001 - of whatever kind: its message may quote a case, and is not logged
            route = getattr(scope.get("route"), "path", "none")
            server_log().error("failed", kind=type(error).__name__, route=route)
            if not is_begun:
                detail = "this should not have happened; look whether it was done before you send it again"
                problem = Problem(title="The server failed", status=500, detail=detail)
                await problem_response(problem)(scope, receive, sending)
        finally:
            # The route is logged and not the address, which names cases.
            route = getattr(scope.get("route"), "path", "none")
            seconds = time.perf_counter() - begun
            self._metrics.count_answer(scope["method"], route, status, seconds)
            server_log().info(
                "answered", method=scope["method"], route=route, status=status, milliseconds=round(seconds * 1000, 1)
            )

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        problem = self._from_proxy(scope, headers) or self._refusal(scope, headers)
        if problem is not None:
            await problem_response(problem)(scope, receive, send)
            return
        most = self._most(scope["path"])
        await self._app(scope, _Body(receive, most, self._limits.seconds).receive, send)

    def _from_proxy(self, scope: Scope, headers: dict[bytes, bytes]) -> Problem | None:
        """Take from the proxy who is asking; return why a request that did not come through it is refused."""
        if self._proxy is None:
            return None
        client = scope.get("client")
        if client is None or address_of_text(client[0]) != address_of_text(self._proxy):
            return Problem(title="Not through the proxy", status=403, detail="requests come through the proxy alone")
        told = headers.get(b"x-forwarded-for", b"").decode("latin-1").rpartition(",")[2].strip()
        scope["client"] = (told or self._proxy, 0)
        scope["scheme"] = "https"
        return None

    def _most(self, path: str) -> int:
        """Return how many bytes are taken at a path: for signing in, no more than a password needs."""
        if path == _SIGN_IN:
            return _FOR_SIGN_IN
        return self._limits.documents if _takes_documents(path) else self._limits.body

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> Problem | None:
        host = headers.get(b"host", b"").decode("latin-1").lower()
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() and not host.endswith("]") else host
        if name not in self._hosts:
            detail = "this server does not go by that name: use the address that it printed, or --site"
            return Problem(title="Unknown host", status=421, detail=detail)
        if b"%00" in scope["query_string"] or "\0" in scope["path"]:
            return Problem(title="No address", status=400, detail="an address holds no zero character")
        length = headers.get(b"content-length", b"0")
        most = self._most(scope["path"])
        if not length.isdigit() or int(length) > most:
            return _too_large_problem(most)
        client = scope.get("client")
        if not self._buckets.take(client[0] if client else ""):
            return Problem(title="Too many requests", status=429, detail="wait a moment, then go on")
        return None


def _takes_documents(path: str) -> bool:
    return any(part in path for part in _WITH_DOCUMENTS)


def _too_large_problem(most: int) -> Problem:
    return Problem(title="Too large", status=413, detail=f"at most {most:,} bytes are taken here")


class _Body:
    """The body of a request as it comes; one that is too large or too slow is refused."""

    def __init__(self, receive: Receive, most: int, seconds: float) -> None:
        self._receive = receive
        self._left = most
        self._most = most
        self._until = time.monotonic() + seconds
        self._is_whole = False

    async def receive(self) -> Message:
        if self._is_whole:
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), max(0.0, self._until - time.monotonic()))
        except TimeoutError:
            raise HTTPException(408, "the whole request did not come in time") from None
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            self._is_whole = not message.get("more_body", False)
            if self._left < 0:
                raise HTTPException(413, _too_large_problem(self._most).detail)
        return message
