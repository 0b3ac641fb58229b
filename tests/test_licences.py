"""The page of licences says what is installed."""

import re
from importlib.util import find_spec

import pytest

from tests.licences import PAGE, rows

LISTED = dict(re.findall(r"^\| ([\w.-]+) \| ([^|]+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_distribution_that_is_installed_is_listed_with_its_licence():
    if find_spec("pypdfium2") is None:
        pytest.skip("the ingest extra is not installed")
    assert {name: licence for name, (licence, _) in rows().items() if LISTED.get(name) != licence} == {}


def test_what_is_installed_is_under_no_licence_that_asks_for_ours():
    copyleft = [name for name, (licence, _) in rows().items() if re.search(r"\b(A?GPL|GNU General)", licence)]
    assert copyleft == []
