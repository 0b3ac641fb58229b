"""What the texts of a table mean: lengths of time, and codes and printed names of members."""

import re
from collections.abc import Iterable, Iterator

import ibis

from mtus_engine.bulk.engine import Database
from mtus_engine.bulk.failure import Failed
from mtus_engine.bulk.schedules import lengths_of_schedules
from mtus_engine.bulk.sources import BARE_NUMBER, TableFile
from mtus_engine.bulk.tables import LIST, Texts, known_columns, lengths_among, members_among
from mtus_engine.compiler.codes import code_doubt, is_coded, unverified_codes
from mtus_engine.compiler.halfway import as_meant, is_divided, members_between
from mtus_engine.compiler.literals import asks_for_no_time, period_of, stretch_of, values_of
from mtus_engine.compiler.problems import Misfit
from mtus_engine.model.fact import Fact
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.model.values import Choice, Selection, Stretch

# A column of lengths of time holds a few different ones; more than these are no lengths of time.
MOST_LENGTHS = 2_000
# At most so many different texts of a column of members are looked up, to see whether they are codes or other names.
MOST_MEMBERS = 5_000


def texts_of(engine: Database, source: TableFile, schema: ibis.Schema, ruleset: Ruleset) -> Texts:
    """Return what the texts of one file mean; raises Failed where a column has too many lengths of time."""
    present = frozenset(schema.names)
    members: dict[str, dict[str, tuple[str, ...]]] = {}
    unverified: dict[str, frozenset[str]] = {}
    divided: dict[str, frozenset[str]] = {}
    doubts: list[str] = []
    columns = known_columns(ruleset, present)
    among = members_among(ruleset, present)
    for name, found in engine.texts(source, among, MOST_MEMBERS).items():
        one = columns[name]
        fact = one.fact
        assert fact is not None
        if one.kind != LIST:
            written = found
        elif schema[name].is_string():
            divided[name] = frozenset(text for text in found if is_divided(fact, text))
            parts = (members_between(text, is_divided=text in divided[name]) for text in found)
            written = frozenset(part for divided in parts for part in divided)
        else:
            written = frozenset(part.strip() for text in found for part in text.strip("[]").split(","))
        unknown = sorted(written - set(dict(fact.members)) - {""})
        members[name] = dict(_members_of_texts(fact, unknown))
        unverified[name] = frozenset(
            text for text, meant in members[name].items() if meant and unverified_codes(fact, as_meant(fact, text))
        )
        for text in (text for text, meant in members[name].items() if not meant):
            if (doubt := code_doubt(fact, as_meant(fact, text))) is not None:
                doubts.append(f"{name}: {doubt[0]}")
    lengths = _lengths_of(engine, source, schema, ruleset)
    scheduled = _lengths_of_schedules(engine, source, schema, ruleset)
    if scheduled and (length := ruleset.roles.course_length) is not None:
        # Whole numbers of days become texts beside the others.
        own = {text.removesuffix(" days"): stretch for text, stretch in lengths.get(length, {}).items()}
        lengths[length] = {**own, **lengths.get(length, {}), **dict(_lengths_of_texts(scheduled, are_days=False))}
    return Texts(lengths, members, tuple(doubts), unverified, divided, bool(scheduled))


def _lengths_of_schedules(engine: Database, source: TableFile, schema: ibis.Schema, ruleset: Ruleset) -> frozenset[str]:
    """Return the lengths of time that numbers of visits written as 3x4 name."""
    units = ruleset.roles.units_requested
    if units not in schema or not schema[units].is_string():
        return frozenset()
    return lengths_of_schedules(engine.texts(source, (units,), MOST_MEMBERS)[units])


def _members_of_texts(fact: Fact, texts: Iterable[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the texts that are codes or printed names, with the members that they may mean; of a doubtful code none."""
    for text in texts:
        meant = as_meant(fact, text)
        if code_doubt(fact, meant) is not None:
            yield text, ()
            continue
        try:
            values = values_of(fact, meant)
        except Misfit:
            if isinstance(meant, tuple) and is_coded(fact, meant):
                # Codes that have no treatment in common leave it open, as in a case file.
                yield text, ()
            continue
        if isinstance(values, Choice | Selection):
            yield text, tuple(sorted(map(str, values.possible)))


def _lengths_of(
    engine: Database, source: TableFile, schema: ibis.Schema, ruleset: Ruleset
) -> dict[str, dict[str, Stretch]]:
    """Return the lengths of time that one file holds, by column and text."""
    names = lengths_among(ruleset, frozenset(schema.names))
    texts = engine.texts(source, names, MOST_LENGTHS + 1)
    if many := [name for name, found in texts.items() if len(found) > MOST_LENGTHS]:
        raise Failed(f"more than {MOST_LENGTHS:,} different lengths of time in {', '.join(many)}")
    return {
        name: {
            text: stretch
            for text, stretch in _lengths_of_texts(found, schema[name].is_integer())
            if name not in ruleset.facts or not asks_for_no_time(ruleset.facts[name], stretch)
        }
        for name, found in texts.items()
    }


def _lengths_of_texts(texts: frozenset[str], are_days: bool) -> Iterator[tuple[str, Stretch]]:
    """Yield the texts that are lengths of time; a bare number counts days."""
    for text in sorted(texts):
        bare = re.fullmatch(BARE_NUMBER, text)
        words = f"{text} days" if are_days else f"{bare[1]} days" if bare else text
        try:
            yield words if are_days else text, stretch_of(period_of(words))
        except Misfit:
            continue
