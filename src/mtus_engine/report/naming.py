"""The words for findings and statuses: one wording for every view."""

from mtus_engine.model.determination import Finding
from mtus_engine.model.fact import Because

FINDINGS = {
    Finding.MEETS: "Meets criteria",
    Finding.MEETS_IN_PART: "Meets criteria in part",
    Finding.DOES_NOT_MEET: "Does not meet criteria: refer to a physician reviewer",
    Finding.INFORMATION_NEEDED: "Information needed",
    Finding.NOT_COVERED: "Not covered by an encoded guideline",
    Finding.NOTHING_IN_DISPUTE: "Nothing in dispute: already authorized",
}

STATUSES = {
    "met": ("✓", "Met"),
    "not_met": ("✗", "Not met"),
    "not_applicable": ("–", "Not applicable"),
    "within": ("✓", "Within"),
    "exceeded": ("✗", "Exceeded"),
    "none_left": ("✗", "None left"),
}

_OPEN = {
    Because.CONFLICTING: "Record unclear",
    Because.IMPRECISE: "Record unclear",
    Because.NOT_DOCUMENTED: "Not mentioned",
}

DISCLAIMER = (
    "This compares a request with encoded treatment criteria. It is no medical or legal advice and no decision: "
    "only a physician reviewer may modify or deny."
)


def status_words(status: str, because: str, *, looked_for: bool, lifted: bool = False) -> tuple[str, str]:
    """Return the icon and the word of a status as its JSON names it."""
    if status == "not_applicable" and lifted:
        return "–", "Lifted"
    if status in STATUSES:
        return STATUSES[status]
    if because == Because.NOT_DOCUMENTED.value and looked_for:
        return "?", "Looked for and not found"
    return "?", _OPEN.get(Because(because), "Not mentioned")
