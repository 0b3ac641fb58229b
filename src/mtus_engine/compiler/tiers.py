"""Compiles the tiers of an edition into conditions, which every target evaluates like any other condition."""

from mtus_engine.compiler.problems import Place, Problems
from mtus_engine.compiler.scope import Scope
from mtus_engine.model.condition import AllOf, AnyOf, Bound, Condition, Leaf, Limb, Measure, Within
from mtus_engine.model.fact import Kind
from mtus_engine.model.guideline import Tier
from mtus_engine.model.ruleset import StepRule, TierRule
from mtus_engine.model.values import Span


def tier_rule(tier: Tier, scope: Scope, place: Place, problems: Problems, pack: str) -> TierRule | None:
    """Return the tier, or None (each mistake noted) where a part of it is wrong."""
    before = len(problems.found)
    for n, name in enumerate(tier.counts):
        fact = scope.reader(problems).known_fact(name, place / "counts" / n)
        if fact is not None and fact.kind is not Kind.INTEGER:
            cure = "name facts that are whole numbers, such as visits"
            problems.add(place / "counts" / n, "MT302", f"{name} counts nothing", cure)
    ids = [step.id for step in tier.steps]
    for n, step in enumerate(tier.steps):
        where = place / "steps" / n
        if step.id in ids[:n]:
            problems.add(where / "id", "MT306", f"{step.id} is used twice in this tier", "rename one")
        is_last = n == len(tier.steps) - 1
        if (step.up_to is None) is not is_last:
            message = "the last step holds for every count beyond" if is_last else f"{step.id} says no count"
            cure = "leave up_to: out of the last step" if is_last else "add up_to:, the last count it holds for"
            problems.add(where, "MT303", message, cure)
    limits = [step.up_to for step in tier.steps if step.up_to is not None]
    if limits != sorted(set(limits)):
        problems.add(place / "steps", "MT303", "the counts of the steps do not rise", "put the steps in their order")
    if len(problems.found) > before:
        return None
    reached = [None, *(step.up_to for step in tier.steps)]
    return TierRule(
        tier.id,
        tier.title,
        tier.cite,
        tier.counts,
        tuple(
            StepRule(
                step.id,
                step.says,
                _step_condition(tier.counts, beyond, step.up_to),
                step.cite or tier.cite,
                step.mark,
            )
            for beyond, step in zip(reached, tier.steps, strict=False)
        ),
        pack,
    )


def _step_condition(counts: tuple[str, ...], beyond: int | None, up_to: int | None) -> Condition:
    """Return the condition that at least one of the counts is above beyond, and none of them above up_to."""
    parts: list[Condition] = []
    if beyond is not None:
        over = Within(Span(beyond + 1, None), Measure.VALUE, (Bound(Limb.AT_LEAST, str(beyond + 1)),))
        parts.append(_joined_condition(AnyOf, tuple(Leaf(name, over) for name in counts)))
    if up_to is not None:
        within = Within(Span(None, up_to), Measure.VALUE, (Bound(Limb.AT_MOST, str(up_to)),))
        parts.append(_joined_condition(AllOf, tuple(Leaf(name, within) for name in counts)))
    return _joined_condition(AllOf, tuple(parts))


def _joined_condition(how: type[AllOf] | type[AnyOf], parts: tuple[Condition, ...]) -> Condition:
    return parts[0] if len(parts) == 1 else how(parts)
