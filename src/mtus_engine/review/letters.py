"""Letters: the templates of policy staff, checked, filled in, and written as PDF or DOCX.

A template is Jinja2 text, run in a sandbox. Its output is split into blocks: a line that begins with "# " is a heading,
one with "- " or "1. " an entry of a list, one with "| " a line of its own, as those of an address are; other lines are
paragraphs, divided by blank lines. Each value is filled in as one line of plain text, whatever it holds.
"""

import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from jinja2 import TemplateError, TemplateSyntaxError, meta

from mtus_engine.compiler.review import LetterAt
from mtus_engine.model.diagnostic import Diagnostic
from mtus_engine.model.review import Letter
from mtus_engine.model.told import Told
from mtus_engine.review.templates import FILTERS, LetterRefused, parsed_template, pieces_of

if TYPE_CHECKING:
    from docx.document import Document as DocxDocument

# Control characters, invisible ones and marks of text direction, which could change how a page reads, are removed.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
# The most characters of a letter, whatever its template does.
LONGEST_LETTER = 200_000
_NUMBERED = re.compile(r"\d{1,3}\.\s+(.*)")


class Block(NamedTuple):
    """A part of a letter: a heading, a paragraph, an entry of a list, or a line below another one."""

    kind: Literal["heading", "paragraph", "bullet", "number", "line"]
    text: str


class Filled(NamedTuple):
    """A letter as it is sent: its title and its parts; is_summary tells that it is to fit one page."""

    title: str
    blocks: tuple[Block, ...]
    is_summary: bool = False

    @property
    def text(self) -> str:
        """The letter as plain text."""
        parts = [self.title]
        for kind, texts in grouped_blocks(self.blocks):
            mark = "- " if kind in {"bullet", "number"} else ""
            parts += ["\n".join(texts)] if kind == "line" else [mark + one for one in texts]
        return "\n\n".join(parts) + "\n"


class LetterValues(NamedTuple):
    """The values that a letter may fill in; days are as people write them.

    sender is who signs, case the id in its file. asked, questions, lacks and reasons are sentences; record says what is
    stated of the worker and where, figures are those of the ledger of visits, notes those of reviewers. decided says of
    each item what was signed, with what of it is approved and why. received and due are days, empty where they are not
    known. to and about are what was typed for this one letter: whom it goes to, and which worker and claim it is about;
    address has the lines of the former. credentials are the specialty and license of the physician who signed.
    """

    today: str
    sender: str
    case: str
    asked: tuple[str, ...]
    questions: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    record: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    decided: tuple[str, ...] = ()
    guideline: str = ""
    received: str = ""
    due: str = ""
    note: str = ""
    to: str = ""
    about: str = ""
    address: tuple[str, ...] = ()
    credentials: str = ""

    def plain(self) -> dict[str, Any]:
        """Return the values by their names, each on one line."""
        return {
            name: one_line(value) if isinstance(value, str) else [one_line(one) for one in value]
            for name, value in self._asdict().items()
        }


EXAMPLE = LetterValues(
    today="January 5, 2026",
    sender="Erin Example, RN",
    case="EXAMPLE-1",
    asked=("physical therapy, 8 visits",),
    questions=("Did therapy so far bring improvement in function?",),
    lacks=("The request is not signed by the requesting physician.",),
    reasons=("It is not documented whether therapy so far helped.",),
    criteria=("improvement from earlier visits: not mentioned",),
    figures=("Visits requested: 8 visits",),
    notes=("the therapist was called",),
    decided=("physical therapy, 8 visits: Modified. What is approved: 6 visits.",),
    guideline="Physical medicine",
    received="January 2, 2026",
    due="January 9, 2026",
    note="as discussed by telephone",
    to="Sam Sample, MD, Example Street 1",
    about="claim 00-1",
    address=("Sam Sample, MD", "Example Street 1"),
    credentials="Occupational medicine, license G 00000",
)


def one_line(text: str) -> str:
    """Return text on one line, without characters that nobody sees."""
    return " ".join(_UNSEEN.sub("", text).split())


