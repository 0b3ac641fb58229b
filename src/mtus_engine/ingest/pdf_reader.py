"""The process that reads PDFs one after another, so that whatever a hostile file does harms no other process.

Once all that it needs is loaded, limits are set: it may use MOST_MEMORY bytes of memory, and write or open no file. A
request is a letter (t: the text, l: the text as it is laid out, p: a page), the number of the page in four bytes, the
length of the document in eight bytes, and the document. The answer is a letter (t, l or p as asked; r: refused), a
length in eight bytes, and so many bytes: a text, the reason of a refusal, or a page. A page is the length of its JSON
in eight bytes, the JSON (pages, width, height, words), and a PNG picture. All numbers are big-endian.
"""

import codecs
import ctypes
import io
import json
import logging
import resource
import sys
from collections.abc import Callable, Iterator
from typing import Any

from mtus_engine.ingest.lines_on_page import BoxedWord, lines_on_page

MOST_PAGES = 200
MOST_TEXT = 5_000_000
MOST_MEMORY = 2 * 1024**3
# A page is drawn with so many dots to the inch, or with fewer, so that it never has more than MOST_DOTS in all.
MOST_DOTS, DOTS_PER_INCH = 4_000_000, 110
MOST_CHARACTERS = 50_000
FEWEST_LETTERS = 60

# Encodings that the libraries would load at first use, when no file can be opened any more.
_ENCODINGS = ("utf-16-le", "utf-16-be", "utf-16", "latin-1", "cp1252", "mac-roman", "ascii", "charmap", "gbk", "big5")

# A function from the bytes of a file to the texts of its pages. The libraries are untyped: hence Any in this module.
PageReader = Callable[[bytes], list[str]]


class PdfRefused(Exception):
    """A file that is not read; the message says why."""


def main() -> int:
    """Answer requests from standard input until it ends; return the exit code, 2 where a library is missing."""
    try:
        readers = (_pdfium(), _pypdf())
    except ImportError as error:
        sys.stderr.write(f"reading a PDF needs {error.name}: pip install 'mtus-engine[ingest]'\n")
        return 2
    _load_pictures()
    for encoding in _ENCODINGS:
        codecs.lookup(encoding)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # Standard streams alone: no further file, and no connection, can be opened.
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while len(head := source.read(13)) == 13:
        letter, content = head[:1], source.read(int.from_bytes(head[5:], "big"))
        try:
            if letter == b"p":
                written = _page(content, int.from_bytes(head[1:5], "big"))
            elif letter == b"l":
                written = _text(content, (_laid_out_pages,)).encode("utf-8", "replace")
            else:
                written = _text(content, readers).encode("utf-8", "replace")
        except PdfRefused as refused:
            letter, written = b"r", str(refused).encode("utf-8", "replace")
        sink.write(letter + len(written).to_bytes(8, "big") + written)
        sink.flush()
    return 0


def _page(content: bytes, number: int) -> bytes:
    """Return the page of a number, from 1: its JSON, with the length before it, and its picture; raises PdfRefused."""
    try:
        document = _opened_pdf(content)
    except PdfRefused:
        raise
    except Exception:  # noqa: BLE001 - a hostile file makes the library raise anything
        raise PdfRefused("the PDF is damaged or incomplete: it cannot be shown") from None
    try:
        _check_pages(len(document))
        if not 1 <= number <= len(document):
            raise PdfRefused(f"the PDF has {len(document)} pages, and none with the number {number}")
        page = document[number - 1]
        width, height = page.get_size()
        if not 1 <= width <= 100_000 or not 1 <= height <= 100_000:
            raise PdfRefused("the page has a size that no paper has")
        scale = min(DOTS_PER_INCH / 72, (MOST_DOTS / (width * height)) ** 0.5)
        picture = io.BytesIO()
        page.render(scale=scale).to_pil().convert("RGB").save(picture, "PNG", compress_level=1)
        words = list(_words(page.get_textpage(), _as_shown(page, width, height)))
        head = json.dumps({"pages": len(document), "width": width, "height": height, "words": words}).encode()
        return len(head).to_bytes(8, "big") + head + picture.getvalue()
    except PdfRefused:
        raise
    except MemoryError:
        raise PdfRefused("the page asks for too much memory") from None
    except Exception:  # noqa: BLE001 - a hostile file makes the library raise anything
        raise PdfRefused("the page is damaged: it cannot be shown") from None
    finally:
        document.close()


Corners = tuple[float, float, float, float]


def _as_shown(page: Any, width: float, height: float) -> Callable[[Corners], Corners]:
    """Return a function from a box in the PDF's coordinates (left, bottom, right, top) to that box on the picture.

    A box on the picture is left, top, right and bottom, in points from the upper left corner. The two differ not only
    in direction: a page may be rotated, or show only a part of itself.
    """
    import pypdfium2.raw as pdfium  # noqa: PLC0415 - the same door

    # The library gives whole numbers: a grid finer than points loses less to rounding.
    finer = 16

    def point(x: float, y: float) -> tuple[float, float]:
        across, down = ctypes.c_int(), ctypes.c_int()
        grid = int(width * finer), int(height * finer)
        pdfium.FPDF_PageToDevice(page.raw, 0, 0, *grid, 0, x, y, ctypes.byref(across), ctypes.byref(down))
        return across.value / finer, down.value / finer

    def shown(box: Corners) -> Corners:
        (left, top), (right, bottom) = point(box[0], box[3]), point(box[2], box[1])
        return min(left, right), min(top, bottom), max(left, right), max(top, bottom)

    return shown


