"""Long work: asked for, followed, cancelled; each answer names the job, whose state can be watched as events."""

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from mtus_engine.loader.packs import absolute_sources
from mtus_engine.serve.door import GuardedRoute, Served, Visitor, guard_for
from mtus_engine.serve.office import Office
from mtus_engine.serve.problems import Refused
from mtus_engine.serve.routes.documents import TEXT, media_type_of
from mtus_engine.serve.sent import (
    AuditAsked,
    CaseSelection,
    Id,
    ImpactAsked,
    LintAsked,
    PapersSent,
    ProofAsked,
    RulesNamed,
)
from mtus_engine.serve.shapes import JobShown
from mtus_engine.serve.tasks import RulesGiven, Task
from mtus_engine.serve.working import Workers
from mtus_engine.serve.writing import Once, Repeatable, answer_to_repetition
from mtus_engine.store.answers import KeptAnswer, keep_answer
from mtus_engine.store.canonical import plain_of, sha256
from mtus_engine.store.documents import keep_content
from mtus_engine.store.jobs import OVER, Job, job, listed_jobs
from mtus_engine.store.listing import Wanted, all_cases
from mtus_engine.store.people import Person
from mtus_engine.store.releases import packs_of
from mtus_engine.store.roles import Action, may

router = APIRouter(prefix="/v1", route_class=GuardedRoute, tags=["jobs"])
MayReadPapers = Annotated[Visitor, Depends(guard_for(Action.READ_PAPERS))]
MayAudit = Annotated[Visitor, Depends(guard_for(Action.AUDIT))]
MayWorkOnRules = Annotated[Visitor, Depends(guard_for(Action.WORK_ON_RULES))]
MaySeeSelf = Annotated[Visitor, Depends(guard_for(Action.SEE_SELF))]
_EVENTS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {}}}}
# Seconds between two looks at a job that is watched.
_LOOKED_EVERY = 0.25


def workers_of(request: Request) -> Workers:
    """Return the workers that do the long work of the server."""
    workers: Workers = request.app.state.workers
    return workers


Working = Annotated[Workers, Depends(workers_of)]


@router.post("/papers", status_code=202, response_model=JobShown)
def read_papers(office: Served, workers: Working, visitor: MayReadPapers, once: Once, sent: PapersSent) -> Response:
    """Read documents of one worker, or a decision, into a draft case; nothing of it is a case until it is posted."""
    documents = ((one.file, bytes_of(one.content, f"/documents/{n}/content")) for n, one in enumerate(sent.documents))
    task, keep = papers_task(office, sent.name, documents)
    return _begin_once(office, workers, visitor, once, task, keep)


def papers_task(
    office: Office,
    name: str,
    documents: Iterable[tuple[str, bytes]],
    *,
    at_desk: bool = False,
    refused: Sequence[str] = (),
    by_hand: Sequence[str] = (),
) -> tuple[Task, Callable[[Connection], None]]:
    """Return the task of reading documents, and a function that keeps their bytes; raises Refused for other content.

    at_desk tells that a person can read papers that the program cannot: then these are no failure. refused says of
    other files why they are not among these; the answer names them with those that could not be read. by_hand are
    treatments of which a person says that they are asked for.
    """
    given, kept = [], []
    for file, content in documents:
        kept.append((media_type_of(content, TEXT), content))
        given.append({"file": file, "content": content, "digest": sha256(content)})

    def keep(connection: Connection) -> None:
        for media_type, content in kept:
            keep_content(connection, media_type, content)

    values = {"name": name, "documents": given, "at_desk": at_desk, "refused": list(refused), "by_hand": list(by_hand)}
    return Task("papers", (own_rules(office),), law_of(office), values), keep


@router.post("/audit", status_code=202, response_model=JobShown)
def audit(office: Served, workers: Working, visitor: MayAudit, once: Once, asked: AuditAsked) -> Response:
    """Set engine and reviewers side by side over a selection of the cases."""
    with office.reading() as connection:
        cases = _cases(connection, asked.cases)
    return _begin_once(
        office,
        workers,
        visitor,
        once,
        Task("audit", (own_rules(office),), law_of(office), {"cases": cases, "reading": asked.reading}),
    )


@router.post("/rules/lint", status_code=202, response_model=JobShown)
def lint(office: Served, workers: Working, visitor: MayWorkOnRules, once: Once, asked: LintAsked) -> Response:
    """Go through rules: every mistake in them, and what looks like one."""
    return _begin_once(office, workers, visitor, once, Task("lint", (_rules_given(office, asked.rules),), None, {}))


@router.post("/rules/test", status_code=202, response_model=JobShown)
def test(office: Served, workers: Working, visitor: MayWorkOnRules, once: Once, asked: LintAsked) -> Response:
    """Run the examples beside rules."""
    return _begin_once(office, workers, visitor, once, Task("test", (_rules_given(office, asked.rules),), None, {}))


@router.post("/rules/impact", status_code=202, response_model=JobShown)
def impact(office: Served, workers: Working, visitor: MayWorkOnRules, once: Once, asked: ImpactAsked) -> Response:
    """See what an edit of the rules changes on a selection of the cases: counts and criteria, and no case as such."""
    rules = (_rules_given(office, asked.before), _rules_given(office, asked.after))
    with office.reading() as connection:
        cases = _cases(connection, asked.cases)
    if not may(visitor.person.roles, Action.READ_CASES):
        # Somebody who may not read cases sees how many change and which criteria move, but no name of a case.
        cases = [{**one, "case": f"case {n}"} for n, one in enumerate(cases, 1)]
    return _begin_once(office, workers, visitor, once, Task("impact", rules, law_of(office), {"cases": cases}))


