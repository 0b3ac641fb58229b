"""Puts the server together: routes, who may ask, limits, and long work beside the answers."""

import secrets
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.sessions import SessionMiddleware

from mtus_engine import __version__
from mtus_engine.serve.desk import (
    added,
    back,
    case,
    changes,
    entrance,
    events,
    incoming,
    items,
    letters,
    notes,
    outcomes,
    paper,
    taken_off,
    worklist,
)
from mtus_engine.serve.desk.state import DeskState
from mtus_engine.serve.door import GuardedRoute, cookie_name
from mtus_engine.serve.limits import Around, Buckets
from mtus_engine.serve.office import Office
from mtus_engine.serve.openapi import DESCRIPTION, describe
from mtus_engine.serve.problems import add_problems
from mtus_engine.serve.routes import cases, checks, documents, health, jobs, log, people, releases, reviews, signing_in
from mtus_engine.serve.working import Workers

# The only paths that are open to somebody who is not signed in.
OPEN = frozenset(
    {
        *("/health", "/ready", "/metrics", "/", "/v1/sign-in", "/oidc/start", "/oidc/return"),
        *("/desk/sign-in", "/desk/static/{file}"),
    }
)
ROUTERS: tuple[APIRouter, ...] = tuple(
    part.router
    for part in (
        *(health, signing_in, people, checks, cases, documents, reviews, log, jobs, releases),
        *(worklist, incoming, added, taken_off, items, case, paper, changes, back, notes),
        *(letters, outcomes, events, entrance),
    )
)
_LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})


def app_of(office: Office, local_token: str | None = None) -> FastAPI:
    """Return the app of an office; local_token lets in the one person of a server that only this machine reaches."""
    settings = office.settings

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        app.state.workers = Workers(office.record, office.metrics, settings.workers)
        yield
        app.state.workers.close()
        app.state.desk.shelf.close()

    app = FastAPI(
        title="mtus-engine",
        version=__version__,
        description=DESCRIPTION,
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    app.state.office = office
    app.state.desk = DeskState(office, settings.words)
    app.state.pages = app.state.desk.pages
    app.state.local_token = local_token if settings.is_local else None
    app.state.sign_ins = Buckets(settings.limits.sign_ins, settings.limits.sign_ins / 60)
    app.state.oauth = signing_in.oauth_of(office)
    for router in ROUTERS:
        app.include_router(router)
    refuse_unguarded(routes())
    add_problems(app, methods_at)
    describe(app, office.checker.ruleset, guarded_routes())
    if settings.oidc is not None:
        app.add_middleware(
            SessionMiddleware,
            secret_key=secrets.token_urlsafe(32),
            session_cookie=f"{cookie_name(office)}-start",
            max_age=600,
            same_site="lax",
            https_only=settings.is_secure,
        )
    hosts = _LOCAL_HOSTS if settings.site is None else frozenset({settings.site.partition(":")[0].lower()})
    app.add_middleware(
        Around,
        hosts=hosts,
        limits=settings.limits,
        metrics=office.metrics,
        is_secure=settings.is_secure,
        proxy=settings.proxy,
    )
    return app


def routes() -> list[APIRoute]:
    """Return every route of the server."""
    return [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]


def guarded_routes() -> list[GuardedRoute]:
    """Return the routes that are guarded by an action that somebody must be allowed."""
    return [route for route in routes() if isinstance(route, GuardedRoute)]


def methods_at(path: str) -> list[str]:
    """Return the methods of all routes at a path, in the order of the alphabet."""
    matching = [route for route in routes() if route.path_regex.match(path)]
    return sorted({method for route in matching for method in route.methods or ()})


def refuse_unguarded(served: Iterable[APIRoute]) -> None:
    """Raise TypeError for a route that is neither guarded nor in OPEN: a forgotten guard must not let anybody in."""
    for route in served:
        if not isinstance(route, GuardedRoute) and route.path not in OPEN:
            raise TypeError(f"{route.path} has no guard")
