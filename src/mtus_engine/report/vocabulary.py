"""Facts of the vocabulary, and editions for a treatment, as lists show them."""

from typing import TypedDict, assert_never

from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.periods import LAST_DAY
from mtus_engine.model.ruleset import Edition
from mtus_engine.model.values import Span
from mtus_engine.wording.values import day_words, values_words


class FactListing(TypedDict):
    """One fact of the vocabulary."""

    fact: str
    type: str
    label: str
    unit: str | None
    question: str | None
    presume: str | None
    members: dict[str, str]
    defined: bool


def fact_entry(fact: Fact) -> FactListing:
    """Return a fact in its JSON form."""
    return {
        "fact": fact.name,
        "type": fact.kind.value,
        "label": fact.label,
        "unit": fact.unit,
        "question": fact.question,
        "presume": None if fact.presume is None else values_words(fact, fact.presume),
        "members": dict(fact.members),
        "defined": fact.is_defined,
    }


def type_words(fact: Fact) -> str:
    """Return a fact's type with its members or unit."""
    match fact.kind:
        case Kind.BOOLEAN:
            return "true or false"
        case Kind.ONE_OF:
            return "one of " + ", ".join(name for name, _ in fact.members)
        case Kind.SET_OF:
            return "list of " + ", ".join(name for name, _ in fact.members)
        case Kind.INTEGER | Kind.DECIMAL | Kind.DATE | Kind.PERIOD:
            return f"{fact.kind.value}{', ' + fact.unit if fact.unit else ''}"
        case _:
            assert_never(fact.kind)


def covering_editions(treatment: str, editions: tuple[Edition, ...]) -> list[str]:
    """Return the titles and dates of the editions that cover a treatment, those that take precedence first."""
    found = [edition for edition in editions if treatment in edition.covers]
    found.sort(key=lambda edition: (not edition.takes_precedence_over, edition.in_force.low or 0, edition.key))
    return [f"{edition.title}, {_days(edition.in_force)}{_encoded_mark(edition)}" for edition in found]


def _days(span: Span) -> str:
    high = None if span.high == LAST_DAY else span.high
    return (
        day_words(Span(span.low, high))
        if high is None or span.low is None
        else f"{day_words(Span(span.low, span.low))} to {day_words(Span(high, high))}"
    )


def _encoded_mark(edition: Edition) -> str:
    return " (not encoded)" if edition.not_encoded else ""
