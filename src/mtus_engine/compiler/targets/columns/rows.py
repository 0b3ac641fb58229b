"""What the columns of a table say of base facts: values, ranges, members, and what was looked for and not found."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import assert_never

from ibis import Deferred

from mtus_engine.compiler.targets.columns.inferred import inferred_columns
from mtus_engine.compiler.targets.columns.presumed import standing_in, with_presumption
from mtus_engine.compiler.targets.columns.ranges import ColumnRange, point_range
from mtus_engine.compiler.targets.columns.stages import Stages
from mtus_engine.compiler.targets.columns.terms import (
    Column,
    End,
    Sure,
    both,
    column,
    combined_column,
    either,
    end_or,
    first_case,
    is_true,
    kleene,
    no,
    null_end,
    surely,
)
from mtus_engine.compiler.targets.columns.values import (
    FlagColumn,
    MemberColumns,
    PeriodColumns,
    Seen,
    SetColumns,
    is_narrower,
    is_one_value,
    named_seen,
    perhaps_true,
)
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.values import ANYTHING, Span, Stretch
from mtus_engine.model.vocabulary import Roles

# Suffixes: a further column of a fact is named by the fact's name and one of these.
MIN, MAX, ONE_OF, POSSIBLE, OPEN = ".min", ".max", ".one_of", ".possible", ".open"
NOT_DOCUMENTED, CONFLICTING = ".not_documented", ".conflicting"


def _further_suffixes(kind: Kind) -> tuple[str, ...]:
    """Return the suffixes of the further columns that a fact of this kind may have."""
    match kind:
        case Kind.BOOLEAN:
            return MIN, MAX
        case Kind.INTEGER | Kind.DECIMAL | Kind.DATE | Kind.PERIOD:
            return MIN, MAX, CONFLICTING
        case Kind.ONE_OF:
            return ONE_OF, CONFLICTING
        case Kind.SET_OF:
            return POSSIBLE, OPEN, CONFLICTING
        case _:
            assert_never(kind)


def columns_of(fact: Fact) -> tuple[str, ...]:
    """Return the names of the columns that can say something of a fact: its own, then the further ones."""
    return tuple(f"{fact.name}{suffix}" for suffix in ("", *_further_suffixes(fact.kind), NOT_DOCUMENTED))


class Rows:
    """Reads base facts from the columns of a table; lengths has, for each column of periods, what its texts mean."""

    def __init__(
        self,
        present: frozenset[str],
        lengths: Mapping[str, Mapping[str, Stretch]],
        *,
        presume: bool,
        instead: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Keep the names of the table's columns, the periods of their texts, and whether to presume values.

        instead names, for some columns, those that are read in their place.
        """
        self._instead = instead
        self._present = present
        self._lengths = lengths
        self._presume = presume

    def facts_in_rows(self, facts: Mapping[str, Fact], roles: Roles, stages: Stages) -> dict[str, Seen]:
        """Return what the rows say of base facts, completed by presumptions, fallbacks and what follows from others."""
        said = {name: self.fact_in_rows(fact) for name, fact in facts.items() if not fact.is_defined or self._has(fact)}
        known: dict[str, Seen] = {}
        for name, fact in facts.items():
            if not fact.is_defined:
                known[name] = named_seen(self._with_presumptions(fact, said), stages)
        as_given = dict(known)
        for name, fact in facts.items():
            if fact.falls_back_to in known and name in known:
                known[name] = named_seen(standing_in(known[name], known[fact.falls_back_to]), stages)
        inferred = inferred_columns(known, as_given, facts, roles, stages)
        return known | {name: named_seen(seen, stages) for name, seen in inferred}

    def stated_in_rows(self, facts: Mapping[str, Fact], stages: Stages) -> dict[str, Seen]:
        """Return what the rows themselves state of derived facts."""
        defined = [fact for fact in facts.values() if fact.is_defined and self._has(fact)]
        return {fact.name: named_seen(self.fact_in_rows(fact), stages) for fact in defined}

    def _has(self, fact: Fact) -> bool:
        return any(name in self._present for name in columns_of(fact))

    def _with_presumptions(self, fact: Fact, said: Mapping[str, Seen]) -> Seen:
        seen = said[fact.name]
        if fact.presume is None or not self._presume:
            return seen
        barred = [said[name].mentioned for name in fact.presume_barred_by if name in said]
        barred += [
            both(said[name].mentioned, perhaps_true(said[name])) for name in fact.presume_barred_if if name in said
        ]
        return with_presumption(seen, fact, both(no(seen.mentioned), no(either(*barred))))

    # ---- what a row says

    def fact_in_rows(self, fact: Fact) -> Seen:
        """Return what the rows themselves say of a fact."""
        values, valued = self._values(fact)
        looked = self._flag(fact, NOT_DOCUMENTED)
        if fact.is_documentation and isinstance(values, FlagColumn):
            # Of a fact that asks for documentation, looked for and not found means false.
            found_not = both(looked, no(valued))
            values = FlagColumn(first_case([(found_not, False)], values.flag))
        open_ = no(is_one_value(values))
        narrowed = _is_narrowed(values, fact, valued)
        disagree = both(open_, valued, self._disagree(fact, values))
        missing = both(open_, no(disagree), no(narrowed))
        mentioned = either(valued, looked)
        return Seen(values, missing, disagree, both(looked, no(valued)), narrowed, False, mentioned)

    def _disagree(self, fact: Fact, values: object) -> Sure:
        """Return whether an undetermined value is so because sources disagree; for a boolean it always is."""
        return True if fact.kind is Kind.BOOLEAN and isinstance(values, FlagColumn) else self._flag(fact, CONFLICTING)

    def _column(self, fact: Fact, suffix: str = "") -> Column | None:
        name = f"{fact.name}{suffix}"
        if name not in self._present:
            return None
        is_scaled = fact.kind is Kind.DECIMAL and suffix in {"", MIN, MAX}
        read = column(self._instead.get(name, name))
        return combined_column(_scaled_number, read, 10**fact.decimals) if is_scaled else read

    def _flag(self, fact: Fact, suffix: str) -> Sure:
        found = self._column(fact, suffix)
        return False if found is None else is_true(found)

    def _values(self, fact: Fact) -> tuple[ColumnRange | FlagColumn | MemberColumns | SetColumns | PeriodColumns, Sure]:
        """Return the values that a row gives, and whether it gives any."""
        match fact.kind:
            case Kind.BOOLEAN:
                return self._truths(fact)
            case Kind.ONE_OF:
                value, among = self._column(fact), self._column(fact, ONE_OF)
                members = frozenset(name for name, _ in fact.members)
                return MemberColumns(value, among, members), _has_some_value(value, among)
            case Kind.SET_OF:
                certain, perhaps = self._column(fact), self._column(fact, POSSIBLE)
                members = frozenset(name for name, _ in fact.members)
                return SetColumns(certain, perhaps, self._flag(fact, OPEN), members), _has_some_value(certain)
            case Kind.PERIOD:
                return self._period(fact)
            case Kind.INTEGER | Kind.DECIMAL | Kind.DATE:
                domain = fact.domain if isinstance(fact.domain, Span) else ANYTHING
                value, low, high = self._of_range(fact)
                read = _range(value, low, high, domain)._replace(of_days=fact.kind is Kind.DATE)
                return read, _has_some_value(value, low, high)
            case _:
                assert_never(fact.kind)

    def _of_range(self, fact: Fact) -> tuple[Column | None, Column | None, Column | None]:
        """Return the columns of a value and of its least and most, where they are there."""
        return self._column(fact), self._column(fact, MIN), self._column(fact, MAX)

    def _truths(self, fact: Fact) -> tuple[FlagColumn, Sure]:
        value, low, high = self._of_range(fact)
        valued = _has_some_value(value, low, high)
        if low is None or high is None:
            return FlagColumn(value), valued
        # False counts as the minimum and true as the maximum: where both columns agree, that is the value.
        either_way = kleene(is_true(low), is_true(~high))
        return FlagColumn(either_way if value is None else value.or_else(either_way)), valued

    def _period(self, fact: Fact) -> tuple[PeriodColumns, Sure]:
        value, low, high = self._of_range(fact)
        names = (fact.name, f"{fact.name}{MIN}", f"{fact.name}{MAX}")
        texts = [(one, self._lengths.get(name, {})) for one, name in zip((value, low, high), names, strict=True)]
        measures = []
        for pick in (_calendar, _days):
            lows = [
                _number_of_text(one, {t: pick(s).low for t, s in read.items()}) for one, read in (texts[0], texts[1])
            ]
            highs = [
                _number_of_text(one, {t: pick(s).high for t, s in read.items()}) for one, read in (texts[0], texts[2])
            ]
            measures.append(ColumnRange(end_or(end_or(*lows), 0), end_or(*highs)))
        return PeriodColumns(*measures), _has_some_value(value, low, high)


