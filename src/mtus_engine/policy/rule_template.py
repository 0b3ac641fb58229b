"""A new guideline as a rule file and its examples, with what a person must fill in."""

from datetime import date
from typing import NamedTuple

from mtus_engine.model.fact import Kind
from mtus_engine.model.ruleset import Ruleset

# Stands where a person must write; mtus rules lint names each place where it still does.
FILL_IN = "FILL IN"


class NewGuideline(NamedTuple):
    """The texts of the two files of a new guideline."""

    rules: str
    examples: str


def new_guideline(guideline: str, treatment: str, in_force: date, ruleset: Ruleset) -> NewGuideline:
    """Return the files of a guideline that covers a treatment: they load, and lint names what is to be filled in."""
    roles = ruleset.roles
    told = next(
        (
            fact.name
            for fact in ruleset.facts.values()
            if fact.kind is Kind.BOOLEAN and not fact.is_defined and fact.presume is None
        ),
        roles.retrospective,
    )
    day = in_force.isoformat()
    words = guideline.replace("-", " ")
    rules = f"""\
# yaml-language-server: $schema=../../schema/guideline.json
#
# What each key means: docs/rule-files.md. The facts that a rule may test: mtus facts; new ones go to vocabulary.yaml.

guideline: {guideline}
title: {words.capitalize()}
source:
  instrument: {FILL_IN} who publishes it, and the year
  regulation: {FILL_IN} the section that adopts it
in_force: {{from: {day}}}
covers: [{treatment}]

criteria:
  - id: first-criterion
    cite: {FILL_IN} page or section
    requires: {FILL_IN} what is required, in your own words
    met_when:
      {told}: true

limits:
  - id: visits
    cite: {FILL_IN} page or section
    allows: {FILL_IN} how many visits are allowed, in your own words
    of: {roles.units_disputed}
    counting: {roles.units_authorized}
    at_most: 10
"""
    given = f"""\
      {roles.treatment}: {treatment}
      {roles.request_date}: {day}
      {roles.units_requested}: 10
      {told}: true
"""
    examples = f"""\
# yaml-language-server: $schema=../../schema/examples.json
#
# Each example gives facts and what they must come to. mtus rules test runs them; one that is unfilled fails.

examples:
  - name: the most visits that are allowed
    given:
{given}    expect: {{unfilled: true}}

  - name: one visit more
    like: the most visits that are allowed
    given: {{{roles.units_requested}: 11}}
    expect: {{unfilled: true}}

  - name: the criterion is not met
    like: the most visits that are allowed
    given: {{{told}: false}}
    expect: {{unfilled: true}}

  - name: the record says nothing of the criterion
    like: the most visits that are allowed
    without: [{told}]
    expect: {{unfilled: true}}
"""
    return NewGuideline(rules, examples)
