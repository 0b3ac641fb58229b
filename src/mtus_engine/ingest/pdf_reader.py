"""The process that reads PDFs, one after another, and writes their texts: whatever the files do stays in here.

It may use so much memory, write no file, and open none: its limits are set when all that it needs is loaded. A
document comes as its length in eight bytes and its bytes; the answer is a letter (t: its text, r: why it is refused),
a length and a text.
"""

import codecs
import io
import logging
import resource
import sys
from collections.abc import Callable
from typing import Any

MOST_PAGES = 200
MOST_TEXT = 5_000_000
MOST_MEMORY = 2 * 1024**3
FEWEST_LETTERS = 200

# What readers load at first use, when no file can be opened any more.
_ENCODINGS = ("utf-16-le", "utf-16-be", "utf-16", "latin-1", "cp1252", "mac-roman", "ascii", "charmap", "gbk", "big5")

# What reads the pages of a file: the libraries are untyped, and Any here alone.
PageReader = Callable[[bytes], list[str]]


class Refused(Exception):
    """A file that is not read; the message says why."""


def main() -> int:
    """Read documents from standard input until it ends."""
    try:
        readers = (_pdfium(), _pypdf())
    except ImportError as error:
        sys.stderr.write(f"reading a PDF needs {error.name}: pip install 'mtus-engine[ingest]'\n")
        return 2
    for encoding in _ENCODINGS:
        codecs.lookup(encoding)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # Standard streams alone: no further file, and no connection, can be opened.
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while len(head := source.read(8)) == 8:
        content = source.read(int.from_bytes(head, "big"))
        try:
            letter, text = b"t", _text(content, readers)
        except Refused as refused:
            letter, text = b"r", str(refused)
        written = text.encode("utf-8", "replace")
        sink.write(letter + len(written).to_bytes(8, "big") + written)
        sink.flush()
    return 0


def _text(content: bytes, readers: tuple[PageReader, ...]) -> str:
    """Return the text of a PDF by the first reader that can read it; raises Refused."""
    reason = Refused("the PDF is damaged or incomplete: it cannot be read")
    for reader in readers:
        try:
            text = "\f".join(reader(content))
        except Refused as refused:
            reason = refused
            continue
        except MemoryError:
            raise Refused("the PDF asks for too much memory") from None
        except Exception:  # noqa: BLE001, S112 - a hostile file makes a reader raise anything: the next one is tried
            continue
        if len(text) > MOST_TEXT:
            raise Refused("the PDF holds more text than any decision")
        if len("".join(text.split())) >= FEWEST_LETTERS:
            return text
        reason = Refused("the PDF has no text layer (a scan?): recognize its text first")
    raise reason


def _pdfium() -> PageReader:
    import pypdf  # noqa: PLC0415 - the one door of the optional extra, inside its limits
    import pypdfium2  # noqa: PLC0415 - the same door

    def pages(content: bytes) -> list[str]:
        try:
            document: Any = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            if "password" in str(error).lower():
                raise Refused("the PDF is encrypted: save it without a password") from None
            raise
        try:
            _check_pages(len(document))
            pages = [page.get_textpage().get_text_range() for page in document]
            # Fields are no part of a page's text, and the other library reads them.
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
            raise Refused("the PDF is encrypted: save it without a password")
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
    """Return the pages with what is filled in: the fields of a form are no part of its text."""
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
        raise Refused(f"the PDF has {number} pages; a decision has at most {MOST_PAGES}")


if __name__ == "__main__":
    sys.exit(main())
