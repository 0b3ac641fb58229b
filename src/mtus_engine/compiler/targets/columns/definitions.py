"""Definitions as columns: the facts that are computed from others, and what rows state of them."""

from collections.abc import Mapping, Sequence

from mtus_engine.compiler.definitions import inputs_of
from mtus_engine.compiler.targets.columns.algebra import ColumnAlgebra
from mtus_engine.compiler.targets.columns.conditions import condition_columns
from mtus_engine.compiler.targets.columns.ranges import ColumnRange, hull, picked_range
from mtus_engine.compiler.targets.columns.stages import Stages
from mtus_engine.compiler.targets.columns.terms import (
    Flag,
    Sure,
    both,
    either,
    first_case,
    is_false,
    is_open,
    is_true,
    kleene,
    no,
    null_end,
    surely,
)
from mtus_engine.compiler.targets.columns.values import (
    ColumnValues,
    FlagColumn,
    Seen,
    SeenFacts,
    is_narrower,
    is_one_value,
    named_seen,
    named_values,
)
from mtus_engine.meaning.algebra import ExpressedFacts, Inexpressible
from mtus_engine.meaning.conditions import truth_or_true
from mtus_engine.meaning.formulas import values_of
from mtus_engine.meaning.standings import why_open
from mtus_engine.model.condition import Condition, leaves
from mtus_engine.model.fact import Fact
from mtus_engine.model.formula import ByCondition, Derived, Given, Looked, TableRule


class ColumnDefinitions:
    """Computes derived facts as columns; each is computed only once from the same inputs."""

    def __init__(self, stages: Stages, stated: Mapping[str, Seen]) -> None:
        """Keep the stages and stated: the derived facts of which the rows themselves say something."""
        self._stages = stages
        self._algebra = ColumnAlgebra(stages)
        self._stated = stated
        self._rows: dict[tuple[object, ...], dict[str, Flag]] = {}
        self._made: dict[tuple[object, ...], tuple[Seen, object]] = {}

    def with_derived(self, derived: Sequence[Derived], known: SeenFacts) -> SeenFacts:
        """Return the known facts and those that the definitions, in order, compute from them."""
        found = ExpressedFacts(known)
        for entry in derived:
            try:
                found[entry.fact.name] = self._computed_fact(entry, found)
            except Inexpressible as part:
                found.lacking.setdefault(entry.fact.name, str(part))
        return found

    def _computed_fact(self, entry: Derived, known: SeenFacts) -> Seen:
        inputs = [known[name] for name in inputs_of(entry.formula)]
        key = (entry, *(id(one) for one in inputs))
        if key not in self._made:
            by_definition = self._by_definition(entry, known)
            stated = self._stated.get(entry.fact.name)
            seen = by_definition if stated is None else _with_statements(by_definition, stated, entry.fact)
            named = seen if stated is None else named_seen(seen, self._stages)
            # The inputs are kept too: as long as they exist, no other object can have the ids in the key.
            self._made[key] = named, inputs
        return self._made[key][0]

    def _by_definition(self, entry: Derived, known: SeenFacts) -> Seen:
        formula, fact = entry.formula, entry.fact
        if isinstance(formula, ByCondition):
            return self._by_condition(formula.condition, known)
        rows = self._truths(formula.table, known) if isinstance(formula, Looked | Given) else {}
        values = named_values(values_of(fact, formula, known, rows, self._algebra), self._stages)
        return named_seen(self._with_reasons(values, fact, [known[name] for name in inputs_of(formula)]), self._stages)

    def _by_condition(self, condition: Condition, known: SeenFacts) -> Seen:
        found = condition_columns(condition, known, self._algebra)
        flag, firm = self._stages.named(found.truth), self._stages.named(found.firm)
        presumed = False if found.firm is found.truth else both(no(is_open(flag)), is_open(firm))
        open_, why = is_open(flag), found.why
        conflicting = both(open_, why.conflicting, no(why.missing))
        looked_for = both(open_, why.looked_for)
        seen = Seen(FlagColumn(flag), both(open_, why.missing), conflicting, looked_for, no(open_), presumed)
        return named_seen(seen, self._stages)

    def _with_reasons(self, values: ColumnValues, fact: Fact, inputs: Sequence[Seen]) -> Seen:
        """Return a computed fact; the reasons why it is undetermined are those of its inputs."""
        open_ = no(is_one_value(values))
        why = why_open([(both(open_, no(is_one_value(one.values))), one) for one in inputs], self._algebra)
        narrowed = is_narrower(values, fact)
        presumed = both(narrowed, either(*(one.presumed for one in inputs)))
        return Seen(values, why.missing, both(why.conflicting, no(why.missing)), why.looked_for, narrowed, presumed)

    def _truths(self, table: TableRule, known: SeenFacts) -> dict[str, Flag]:
        """Return the truth of each row of a decision table, computed once for all facts that are looked up in it."""
        names = dict.fromkeys(leaf.fact for row in table.rows if row.when is not None for leaf in leaves(row.when))
        key = (table.id, table.rows, *(id(known[name]) for name in names))
        if key not in self._rows:
            a = self._algebra
            self._rows[key] = {row.id: a.once(truth_or_true(row.when, known, a)) for row in table.rows}
        return self._rows[key]


