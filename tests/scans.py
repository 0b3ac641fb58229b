"""Papers as a scanner or a fax machine gives them: pictures of text, made here, with nothing on them but dots."""

import io
import os
import random
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from mtus_engine.ingest.reader.recognized import _PLACES

WIDTH, HEIGHT, DOTS = 1700, 2200, 200
LEFT, TOP, LINE = 110, 110, 42


def picture(text, *, angle=0.0, dots=0.0):
    """Return a picture of a page of text: turned against the clock, with this share of its dots struck by chance."""
    page = Image.new("L", (WIDTH, HEIGHT), 255)
    font, pen = ImageFont.load_default(28), ImageDraw.Draw(page)
    for number, line in enumerate(text.splitlines()):
        pen.text((LEFT, TOP + number * LINE), line, font=font, fill=20)
    page = page.rotate(angle, expand=abs(angle) > 45, fillcolor=255)
    chance = random.Random(1)
    for _ in range(int(dots * page.width * page.height)):
        page.putpixel((chance.randrange(page.width), chance.randrange(page.height)), chance.choice((0, 255)))
    return page


def written(pages, kind="PDF"):
    """Return the bytes of a file with these pictures, each a page; a visible skip where nothing recognizes them."""
    places = [*_PLACES, os.environ.get("TESSDATA_PREFIX", "")]
    if not any(Path(one, "eng.traineddata").is_file() for one in places):
        pytest.skip("Tesseract's data for English is not installed (tools/system-packages installs it)")
    out = io.BytesIO()
    first, *others = pages
    several = {"save_all": True, "append_images": others} if kind in {"PDF", "TIFF"} else {}
    first.save(out, kind, **several, **({"resolution": DOTS} if kind == "PDF" else {"dpi": (DOTS, DOTS)}))
    return out.getvalue()


def scan(*texts, **how):
    """Return a PDF of pictures of pages of text."""
    return written([picture(text, **how) for text in texts])
