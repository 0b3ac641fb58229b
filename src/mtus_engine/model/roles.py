"""Which facts the program itself reads."""

from typing import NamedTuple


class RoleNames(NamedTuple):
    """The facts that the program itself reads; other_treatment and other_procedure are members."""

    treatment: str
    request_date: str
    service_date: str
    retrospective: str
    units_requested: str
    units_disputed: str
    units_authorized: str
    units_prior: tuple[str, ...]
    concurrent: str | None = None
    units_per_week: str | None = None
    course_length: str | None = None
    body_parts: str | None = None
    injury_date: str | None = None
    surgery_performed: str | None = None
    surgery_found_necessary: str | None = None
    procedure: str | None = None
    other_treatment: str | None = None
    other_procedure: str | None = None
