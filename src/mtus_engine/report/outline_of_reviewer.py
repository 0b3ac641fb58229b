"""The JSON form of a reviewer's decision, compared with the determination, as types."""

# pydantic makes the schema; before Python 3.12 it accepts only the TypedDict of typing_extensions.
from typing_extensions import TypedDict


class GroundOutline(TypedDict):
    """A reason the reviewer gives."""

    criterion: str | None
    finding: str | None
    other: str | None
    at: str | None


class ReviewerOutline(TypedDict):
    """The reviewer's decision, and how its outcome and grounds compare with the determination."""

    outcome: str
    same_outcome: bool | None
    guidelines: list[str]
    grounds: list[GroundOutline]
    shared: list[str]
    engine_only: list[str]
    reviewer_only: list[GroundOutline]
    contradicted: list[str]
