"""The JSON form of a reviewer's decision beside ours, as types."""

# pydantic makes the schema and reads these types from here before Python 3.12.
from typing_extensions import TypedDict


class GroundOutline(TypedDict):
    """A reason the reviewer gives."""

    criterion: str | None
    finding: str | None
    other: str | None
    at: str | None


class ReviewerOutline(TypedDict):
    """The reviewer's decision beside ours."""

    outcome: str
    same_outcome: bool | None
    guidelines: list[str]
    grounds: list[GroundOutline]
    shared: list[str]
    engine_only: list[str]
    reviewer_only: list[GroundOutline]
    contradicted: list[str]
