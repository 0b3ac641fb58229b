"""Signing in to the desk and out of it, and the style sheets, scripts and pictures of its pages."""

import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from mtus_engine.serve.desk.pages import HERE, PageRoute, Posted, form_of, page, pages_of, redirect_to
from mtus_engine.serve.door import Served, StrictRoute, Visitor, cookie_name, guard_for, office_of
from mtus_engine.serve.office import Office
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.routes.signing_in import begin_with_cookie, person_with_password, set_cookie
from mtus_engine.serve.sent import SignInSent
from mtus_engine.store.people import end_session
from mtus_engine.store.roles import Action

router = APIRouter(prefix="/desk", include_in_schema=False)
open_router = APIRouter(prefix="/desk", route_class=StrictRoute, include_in_schema=False)
guarded_router = APIRouter(prefix="/desk", route_class=PageRoute, include_in_schema=False)
MaySeeSelf = Annotated[Visitor, Depends(guard_for(Action.SEE_SELF))]
_KINDS = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain",
}
# Only files that lie in the folder itself are served.
_STATIC = {path.name: path for path in (HERE / "static").iterdir() if path.suffix[1:] in _KINDS}


@open_router.get("/static/{file}")
def static(file: Annotated[str, InPath(max_length=100)]) -> Response:
    """Return a style sheet, script or picture of the pages."""
    path = _STATIC.get(file)
    if path is None:
        return Response(status_code=404)
    headers = {"Cache-Control": "public, max-age=300"}
    return Response(path.read_bytes(), 200, headers, _KINDS[path.suffix[1:]])


@open_router.get("/sign-in")
def sign_in_page(request: Request, back: str = "/desk") -> Response:
    """Show the page to sign in."""
    return _sign_in(request, back, "")


def _sign_in(request: Request, back: str, problem: str, status: int = 200, login: str = "") -> Response:
    is_local = request.app.state.local_token is not None
    has_oidc = office_of(request).settings.oidc is not None
    values = {
        "back": _own_address(back),
        "problem": problem,
        "is_local": is_local,
        "has_oidc": has_oidc,
        "login": login,
    }
    return page(request, None, "sign_in.html", status, **values)


@open_router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Sign in, and go where somebody wanted to go."""
    # A form on another site could sign somebody in as another person.
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return Response(status_code=403)
    form = await form_of(request)
    back = _own_address(form.line("back"))
    words = pages_of(request).words
    if not request.app.state.sign_ins.take(request.client.host if request.client else ""):
        return _sign_in(request, back, words("sign_in.too_many"), 429)
    login, password = form.line("login", 200), form.as_typed("password", 1000)
    office = office_of(request)
    sent = SignInSent(login=login, password=password) if login else None
    found = None if sent is None else await run_in_threadpool(person_with_password, office, sent)
    if found is None:
        return _sign_in(request, back, words("sign_in.wrong"), 401, login)
    response = Response(status_code=303, headers={"Location": back})
    was, local = request.cookies.get(cookie_name(office), ""), request.app.state.local_token
    await run_in_threadpool(begin_with_cookie, office, response, found)
    if _is_token(was, local):
        # Who signs out again leaves this computer to whoever started the server.
        set_cookie(office, response, was, name=_cookie_before(office))
    return response


def _cookie_before(office: Office) -> str:
    """Return the name of the cookie that keeps who used the browser before somebody else signed in."""
    return f"{cookie_name(office)}-before"


def _is_token(sent: str, local: str | None) -> bool:
    return local is not None and hmac.compare_digest(sent.encode(), local.encode())


def _own_address(back: str) -> str:
    """Return an address if it is one of the desk, else /desk: nobody is led to another site."""
    return back if back.startswith("/desk") and "//" not in back and "\\" not in back else "/desk"


@guarded_router.post("/sign-out")
def sign_out(request: Request, office: Served, visitor: MaySeeSelf, form: Posted) -> Response:
    """End the session."""
    with office.record.changing() as connection:
        end_session(connection, visitor.token)
    before = request.cookies.get(_cookie_before(office), "")
    is_local = _is_token(before, request.app.state.local_token)
    response = redirect_to(request, "/desk" if is_local else "/desk/sign-in")
    for name in (cookie_name(office), _cookie_before(office)):
        response.delete_cookie(name, path="/", secure=office.settings.is_secure, httponly=True)
    if is_local:
        set_cookie(office, response, before)
    return response


@guarded_router.get("/{path:path}")
def nowhere(request: Request, visitor: MaySeeSelf, path: str) -> Response:
    """Say that there is no such page."""
    raise Refused(404, pages_of(request).words("problem.no_page"), "")


router.routes += [*open_router.routes, *guarded_router.routes]
