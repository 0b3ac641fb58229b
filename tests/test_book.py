"""The rule book: a page for each edition, complete in itself, with marks, figures, questions and what changed."""

import re
from html.parser import HTMLParser

import pytest
from markupsafe import escape

from mtus_engine.cli.main import main


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    out = tmp_path_factory.mktemp("book") / "html"
    assert main(["rules", "book", "--out", str(out)]) == 0
    return {file.name: file.read_text(encoding="utf-8") for file in out.iterdir()}


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        self.found += [value for name, value in attributes if name in {"href", "src"}]


def test_every_edition_has_a_page_that_the_index_leads_to(book, ruleset):
    links = Links()
    links.feed(book["index.html"])
    chapters = [f"{e.guideline}-{e.edition}.html" for e in ruleset.editions]
    assert sorted(links.found) == sorted([*chapters, "notices.html"])
    assert set(links.found) | {"index.html"} == set(book)


def test_no_page_asks_for_anything_from_elsewhere(book):
    for name, page in book.items():
        links = Links()
        links.feed(page)
        assert all(re.fullmatch(r"[a-z0-9-]+\.html", link) for link in links.found), name
        assert "<script" not in page


def test_a_page_names_every_criterion_limit_row_and_question(book, ruleset):
    edition = next(e for e in ruleset.editions if e.key == "physical-medicine 2016-07-29")
    page = book["physical-medicine-2016-07-29.html"]
    for rule in (*edition.criteria, *edition.limits):
        assert f"<td>{rule.id}</td>" in page
    assert "interpretation; seen in CM16-0248233" in page
    assert "Changed from the edition of 2009-07-18" in page
    assert "visits 24, course 16 weeks" in page
    assert str(escape(edition.facts["deficits.need_skilled_care"].question)) in page
    assert "a trial of six visits for myalgia" in page


def test_notices_have_a_page_with_when_they_stand_and_what_they_are_worked_out_from(book, ruleset):
    page = book["notices.html"]
    assert all(f"<td>{rule.id}</td>" in page for rule in (*ruleset.notices, *ruleset.impossible))
    assert "Labor Code 4604.5(c)(1)" in page
    assert "{labor_code.visits}" not in page


def test_what_is_not_encoded_says_so(book):
    assert "Not encoded:" in book["acoem-2017-12-01.html"]
    assert "Criteria</h2>" not in book["acoem-2017-12-01.html"]


def test_the_book_is_the_same_in_markdown_and_never_over_other_files(tmp_path, capsys):
    out = tmp_path / "book"
    assert main(["rules", "book", "--out", str(out), "--format", "markdown"]) == 0
    index = (out / "index.md").read_text(encoding="utf-8")
    assert all((out / link).exists() for link in re.findall(r"\]\(([^)]+)\)", index))
    assert "| fading |" in (out / "physical-medicine-2016-07-29.md").read_text(encoding="utf-8")
    assert main(["rules", "book", "--out", str(out)]) == 2
    assert "is not empty" in capsys.readouterr().err
