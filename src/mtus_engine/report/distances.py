"""How far a value is from what is required: visits short, days over."""

from mtus_engine.meaning.values import measured_span
from mtus_engine.model.condition import Leaf, Measure, Within
from mtus_engine.model.fact import Kind
from mtus_engine.model.formula import ElapsedTime
from mtus_engine.model.periods import add_slot
from mtus_engine.model.reasons import Distance
from mtus_engine.model.values import Span
from mtus_engine.report.lexicon import Lexicon


def distance_past(leaf: Leaf, words: Lexicon) -> Distance | None:
    """Return how far a value lies past the bound of a test that fails; None where that is not a number."""
    test = leaf.test
    if not isinstance(test, Within):
        return None
    if test.measure is Measure.CALENDAR:
        return _past_period(test.span, leaf.fact, words)
    fact, values = words.facts[leaf.fact], words.known[leaf.fact].values
    unit = "days" if test.measure is Measure.DAYS or fact.kind is Kind.DATE else fact.unit
    decimals = fact.decimals if test.measure is Measure.VALUE else 0
    region, span = test.span, measured_span(values, test.measure)
    if region.high is not None and span.low is not None and span.low > region.high:
        return Distance(span.low - region.high, unit, True, decimals)
    if region.low is not None and span.high is not None and span.high < region.low:
        return Distance(region.low - span.high, unit, False, decimals)
    return None


def _past_period(region: Span, name: str, words: Lexicon) -> Distance | None:
    """Return by how many days the end of an elapsed time exceeds the longest period allowed; None where unknown."""
    formula = words.formulas.get(name)
    if not isinstance(formula, ElapsedTime) or region.high is None or region.high < 0:
        return None
    start, end = words.known[formula.start].values, words.known[formula.end].values
    if not isinstance(start, Span) or not isinstance(end, Span) or start.high is None or end.low is None:
        return None
    last = add_slot(start.high, region.high)
    return None if last is None or end.low <= last else Distance(end.low - last, "days", is_over=True)
