"""Pages made from templates, and routes that answer with a page whatever goes wrong."""

import zlib
from collections.abc import Callable, Coroutine, Hashable, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote

from fastapi import Depends, Query, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.responses import HTMLResponse, Response

from mtus_engine import __version__
from mtus_engine.loader.yaml_tree import CONTROL as UNWRITABLE
from mtus_engine.model.memory import Memory
from mtus_engine.model.told import Told
from mtus_engine.serve.desk.catalogue import Catalogue
from mtus_engine.serve.door import CONTROL, GuardedRoute, Visitor, csrf_of, visitor_of
from mtus_engine.serve.problems import REFUSALS, Problem, Refused, problem_of
from mtus_engine.store.cases import Changed
from mtus_engine.store.roles import Action, may
from mtus_engine.wording.statuses import DISCLAIMER

# The number of an item in an address; empty for the first.
ItemWanted = Annotated[str, Query(max_length=20)]

HERE = Path(__file__).parent
SIGN_IN = "/desk/sign-in"
_MOST_FILES, _MOST_FIELDS = 100, 2000
# The most parts of checklists that are kept in memory as they were rendered.
_MOST_DRAWN = 5000


class Pages:
    """The templates of the pages, with the words that they say."""

    def __init__(self, words: Catalogue) -> None:
        """Load the templates; what is filled in is escaped, and a name that is not given is an error."""
        self.words = words
        self._drawn: Memory[Markup] = Memory(_MOST_DRAWN)
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            t=words,
            tn=words.counted,
            told=words.told,
            of_english=words.of_english,
            part=part,
            language=words.language,
            disclaimer=DISCLAIMER,
            version=__version__,
        )

    def text(self, template: str, **values: object) -> str:
        """Return a template filled in."""
        return self._environment.get_template(template).render(**values)

    def drawer(self, case: str, item: str, *, may_answer: bool) -> Callable[..., Markup]:
        """Return a function that renders a part of the checklist by a macro, each part once for the same values."""
        module: Any = None

        def drawn(macro: str, *given: Hashable) -> Markup:
            nonlocal module
            key = (macro, given, case, item, may_answer)
            found = self._drawn.get(key)
            if found is None:
                if module is None:
                    values = {"row": {"id": case}, "item": item, "may_answer": may_answer}
                    module = self._environment.get_template("parts.html").make_module(values)
                found = self._drawn.put(key, getattr(module, macro)(*given))
            return found

        return drawn


HAVE = "X-Have"


def part(key: str, content: str, have: frozenset[str]) -> Markup:
    """Return a part of a page that is redrawn by itself; without its content where have holds its digest.

    have are the digests of the parts that the page has; content comes from a template, and so is escaped.
    """
    digest = f"{key} {zlib.crc32(content.encode()):08x}"
    named = Markup('<div class="part" data-part="{}" data-digest="{}"').format(key, digest)
    if digest in have:
        return named + Markup(" data-same></div>")
    return named + Markup(">") + Markup(content) + Markup("</div>")  # noqa: S704 - what a template made


def digests_of_page(request: Request) -> frozenset[str]:
    """Return the digests of the parts that a page has."""
    return frozenset(one for one in request.headers.get(HAVE, "").split(",") if one)


def pages_of(request: Request) -> Pages:
    """Return the pages of the server."""
    pages: Pages = request.app.state.pages
    return pages


class Shown(NamedTuple):
    """What every page shows of its visitor: who they are, and what they may do."""

    visitor: Visitor
    csrf: str
    may_change: bool
    may_review: bool
    may_sign: bool
    path: str


def visitor_shown(request: Request, visitor: Visitor) -> Shown:
    """Return what pages show to a visitor."""
    roles = visitor.person.roles
    return Shown(
        visitor,
        csrf_of(visitor.token),
        may(roles, Action.CHANGE_CASES),
        may(roles, Action.REVIEW),
        visitor.may_sign_as_physician,
        request.url.path,
    )


def page(
    request: Request, visitor: Visitor | None, template: str, status: int = 200, /, **values: object
) -> HTMLResponse:
    """Return a page, or a part of one, as a response."""
    who = None if visitor is None else visitor_shown(request, visitor)
    return HTMLResponse(pages_of(request).text(template, who=who, **values), status)


def is_part(request: Request) -> bool:
    """Return whether a page asks, by htmx, for a part of itself."""
    return request.headers.get("hx-request") == "true"


def item_address(id_: str, item: str) -> str:
    """Return the address of an item at the desk."""
    return f"/desk/cases/{id_}?item={quote(item, safe='')}"


def redirect_to(request: Request, address: str) -> Response:
    """Return the response that leads a browser to another page; a page that asks to be shown anew stays in place."""
    if is_part(request) and not _asks_for_itself(request, address):
        return Response(status_code=204, headers={"HX-Redirect": address})
    return Response(status_code=303, headers={"Location": address})