def _has_some_value(*columns: Column | None) -> Sure:
    """Return whether one of the columns has a value."""
    return either(*(no(null_end(one)) for one in columns))


def _scaled_number(number: Deferred, scale: int) -> Deferred:
    return (number * scale).round().cast("int64")


def _calendar(stretch: Stretch) -> Span:
    return stretch.calendar


def _days(stretch: Stretch) -> Span:
    return stretch.days


def _number_of_text(text: Column | None, read: Mapping[str, int | None]) -> End:
    """Return the number that the text of each row stands for."""
    if text is None or not read:
        return None
    cases: list[tuple[Sure, End]] = [(surely(text, "==", words), number) for words, number in read.items()]
    return first_case(cases, None)


def _range(value: Column | None, low: Column | None, high: Column | None, domain: Span) -> ColumnRange:
    if low is None and high is None:
        return point_range(value, domain) if value is not None else ColumnRange(domain.low, domain.high)
    return ColumnRange(end_or(end_or(value, low), domain.low), end_or(end_or(value, high), domain.high))


def _is_narrowed(
    values: ColumnRange | FlagColumn | MemberColumns | SetColumns | PeriodColumns, fact: Fact, valued: Sure
) -> Sure:
    match values:
        case MemberColumns(_, among, members):
            few = False if among is None else surely(among.length(), "<", len(members))
            return either(is_one_value(values), few)
        case SetColumns(certain, perhaps, is_open, members):
            if certain is None:
                return False
            some = surely(certain.length(), ">", 0)
            lists = [certain] if perhaps is None else [certain, perhaps]
            left_out = either(*(no(either(*(is_true(one.holds(m)) for one in lists))) for m in sorted(members)))
            return both(valued, either(some, both(no(is_open), left_out)))
        case ColumnRange() | FlagColumn() | PeriodColumns():
            return is_narrower(values, fact)
        case _:
            assert_never(values)
