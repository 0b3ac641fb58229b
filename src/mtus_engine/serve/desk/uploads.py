"""Files that are dropped on a page: which can be read, under which name, and why others cannot."""

from collections.abc import Sequence

from fastapi import Request

from mtus_engine.ingest.pdf import Unreadable, is_office_file, is_picture_file, pdf_of_picture
from mtus_engine.serve.desk.catalogue import Catalogue
from mtus_engine.serve.desk.free_names import free_file_name
from mtus_engine.serve.desk.pages import pages_of
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.routes.documents import sorted_by_readable


def own_names(documents: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Return documents, each with a file name of its own, without folders and not too long."""
    seen: set[str] = set()
    named = []
    for file, content in documents:
        plain = " ".join(file.replace("\\", "/").rpartition("/")[2].split())[:150] or "document"
        name = free_file_name(plain, seen)
        seen.add(name)
        named.append((name, content))
    return named


def readable_papers(
    request: Request, documents: Sequence[tuple[str, bytes]]
) -> tuple[list[tuple[str, bytes]], list[str]]:
    """Return the documents that can be read, each with a name of its own, and what to say of each of the others.

    Raises Refused where there are none at all, and where none can be read.
    """
    words = pages_of(request).words
    if not documents:
        raise Refused(422, words("new.no_papers"), "")
    shown = [(file, content) if not is_picture_file(content) else _as_pdf(file, content) for file, content in documents]
    readable, refused = sorted_by_readable(own_names(shown), lambda content: _refusal(content, words))
    if not readable:
        raise Refused(422, words("new.none_readable"), "; ".join(refused))
    return readable, refused


def _as_pdf(file: str, content: bytes) -> tuple[str, bytes]:
    """Return a picture of a paper as a PDF with its name; the picture itself where it is damaged."""
    try:
        return f"{file}.pdf", pdf_of_picture(content)
    except Unreadable:
        return file, content


# How the bytes of pictures begin that are not read: those of the kinds that are, where they are damaged, GIF and WebP.
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"II*\0", b"MM\0*", b"GIF8", b"RIFF")


def _refusal(content: bytes, words: Catalogue) -> str:
    """Return why a file cannot be read, in words."""
    if not content.strip():
        return words("new.empty_paper")
    if is_office_file(content):
        return words("new.office_paper")
    is_picture = content.startswith(_PICTURES) or content[4:12] in {b"ftypheic", b"ftypmif1"}
    return words("new.picture_paper") if is_picture else words("new.no_paper")
