"""The words that the picture of a page shows, recognized by Tesseract.

A page that stands askew is turned straight, and one on which hardly a word is recognized is tried on its other sides.
"""

import json
import math
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mtus_engine.ingest.reader.drawn_tables import DrawnRow, drawn_rows, text_with_tables, without_lines
from mtus_engine.ingest.reader.lines_on_page import BoxedWord
from mtus_engine.ingest.reader.opened import opened, page_of
from mtus_engine.ingest.reader.pages import FINE, dots_to_a_point

# The mean confidence of a page that stands upright, of 100; and the angle, in degrees, from which a page is askew.
_UPRIGHT, _ASKEW, _MOST_ASKEW = 70, 0.2, 15.0
# A page with a lower mean confidence is full of dots, as a bad line of a fax machine leaves them, and is smoothed.
_CLEAN, _SMOOTHED_OVER = 92, 3
_NOT_UPRIGHT = (180, 90, 270)
# A word of so many letters is wider than high.
_A_LONG_WORD = 4
# What is recognized of dust and of the lines of a form.
_LEAST_CONFIDENCE = 15
# In a cell of a table something is written where so many dots are darker than this, of 255.
_LEAST_INK, _DARK = 60, 140
_LANGUAGE = "eng"
# Signs that are taken for digits in a number or a day, as in "l2/O3/2@16"; how sure such a word is.
_FOR_DIGITS = re.compile(r"(?<![A-Za-z0-9])[\d@OolI]*\d[\d@OolI]*(?:[/.-][\d@OolI]*\d[\d@OolI]*)*(?![A-Za-z0-9])")
# The letter before the codes of injuries, S39.012D, which no amount of money has the form of; and the name of codes.
_FOR_AN_S = re.compile(r"[$§](?=\d\d\.[\dX]{1,3}[A-Z])|(?<!\w)5(?=\d\d\.[\dX]{2,3}[ADS](?!\w))")
_FOR_ICD = re.compile(r"^\W?[Il1J]?[CcG€]{1,2}D(?=-(?:Code|CM|9|10))")
_DIGITS, _MENDED = str.maketrans("@OolI", "00011"), 50
# Where Debian, Fedora and others put what Tesseract learned of a language.
_PLACES = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/share/tesseract/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)

# Gives what is recognized on a page of a PDF, of its number from 1, as JSON: its text as it is laid out, and its words,
# of each its text, left, top, right and bottom in points from the upper left corner, and how sure it is, of 100.
Recognizer = Callable[[bytes, int], bytes]
_Point = tuple[float, float]


class NotInstalled(Exception):
    """What recognizes words is not there; the message says what to install."""


class _Word(NamedTuple):
    """A word, its box on the picture turned straight and on the picture as it is, in dots, and how sure it is."""

    text: str
    straight: tuple[int, int, int, int]
    corners: tuple[_Point, _Point]
    confidence: float


class _Reading(NamedTuple):
    """The words that are read of a picture, and the rows of tables that are drawn on it, both on it turned straight."""

    words: list[_Word]
    rows: list[DrawnRow]

    @property
    def confidence(self) -> float:
        """How sure the words are on the whole, of 100; one that stands on its end is not where it should be."""
        upright = (one.confidence for one in self.words if not _stands_on_end(one))
        return sum(upright) / len(self.words) if self.words else 0.0


def recognizer() -> Recognizer:
    """Load Tesseract and what it knows of English letters; raises NotInstalled."""
    # One thread: the same words on every machine, and as many processes as there are cores.
    os.environ["OMP_THREAD_LIMIT"] = "1"
    try:
        import tesserocr  # noqa: PLC0415 - the one door of the optional extra
    except ImportError:
        raise NotInstalled("its words are recognized with tesserocr: pip install 'mtus-engine[ingest]'") from None
    told = os.environ.get("TESSDATA_PREFIX")
    places = [Path(one) for one in (*([told, f"{told}/tessdata"] if told else []), *_PLACES)]
    folder = next((one for one in places if (one / f"{_LANGUAGE}.traineddata").is_file()), None)
    if folder is None:
        raise NotInstalled(
            "its words are recognized with Tesseract's data for English: apt-get install tesseract-ocr-eng"
        )
    tesseract = tesserocr.PyTessBaseAPI(path=f"{folder}/", lang=_LANGUAGE, psm=tesserocr.PSM.AUTO)
    # What the library loads at first use it loads now, while files can still be opened.
    _load(tesseract)

    def words(content: bytes, number: int) -> bytes:
        with opened(content, "the page is damaged: its words cannot be recognized") as document:
            page, width, height = page_of(document, number)
            dots = dots_to_a_point(width, height)
            picture = page.render(scale=dots, grayscale=True).to_pil()
            found = _best(tesseract, picture)
        straight: list[BoxedWord] = [(one.text, *one.straight) for one in found.words]
        text = text_with_tables(straight, found.rows)
        said = {"text": text, "words": [list(_in_points(one, dots)) for one in found.words]}
        return json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")

    return words


def _load(tesseract: Any) -> None:
    from PIL import Image, ImageDraw  # noqa: PLC0415 - the same door

    picture = Image.new("L", (400, 80), 255)
    ImageDraw.Draw(picture).text((20, 20), "a page of text, 12/3", fill=0)
    # A resolution that no page has is warned of, where nobody reads it: what is written later needs no file opened.
    tesseract.SetImage(picture)
    tesseract.SetSourceResolution(1)
    tesseract.Recognize()
    _best(tesseract, picture)


def _best(tesseract: Any, picture: Any) -> _Reading:
    """Return what is read of a picture as it stands, or where that is next to nothing, of the side that gives most."""
    found = [_clean_reading(tesseract, picture, 0.0)]
    for angle in _NOT_UPRIGHT:
        if found[-1].confidence >= _UPRIGHT:
            return found[-1]
        found.append(_clean_reading(tesseract, picture, float(angle)))
    return max(found, key=lambda one: len(one.words) * one.confidence)


