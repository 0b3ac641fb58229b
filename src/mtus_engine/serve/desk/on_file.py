"""What is kept of a request, read at once: for the outcome page, and for letters."""

from collections.abc import Sequence
from typing import NamedTuple

from mtus_engine.review.clock import Happened
from mtus_engine.serve.office import Office
from mtus_engine.store.cases import StoredCase, stored_case
from mtus_engine.store.clock import NotedEvent, amendments_of, noted_events
from mtus_engine.store.decided import (
    Decided,
    Signature,
    SignedReview,
    handed_over_because,
    outcomes_of,
    referred_because,
    signature_of,
    signed_reviews,
)
from mtus_engine.store.documents import KeptDocument, documents_of
from mtus_engine.store.notes import Note, notes_of
from mtus_engine.store.people import Person, all_people
from mtus_engine.store.reviews import State


class OnFile(NamedTuple):
    """The case with what happened to it, came to it and was decided; signed are its signed reviews, the last one last.

    referred is why it is with a physician, empty where it is not; handed_over why it was handed over, where nothing was
    done with the review since.
    """

    stored: StoredCase
    noted: Sequence[NotedEvent]
    documents: Sequence[KeptDocument]
    people: Sequence[Person]
    notes: Sequence[Note]
    decided: Sequence[Decided]
    amended: Sequence[str]
    signature: Signature | None
    signed: Sequence[SignedReview]
    referred: str
    handed_over: str

    @property
    def events(self) -> list[Happened]:
        """What happened to the request, by day."""
        return [one.happened for one in self.noted]

    @property
    def is_signed(self) -> bool:
        """Whether the review is signed, and so locked."""
        return self.stored.row.state is State.SIGNED

    @property
    def signed_as(self) -> str:
        """The name that was typed by who signed last, at a computer where nobody signs in; empty for nobody."""
        return self.signed[-1].as_name if self.signed else ""

    def name_of(self, person: str | None) -> str:
        """Return the name of a person by id, empty for None and for nobody who is known."""
        return next((one.name for one in self.people if one.id == person), "")


def on_file(office: Office, id_: str) -> OnFile:
    """Return what is kept of a request; raises NoCase."""
    with office.reading() as connection:
        stored = stored_case(connection, id_)
        return OnFile(
            stored,
            noted_events(connection, id_),
            documents_of(connection, id_),
            all_people(connection),
            notes_of(connection, id_),
            outcomes_of(connection, id_),
            amendments_of(connection, id_),
            signature_of(connection, id_),
            signed_reviews(connection, id_),
            referred_because(connection, id_) if stored.row.state is State.REFERRED else "",
            handed_over_because(connection, id_),
        )
