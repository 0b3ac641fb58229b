"""Turns what goes wrong into problem details (RFC 9457), with our diagnostics: code, place and cure."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from mtus_engine.engine.failure import EngineFailure
from mtus_engine.loader.plain_json import pointer
from mtus_engine.model.diagnostic import Diagnostic, Rejected
from mtus_engine.model.told import Told
from mtus_engine.review.letters import NoPdf
from mtus_engine.review.templates import LetterRefused
from mtus_engine.serve.logs import server_log
from mtus_engine.store.answers import KeyUsed
from mtus_engine.store.canonical import NotCanonical
from mtus_engine.store.cases import Changed, Locked, NameTaken, NoCase
from mtus_engine.store.decisions import StepRefused
from mtus_engine.store.passwords import PasswordRefused
from mtus_engine.store.people import LoginTaken
from mtus_engine.store.releases import NoRelease, ReleaseTaken
from mtus_engine.store.undo import NotUndone

MEDIA_TYPE = "application/problem+json"


class Mistake(BaseModel):
    """One mistake in what was sent: pointer is the JSON pointer to its place, cure what to do."""

    code: str
    pointer: str
    message: str
    cure: str | None = None


class Problem(BaseModel):
    """Why a request was refused."""

    title: str
    status: int
    detail: str
    mistakes: list[Mistake] = Field(default_factory=list)
    version: int | None = None


class Refused(Told):
    """A request that is refused: with this status, for this reason, and with these headers."""

    def __init__(
        self,
        status: int,
        title: str,
        says: str,
        headers: dict[str, str] | None = None,
        /,
        **values: str | Sequence[Told],
    ) -> None:
        """Keep what is answered."""
        super().__init__(says, **values)
        self.problem = Problem(title=title, status=status, detail=str(self))
        self.headers = headers or {}


def problem_response(problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """Return a problem as the response that tells it."""
    content = orjson.dumps(problem.model_dump(exclude_none=True))
    return Response(content, problem.status, {"Cache-Control": "no-store", **(headers or {})}, MEDIA_TYPE)


def mistakes_of(diagnostics: Sequence[Diagnostic]) -> list[Mistake]:
    """Return diagnostics as the mistakes that an answer lists."""
    return [Mistake(code=one.code, pointer=one.file, message=one.message, cure=one.help) for one in diagnostics]


# The exceptions of the record: the status, and the title of the problem.
_SAID: dict[type[Exception], tuple[int, str]] = {
    NoCase: (404, "Not there"),
    NoRelease: (404, "Not there"),
    NameTaken: (409, "Taken"),
    LoginTaken: (409, "Taken"),
    ReleaseTaken: (409, "Taken"),
    Locked: (409, "Signed"),
    StepRefused: (409, "Not this step"),
    KeyUsed: (422, "Key used before"),
    NotCanonical: (422, "A value that cannot be kept"),
    PasswordRefused: (422, "Not this password"),
    NotUndone: (409, "Not taken back"),
    LetterRefused: (422, "No letter"),
    NoPdf: (501, "No PDF"),
}


# The exceptions that are answered with a problem, wherever they are raised.
REFUSALS: tuple[type[Exception], ...] = (
    Refused,
    Rejected,
    Changed,
    RequestValidationError,
    EngineFailure,
    SQLAlchemyError,
    *_SAID,
)


def problem_of(error: Exception) -> tuple[Problem, dict[str, str]]:
    """Return why something was refused, and the headers of the answer that says so; error is one of REFUSALS."""
    if isinstance(error, Refused):
        return error.problem, error.headers
    if isinstance(error, Rejected):
        count = len(error.diagnostics)
        detail = f"{count} {'mistake' if count == 1 else 'mistakes'} in what was sent"
        return Problem(title="Mistakes", status=422, detail=detail, mistakes=mistakes_of(error.diagnostics)), {}
    if isinstance(error, Changed):
        problem = Problem(title="Changed by another", status=412, detail=str(error), version=error.version)
        return problem, {"ETag": etag(error.version)}
    if isinstance(error, RequestValidationError):
        if any(one["loc"][:1] == ("path",) for one in error.errors()):
            return Problem(title="Not there", status=404, detail="there is no such page"), {}
        listed = [_mistake(one) for one in error.errors()]
        detail = "what was sent does not have the form that is documented"
        return Problem(title="Mistakes", status=422, detail=detail, mistakes=listed), {}
    if isinstance(error, EngineFailure):
        return Problem(title="The rules engine failed", status=500, detail=str(error)), {}
    if isinstance(error, SQLAlchemyError):
        server_log().warning("database", kind=type(error).__name__)
        problem, headers = _database_problem(error)
        return problem, headers or {}
    status, title = _SAID[type(error)]
    return Problem(title=title, status=status, detail=str(error)), {}


def add_problems(app: FastAPI, methods_at: Callable[[str], Sequence[str]]) -> None:
    """Let the app answer with problem details whatever goes wrong; methods_at returns what may be done at a path."""

    async def _refusal_response(_: Request, error: Exception) -> Response:
        return problem_response(*problem_of(error))

    for kind in REFUSALS:
        app.add_exception_handler(kind, _refusal_response)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        title = HTTPStatus(error.status_code).phrase
        problem = Problem(title=title, status=error.status_code, detail=str(error.detail))
        headers = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            # The framework names only the methods of the first route at this path.
            headers = {"Allow": ", ".join(methods_at(request.url.path))}
        return problem_response(problem, headers)


# The error code of PostgreSQL for what a role may not do.
_NOT_ALLOWED = "42501"


def _database_problem(error: SQLAlchemyError) -> tuple[Problem, dict[str, str] | None]:
    if isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == _NOT_ALLOWED:
        detail = "the role of PostgreSQL that the server has may not do this: see docs/operate.md"
        return Problem(title="Not this role", status=409, detail=detail), None
    if isinstance(error, DataError):
        detail = "the database cannot hold a value of this request: look for one that is too large"
        return Problem(title="A value that cannot be kept", status=422, detail=detail), None
    if isinstance(error, IntegrityError):
        detail = "something that this refers to is no longer there, or was made by another meanwhile: look again"
        return Problem(title="Changed meanwhile", status=409, detail=detail), None
    detail = (
        "the database did not answer as it should. What was asked was most likely not kept: look, or send it again with"
        " the same Idempotency-Key"
    )
    return Problem(title="Database", status=503, detail=detail), {"Retry-After": "2"}


def _mistake(one: Any) -> Mistake:
    """Return what is wrong with one part of a request, by the codes that files have for it."""
    loc = tuple(one["loc"])
    in_body = bool(loc) and loc[0] == "body"
    path = loc[1:] if in_body else ()
    named = "" if in_body else f"{' '.join(map(str, loc))}: "
    last = str(loc[-1]) if loc else "the body"
    match one["type"]:
        case "json_invalid":
            reason = one.get("ctx", {}).get("error")
            return Mistake(code="MT100", pointer="", message=f"no JSON: {reason}", cure="send one value of JSON")
        case "extra_forbidden":
            cure = "/openapi.json lists the keys of this body; a case stands below the key case"
            return Mistake(code="MT201", pointer=pointer(path), message=f"unknown key {last}", cure=cure)
        case "missing":
            told = f"{named}the key {last} is missing"
            return Mistake(code="MT202", pointer=pointer(path[:-1]), message=told, cure=f"add {last}")
        case "model_attributes_type" | "dict_type" | "model_type":
            cure = "send it as JSON, with Content-Type: application/json"
            return Mistake(code="MT203", pointer=pointer(path), message="an object is expected", cure=cure)
        case _:
            words = str(one["msg"])
            told = f"{named}{words[:1].lower()}{words[1:]}"
            return Mistake(code="MT203", pointer=pointer(path), message=told, cure="/openapi.json says what is taken")


def etag(version: int) -> str:
    """Return the entity tag of a version of a case."""
    return f'"{version}"'
