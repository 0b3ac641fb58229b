"""Tables of invented requests, reproducible and of any size, with gaps and ranges such as real records have."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import assert_never

import numpy as np
import pyarrow as pa

from mtus_engine.bulk.coded import ARROW_TYPES
from mtus_engine.bulk.tables import CASE, ITEM, OUTCOME, SETTING, own_type
from mtus_engine.compiler.targets.columns.rows import MAX, MIN, NOT_DOCUMENTED
from mtus_engine.model.fact import Fact, Kind
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.model.values import Span

# Rows made at once: each batch has its own random generator, so that any batch can be made again alone.
BATCH = 100_000

DOCUMENTED, LOOKED_FOR, YES, IN_A_RANGE = 0.6, 0.05, 0.75, 0.15
LENGTHS = ("2 weeks", "4 weeks", "6 weeks", "8 weeks", "12 weeks", "1 month", "2 months", "3 months")
# Injuries of these years, with requests up to so many days later: most within two years, some long after.
FIRST, LAST = date(2008, 1, 1), date(2016, 12, 31)
TYPICAL_DAYS, SPREAD, MOST_DAYS = 450, 0.9, 3_600
MOST_VISITS = 24
UPHELD = 0.9

Mask = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def schema(ruleset: Ruleset) -> pa.Schema:
    """Return the columns of a synthetic table."""
    fields = [(name, pa.string()) for name in (CASE, ITEM, SETTING, OUTCOME)]
    for fact in _facts(ruleset):
        own = ARROW_TYPES[own_type(fact.kind)]
        fields.append((fact.name, own))
        if _has_range(fact):
            fields += [(f"{fact.name}{MIN}", own), (f"{fact.name}{MAX}", own)]
        if fact.kind is Kind.BOOLEAN:
            fields.append((f"{fact.name}{NOT_DOCUMENTED}", pa.bool_()))
    return pa.schema(fields)


def batches(ruleset: Ruleset, rows: int, seed: int) -> Iterator[pa.RecordBatch]:
    """Yield so many rows in batches, the same for the same rules and seed."""
    for number, first in enumerate(range(0, rows, BATCH)):
        size = min(BATCH, rows - first)
        yield _Batch(ruleset, np.random.default_rng([seed, number]), first, size).record_batch()


def _facts(ruleset: Ruleset) -> list[Fact]:
    return [fact for fact in ruleset.facts.values() if not fact.is_defined and fact.kind is not Kind.DECIMAL]


def _has_range(fact: Fact) -> bool:
    return fact.kind is Kind.INTEGER and fact.presume is None


class _Batch:
    """One batch of rows; facts are drawn in the order of the vocabulary."""

    def __init__(self, ruleset: Ruleset, chance: np.random.Generator, first: int, size: int) -> None:
        self._ruleset = ruleset
        self._chance = chance
        self._first = first
        self._size = size
        self._injury = chance.integers(FIRST.toordinal(), LAST.toordinal(), size)
        days = np.exp(chance.normal(np.log(TYPICAL_DAYS), SPREAD, size)).astype(np.int64)
        self._request = self._injury + np.clip(days, 10, MOST_DAYS)

    def record_batch(self) -> pa.RecordBatch:
        size, chance = self._size, self._chance
        columns: dict[str, pa.Array] = {
            CASE: pa.array([f"S{self._first + n + 1:08}" for n in range(size)]),
            ITEM: pa.array(np.full(size, "1")),
            SETTING: pa.array(np.where(chance.random(size) < 0.5, "imr", "ur")),
        }
        is_imr = np.asarray(columns[SETTING]) == "imr"
        favored = chance.random(size) > UPHELD
        words = np.where(is_imr, np.where(favored, "overturned", "upheld"), np.where(favored, "approved", "denied"))
        columns[OUTCOME] = pa.array(words)
        for fact in _facts(self._ruleset):
            columns |= self._of_fact(fact)
        wanted = schema(self._ruleset)
        return pa.record_batch([columns[name].cast(wanted.field(name).type) for name in wanted.names], schema=wanted)

    def _of_fact(self, fact: Fact) -> Mapping[str, pa.Array]:
        roles = self._ruleset.roles
        unsaid = self._chance.random(self._size) > (1.0 if fact.name == roles.treatment else DOCUMENTED)
        match fact.kind:
            case Kind.BOOLEAN:
                return self._flag(fact, unsaid)
            case Kind.DATE:
                return {fact.name: self._day(fact, unsaid)}
            case Kind.INTEGER:
                return self._number(fact, unsaid)
            case Kind.PERIOD:
                return {fact.name: self._picks(LENGTHS, unsaid)}
            case Kind.ONE_OF:
                members = [name for name, _ in fact.members]
                shares = _shares(self._ruleset, members) if fact.name == roles.treatment else None
                return {fact.name: self._picks(members, unsaid, shares)}
            case Kind.SET_OF:
                members = [name for name, _ in fact.members]
                one, two = self._chance.integers(0, len(members), (2, self._size))
                listed = [
                    None if none else sorted({members[a], members[b]})
                    for a, b, none in zip(one, two, unsaid, strict=True)
                ]
                return {fact.name: pa.array(listed, pa.list_(pa.string()))}
            case Kind.DECIMAL:
                raise TypeError("synthetic tables hold no decimals")
            case _:
                assert_never(fact.kind)

    def _flag(self, fact: Fact, unsaid: Mask) -> Mapping[str, pa.Array]:
        often = 0.1 if fact.presume is not None else YES
        looked = unsaid & (self._chance.random(self._size) < LOOKED_FOR)
        return {
            fact.name: pa.array(self._chance.random(self._size) < often, mask=unsaid),
            f"{fact.name}{NOT_DOCUMENTED}": pa.array(looked),
        }

    def _day(self, fact: Fact, unsaid: Mask) -> pa.Array:
        roles = self._ruleset.roles
        days = {roles.request_date: self._request, roles.injury_date: self._injury}.get(fact.name)
        if days is None:
            # Whatever else happened, happened between the injury and the request.
            days = self._injury + (self._chance.random(self._size) * (self._request - self._injury)).astype(np.int64)
        else:
            unsaid = self._chance.random(self._size) > 0.97
        if fact.name == roles.service_date:
            days, unsaid = self._request, self._chance.random(self._size) < 0.9
        epoch = date(1970, 1, 1).toordinal()
        return pa.array((days - epoch).astype(np.int32), pa.int32(), mask=unsaid).cast(pa.date32())

    def _number(self, fact: Fact, unsaid: Mask) -> Mapping[str, pa.Array]:
        assert isinstance(fact.domain, Span)
        low = fact.domain.low or 0
        high = min(MOST_VISITS, fact.domain.high or MOST_VISITS)
        value = self._chance.integers(low, high + 1, self._size)
        if fact.presume is not None:
            # What is presumed is seldom stated, and then as little as there can be: it is part of another count.
            return {fact.name: pa.array(np.full(self._size, low), mask=self._chance.random(self._size) < 0.9)}
        ranged = ~unsaid & (self._chance.random(self._size) < IN_A_RANGE)
        most = np.minimum(value + self._chance.integers(1, 7, self._size), fact.domain.high or MOST_VISITS * 2)
        return {
            fact.name: pa.array(value, mask=unsaid | ranged),
            f"{fact.name}{MIN}": pa.array(value, mask=~ranged),
            f"{fact.name}{MAX}": pa.array(most, mask=~ranged),
        }

    def _picks(
        self, members: "list[str] | tuple[str, ...]", unsaid: Mask, shares: "list[float] | None" = None
    ) -> pa.Array:
        drawn = self._chance.choice(len(members), self._size, p=shares)
        return pa.array(np.asarray(members, dtype=object)[drawn], pa.string(), mask=unsaid)


def _shares(ruleset: Ruleset, members: list[str]) -> list[float]:
    """Return how often each treatment is requested: the more editions cover it, the more often."""
    weights = [1 + 2 * sum(member in edition.covers for edition in ruleset.editions) for member in members]
    return [weight / sum(weights) for weight in weights]
