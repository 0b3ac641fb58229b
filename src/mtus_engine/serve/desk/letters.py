"""Letters about a request: shown, saved, and kept with its papers."""

from bisect import bisect_left
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath
from sqlalchemy import Connection
from starlette.responses import Response

from mtus_engine.model.review import Event
from mtus_engine.review.letters import Filled, NoPdf, WrittenPdf, docx_of, grouped_blocks, pdf_of, shortened_letter
from mtus_engine.serve.desk.clock import update_deadline
from mtus_engine.serve.desk.free_names import free_file_name
from mtus_engine.serve.desk.letter_values import (
    SIGNED_LETTERS,
    event_of_now,
    letter_filled,
    letter_typed,
    own_name,
    today_words,
)
from mtus_engine.serve.desk.pages import PageRoute, Posted, page, pages_of, redirect_to
from mtus_engine.serve.desk.state import desk_of
from mtus_engine.serve.door import Served, Visitor, guard_for
from mtus_engine.serve.routes.cases import CaseId
from mtus_engine.serve.routes.documents import PDF, TEXT, file_response
from mtus_engine.serve.writing import Once, keep_change
from mtus_engine.store.cases import case_row, refuse_signed
from mtus_engine.store.clock import add_event
from mtus_engine.store.decided import signed_reviews
from mtus_engine.store.documents import attach_content, documents_of
from mtus_engine.store.log import Stamp
from mtus_engine.store.people import names
from mtus_engine.store.roles import Action

router = APIRouter(prefix="/desk/cases/{id}/letters", route_class=PageRoute, include_in_schema=False)
MayReview = Annotated[Visitor, Depends(guard_for(Action.REVIEW))]
LetterName = Annotated[str, InPath(max_length=120)]
# Sizes of letters in points: the first is that of every letter, the last is still read without a glass.
_SUMMARY_SIZES = (11, 10, 9, 8)
# Entries of each list, and characters of each part, where a summary does not fit one page even in the last size.
_SHORTER = (
    *((24, 800), (20, 500), (16, 400), (13, 300), (11, 260), (9, 220), (8, 200), (7, 200)),
    *((6, 180), (5, 180), (4, 160), (3, 160), (2, 120), (2, 80)),
)
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@router.get("/{letter}.pdf")
def letter_pdf(request: Request, office: Served, visitor: MayReview, id: CaseId, letter: LetterName) -> Response:
    """Return a letter as PDF."""
    found = letter_filled(request, office, visitor, id, letter)
    return file_response(_pdf(request, found), PDF, f"{found.title}.pdf")


@router.get("/{letter}.docx")
def letter_docx(request: Request, office: Served, visitor: MayReview, id: CaseId, letter: LetterName) -> Response:
    """Return a letter as DOCX, to be edited."""
    found = letter_filled(request, office, visitor, id, letter)
    return file_response(docx_of(found, [today_words(request)]), _DOCX, f"{found.title}.docx")


@router.post("/{letter}.pdf")
def typed_letter_pdf(
    request: Request, office: Served, visitor: MayReview, id: CaseId, letter: LetterName, form: Posted
) -> Response:
    """Return a letter with what was typed for it as PDF."""
    found = letter_filled(request, office, visitor, id, letter, letter_typed(form))
    return file_response(_pdf(request, found), PDF, f"{found.title}.pdf")


@router.post("/{letter}.docx")
def typed_letter_docx(
    request: Request, office: Served, visitor: MayReview, id: CaseId, letter: LetterName, form: Posted
) -> Response:
    """Return a letter with what was typed for it as DOCX, to be edited."""
    found = letter_filled(request, office, visitor, id, letter, letter_typed(form))
    return file_response(docx_of(found, [today_words(request)]), _DOCX, f"{found.title}.docx")


@router.get("/{letter}")
def letter_preview(request: Request, office: Served, visitor: MayReview, id: CaseId, letter: LetterName) -> Response:
    """Show a letter as it will be sent."""
    found = letter_filled(request, office, visitor, id, letter)
    kind = desk_of(request).review.letters[letter].kind
    with office.reading() as connection:
        row = case_row(connection, id)
        signed = signed_reviews(connection, id) if kind in SIGNED_LETTERS else []
        sender = signed[-1].as_name or names(connection).get(signed[-1].by, "") if signed else own_name(visitor)
    values = {"row": row, "name": letter, "kind": kind, "sender": sender}
    return page(request, visitor, "letter.html", **values, **_template_values(request, found))


