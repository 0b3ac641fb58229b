"""Cases that are not stored: determined, and asked about; what other systems call."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from mtus_engine.model.case import Case, CaseItem
from mtus_engine.report.interview import InterviewOutline, interview_outline
from mtus_engine.report.outline import ItemOutline
from mtus_engine.serve.door import GuardedRoute, Served, Visitor, guard_for
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.sent import CaseChecked, QuestionAsked
from mtus_engine.serve.shapes import FactShown, TreatmentShown
from mtus_engine.serve.writing import json_response
from mtus_engine.store.roles import Action

router = APIRouter(prefix="/v1", route_class=GuardedRoute, tags=["checks"])
MayCheck = Annotated[Visitor, Depends(guard_for(Action.CHECK))]
MayReadRules = Annotated[Visitor, Depends(guard_for(Action.READ_RULES))]


@router.post("/check", response_model=list[ItemOutline])
def check(office: Served, visitor: MayCheck, sent: CaseChecked) -> Response:
    """Determine a case without keeping it: the answer is what mtus check --format json prints."""
    return json_response(office.items_of(sent.case, explain=sent.explain))


@router.post("/questions", response_model=InterviewOutline)
def questions(office: Served, visitor: MayCheck, sent: QuestionAsked) -> Response:
    """Return what is to be confirmed and asked next of an item of a case that is not kept."""
    case = office.case_of(sent.case)
    return json_response(next_question(office, case, sent.item, frozenset(sent.passed_over)))


def next_question(office: Served, case: Case, named: str | None, passed_over: frozenset[str]) -> InterviewOutline:
    """Return what is asked next about the item that is named, or the only one; raises Refused where neither is."""
    item = _item(case, named)
    with office.asking() as checker:
        found = checker.interview(case, item, passed_over)
    return interview_outline(case.case, item.item, found, office.facts_of(case))


def _item(case: Case, named: str | None) -> CaseItem:
    items = [one for one in case.items if named in {None, one.item}]
    if len(items) == 1:
        return items[0]
    said = "name one of its items as item" if named is None else f"it has no item {named}"
    raise Refused(422, "Which item", f"{said}: {', '.join(one.item for one in case.items)}")


@router.get("/facts")
def facts(office: Served, visitor: MayReadRules) -> list[FactShown]:
    """List the facts that a case may state, in the order of the vocabulary."""
    found = sorted(office.checker.ruleset.facts.values(), key=lambda one: (one.order, one.name))
    return [
        FactShown(
            name=one.name,
            label=one.label,
            kind=one.kind.value,
            question=one.question,
            unit=one.unit,
            members={str(member): label for member, label in one.members},
        )
        for one in found
    ]


@router.get("/treatments")
def treatments(office: Served, visitor: MayReadRules) -> list[TreatmentShown]:
    """List the treatments that are known, with the editions that cover them."""
    ruleset = office.checker.ruleset
    members = ruleset.facts[ruleset.roles.treatment].members
    return [
        TreatmentShown(
            treatment=str(member),
            label=label,
            editions=[edition.key for edition in ruleset.editions if member in edition.covers],
        )
        for member, label in members
    ]
