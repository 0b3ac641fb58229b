"""The JSON form of the law that a case is under and of routes of authorization, as types."""

from typing import Literal

# pydantic makes the schema; before Python 3.12 it accepts only the TypedDict of typing_extensions.
from typing_extensions import TypedDict


class PackOutline(TypedDict):
    """A pack that a determination uses; digest is that of its rule files.

    jurisdiction is the one that the pack is for: of a pack for another one only facts and definitions are used.
    """

    pack: str
    version: str
    title: str
    publisher: str
    jurisdiction: str
    digest: str


class LawOutline(TypedDict):
    """The jurisdiction of a request; named says whether the case names it; packs is empty if it has no rules."""

    id: str
    name: str
    named: bool
    packs: list[PackOutline]


class StepOutline(TypedDict):
    """A step of a tier: a route of authorization that a request takes, or may take."""

    id: str
    status: Literal["applies", "may_apply"]
    says: str
    cite: str
    marks: list[str]


class RouteOutline(TypedDict):
    """The route of authorization, by how far counts have come: its possible steps; open_facts would settle which it is.

    It is shown beside the finding and is no reason against a request.
    """

    id: str
    title: str
    pack: str
    steps: list[StepOutline]
    counts: list[str]
    open_facts: list[str]
    questions: list[str]
