"""What the programs of a ruleset share, so that it is worked out and loaded once, whichever of them asks first."""

from collections.abc import Callable, Sequence

from mtus_engine.engine.durable import LeafComparison, Rulebase
from mtus_engine.model.fact import Known
from mtus_engine.model.formula import Derived, Formula
from mtus_engine.model.memo import Memo
from mtus_engine.model.truth import Truth

# Of a computed fact what is known of its inputs, and the truths of the rows of its table.
FigureInputs = tuple[list[Known], list[Truth]]
FigureMemo = Memo[FigureInputs, Known]
ConditionMemo = Memo[list[Known], tuple[Truth, Known]]


class LoadedRules:
    """Rules loaded into the rules engine, and which of them fired on wide facts seen before."""

    def __init__(self, rulebase: Rulebase) -> None:
        """Keep the rules; none has fired."""
        self.rulebase = rulebase
        self._fired = Memo(rulebase.fired_by)

    def fired_by(self, parts: str) -> tuple[int, ...]:
        """Return the numbers of the rules that a wide fact meets, as they fired; parts are its joined parts."""
        return self._fired.of(parts, parts)


class Shared:
    """What definitions came to for inputs seen before, and the groups of rules that several programs have alike."""

    def __init__(self) -> None:
        """Begin empty."""
        # With the kind of its formula: a sum and a product of the same operands are equal as tuples.
        self._figures: dict[tuple[type[Formula], Derived], FigureMemo] = {}
        self._conditions: dict[Derived, ConditionMemo] = {}
        self._rules: dict[tuple[tuple[tuple[LeafComparison, ...], ...], int], LoadedRules] = {}

    def figures_of(self, entry: Derived, settled: Callable[[FigureInputs], Known]) -> FigureMemo:
        """Return what a computed fact came to before, in any program; settled works out what is new."""
        return self._figures.setdefault((type(entry.formula), entry), Memo(settled))

    def conditions_of(self, entry: Derived, defined: Callable[[list[Known]], tuple[Truth, Known]]) -> ConditionMemo:
        """Return what a fact defined by a condition came to before, in any program; defined works out what is new."""
        return self._conditions.setdefault(entry, Memo(defined))

    def loaded(self, rules: Sequence[Sequence[LeafComparison]], properties: int, label: str) -> LoadedRules:
        """Return the rules loaded; label is for failures. Raises EngineFailure for what the engine cannot take."""
        key = (tuple(map(tuple, rules)), properties)
        if key not in self._rules:
            self._rules[key] = LoadedRules(Rulebase(rules, properties, label))
        return self._rules[key]
