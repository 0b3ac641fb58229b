"""Whether the server answers, whether it can do its work, and how much it did; nothing of any case."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from mtus_engine import __version__
from mtus_engine.serve.door import office_of, visitor_of
from mtus_engine.serve.problems import Problem, Refused
from mtus_engine.serve.settings import is_loopback
from mtus_engine.serve.shapes import Healthy
from mtus_engine.store.database import NoDatabase
from mtus_engine.store.migrate import refuse_other_revision
from mtus_engine.store.roles import Action, may

router = APIRouter(tags=["health"])


@router.get("/health")
def health() -> Healthy:
    """Return that the server answers."""
    return Healthy(status="ok", engine_version=__version__)


@router.get("/ready", responses={503: {"model": Problem, "description": "Not ready"}})
def ready(request: Request) -> Healthy:
    """Return that the database answers and is of this version."""
    try:
        refuse_other_revision(office_of(request).record.engine)
    except NoDatabase as problem:
        raise Refused(503, "Not ready", str(problem)) from None
    return Healthy(status="ok", engine_version=__version__)


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request) -> Response:
    """Return counts for Prometheus: to programs of this machine, and to who manages the server."""
    office = office_of(request)
    is_here = request.client is not None and is_loopback(request.client.host) and office.settings.proxy is None
    visitor = None if is_here else visitor_of(request)
    if not is_here and (visitor is None or not may(visitor.person.roles, Action.MANAGE_PEOPLE)):
        raise Refused(403, "Not allowed", "counts are for programs of this machine and for administrators")
    return Response(office.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
