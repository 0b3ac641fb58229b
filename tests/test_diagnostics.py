"""Every diagnostic code: an example that earns it and nothing else, one that does not, and a page that is current."""

import re
from pathlib import Path

import pytest

from tests.diagnostic_pages import PAGES, codes_in, entries, index, page, run

SOURCE = Path(__file__).parent.parent / "src"
ENTRIES = entries()
RUN = [one for one in ENTRIES if "not_run" not in one]


def test_every_code_that_the_source_names_has_a_page():
    named = {code for path in SOURCE.rglob("*.py") for code in re.findall(r'"(MT\d{3})"', path.read_text("utf-8"))}
    assert named == {one["code"] for one in ENTRIES}
    assert len(named) > 50


@pytest.mark.slow
@pytest.mark.parametrize("entry", RUN, ids=[one["code"] for one in RUN])
def test_the_bad_example_earns_the_code_and_the_good_one_nothing(entry):
    bad, good = run(entry, "bad"), run(entry, "good")
    assert codes_in(bad.printed) == {entry["code"]}, bad.printed
    assert not codes_in(good.printed), good.printed
    assert good.code == 0
    assert (bad.code != 0) is (entry["code"] not in {"MT505", "MT601", "MT604", "MT620"})


def test_the_pages_are_current():
    expected = {"README.md", *(f"{one['code']}.md" for one in ENTRIES)}
    assert {path.name for path in PAGES.iterdir()} == expected
    assert (PAGES / "README.md").read_text("utf-8") == index()


@pytest.mark.slow
@pytest.mark.parametrize("entry", ENTRIES, ids=[one["code"] for one in ENTRIES])
def test_a_page_says_what_the_command_says(entry, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    assert (PAGES / f"{entry['code']}.md").read_text("utf-8") == page(entry), "python -m tests.diagnostic_pages"
