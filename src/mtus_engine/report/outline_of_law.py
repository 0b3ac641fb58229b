"""The JSON form of the law that a case is under and of routes of authorization, as types."""

from typing import Literal

# pydantic makes the schema and reads these types from here before Python 3.12.
from typing_extensions import TypedDict


class PackOutline(TypedDict):
    """A pack of rules that a determination is made by; digest is that of its rule files.

    jurisdiction is whose rules it holds: of a pack of another one only its facts and definitions are used.
    """

    pack: str
    version: str
    title: str
    publisher: str
    jurisdiction: str
    digest: str


class LawOutline(TypedDict):
    """Whose law a request is under; named tells whether its case names it; no pack is for one without rules here."""

    id: str
    name: str
    named: bool
    packs: list[PackOutline]


class StepOutline(TypedDict):
    """A route of authorization that a request takes, or may take."""

    id: str
    status: Literal["applies", "may_apply"]
    says: str
    cite: str
    marks: list[str]


class RouteOutline(TypedDict):
    """How a request is authorized by how far counts have come; open_facts are those that would settle it.

    It stands beside the finding and is no reason against a request.
    """

    id: str
    title: str
    pack: str
    steps: list[StepOutline]
    counts: list[str]
    open_facts: list[str]
    questions: list[str]