def _words(text: Any, as_shown: Callable[[Corners], Corners]) -> Iterator[BoxedWord]:
    """Yield the words of a page with their boxes on its picture: left, top, right, bottom."""
    count = min(text.count_chars(), MOST_CHARACTERS)
    said = text.get_text_range(0, count) if count else ""
    word, box, written = "", (0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0)
    for n, letter in enumerate(said[:count] + " "):
        if letter.isspace() or n >= count:
            if word:
                yield _word_with_box(word, box)
            word = ""
            continue
        there = text.get_charbox(n)
        around = as_shown(there)
        # A letter on another line, in the PDF's coordinates and on the picture, begins a word even without a space.
        if word and _is_beyond(there, written) and _is_beyond(around, box):
            yield _word_with_box(word, box)
            word = ""
        box, written = (around, there) if not word else (_hull(box, around), _hull(written, there))
        word += letter


def _is_beyond(one: Corners, other: Corners) -> bool:
    """Return whether a box lies wholly above or below another."""
    return one[1] > other[3] or one[3] < other[1]


def _word_with_box(word: str, box: Corners) -> tuple[str, float, float, float, float]:
    left, top, right, bottom = (round(one, 1) for one in box)
    return word, left, top, right, bottom


def _hull(one: Corners, other: Corners) -> Corners:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _text(content: bytes, readers: tuple[PageReader, ...]) -> str:
    """Return the text of a PDF, form feeds between its pages, by the first reader that can; raises PdfRefused."""
    reason = PdfRefused("the PDF is damaged or incomplete: it cannot be read")
    for reader in readers:
        try:
            text = "\f".join(reader(content))
        except PdfRefused as refused:
            reason = refused
            continue
        except MemoryError:
            raise PdfRefused("the PDF asks for too much memory") from None
        except Exception:  # noqa: BLE001, S112 - a hostile file makes a reader raise anything: the next one is tried
            continue
        if len(text) > MOST_TEXT:
            raise PdfRefused("the PDF holds more text than is read: give it in parts")
        if len("".join(text.split())) >= FEWEST_LETTERS:
            return text
        reason = PdfRefused(
            "the PDF holds no text, only pictures (a scan?): ask for one with text, or read it yourself"
        )
    raise reason


def _laid_out_pages(content: bytes) -> list[str]:
    """Return the texts of the pages with every line where it stands, columns parted by wide spaces."""
    document = _opened_pdf(content)
    try:
        _check_pages(len(document))
        if document.get_formtype():
            raise PdfRefused("what fields of a form hold is no text of the page")
        return [
            lines_on_page(list(_words(page.get_textpage(), _as_shown(page, *page.get_size())))) for page in document
        ]
    finally:
        document.close()


def _opened_pdf(content: bytes) -> Any:
    """Return the opened PDF; raises PdfRefused where it needs a password, PdfiumError where it is damaged."""
    import pypdfium2  # noqa: PLC0415 - the one door of the optional extra, inside its limits

    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise PdfRefused("the PDF is encrypted: save it without a password") from None
        raise


def _load_pictures() -> None:
    """Load Pillow, which pages are drawn with, while files can still be opened; without it pages are refused."""
    try:
        from PIL import Image  # noqa: PLC0415 - the same door
    except ImportError:
        return
    Image.init()
    Image.new("RGB", (1, 1)).save(io.BytesIO(), "PNG")


def _pdfium() -> PageReader:
    import pypdf  # noqa: PLC0415 - the same door
    import pypdfium2  # noqa: F401, PLC0415 - the same door: loaded before the limits are set

    def pages(content: bytes) -> list[str]:
        document = _opened_pdf(content)
        try:
            _check_pages(len(document))
            pages = [page.get_textpage().get_text_range() for page in document]
            # The fields of a form are no part of a page's text: pypdf reads them.
            return _with_fields(pages, pypdf.PdfReader(io.BytesIO(content))) if document.get_formtype() else pages
        finally:
            document.close()

    return pages


def _pypdf() -> PageReader:
    import pypdf.generic  # noqa: PLC0415 - the same door

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)

    def pages(content: bytes) -> list[str]:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise PdfRefused("the PDF is encrypted: save it without a password")
        _check_pages(len(reader.pages))
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


def _check_pages(number: int) -> None:
    if number > MOST_PAGES:
        raise PdfRefused(f"the PDF has {number} pages, and at most {MOST_PAGES} are read: give it in parts")


if __name__ == "__main__":
    sys.exit(main())
