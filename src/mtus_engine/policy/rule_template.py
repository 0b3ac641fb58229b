"""A new guideline as a rule file and its examples, with what a person must fill in."""

from datetime import date
from typing import NamedTuple

from mtus_engine.model.fact import Kind
from mtus_engine.model.ruleset import Ruleset

# Stands where a person must write; mtus rules lint names each place where it still does.
FILL_IN = "FILL IN"
FILL_IN_ID = "fill-in"


_RULES = """\
# yaml-language-server: $schema=../../schema/guideline.json
#
# What each key means: docs/rule-files.md. The facts that a rule may test: mtus facts; new ones go to vocabulary.yaml.
# FILL IN stands where only you know what belongs there; the fact under met_when and the figure are examples.

guideline: {guideline}
title: {title}
source:
  instrument: FILL IN who publishes it, and the year
  regulation: FILL IN the section that adopts it
in_force: {{from: {day}}}
covers: [{treatment}]

criteria:
  - id: fill-in-name
    cite: FILL IN page or section
    requires: FILL IN what is required, in your own words
    met_when:
      {told}: true

limits:
  - id: visits
    cite: FILL IN page or section
    allows: FILL IN how many visits are allowed, in your own words
    of: {units_disputed}
    counting: {units_authorized}
    at_most: 10
"""

_EXAMPLES = """\
# yaml-language-server: $schema=../../schema/examples.json
#
# Each example gives facts and what they must come to. mtus rules test runs them; one that is unfilled fails.

examples:
  - name: the most visits that are allowed
    given:
      {treatment_fact}: {treatment}
      {request_date}: {day}
      {units_requested}: 10
      {told}: true
    expect: {{unfilled: true}}

  - name: one visit more
    like: the most visits that are allowed
    given: {{{units_requested}: 11}}
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


class NewGuideline(NamedTuple):
    """The texts of the two files of a new guideline."""

    rules: str
    examples: str


def new_guideline(guideline: str, treatment: str, in_force: date, ruleset: Ruleset) -> NewGuideline:
    """Return the files of a guideline that covers a treatment: they load, and lint names what is to be filled in."""
    roles = ruleset.roles
    base = (one for one in ruleset.facts.values() if not one.is_defined and one.presume is None)
    told = next((one.name for one in base if one.kind is Kind.BOOLEAN), roles.retrospective)
    filled = {
        "guideline": guideline,
        "title": guideline.replace("-", " ").capitalize(),
        "treatment": treatment,
        "day": in_force.isoformat(),
        "told": told,
        "treatment_fact": roles.treatment,
        "request_date": roles.request_date,
        "units_requested": roles.units_requested,
        "units_disputed": roles.units_disputed,
        "units_authorized": roles.units_authorized,
    }
    return NewGuideline(_RULES.format_map(filled), _EXAMPLES.format_map(filled))
