"""Samples to open: made-up requests with their papers, and public decisions as case files."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from mtus_engine.loader.folder import is_yaml, read_case
from mtus_engine.loader.plain_json import json_of_case
from mtus_engine.model.review import Event, Way
from mtus_engine.review.clock import Happened
from mtus_engine.serve.desk.clock import update_deadline
from mtus_engine.serve.desk.state import DeskState
from mtus_engine.serve.office import LOCAL, Office
from mtus_engine.serve.routes.documents import TEXT, media_type_of
from mtus_engine.store.canonical import sha256
from mtus_engine.store.cases import create_case
from mtus_engine.store.clock import add_event
from mtus_engine.store.documents import attach_content
from mtus_engine.store.listing import Wanted, number_of_cases

# The most public decisions that are offered.
_MOST_DECISIONS = 6


class Sample(NamedTuple):
    """A sample: its name, and the papers or the case file that it is made of."""

    name: str
    title: str
    files: tuple[Path, ...]
    is_case: bool


@cache
def samples() -> tuple[Sample, ...]:
    """Return the samples that came with the program."""
    return (*_requests(), *_decisions())


def sample_of(name: str) -> Sample | None:
    """Return a sample by its name."""
    return next((one for one in samples() if one.name == name), None)


def are_a_sample(digests: Iterable[str]) -> bool:
    """Return whether documents, by their SHA-256, are the papers of one sample and nothing else."""
    named = frozenset(digests)
    return any(named == digests_of(one) for one in samples() if not one.is_case)


@cache
def digests_of(sample: Sample) -> frozenset[str]:
    """Return the SHA-256 of the files of a sample."""
    return frozenset(sha256(one.read_bytes()) for one in sample.files)


def document_of_sample(file: Path) -> dict[str, Any]:
    """Return the case of a case file, with yes and no as it writes them."""
    return json_of_case(*read_case(file))


def open_samples(office: Office, desk: DeskState) -> None:
    """Put the samples into a record that has no case yet."""
    with office.reading() as connection:
        if number_of_cases(connection, Wanted()):
            return
    for one in samples():
        papers = [(file.name, file.read_bytes()) for file in one.files]
        if one.is_case:
            _keep(office, desk, document_of_sample(one.files[0]), [])
        else:
            drafted = desk.drafter().draft_papers(one.name, papers)
            _keep(office, desk, json_of_case(one.name, drafted.text.encode()), papers)


def _keep(office: Office, desk: DeskState, document: Mapping[str, Any], papers: Sequence[tuple[str, bytes]]) -> None:
    stamp = office.record.stamp(LOCAL)
    with office.record.changing() as connection:
        id_ = create_case(connection, stamp, document, desk.pages.words("new.sample_opened"), is_sample=True)
        version = 1
        for file, content in papers:
            media_type = media_type_of(content, TEXT)
            _, version = attach_content(connection, stamp, id_, version, file, media_type, content)
        if document.get("setting", "ur") == "ur":
            # A made-up request counts as received today, whatever its papers say, so that its clock runs.
            add_event(connection, stamp, id_, version, Happened(Event.RECEIVED, desk.now().date()))
            update_deadline(connection, desk.review, id_, Way.PROSPECTIVE)


def _requests() -> tuple[Sample, ...]:
    folder = _shipped_folder("samples", "samples")
    if not folder.is_dir():
        return ()
    return tuple(
        Sample(
            path.name, path.name.replace("-", " "), tuple(sorted(one for one in path.iterdir() if one.is_file())), False
        )
        for path in sorted(folder.iterdir())
        if path.is_dir()
    )


def _decisions() -> tuple[Sample, ...]:
    folder = _shipped_folder("decisions", "cases/imr")
    if not folder.is_dir():
        return ()
    files = sorted(path for path in folder.iterdir() if is_yaml(path))
    return tuple(Sample(path.stem, _title(path), (path,), True) for path in files[:_MOST_DECISIONS])


def _title(file: Path) -> str:
    """Return what a public decision is about."""
    document = document_of_sample(file)
    return f"{document['items'][0].get('asked') or ''} ({document['case']})"


def _shipped_folder(installed: str, in_checkout: str) -> Path:
    package = Path(__file__).parents[2]
    found = package / installed
    return found if found.is_dir() else package.parents[1] / in_checkout