@router.post("/rules/prove", status_code=202, response_model=JobShown)
def prove(office: Served, workers: Working, visitor: MayWorkOnRules, once: Once, asked: ProofAsked) -> Response:
    """See what an edit of the rules can change on any case there could be."""
    rules = (_rules_given(office, asked.before), _rules_given(office, asked.after))
    return _begin_once(office, workers, visitor, once, Task("prove", rules, law_of(office), {"seconds": asked.seconds}))


@router.get("/jobs")
def list_jobs(office: Served, visitor: MaySeeSelf) -> list[JobShown]:
    """List the long work that this person asked for, the newest first."""
    with office.reading() as connection:
        return [_job_shown(one, with_result=False) for one in listed_jobs(connection, visitor.person.id, 100)]


@router.get("/jobs/{id}")
def read_job(workers: Working, visitor: MaySeeSelf, id: Id) -> JobShown:
    """Return how far work is, and what came of it."""
    return _job_shown(own_job(workers, visitor.person, id))


@router.delete("/jobs/{id}")
def cancel_job(workers: Working, visitor: MaySeeSelf, id: Id) -> JobShown:
    """Cancel work that waits or goes on; what is over stays as it is."""
    own_job(workers, visitor.person, id)
    workers.cancel(id)
    return _job_shown(own_job(workers, visitor.person, id))


@router.get("/jobs/{id}/events", response_class=StreamingResponse, responses=_EVENTS)
async def watch_job(request: Request, workers: Working, visitor: MaySeeSelf, id: Id) -> Response:
    """Watch work: an event at each change, the last when it is over."""
    first = await run_in_threadpool(own_job, workers, visitor.person, id)

    async def events() -> AsyncIterator[bytes]:
        now, before = first, None
        while True:
            if now != before:
                shown = _job_shown(now, with_result=False).model_dump(mode="json")
                yield b"event: job\ndata: " + orjson.dumps(shown) + b"\n\n"
                before = now
            if now.state in OVER or await request.is_disconnected():
                return
            await asyncio.sleep(_LOOKED_EVERY)
            now = await run_in_threadpool(workers.job, id)

    return StreamingResponse(events(), media_type="text/event-stream")


# The action that each kind of work is for.
_FOR = {
    "papers": Action.READ_PAPERS,
    "audit": Action.AUDIT,
    "lint": Action.WORK_ON_RULES,
    "test": Action.WORK_ON_RULES,
    "impact": Action.WORK_ON_RULES,
    "prove": Action.WORK_ON_RULES,
}


def _begin_once(
    office: Office,
    workers: Workers,
    visitor: Visitor,
    once: Repeatable,
    task: Task,
    keep: Callable[[Connection], object] | None = None,
) -> Response:
    """Ask for work, or return what was answered to the same request before."""
    if (again := answer_to_repetition(office, visitor, once)) is not None:
        return again
    stamp = office.stamp(visitor.person)

    def kept(connection: Connection, id_: str) -> None:
        if keep is not None:
            keep(connection)
        if once.key is not None:
            body = _job_shown(job(connection, id_)).model_dump_json()
            keep_answer(connection, stamp, once.key, once.digest, KeptAnswer(202, {}, body))

    shown = _job_shown(workers.job(workers.begin(stamp, task, kept)))
    return Response(shown.model_dump_json(), 202, media_type="application/json")


def own_job(workers: Workers, person: Person, id_: str) -> Job:
    """Return a job of this person; raises Refused for one of others, which only who manages the server may see."""
    found = workers.job(id_)
    if found.by != person.id and not may(person.roles, Action.MANAGE_PEOPLE):
        raise Refused(404, "Not there", "there is no such job")
    # The result may tell of cases: only the person who asked sees it, while they may still ask for such work.
    is_theirs = found.by == person.id and may(person.roles, _FOR[found.kind])
    return found if is_theirs else found._replace(result=None, problem=None)


def _job_shown(found: Job, *, with_result: bool = True) -> JobShown:
    result = plain_of(found.result) if with_result and found.result is not None else None
    return JobShown(
        id=found.id,
        kind=found.kind,
        state=found.state.value,
        done=found.done,
        total=found.total,
        problem=found.problem,
        result=result,
        made_at=found.made_at,
        changed_at=found.changed_at,
    )


def own_rules(office: Office) -> RulesGiven:
    """Return the rules that the server itself works with."""
    return RulesGiven(sources=absolute_sources(office.settings.rules))


def law_of(office: Office) -> str:
    """Return the jurisdiction whose rules the server works with."""
    return office.checker.ruleset.jurisdiction.id


def _rules_given(office: Office, named: RulesNamed) -> RulesGiven:
    """Return the rules that are named: sent packs take precedence over those of a release; by default, our own."""
    sent = tuple(bytes_of(one, f"/packs/{n}") for n, one in enumerate(named.packs))
    if named.release is None:
        return RulesGiven(sent) if sent else own_rules(office)
    with office.reading() as connection:
        kept = tuple(one.content for one in packs_of(connection, named.release))
    return RulesGiven((*kept, *sent))


def _cases(connection: Connection, selection: CaseSelection) -> list[Mapping[str, Any]]:
    return [one.document for one in all_cases(connection, Wanted(state=selection.state, words=selection.words))]


def bytes_of(sent: str, place: str) -> bytes:
    """Return the bytes that base64 text holds; raises Refused for what is none."""
    try:
        return base64.b64decode(sent, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(422, "No base64", f"{place}: send the bytes as base64") from None
