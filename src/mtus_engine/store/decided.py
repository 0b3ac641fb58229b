"""What was decided of the requests, as signatures and the log hold it."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, select

from mtus_engine.store.log import last_record, records
from mtus_engine.store.reviews import Outcome, Step
from mtus_engine.store.tables import outcomes


class Decided(NamedTuple):
    """What is decided of one item; reasons are the person's own words.

    granted says what of it is approved where that is a part, such as "6 visits"; it is empty where nobody said.
    guideline names the guideline, with edition and section, by which the person judged what none here covers.
    """

    item: str
    outcome: Outcome
    reasons: str
    granted: str = ""
    guideline: str = ""

    @property
    def in_log(self) -> dict[str, str]:
        """The decision as a record in the log holds it."""
        written = {"item": self.item, "outcome": self.outcome.value, "reasons": self.reasons}
        written |= {"granted": self.granted} if self.granted else {}
        return written | ({"guideline": self.guideline} if self.guideline else {})


class Signature(NamedTuple):
    """Who signed a review, by their id, and the moment in UTC as text."""

    by: str
    at: str


def outcomes_of(connection: Connection, case: str) -> list[Decided]:
    """Return what was decided of the items of a case, where its review is signed."""
    wanted = select(outcomes).where(outcomes.c.case == case).order_by(outcomes.c.item)
    return [
        Decided(row.item, Outcome(row.outcome), row.reasons, row.granted or "", row.guideline or "")
        for row in connection.execute(wanted)
    ]


class SignedReview(NamedTuple):
    """What was signed of a case once: by whose id, when (UTC, as text), what, and why it was opened again.

    as_name is the name that the person typed who certified at a computer where nobody signs in.
    """

    by: str
    at: str
    decided: tuple[Decided, ...]
    reopened: str
    as_name: str


def signed_reviews(connection: Connection, case: str) -> list[SignedReview]:
    """Return what was signed of a case, each time with the reason for opening it again; the last comes last."""
    found: list[SignedReview] = []
    for one in records(connection, case):
        content = one.content or {}
        if content.get("step") == Step.SIGN.value:
            decided = tuple(map(_decided_in_log, content["decided"]))
            found.append(SignedReview(one.by, one.at, decided, "", str(content.get("why", ""))))
        elif content.get("step") == Step.REOPEN.value and found:
            found[-1] = found[-1]._replace(reopened=str(content.get("why", "")))
    return found


def _decided_in_log(one: Mapping[str, str]) -> Decided:
    further = one.get("granted", ""), one.get("guideline", "")
    return Decided(one["item"], Outcome(one["outcome"]), one["reasons"], *further)


def referred_because(connection: Connection, case: str) -> str:
    """Return why a case was referred to a physician last, empty where it never was."""
    referred = (one.content for one in records(connection, case) if (one.content or {}).get("step") == Step.REFER.value)
    return next((str((content or {}).get("why", "")) for content in reversed(list(referred))), "")


def handed_over_because(connection: Connection, case: str) -> str:
    """Return why a case was handed over, where that is the last that was done with its review, else empty.

    It is asked for whenever the desk is drawn: of all the records only the last is read.
    """
    last = last_record(connection, case)
    content = {} if last is None or last.content is None else last.content
    return str(content.get("why") or "") if content.get("step") == Step.HAND_OVER.value else ""


def signature_of(connection: Connection, case: str) -> Signature | None:
    """Return who signed the review of a case and when, None where it is not signed."""
    found = connection.execute(select(outcomes.c.by, outcomes.c.at).where(outcomes.c.case == case).limit(1)).first()
    return None if found is None else Signature(found.by, found.at)
