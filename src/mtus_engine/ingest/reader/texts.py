"""The texts of PDFs: by pdfium, by pypdf where that fails, or with every line where it stands on its page."""

import io
import json
import logging
from collections.abc import Callable
from typing import Any

from mtus_engine.ingest.reader.drawn_tables import drawn_rows, text_with_tables
from mtus_engine.ingest.reader.lines_on_page import lines_on_page
from mtus_engine.ingest.reader.opened import PdfRefused, check_pages, opened, opened_pdf
from mtus_engine.ingest.reader.pages import FEW_LETTERS, dots_to_a_point, is_picture, words_of

MOST_TEXT = 5_000_000
FEWEST_LETTERS = 60

# A function from the bytes of a file to the texts of its pages. The libraries are untyped: hence Any in this module.
PageReader = Callable[[bytes], list[str]]


def texts(content: bytes, readers: tuple[PageReader, ...]) -> bytes:
    """Return the texts of the pages of a PDF, by the first reader that can, and which pages are pictures, as JSON.

    Raises PdfRefused.
    """
    pages = _pages_by_any(content, readers)
    if sum(map(len, pages)) > MOST_TEXT:
        raise PdfRefused("the PDF holds more text than is read: give it in parts")
    said = {"pages": pages, "pictures": _pictures(content, pages)}
    return json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")


def _pages_by_any(content: bytes, readers: tuple[PageReader, ...]) -> list[str]:
    """Return the texts of the pages by the first reader that finds enough, else by the one that finds most."""
    reason = PdfRefused("the PDF is damaged or incomplete: it cannot be read")
    found: list[str] = []
    for reader in readers:
        try:
            pages = reader(content)
        except PdfRefused as refused:
            reason = refused
            continue
        except MemoryError:
            raise PdfRefused("the PDF asks for too much memory") from None
        except Exception:  # noqa: BLE001, S112 - a hostile file makes a reader raise anything: the next one is tried
            continue
        # Of two that find nothing the latter tells at least how many pages there are.
        found = max(pages, found, key=_letters)
        if _letters(found) >= FEWEST_LETTERS:
            break
    if not found:
        raise reason
    return found


def _letters(pages: list[str]) -> int:
    return sum(len("".join(page.split())) for page in pages)


def _pictures(content: bytes, pages: list[str]) -> list[int]:
    """Return the numbers of the pages that are pictures of papers; none of a file that only the other reader reads."""
    short = [number for number, page in enumerate(pages, 1) if _letters([page]) < FEW_LETTERS]
    if not short:
        return []
    try:
        with opened(content, "damaged") as document:
            return [number for number in short if is_picture(document[number - 1], _letters([pages[number - 1]]))]
    except PdfRefused:
        return []


def laid_out_pages(content: bytes) -> list[str]:
    """Return the texts of the pages with every line where it stands, columns parted by wide spaces."""
    with opened(content, "the PDF is damaged or incomplete: it cannot be read") as document:
        if document.get_formtype():
            raise PdfRefused("what fields of a form hold is no text of the page")
        return [lines_on_page(list(words_of(page))) for page in document]


def drawn_pages(content: bytes) -> list[str]:
    """Return the texts of the pages with the rows of drawn tables as lines, a bar around each cell."""
    with opened(content, "the PDF is damaged or incomplete: it cannot be read") as document:
        if document.get_formtype():
            raise PdfRefused("what fields of a form hold is no text of the page")
        return [_drawn_page(page) for page in document]


def _drawn_page(page: Any) -> str:
    dots = dots_to_a_point(*page.get_size())
    rows = drawn_rows(page.render(scale=dots, grayscale=True).to_pil(), dots)
    return text_with_tables(list(words_of(page)), rows)


def by_pdfium() -> PageReader:
    """Return the reader that is tried first; raises ImportError without its library."""
    import pypdf  # noqa: PLC0415 - the one door of the optional extra, inside its limits
    import pypdfium2  # noqa: F401, PLC0415 - the same door: loaded before the limits are set

    def pages(content: bytes) -> list[str]:
        document = opened_pdf(content)
        try:
            check_pages(len(document))
            pages = [page.get_textpage().get_text_range() for page in document]
            # The fields of a form are no part of a page's text: pypdf reads them.
            return _with_fields(pages, pypdf.PdfReader(io.BytesIO(content))) if document.get_formtype() else pages
        finally:
            document.close()

    return pages


def by_pypdf() -> PageReader:
    """Return the reader that is tried where the first fails; raises ImportError without its library."""
    import pypdf.generic  # noqa: PLC0415 - the same door

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)

    def pages(content: bytes) -> list[str]:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise PdfRefused("the PDF is encrypted: save it without a password")
        check_pages(len(reader.pages))
        return _with_fields([page.extract_text() for page in reader.pages], reader)

    # What the library loads at first use it loads now, while files can still be opened.
    blank = io.BytesIO()
    writer = pypdf.PdfWriter()
    writer.add_blank_page(72, 72)
    writer.write(blank)
    pages(blank.getvalue())
    return pages


def _with_fields(pages: list[str], form: Any) -> list[str]:
    """Return the texts of the pages, each with a line for every form field on it that is filled in."""
    filled = [_filled_in(page) for page in form.pages]
    return ["\n".join([text, *fields]) for text, fields in zip(pages, filled, strict=True)]


def _filled_in(page: Any) -> list[str]:
    """Return a line for each field of a page that holds something: its name as people see it, and the value."""
    lines: list[str] = []
    for reference in page.get("/Annots") or ():
        field = reference.get_object()
        above = field.get("/Parent")
        holders = [field, *([above.get_object()] if above is not None else [])]
        name, value = (_first(holders, keys) for keys in (("/TU", "/T"), ("/V",)))
        # A box without a tick is "/Off"; a signature is no text.
        if field.get("/Subtype") == "/Widget" and name and isinstance(value, str) and value not in {"", "/Off"}:
            says = "yes" if value.startswith("/") else " ".join(value.split())
            lines.append(f"{' '.join(str(name).split())}: {says}")
    return lines


def _first(holders: list[Any], keys: tuple[str, ...]) -> Any:
    return next((found for key in keys for holder in holders if (found := holder.get(key)) is not None), None)
