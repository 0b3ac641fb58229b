"""The process that reads files one after another, so that whatever a hostile file does harms no other process.

Once all that it needs is loaded, limits are set: it may use MOST_MEMORY bytes of memory, and write or open no file. A
request is a letter, the number of the page in four bytes, the length of the document in eight bytes, and the document.
The letters are t: the texts of the pages, and which of them are pictures (JSON); l: the text as it is laid out; d: the
same, the rows of drawn tables with bars (where the process was started for tables); p: a page; i: the PDF of a picture;
w: the words of a page (JSON, where it was started to recognize words). The answer is the letter (r: refused), a length
in eight bytes, and so many bytes; of a refusal its reason. A page is the length of its JSON in eight bytes, the JSON
(pages, width, height, words), and a PNG picture. All numbers are big-endian.
"""

import codecs
import resource
import sys

from mtus_engine.ingest.reader.drawn_tables import load_arrays
from mtus_engine.ingest.reader.opened import PdfRefused, load_pictures, pdf_of_picture
from mtus_engine.ingest.reader.pages import page_shown
from mtus_engine.ingest.reader.recognized import NotInstalled, Recognizer, recognizer
from mtus_engine.ingest.reader.texts import PageReader, by_pdfium, by_pypdf, drawn_pages, laid_out_pages, texts

MOST_MEMORY = 2 * 1024**3
# What the process was started for, beside texts and pages; it loads what that needs.
TABLES, RECOGNIZE = "tables", "recognize"

# Encodings that the libraries would load at first use, when no file can be opened any more.
_ENCODINGS = ("utf-16-le", "utf-16-be", "utf-16", "latin-1", "cp1252", "mac-roman", "ascii", "charmap", "gbk", "big5")


def main() -> int:
    """Answer requests from standard input until it ends; return the exit code, 2 where a library is missing."""
    try:
        readers = (by_pdfium(), by_pypdf())
        if sys.argv[1:]:
            load_arrays()
        words = recognizer() if RECOGNIZE in sys.argv[1:] else None
    except ImportError as error:
        sys.stderr.write(f"reading a PDF needs {error.name}: pip install 'mtus-engine[ingest]'\n")
        return 2
    except NotInstalled as missing:
        sys.stderr.write(f"{missing}\n")
        return 2
    load_pictures()
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
            written = _answer(letter, int.from_bytes(head[1:5], "big"), content, readers, words)
        except PdfRefused as refused:
            letter, written = b"r", str(refused).encode("utf-8", "replace")
        sink.write(letter + len(written).to_bytes(8, "big") + written)
        sink.flush()
    return 0


def _answer(
    letter: bytes, number: int, content: bytes, readers: tuple[PageReader, ...], words: Recognizer | None
) -> bytes:
    """Return the answer to a request; raises PdfRefused."""
    if letter == b"i":
        return pdf_of_picture(content)
    if letter == b"p":
        return page_shown(content, number)
    if letter == b"w" and words is not None:
        return words(content, number)
    if letter in {b"l", b"d"}:
        pages = laid_out_pages(content) if letter == b"l" else drawn_pages(content)
        return "\f".join(pages).encode("utf-8", "replace")
    return texts(content, readers)


if __name__ == "__main__":
    sys.exit(main())
