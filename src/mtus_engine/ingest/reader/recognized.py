"""The words that the picture of a page shows, recognized by Tesseract.

A page that stands askew is turned straight, and one on which hardly a word is recognized is tried on its other sides.
"""

import json
import math
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from mtus_engine.ingest.reader.lines_on_page import lines_on_page
from mtus_engine.ingest.reader.opened import opened, page_of

# A page is drawn for the recognition with so many dots to the inch, or fewer: a fax has about 200.
_DOTS_PER_INCH, _MOST_DOTS = 200, 12_000_000
# The mean confidence of a page that stands upright, of 100; and the angle, in degrees, from which a page is askew.
_UPRIGHT, _ASKEW, _MOST_ASKEW = 70, 0.2, 15.0
# A page with a lower mean confidence is full of dots, as a bad line of a fax machine leaves them, and is smoothed.
_CLEAN, _SMOOTHED_OVER = 92, 3
_NOT_UPRIGHT = (180, 90, 270)
# A word of so many letters is wider than high.
_A_LONG_WORD = 4
# What is recognized of dust and of the lines of a form.
_LEAST_CONFIDENCE = 15
_LANGUAGE = "eng"
# Signs that are taken for digits in a number or a day, as in "l2/O3/2@16"; how sure such a word is.
_FOR_DIGITS = re.compile(r"(?<![A-Za-z0-9])[\d@OolI]*\d[\d@OolI]*(?:[/.-][\d@OolI]*\d[\d@OolI]*)*(?![A-Za-z0-9])")
# The letter before the codes of injuries, S39.012D, which no amount of money has the form of.
_FOR_AN_S = re.compile(r"\$(?=\d\d\.\d{2,3}[A-Z0-9])")
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
            dots = min(_DOTS_PER_INCH / 72, (_MOST_DOTS / (width * height)) ** 0.5)
            found = _best(tesseract, page.render(scale=dots, grayscale=True).to_pil())
        text = lines_on_page([(one.text, *one.straight) for one in found], with_blank_lines=True)
        said = {"text": text, "words": [list(_in_points(one, dots)) for one in found]}
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


def _best(tesseract: Any, picture: Any) -> list[_Word]:
    """Return the words of a picture as it stands, or where that gives next to nothing, of the side that gives most."""
    found = [_clean_words(tesseract, picture, 0.0)]
    for angle in _NOT_UPRIGHT:
        if _mean_confidence(found[-1]) >= _UPRIGHT:
            return found[-1]
        found.append(_clean_words(tesseract, picture, float(angle)))
    return max(found, key=lambda words: len(words) * _mean_confidence(words))


def _clean_words(tesseract: Any, picture: Any, angle: float) -> list[_Word]:
    """Return the words of a picture as it is, or of the picture without single dots where those are surer."""
    from PIL import ImageFilter  # noqa: PLC0415 - the one door of the optional extra

    words = _words(tesseract, picture, angle)
    if _mean_confidence(words) >= _CLEAN:
        return words
    smoothed = _words(tesseract, picture.filter(ImageFilter.MedianFilter(_SMOOTHED_OVER)), angle)
    return max(words, smoothed, key=_mean_confidence)


def _mean_confidence(words: list[_Word]) -> float:
    """Return how sure the words are on the whole, of 100; one that stands on its end is not where it should be."""
    return sum(one.confidence for one in words if not _stands_on_end(one)) / len(words) if words else 0.0


def _stands_on_end(word: _Word) -> bool:
    left, top, right, bottom = word.straight
    return len(word.text) >= _A_LONG_WORD and bottom - top > right - left


def _words(tesseract: Any, picture: Any, angle: float) -> list[_Word]:
    """Return the words of a picture that is turned by an angle, in degrees against the clock, and then straight."""
    tesseract.SetImage(_turned(picture, angle))
    tesseract.SetSourceResolution(_DOTS_PER_INCH)
    askew = _angle_of_lines(tesseract)
    if _ASKEW <= abs(askew) <= _MOST_ASKEW:
        angle += askew
        tesseract.SetImage(_turned(picture, angle))
        tesseract.SetSourceResolution(_DOTS_PER_INCH)
    tesseract.Recognize()
    back = _back(picture.size, _turned(picture, angle).size, angle)
    return [_Word(text, box, _around(box, back), confidence) for text, box, confidence in _read(tesseract)]


def _turned(picture: Any, angle: float) -> Any:
    return picture.rotate(angle, expand=True, fillcolor=255) if angle else picture


def _angle_of_lines(tesseract: Any) -> float:
    """Return by how many degrees against the clock the lines of the picture must be turned to be level."""
    layout = tesseract.AnalyseLayout()
    return 0.0 if layout is None else math.degrees(layout.Orientation()[3])


def _read(tesseract: Any) -> Iterator[tuple[str, tuple[int, int, int, int], float]]:
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
    """Return a word with the digits, and the letter of a code, for which other signs were taken."""
    return _FOR_AN_S.sub("S", _FOR_DIGITS.sub(lambda match: match[0].translate(_DIGITS), word))


def _back(size: tuple[int, int], turned: tuple[int, int], angle: float) -> Callable[[_Point], _Point]:
    """Return a function from a point of the turned picture to that point of the picture."""
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))

    def back(point: _Point) -> _Point:
        x, y = point[0] - turned[0] / 2, point[1] - turned[1] / 2
        return x * cos - y * sin + size[0] / 2, x * sin + y * cos + size[1] / 2

    return back


def _around(box: tuple[int, int, int, int], back: Callable[[_Point], _Point]) -> tuple[_Point, _Point]:
    left, top, right, bottom = box
    corners = [back(one) for one in ((left, top), (right, top), (left, bottom), (right, bottom))]
    across, down = sorted(one[0] for one in corners), sorted(one[1] for one in corners)
    return (across[0], down[0]), (across[-1], down[-1])


def _in_points(word: _Word, dots: float) -> Iterator[str | float]:
    yield word.text
    for point in word.corners:
        yield from (round(one / dots, 1) for one in point)
    yield round(word.confidence)
