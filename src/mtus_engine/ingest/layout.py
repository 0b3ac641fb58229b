"""The text of a decision in one layout, whatever program or scanner it came through."""

import re
from collections import Counter

# Spaces other than the plain one, and characters that are not seen.
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\t]")
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
# A hyphen that broke a word at the end of a line, as some readers of PDF write it.
_BROKEN = re.compile("[\ufffe\u0002]\n?")
_PAGE = re.compile(r"(?:page\s+)?-?\s*\d{1,3}\s*-?(?:\s*(?:of|/)\s*\d{1,3})?", re.IGNORECASE)
_PAGE_OF = re.compile(r"\bpage\s+\d{1,3}\s+(?:of|/)\s*\d{1,3}\b", re.IGNORECASE)
_KEPT = re.compile(r"guideline|rationale|upheld|overturned|necessary|[.:;?!]$", re.IGNORECASE)
# What a header or footer names; a line without any of it that comes again is ordinary text that repeats.
_OF_PAGES = re.compile(r"\bCM\d\d-\d{7}\b|\bpage\b|\bconfidential\b|\bfinal determination letter\b", re.IGNORECASE)
# A line of a header or footer has at most so many letters, and stands on at least so many pages.
LONGEST_FOOTER, FEWEST_PAGES = 90, 2
# A title stands in the first lines of a paper.
_TITLE_LINES = 5


def laid_out(text: str) -> str:
    """Return the text with plain spaces and line ends, and without page numbers, headers and footers."""
    return "\n".join(laid_out_pages(text.replace("\f", "\n")))


def laid_out_pages(text: str, *, in_columns: bool = False) -> tuple[str, ...]:
    """Return the pages of a text, which form feeds divide, each in the one layout.

    With in_columns the spaces at the beginning of lines stay, and tabs are wide spaces, so that columns can be told.
    """
    pages = [_lines(page, in_columns=in_columns) for page in text.split("\f")]
    repeated = Counter(_without_numbers(line) for lines in pages for line in lines if line)
    if in_columns:
        pages[0] = _without_page_of_title(pages[0], repeated)
    return tuple("\n".join(_without_furniture(lines, repeated)) for lines in pages)


def _lines(text: str, *, in_columns: bool) -> list[str]:
    plain = re.sub(r"\r*\n|\r", "\n", text)
    if in_columns:
        plain = plain.expandtabs()
    plain = _UNSEEN.sub("", _BROKEN.sub("-", _SPACES.sub(" ", plain)))
    return [line.rstrip() if in_columns else line.strip() for line in plain.split("\n")]


def _without_page_of_title(lines: list[str], repeated: Counter[str]) -> list[str]:
    """Return the lines of a first page; "page 1 of 2" beside the words of one of the first lines is left out."""
    first = [n for n, line in enumerate(lines) if line.strip()][:_TITLE_LINES]
    changed = list(lines)
    for n in first:
        without = _PAGE_OF.sub("", lines[n]).strip()
        if without and repeated[_without_numbers(lines[n])] < FEWEST_PAGES:
            changed[n] = _PAGE_OF.sub("", lines[n]).rstrip()
    return changed


def _without_furniture(lines: list[str], repeated: Counter[str]) -> list[str]:
    kept: list[str] = []
    is_at_a_break = False
    for line in lines:
        if _is_of_a_page(line, repeated[_without_numbers(line)]):
            # The blank lines around a footer belong to the page, not to the text.
            while kept and not kept[-1]:
                kept.pop()
            is_at_a_break = True
        elif line or not is_at_a_break:
            kept.append(line)
            is_at_a_break = False
    return kept


def _is_of_a_page(line: str, times: int) -> bool:
    line = line.strip()
    if not line or len(line) > LONGEST_FOOTER:
        return False
    if _PAGE.fullmatch(line) is not None or _PAGE_OF.search(line) is not None:
        return True
    return times >= FEWEST_PAGES and _OF_PAGES.search(line) is not None and _KEPT.search(line) is None


def _without_numbers(line: str) -> str:
    return re.sub(r"\d+", "0", line)
