"""What the rules themselves leave open for a case, whatever the record says, to be told to the editors of the rules."""

from collections.abc import Iterable, Iterator

from mtus_engine.model.determination import Candidate, Evaluation, LimitStatus, Status
from mtus_engine.model.reasons import Reasoning
from mtus_engine.model.truth import Truth
from mtus_engine.report.lexicon import candidate_lexicon
from mtus_engine.report.reasons import criterion_reasons, limit_reasons, open_tables
from mtus_engine.wording.reasons import open_table_words


def rule_gaps(evaluation: Evaluation) -> list[str]:
    """Return a sentence for each table without a single figure, and for guidelines that govern the case together."""
    found = [gap for candidate in evaluation.candidates for gap in _gaps_in(candidate)]
    return [*dict.fromkeys(found), *_rivals(evaluation)]


def is_open_by_rules(reasons: Iterable[Reasoning]) -> bool:
    """Return whether a table of the rules leaves open one of the figures that the reasons are about."""
    return any(True for _ in open_tables(reasons))


def _gaps_in(candidate: Candidate) -> Iterator[str]:
    words = candidate_lexicon(candidate)
    for criterion in candidate.criteria:
        if criterion.status is Status.UNDETERMINED:
            yield from map(open_table_words, open_tables(criterion_reasons(criterion, words)))
    for limit in candidate.limits:
        if limit.status is LimitStatus.UNDETERMINED:
            yield from map(open_table_words, open_tables(limit_reasons(limit, words)))


def _rivals(evaluation: Evaluation) -> Iterator[str]:
    certain = [one for one in evaluation.candidates if one.governs is Truth.TRUE]
    if len(certain) > 1:
        names = " and ".join(one.edition.name for one in certain)
        yield f"{names} govern this request together, and neither takes precedence over the other"
