"""What the desk shows of an item: the checklist, each fact with its control and statements, and what is asked next."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, assert_never

from mtus_engine.compiler.literals import values_of
from mtus_engine.compiler.problems import Misfit
from mtus_engine.ingest.places import places_of
from mtus_engine.model.checked import Checked
from mtus_engine.model.fact import Because, Fact, Kind, Known
from mtus_engine.model.interview import Interview
from mtus_engine.model.values import Choice, Selection, Span, Stretch
from mtus_engine.report.interview import presumed_words
from mtus_engine.report.phrases import (
    governing_lines,
    ledger_rows,
    missing_lines,
    notice_lines,
    prediction_line,
    route_lines,
    text_only_line,
    units_line,
)
from mtus_engine.report.view import FAILED, EditionView, ItemView, RuleView, decides, item_view, shown_status
from mtus_engine.serve.desk.answers import Scope, is_waiting, scope_of, without_repetitions
from mtus_engine.serve.desk.catalogue import Catalogue
from mtus_engine.store.cases import Stated, StoredCase
from mtus_engine.store.notes import Note
from mtus_engine.store.parts import body_of
from mtus_engine.wording.reasons import reason_lines, without_places
from mtus_engine.wording.values import known_words, member_words, values_words

ControlKind = Literal["yes_no", "number", "day", "length", "one", "several"]
State = Literal["met", "not_met", "open", "none"]


class StatementView(NamedTuple):
    """A statement as the desk shows it: what it says, where it was read, by whom and how sure."""

    id: str
    value: str
    at: str
    place: str
    words: str
    beside: tuple[str, ...]
    note: str
    is_waiting: bool
    is_replaced: bool


class Member(NamedTuple):
    """One of the members that a fact may have."""

    name: str
    label: str
    is_chosen: bool


class FactView(NamedTuple):
    """A fact with the control that answers it.

    anchor names it on the page; said is what is known of it, in words; typed is what its control holds. answer tells
    which of yes, no, not_found and unmentioned stands. is_open tells whether it is neither stated nor presumed.
    """

    name: str
    anchor: str
    label: str
    question: str
    kind: ControlKind
    unit: str
    said: str
    because: Because
    typed: str
    answer: str
    members: tuple[Member, ...]
    statements: tuple[StatementView, ...]
    is_conflicting: bool
    is_presumed: bool
    is_next: bool
    looked_for: bool


class Computed(NamedTuple):
    """A fact that is worked out from others, as a criterion reads it."""

    label: str
    said: str


class RowView(NamedTuple):
    """A criterion or limit: how it stands and why, its source, and the facts that it reads.

    facts are those whose controls stand here; elsewhere are those that an earlier row shows.
    """

    key: str
    state: State
    icon: str
    word: str
    name: str
    why: tuple[str, ...]
    cite: str
    marks: tuple[str, ...]
    is_presumed: bool
    is_advisory: bool
    facts: tuple[FactView, ...]
    elsewhere: tuple[FactView, ...]
    computed: tuple[Computed, ...]
    notes: tuple[Note, ...]


class BlockView(NamedTuple):
    """The rows of one edition: not met and open ones first, then the others; title where several may govern."""

    title: str | None
    counts: str
    first: tuple[RowView, ...]
    others: tuple[RowView, ...]


class Presumed(NamedTuple):
    """A presumption that waits for a person."""

    fact: FactView
    presumed: str


class NextView(NamedTuple):
    """What is asked next: presumptions to confirm in one block, or a question with the criteria that it settles.

    here are those of their facts that no row of the checklist shows.
    """

    to_confirm: tuple[Presumed, ...]
    fact: FactView | None
    settles: tuple[str, ...]
    here: tuple[FactView, ...]
    is_over: bool


class OpenQuestion(NamedTuple):
    """A question that is open, and the fact on the page that answers it, if it has a control there.

    is_optional tells that it decides nothing.
    """

    question: str
    anchor: str
    is_optional: bool


class ItemShown(NamedTuple):
    """All that the desk shows of an item."""

    item: str
    asked: str
    finding: str
    finding_state: State
    said: str | None
    units: str | None
    governing: tuple[str, ...]
    text_only: str | None
    blocks: tuple[BlockView, ...]
    request: tuple[FactView, ...]
    unsettled: tuple[FactView, ...]
    others: tuple[FactView, ...]
    next: NextView
    against: tuple[str, ...]
    missing: tuple[str, ...]
    ledger: tuple[tuple[str, str, str], ...]
    notices: tuple[str, ...]
    routes: tuple[str, ...]
    open_by_rules: tuple[str, ...]
    questions: tuple[OpenQuestion, ...]
    waiting: int
    sure: int
    notes: tuple[Note, ...]


class Desk(NamedTuple):
    """What an item is shown from."""

    case: StoredCase
    checked: Checked
    interview: Interview
    facts: Mapping[str, Fact]
    notes: Sequence[Note]
    words: Catalogue


def item_shown(at: Desk) -> ItemShown:
    """Return what the desk shows of an item."""
    view = item_view(at.checked, chain=False)
    return _Shown(at, view).item()


class _Shown:
    """One item being shown: each fact has its control once, where it is read first."""

    def __init__(self, at: Desk, view: ItemView) -> None:
        self._at, self._view, self._item = at, view, view.item
        self._number = view.item["item"]
        self._placed: dict[str, FactView] = {}
        questions = at.interview.questions
        self._next = questions[0].fact if questions and not at.interview.to_confirm else None

    def item(self) -> ItemShown:
        item, at = self._item, self._at
        blocks = tuple(self._block(edition) for edition in self._view.editions)
        roles = at.checked.roles
        request = self._controls(
            [roles.treatment, *(name for name, fact in at.facts.items() if fact.part_of_request), roles.request_date]
        )
        unsettled = self._controls(item["unsettled"])
        stated = [one.said.fact for one in at.case.statements if one.said.item in {None, self._number}]
        others = self._controls(stated)
        following = self._following()
        return ItemShown(
            self._number,
            item["asked"] or "",
            item["finding_words"],
            _finding_state(item["finding"]),
            prediction_line(item) if item["prediction"] and item["prediction"]["setting"] == "imr" else None,
            units_line(item),
            tuple(self._named(_without_ids(line)) for line in governing_lines(self._view)),
            text_only_line(item),
            blocks,
            request,
            unsettled,
            others,
            following,
            tuple(self._against()),
            tuple(missing_lines(item)),
            tuple(ledger_rows(item)),
            tuple(notice_lines(item)),
            tuple(route_lines(item)),
            tuple(item["open_by_rules"]),
            tuple(
                OpenQuestion(
                    one["question"],
                    self._placed[one["fact"]].anchor if one["fact"] in self._placed else "",
                    one["optional"],
                )
                for one in item["questions"]
            ),
            len(waiting_statements(at.case, self._number)),
            len(sure_statements(at.case, self._number)),
            tuple(note for note in at.notes if note.item == self._number and note.about is None),
        )

    def _block(self, edition: EditionView) -> BlockView:
        rows = [(rule, self._row(rule)) for rule in edition.shown]
        first = tuple(row for _, row in rows if row.state in {"not_met", "open"})
        return BlockView(
            None if edition.title is None else self._named(edition.title),
            edition.counts,
            first,
            tuple(row for _, row in rows if row.state not in {"not_met", "open"}),
        )

    def _named(self, line: str) -> str:
        """Return a line with editions by their titles, as people call them."""
        for candidate in self._at.checked.determination.evaluation.candidates:
            edition = candidate.edition
            line = line.replace(edition.key, self._at.words("panel.edition", title=edition.title, day=edition.edition))
        return line

    def _row(self, rule: RuleView) -> RowView:
        part = rule.part
        icon, word = shown_status(rule)
        facts, elsewhere, computed = [], [], []
        for name in part["facts"]:
            if name in self._placed:
                elsewhere.append(self._placed[name])
            elif self._is_asked(name):
                self._placed[name] = self._fact(name)
                facts.append(self._placed[name])
            elif name in self._item["facts"]:
                found = self._item["facts"][name]
                computed.append(Computed(found["label"], found["value"]))
        return RowView(
            part["id"],
            _state(part["status"]),
            icon,
            word,
            rule.name,
            tuple(reason_lines(without_places(rule.reasons))),
            part["cite"],
            tuple(part["marks"]),
            part["presumed"] and "requires" in part,
            not decides(rule),
            tuple(facts),
            tuple(elsewhere),
            tuple(computed),
            tuple(note for note in self._at.notes if note.item == self._number and note.about == part["id"]),
        )

    def _controls(self, names: Sequence[str]) -> tuple[FactView, ...]:
        """Return the controls of facts that no row before shows."""
        found = []
        for name in dict.fromkeys(names):
            if name not in self._placed and self._is_asked(name):
                self._placed[name] = self._fact(name)
                found.append(self._placed[name])
        return tuple(found)

    def _is_asked(self, name: str) -> bool:
        """Return whether a person may state a fact: one that is worked out only where somebody has stated it."""
        fact = self._at.facts.get(name)
        if fact is None or (fact.question is None and not fact.part_of_request):
            return False
        return not fact.is_defined or bool(self._scope(name).standing) or name == self._next

    def _scope(self, name: str) -> Scope:
        return scope_of(self._at.case.statements, self._number, name)

    def _fact(self, name: str) -> FactView:
        fact, known, scope = self._at.facts[name], self._known(name), self._scope(name)
        shown = scope.shown
        return FactView(
            name,
            f"fact-{name.replace('.', '-').replace('_', '-')}",
            fact.label,
            fact.question or fact.label,
            control_kind(fact),
            fact.unit or "",
            known_words(fact, known),
            known.because,
            _typed(fact, known),
            _answer(fact, known),
            _members(fact, known),
            tuple(self._statement(fact, one, is_replaced=one not in shown) for one in without_repetitions(scope)),
            known.because is Because.CONFLICTING and len(without_repetitions(scope)) > 1,
            known.because is Because.PRESUMED and not shown,
            name == self._next,
            known.looked_for,
        )

    def _known(self, name: str) -> Known:
        evaluation = self._at.checked.determination.evaluation
        for known in (evaluation.known, *(candidate.known for candidate in evaluation.candidates)):
            if name in known:
                return known[name]
        return Known(self._at.facts[name].domain, Because.NOT_DOCUMENTED)

    def _statement(self, fact: Fact, one: Stated, *, is_replaced: bool) -> StatementView:
        body = body_of(one.said.body)
        words = self._at.words
        beside = [words(f"speaker.{body['by']}")] if "by" in body else []
        beside.append(words(f"origin.{body.get('origin', 'stated')}"))
        beside += [words("fact.hedged")] if body.get("hedged") else []
        beside += [words(f"sure.{body['confidence']}")] if "confidence" in body else []
        beside += [words("fact.dated", day=body["dated"])] if "dated" in body else []
        return StatementView(
            one.id,
            statement_words(fact, body, words),
            str(body.get("at", "")),
            _place_words(str(body.get("at", "")), words),
            str(body.get("words", "")),
            tuple(beside),
            str(body.get("note", "")),
            is_waiting(one),
            is_replaced,
        )

    def _following(self) -> NextView:
        found = self._at.interview
        asked = [one.fact for one in found.to_confirm] or [one.fact for one in found.questions[:1]]
        here = []
        for name in asked:
            if name not in self._placed:
                self._placed[name] = self._fact(name)
                here.append(self._placed[name])
        confirm = tuple(
            Presumed(self._placed[one.fact], presumed_words(self._at.facts[one.fact], one.known))
            for one in found.to_confirm
        )
        if confirm or not found.questions:
            return NextView(confirm, None, (), tuple(here), found.is_over)
        first = found.questions[0]
        names = {rule.part["id"]: rule.name for edition in self._view.editions for rule in edition.rules}
        settles = tuple(names[id_] for id_ in first.settles if id_ in names)
        return NextView((), self._placed[first.fact], settles, tuple(here), found.is_over)

    def _against(self) -> Iterator[str]:
        """Yield what fails whatever else is documented, with the changed request that would pass."""
        item, words = self._item, self._at.words
        names = {rule.part["id"]: rule.name for edition in self._view.editions for rule in edition.rules}
        for one in item["against"]:
            cure = "; ".join(
                f"{item['facts'][s['fact']]['label'] if s['fact'] in item['facts'] else ''}: {s['words']}"
                for s in one["cure"]
            )
            name = names.get(one["id"], "")
            yield words("panel.against_cure", name=name, cure=cure) if cure else words("panel.against", name=name)


def waiting_statements(case: StoredCase, item: str) -> list[Stated]:
    """Return the statements of an item that no person has looked at and no other replaces."""
    of_item = [one for one in case.statements if one.said.item in {None, item} and is_waiting(one)]
    return [one for one in of_item if one in scope_of(case.statements, item, one.said.fact).shown]


def sure_statements(case: StoredCase, item: str) -> list[Stated]:
    """Return those that wait, were read without doubt, and that no other source contradicts."""
    return [one for one in waiting_statements(case, item) if _is_sure(one, case, item)]


def _is_sure(one: Stated, case: StoredCase, item: str) -> bool:
    body = body_of(one.said.body)
    is_alone = len(scope_of(case.statements, item, one.said.fact).shown) == 1
    return is_alone and not body.get("hedged") and body.get("confidence") != "doubtful"


def control_kind(fact: Fact) -> ControlKind:
    """Return the control by which a fact of its kind is answered."""
    match fact.kind:
        case Kind.BOOLEAN:
            return "yes_no"
        case Kind.INTEGER | Kind.DECIMAL:
            return "number"
        case Kind.DATE:
            return "day"
        case Kind.PERIOD:
            return "length"
        case Kind.ONE_OF:
            return "one"
        case Kind.SET_OF:
            return "several"
        case _:
            assert_never(fact.kind)


def statement_words(fact: Fact, body: Mapping[str, Any], words: Catalogue) -> str:
    """Return what a statement says, in words."""
    if body.get("not_documented"):
        return words("answer.not_found")
    try:
        return values_words(fact, values_of(fact, frozen(body.get("value"))))
    except Misfit:
        return str(body.get("value"))


def _place_words(at: str, words: Catalogue) -> str:
    """Return where a statement was read; of many places the first, and how many more."""
    places = places_of(at)
    if len(places) <= _MOST_PLACES:
        return at
    return words("fact.places", first=places[0].text, n=len(places) - 1)


# Places that are written out.
_MOST_PLACES = 2


def frozen(plain: Any) -> Any:
    """Return a value of JSON as the loader hands values over."""
    return tuple(frozen(one) for one in plain) if isinstance(plain, list) else plain


def _typed(fact: Fact, known: Known) -> str:
    """Return what the control of a fact holds: its value as it would be typed, empty where there is none."""
    if not known.is_narrowed or known.because is Because.CONFLICTING:
        return ""
    match known.values:
        case Span() | Stretch():
            return values_words(fact, known.values).removesuffix(f" {fact.unit}" if fact.unit else "")
        case Choice() | Selection():
            return ""
        case _:
            assert_never(known.values)


def _answer(fact: Fact, known: Known) -> str:
    """Return which answer of a fact stands: of one that is true or false yes or no, of any not_found or unmentioned."""
    values = known.values
    if known.looked_for and (not known.is_narrowed or fact.is_documentation):
        return "not_found"
    if known.because is Because.CONFLICTING:
        return ""
    if fact.kind is Kind.BOOLEAN and isinstance(values, Choice) and len(values.possible) == 1:
        return "yes" if True in values.possible else "no"
    return "" if known.is_narrowed else "unmentioned"


def _members(fact: Fact, known: Known) -> tuple[Member, ...]:
    if fact.kind not in {Kind.ONE_OF, Kind.SET_OF}:
        return ()
    values = known.values
    chosen: frozenset[Any] = frozenset()
    if known.is_narrowed and known.because is not Because.CONFLICTING:
        if isinstance(values, Choice) and len(values.possible) == 1:
            chosen = values.possible
        elif isinstance(values, Selection):
            chosen = values.certain
    return tuple(Member(name, member_words(fact, name), name in chosen) for name, _ in fact.members)


def _state(status: str) -> State:
    if status in FAILED:
        return "not_met"
    if status == "undetermined":
        return "open"
    return "none" if status == "not_applicable" else "met"


def _finding_state(finding: str) -> State:
    if finding == "meets":
        return "met"
    return "not_met" if finding == "does_not_meet" else "open"


def _without_ids(line: str) -> str:
    """Return a line about the rules without the name of the pack, which is for programs."""
    before, bracket, rest = line.partition(" (")
    return before if line.startswith("Rules: ") and bracket and ")" in rest else line
