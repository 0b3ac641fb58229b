"""The programs that the rules engine runs for a ruleset, and every step that they may give to a trace."""

from mtus_engine.compiler.targets.horn.program import Program, program
from mtus_engine.engine.run import steps_of
from mtus_engine.meaning.standings import limit_conditions
from mtus_engine.model.condition import Condition
from mtus_engine.model.ruleset import Edition, Ruleset, StepRule, TierRule
from mtus_engine.model.trace import Firing


def notices_program(ruleset: Ruleset) -> Program:
    """Return the program of what stands beside the editions: notices, impossible combinations, units of the request."""
    named = [(f"notice {rule.id}", rule) for rule in ruleset.notices]
    named += [(f"impossible {rule.id}", rule) for rule in ruleset.impossible]
    watched = {name: rule.when for name, rule in named if rule.when is not None}
    watched |= {f"{name} applies": rule.applies for name, rule in named if rule.applies is not None}
    roles = ruleset.roles
    units = (roles.units_requested, roles.units_disputed, roles.units_authorized, *roles.units_prior)
    return program(watched, ruleset.beside, also=units)


def units_program(ruleset: Ruleset) -> Program:
    """Return the program of how many units are requested and in dispute, which a finding is about."""
    return program({}, ruleset.beside, also=(ruleset.roles.units_requested, ruleset.roles.units_disputed))


def governing_subject(edition: Edition) -> str:
    """Return the subject of an edition's own condition for governing."""
    return f"{edition.guideline} governs"


def governing_program(edition: Edition) -> Program:
    """Return the program of an edition's own condition for governing, which it must have."""
    assert edition.governs is not None
    return program({governing_subject(edition): edition.governs}, edition.derived)


def edition_program(edition: Edition) -> Program:
    """Return the program of an edition's criteria, limits and steps of routes."""
    return program(edition_conditions(edition), edition.derived)


def edition_conditions(edition: Edition) -> dict[str, Condition]:
    """Return the conditions by which an edition's criteria and limits stand, by their subjects."""
    conditions: dict[str, Condition] = {}
    for criterion in edition.criteria:
        if criterion.applies_when is not None:
            conditions[f"{criterion.id} applies"] = criterion.applies_when
        conditions[f"{criterion.id} met"] = criterion.met_when
    for limit in edition.limits:
        if limit.active is not None:
            conditions[f"{limit.id} applies"] = limit.active
        conditions[f"{limit.id} enough left"], conditions[f"{limit.id} nothing left"] = limit_conditions(limit)
    for tier in edition.tiers:
        conditions |= {step_subject(tier, step): step.when for step in tier.steps}
    return conditions


def step_subject(tier: TierRule, step: StepRule) -> str:
    """Return the subject of the condition that a request is at a step."""
    return f"{tier.id} at {step.id}"


def possible_steps(ruleset: Ruleset) -> tuple[Firing, ...]:
    """Return every step that a trace under the ruleset may hold, but for those that conclude a finding."""
    programs = [notices_program(ruleset)]
    programs += [governing_program(edition) for edition in ruleset.editions if edition.governs is not None]
    programs += map(edition_program, ruleset.editions)
    return tuple(dict.fromkeys(step for one in programs for step in steps_of(one)))
