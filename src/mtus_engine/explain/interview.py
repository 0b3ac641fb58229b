"""The next question: presumptions in play first, then the open facts, those whose answers settle most before others."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from typing import assert_never

from mtus_engine.compiler.literals import values_of
from mtus_engine.explain.for_treatment import rules_for_other_treatments
from mtus_engine.explain.missing import questions
from mtus_engine.explain.situation import Situation
from mtus_engine.model.condition import Condition, fact_names
from mtus_engine.model.determination import OPEN, Candidate, Evaluation, Finding
from mtus_engine.model.explanation import Question
from mtus_engine.model.fact import Because, Fact, Kind
from mtus_engine.model.interview import Interview, NextQuestion, Presumption
from mtus_engine.model.values import Choice, Selection, Span, Values, is_settled
from mtus_engine.model.vocabulary import Roles

# Gives the finding as if nothing were known or presumed of the facts named.
Opened = Callable[[AbstractSet[str]], Finding]

# Answers that are tried for a number, a length of time, and a date (days before the one that chooses the edition).
_NUMBERS = (0, 1, 2, 3, 4, 6, 8, 10, 12, 16, 18, 20, 24, 30)
_WEEKS = (1, 2, 3, 4, 6, 8, 10, 12, 16, 26)
_DAYS_BEFORE = (7, 30, 60, 90, 120, 180, 365, 730, 1095)


def interview(
    evaluation: Evaluation, at: Situation, roles: Roles, if_opened: Opened, passed_over: AbstractSet[str]
) -> Interview:
    """Return what is to be confirmed and asked next; passed_over are facts of which the record is known to say nothing.

    It is over when the finding rests on nothing open any more, and on no presumption that nobody has confirmed; or when
    everything was asked.
    """
    finding = evaluation.finding
    # Before the treatment is known, nobody can tell which presumptions matter: it is asked first.
    is_known = roles.treatment in passed_over or is_settled(at.known[roles.treatment].values)
    presumed = [one for one in _presumptions(evaluation, at, roles) if is_known and one.fact not in passed_over]
    if finding not in OPEN and presumed and if_opened({one.fact for one in presumed}) is finding:
        presumed = []
    if finding not in OPEN:
        return Interview(finding, tuple(presumed), ())
    asked = questions(evaluation.candidates, evaluation.unsettled, at)
    left = [one for one in asked if not one.is_optional and not one.looked_for and one.fact not in passed_over]
    return Interview(
        finding, tuple(presumed), tuple(_ranked_questions(_summarized_questions(left, at, passed_over), at, evaluation))
    )


def _summarized_questions(asked: Sequence[Question], at: Situation, passed_over: AbstractSet[str]) -> list[Question]:
    """Return the questions; those behind a defined fact give way to the question for that fact, until it was asked."""
    of_summary: dict[str, tuple[Question, ...]] = {}
    for name in at.formulas:
        known = at.known.get(name)
        if at.facts[name].question is None or known is None or name in passed_over or is_settled(known.values):
            continue
        if known.looked_for and known.statements:
            # It was asked, and the record does not tell: what lies behind it may still be told.
            continue
        below = set(at.base_facts(name))
        if behind := tuple(one for one in asked if one.fact in below):
            of_summary[name] = behind
    widest = {name: behind for name, behind in of_summary.items() if not _is_below_another(name, behind, of_summary)}
    covered = {one.fact for behind in widest.values() for one in behind}
    summaries = [
        Question(
            name, str(at.facts[name].question), tuple(dict.fromkeys(i for one in behind for i in one.waits)), False
        )
        for name, behind in widest.items()
    ]
    return [*summaries, *(one for one in asked if one.fact not in covered)]


def _is_below_another(name: str, behind: Sequence[Question], among: Mapping[str, Sequence[Question]]) -> bool:
    return any(
        other != name and len(others) > len(behind) and set(behind) <= set(others) for other, others in among.items()
    )


def _presumptions(evaluation: Evaluation, at: Situation, roles: Roles) -> Iterator[Presumption]:
    """Yield the presumed facts read by rules that may apply to the treatment, in the order of the vocabulary."""
    # The edition is chosen by the date of the request, or of the service where that came first.
    read: list[str] = [roles.retrospective]
    for candidate in evaluation.candidates:
        read += [name for condition in _conditions_read(candidate, roles.treatment) for name in fact_names(condition)]
        read += [name for limit in candidate.limits for name in limit.rule.figures]
    editions = [candidate.edition for candidate in evaluation.candidates]
    editions += [passed.edition for passed in evaluation.passed if passed.is_in_force]
    for edition in editions:
        read += fact_names(edition.governs) if edition.governs is not None else ()
    base = {inner for name in dict.fromkeys(read) if name in at.known for inner in at.base_facts(name)}
    for name in sorted(base, key=at.order):
        known = at.known[name]
        if known.because is Because.PRESUMED and not known.statements and at.facts[name].question is not None:
            yield Presumption(name, known)


def _conditions_read(candidate: Candidate, treatment: str) -> Iterator[Condition]:
    for_others = rules_for_other_treatments(candidate, treatment)
    for criterion in candidate.criteria:
        rule = criterion.rule
        if rule.advisory or rule.id in for_others:
            continue
        yield rule.met_when
        if rule.applies_when is not None:
            yield rule.applies_when
    for limit in candidate.limits:
        if limit.rule.active is not None and limit.rule.id not in for_others:
            yield limit.rule.active


def _ranked_questions(asked: Sequence[Question], at: Situation, evaluation: Evaluation) -> list[NextQuestion]:
    found = [NextQuestion(one.fact, one.question, _share(one.fact, at, evaluation), one.waits) for one in asked]
    return sorted(found, key=lambda one: (-one.share, -len(one.settles), at.order(one.fact)))


def _share(fact: str, at: Situation, evaluation: Evaluation) -> float:
    """Return the share, from 0 to 1, of the answers tried for a fact after which the finding is settled."""
    tried = list(_answers(at.facts[fact], evaluation))
    settled = sum(at.if_settled({fact: values}) not in OPEN for values in tried)
    return settled / len(tried) if tried else 0.0


def _answers(fact: Fact, evaluation: Evaluation) -> Iterator[Values]:
    """Yield answers that a record may give of a fact."""
    match fact.kind:
        case Kind.BOOLEAN:
            yield from (Choice(frozenset({member})) for member in (True, False))
        case Kind.ONE_OF:
            yield from (Choice(frozenset({member})) for member, _ in fact.members)
        case Kind.SET_OF:
            yield from (Selection(frozenset({member}), frozenset({member})) for member, _ in fact.members)
        case Kind.INTEGER | Kind.DECIMAL:
            scale = 10**fact.decimals
            yield from (Span(n * scale, n * scale) for n in _NUMBERS if _is_in(fact, n * scale))
        case Kind.PERIOD:
            yield from (values_of(fact, f"{weeks} weeks") for weeks in _WEEKS)
        case Kind.DATE:
            yield from (Span(day, day) for day in _days(evaluation))
        case _:
            assert_never(fact.kind)


def _is_in(fact: Fact, number: int) -> bool:
    domain = fact.domain
    return isinstance(domain, Span) and domain.includes(Span(number, number))


def _days(evaluation: Evaluation) -> list[int]:
    """Return days, as ordinals, before the one that chooses the edition; where that is open, a year into editions."""
    day = evaluation.edition_date.point
    if day is not None:
        return [(date.fromordinal(day) - timedelta(days=before)).toordinal() for before in _DAYS_BEFORE]
    editions = [*(one.edition for one in evaluation.candidates), *(one.edition for one in evaluation.passed)]
    begun = [edition.in_force.low for edition in editions]
    return sorted({low + 365 for low in begun if low is not None})
