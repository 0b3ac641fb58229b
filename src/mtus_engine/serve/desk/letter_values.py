"""What a letter about a request says: its template filled in from what stands, and from what is typed for it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from fastapi import Request

from mtus_engine.ingest.quantities import course_of
from mtus_engine.model.periods import day_in_words
from mtus_engine.model.review import Event
from mtus_engine.report.phrases import ledger_rows, text_only_line
from mtus_engine.report.view import ItemView
from mtus_engine.review.clock import Happened, deadline_due
from mtus_engine.review.letters import Filled, LetterValues, filled_letter
from mtus_engine.serve.desk.asked import AskedNow, asked_now
from mtus_engine.serve.desk.catalogue import Catalogue
from mtus_engine.serve.desk.clock import moment_words, received_on, way_of
from mtus_engine.serve.desk.free_names import without_number
from mtus_engine.serve.desk.lacks import lacks_of
from mtus_engine.serve.desk.letter_lines import line_of_item, open_criteria, questions_told, record_lines
from mtus_engine.serve.desk.on_file import OnFile, on_file
from mtus_engine.serve.desk.pages import Form
from mtus_engine.serve.desk.state import DeskState, desk_of
from mtus_engine.serve.desk.unlooked import is_about_paper
from mtus_engine.serve.door import Visitor
from mtus_engine.serve.office import Office
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.whole import says_how_much
from mtus_engine.store.cases import StoredCase
from mtus_engine.store.decided import Decided
from mtus_engine.store.decisions import CERTIFIED, WHOLE
from mtus_engine.store.reviews import Outcome

# The letters that are written of a request though facts of it cannot be together.
_BEFORE_IT_FITS = frozenset({"referral", "incomplete"})
# The letters of a signed review, by their kind, with the outcomes that each is written of.
SIGNED_LETTERS = {"certification": CERTIFIED, "decision": frozenset({Outcome.MODIFIED, Outcome.DENIED})}


class LetterTyped(NamedTuple):
    """What a person types for one letter.

    note is a sentence of theirs, to whom it goes, in lines, about the worker and claim, sender who signs it and how to
    reach them, credentials the specialty and license of a physician. It stands in the letter alone: nothing of it is
    kept with the case. why is the reason for a step that the letter goes with.
    """

    note: str = ""
    to: tuple[str, ...] = ()
    about: str = ""
    sender: str = ""
    why: str = ""
    credentials: str = ""


NOTHING_TYPED = LetterTyped()


def own_name(visitor: Visitor) -> str:
    """Return the name under which a visitor signs a letter, empty where nobody has signed in."""
    return visitor.person.name if visitor.is_signed_in else ""


def letter_typed(form: Form) -> LetterTyped:
    """Return what a form says for a letter."""
    note, why = form.text("note", 2000), form.text("why", 10_000)
    address = [" ".join(line.split()) for line in form.text("to", 300).splitlines() if line.strip()]
    about, sender, credentials = (form.line(name, 300) for name in ("about", "sender", "credentials"))
    return LetterTyped(note, tuple(address), about, sender, why, credentials)


def today_words(request: Request) -> str:
    """Return the day as the office counts it, in words."""
    return day_in_words(desk_of(request).now().date())


def event_of_now(event: Event, now: datetime) -> Happened:
    """Return an event that happens now, with its hour: on the last day of a deadline the hour decides."""
    return Happened(event, now.date(), now.time().replace(second=0, microsecond=0))


def letter_filled(
    request: Request, office: Office, visitor: Visitor, id_: str, name: str, typed: LetterTyped = NOTHING_TYPED
) -> Filled:
    """Return a letter about a request filled in; raises Refused where there is no such letter."""
    desk = desk_of(request)
    words = desk.pages.words
    letter = desk.review.letters.get(name)
    if letter is None:
        raise Refused(404, "Not there", "there is no such letter")
    kept = on_file(office, id_)
    stored = kept.stored
    possible, impossible = office.possible_views(stored.document)
    if impossible and letter.kind not in _BEFORE_IT_FITS:
        raise Refused(409, words("letter.impossible"), "")
    views = _views_told(possible, kept, letter.kind, words)
    facts = office.facts_under(stored.header.get("jurisdiction"))
    asked = asked_of_items(office, stored, views, kept.amended, words, has_others=bool(impossible))

    def lines(of_view: Callable[[ItemView], Iterable[str]]) -> tuple[str, ...]:
        return tuple(line_of_item(view.item["item"], asked, words, line) for view in views for line in of_view(view))

    given = LetterValues(
        today=today_words(request),
        sender=typed.sender or _signer(kept, letter.kind) or own_name(visitor),
        case=without_number(stored.row.name),
        asked=tuple(line_of_item(item, asked, words, line) for item, line in asked.items()),
        questions=questions_told(views, facts, words),
        lacks=tuple(need.lacks for need in lacks_of(request, office, stored, kept.documents, kept.events)),
        reasons=(
            *([words("letter.referred_because", why=typed.why)] if typed.why and letter.kind == "referral" else []),
            *impossible,
            *lines(lambda view: [view.item["finding_words"]]),
            *lines(lambda view: [line] if (line := text_only_line(view.item)) else []),
        ),
        criteria=lines(lambda view: open_criteria(view, words)),
        record=tuple(record_lines(views, facts, words)),
        figures=lines(lambda view: [f"{name}: {value}" for name, value, _ in ledger_rows(view.item)]),
        notes=tuple(f"{one.text} ({kept.name_of(one.by) or one.by})" for one in kept.notes if not is_about_paper(one)),
        decided=tuple(
            _decided_words(one, said, words) for item, said in asked.items() for one in kept.decided if one.item == item
        ),
        guideline="; ".join(_titles(views, kept, letter.kind, words)),
        received=received_on(kept.events),
        due=_due_words(desk, kept, letter.kind),
        note=typed.note,
        to=", ".join(line.rstrip(",") for line in typed.to),
        address=typed.to,
        about=typed.about,
        credentials=typed.credentials,
    )
    return filled_letter(letter, given)


def _views_told(views: Sequence[ItemView], kept: OnFile, kind: str, words: Catalogue) -> Sequence[ItemView]:
    """Return the items that a letter tells of: of a signed review those of its outcome; raises Refused for none."""
    if kind not in SIGNED_LETTERS:
        return views
    outcomes = {one.item for one in kept.decided if one.outcome in SIGNED_LETTERS[kind]}
    told = [view for view in views if view.item["item"] in outcomes]
    if not kept.is_signed or not told:
        raise Refused(409, words(f"letter.not_{kind}"), "")
    return told


def _signer(kept: OnFile, kind: str) -> str:
    """Return who signed the review that a letter tells of, empty where it tells of none."""
    if kept.signature is None or kind not in SIGNED_LETTERS:
        return ""
    return kept.signed_as or kept.name_of(kept.signature.by)


def _due_words(desk: DeskState, kept: OnFile, kind: str) -> str:
    """Return until when is to be decided, empty where nothing runs or the time is past.

    Asking for information moves the deadline: the letter names the one that applies once it is sent.
    """
    now = desk.now()
    events = [*kept.events, *([event_of_now(Event.INFORMATION_ASKED, now)] if kind == "information" else [])]
    until = deadline_due(desk.review, way_of(kept.stored.row), events)
    return "" if until is None or until.at < now else moment_words(until)


def _titles(views: Sequence[ItemView], kept: OnFile, kind: str, words: Catalogue) -> dict[str, None]:
    """Return the titles of the guidelines that a letter rests on, each once, those that a reviewer named among them.

    A physician may approve what does not meet the criteria: a certification does not say that it does.
    """
    told = [view.item for view in views if kind != "certification" or view.item["finding"] in WHOLE]
    titles = [
        words("letter.guideline", title=item["title"], regulation=item["regulation"], edition=item["edition"])
        for item in told
        if item["title"]
    ]
    named = [one.guideline for one in kept.decided if one.guideline] if kind == "certification" else []
    return dict.fromkeys([*titles, *named])


def asked_of_items(
    office: Office,
    stored: StoredCase,
    views: Sequence[ItemView],
    amended: Sequence[str],
    words: Catalogue,
    *,
    has_others: bool = False,
) -> dict[str, str]:
    """Return what each item of a request asks for, in words, by its number.

    With has_others, items of which no view is given are among them, by the words of the request alone.
    """
    now = asked_now(office, stored, amended, words)
    found = {view.item["item"]: _asked_words(view, now) for view in views}
    if not has_others:
        return found
    written = {str(one["item"]): str(one.get("asked") or "") for one in stored.header["items"]}
    return {item: found.get(item) or now.of(item, said) for item, said in written.items()}


def _asked_words(view: ItemView, now: AskedNow) -> str:
    """Return what an item asks for, in words; where the request was amended, with the number asked for now.

    Words that name no number are followed by what is known of the request: visits, how often, how long.
    """
    asked = view.item["asked"] or _treatment_words(view)
    amended = now.of(view.item["item"], asked)
    if amended != asked or any(course_of(asked)):
        return amended
    figures = "; ".join(
        f"{one['label'][:1].lower()}{one['label'][1:]}: {one['value']}"
        for name, one in view.item["facts"].items()
        if one["statements"] and name in now.facts and says_how_much(now.facts[name])
    )
    return now.words("letter.asked_with", asked=asked, figures=figures) if figures else asked


def _decided_words(one: Decided, asked: str, words: Catalogue) -> str:
    """Return what was signed of an item, in words: the outcome, what of it is approved, and the reasons."""
    said = words("letter.decided", asked=asked, outcome=words(f"decided.{one.outcome.value}"))
    granted = [words("letter.granted", granted=one.granted)] if one.granted else []
    reasons = [words("letter.reasons", reasons=one.reasons)] if one.reasons else []
    return " ".join([said, *granted, *reasons])


def _treatment_words(view: ItemView) -> str:
    item = view.item
    fact = item["facts"].get(item["treatment_fact"])
    return "" if fact is None else fact["value"]
