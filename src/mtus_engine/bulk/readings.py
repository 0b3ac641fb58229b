"""How the texts of a table were read: of every column, how many values are written in which form."""

import operator
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import ibis
from ibis import _

from mtus_engine.bulk.tables import DAY, LIST, TEXT, VIEW, InputColumn, Texts, known_columns
from mtus_engine.bulk.text_columns import PARTIAL_DAYS, value_of_text, ways_written
from mtus_engine.compiler.targets.columns.terms import joined_in_halves
from mtus_engine.model.fact import Kind
from mtus_engine.model.ruleset import Ruleset

# The forms of words: as the vocabulary writes them, or otherwise.
OWN_WORDS, OTHER_WORDS, DOUBTFUL = "the vocabulary's words", "codes and printed names", "doubtful codes"
LENGTHS, BARE_DAYS = "lengths of time", "numbers of days"
UNREAD = "not read"

# By column, how many values are written in each form, and how many are not read.
TextCounts = Mapping[str, Mapping[str, int]]


class ReadingsQuery(NamedTuple):
    """A query that gives one row of counts, and the column and form that each count is of; none where text is empty."""

    text: str
    counted: tuple[tuple[str, str], ...]


def readings_query(schema: ibis.Schema, ruleset: Ruleset, texts: Texts, dialect: str) -> ReadingsQuery:
    """Return the query that counts the forms of the texts of a table."""
    counts = [
        (name, form, is_so)
        for name, one in known_columns(ruleset, frozenset(schema.names)).items()
        if schema[name].is_string() and one.fact is not None
        for form, is_so in _forms(one, texts)
    ]
    if not counts:
        return ReadingsQuery("", ())
    columns = {f"n{n}": is_so.fill_null(False).cast("int64").sum() for n, (_, _, is_so) in enumerate(counts)}
    query = str(ibis.to_sql(ibis.table(schema, name=VIEW).aggregate(**columns), dialect=dialect))
    return ReadingsQuery(query, tuple((name, form) for name, form, _ in counts))


def counted_readings(query: ReadingsQuery, row: Mapping[str, object]) -> dict[str, dict[str, int]]:
    """Return what the row of a query counts, without the forms that no value has."""
    found: dict[str, dict[str, int]] = {}
    for n, (name, form) in enumerate(query.counted):
        if count := int(str(row[f"n{n}"] or 0)):
            found.setdefault(name, {})[form] = count
    return found


def _forms(one: InputColumn, texts: Texts) -> Iterator[tuple[str, ibis.Deferred]]:
    """Yield the forms in which texts of a column may be written, each with the condition that one is."""
    words = _[one.name].strip()
    forms = dict(_forms_of_words(one, words, texts))
    forms |= {way.name: way.is_so(words) & way.value(words).notnull() for way in ways_written(one)}
    if one.kind == DAY and one.fact is not None and one.name == one.fact.name:
        forms |= {
            name: joined_in_halves(operator.or_, [words.re_search(pattern) for pattern in patterns])
            for name, patterns in PARTIAL_DAYS.items()
        }
    yield from forms.items()
    unread = [words != "", *(~is_so.fill_null(False) for is_so in forms.values())]
    yield UNREAD, joined_in_halves(operator.and_, unread)


def _forms_of_words(one: InputColumn, words: ibis.Deferred, texts: Texts) -> Iterator[tuple[str, ibis.Deferred]]:
    assert one.fact is not None
    lengths, members = texts.lengths.get(one.name, {}), texts.members.get(one.name, {})
    own = [name for name, _label in one.fact.members]
    if one.kind == LIST:
        divided = texts.divided.get(one.name, frozenset())
        listed = value_of_text(_[one.name], one, divided)
        is_known = listed.filter(lambda text: text.notin([*own, *members])).length() == 0
        is_own = listed.filter(lambda text: text.notin(own)).length() == 0
        yield OWN_WORDS, is_own
        yield OTHER_WORDS, is_known & ~is_own
        return
    if one.kind != TEXT:
        return
    if one.fact.kind is Kind.PERIOD:
        groups = {
            LENGTHS: [text for text in lengths if not text.isdigit()],
            BARE_DAYS: [text for text in lengths if text.isdigit()],
        }
    else:
        groups = {
            OWN_WORDS: own,
            OTHER_WORDS: [text for text, meant in members.items() if meant],
            DOUBTFUL: [text for text, meant in members.items() if not meant],
        }
    yield from ((name, words.isin(group)) for name, group in groups.items() if group)
