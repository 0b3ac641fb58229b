"""Conditions as columns: their truths, and why they are undetermined where they are."""

from collections.abc import Sequence
from typing import NamedTuple

from mtus_engine.compiler.targets.columns.algebra import ColumnAlgebra
from mtus_engine.compiler.targets.columns.terms import Flag, Sure, is_open
from mtus_engine.compiler.targets.columns.values import SeenFacts
from mtus_engine.meaning.conditions import fold, joined_truth, truth_of_test
from mtus_engine.meaning.standings import Why, firm_truth, why_open
from mtus_engine.model.condition import Condition, JoinedCondition, leaves


class ConditionColumns(NamedTuple):
    """The truth of a condition, its truth with presumed facts left undetermined (firm), and why it is undetermined."""

    truth: Flag
    firm: Flag
    why: Why[Sure]


def condition_columns(condition: Condition, known: SeenFacts, a: ColumnAlgebra) -> ConditionColumns:
    """Return the truth of a condition and the reasons for it; the truth of each of its tests is computed only once."""
    tests = dict.fromkeys(leaves(condition))
    truths = {leaf: a.once(truth_of_test(leaf.test, known[leaf.fact], a)) for leaf in tests}
    firm = {leaf: a.once(firm_truth(truth, known[leaf.fact], a)) for leaf, truth in truths.items()}

    def of_joined(whole: JoinedCondition, parts: Sequence[Flag]) -> Flag:
        return joined_truth(whole, parts, a)

    whole = fold(condition, truths.__getitem__, of_joined)
    return ConditionColumns(
        whole,
        whole if firm == truths else fold(condition, firm.__getitem__, of_joined),
        why_open([(is_open(truth), known[leaf.fact]) for leaf, truth in truths.items()], a),
    )