@router.post("/{letter}")
def letter_part(
    request: Request, office: Served, visitor: MayReview, id: CaseId, letter: LetterName, form: Posted
) -> Response:
    """Show a letter with what was typed for it, as it will be kept."""
    found = letter_filled(request, office, visitor, id, letter, letter_typed(form))
    return page(request, visitor, "letter_part.html", **_template_values(request, found))


@router.post("/{letter}/keep")
def keep_letter(
    request: Request,
    office: Served,
    visitor: MayReview,
    once: Once,
    id: CaseId,
    letter: LetterName,
    form: Posted,
) -> Response:
    """Keep a letter as it is shown with the request; of a signed review those alone that say what was decided.

    With a letter that says what the request lacks, it is noted that the request was returned, where the form says so.
    """
    desk = desk_of(request)
    filled_in = letter_filled(request, office, visitor, id, letter, letter_typed(form))
    now = desk.now()
    kept = _to_keep(request, filled_in, now)

    def change(connection: Connection, stamp: Stamp) -> int:
        row = case_row(connection, id)
        if desk.review.letters[letter].kind not in SIGNED_LETTERS:
            refuse_signed(row)
        file = free_file_name(kept.file, {one.file for one in documents_of(connection, id)})
        _, after = attach_content(
            connection, stamp, id, row.version, file, kept.media_type, kept.content, letter=letter
        )
        if desk.review.letters[letter].kind == "incomplete" and form.line("returned"):
            after = add_event(connection, stamp, id, after, event_of_now(Event.RETURNED_INCOMPLETE, now))
            update_deadline(connection, desk.review, id)
        return after

    keep_change(office, visitor, once, id, change)
    return redirect_to(request, f"/desk/cases/{id}/outcome#kept-letters")


class _Kept(NamedTuple):
    """A letter as it is kept with its case: the name of its file, its media type and its bytes."""

    file: str
    media_type: str
    content: bytes


def _to_keep(request: Request, letter: Filled, now: datetime) -> _Kept:
    """Return a letter as PDF, or as text on a machine that makes no PDFs, so that no step waits for them."""
    named = f"{letter.title} {now:%Y-%m-%d}"
    try:
        return _Kept(f"{named}.pdf", PDF, _pdf(request, letter))
    except NoPdf:
        return _Kept(f"{named}.txt", TEXT, f"{today_words(request)}\n\n{letter.text}".encode())


def _template_values(request: Request, letter: Filled) -> dict[str, object]:
    """Return what the templates of a letter show."""
    return {"letter": letter, "groups": grouped_blocks(letter.blocks), "today": today_words(request)}


def _pdf(request: Request, letter: Filled) -> bytes:
    """Return a letter as PDF; a summary on one page, in the largest size of letters in which it fits.

    Where it fits in none, its lists are cut short, and say how much the determination has beside.
    """
    if not letter.is_summary:
        return _letter_pdf(request, letter, _SUMMARY_SIZES[0]).content
    pages = pages_of(request)
    shorter = [shortened_letter(letter, *most, lambda left: pages.words("letter.more", n=left)) for most in _SHORTER]
    tries = [*((letter, size) for size in _SUMMARY_SIZES), *((one, _SUMMARY_SIZES[-1]) for one in shorter)]
    written: dict[int, WrittenPdf] = {}

    def fits(n: int) -> bool:
        written[n] = _letter_pdf(request, *tries[n])
        return written[n].pages == 1

    # Each holds less than the one before: the first that fits is looked for by halves.
    fitting = 0 if fits(0) else min(bisect_left(range(len(tries)), True, 1, key=fits), len(tries) - 1)
    return (written.get(fitting) or _letter_pdf(request, *tries[fitting])).content


def _letter_pdf(request: Request, letter: Filled, size: int) -> WrittenPdf:
    return pdf_of(pages_of(request).text("letter_page.html", size=size, **_template_values(request, letter)))


def letter_keeper(
    request: Request, id_: str, seen: int, name: str, letter: Filled, *, asks: bool
) -> Callable[[Connection, Stamp], None]:
    """Return a function that keeps a letter with its case and, where it asks for information, notes that event."""
    desk = desk_of(request)
    now = desk.now()
    kept = _to_keep(request, letter, now)

    def keep(connection: Connection, stamp: Stamp) -> None:
        _, version = attach_content(connection, stamp, id_, seen, kept.file, kept.media_type, kept.content, letter=name)
        if asks:
            add_event(connection, stamp, id_, version, event_of_now(Event.INFORMATION_ASKED, now))
            update_deadline(connection, desk.review, id_)

    return keep
