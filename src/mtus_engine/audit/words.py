"""The words of an audit: kinds of difference, readings, shares."""

from collections.abc import Sequence
from typing import assert_never

from mtus_engine.audit.agreement import NOT_COVERED, Agreement, Audit, Share
from mtus_engine.audit.calibration import Calibration
from mtus_engine.audit.consistency import Inconsistency
from mtus_engine.audit.statistics import Estimate
from mtus_engine.model.audited import DifferenceKind, ReadingKind


def kind_words(kind: DifferenceKind) -> str:
    """Return a kind of difference in words."""
    match kind:
        case DifferenceKind.NOT_COVERED:
            return "not covered by an encoded guideline"
        case DifferenceKind.NO_DECISION:
            return "no reviewer's decision"
        case DifferenceKind.NOTHING_PREDICTED:
            return "nothing predicted"
        case DifferenceKind.SAME_GROUNDS:
            return "same outcome on shared grounds"
        case DifferenceKind.READ_OTHERWISE:
            return "a fact the reviewer read otherwise"
        case DifferenceKind.OTHER_GUIDELINE:
            return "the reviewer used another guideline or edition"
        case DifferenceKind.NOT_ENCODED:
            return "the reviewer's ground is not encoded"
        case DifferenceKind.NO_GROUNDS:
            return "same outcome, the reviewer's grounds not given"
        case DifferenceKind.OTHER_GROUNDS:
            return "same outcome on other grounds"
        case DifferenceKind.STRICTER:
            return "engine stricter"
        case DifferenceKind.MORE_LENIENT:
            return "engine more lenient"
        case _:
            assert_never(kind)


INCONSISTENT = "Alike on every criterion, decided otherwise"
RELIABILITY = "Chance of being overturned, learned from all other decisions, and what came"
CAVEAT = (
    "Intervals are of 95 %. A measure is not given below ten items, or where one side names one outcome alone. "
    "Most decisions are upheld, so a high share agreed says little by itself: compare it with always saying upheld, "
    "and see whether overturned items are found."
)


def readings(audit: Audit) -> tuple[tuple[str, Agreement], ...]:
    """Return the three readings, each as its words and its agreement, the one known before the decision first."""
    return (
        (reading_words(ReadingKind.BEFORE), audit.independent),
        (reading_words(ReadingKind.ALL), audit.with_rationale),
        ("from verified text alone", audit.text_only),
    )


def reading_words(reading: ReadingKind) -> str:
    """Return a reading in words, for the titles of what is shown by it."""
    match reading:
        case ReadingKind.BEFORE:
            return "without what only the decision itself tells"
        case ReadingKind.ALL:
            return "with all that the case states"
        case ReadingKind.TEXT:
            return "from verified text alone, without what only the decision itself tells"
        case _:
            assert_never(reading)


def basis_words(audit: Audit) -> str:
    """Return the words of the reading by which kinds of difference and grounds are shown."""
    return reading_words(audit.reading)


def shown_agreement(audit: Audit) -> Agreement:
    """Return the agreement of the reading that is shown."""
    match audit.reading:
        case ReadingKind.BEFORE:
            return audit.independent
        case ReadingKind.ALL:
            return audit.with_rationale
        case ReadingKind.TEXT:
            return audit.text_only
        case _:
            assert_never(audit.reading)


def headline_rows(audit: Audit) -> list[tuple[str, ...]]:
    """Return the rows of the short table: a measure, then its value for firm predictions, leaning ones, and both."""
    both = (audit.firm, audit.leaning, shown_agreement(audit))
    rows: list[tuple[str, ...]] = [
        ("items covered by an encoded guideline", "", "", share_words(audit.covered)),
        ("predictions that are firm", "", "", share_words(audit.share_firm)),
        ("same outcome as the reviewer", *(share_words(one.agreed) for one in both)),
        ("the same by always saying upheld", *(share_words(one.baseline) for one in both)),
        ("overturned items found", *(share_words(one.recall_favorable) for one in both)),
    ]
    if audit.calibration is not None:
        one = audit.calibration
        brier, loss = (
            _score_words(one.brier, one.brier_of_base_rate),
            _score_words(one.log_loss, one.log_loss_of_base_rate),
        )
        rows.append(("chance by comparable items: Brier score (of the base rate)", "", "", brier))
        rows.append(("the same: log loss (of the base rate)", "", "", loss))
    return rows


