"""What nobody has looked at yet of a request: statements, presumptions, and papers that the program could not read."""

from collections.abc import Sequence
from typing import NamedTuple

from mtus_engine.serve.desk.controls import waiting_statements
from mtus_engine.serve.office import Office
from mtus_engine.store.cases import StoredCase
from mtus_engine.store.documents import KeptDocument
from mtus_engine.store.notes import Note
from mtus_engine.store.parts import PlainDocument, body_of

# A note beside a paper says that a person has read it.
_READ = "paper "


class Unlooked(NamedTuple):
    """What is left to look at: the number of statements and of presumptions, and the files that nobody has read."""

    statements: int
    presumed: int
    papers: tuple[str, ...]


def about_paper(document: str) -> str:
    """Return what a note is about that says that a person has read a paper."""
    return f"{_READ}{document}"


def is_about_paper(note: Note) -> bool:
    """Return whether a note says that a person has read a paper."""
    return (note.about or "").startswith(_READ)


def listed_papers(stored: StoredCase) -> Sequence[PlainDocument]:
    """Return the papers that a case lists, each as its file writes it."""
    return (stored.header.get("record") or {}).get("documents") or ()


def kinds_of_papers(stored: StoredCase) -> dict[str, str]:
    """Return what each paper is that the program knows, by its file: the name of its kind, and its day."""
    return {
        str(one.get("file")): ", ".join(str(one[key]) for key in ("kind", "dated") if one.get(key))
        for one in listed_papers(stored)
        if one.get("kind")
    }


def reasons_unread(stored: StoredCase) -> dict[str, str]:
    """Return why nothing was read from a paper, by its file, where that is known."""
    return {str(one.get("file")): str(one["unread"]) for one in listed_papers(stored) if one.get("unread")}


def kinds_by_hand(stored: StoredCase) -> dict[str, str]:
    """Return what a person says that a paper is, by its file."""
    return {str(one.get("file")): str(one["kind"]) for one in listed_papers(stored) if one.get("by_hand")}


def unread_papers(
    stored: StoredCase, documents: Sequence[KeptDocument], notes: Sequence[Note]
) -> tuple[KeptDocument, ...]:
    """Return the papers from which the program took nothing, and of which nobody has said that they have read them.

    Letters of the office are not among them, nor is a decision of an independent medical review, whose places name no
    file.
    """
    if stored.header.get("setting") == "imr":
        return ()
    known = kinds_of_papers(stored)
    cited = [str(body_of(one.said.body).get("at", "")) for one in stored.statements]
    noted = {note.about for note in notes}
    return tuple(
        one
        for one in documents
        if one.letter is None
        and one.file not in known
        and not any(at.startswith(one.file) for at in cited)
        and about_paper(one.id) not in noted
    )


def unlooked_matters(
    office: Office, stored: StoredCase, documents: Sequence[KeptDocument], notes: Sequence[Note]
) -> Unlooked | None:
    """Return what nobody has looked at yet, None where that is nothing."""
    case = office.case_of(stored.document)
    waiting = {one.id for item in stored.items for one in waiting_statements(stored, item)}
    with office.asking() as checker:
        presumed = {one.fact for item in case.items for one in checker.interview(case, item).to_confirm}
    found = Unlooked(len(waiting), len(presumed), tuple(one.file for one in unread_papers(stored, documents, notes)))
    return found if any(found) else None
