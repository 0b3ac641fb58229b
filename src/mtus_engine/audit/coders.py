"""Two codings of the same decisions set beside one another, fact by fact."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mtus_engine.audit.statistics import Estimate, kappa
from mtus_engine.model.case import Case, CaseItem
from mtus_engine.model.fact import Fact, Statement
from mtus_engine.wording.values import values_words


class Coded(NamedTuple):
    """What two coders say of one fact of one item, in words; one or other is None where that coder leaves it out."""

    item: str
    fact: str
    one: str | None
    other: str | None


class CodersAgreement(NamedTuple):
    """How far two codings agree: items in both; facts coded alike by both, differently by both, or by one alone.

    Grounds are compared in the same way, a reason in words of its own by its words. outcomes_differ are items whose
    decision they do not read alike, in_one_alone and in_other_alone the items of one coding only. on_coding is Cohen's
    kappa on whether a fact is coded at all, on_values on the answer where both answer yes, no or not found; each is
    None where one side gives the same answer throughout.
    """

    items: int
    alike: int
    differ: tuple[Coded, ...]
    one_alone: tuple[Coded, ...]
    other_alone: tuple[Coded, ...]
    grounds_alike: int
    grounds_one_alone: tuple[tuple[str, str], ...]
    grounds_other_alone: tuple[tuple[str, str], ...]
    outcomes_differ: tuple[Coded, ...]
    in_one_alone: tuple[str, ...]
    in_other_alone: tuple[str, ...]
    on_coding: Estimate | None
    on_values: Estimate | None


def coders_agreement(first: Sequence[Case], second: Sequence[Case], facts: Mapping[str, Fact]) -> CodersAgreement:
    """Return how two codings of the same items agree; facts are all that could be coded of each."""
    pairs = list(_pairs(first, second))
    coded = [
        Coded(name, fact.name, *(_words(fact, item.statements.get(fact.name, ())) for item in (one, other)))
        for name, one, other in pairs
        for fact in facts.values()
    ]
    both = [one for one in coded if one.one is not None and one.other is not None]
    alike = sum(one.one == one.other for one in both)
    one_alone = tuple(one for one in coded if one.one is not None and one.other is None)
    other_alone = tuple(one for one in coded if one.one is None and one.other is not None)
    # A fact that neither coder ever codes says nothing of their agreement.
    in_use = {one.fact for one in coded if one.one is not None or one.other is not None}
    unsaid = sum(one.fact in in_use for one in coded if one.one is None and one.other is None)
    answers = [one for one in both if one.one in _ANSWERS and one.other in _ANSWERS]
    grounds = [(name, _grounds(one), _grounds(other)) for name, one, other in pairs]
    return CodersAgreement(
        items=len(pairs),
        alike=alike,
        differ=tuple(one for one in both if one.one != one.other),
        one_alone=one_alone,
        other_alone=other_alone,
        grounds_alike=sum(len(one & other) for _, one, other in grounds),
        grounds_one_alone=tuple((name, ground) for name, one, other in grounds for ground in sorted(one - other)),
        grounds_other_alone=tuple((name, ground) for name, one, other in grounds for ground in sorted(other - one)),
        outcomes_differ=tuple(
            Coded(name, "outcome", _outcome(one), _outcome(other))
            for name, one, other in pairs
            if _outcome(one) != _outcome(other)
        ),
        in_one_alone=_names_not_in(first, second),
        in_other_alone=_names_not_in(second, first),
        on_coding=kappa([[len(both), len(one_alone)], [len(other_alone), unsaid]]),
        on_values=kappa([[sum(a.one == x and a.other == y for a in answers) for y in _ANSWERS] for x in _ANSWERS])
        if answers
        else None,
    )


_ANSWERS = ("yes", "no", "not found")


def _pairs(first: Sequence[Case], second: Sequence[Case]) -> Iterator[tuple[str, CaseItem, CaseItem]]:
    others = {(case.case, item.item): item for case in second for item in case.items}
    for case in first:
        for item in case.items:
            other = others.get((case.case, item.item))
            if other is not None:
                yield f"{case.case} item {item.item}", item, other


def _names_not_in(these: Sequence[Case], those: Sequence[Case]) -> tuple[str, ...]:
    """Return the items of some cases that other cases do not have."""
    known = {(case.case, item.item) for case in those for item in case.items}
    return tuple(
        f"{case.case} item {item.item}" for case in these for item in case.items if (case.case, item.item) not in known
    )


def _outcome(item: CaseItem) -> str | None:
    return None if item.reviewer is None else item.reviewer.outcome


def _words(fact: Fact, said: tuple[Statement, ...]) -> str | None:
    """Return the values that a coder gives for a fact in all its statements, in words; None without a statement."""
    if not said:
        return None
    told = {"not found" if one.values is None else values_words(fact, one.values) for one in said}
    return " / ".join(sorted(told))


def _grounds(item: CaseItem) -> frozenset[str]:
    given = () if item.reviewer is None else item.reviewer.grounds
    return frozenset(
        f"{one.criterion}: {one.finding}" if one.criterion is not None else f"other: {one.other}" for one in given
    )