def _score_words(score: float, base: float) -> str:
    return f"{score:.3f} ({base:.3f})"


def kinds_told(audit: Audit) -> list[tuple[str, tuple[str, ...]]]:
    """Return the kinds of difference that occur, in words, with their items; set_words counts those not covered."""
    return [
        (kind_words(kind), names) for kind, names in audit.kinds if names and kind is not DifferenceKind.NOT_COVERED
    ]


def inconsistency_cells(pair: Inconsistency) -> tuple[str, str, str]:
    """Return two items that were decided differently, each with its outcome, and what else differs between them."""
    left, right = pair.outcomes
    return f"{pair.one}, {left}", f"{pair.other}, {right}", "; ".join(pair.differs) or "nothing that is told"


def reliability_rows(found: Calibration) -> list[tuple[str, str, str, str]]:
    """Return the reliability table: the chance that was given, items, overturned, the share with its interval."""
    return [
        (
            f"{100 * one.low:.0f} to {100 * one.high:.0f} % (mean {100 * one.chance:.0f})",
            str(one.items),
            str(one.overturned),
            f"{100 * one.overturned / one.items:.0f} % ({100 * one.share_low:.0f} to {100 * one.share_high:.0f})",
        )
        for one in found.bins
    ]


def set_words(audit: Audit) -> str:
    """Return how many items the audit covers: of them drafts and not covered ones, and cases that were not judged."""
    uncovered = audit.covered.of - audit.covered.number
    parts = [f"{audit.items} items"]
    parts += [f"{audit.drafts} of them unconfirmed drafts"] if audit.drafts else []
    parts += [f"{uncovered} not covered by an encoded guideline"] if uncovered else []
    parts += [f"{audit.refused} cases refused, whose mistakes the command prints"] if audit.refused else []
    return ", ".join(parts)


def share_words(share: Share) -> str:
    """Return a share such as "25 of 26, 96 % (81 to 99)"; below ten the counts, and the names of those left out."""
    counts = f"{share.number} of {share.of}"
    if share.estimate is not None:
        return f"{counts}, {percent_words(share.estimate)}"
    return f"{counts} (not {named_words(share.others)})" if share.others else counts


def percent_words(estimate: Estimate) -> str:
    """Return a share in percent with its interval."""
    value, low, high = (round(100 * number) for number in estimate)
    return f"{value} % ({low} to {high})"


def number_words(estimate: Estimate | float | None) -> str:
    """Return a coefficient with its interval if it has one, or "not given"."""
    if estimate is None:
        return "not given"
    if isinstance(estimate, float):
        return f"{estimate:.2f}"
    return f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"


def agreement_rows(agreement: Agreement) -> list[tuple[str, str]]:
    """Return the measures of one reading with their names."""
    return [
        ("items where the outcome is the same", share_words(agreement.agreed)),
        ("the same by always saying upheld", share_words(agreement.baseline)),
        ("overturned or approved items found", share_words(agreement.recall_favorable)),
        ("balanced accuracy (always upheld: 0.50)", number_words(agreement.balanced_accuracy)),
        ("Cohen's kappa", number_words(agreement.kappa)),
        ("Gwet's AC1", number_words(agreement.ac1)),
    ]


def matrix_rows(agreement: Agreement) -> tuple[list[str], list[tuple[str, list[int]]]]:
    """Return the actual outcomes, and each predicted outcome with its counts in their order."""
    actual = sorted({column for _, column in agreement.matrix})
    # What no guideline covers says nothing of agreement: it stands last.
    predicted = sorted({row for row, _ in agreement.matrix}, key=lambda row: (row == NOT_COVERED, row))
    return actual, [(row, [agreement.matrix.get((row, column), 0) for column in actual]) for row in predicted]


def named_words(names: Sequence[str], most: int = 3) -> str:
    """Return the first few names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
