"""mtus rules book: the rules as a book, one page per edition."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from mtus_engine.api import Checker
from mtus_engine.cli.loaded import rule_sources, rules_to_work_on
from mtus_engine.loader.whole_file import write_whole
from mtus_engine.policy.book import Chapter, NoticePage, chapters, notice_page
from mtus_engine.policy.book_pages import BookChapter, book_files, changed_part, chapter_sheet
from mtus_engine.policy.examples import examples
from mtus_engine.report.sheet import SheetPart

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(verbs: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the book command."""
    command = verbs.add_parser("book", parents=[rules])
    command.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="an empty or new folder")
    command.add_argument("--format", choices=["html", "markdown"], default="html")
    command.set_defaults(run=_book)


def _book(options: Namespace) -> int:
    out: Path = options.out
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        why = "is not empty" if out.is_dir() else "is a file"
        sys.stderr.write(f"{out} {why} and is left as it is: name another folder\n")
        return 2
    ruleset = rules_to_work_on(options)
    named = examples(rule_sources(options), Checker(ruleset))
    written = [
        BookChapter(chapter.name, chapter_sheet(*_chapter_parts(chapter))) for chapter in chapters(ruleset, named)
    ]
    written.append(BookChapter("notices", chapter_sheet(*_notices(notice_page(ruleset)))))
    out.mkdir(parents=True, exist_ok=True)
    first = ""
    for name, text in book_files(written, options.format):
        write_whole(out / name, text)
        first = first or name
    sys.stderr.write(f"{out / first} written, with {len(written)} chapters\n")
    return 0


def _notices(page: NoticePage) -> tuple[str, list[str], list[SheetPart]]:
    summary = ["Notices stand beside a finding and never change it."]
    parts = [
        SheetPart("Notices", (), ("Id", "Says", "Where", "Cite", "Marks"), page.notices),
        SheetPart("Facts that cannot be together", (), ("Id", "Says", "Condition"), page.impossible),
        SheetPart("Computed", (), ("Fact", "From", "Cite", "Marks"), page.computed),
    ]
    return "Notices, and facts that cannot be together", summary, parts


def _chapter_parts(chapter: Chapter) -> tuple[str, list[str], list[SheetPart]]:
    summary = [chapter.source, f"Pack {chapter.pack}."] if chapter.pack else [chapter.source]
    summary += [f"In force {chapter.in_force}. Covers: {chapter.covers}."]
    summary += [f"Governs where {chapter.governs}."] if chapter.governs else []
    summary += [f"Takes precedence over {chapter.precedence}."] if chapter.precedence else []
    summary += [f"Not encoded: {chapter.not_encoded}"] if chapter.not_encoded else []
    summary += [chapter.note] if chapter.note else []
    parts = [
        SheetPart("Criteria", (), ("Id", "Requires", "Condition", "Cite", "Marks"), chapter.criteria),
        SheetPart("Limits", (), ("Id", "Allows", "Condition", "Cite", "Marks"), chapter.limits),
        *(SheetPart(title, (), ("Id", "Route", "Where", "Cite", "Marks"), rows) for title, rows in chapter.routes),
        *(SheetPart(f"Table {title}", (), headings, rows) for title, headings, rows in chapter.tables),
        SheetPart("Computed", (), ("Fact", "From", "Cite", "Marks"), chapter.computed),
        SheetPart("Questions", (), ("Fact", "Question"), chapter.questions),
        SheetPart("Examples", (), ("Example", "Expected"), chapter.examples),
        changed_part(chapter.previous, chapter.changed),
    ]
    return chapter.title, summary, parts
