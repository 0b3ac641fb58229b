"""The words for findings and statuses: one wording for every view."""

from typing import Literal, assert_never

from mtus_engine.model.determination import Finding, LimitStatus, Status, Units
from mtus_engine.model.fact import Because
from mtus_engine.wording.values import figure_words

DISCLAIMER = (
    "This compares a request with encoded treatment criteria. It is no medical or legal advice and no decision: "
    "only a physician reviewer may modify or deny."
)


SETTINGS = {"ur": "utilization review", "imr": "independent medical review"}


def finding_words(finding: Finding) -> str:
    """Return a finding in words."""
    match finding:
        case Finding.MEETS:
            return "Meets criteria"
        case Finding.MEETS_IN_PART:
            return "Meets criteria in part"
        case Finding.DOES_NOT_MEET:
            return "Does not meet criteria: refer to a physician reviewer"
        case Finding.PART_CAN_MEET:
            return "Information needed: at most a part can meet"
        case Finding.WHOLE_CAN_MEET:
            return "Information needed: the whole can still meet"
        case Finding.NOT_COVERED:
            return "Not covered by an encoded guideline"
        case Finding.NOTHING_IN_DISPUTE:
            return "Nothing in dispute: authorized or withdrawn already"
        case _:
            assert_never(finding)


def short_finding(finding: Finding) -> str:
    """Return a finding in the fewest words, for a line among many."""
    match finding:
        case Finding.MEETS:
            return "Meets"
        case Finding.MEETS_IN_PART:
            return "Meets in part"
        case Finding.DOES_NOT_MEET:
            return "Does not meet"
        case Finding.PART_CAN_MEET:
            return "Open: a part can meet"
        case Finding.WHOLE_CAN_MEET:
            return "Open: the whole can meet"
        case Finding.NOT_COVERED:
            return "Not covered"
        case Finding.NOTHING_IN_DISPUTE:
            return "Nothing in dispute"
        case _:
            assert_never(finding)


def finding_line(finding: Finding, units: Units | None) -> str:
    """Return a finding in words, with the most units that can meet where at most a part can."""
    if finding is not Finding.PART_CAN_MEET or units is None or units.supported.high is None:
        return finding_words(finding)
    most = figure_words(units.disputed, "visits")
    return f"Information needed: at most {units.supported.high} of {most} can meet"


def status_word(status: Status, because: Because, *, looked_for: bool = False, lifted: bool = False) -> str:
    """Return the word for the status of a criterion."""
    match status:
        case Status.MET:
            return "Met"
        case Status.NOT_MET:
            return "Not met"
        case Status.NOT_APPLICABLE:
            return "Lifted" if lifted else "Not applicable"
        case Status.UNDETERMINED:
            return open_word(because, looked_for=looked_for)
        case _:
            assert_never(status)


def limit_word(
    status: LimitStatus, because: Because = Because.STATED, *, looked_for: bool = False, lifted: bool = False
) -> str:
    """Return the word for the status of a limit."""
    match status:
        case LimitStatus.WITHIN:
            return "Within"
        case LimitStatus.EXCEEDED:
            return "Exceeded"
        case LimitStatus.NONE_LEFT:
            return "None left"
        case LimitStatus.NOT_APPLICABLE:
            return "Lifted" if lifted else "Not applicable"
        case LimitStatus.UNDETERMINED:
            return open_word(because, looked_for=looked_for)
        case _:
            assert_never(status)


# How a page shows a rule or a finding: by color, icon and place in a list.
Shade = Literal["met", "not_met", "open", "none"]


def shade_of_status(status: str) -> Shade:
    """Return how the status of a criterion or limit is shown, given as its JSON form names it."""
    if status in {one.value for one in Status}:
        return _shade_of_criterion(Status(status))
    return _shade_of_limit(LimitStatus(status))


def _shade_of_criterion(status: Status) -> Shade:
    match status:
        case Status.MET:
            return "met"
        case Status.NOT_MET:
            return "not_met"
        case Status.UNDETERMINED:
            return "open"
        case Status.NOT_APPLICABLE:
            return "none"
        case _:
            assert_never(status)


def _shade_of_limit(status: LimitStatus) -> Shade:
    match status:
        case LimitStatus.WITHIN:
            return "met"
        case LimitStatus.EXCEEDED | LimitStatus.NONE_LEFT:
            return "not_met"
        case LimitStatus.UNDETERMINED:
            return "open"
        case LimitStatus.NOT_APPLICABLE:
            return "none"
        case _:
            assert_never(status)


def shade_of_finding(finding: Finding) -> Shade:
    """Return how a finding is shown: what does not meet in full and does not fail either is open."""
    match finding:
        case Finding.MEETS:
            return "met"
        case Finding.DOES_NOT_MEET:
            return "not_met"
        case (
            Finding.MEETS_IN_PART
            | Finding.PART_CAN_MEET
            | Finding.WHOLE_CAN_MEET
            | Finding.NOT_COVERED
            | Finding.NOTHING_IN_DISPUTE
        ):
            return "open"
        case _:
            assert_never(finding)


# The icon and words for what stays open whatever the record says, as a table of the rules has no single figure.
OPEN_BY_RULES = ("?", "Rules leave it open")
TO_CONFIRM = ("?", "To confirm")


def open_word(because: Because, *, looked_for: bool) -> str:
    """Return the word for why a status is undetermined."""
    match because:
        case Because.NOT_DOCUMENTED if looked_for:
            return "Looked for and not found"
        case Because.CONFLICTING | Because.IMPRECISE:
            return "Record unclear"
        case Because.NOT_DOCUMENTED | Because.STATED | Because.PRESUMED | Because.NOT_APPLICABLE:
            return "Not mentioned"
        case _:
            assert_never(because)


def status_words(status: str, because: str, *, looked_for: bool, lifted: bool = False) -> tuple[str, str]:
    """Return the icon and the words for the status of a criterion or limit, given as its JSON form names it."""
    reason = Because(because)
    if status in {one.value for one in Status}:
        of_criterion = Status(status)
        return _icon(of_criterion), status_word(of_criterion, reason, looked_for=looked_for, lifted=lifted)
    of_limit = LimitStatus(status)
    return _limit_icon(of_limit), limit_word(of_limit, reason, looked_for=looked_for, lifted=lifted)


def _icon(status: Status) -> str:
    match status:
        case Status.MET:
            return "✓"
        case Status.NOT_MET:
            return "✗"
        case Status.NOT_APPLICABLE:
            return "–"
        case Status.UNDETERMINED:
            return "?"
        case _:
            assert_never(status)


def _limit_icon(status: LimitStatus) -> str:
    match status:
        case LimitStatus.WITHIN:
            return "✓"
        case LimitStatus.EXCEEDED | LimitStatus.NONE_LEFT:
            return "✗"
        case LimitStatus.NOT_APPLICABLE:
            return "–"
        case LimitStatus.UNDETERMINED:
            return "?"
        case _:
            assert_never(status)
