"""Releases of rules: kept, listed, given out; a determination names the one it was made by."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi import Path as InPath
from sqlalchemy import Connection
from starlette.responses import Response

from mtus_engine.serve.door import GuardedRoute, Served, Visitor, guard_for
from mtus_engine.serve.office import Office
from mtus_engine.serve.routes.jobs import bytes_of
from mtus_engine.serve.sent import Digest, ReleaseSent
from mtus_engine.serve.shapes import ReleaseShown
from mtus_engine.serve.writing import MadeOnce, Once, write_once
from mtus_engine.store.log import Stamp
from mtus_engine.store.releases import NoRelease, Release, keep_packs, listed_releases, packs_of
from mtus_engine.store.roles import Action

router = APIRouter(prefix="/v1/releases", route_class=GuardedRoute, tags=["releases"])
MayRead = Annotated[Visitor, Depends(guard_for(Action.READ_RULES))]
MayPublish = Annotated[Visitor, Depends(guard_for(Action.PUBLISH_RULES))]
ZIP = "application/zip"
_ZIP: dict[int | str, dict[str, Any]] = {200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}}}


def _release_shown(office: Office, found: Release) -> ReleaseShown:
    return ReleaseShown(**found._asdict(), in_use=found.digest == office.release.digest)


@router.get("")
def list_releases(office: Served, visitor: MayRead) -> list[ReleaseShown]:
    """List the releases, the newest first; in_use is the one that this server determines by."""
    with office.reading() as connection:
        return [_release_shown(office, one) for one in listed_releases(connection)]


@router.post("", status_code=201, response_model=ReleaseShown)
def publish(office: Served, visitor: MayPublish, once: Once, sent: ReleaseSent) -> Response:
    """Keep packs as a release, once they load without a mistake; a server started with them determines by it."""
    contents = tuple(bytes_of(one, f"/packs/{n}") for n, one in enumerate(sent.packs))

    def keep(connection: Connection, stamp: Stamp) -> MadeOnce:
        found = keep_packs(connection, stamp, contents, sent.name, sent.note)
        place = {"Location": f"/v1/releases/{found.digest}"}
        return MadeOnce(201, _release_shown(office, found), place)

    return write_once(office, visitor, once, keep)


@router.get("/{digest}/packs/{position}", response_class=Response, responses=_ZIP)
def read_pack(
    office: Served, visitor: MayRead, digest: Digest, position: Annotated[int, InPath(ge=0, le=19)]
) -> Response:
    """Return one pack of a release as a zip, the first by 0."""
    with office.reading() as connection:
        packs = packs_of(connection, digest)
    if position >= len(packs):
        raise NoRelease("the release has {n} packs", n=str(len(packs)))
    headers = {"Content-Disposition": f'attachment; filename="{digest[:12]}-{position}.zip"'}
    return Response(packs[position].content, 200, headers, ZIP)
