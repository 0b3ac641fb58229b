"""Files as PDFs that are open; a picture is a PDF of one page for every picture in it."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

MOST_PAGES = 200
MOST_CHARACTERS = 50_000
# A picture says how many dots it has to the inch, or is taken to have so many.
_DOTS_PER_INCH, _FEWEST_DOTS_PER_INCH = 200, 50
_MOST_DOTS = 60_000_000


class PdfRefused(Exception):
    """A file that is not read; the message says why."""


@contextmanager
def opened(content: bytes, says: str) -> Iterator[Any]:
    """Give the open PDF; raises PdfRefused with what says says where it is damaged, or asks for too much memory."""
    try:
        document = opened_pdf(content)
        try:
            check_pages(len(document))
            yield document
        finally:
            document.close()
    except PdfRefused:
        raise
    except MemoryError:
        raise PdfRefused("it asks for too much memory") from None
    except Exception:  # noqa: BLE001 - a hostile file makes the library raise anything
        raise PdfRefused(says) from None


def opened_pdf(content: bytes) -> Any:
    """Return the opened PDF; raises PdfRefused where it needs a password, PdfiumError where it is damaged."""
    import pypdfium2  # noqa: PLC0415 - the one door of the optional extra, inside its limits

    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise PdfRefused("the PDF is encrypted: save it without a password") from None
        raise


def check_pages(number: int) -> None:
    """Raise PdfRefused for more pages than are read."""
    if number > MOST_PAGES:
        raise PdfRefused(f"the PDF has {number} pages, and at most {MOST_PAGES} are read: give it in parts")


def page_of(document: Any, number: int) -> tuple[Any, float, float]:
    """Return a page, counted from 1, its width and its height in points; raises PdfRefused where there is none."""
    if not 1 <= number <= len(document):
        raise PdfRefused(f"the PDF has {len(document)} pages, and none with the number {number}")
    page = document[number - 1]
    width, height = page.get_size()
    if not 1 <= width <= 100_000 or not 1 <= height <= 100_000:
        raise PdfRefused("the page has a size that no paper has")
    return page, width, height


def pdf_of_picture(content: bytes) -> bytes:
    """Return the PDF that shows a picture, or the pictures in a file one after another; raises PdfRefused."""
    from PIL import Image, ImageOps, ImageSequence  # noqa: PLC0415 - the same door

    Image.MAX_IMAGE_PIXELS = _MOST_DOTS
    try:
        with Image.open(io.BytesIO(content)) as picture:
            check_pages(getattr(picture, "n_frames", 1))
            across = picture.info.get("dpi", (_DOTS_PER_INCH, 0))[0]
            # A camera turns its pictures by a note beside them.
            pages = [ImageOps.exif_transpose(one).convert("RGB") for one in ImageSequence.Iterator(picture)]
        dots = float(across) if float(across) >= _FEWEST_DOTS_PER_INCH else float(_DOTS_PER_INCH)
        made = io.BytesIO()
        pages[0].save(made, "PDF", save_all=True, append_images=pages[1:], resolution=dots)
    except PdfRefused:
        raise
    except MemoryError:
        raise PdfRefused("the picture asks for too much memory") from None
    except Exception:  # noqa: BLE001 - a hostile file makes the library raise anything
        raise PdfRefused("the picture is damaged, or of a kind that is not read: save it as PDF") from None
    return made.getvalue()


def load_pictures() -> None:
    """Load Pillow, which pages are drawn with, while files can still be opened; without it pages are refused."""
    try:
        from PIL import Image  # noqa: PLC0415 - the same door
    except ImportError:
        return
    Image.init()
    for kind in ("PNG", "PDF", "JPEG"):
        Image.new("RGB", (1, 1)).save(io.BytesIO(), kind)
