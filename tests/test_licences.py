"""The page of licences says what is installed."""

import re
import tomllib
from importlib.metadata import distribution
from importlib.util import find_spec

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.licences import EXTRAS, PAGE, rows

LISTED = dict(re.findall(r"^\| ([\w.-]+) \| ([^|]+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_distribution_that_is_installed_is_listed_with_its_licence():
    if find_spec("pypdfium2") is None:
        pytest.skip("the ingest extra is not installed")
    assert {name: licence for name, (licence, _) in rows().items() if LISTED.get(name) != licence} == {}


def test_what_is_installed_is_under_no_licence_that_asks_for_ours():
    asking = re.compile(r"\b(A?GPL|GNU General)")
    copyleft = [name for name, (licence, _) in rows().items() if all(map(asking.search, re.split(r" or ", licence)))]
    assert copyleft == []


@pytest.mark.parametrize(
    ("pins", "extras"), [("run", ()), ("serve", ("serve",)), ("dev", ("dev",)), ("bench", ("bench",))]
)
def test_what_the_makefile_installs_is_pinned_by_version_and_hash(pins, extras):
    text = (PAGE.parents[1] / "requirements" / f"{pins}.txt").read_text(encoding="utf-8")
    pinned = set(re.findall(r"^([\w.-]+)==", text, re.MULTILINE)) | {"durable-rules", "mtus-engine"}
    project = tomllib.loads((PAGE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(one for extra in extras for one in project["optional-dependencies"][extra])]
    assert {canonicalize_name(Requirement(one).name) for one in asked} <= pinned
    entries = re.split(r"\n(?=\S)", text.strip())
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_the_list_is_read_from_the_project_as_it_is_now():
    project = tomllib.loads((PAGE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {Requirement(one).name.lower() for extra in EXTRAS for one in project["optional-dependencies"][extra]}
    known = {Requirement(one).name.lower() for one in distribution("mtus-engine").requires or ()}
    assert named - known == {"mtus-engine"}