def template_problems(letters: Sequence[LetterAt]) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the templates of letters, each at its place."""
    return tuple(problem for one in letters for problem in _problems_of(one))


def _problems_of(one: LetterAt) -> Iterator[Diagnostic]:
    document, path = one.place.document, one.place.path
    named = f"the letter {one.letter.id}"
    try:
        tree = parsed_template(one.letter.text)
    except RecursionError:
        yield document.diagnostic(
            "MT330", path, f"{named} is too deep to be read", cure="write it with fewer parentheses"
        )
        return
    except LetterRefused as refused:
        cure = f"a letter has {{% for %}} within one other at most, {{% if %}}, and the filters {', '.join(FILTERS)}"
        yield document.diagnostic("MT330", path, f"{named}: {refused}", cure=cure)
        return
    except TemplateSyntaxError as error:
        cure = "{{ case }} fills in a value, {% for one in questions %} … {% endfor %} goes through several"
        yield document.diagnostic("MT330", path, f"{named}, its line {error.lineno}: {error.message}", cure=cure)
        return
    unknown = sorted(meta.find_undeclared_variables(tree) - set(LetterValues._fields))
    for name in unknown:
        cure = f"a letter knows {', '.join(LetterValues._fields)}"
        yield document.diagnostic("MT330", path, f"{named} fills in {name}, which it does not know", cure=cure)
    if unknown:
        return
    try:
        filled_letter(one.letter, EXAMPLE)
        filled_letter(one.letter, LetterValues(EXAMPLE.today, EXAMPLE.sender, EXAMPLE.case, ()))
    except LetterRefused as refused:
        yield document.diagnostic("MT330", path, f"{named}: {refused}", cure="try it with values as lint does")


def filled_letter(letter: Letter, given: LetterValues) -> Filled:
    """Return a letter with its values; raises LetterRefused where its template cannot be filled in."""
    pieces: list[str] = []
    length = 0
    try:
        for piece in pieces_of(parsed_template(letter.text), given.plain()):
            pieces.append(piece)
            length += len(piece)
            if length > LONGEST_LETTER:
                raise LetterRefused("the letter is longer than {n} characters", n=f"{LONGEST_LETTER:,}")
    except TemplateError as error:
        raise LetterRefused("its template cannot be filled in: {why}", why=str(error.message)) from None
    except (
        ArithmeticError,
        TypeError,
        ValueError,
        LookupError,
        AttributeError,
        RecursionError,
        OverflowError,
    ) as error:
        raise LetterRefused("its template cannot be filled in: {why}", why=str(error)) from None
    return Filled(one_line(letter.title), tuple(_blocks("".join(pieces))), letter.kind == "referral")


def _blocks(text: str) -> Iterator[Block]:
    paragraph: list[str] = []
    for line in [*text.splitlines(), ""]:
        said = line.strip()
        block = _block_of_line(said)
        if paragraph and (not said or block is not None):
            yield Block("paragraph", " ".join(paragraph))
            paragraph = []
        if block is not None:
            yield block
        elif said:
            paragraph.append(said)


def _block_of_line(said: str) -> Block | None:
    if said.startswith("# "):
        return Block("heading", said[2:].strip())
    if said.startswith("- "):
        return Block("bullet", said[2:].strip())
    if said.startswith("| "):
        return Block("line", said[2:].strip())
    if match := _NUMBERED.fullmatch(said):
        return Block("number", match[1])
    return None


def grouped_blocks(blocks: Sequence[Block]) -> list[tuple[str, list[str]]]:
    """Return the blocks in order as pairs of kind and texts: entries of one list, lines of one address are one pair."""
    groups: list[tuple[str, list[str]]] = []
    for one in blocks:
        if groups and groups[-1][0] == one.kind and one.kind in {"bullet", "number", "line"}:
            groups[-1][1].append(one.text)
        else:
            groups.append((one.kind, [one.text]))
    return groups


def shortened_letter(letter: Filled, most_entries: int, most_characters: int, more: Callable[[int], str]) -> Filled:
    """Return a letter with so many entries of each list, and so many characters of each part, at the most.

    Where entries are left out, more says how many.
    """
    blocks: list[Block] = []
    for kind, run in groupby(letter.blocks, key=lambda block: block.kind):
        entries = list(run)
        kept = entries[:most_entries] if kind in {"bullet", "number"} else entries
        blocks += (block._replace(text=_clipped_text(block.text, most_characters)) for block in kept)
        if left := len(entries) - len(kept):
            blocks.append(Block("paragraph", more(left)))
    return letter._replace(blocks=tuple(blocks))


def _clipped_text(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


class WrittenPdf(NamedTuple):
    """A letter as PDF, and how many pages it has."""

    content: bytes
    pages: int


class NoPdf(Told):
    """A PDF that cannot be made on this machine; says what is to be installed."""


def pdf_of(page: str) -> WrittenPdf:
    """Return HTML as PDF; nothing outside it is fetched.

    Raises NoPdf where the machine lacks the libraries that set pages.
    """
    with warnings.catch_warnings():
        # Without its library for parts of fonts whole fonts go into the PDF: that serves as well.
        warnings.filterwarnings("ignore", "HarfBuzz-Subset", DeprecationWarning)
        try:
            import weasyprint  # noqa: PLC0415 - slow to load, and needed when a letter is written
        except (ImportError, OSError):
            raise NoPdf(
                "this server cannot make PDFs: Pango is not installed on it (the README names the packages); "
                "save the letter as DOCX, or print the page"
            ) from None

    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=())
    laid_out = weasyprint.HTML(string=page, url_fetcher=fetcher).render()
    return WrittenPdf(laid_out.write_pdf(), len(laid_out.pages))


def docx_of(letter: Filled, lines: Sequence[str]) -> bytes:
    """Return a letter as DOCX; lines stand above its title."""
    import docx  # noqa: PLC0415 - slow to load, and needed when a letter is written

    document: DocxDocument = docx.Document()
    # The library's own template names the library in both.
    document.core_properties.author = ""
    document.core_properties.comments = ""
    for line in lines:
        document.add_paragraph(line)
    document.add_heading(letter.title, level=1)
    styles = {"bullet": "List Bullet", "number": "List Number"}
    for kind, texts in grouped_blocks(letter.blocks):
        if kind == "heading":
            document.add_heading(texts[0], level=2)
        elif kind == "line":
            document.add_paragraph("\n".join(texts))
        else:
            for text in texts:
                document.add_paragraph(text, style=styles.get(kind))
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()
