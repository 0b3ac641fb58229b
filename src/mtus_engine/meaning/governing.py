"""Which editions govern: those that cover the treatment, are in force on the day, and are not passed over."""

from collections.abc import Mapping, Sequence

from mtus_engine.meaning.algebra import R, RangeAlgebra, S, T, TruthAlgebra
from mtus_engine.meaning.service_day import earlier_day, from_to_where_possible, later_day
from mtus_engine.model.ruleset import Edition
from mtus_engine.model.values import Span


def edition_day(requested: R, served: R, injured: R | None, retrospective: T, a: RangeAlgebra[S, T, R]) -> R:
    """Return the days by which the edition is chosen: of the request, of the service where that came first.

    Neither is before the injury.
    """
    day = a.once(a.picked(a.is_true(retrospective), served, earlier_day(requested, served, a)))
    if injured is None:
        return day
    since = from_to_where_possible(later_day(day, injured, a), day, a)
    return a.picked(since.is_possible, since.days, day)


def governs_alone(covers: T, in_force: T, own: T, a: TruthAlgebra[S, T]) -> T:
    """Return whether an edition governs where no other takes precedence; own is the truth of its own condition."""
    return a.all_of([covers, in_force, own])


def governs(edition: Edition, editions: Sequence[Edition], alone: Mapping[str, T], a: TruthAlgebra[S, T]) -> T:
    """Return whether an edition governs: it would alone, and no other that would alone takes precedence over it."""
    return a.all_of(
        [alone[edition.key], a.negated(a.any_of([alone[e.key] for e in preceding_editions(edition, editions)]))]
    )


def preceding_editions(edition: Edition, editions: Sequence[Edition]) -> list[Edition]:
    """Return the editions that take precedence over one, also those that fill the gap which it leaves."""
    return [one for one in editions if one.goes_before(edition)]


def is_always_covered(covering: Sequence[tuple[S, Sequence[tuple[Span, S]]]], day: R, a: RangeAlgebra[S, T, R]) -> S:
    """Return whether, whichever treatment and day the request has, an edition that governs for certain covers it.

    covering holds for each treatment whether it is possible, and the editions that cover it: their days in force, and
    whether their own condition holds for certain. Such an edition governs, or one that takes precedence over it does.
    """
    return a.both([a.either([a.no(possible), _fills(day, spans, a)]) for possible, spans in covering])


def _fills(day: R, spans: Sequence[tuple[Span, S]], a: RangeAlgebra[S, T, R]) -> S:
    """Return whether the spans that hold fill every day of a range: one has its first day, and no gap begins in it."""
    first, last = a.low_point(day), a.high_point(day)
    reached = a.either(a.both([holds, a.is_true(a.within(span, first))]) for span, holds in spans)
    gaps = []
    for span, holds in spans:
        if span.high is not None:
            until, after = Span(None, span.high), Span(span.high + 1, span.high + 1)
            ends_inside = [a.is_true(a.within(until, first)), a.no(a.is_true(a.within(until, last)))]
            following = a.either(other for one, other in spans if one.includes(after))
            gaps.append(a.both([holds, *ends_inside, a.no(following)]))
    return a.both([reached, a.no(a.either(gaps))])
