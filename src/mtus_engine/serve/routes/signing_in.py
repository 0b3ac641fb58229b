"""Signing in: with a login and password, with the token that a local server prints, or through a provider."""

import hmac
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from mtus_engine.serve.door import StrictRoute, cookie_name, csrf_of, office_of
from mtus_engine.serve.office import Office
from mtus_engine.serve.problems import Problem, Refused
from mtus_engine.serve.routes.people import person_shown
from mtus_engine.serve.sent import SignInSent
from mtus_engine.serve.shapes import SignedIn
from mtus_engine.store.identity import instant
from mtus_engine.store.passwords import is_password
from mtus_engine.store.people import (
    Person,
    begin_session,
    end_old_sessions,
    note_attempt,
    person_of_login,
    person_of_subject,
)

if TYPE_CHECKING:
    from authlib.integrations.starlette_client import OAuth

router = APIRouter(tags=["signing in"], route_class=StrictRoute)

# A session ends with the working day, whatever is done in it.
SESSION = timedelta(hours=12)
# After so many wrong passwords in a row nobody may try for a while.
MOST_FAILURES = 10
LOCKED = timedelta(minutes=15)
_WRONG = "that login and password do not go together. After ten wrong ones in a row, wait 15 minutes"
_REFUSED: dict[int | str, dict[str, Any]] = {
    401: {"model": Problem, "description": "Not signed in"},
    429: {"model": Problem, "description": "Too many attempts"},
}


@router.post("/v1/sign-in", responses=_REFUSED)
def sign_in(request: Request, response: Response, sent: SignInSent) -> SignedIn:
    """Sign in with a login and password."""
    office = office_of(request)
    if not request.app.state.sign_ins.take(request.client.host if request.client else ""):
        raise Refused(429, "Too many attempts", "wait a minute before you try again")
    found = person_with_password(office, sent)
    if found is None:
        raise Refused(401, "Not signed in", _WRONG)
    return begin_with_cookie(office, response, found)


def person_with_password(office: Office, sent: SignInSent) -> Person | None:
    """Return the person with the login, if the password is right and they are not locked out, else None."""
    with office.reading() as connection:
        found = person_of_login(connection, sent.login)
    # The hash is worked out in any case, outside of any transaction: it takes long on purpose.
    is_right = is_password(sent.password, None if found is None else found.password)
    now = office.record.now()
    if found is None or not found.is_active or (found.locked_until is not None and found.locked_until > instant(now)):
        return None
    with office.record.changing() as connection:
        may_enter = note_attempt(
            connection, found.id, instant(now), instant(now + LOCKED), is_right=is_right, most=MOST_FAILURES
        )
    return found if is_right and may_enter else None


def begin_with_cookie(office: Office, response: Response, found: Person) -> SignedIn:
    """Begin a session with a new token, never one that the browser had before, and set its cookie."""
    with office.record.changing() as connection:
        now = office.record.now()
        end_old_sessions(connection, instant(now))
        token = begin_session(connection, found.id, instant(now), instant(now + SESSION))
    set_cookie(office, response, token)
    return SignedIn(person=person_shown(found), signed_in=True, csrf=csrf_of(token), token=token)


def set_cookie(office: Office, response: Response, token: str, name: str = "") -> None:
    """Let a browser have a token as a cookie that no script reads and no other site sends.

    name is that of the cookie of who is signed in, where it is left out.
    """
    seconds = int(SESSION.total_seconds())
    response.set_cookie(
        name or cookie_name(office),
        token,
        max_age=seconds,
        path="/",
        secure=office.settings.is_secure,
        httponly=True,
        samesite="lax",
    )


@router.get("/", include_in_schema=False)
def enter(request: Request, token: Annotated[str | None, Query(max_length=200)] = None) -> Response:
    """Let in who has the address that a local server printed; the token does not stay in the address."""
    office = office_of(request)
    local: str | None = request.app.state.local_token
    if token is None:
        return RedirectResponse("/desk", 303)
    if local is None or not hmac.compare_digest(token.encode(), local.encode()):
        raise Refused(401, "Not signed in", "open the address that the server printed when it started")
    response = RedirectResponse("/desk", 303)
    set_cookie(office, response, local)
    return response


def oauth_of(office: Office) -> "OAuth | None":
    """Return the client of the provider of identities, None where none is set up."""
    oidc = office.settings.oidc
    if oidc is None:
        return None
    from authlib.integrations.starlette_client import OAuth  # noqa: PLC0415 - slow to load, and most need it not

    oauth = OAuth()
    oauth.register(
        "provider",
        client_id=oidc.client,
        client_secret=oidc.secret,
        server_metadata_url=f"{oidc.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid", "code_challenge_method": "S256"},
    )
    return oauth


@router.get("/oidc/start", include_in_schema=False)
async def oidc_start(request: Request) -> Response:
    """Send a browser to the provider of identities."""
    provider = _provider(request)
    back = f"{_site(request)}/oidc/return"
    answer: Response = await provider.authorize_redirect(request, back, nonce=secrets.token_urlsafe(16))
    return answer


@router.get("/oidc/return", include_in_schema=False)
async def oidc_return(request: Request) -> Response:
    """Take back who was vouched for; only who was let in before by issuer and subject is signed in."""
    from authlib.integrations.starlette_client import OAuthError  # noqa: PLC0415 - loaded with the provider

    office = office_of(request)
    provider = _provider(request)
    try:
        token = await provider.authorize_access_token(request)
    except OAuthError:
        raise Refused(401, "Not signed in", "the provider did not vouch for you: start again") from None
    claims = token.get("userinfo") or {}
    request.session.clear()
    return await run_in_threadpool(_sign_in_vouched, office, str(claims.get("iss", "")), str(claims.get("sub", "")))


def _sign_in_vouched(office: Office, issuer: str, subject: str) -> Response:
    """Begin the session of who was let in by issuer and subject; raises Refused for others."""
    with office.reading() as connection:
        found = person_of_subject(connection, issuer, subject)
    if found is None or not found.is_active:
        raise Refused(403, "Not let in", "ask an administrator to let you in by issuer and subject")
    response = RedirectResponse("/desk", 303)
    begin_with_cookie(office, response, found)
    return response


def _provider(request: Request) -> Any:
    oauth = request.app.state.oauth
    if oauth is None:
        raise Refused(404, "Not there", "no provider of identities is set up: --oidc-issuer")
    return oauth.provider


def _site(request: Request) -> str:
    site = office_of(request).settings.site
    scheme = "https" if office_of(request).settings.is_secure else "http"
    return f"{scheme}://{site}" if site is not None else str(request.base_url).rstrip("/")