def _clean_reading(tesseract: Any, picture: Any, angle: float) -> _Reading:
    """Return what is read of a picture as it is, or of the picture without single dots where that is surer."""
    from PIL import ImageFilter  # noqa: PLC0415 - the one door of the optional extra

    read = _reading(tesseract, picture, angle)
    if read.confidence >= _CLEAN:
        return read
    smoothed = _reading(tesseract, picture.filter(ImageFilter.MedianFilter(_SMOOTHED_OVER)), angle)
    return max(read, smoothed, key=lambda one: one.confidence)


def _stands_on_end(word: _Word) -> bool:
    left, top, right, bottom = word.straight
    return len(word.text) >= _A_LONG_WORD and bottom - top > right - left


def _reading(tesseract: Any, picture: Any, angle: float) -> _Reading:
    """Return what is read of a picture that is turned by an angle, in degrees against the clock, and then straight."""
    tesseract.SetImage(_turned(picture, angle))
    tesseract.SetSourceResolution(FINE)
    askew = _angle_of_lines(tesseract)
    angle += askew if _ASKEW <= abs(askew) <= _MOST_ASKEW else 0.0
    turned = _turned(picture, angle)
    rows = drawn_rows(turned)
    cleared = without_lines(turned)
    tesseract.SetImage(cleared)
    tesseract.SetSourceResolution(FINE)
    tesseract.Recognize()
    read = [one for one in _read(tesseract) if all(row.cell_at((one[0], *one[1])) is None for row in rows)]
    # The columns of a table are narrow and near to each other: each cell is read by itself.
    written = [cell for cell in _boxes(rows) if _holds_ink(cleared.crop(cell))]
    read += [word for cell in written for word in _read_within(tesseract, cell)]
    back = _back(picture.size, turned.size, angle)
    return _Reading([_Word(text, box, _around(box, back), confidence) for text, box, confidence in read], rows)


_Box = tuple[int, int, int, int]


def _boxes(rows: Sequence[DrawnRow]) -> list[_Box]:
    """Return left, top, right and bottom of each cell; one that goes on over several rows is one."""
    found: dict[int, _Box] = {}
    for row in rows:
        for cell in row.cells:
            top = found[id(cell)][1] if id(cell) in found else int(row.top)
            found[id(cell)] = int(cell.left), top, int(cell.right), int(row.bottom)
    return list(found.values())


def _holds_ink(picture: Any) -> bool:
    """Return whether more than single dots are dark in the picture of a cell."""
    return bool(sum(picture.histogram()[:_DARK]) >= _LEAST_INK)


def _read_within(tesseract: Any, box: _Box) -> list[tuple[str, _Box, float]]:
    import tesserocr  # noqa: PLC0415 - the same door

    left, top, right, bottom = box
    tesseract.SetPageSegMode(tesserocr.PSM.SINGLE_BLOCK)
    tesseract.SetRectangle(left, top, right - left, bottom - top)
    tesseract.Recognize()
    read = list(_read(tesseract))
    tesseract.SetPageSegMode(tesserocr.PSM.AUTO)
    return read


def _turned(picture: Any, angle: float) -> Any:
    return picture.rotate(angle, expand=True, fillcolor=255) if angle else picture


def _angle_of_lines(tesseract: Any) -> float:
    """Return by how many degrees against the clock the lines of the picture must be turned to be level."""
    layout = tesseract.AnalyseLayout()
    return 0.0 if layout is None else math.degrees(layout.Orientation()[3])


def _read(tesseract: Any) -> Iterator[tuple[str, _Box, float]]:
    import tesserocr  # noqa: PLC0415 - the same door

    found = tesseract.GetIterator()
    if found is None:
        return
    for one in tesserocr.iterate_level(found, tesserocr.RIL.WORD):
        if one.Empty(tesserocr.RIL.WORD):
            continue
        text, box = one.GetUTF8Text(tesserocr.RIL.WORD).strip(), one.BoundingBox(tesserocr.RIL.WORD)
        confidence = one.Confidence(tesserocr.RIL.WORD)
        if text and box is not None and confidence >= _LEAST_CONFIDENCE:
            mended = mended_word(text)
            yield mended, box, confidence if mended == text else min(confidence, _MENDED)


def mended_word(word: str) -> str:
    """Return a word with the digits, and the letters of codes, for which other signs were taken."""
    mended = _FOR_DIGITS.sub(lambda match: match[0].translate(_DIGITS), word)
    return _FOR_ICD.sub("ICD", _FOR_AN_S.sub("S", mended))


def _back(size: tuple[int, int], turned: tuple[int, int], angle: float) -> Callable[[_Point], _Point]:
    """Return a function from a point of the turned picture to that point of the picture."""
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))

    def back(point: _Point) -> _Point:
        x, y = point[0] - turned[0] / 2, point[1] - turned[1] / 2
        return x * cos - y * sin + size[0] / 2, x * sin + y * cos + size[1] / 2

    return back


def _around(box: _Box, back: Callable[[_Point], _Point]) -> tuple[_Point, _Point]:
    left, top, right, bottom = box
    corners = [back(one) for one in ((left, top), (right, top), (left, bottom), (right, bottom))]
    across, down = sorted(one[0] for one in corners), sorted(one[1] for one in corners)
    return (across[0], down[0]), (across[-1], down[-1])


def _in_points(word: _Word, dots: float) -> Iterator[str | float]:
    yield word.text
    for point in word.corners:
        yield from (round(one / dots, 1) for one in point)
    yield round(word.confidence)