def _asks_for_itself(request: Request, address: str) -> bool:
    """Return whether a part of a page named as the address asks: what is typed elsewhere on it stays."""
    return address.partition("#")[0].rpartition("/")[2] == request.headers.get("hx-target")


class PageRoute(GuardedRoute):
    """A route that answers people: with a page that says what is wrong, and the way to sign in."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, which answers a refusal with a page or leads to the page to sign in."""
        handler = super().get_route_handler()

        async def answered(request: Request) -> Response:
            headers: dict[str, str] = {}
            try:
                return await handler(request)
            except HTTPException as error:
                problem = Problem(title=str(error.detail), status=error.status_code, detail="")
            except REFUSALS as error:
                problem, headers = problem_of(error)
                words = pages_of(request).words
                said = words.told(error) if isinstance(error, Told) else words.of_english(problem.detail)
                if isinstance(error, Changed):
                    said = words("app.changed")
                problem = problem.model_copy(update={"title": words.of_english(problem.title), "detail": said})
            if problem.status == 401:
                back = request.url.path if request.method == "GET" else "/desk"
                return redirect_to(request, f"{SIGN_IN}?back={quote(back, safe='/')}")
            visitor = await run_in_threadpool(visitor_of, request)
            return problem_page(request, visitor, problem, headers)

        return answered


def problem_page(
    request: Request, visitor: Visitor | None, problem: Problem, headers: dict[str, str] | None = None
) -> HTMLResponse:
    """Return the page, or the part of one, that says what is wrong."""
    template = "problem_part.html" if is_part(request) else "problem.html"
    response = page(request, visitor, template, problem.status, problem=problem)
    response.headers.update({name: value for name, value in (headers or {}).items() if name.lower() != "allow"})
    if is_part(request):
        # Whatever part of the page was asked for, problems are shown in one place.
        response.headers.update({"HX-Retarget": "#told", "HX-Reswap": "innerHTML", "HX-Reselect": "unset"})
    return response


class _InMemory(MultiPartParser):
    # Documents are medical records: nothing of them goes to a temporary file.
    spool_max_size = 2**40


class Form:
    """The fields of a form: text without control characters, and files by their names as they came."""

    def __init__(self, fields: Sequence[tuple[str, str]], files: Sequence[tuple[str, str, bytes]] = ()) -> None:
        """Keep the fields; raises Refused where one holds a control character."""
        for name, value in fields:
            if CONTROL.search(value) or CONTROL.search(name):
                raise Refused(422, "Control characters", "text has letters, signs, tabs and line ends")
        self._fields, self._files = fields, files

    def _value(self, name: str) -> str:
        return next((value for key, value in reversed(self._fields) if key == name), "")

    def text(self, name: str, most: int = 10_000) -> str:
        """Return what a field holds, empty where it is not there; raises Refused where that is longer than most."""
        found = self._value(name).replace("\r\n", "\n").strip()
        if len(found) > most:
            says = "{n} characters, and at most {most} are taken here"
            raise Refused(422, "Too long", says, n=f"{len(found):,}", most=f"{most:,}")
        return found

    def as_typed(self, name: str, most: int) -> str:
        """Return what a field holds with the spaces around it, which a password may have; cut to the length most."""
        return self._value(name)[:most]

    def line(self, name: str, most: int = 500) -> str:
        """Return what a field holds on one line."""
        return " ".join(self.text(name, most).split())

    def texts(self, name: str) -> list[str]:
        """Return what all fields of a name hold."""
        return [value.strip() for key, value in self._fields if key == name]

    def whole(self, name: str) -> int:
        """Return the whole number that a field holds; raises Refused for anything else."""
        found = self.text(name, 9)
        if not (found.isascii() and found.isdecimal()):
            raise Refused(422, "No number", "{name} is a whole number", name=name)
        return int(found)

    def files(self, name: str) -> list[tuple[str, bytes]]:
        """Return the files of a field, by their names as they came; fields without a file are none."""
        return [(file, content) for key, file, content in self._files if key == name]


async def form_of(request: Request) -> Form:
    """Return the form that was sent; raises Refused for what is none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        data = await FormParser(request.headers, request.stream()).parse()
    elif kind == "multipart/form-data":
        parser = _InMemory(request.headers, request.stream(), max_files=_MOST_FILES, max_fields=_MOST_FIELDS)
        try:
            data = await parser.parse()
        except MultiPartException as error:
            raise Refused(422, "Not a form", error.message) from None
    elif not await request.body():
        data = FormData()
    else:
        raise Refused(415, "Not a form", "pages of the desk send forms; /openapi.json is the interface for programs")
    try:
        items = data.multi_items()
        # Where no file was chosen, a browser sends the field as an empty file without a name.
        files = [
            (name, UNWRITABLE.sub("", value.filename or "") or "document", await value.read())
            for name, value in items
            if isinstance(value, UploadFile) and (value.filename or value.size)
        ]
        return Form([(name, value) for name, value in items if isinstance(value, str)], files)
    finally:
        await data.close()


Posted = Annotated[Form, Depends(form_of)]
