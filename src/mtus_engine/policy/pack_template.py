"""A new pack: a working skeleton with one guideline, examples, phrases, a page about it, and its checks."""

from datetime import date
from typing import NamedTuple

from mtus_engine.model.pack import Jurisdiction
from mtus_engine.model.ruleset import Ruleset


class Skeleton(NamedTuple):
    """What a new pack is for: its name, whose law, the treatment and guideline of its first edition, and its first day.

    fills tells that another pack knows the guideline without its text; over names the guidelines known so
    that cover the treatment: this one takes precedence over them.
    """

    name: str
    law: Jurisdiction
    treatment: str
    guideline: str
    day: date
    fills: bool
    over: tuple[str, ...] = ()


def skeleton_of(
    name: str, treatment: str, ruleset: Ruleset, guideline: str | None = None, day: date | None = None
) -> Skeleton:
    """Return a skeleton for a treatment.

    Without a guideline it fills the gap of licensed text that covers the treatment, where there is one; without a day
    it begins with that gap.
    """
    known = [one for one in ruleset.editions if one.licensed_by and treatment in one.covers]
    gaps = [one for one in known if guideline in {None, one.guideline}]
    over = () if gaps else tuple(dict.fromkeys(one.guideline for one in known))
    first = date.fromisoformat(gaps[-1].edition) if gaps else date(2020, 1, 1)
    id_ = guideline or (gaps[-1].guideline if gaps else name)
    return Skeleton(name, ruleset.jurisdiction, treatment, id_, day or first, bool(gaps), over)


def pack_files(skeleton: Skeleton, ruleset: Ruleset, needs: str) -> dict[str, str]:
    """Return the files of a new pack by their names: it loads, its examples pass, and lint names what to fill in."""
    roles = ruleset.roles
    called = ", ".join(skeleton.law.called)
    filled = {
        "name": skeleton.name,
        "title": skeleton.name.replace("-", " ").capitalize(),
        "namespace": skeleton.name.replace("-", "_"),
        "law": skeleton.law.id,
        "law_name": skeleton.law.name,
        "called": f"\n  called: [{called}]" if called else "",
        "needs": needs,
        "guideline": skeleton.guideline,
        "treatment": skeleton.treatment,
        "day": skeleton.day.isoformat(),
        "fills": _FILLS if skeleton.fills else "",
        "over": f"\ntakes_precedence_over: [{', '.join(skeleton.over)}]" if skeleton.over else "",
        "treatment_fact": roles.treatment,
        "request_date": roles.request_date,
        "units_requested": roles.units_requested,
        "units_disputed": roles.units_disputed,
        "units_authorized": roles.units_authorized,
        "injury_date": roles.injury_date or roles.request_date,
        "injured": skeleton.day.replace(year=skeleton.day.year - 1).isoformat(),
    }
    where = f"{skeleton.guideline}/{skeleton.day.isoformat()}"
    texts = {
        "pack.yaml": _MANIFEST,
        "vocabulary.yaml": _VOCABULARY,
        f"{where}.yaml": _RULES,
        f"{where}.test.yaml": _EXAMPLES,
        "extraction/cues.yaml": _CUES,
        "README.md": _README,
        ".github/workflows/check.yml": _CHECKS,
    }
    return {name: text.format_map(filled) for name, text in texts.items()}


_FILLS = """\
# Another pack knows this guideline without its text: where this edition covers a request, it fills that gap.
"""

_MANIFEST = """\
# What each key means: docs/packs.md of mtus-engine.

pack: {name}
version: "0.1"
title: {title}
jurisdiction:
  id: {law}
  name: {law_name}{called}
publisher: FILL IN who publishes this pack
licence: FILL IN under which licence its text may be used
needs: [{needs}]
namespace: {namespace}
"""

_VOCABULARY = """\
# Facts of this pack begin with its namespace. mtus facts lists those that all packs share: use them where one fits.

facts:
  {namespace}.plan.goals_documented:
    type: boolean
    documentation: true
    label: Goals of the treatment documented
    question: Are functional goals of the treatment documented (and which)?
"""

_RULES = """\
# FILL IN stands where only you know what belongs there; the criterion and the figure are invented.
{fills}
guideline: {guideline}
title: {title}
source:
  instrument: FILL IN who publishes it, and the year
  regulation: FILL IN the section that adopts it
in_force: {{from: {day}}}
covers: [{treatment}]{over}

criteria:
  - id: goals
    cite: FILL IN page or section
    requires: functional goals are documented
    verified: false
    met_when:
      {namespace}.plan.goals_documented: true

limits:
  - id: visits
    cite: FILL IN page or section
    allows: 8 visits
    of: {units_disputed}
    counting: {units_authorized}
    at_most: 8
    verified: false
"""

_EXAMPLES = """\
# Each example gives facts and what they must come to: mtus packs check runs them.

examples:
  - name: eight visits with goals
    setting: ur
    given:
      {injury_date}: {injured}
      {treatment_fact}: {treatment}
      {request_date}: {day}
      {units_requested}: 8
      {namespace}.plan.goals_documented: true
    expect:
      finding: meets
      guideline: {guideline}
      criteria: {{goals: met}}
      limits: {{visits: within}}

  - name: one visit more
    setting: ur
    like: eight visits with goals
    given: {{{units_requested}: 9}}
    expect: {{finding: meets_in_part, limits: {{visits: exceeded}}, units: 8}}

  - name: goals looked for and not found
    setting: ur
    like: eight visits with goals
    given: {{{namespace}.plan.goals_documented: {{not_documented: true}}}}
    expect: {{finding: does_not_meet, criteria: {{goals: not_met}}}}

  - name: the record says nothing of goals
    setting: ur
    like: eight visits with goals
    without: [{namespace}.plan.goals_documented]
    expect: {{finding: whole_can_meet, criteria: {{goals: undetermined}}}}

  - name: the visits are authorized already, all but one
    setting: ur
    like: one visit more
    given: {{{units_authorized}: 8}}
    expect: {{finding: does_not_meet, limits: {{visits: none_left}}, units: 0}}

  - name: a number of visits that is not known
    setting: ur
    like: eight visits with goals
    without: [{units_requested}]
    expect: {{finding: whole_can_meet, limits: {{visits: undetermined}}}}
"""

_CUES = """\
# What the sentences of papers tell: words in a row, alternatives with a bar, words that may be missing in parentheses.

cues:
  - id: {name}-goals-documented
    fact: {namespace}.plan.goals_documented
    phrases: ["functional goals are|include"]
"""

_README = """\
# {title}

A pack of rules for mtus-engine: treatment criteria of {law_name}.

    mtus packs check .
    mtus packs build . --out {name}.zip

`pack.yaml` says whose it is, `vocabulary.yaml` which facts it adds. `{guideline}/` holds its editions with their
examples, `extraction/` the phrases by which papers tell its facts. What is still to be filled in is named by the check.
"""

_CHECKS = """\
on: [push, pull_request]
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {{python-version: "3.12"}}
      - run: pip install 'mtus-engine[logic]'
      - run: mtus packs check .
"""