def _with_statements(computed: Seen, stated: Seen, fact: Fact) -> Seen:
    """Return a computed fact joined with what the row states: a statement that fits stands, another one conflicts."""
    stands = both(stated.narrowed, either(no(computed.narrowed), _is_inside(stated.values, computed.values)))
    conflicts = both(stated.narrowed, no(stands))
    joint = _joint(computed.values, stated.values)
    narrowed = is_narrower(joint, fact)
    kept = both(no(stands), no(conflicts))
    return Seen(
        _picked_values([(stands, stated.values), (conflicts, joint)], computed.values),
        either(both(stands, stated.missing), both(kept, computed.missing)),
        either(both(stands, stated.conflicting), conflicts, both(kept, computed.conflicting)),
        either(both(stands, stated.looked_for), both(kept, either(computed.looked_for, stated.looked_for))),
        either(both(stands, stated.narrowed), both(conflicts, narrowed), both(kept, computed.narrowed)),
        either(both(stands, stated.presumed), both(kept, computed.presumed)),
        stated.mentioned,
    )


def _is_inside(inner: ColumnValues, outer: ColumnValues) -> Sure:
    match inner, outer:
        case FlagColumn(one), FlagColumn(other):
            # It matters only where the inner one is settled; an undetermined outer one has both values in it.
            return either(is_open(other), both(is_true(one), is_true(other)), both(is_false(one), is_false(other)))
        case ColumnRange(), ColumnRange():
            above = either(null_end(outer.low), surely(inner.low, ">=", outer.low))
            return both(above, either(null_end(outer.high), surely(inner.high, "<=", outer.high)))
        case _:
            raise Inexpressible("statements about a computed period")


def _joint(one: ColumnValues, other: ColumnValues) -> ColumnRange | FlagColumn:
    match one, other:
        case FlagColumn(first), FlagColumn(second):
            return FlagColumn(kleene(both(is_true(first), is_true(second)), both(is_false(first), is_false(second))))
        case ColumnRange(), ColumnRange():
            return hull(one, other)
        case _:
            raise Inexpressible("statements about a computed period")


def _picked_values(
    cases: Sequence[tuple[Sure, ColumnValues]],
    otherwise: ColumnValues,
) -> ColumnRange | FlagColumn:
    if isinstance(otherwise, FlagColumn):
        return FlagColumn(first_case([(s, v.flag) for s, v in cases if isinstance(v, FlagColumn)], otherwise.flag))
    assert isinstance(otherwise, ColumnRange)
    found = otherwise
    for holds, values in reversed(cases):
        if isinstance(values, ColumnRange):
            found = picked_range(holds, values, found)
    return found
