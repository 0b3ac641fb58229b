"""Facts that may be anything, as symbols of logic, and a model of them as the facts of a case file."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple, assert_never

import z3

from mtus_engine.compiler.targets.logic.rules import LogicFacts
from mtus_engine.compiler.targets.logic.terms import (
    AgeTerms,
    Calendar,
    Ends,
    MemberTerms,
    PeriodTerms,
    SetTerms,
    Symbol,
)
from mtus_engine.loader.source import Plain
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.periods import slots_of_days
from mtus_engine.model.values import Choice, Selection, Span, Stretch
from mtus_engine.model.vocabulary import Roles
from mtus_engine.policy.at_hand import NOTHING_AT_HAND, Ranges
from mtus_engine.policy.witness import WitnessFacts

# The longest course whose days and months are tied to each other; and the largest number that is tried.
LONGEST_DAYS = 400
LARGEST = 10_000

WrittenFact = Callable[[int], Plain]


class Unknowns(NamedTuple):
    """The facts as logic reads them, what always holds of them, and what holds of those that a case file can state.

    plausible holds of a case as a person would write it: of each fact one plain value or nothing, numbers and days
    within what the cases at hand state. inferred names the fact that is presumed, or follows from dates, where it is
    not stated: to state it would say more.
    """

    facts: LogicFacts
    always: list[z3.BoolRef]
    writable: list[z3.BoolRef]
    plausible: list[z3.BoolRef]
    inferred: str


def unknowns_of(facts: Mapping[str, Fact], roles: Roles, at_hand: Ranges = NOTHING_AT_HAND) -> Unknowns:
    """Return symbols for base facts that may be anything; the date of service follows from others in logic itself.

    at_hand gives the ranges of numbers, days and lengths of time (in days) that the cases at hand state.
    """
    calendar = Calendar()
    symbols: dict[str, Symbol] = {}
    documented: dict[str, z3.BoolRef] = {}
    always: list[z3.BoolRef] = []
    base = {name: fact for name, fact in facts.items() if not fact.is_defined}
    for name, fact in base.items():
        symbols[name] = _symbol(fact)
        documented[name] = z3.Bool(f"{name} documented")
        always += _bounds(fact, symbols[name], calendar)
        always += _said_of_fact(fact, symbols[name], documented[name])
    for name, fact in base.items():
        other = fact.falls_back_to
        if other in base and name != roles.service_date:
            # Where it is not documented the other stands in for it.
            always.append(z3.Implies(_is_open(fact, symbols[name]), _is_open(base[other], symbols[other])))
    writable = list(_periods([symbol for symbol in symbols.values() if isinstance(symbol, PeriodTerms)]))
    plausible = [z3.Or(_is_open(base[name], of), _is_plain(of, at_hand.get(name))) for name, of in symbols.items()]
    return Unknowns(LogicFacts(symbols, documented, calendar), always, writable, plausible, roles.retrospective)


_NO_AGE = "a base fact is no time between two dates"


def _symbol(fact: Fact) -> Symbol:
    match fact.kind:
        case Kind.BOOLEAN:
            return MemberTerms({member: z3.Bool(f"{fact.name} may be {member}") for member in (True, False)})
        case Kind.ONE_OF:
            return MemberTerms({member: z3.Bool(f"{fact.name} may be {member}") for member, _ in fact.members})
        case Kind.SET_OF:
            certain = {member: z3.Bool(f"{fact.name} holds {member}") for member, _ in fact.members}
            return SetTerms(certain, {member: z3.Bool(f"{fact.name} may hold {member}") for member, _ in fact.members})
        case Kind.PERIOD:
            return PeriodTerms(_ends(f"{fact.name} in months"), _ends(fact.name))
        case Kind.INTEGER | Kind.DECIMAL | Kind.DATE:
            return _ends(fact.name)
        case _:
            assert_never(fact.kind)


def _ends(name: str) -> Ends:
    return Ends(z3.Int(f"{name} low"), z3.Int(f"{name} high"), z3.Bool(f"{name} no low"), z3.Bool(f"{name} no high"))


def _bounds(fact: Fact, symbol: Symbol, calendar: Calendar) -> list[z3.BoolRef]:
    """Return the terms that the type of a fact sets for its symbol."""
    match symbol:
        case MemberTerms(possible):
            return [z3.Or(list(possible.values()))]
        case SetTerms(certain, possible):
            return [z3.Implies(certain[member], possible[member]) for member in certain]
        case PeriodTerms(months, days):
            return [
                *_ordered_bounds(months, Span(0, None), 32 * LARGEST),
                *_ordered_bounds(days, Span(0, None), LARGEST),
                # Nobody asks for a course of no time.
                *([z3.Or(days.no_high, days.high > 0)] if fact.part_of_request else []),
            ]
        case Ends() as ends if fact.kind is Kind.DATE:
            inside = [z3.And(day >= calendar.first_day, day <= calendar.last_day) for day in (ends.low, ends.high)]
            return [ends.low <= ends.high, *inside]
        case Ends() as ends:
            assert isinstance(fact.domain, Span)
            return _ordered_bounds(ends, fact.domain, LARGEST * 10**fact.decimals)
        case AgeTerms():
            raise TypeError(_NO_AGE)
        case _:
            assert_never(symbol)


def _ordered_bounds(ends: Ends, domain: Span, largest: int) -> list[z3.BoolRef]:
    bounds = [ends.low <= ends.high, ends.high <= largest, ends.low >= -largest]
    if domain.low is not None:
        bounds += [z3.Not(ends.no_low), ends.low >= domain.low]
    if domain.high is not None:
        bounds += [z3.Not(ends.no_high), ends.high <= domain.high]
    return bounds


def _said_of_fact(fact: Fact, symbol: Symbol, documented: z3.BoolRef) -> list[z3.BoolRef]:
    """Return the terms that tie a fact to the record: documented, it is narrowed; else it is open or presumed."""
    unsaid = [_is_open(fact, symbol)]
    if isinstance(fact.presume, Choice) and isinstance(symbol, MemberTerms):
        presumed = fact.presume.possible
        unsaid.append(z3.And([p if m in presumed else z3.Not(p) for m, p in symbol.possible.items()]))
    elif isinstance(fact.presume, Span) and isinstance(symbol, Ends):
        unsaid.append(z3.And(symbol.low == fact.presume.low, symbol.high == fact.presume.high, z3.Not(symbol.no_high)))
    else:
        return [z3.Implies(documented, z3.Not(unsaid[0]))]
    return [z3.Implies(documented, z3.Not(unsaid[0])), z3.Implies(z3.Not(documented), z3.Or(unsaid))]


def _is_open(fact: Fact, symbol: Symbol) -> z3.BoolRef:
    """Return whether every value of a fact is still possible."""
    match symbol:
        case MemberTerms(possible):
            return z3.And(list(possible.values()))
        case SetTerms(certain, possible):
            return z3.And([*(z3.Not(one) for one in certain.values()), *possible.values()])
        case PeriodTerms(_, days):
            return z3.And(days.low == 0, days.no_high)
        case Ends() as ends:
            assert isinstance(fact.domain, Span)
            low = ends.no_low if fact.domain.low is None else ends.low == fact.domain.low
            return z3.And(low, ends.no_high if fact.domain.high is None else ends.high == fact.domain.high)
        case AgeTerms():
            raise TypeError(_NO_AGE)
        case _:
            assert_never(symbol)


def _is_plain(symbol: Symbol, range_: Span | None) -> z3.BoolRef:
    """Return whether a fact has one plain value, within the range where there is one."""
    match symbol:
        case MemberTerms(possible):
            return z3.PbEq([(one, 1) for one in possible.values()], 1)
        case SetTerms(certain, possible):
            return z3.And(
                [z3.Or(list(certain.values())), *(certain[member] == one for member, one in possible.items())]
            )
        case PeriodTerms(_, days):
            return _is_plain(days, range_)
        case Ends() as ends:
            known = z3.And(ends.low == ends.high, z3.Not(ends.no_low), z3.Not(ends.no_high))
            return known if range_ is None else z3.And(known, ends.low >= range_.low, ends.low <= range_.high)
        case AgeTerms():
            raise TypeError(_NO_AGE)
        case _:
            assert_never(symbol)


def _periods(times: Iterable[PeriodTerms]) -> Iterable[z3.BoolRef]:
    """Yield the terms that tie the months of a course to its days, as a case file that gives it in days does."""
    fewest, most = (z3.Function(f"months of days, {end}", z3.IntSort(), z3.IntSort()) for end in ("least", "most"))
    for number in range(LONGEST_DAYS + 1):
        low, high = slots_of_days(number)
        yield fewest(number) == low
        yield most(number) == high
    for months, days in times:
        yield z3.And(days.high <= LONGEST_DAYS, days.low >= 0, z3.Not(days.no_low), z3.Not(months.no_low))
        yield z3.And(months.low == fewest(days.low), months.no_high == days.no_high)
        yield z3.Implies(z3.Not(days.no_high), months.high == most(days.high))


def stated_facts(model: z3.ModelRef, facts: Mapping[str, Fact], unknown: Unknowns, *, presume: bool) -> WitnessFacts:
    """Return the facts of a model as a case file states them.

    With presume, a value that is presumed anyway is left out where the model has the fact as not documented.
    """
    stated: WitnessFacts = {}
    for name, symbol in unknown.facts.symbols.items():
        fact = facts[name]
        if name == unknown.inferred and not _is_true(model, unknown.facts.documented[name]):
            continue
        if _is_true(model, _is_open(fact, symbol)):
            if fact.presume is not None:
                stated[name] = {"not_documented": True}
            continue
        plain = _plain(model, fact, symbol)
        if not presume or _is_true(model, unknown.facts.documented[name]) or not _is_presumed(fact, plain):
            stated[name] = plain
    return stated


def _is_presumed(fact: Fact, plain: Plain) -> bool:
    match fact.presume:
        case Choice(possible):
            return {plain} == possible
        case Span(low, _):
            return plain == low
        case Stretch() | Selection() | None:
            return False
        case _:
            assert_never(fact.presume)


def _plain(model: z3.ModelRef, fact: Fact, symbol: Symbol) -> Plain:
    match symbol:
        case MemberTerms(possible):
            members = [member for member, one in possible.items() if _is_true(model, one)]
            return members[0] if len(members) == 1 else {"one_of": tuple(members)}
        case SetTerms(certain, possible):
            sure = tuple(member for member, one in certain.items() if _is_true(model, one))
            maybe = tuple(member for member, one in possible.items() if _is_true(model, one))
            # A set is the members that all sources name, and perhaps those that some name.
            return {"value": sure} if sure == maybe else ({"value": sure}, {"value": maybe})
        case PeriodTerms(_, days):
            return _range(model, days, _length_words)
        case Ends() as ends if fact.kind is Kind.DATE:
            return _range(model, ends, lambda number: date.fromordinal(number).isoformat())
        case Ends() as ends if fact.decimals:
            return _range(model, ends, lambda number: Decimal(number).scaleb(-fact.decimals))
        case Ends() as ends:
            return _range(model, ends, lambda number: number)
        case AgeTerms():
            raise TypeError(_NO_AGE)
        case _:
            assert_never(symbol)


def _length_words(days: int) -> str:
    return f"{days // 7} weeks" if days and days % 7 == 0 else f"{days} days"


def _range(model: z3.ModelRef, ends: Ends, written: WrittenFact) -> Plain:
    low, high = (written(model.eval(end, model_completion=True).as_long()) for end in (ends.low, ends.high))
    given: dict[str, Plain] = {} if _is_true(model, ends.no_low) else {"at_least": low}
    given |= {} if _is_true(model, ends.no_high) else {"at_most": high}
    return low if len(given) == 2 and low == high else given


def _is_true(model: z3.ModelRef, term: z3.BoolRef) -> bool:
    return bool(z3.is_true(model.eval(term, model_completion=True)))
