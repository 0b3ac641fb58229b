"""Who is asking, and whether they may: by the cookie of a session or a token, and the table of roles and actions."""

import hashlib
import hmac
import re
from collections.abc import Callable, Coroutine, Iterable
from typing import Annotated, Any, NamedTuple

import orjson
from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from mtus_engine.model.told import Word
from mtus_engine.serve.office import LOCAL, Office
from mtus_engine.serve.problems import Refused
from mtus_engine.store.identity import instant
from mtus_engine.store.people import Person, person, person_of_session
from mtus_engine.store.roles import Action, may

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF = "X-CSRF-Token"


class Visitor(NamedTuple):
    """Who is asking: signed in, or the one person of a server that only this machine reaches."""

    person: Person
    token: str
    is_signed_in: bool
    by_cookie: bool

    @property
    def may_sign_as_physician(self) -> bool:
        """Whether this person may sign as a physician now: that always needs a sign-in."""
        return self.is_signed_in and may(self.person.roles, Action.SIGN_AS_PHYSICIAN)


def office_of(request: Request) -> Office:
    """Return what the server works with."""
    office: Office = request.app.state.office
    return office


def cookie_name(office: Office) -> str:
    """Return the name of the cookie: with the prefix that keeps it to this host, where the connection is encrypted."""
    return "__Host-mtus" if office.settings.is_secure else "mtus"


def visitor_of(request: Request) -> Visitor | None:
    """Return who is asking, None where nobody is known by what was sent."""
    office = office_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    by_cookie = False
    if scheme.lower() != "bearer" or not token:
        token, by_cookie = request.cookies.get(cookie_name(office), ""), True
    if not token:
        return None
    local: str | None = request.app.state.local_token
    with office.reading() as connection:
        if local is not None and hmac.compare_digest(token.encode(), local.encode()):
            found, is_signed_in = person(connection, LOCAL), False
        else:
            found, is_signed_in = person_of_session(connection, token, instant(office.record.now())), True
    return None if found is None or not found.is_active else Visitor(found, token, is_signed_in, by_cookie)


def csrf_of(token: str) -> str:
    """Return the token that a page of ours sends with every change: no other page can work it out."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def admitted_visitor(request: Request, action: Action) -> Visitor:
    """Return who is asking, if they may do this; raises Refused, before anything of the body is read."""
    visitor = visitor_of(request)
    if visitor is None:
        raise Refused(401, "Not signed in", "sign in first", {"WWW-Authenticate": "Bearer"})
    if request.method not in SAFE and visitor.by_cookie:
        sent = request.headers.get(CSRF, "")
        if not hmac.compare_digest(sent.encode(), csrf_of(visitor.token).encode()):
            raise Refused(403, "Not from a page of ours", "a change made with a cookie carries {name}", name=CSRF)
    if not may(visitor.person.roles, action):
        raise Refused(403, "Not allowed", "this is for others: {action}", action=Word(action.value))
    return visitor


def guard_for(action: Action) -> Callable[[Request], Visitor]:
    """Return the dependency that marks a route as one for this action, and gives it the visitor that was admitted."""

    def guard(request: Request) -> Visitor:
        visitor: Visitor = request.state.visitor
        return visitor

    guard.action = action  # type: ignore[attr-defined] # functions may have attributes: GuardedRoute.action reads it
    return guard


# How deep JSON may nest: a case nests seven deep.
_DEEPEST = 40
# How many values JSON may hold: a case of two hundred items has some ten thousand.
_MOST_VALUES = 200_000
# What no text may hold, in a case file or in a field; line ends are kept.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class StrictRequest(Request):
    """A request whose JSON can be kept: no half surrogate pairs, no NaN, no control characters, not nested too deep."""

    async def json(self) -> Any:
        """Return the body; raises json.JSONDecodeError for what is no JSON."""
        return await run_in_threadpool(_strict_json, await self.body())


def _strict_json(content: bytes) -> Any:
    value = orjson.loads(content)
    if (problem := _reason_unfit(value)) is not None:
        raise orjson.JSONDecodeError(problem, "", 0)
    return value


def _reason_unfit(value: Any) -> str | None:
    """Return why a value of JSON cannot be kept (too many values, too deep, a control character), else None."""
    level, count = [value], 0
    for _ in range(_DEEPEST):
        count += len(level)
        if count > _MOST_VALUES:
            return f"more than {_MOST_VALUES:,} values"
        if any(isinstance(one, str) and CONTROL.search(one) for one in level):
            return "a control character: text has letters, signs, tabs and line ends"
        level = [inner for one in level if isinstance(one, dict | list) for inner in _inner_values(one)]
        if not level:
            return None
    return f"nested more than {_DEEPEST} deep"


def _inner_values(value: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return (*value, *value.values()) if isinstance(value, dict) else value


class StrictRoute(APIRoute):
    """A route that is open to anybody, and takes only JSON that can be kept."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, which takes only JSON that StrictRequest takes."""
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handler(StrictRequest(request.scope, request.receive))

        return strict


class GuardedRoute(StrictRoute):
    """A route that names the action it is for, and answers only those who may do it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, which first admits the visitor or raises Refused."""
        handler = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            request.state.visitor = await run_in_threadpool(admitted_visitor, request, self.action)
            return await handler(request)

        return guarded

    @property
    def action(self) -> Action:
        """The action that the route is for."""
        found = [getattr(one.call, "action", None) for one in self.dependant.dependencies]
        actions = [one for one in found if isinstance(one, Action)]
        if len(actions) != 1:
            raise TypeError(f"{self.path} is for no action, or for several")
        return actions[0]

    def __init__(self, *given: Any, **named: Any) -> None:
        """Make the route; raises TypeError where it has no guard."""
        super().__init__(*given, **named)
        assert self.action is not None


Served = Annotated[Office, Depends(office_of)]
