"""The files of rules/review/ as people write them: deadlines, what a request holds, what is worth a look, letters."""

from pydantic import Field

from mtus_engine.model.authored import Authored, DateSource, Id, Identifier, LineText, Marked
from mtus_engine.model.papers import PaperKind
from mtus_engine.model.review import Event, LetterKind, LetterOutcome, Way


class ReviewPeriod(Authored):
    """A rule counts for the requests of these days; an end that is left out is open."""

    from_: DateSource = Field(default=None, alias="from")
    until: DateSource = None


class DeadlineEntry(Marked):
    """One deadline: so many business days, days or hours from an event, for the ways of review that it names.

    It is counted from the first event of counts_from that has happened; if that happened several times, from the last.
    after: it stands only once this event has happened. unless: it no longer stands once this event has happened later
    than after. in_time: after counts only if it happened before the deadline that stood until then had passed. Of the
    deadlines that stand, the last one listed counts. stopped, in place of a length: no time runs while it stands.
    """

    id: Identifier
    says: LineText
    cite: LineText
    ways: tuple[Way, ...] = Field(min_length=1)
    counts_from: tuple[Event, ...] = Field(min_length=1)
    after: Event | None = None
    unless: Event | None = None
    in_time: bool = False
    business_days: int | None = Field(default=None, ge=1, le=400)
    days: int | None = Field(default=None, ge=1, le=400)
    hours: int | None = Field(default=None, ge=1, le=9600)
    stopped: bool = False
    in_force: ReviewPeriod = ReviewPeriod()


class CalendarEntry(Marked):
    """Which days are business days: all but Saturdays, Sundays and holidays.

    holidays names those of the country or state that are no business days, as the Python package holidays calls them.
    One that falls on a Sunday is kept on the Monday after it.
    """

    country: str = Field(pattern=r"^[A-Z]{2}$")
    state: str | None = Field(default=None, pattern=r"^[A-Z]{2,3}$")
    holidays: tuple[LineText, ...] = Field(min_length=1)
    zone: str = Field(description="the time zone, such as America/Los_Angeles")
    cite: LineText


class LateEntry(Marked):
    """After this time of the day a request counts as received on the next business day, for these ways of review."""

    time: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    ways: tuple[Way, ...] = Field(min_length=1)
    says: LineText
    cite: LineText


class DeadlinesDocument(Authored):
    """The file of deadlines of a review."""

    deadlines: tuple[DeadlineEntry, ...] = Field(min_length=1)
    business_days: CalendarEntry
    late: LateEntry | None = None


class NeedEntry(Marked):
    """One thing that a complete request holds.

    It is there where a paper of one of these kinds has a value after one of the labels, or holds one of the phrases.
    Without labels and phrases such a paper is enough; with treatment true, a treatment must be named. In a paper that
    has one of the headings in below, labels count only in the lines below it.
    """

    id: Identifier
    says: LineText
    lacks: LineText
    cite: LineText
    papers: tuple[PaperKind, ...] = ()
    labels: tuple[LineText, ...] = ()
    below: tuple[LineText, ...] = ()
    phrases: tuple[LineText, ...] = ()
    treatment: bool = False
    in_force: ReviewPeriod = ReviewPeriod()


class CompleteRequestDocument(Authored):
    """The file of what a complete request for authorization holds."""

    complete_request: tuple[NeedEntry, ...] = Field(min_length=1)


class RemarkEntry(Marked):
    """What is worth a look in a request, seen in papers of these kinds.

    It is said where one of the phrases stands at a ticked box, or with undated true where such a paper bears no day;
    unless_way names the ways of review in which it is not said.
    """

    id: Identifier
    says: LineText
    cite: LineText
    papers: tuple[PaperKind, ...] = Field(min_length=1)
    ticked: tuple[LineText, ...] = ()
    undated: bool = False
    unless_way: tuple[Way, ...] = ()


class EarlierDecisionEntry(Marked):
    """What a decision on the same treatment means for a request of the months after it; says is a sentence of it."""

    says: LineText
    outcomes: tuple[LetterOutcome, ...] = Field(min_length=1)
    months: int = Field(ge=1, le=240)
    cite: LineText


class OtherPlanEntry(Marked):
    """What is said where the plan of a report, of at most so many days before, asks for other visits than a request."""

    says: LineText
    days: int = Field(ge=1, le=400)
    cite: LineText


class RemarksDocument(Authored):
    """The file of what is worth a look before anything comes of a request."""

    remarks: tuple[RemarkEntry, ...] = Field(min_length=1)
    earlier_decision: EarlierDecisionEntry | None = None
    other_plan: OtherPlanEntry | None = None


class LetterEntry(Authored):
    """One letter: its title, and its text as a Jinja2 template; lines with "# " are headings, with "- " lists."""

    id: Id
    kind: LetterKind
    title: LineText
    text: str


class LettersDocument(Authored):
    """The file of letters."""

    letters: tuple[LetterEntry, ...] = Field(min_length=1)
