"""Makes an empty case file for a treatment: every fact that its guidelines read, with its question, commented out."""

from collections.abc import Iterator
from typing import assert_never

from mtus_engine.compiler.definitions import closure, inputs_of
from mtus_engine.model.condition import OneOf, fact_names, leaves
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.ruleset import Edition, Ruleset
from mtus_engine.report.vocabulary import fact_entry, type_words

_HEAD = """\
# A case: remove the # before each fact that the record gives, and fill in its value.
#
#   fact: value                                       what the record states
#   fact: {value: 8, at: page 3, by: provider}        with the place, and who says it
#   fact: {at_least: 6, at_most: 12}                  a range; a date may be 2013-11 or 2013
#   fact: [{value: 8, by: provider}, {value: 23}]     sources that disagree
#   fact: {not_documented: true}                      looked for and not found
#
# What is left out counts as not mentioned. A few facts that records seldom deny are then presumed;
# their questions say so.
case: CASE-NUMBER
setting: ur
{law}items:
  - item: 1
    asked: the request in a few words
    facts:
"""


def case_template(treatment: str, ruleset: Ruleset) -> str:
    """Return the text of a valid case file that states the treatment and asks for everything else."""
    names = base_facts_for(treatment, ruleset)
    lines = [f"      {ruleset.roles.treatment}: {treatment}\n"]
    lines += [_entry(ruleset.facts[name]) for name in names if name != ruleset.roles.treatment]
    law = "" if ruleset.named_in_cases is None else f"jurisdiction: {ruleset.named_in_cases}\n"
    return _HEAD.replace("{law}", law) + "".join(lines)


def base_facts_for(treatment: str, ruleset: Ruleset) -> tuple[str, ...]:
    """Return the base facts that the editions covering a treatment read, in the order of the vocabulary."""
    roles = ruleset.roles
    named = [roles.treatment, roles.request_date, roles.service_date, roles.retrospective]
    named += [roles.units_requested, roles.units_authorized]
    for edition in ruleset.editions:
        if treatment in edition.covers:
            named.extend(_facts_read_by(edition))
    named.extend(_read_by_notices(treatment, ruleset))
    found = [name for name in dict.fromkeys(named) if name in ruleset.facts and not ruleset.facts[name].is_defined]
    return tuple(sorted(found, key=lambda name: ruleset.facts[name].order))


def _read_by_notices(treatment: str, ruleset: Ruleset) -> Iterator[str]:
    """Yield the facts behind the notices that can stand beside a request for the treatment."""
    for rule in ruleset.notices:
        conditions = [condition for condition in (rule.applies, rule.when) if condition is not None]
        about = [leaf.test for c in conditions for leaf in leaves(c) if leaf.fact == ruleset.roles.treatment]
        if all(isinstance(test, OneOf) and treatment in test.members for test in about):
            names = [name for condition in conditions for name in fact_names(condition)]
            yield from names
            for entry in closure(names, ruleset.beside):
                yield from inputs_of(entry.formula)


def _facts_read_by(edition: Edition) -> Iterator[str]:
    for entry in edition.derived:
        yield from inputs_of(entry.formula)
    for criterion in edition.criteria:
        yield from fact_names(criterion.met_when)
        if criterion.applies_when is not None:
            yield from fact_names(criterion.applies_when)
    for limit in edition.limits:
        yield from (limit.of, *limit.counting, *(fact_names(limit.active) if limit.active is not None else ()))
    for tier in edition.tiers:
        yield from tier.counts
    if edition.governs is not None:
        yield from fact_names(edition.governs)


def _entry(fact: Fact) -> str:
    presumed = fact_entry(fact)["presume"]
    question = f"{fact.question or fact.label}{f' (if not mentioned, presumed: {presumed})' if presumed else ''}"
    sample = _sample(fact.kind)
    such = f", such as {sample}" if sample else ""
    return f"      # {question}\n      #   {type_words(fact)}{such}\n      # {fact.name}:\n"


def _sample(kind: Kind) -> str:
    """Return a sample value as a person writes it; empty for kinds whose possible values are listed anyway."""
    match kind:
        case Kind.INTEGER:
            return "2"
        case Kind.DECIMAL:
            return "1.5"
        case Kind.DATE:
            return "2013-11-05"
        case Kind.PERIOD:
            return "4 weeks"
        case Kind.BOOLEAN | Kind.ONE_OF | Kind.SET_OF:
            return ""
        case _:
            assert_never(kind)
