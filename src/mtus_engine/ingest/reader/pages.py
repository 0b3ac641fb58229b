"""Pages of PDFs as pictures, and their words with the boxes in which they stand there."""

import ctypes
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

from mtus_engine.ingest.reader.lines_on_page import BoxedWord
from mtus_engine.ingest.reader.opened import MOST_CHARACTERS, opened, page_of

# A page is drawn with so many dots to the inch, or with fewer, so that it never has more than MOST_DOTS in all.
MOST_DOTS, DOTS_PER_INCH = 4_000_000, 110
# A page with fewer letters than this may be a picture with a line of a fax machine beside it; its pictures then cover
# at least this share of it.
FEW_LETTERS, _COVERED = 200, 0.4

# Words and the lines of tables are looked for in a finer picture of a page: a fax has about so many dots to the inch.
FINE, _MOST_FINE_DOTS = 200, 12_000_000

Corners = tuple[float, float, float, float]


def page_shown(content: bytes, number: int) -> bytes:
    """Return the page of a number, from 1: its JSON, with the length before it, and its picture; raises PdfRefused."""
    with opened(content, "the PDF or this page is damaged or incomplete: it cannot be shown") as document:
        page, width, height = page_of(document, number)
        scale = min(DOTS_PER_INCH / 72, (MOST_DOTS / (width * height)) ** 0.5)
        picture = io.BytesIO()
        page.render(scale=scale).to_pil().convert("RGB").save(picture, "PNG", compress_level=1)
        words = list(words_of(page))
        is_scan = is_picture(page, sum(len(one[0]) for one in words))
        said = {"pages": len(document), "width": width, "height": height, "words": words, "is_picture": is_scan}
    head = json.dumps(said).encode()
    return len(head).to_bytes(8, "big") + head + picture.getvalue()


def dots_to_a_point(width: float, height: float) -> float:
    """Return by how much a page of a size in points is drawn larger, to look for something in its picture."""
    return float(min(FINE / 72, (_MOST_FINE_DOTS / (width * height)) ** 0.5))


def is_picture(page: Any, letters: int) -> bool:
    """Return whether a page with so many letters is a picture of a paper, such as a fax or a scan."""
    import pypdfium2.raw as pdfium  # noqa: PLC0415 - the one door of the optional extra, inside its limits

    if letters >= FEW_LETTERS:
        return False
    width, height = page.get_size()
    boxes = [one.get_bounds() for one in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE])]
    covered = sum(max(0.0, right - left) * max(0.0, top - bottom) for left, bottom, right, top in boxes)
    return bool(covered >= _COVERED * width * height)


def words_of(page: Any) -> Iterator[BoxedWord]:
    """Yield the words of a page with their boxes on its picture: left, top, right, bottom."""
    text, as_shown = page.get_textpage(), _as_shown(page, *page.get_size())
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


def _is_beyond(one: Corners, other: Corners) -> bool:
    """Return whether a box lies wholly above or below another."""
    return one[1] > other[3] or one[3] < other[1]


def _word_with_box(word: str, box: Corners) -> BoxedWord:
    left, top, right, bottom = (round(one, 1) for one in box)
    return word, left, top, right, bottom


def _hull(one: Corners, other: Corners) -> Corners:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
