"""What is changed at the desk: answers, and statements accepted, rejected and settled."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath
from sqlalchemy import Connection
from starlette.responses import HTMLResponse, Response

from mtus_engine.model.case import Case
from mtus_engine.model.fact import Fact
from mtus_engine.report.interview import plain_value
from mtus_engine.serve.desk.answers import (
    Changes,
    changes_of_accepting,
    changes_of_answer,
    changes_of_rejecting,
    changes_of_settling,
    is_typed,
)
from mtus_engine.serve.desk.case import panel_shown
from mtus_engine.serve.desk.catalogue import Catalogue
from mtus_engine.serve.desk.controls import asks_which_surgery, statement_words, sure_statements
from mtus_engine.serve.desk.fields import body_sent
from mtus_engine.serve.desk.pages import Form, PageRoute, Posted, pages_of
from mtus_engine.serve.door import Served, Visitor, guard_for
from mtus_engine.serve.office import Office
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.routes.cases import CaseId, refuse_unfit
from mtus_engine.serve.sent import Id
from mtus_engine.serve.whole import amended_statement
from mtus_engine.serve.writing import Once, Repeatable, keep_change
from mtus_engine.store.cases import Changed, StoredCase, change_case, stored_case
from mtus_engine.store.clock import amendments_of
from mtus_engine.store.log import Stamp
from mtus_engine.store.parts import Said, body_of
from mtus_engine.store.roles import Action
from mtus_engine.store.scope import scope_of, surgeries_named

router = APIRouter(prefix="/desk/cases/{id}", route_class=PageRoute, include_in_schema=False)
MayChange = Annotated[Visitor, Depends(guard_for(Action.CHANGE_CASES))]
Work = Callable[[StoredCase, Fact], Changes]
# The most characters of the field that names facts not to be asked again.
_MOST_PASSED = 20_000


def panel_after(
    request: Request, office: Office, visitor: Visitor, id_: str, form: Form, said: str, passed: str | None = None
) -> HTMLResponse:
    """Return the checklist of the item that a form is about; for passed None, the form names facts passed over."""
    passed = form.line("passed", _MOST_PASSED) if passed is None else passed
    return panel_shown(request, office, visitor, id_, form.line("item"), said, passed=passed)


# ---- answers


def _change_fact(
    request: Request,
    office: Office,
    visitor: Visitor,
    once: Repeatable,
    id_: str,
    form: Form,
    name: str,
    work: Work,
    passed: str | None = None,
    beside: str = "",
) -> HTMLResponse:
    """Change the statements of a fact, and return the checklist as it stands then; beside is told with the change.

    Where another has changed something else meanwhile, both changes stand; where it was the same fact, the person is
    told, and nothing of the other is lost.
    """
    words, item, seen = pages_of(request).words, form.line("item"), form.whole("version")
    done: list[str] = []
    made: list[tuple[int, Case]] = []

    def change(connection: Connection, stamp: Stamp) -> int:
        now = stored_case(connection, id_)
        if now.version != seen:
            _refuse_overtaken(connection, now, seen, item, name)
        fact = office.facts_under(now.header.get("jurisdiction")).get(name)
        if fact is None:
            raise Refused(422, "Not there", "the rules no longer know this fact: load the page again")
        changes = work(now, fact)
        if not changes.said and not changes.withdrawn:
            return now.version
        said = (*changes.left, *changes.said)
        case = refuse_unfit(office, now, said, frozenset(changes.withdrawn))
        what = _of_item(now, item, _change_words(fact, changes, words), words)
        done.append(what)
        after = change_case(connection, stamp, id_, now.version, said=said, withdrawn=changes.withdrawn, what=what)
        made.append((after, case))
        return after

    keep_change(office, visitor, once, id_, change)
    for version, case in made:
        # Only now is the change committed.
        office.keep_read(id_, version, case)
    told = " ".join(filter(None, [words("panel.kept", what=done[0]), beside])) if done else ""
    return panel_after(request, office, visitor, id_, form, told, passed)


def _change_words(fact: Fact, changes: Changes, words: Catalogue) -> str:
    """Return what a change said of a fact, in words."""
    if changes.rejected is not None:
        return words("panel.rejected", what=f"{fact.label}: {statement_words(fact, changes.rejected, words)}")
    if not changes.said:
        return words("panel.taken_back", what=fact.label)
    body = body_of(changes.said[-1].body)
    said = f"{fact.label}: {statement_words(fact, body, words)}"
    if body.get("origin") == "confirmed":
        return words("panel.confirmed", what=said)
    return words("panel.with_reason", what=said, why=body["note"]) if body.get("note") else said


def _of_item(now: StoredCase, item: str, what: str, words: Catalogue) -> str:
    """Return what was done, with the item that it was done to where there are several."""
    return what if len(now.items) == 1 else words("panel.of_item", n=item, what=what)


def _refuse_overtaken(connection: Connection, now: StoredCase, seen: int, item: str, fact: str) -> None:
    """Raise Changed where the statements of a fact are no longer those that the person saw."""
    before = stored_case(connection, now.row.id, seen)
    ids = [{one.id for one in scope_of(case.statements, item, fact).standing} for case in (before, now)]
    if ids[0] != ids[1]:
        raise Changed(now.version)


@router.post("/answer")
def answer(request: Request, office: Served, visitor: MayChange, once: Once, id: CaseId, form: Posted) -> Response:
    """Keep what a person says of a fact."""
    item, name = form.line("item"), form.line("fact")
    place = {key: value for key in ("at", "words") if (value := form.line(key, 2000))}
    with office.reading() as connection:
        amended = amendments_of(connection, id)

    def work(now: StoredCase, fact: Fact) -> Changes:
        scope = scope_of(now.statements, item, name, now.items)
        body, reason = body_sent(form, fact), form.line("reason")
        if amended_statement(scope.shown, amended) is not None:
            # What a provider amended is taken away where it was recorded, not answered over.
            raise Refused(422, pages_of(request).words("amend.stands"), "")
        if body is not None and form.line("differ") and not reason:
            raise Refused(422, pages_of(request).words("fact.no_own_reason"), "")
        beside = place | ({"note": reason} if reason else {})
        if asks_which_surgery(fact, surgeries := surgeries_named(now.statements, item)):
            surgery = form.line("surgery")
            if surgery not in surgeries:
                raise Refused(422, pages_of(request).words("fact.no_surgery"), "")
            scope, beside = scope.about(surgery), beside | {"surgery": surgery}
        return changes_of_answer(scope, body, beside)

    passed = _facts_passed_over(form, name) if form.text("answer") == "unmentioned" else None
    beside = _replaced_meanwhile(request, office, id, form) if form.line("began") else ""
    return _change_fact(request, office, visitor, once, id, form, name, work, passed, beside)


def _replaced_meanwhile(request: Request, office: Office, id_: str, form: Form) -> str:
    """Return a sentence on an answer that was given while another was being typed, empty where there is none."""
    words, name, began = pages_of(request).words, form.line("fact"), form.whole("began")
    with office.reading() as connection:
        now = stored_case(connection, id_)
        if not 0 < began < now.version:
            return ""
        before = stored_case(connection, id_, began)
    fact = office.facts_under(now.header.get("jurisdiction")).get(name)
    scopes = [scope_of(case.statements, form.line("item"), name, case.items) for case in (before, now)]
    there = {one.id for one in scopes[0].standing}
    since = [one for one in scopes[1].shown if is_typed(one) and one.id not in there]
    if fact is None or not since:
        return ""
    given = dict.fromkeys(statement_words(fact, body_of(one.said.body), words) for one in since)
    return words("panel.replaced_meanwhile", what=", ".join(given))


def _facts_passed_over(form: Form, name: str) -> str:
    """Return the facts that are not asked again, with one more."""
    return " ".join(dict.fromkeys([*form.line("passed", _MOST_PASSED).split(), name]))


@router.post("/skip")
def skip(request: Request, office: Served, visitor: MayChange, id: CaseId, form: Posted) -> Response:
    """Ask another question next: of this fact the record says nothing, and nothing is kept of that."""
    return panel_after(request, office, visitor, id, form, "", _facts_passed_over(form, form.line("fact")))


# ---- statements


@router.post("/statements/{statement}/{verb}")
def on_statement(
    request: Request,
    office: Served,
    visitor: MayChange,
    once: Once,
    id: CaseId,
    statement: Id,
    verb: Annotated[str, InPath(pattern="^(accept|reject|settle)$")],
    form: Posted,
) -> Response:
    """Accept or reject what was read, or take it of several sources that differ."""
    item = form.line("item")
    if verb == "settle" and not form.line("reason"):
        raise Refused(422, pages_of(request).words("fact.no_reason"), "")
    with office.reading() as connection:
        stored = stored_case(connection, id)
    said = next((one.said for one in stored.statements if one.id == statement), None)
    if said is None:
        raise Changed(stored.version)
    name = said.fact

    def work(now: StoredCase, fact: Fact) -> Changes:
        scope = scope_of(now.statements, item, name, now.items)
        one = next((two for two in scope.standing if two.id == statement), None)
        if one is None:
            raise Changed(now.version)
        if verb == "accept":
            return changes_of_accepting(scope, one)
        return (
            changes_of_rejecting(scope, one)
            if verb == "reject"
            else changes_of_settling(scope, one, form.line("reason"))
        )

    return _change_fact(request, office, visitor, once, id, form, name, work)


@router.post("/accept-all")
def accept_all(request: Request, office: Served, visitor: MayChange, once: Once, id: CaseId, form: Posted) -> Response:
    """Accept everything that was read of an item and no source contradicts, where the program was sure of it."""
    words, seen = pages_of(request).words, form.whole("version")

    def change(connection: Connection, stamp: Stamp) -> int:
        now = stored_case(connection, id)
        if now.version != seen:
            raise Changed(now.version)
        item = form.line("item")
        changes = [
            changes_of_accepting(scope_of(now.statements, item, one.said.fact, now.items), one)
            for one in sure_statements(now, item)
        ]
        said = [one for changed in changes for one in (*changed.left, *changed.said)]
        if not said:
            return now.version
        withdrawn = [one for changed in changes for one in changed.withdrawn]
        what = words.counted("panel.accepted", len(changes))
        return change_case(connection, stamp, id, seen, said=said, withdrawn=withdrawn, what=what)

    keep_change(office, visitor, once, id, change)
    return panel_after(request, office, visitor, id, form, words("panel.all_accepted"))


@router.post("/presumptions")
def presumptions(
    request: Request, office: Served, visitor: MayChange, once: Once, id: CaseId, form: Posted
) -> Response:
    """Confirm what is presumed, in one block; what is not so is answered by itself before."""
    item, seen = form.line("item"), form.whole("version")
    what = pages_of(request).words("panel.presumed_confirmed")
    with office.reading() as connection:
        now = stored_case(connection, id)
    case = office.case_of(now.document)
    found = next((one for one in case.items if one.item == item), None)
    if found is None or now.version != seen:
        raise Changed(now.version)
    facts = office.facts_of(case)
    with office.asking() as checker:
        to_confirm = checker.interview(case, found).to_confirm
    presumed = ((one.fact, plain_value(facts[one.fact], one.known.values)) for one in to_confirm)
    said = [Said(item, fact, {"value": value, "origin": "confirmed"}) for fact, value in presumed if value is not None]

    def change(connection: Connection, stamp: Stamp) -> int:
        return change_case(connection, stamp, id, seen, said=said, what=what)

    keep_change(office, visitor, once, id, change)
    return panel_after(request, office, visitor, id, form, what)
